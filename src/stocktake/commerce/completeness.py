"""The accounts of completeness: every raw row and byte is mapped or set aside with a reason."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from stocktake.engine.duck import parquet
from stocktake.records.catalogue import RawTable

NO_MAPPING = "no mapping covers this table"
NOT_ACCOUNTED = "not accounted for by the mapping"
EMPTY = "the table is empty"


@dataclass(frozen=True)
class Class:
    """How many rows of a raw table had one fate; ``reason`` is None for those that were mapped."""

    site_id: str | None
    reason: str | None
    rows: int


def of_rows(
    tables: Iterable[RawTable], coverage: Mapping[str, list[Class]], reasons: Mapping[str, str]
) -> tuple[list[dict[str, Any]], list[tuple[RawTable, str]]]:
    """The rows account of every raw table, and a sentence for each whose account does not balance.

    Each cites the item that its table lies in. ``coverage`` holds, by label, the classes that a shop's
    mapping gives; ``reasons`` why a table without them is not mapped. What a
    mapping leaves unexplained becomes a class of its own.
    """
    rows: list[dict[str, Any]] = []
    unbalanced = []
    for table in tables:
        classes = list(coverage.get(table.label, ()))
        rest = table.rows - sum(entry.rows for entry in classes)
        if rest:
            reason = NOT_ACCOUNTED if classes else reasons.get(table.label, NO_MAPPING)
            site_id = classes[0].site_id if classes else None
            classes.append(Class(site_id, reason, rest))
            if reason == NOT_ACCOUNTED:
                told = f"{table.label} has {table.rows} rows; its mapping accounts for {table.rows - rest}."
                unbalanced.append((table, told))
        classes += [Class(None, reason, count) for reason, count in sorted(table.set_aside.items())]
        rows += [_row(table, entry) for entry in classes or [Class(None, EMPTY, 0)]]
    return rows, unbalanced


def _row(table: RawTable, entry: Class) -> dict[str, Any]:
    return {
        "source_id": f"source:{table.exhibit}/{table.path}",
        "site_id": entry.site_id,
        "table_name": table.label,
        "measure": "rows",
        "found": entry.rows,
        "mapped": entry.rows if entry.reason is None else 0,
        "set_aside": 0 if entry.reason is None else entry.rows,
        "reason": entry.reason,
    }


def of_bytes(
    connection: duckdb.DuckDBPyConnection, manifests: Iterable[Mapping[str, Any]], tables: Iterable[RawTable]
) -> list[dict[str, Any]]:
    """The bytes account of every item that was read: bytes of rows, and the rest.

    ``table_name`` is the item's path, and ``source_id`` that of the item. An item whose rows have
    no byte range has no such account.
    """
    lengths: dict[str, int] = {}
    for table in tables:
        row = None
        if table.parts:
            row = connection.execute(f"SELECT sum(_length) FROM {parquet(table.parts)}").fetchone()
        if row and row[0] is not None:
            lengths[table.path] = lengths.get(table.path, 0) + int(row[0])
    rows: list[dict[str, Any]] = []
    for manifest in manifests:
        path, found = str(manifest["path"]), manifest.get("bytes")
        if path not in lengths or not isinstance(found, int):
            continue
        mapped = min(lengths[path], found)
        common = {
            "source_id": f"source:{manifest['exhibit']}/{path}",
            "table_name": path,
            "measure": "bytes",
            "found": mapped,
            "mapped": mapped,
            "set_aside": 0,
        }
        rows.append(common)
        if found > mapped:
            rest = found - mapped
            rows.append(
                {
                    **common,
                    "found": rest,
                    "mapped": 0,
                    "set_aside": rest,
                    "reason": "statements, definitions and comments, which hold no rows",
                }
            )
    return rows
