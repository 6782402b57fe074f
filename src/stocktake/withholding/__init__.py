"""What is held back from every view, worked out from what people decided: the privilege list, and the scope.

`apply` leaves ``held/manifest.json`` and, in a folder beside it, the Parquet parts that are read in the place
of those with rows that are held back (`review.held`). The complete parts stay as they are, so that a release
or a new authority needs no evidence to be read again. The tables that the steps fill:

``c_TABLE``
    the rows of a canonical table with their ``file`` and number ``n`` in it
``gone``
    canonical rows that are held back; ``kind`` is privilege or scope, ``root`` what a release must name
``raw_gone``
    the same of raw rows, with their ``ref`` and their bytes ``begin`` to ``reach`` in the file at ``path``
``item_held``, ``passage_held``
    whole files, and bytes of files that are no row's
"""

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import duckdb

from stocktake.case import Case, folder_name
from stocktake.commerce.model import TABLES
from stocktake.commerce.tables import parts, read_manifest
from stocktake.custody import ledger
from stocktake.custody.exhibit import exhibits
from stocktake.engine import duck
from stocktake.engine.duck import parquet, quoted
from stocktake.review.decisions import Decisions, decisions
from stocktake.review.held import manifest_path, tables_digests
from stocktake.review.privilege_list import PrivilegeList
from stocktake.withholding import out_of_scope, privileged, raw_rows, writing
from stocktake.withholding.raw_rows import RawRows

_ROW = "file VARCHAR, n BIGINT"
_TABLES = f"""
CREATE TEMP TABLE item_held (exhibit VARCHAR, path VARCHAR, root VARCHAR, reason VARCHAR);
CREATE TEMP TABLE passage_held
  (exhibit VARCHAR, path VARCHAR, begin BIGINT, reach BIGINT, root VARCHAR, reason VARCHAR);
CREATE TEMP TABLE raw_gone
  ({_ROW}, ref VARCHAR, exhibit VARCHAR, path VARCHAR, label VARCHAR, begin BIGINT, reach BIGINT,
   kind VARCHAR, root VARCHAR, reason VARCHAR);
CREATE TEMP TABLE gone
  ({_ROW}, table_name VARCHAR, reference VARCHAR, source_id VARCHAR, exhibit VARCHAR,
   kind VARCHAR, root VARCHAR, reason VARCHAR);
"""


def apply(case: Case, rules_digest: str) -> bool:
    """Hold back what the decisions in force hold back; returns whether anything was to be done.

    The caller holds the case's lock. ``rules_digest`` is that of the code, so that another version's result
    is not taken for this one's.
    """
    decided = decisions(case)
    home = case.path / "held"
    if not decided.any:
        if not home.exists():
            return False
        manifest_path(case).unlink(missing_ok=True)
        shutil.rmtree(home)
        _record(case, {}, {})
        return True
    if not _looked_at(case, decided):
        return False  # `process` has files to look at first; until then nothing is shown
    listed = decided.privilege_list(case)
    raw = raw_rows.read(case)
    made_from = {
        "decisions": decided.digest,
        "canonical": tables_digests(case),
        "units": raw.digests(case),
        "rules": rules_digest,
        "time_zone": case.settings.time_zone,
    }
    standing = _standing(case)
    anew = {name: standing.get(name) for name in made_from} != made_from
    if anew:
        home.mkdir(exist_ok=True)
        standing = _make(case, home, raw, decided, listed, made_from)
    _record(case, {"held/manifest.json": _digest(manifest_path(case))}, standing["counts"])
    return anew


def _looked_at(case: Case, decided: Decisions) -> bool:
    """Whether all that was read was looked at with the list in force."""
    for exhibit in exhibits(case):
        inventory = case.raw / folder_name(exhibit.reference) / "inventory" / "manifest.json"
        try:
            facts = json.loads(inventory.read_text("utf-8"))["facts"]
        except FileNotFoundError:
            if read_manifest(case, exhibit.reference) is None:
                continue
            return False
        if facts.get("privilege_list") != decided.list_sha256:
            return False
    return True


def _standing(case: Case) -> dict[str, Any]:
    try:
        manifest = json.loads(manifest_path(case).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def _make(
    case: Case,
    home: Path,
    raw: RawRows,
    decided: Decisions,
    listed: PrivilegeList | None,
    made_from: dict[str, Any],
) -> dict[str, Any]:
    folder = hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()[:16]
    made = home / folder
    shutil.rmtree(made, ignore_errors=True)
    (made / ".spill").mkdir(parents=True)
    connection = duck.connect(spill=made / ".spill")
    try:
        connection.execute(_TABLES)
        for table, files in parts(case).items():
            _numbered(connection, table, files)
        raw_rows.name_items(connection, raw)
        if listed is not None:
            privileged.hold(connection, case, raw, listed, decided.released)
        if decided.scope is not None and decided.scope.limited:
            out_of_scope.keep_out(connection, raw, decided.scope, case.settings.time_zone)
        written = writing.write(connection, case, raw, made)
    finally:
        connection.close()
        shutil.rmtree(made / ".spill", ignore_errors=True)
    manifest = {**made_from, "folder": folder, **written}
    beside = manifest_path(case).with_suffix(".json.new")
    with beside.open("w", encoding="utf-8") as file:
        json.dump(manifest, file, ensure_ascii=True, indent=1)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(manifest_path(case))
    for other in home.iterdir():
        if other.is_dir() and other != made:
            shutil.rmtree(other)
    return manifest


def _numbered(connection: duckdb.DuckDBPyConnection, table: str, files: list[Path]) -> None:
    columns = TABLES[table]
    if files:
        cast = ", ".join(
            f"CAST({quoted(name)} AS {kind}) AS {quoted(name)}" for name, kind in columns.items()
        )
        source = parquet(files).removesuffix(")")
        sql = (
            f"SELECT filename AS file, file_row_number AS n, {cast} "
            f"FROM {source}, filename = true, file_row_number = true)"
        )
    else:
        sql = duck.empty({"file": "VARCHAR", "n": "BIGINT", **columns})
    connection.execute(f"CREATE TEMP VIEW c_{table} AS {sql}")


def _record(case: Case, manifests: dict[str, str], counts: dict[str, Any]) -> None:
    """Say in the ledger what is held back, unless its newest entry of this kind says so."""
    detail = {"manifests": manifests, "held": counts}
    newest = None
    for entry in ledger.entries(case):
        if entry.action == "withhold":
            newest = entry
    if newest is None or newest.detail != detail:
        ledger.record(case, "withhold", detail)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
