"""The canonical tables on disk: which parts there are, and a connection that sees them.

``tables/TABLE/EXHIBIT/part-00000.parquet`` holds the rows, ``tables/EXHIBIT.json`` names the parts with
their SHA-256. Only parts that a manifest names are read: the manifest is taken away before the parts are
exchanged and comes back last, so a reader sees all of an exhibit's rows or none.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from stocktake.case import Case, folder_name
from stocktake.commerce.model import TABLES
from stocktake.engine import duck
from stocktake.review import held

# Under tables/: parts as mapped in whose place others stand, since sources of one shop were united.
MAPPED = ".mapped"


def write_rows(path: Path, table: str, rows: list[dict[str, Any]]) -> None:
    """Write a few rows of a canonical table that Python made; absent columns are NULL."""
    if not rows:
        return
    columns = _cast(table)
    given = pa.table({column: [row.get(column) for row in rows] for column in TABLES[table]})
    path.parent.mkdir(parents=True, exist_ok=True)
    with duck.connect() as connection:
        connection.register("given", given)
        made = connection.execute(f"SELECT {columns} FROM given").to_arrow_table()
    pq.write_table(made, path, compression="zstd")


def _cast(table: str) -> str:
    columns = TABLES[table].items()
    return ", ".join(f"CAST({duck.quoted(name)} AS {kind}) AS {duck.quoted(name)}" for name, kind in columns)


def manifest_path(case: Case, exhibit: str) -> Path:
    """Where the manifest of the exhibit's canonical parts lies."""
    return case.tables / f"{folder_name(exhibit)}.json"


def read_manifest(case: Case, exhibit: str) -> dict[str, Any] | None:
    """The manifest of the exhibit's canonical parts; None where it is not (or not wholly) processed."""
    try:
        manifest = json.loads(manifest_path(case, exhibit).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return manifest if isinstance(manifest, dict) else None


def install(case: Case, exhibit: str, made: Path, **facts: Any) -> Path:
    """Put the parts under ``made`` (``TABLE/part-….parquet``) in the place of the exhibit's old ones.

    ``facts`` go into the manifest. Returns the manifest's path. Interrupted at any point it leaves no
    manifest, so that the exhibit counts as not processed and is made anew.
    """
    manifest_path(case, exhibit).unlink(missing_ok=True)
    for table in TABLES:
        shutil.rmtree(case.tables / table / folder_name(exhibit), ignore_errors=True)
    shutil.rmtree(case.tables / MAPPED / folder_name(exhibit), ignore_errors=True)
    parts = []
    for part in sorted(made.glob("*/*.parquet")):
        table = part.parent.name
        home = case.tables / table / folder_name(exhibit)
        home.mkdir(parents=True, exist_ok=True)
        with part.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        rows = pq.read_metadata(part).num_rows
        part.rename(home / part.name)
        parts.append(
            {
                "file": f"{table}/{folder_name(exhibit)}/{part.name}",
                "table": table,
                "rows": rows,
                "sha256": digest,
            }
        )
    return write_manifest(case, exhibit, {"exhibit": exhibit, **facts, "parts": parts})


def replace_parts(
    case: Case, exhibit: str, tables: Iterable[str], change: Callable[[str, Path, Path], None], **facts: Any
) -> None:
    """Have ``change(table, old, new)`` write each of the exhibit's parts of ``tables`` anew.

    Rows may change, not their number. ``facts`` are added to the manifest. Interrupted while the parts are
    exchanged, the exhibit counts as not processed and is made anew.
    """
    manifest = read_manifest(case, exhibit)
    if manifest is None:
        return
    changed = [part for part in manifest["parts"] if part["table"] in tables]
    for part in changed:
        path = case.tables / part["file"]
        beside = path.with_suffix(".new")
        change(part["table"], path, beside)
        with beside.open("rb") as file:
            part["sha256"] = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
    if changed:
        manifest_path(case, exhibit).unlink()
        for part in changed:
            path = case.tables / part["file"]
            path.with_suffix(".new").rename(path)
    write_manifest(case, exhibit, manifest | facts)


def write_manifest(case: Case, exhibit: str, manifest: dict[str, Any]) -> Path:
    """Put the exhibit's manifest in its place, whole; returns where."""
    beside = manifest_path(case, exhibit).with_suffix(".json.new")
    with beside.open("w", encoding="utf-8") as file:
        json.dump(manifest, file, ensure_ascii=True, indent=1)
        file.flush()
        os.fsync(file.fileno())
    return beside.rename(manifest_path(case, exhibit))


def parts(case: Case) -> dict[str, list[Path]]:
    """Table name to its parts, of all processed exhibits, in the order of their folders' names.

    These hold what is held back too; who reads for a person reads through `define_views`.
    """
    found: dict[str, list[Path]] = {table: [] for table in TABLES}
    for path in sorted(case.tables.glob("*.json")):
        manifest = json.loads(path.read_text("utf-8"))
        for part in manifest["parts"]:
            found[part["table"]].append(case.tables / part["file"])
    return found


def parts_of(case: Case, exhibits: list[str], tables: list[str]) -> dict[str, list[Path]]:
    """These tables' parts in these exhibits, by table."""
    found: dict[str, list[Path]] = {table: [] for table in tables}
    for exhibit in exhibits:
        for part in (read_manifest(case, exhibit) or {"parts": []})["parts"]:
            if part["table"] in found:
                found[part["table"]].append(case.tables / part["file"])
    return found


def define_views(connection: duckdb.DuckDBPyConnection, case: Case) -> list[Path]:
    """Give ``connection`` a view for every canonical table, empty where the case has none.

    What is held back as possibly privileged or out of scope is in none of the files that the views read,
    which are returned. Raises UserError where that was decided and is not applied yet.
    """
    files = held.open_parts(case, parts(case))
    for table, columns in TABLES.items():
        view = f"CREATE OR REPLACE VIEW {duck.quoted(table)} AS "
        if not files[table]:
            connection.execute(view + duck.empty(columns))
            continue
        source = duck.parquet(files[table])
        try:
            connection.execute(f"{view} SELECT {_cast(table)} FROM {source}")
        except (
            duckdb.BinderException
        ):  # parts of an earlier version lack columns that the model has since got
            whole = f"{duck.empty(columns)} UNION ALL BY NAME SELECT * FROM {source}"
            connection.execute(f"{view} SELECT {_cast(table)} FROM ({whole})")
    return [file for listed in files.values() for file in listed]


def open_case(case: Case, *, spill: Path | None = None) -> duckdb.DuckDBPyConnection:
    """A connection that sees the case's canonical tables by their names."""
    connection = duck.connect(spill=spill)
    define_views(connection, case)
    return connection
