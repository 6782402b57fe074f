"""The way through the house, once: every exhibit's items to raw tables, those to canonical rows.

Work is cut into units that can be run again: an item (one file of an exhibit) becomes raw tables, and an
exhibit's raw tables become its canonical rows. Each leaves a manifest, written last, that names what it was
made from. A run does what is missing or was made from something else, and ends with the same result
whatever interrupted an earlier one.
"""

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from stocktake.case import Case, folder_name
from stocktake.commerce.site_links import link_sites
from stocktake.commerce.tables import (
    install,
    manifest_path,
    open_case,
    parts_of,
    read_manifest,
    write_rows,
)
from stocktake.commerce.uniting import unite
from stocktake.custody import ledger
from stocktake.custody.exhibit import Exhibit, exhibits
from stocktake.errors import UserError
from stocktake.inventory import INVENTORY, Tell, code_digest, read_exhibit
from stocktake.known import mark_known
from stocktake.observed import Cells, write_observables
from stocktake.records.catalogue import INSPECTION, raw_tables
from stocktake.shops.mapping import OF_SHOPS, map_exhibit
from stocktake.shops.recognition import settling
from stocktake.shops.secrets import held
from stocktake.shops.unrecognised import accepted_digest
from stocktake.withholding import apply


@dataclass(frozen=True)
class Processed:
    """What a run did: exhibits made anew, and the problems that the whole case has now."""

    exhibits: list[str]
    errors: int
    warnings: int


@dataclass(frozen=True)
class _Read:
    """An exhibit whose items were read: its units, and the hashes of their manifests by path in the case."""

    exhibit: Exhibit
    units: list[Path]
    manifests: dict[str, str]


def process(
    case: Case, *, engine: str = "duckdb", jobs: int | None = None, tell: Tell = lambda _: None
) -> Processed:
    """Process every exhibit that is not processed yet, or was by other rules than this version's.

    ``jobs`` is how many items are read at once (default: one a core). ``tell`` hears one line a step.
    """
    if engine != "duckdb":
        raise UserError(f"The engine {engine!r} is not there yet; use --engine duckdb.")
    if jobs is not None and jobs < 1:
        raise UserError("--jobs must be 1 or more.")
    made: list[str] = []
    read: list[_Read] = []
    later: list[tuple[int, _Read]] = []  # payment processors, after the shops
    mapped: list[str] = []
    with case.locked("process"), _full_disk_told():
        for leftover in [*case.tables.glob(".new-*"), *case.path.glob(".spill-*")]:
            shutil.rmtree(leftover, ignore_errors=True)
        for exhibit in exhibits(case):
            units = read_exhibit(case, exhibit, jobs or os.cpu_count() or 1, tell)
            one = _Read(exhibit, units, _digests(case, units))
            read.append(one)
            if place := settling(case, exhibit.reference):
                later.append((place, one))
                continue
            if _map_exhibit(case, one, tell):
                made.append(exhibit.reference)
            mapped.append(exhibit.reference)
        for _, one in sorted(later, key=lambda entry: entry[0]):
            if _map_exhibit(case, one, tell, mapped):
                made.append(one.exhibit.reference)
            mapped.append(one.exhibit.reference)
        references = [one.exhibit.reference for one in read]
        for together in unite(case, references, code_digest("commerce", "engine")):
            tell(f"{', '.join(together)}: several sources of one shop, united")
        link_sites(case, references)
        mark_known(case, references, code_digest("known"))
        for one in read:
            _record(case, one)
        hold_back(case, tell)
    errors, warnings = problem_counts(case)
    return Processed(made, errors, warnings)


def hold_back(case: Case, tell: Tell = lambda _: None) -> None:
    """Apply the privilege list, the releases and the scope in force to what is in the tables now.

    The caller holds the case's lock.
    """
    if apply(case, code_digest("withholding", "review", "commerce", "shops", "artefacts")):
        tell("What may be privileged or is out of scope is held back")


def problem_counts(case: Case) -> tuple[int, int]:
    """How many problems of severity error, and of severity warning, the processed exhibits have."""
    with open_case(case) as connection:
        counts = dict(connection.execute("SELECT severity, count(*) FROM problems GROUP BY 1").fetchall())
    return counts.get("error", 0), counts.get("warning", 0)


def _map_exhibit(case: Case, read: _Read, tell: Tell, before: list[str] | None = None) -> bool:
    """Raw tables to canonical rows, unless those that stand were made from the same.

    ``before`` are exhibits that are mapped already, for a payment processor whose rows rest on theirs too.
    """
    exhibit = read.exhibit
    made_from: dict[str, Any] = {
        "raw": read.manifests,
        "rules": code_digest("shops", "artefacts", "commerce", "engine", "observed.py"),
        "time_zone": case.settings.time_zone,
        "mappings": accepted_digest(case),
    }
    if before is not None:
        made_from["elsewhere"] = {other: _made_from(case, other) for other in before}
    standing = read_manifest(case, exhibit.reference)
    anew = standing is None or standing.get("made_from") != made_from
    if anew:
        tell(f"{exhibit.reference}: mapping to the canonical tables")
        if before:  # so that payments are tied to the orders that stand once a shop's sources are united
            unite(case, before, code_digest("commerce", "engine"))
        _make_tables(case, exhibit, read.units, made_from, before or [])
    # Recorded apart from the making: a run may have been killed between the two.
    _record(case, read)
    return anew


def _made_from(case: Case, exhibit: str) -> str:
    """One hash of what an exhibit's rows were made from: the same gives the same rows."""
    made_from = (read_manifest(case, exhibit) or {}).get("made_from")
    return hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()


def _record(case: Case, read: _Read) -> None:
    """State in the ledger what the exhibit's tables are now, unless its last entry does."""
    reference = read.exhibit.reference
    tables = manifest_path(case, reference)
    detail = {
        "exhibit": reference,
        "manifests": read.manifests | {_relative(case, tables): _digest(tables)},
    }
    recorded = ledger.newest(case, "process", reference)
    if recorded is None or recorded.detail != detail:
        ledger.record(case, "process", detail)


def _digests(case: Case, units: list[Path]) -> dict[str, str]:
    return {_relative(case, unit / "manifest.json"): _digest(unit / "manifest.json") for unit in units}


def _make_tables(
    case: Case, exhibit: Exhibit, units: list[Path], made_from: dict[str, Any], before: list[str]
) -> None:
    made = case.tables / f".new-{folder_name(exhibit.reference)}"
    made.mkdir(parents=True)
    shops: list[dict[str, Any]] = []
    try:
        shops = map_exhibit(case, exhibit.reference, made, parts_of(case, before, list(OF_SHOPS.values())))
    except (OSError, MemoryError):
        raise
    except Exception as error:  # our mistake about one exhibit is not to cost the others
        shutil.rmtree(made)
        made.mkdir()
        write_rows(made / "problems" / "part-00000.parquet", "problems", [_not_mapped(exhibit, error)])
    _write_items(case, exhibit, units, made)
    install(case, exhibit.reference, made, made_from=made_from, shops=shops)
    shutil.rmtree(made, ignore_errors=True)


def _not_mapped(exhibit: Exhibit, error: Exception) -> dict[str, Any]:
    said = " ".join(str(error).split())[:500]
    return {
        "problem_id": f"problem:{exhibit.reference}/shops/0",
        "stage": "shops",
        "severity": "error",
        "message": f"Mapping failed, the raw tables are there: {type(error).__name__}: {said}",
        "exhibit": exhibit.reference,
        "basis": "derived",
        "rule": "process.py",
    }


def _write_items(case: Case, exhibit: Exhibit, units: list[Path], made: Path) -> None:
    """The exhibit's files as rows of ``items``, and the observables in them. Hashed are unwrapped bytes."""
    manifests = {unit.name: json.loads((unit / "manifest.json").read_text("utf-8")) for unit in units}
    entries = manifests[INVENTORY]["items"]
    rows = []
    for entry in entries:
        looked = manifests.get(entry["inspected"] or "", {}).get("inspected", {}).get(entry["path"], {})
        rows.append(
            {
                "item_id": f"item:{exhibit.reference}/{entry['path']}",
                "path": entry["path"],
                "container": entry["container"],
                "size": looked.get("bytes", entry["size"]),
                "sha256": looked.get("sha256"),
                "mtime": _utc(entry["mtime"]),
                "kind": entry["kind"],
                "deleted": entry["deleted"],
                "md5": looked.get("md5"),
                "sha1": looked.get("sha1"),
                "privileged": False,
                "url": entry["url"],
                "captured_at": _utc(entry["captured_at"]),
                "exhibit": exhibit.reference,
                "source_id": f"source:{exhibit.reference}/{entry['path']}",
                "basis": "recorded",
                "rule": "process.py",
            }
        )
    sources = [row | {"offset": 0, "length": row["size"]} for row in rows]
    write_rows(made / "items" / "part-00000.parquet", "items", rows)
    write_rows(made / "sources" / "part-00001.parquet", "sources", sources)

    def parts(name: str) -> list[Path]:
        return [
            unit / part["file"]
            for unit in units
            if manifests[unit.name]["kind"] == INSPECTION
            for table in manifests[unit.name]["tables"]
            if table["name"] == name
            for part in table["parts"]
        ]

    read_as = {entry["path"]: manifests[entry["unit"]]["path"] for entry in entries if entry.get("cells")}
    write_observables(
        exhibit.reference,
        rows,
        parts("hits"),
        made,
        cells=Cells(parts("cell_hits"), read_as),
        tables=raw_tables(case, exhibit.reference),
        secrets=held(case, exhibit.reference),
    )


def _utc(stated: str | None) -> datetime | None:
    return datetime.fromisoformat(stated).astimezone(UTC).replace(tzinfo=None) if stated else None


def _relative(case: Case, path: Path) -> str:
    return path.relative_to(case.path).as_posix()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _full_disk_told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise
        raise UserError(
            "The disk that holds the case is full; free some space and run the same command again."
        ) from error
