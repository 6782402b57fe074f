"""Raw tables on disk: Parquet parts with the place of every row, and a manifest that names them.

One item (a file inside an exhibit) becomes one *unit*: a folder ``raw/EXHIBIT/UNIT/`` that holds
``manifest.json`` and, for every table, ``TABLE/part-00000.parquet`` and on. The manifest is written last,
so a unit without one was interrupted and is made anew. Given the same bytes the parts are the same.

Every part has the columns of its source, and after them

=============  ======================  ================================================================
``_offset``    BIGINT                  first byte of the row in the unwrapped item, where it has one
``_length``    BIGINT                  bytes of the row
``_row``       BIGINT                  ordinal of the row in its table in this item, from 1
``_unread``    MAP(VARCHAR, VARCHAR)   column to recorded text, for values that do not fit the column's
                                       declared type (zero dates, broken character sets); the typed
                                       column then holds NULL, or for text the text with ``\\xNN`` for
                                       the bytes that are no text
=============  ======================  ================================================================
"""

import ctypes
import hashlib
import json
import os
import re
import shutil
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

PLACE = pa.schema(
    [
        pa.field("_offset", pa.int64()),
        pa.field("_length", pa.int64()),
        pa.field("_row", pa.int64()),
        pa.field("_unread", pa.map_(pa.string(), pa.string())),
    ]
)

# Arrow bytes of one table that are gathered before they become a part, and of all tables together.
PART_BYTES = 64 << 20
HELD_BYTES = 192 << 20
# And of parts that are being written, unless a single one is larger.
WRITING_BYTES = 160 << 20
# What a batch costs beside its values: many tables of a few rows would otherwise count as nothing.
BATCH_OVERHEAD = 16 << 10


@dataclass(frozen=True)
class Column:
    """A column: its name, its type in the source's own words, and the Arrow type that keeps it."""

    name: str
    declared: str
    type: pa.DataType


@dataclass(frozen=True)
class Problem:
    """Something that could not be read, with its place. ``severity`` is info, warning or error."""

    stage: str
    severity: str
    message: str
    table: str | None = None
    offset: int | None = None
    length: int | None = None


@dataclass
class Table:
    """A raw table of a unit. ``key`` names the columns of its primary key, where one is declared.

    ``set_aside`` counts rows that were found and could not be kept, by reason.
    """

    database: str
    name: str
    columns: list[Column]
    key: list[str] = field(default_factory=list)
    rows: int = 0
    set_aside: dict[str, int] = field(default_factory=dict)
    parts: list[dict[str, Any]] = field(default_factory=list)

    @property
    def folder(self) -> str:
        """A folder name that is safe on every file system, and the same table's only."""
        plain = quote(f"{self.database}.{self.name}", safe=" ()+,-.=@_~").strip(". ")
        if plain == f"{self.database}.{self.name}" and 0 < len(plain) <= 100:
            return plain
        digest = hashlib.sha256(f"{self.database}\0{self.name}".encode("utf-8", "surrogatepass"))
        return f"{plain[:80]}~{digest.hexdigest()[:12]}"


def unit_name(path: str) -> str:
    """Folder of the unit for the item at ``path``: readable, safe, and that path's only."""
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", path.rsplit("/", 1)[-1]).strip("-.")[:60] or "item"
    return f"{stem}~{hashlib.sha256(path.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


class UnitWriter:
    """Takes the batches that a reader finds in one item, and leaves a finished unit or none.

    Use as a context manager. Batches become parts by size alone, so that the parts do not depend on
    timing; encoding and writing run on ``threads`` threads behind the reader.
    """

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        self.folder = folder
        self.tables: dict[tuple[str, str], Table] = {}
        self.problems: list[Problem] = []
        self.facts: dict[str, Any] = {}
        self.fingerprint_key: bytes | None = None  # under which readers tell secrets apart; written nowhere
        self.digests: Collection[str] = ()  # algorithms beside SHA-256 that items are hashed with
        self.selectors: Sequence[tuple[str, str]] = ()  # an examiner's own, for captures: text and file
        self._held: dict[tuple[str, str], list[pa.RecordBatch]] = {}
        self._held_bytes: dict[tuple[str, str], int] = {}
        self._held_total = 0
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="parquet")
        self._writing: list[tuple[Future[None], int]] = []
        self._threads = threads

    def __enter__(self) -> "UnitWriter":
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=kind is not None)

    def table(self, database: str, name: str, columns: list[Column], key: list[str] | None = None) -> Table:
        """Begin a table, or return the one of that name that this unit has begun already."""
        return self.tables.setdefault((database, name), Table(database, name, columns, key or []))

    def widen(self, table: Table, columns: list[Column]) -> None:
        """Add columns to a table that has begun; the rows so far hold NULL in them.

        Parts that are written already lack the columns: read parts by column name.
        """
        if (table.database, table.name) in self._held:
            self._flush((table.database, table.name))
        table.columns.extend(columns)

    def problem(
        self,
        message: str,
        *,
        severity: str = "warning",
        table: str | None = None,
        offset: int | None = None,
        length: int | None = None,
    ) -> None:
        """Record something that could not be read; it becomes a row of ``problems``."""
        self.problems.append(Problem("records", severity, message, table, offset, length))

    def write(self, table: Table, batch: pa.RecordBatch) -> None:
        """Add rows: the table's columns in order, then those of ``PLACE`` (``_row`` may be absent)."""
        key = (table.database, table.name)
        if "_row" not in batch.schema.names:
            ordinals = pa.array(np.arange(table.rows + 1, table.rows + 1 + batch.num_rows))
            batch = batch.add_column(len(table.columns) + 2, PLACE.field("_row"), ordinals)
        table.rows += batch.num_rows
        self._held.setdefault(key, []).append(batch)
        size = batch.nbytes + BATCH_OVERHEAD
        self._held_bytes[key] = self._held_bytes.get(key, 0) + size
        self._held_total += size
        if self._held_bytes[key] >= PART_BYTES:
            self._flush(key)
        while self._held_total > HELD_BYTES:
            self._flush(max(self._held_bytes, key=lambda held: (self._held_bytes[held], held)))

    def set_aside(self, table: Table, reason: str, rows: int = 1) -> None:
        """Count rows that were found and could not be kept."""
        table.set_aside[reason] = table.set_aside.get(reason, 0) + rows

    def finish(self, **facts: Any) -> None:
        """Write what is held and then the manifest; without this call the unit does not exist."""
        for key in list(self._held):
            self._flush(key)
        for writing, _ in self._writing:
            writing.result()
        _settle(
            self.folder,
            [self.folder / part["file"] for table in self.tables.values() for part in table.parts],
        )
        manifest = {
            **facts,
            "facts": self.facts,
            "tables": [
                {
                    "database": table.database,
                    "name": table.name,
                    "folder": table.folder,
                    "key": table.key,
                    "columns": [[c.name, c.declared, str(c.type)] for c in table.columns],
                    "rows": table.rows,
                    "set_aside": table.set_aside,
                    "parts": table.parts,
                }
                for table in self.tables.values()
            ],
            "problems": [asdict(problem) for problem in self.problems],
        }
        beside = self.folder / "manifest.json.new"
        with beside.open("w", encoding="utf-8") as file:
            json.dump(manifest, file, ensure_ascii=True, indent=1)
            file.flush()
            os.fsync(file.fileno())
        beside.rename(self.folder / "manifest.json")

    def _flush(self, key: tuple[str, str]) -> None:
        batches = self._held.pop(key)
        size = self._held_bytes.pop(key)
        self._held_total -= size
        table = self.tables[key]
        part: dict[str, Any] = {"file": f"{table.folder}/part-{len(table.parts):05d}.parquet"}
        table.parts.append(part)
        self._writing = [(writing, held) for writing, held in self._writing if not _ended(writing)]
        while self._writing and (
            len(self._writing) > self._threads
            or sum(held for _, held in self._writing) + size > WRITING_BYTES
        ):
            self._writing.pop(0)[0].result()
        self._writing.append((self._pool.submit(self._write_part, _schema(table), part, batches), size))

    def _write_part(self, schema: pa.Schema, part: dict[str, Any], batches: list[pa.RecordBatch]) -> None:
        whole = pa.Table.from_batches(batches)
        if whole.schema.equals(schema):
            whole = pa.Table.from_arrays(whole.columns, schema=schema)
        else:
            whole = whole.cast(schema)
        batches.clear()
        sink = pa.BufferOutputStream()
        pq.write_table(whole, sink, compression="zstd", compression_level=1, **_encoding(whole))
        encoded = sink.getvalue()
        path = self.folder / part["file"]
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.write(encoded)
        part["sha256"] = hashlib.sha256(encoded).hexdigest()
        part["rows"] = whole.num_rows
        part["bytes"] = encoded.size


def _encoding(table: pa.Table) -> dict[str, Any]:
    """Parquet encodings: differences for whole numbers, a dictionary for text of few values.

    A dictionary that outgrows its page is given up by the writer only after the work of making it, so
    text is looked at first: what repeats in the first rows.
    """
    whole_numbers = [column.name for column in table.schema if pa.types.is_integer(column.type)]
    repeating = []
    for column in table.schema:
        if column.name in whole_numbers or pa.types.is_nested(column.type):
            continue
        first = table[column.name].slice(0, 16384)
        if pc.count_distinct(first).as_py() <= len(first) // 5 + 1:
            repeating.append(column.name)
    return {
        "use_dictionary": repeating,
        "column_encoding": dict.fromkeys(whole_numbers, "DELTA_BINARY_PACKED"),
    }


def _schema(table: Table) -> pa.Schema:
    fields = [pa.field(c.name, c.type, metadata={"declared": c.declared}) for c in table.columns]
    return pa.schema([*fields, *PLACE])


def _settle(folder: Path, parts: list[Path]) -> None:
    """Bring the parts to disk before a manifest names them.

    Above a few dozen files one ``syncfs`` of their file system (Linux) is quicker than an ``fsync`` each.
    """
    if len(parts) > 64 and hasattr(libc := ctypes.CDLL(None), "syncfs"):
        handle = os.open(folder, os.O_RDONLY)
        try:
            if libc.syncfs(handle) == 0:
                return
        finally:
            os.close(handle)
    for part in parts:
        with part.open("rb") as file:
            os.fsync(file.fileno())


def _ended(writing: "Future[None]") -> bool:
    if writing.done():
        writing.result()  # raises what the writing thread raised
        return True
    return False
