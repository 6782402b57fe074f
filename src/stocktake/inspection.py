"""One look at every item, whatever it is: its hash, its true type, and the observables in its bytes.

Items are looked at in runs, so that an exhibit of a million files does not become a million folders. A run
is a unit like any other (``raw/EXHIBIT/inspected-00000/``), with one table ``hits`` and, in its manifest, the
hash and size of each item. What is found becomes the rows of ``items``, and in `observed` of ``observables``.

Where an item's bytes are not the text that its rows hold (pages of a database, values in a compressed dump),
the cells of its raw tables are looked at too, in a unit of their own beside the tables' (``cells-UNIT``).
"""

import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.parquet as pq

from stocktake.evidence import Counted, Item
from stocktake.evidence.captures import CAPTURE_FORMS
from stocktake.evidence.opening import Opening
from stocktake.observables import SCHEMA, TABLE_SCHEMA, scan_batches, scan_table
from stocktake.records.raw import PLACE, Column, Problem, Table, UnitWriter
from stocktake.records.reading import reraise_ours
from stocktake.review.privilege_list import PrivilegeList
from stocktake.review.watching import Mark, Watched

# A run ends with the item that reaches either.
RUN_ITEMS = 1_000
RUN_BYTES = 256 << 20
# Compressed files up to this size are hashed as they are stored too, where a package list or hash set asks.
_STORED_MOST = 4 << 20

_COLUMNS = [
    Column("path", "path of the item", pa.string()),
    *(Column(one.name, str(one.type), one.type) for one in SCHEMA if one.name not in ("offset", "length")),
]


CELL_COLUMNS = [
    Column("path", "path of the unit's item or group", pa.string()),
    Column("database", "the raw table's database", pa.string()),
    Column("table", "the raw table", pa.string()),
    *(
        Column(one.name, str(one.type), one.type)
        for one in TABLE_SCHEMA
        if one.name not in ("offset", "length")
    ),
]

# Databases of the servers themselves.
_OF_SERVERS = ("mysql", "sys", "information_schema", "performance_schema", "pg_catalog")
# In which column a row says what another of its columns is.
_LABELS = {
    "meta_value": "meta_key",
    "option_value": "option_name",
    "value": "key",
    "config_value": "config_name",
}
_CELLS_AT_ONCE = 1 << 16

_MARK_COLUMNS = [
    Column("path", "path of the item", pa.string()),
    Column("reason", "the line of the privilege list that is met", pa.string()),
]


def runs(items: Sequence[Item]) -> Iterator[list[Item]]:
    """The items in runs, in their order."""
    run: list[Item] = []
    size = 0
    for item in items:
        run.append(item)
        size += item.size or 0
        if len(run) >= RUN_ITEMS or size >= RUN_BYTES:
            yield run
            run, size = [], 0
    if run:
        yield run


def inspect(
    items: Sequence[Item], key: bytes, unit: UnitWriter, privileged: PrivilegeList | None = None
) -> dict[str, dict[str, Any]]:
    """Look at ``items`` and write their hits; returns size and SHA-256 of the unwrapped bytes by path.

    ``key`` is the case's: secrets and card numbers are known by their fingerprint under it alone. Where the
    bytes meet the list of what may be ``privileged`` becomes the table ``marks`` of database ``privilege``.
    """
    table = unit.table("observables", "hits", _COLUMNS)
    found: dict[str, dict[str, Any]] = {}
    for item in items:
        try:
            with closing(Counted(item.open(), unit.digests)) as stream:
                if item.holds in CAPTURE_FORMS:  # what it holds are items, which are looked at
                    stream.drain()
                    found[item.path] = {"bytes": stream.count, "sha256": stream.sha256}
                    continue
                watched = None
                if privileged is not None and not privileged.looks_past(item.path):
                    watched = Watched(stream, privileged)
                for batch in scan_batches(cast("Any", watched or stream), key=key):
                    unit.write(table, _placed(item.path, batch))
                    if watched is not None:
                        _write_marks(unit, item.path, watched.marks())
                if watched is not None:
                    watched.finish()
                    _write_marks(unit, item.path, watched.marks())
                stream.drain()
                found[item.path] = {"bytes": stream.count, "sha256": stream.sha256, **stream.digests}
            found[item.path] |= _stored(item, unit.digests)
        except OSError as error:
            reraise_ours(error)
            problem = f"{item.path}: can't be read to its end: {error.strerror or error}"
            unit.problems.append(Problem("evidence", "error", problem))
    return found


def has_text_in_cells(kind: str) -> bool:
    """Whether rows of a unit of this kind hold text that does not stand in the item's bytes as it is."""
    return kind.startswith("databases:") or kind in _IN_CELLS


_IN_CELLS = ("sqlite", "pgdump-custom", "pgdump-tar", "pgdump-directory")


def inspect_cells(made: Path, key: bytes, unit: UnitWriter) -> None:
    """Look at the text and bytes in the raw tables of the unit in the folder ``made``."""
    manifest = json.loads((made / "manifest.json").read_text("utf-8"))
    table = unit.table("observables", "cell_hits", CELL_COLUMNS)
    for raw in manifest["tables"]:
        if raw["database"] in _OF_SERVERS:
            continue
        for part in raw["parts"]:
            for batch in pq.ParquetFile(made / part["file"]).iter_batches(_CELLS_AT_ONCE):
                _inspect_cells(str(manifest["path"]), raw, batch, key, unit, table)


def _inspect_cells(
    path: str, raw: dict[str, Any], batch: pa.RecordBatch, key: bytes, unit: UnitWriter, table: Table
) -> None:
    place = set(PLACE.names)
    columns = [field.name for field in batch.schema if field.name not in place and _holds_text(field.type)]
    if not columns:
        return
    by_lower = {name.lower(): name for name in batch.schema.names}
    labels = {
        column: by_lower[_LABELS[column.lower()]]
        for column in columns
        if _LABELS.get(column.lower()) in by_lower
    }
    hits = scan_table(batch, columns, key=key, labels=labels)
    for found in hits.combine_chunks().to_batches():
        rows = found.num_rows
        if not rows:
            continue
        ordinals = batch.column("_row").take(found.column("row"))
        arrays = [pa.repeat(pa.scalar(text), rows) for text in (path, raw["database"], raw["name"])]
        arrays += [ordinals, *(found.column(column.name) for column in CELL_COLUMNS[4:])]
        arrays += [
            found.column("offset"),
            found.column("length"),
            pa.nulls(rows, PLACE.field("_unread").type),
        ]
        names = [column.name for column in CELL_COLUMNS] + ["_offset", "_length", "_unread"]
        unit.write(table, pa.RecordBatch.from_arrays(arrays, names))


def _holds_text(kind: pa.DataType) -> bool:
    tests = (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary)
    return any(test(kind) for test in tests)


def _write_marks(unit: UnitWriter, path: str, marks: Iterator[Mark]) -> None:
    found = list(marks)
    if not found:
        return
    table = unit.table("privilege", "marks", _MARK_COLUMNS)
    columns = [
        pa.repeat(pa.scalar(path), len(found)),
        pa.array([mark.reason for mark in found], pa.string()),
        pa.array([mark.offset for mark in found], pa.int64()),
        pa.array([mark.length for mark in found], pa.int64()),
        pa.nulls(len(found), PLACE.field("_unread").type),
    ]
    names = [column.name for column in _MARK_COLUMNS] + ["_offset", "_length", "_unread"]
    unit.write(table, pa.RecordBatch.from_arrays(columns, names))


def _stored(item: Item, digests: Collection[str]) -> dict[str, Any]:
    """Digests of a compressed file as it lies there, which is what packages state; none of a large one."""
    opening = item.open.as_stored() if digests and isinstance(item.open, Opening) else None
    if opening is None:
        return {}
    if (item.size or 0) > _STORED_MOST:
        return {"wrapped": True}
    with closing(Counted(opening(), digests)) as stream:
        stream.drain()
        return {"wrapped": True, "stored": {"sha256": stream.sha256, **stream.digests}}


def _placed(path: str, batch: pa.RecordBatch) -> pa.RecordBatch:
    rows = batch.num_rows
    columns = [pa.repeat(pa.scalar(path), rows)]
    columns += [batch.column(column.name) for column in _COLUMNS[1:]]
    columns += [batch.column("offset"), batch.column("length"), pa.nulls(rows, PLACE.field("_unread").type)]
    names = [column.name for column in _COLUMNS] + ["_offset", "_length", "_unread"]
    return pa.RecordBatch.from_arrays(columns, names)
