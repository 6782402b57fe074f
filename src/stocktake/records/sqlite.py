"""SQLite databases, read by SQLite itself from a private copy.

Column types follow the declared type by SQLite's own rules of affinity (sqlite.org/datatype3.html), with
these choices: ``DECIMAL(p,s)`` and ``NUMERIC(p,s)`` hold a value where its shortest decimal form fits; other
types of numeric affinity, dates among them, and columns without a type are text, numbers in their shortest
form. A value of another storage class than its column's stands in ``_unread``; a BLOB there as ``X'…'``.

Tables without a primary key get their ``rowid`` as a further column and key. Rows have no byte range: SQLite
does not tell where in its pages a row lies.
"""

import re
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pyarrow as pa

from stocktake.records.raw import PLACE, Column, Table, UnitWriter

VALUE_BYTES = 64 << 20
_BATCH_ROWS = 8192
_BATCH_BYTES = 16 << 20
_DATABASE = "main"
_ROWID_NAMES = ("rowid", "_rowid_", "oid")
_SUPER_JOURNAL = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"
_UNREAD = PLACE.field("_unread").type
_PRAGMAS = ("page_size", "encoding", "user_version", "application_id", "freelist_count", "journal_mode")


def read(database: Path, unit: UnitWriter) -> None:
    """Read every table of ``database``, a copy that SQLite may write to, with its -wal or -journal beside it.

    Nothing that the schema could run is run: views, triggers, virtual tables and computed columns are left
    alone, and extensions can't be loaded.
    """
    journal = database.with_name(database.name + "-journal")
    if journal.exists() and _names_another_file(journal):
        # SQLite would look for that file by the path that the evidence gives, and delete it.
        journal.unlink()
        unit.problem("a transaction over several databases was under way; its journal was not applied")
    address = f"file:{quote(str(database))}?mode=rw"
    with closing(sqlite3.connect(address, uri=True, isolation_level=None)) as connection:
        connection.text_factory = partial(str, encoding="utf-8", errors="surrogateescape")
        try:
            _harden(connection)
            tables = _tables(connection, unit)
        except sqlite3.DatabaseError as error:
            unit.problem(f"can't be read as a SQLite database: {error}", severity="error")
            return
        for name, sql in tables:
            shown = _shown(name)
            if re.match(r"\s*create\s+virtual\b", sql, re.IGNORECASE):
                message = (
                    f"{shown} is a virtual table: what it keeps is read from the tables that it keeps it in"
                )
                unit.problem(message, severity="info", table=shown)
                continue
            try:
                _read_table(connection, name, unit)
            except (sqlite3.Error, ValueError) as error:  # ValueError: a name that can't be written in SQL
                unit.problem(f"table {shown} can't be read: {error}", severity="error", table=shown)


def _names_another_file(journal: Path) -> bool:
    with journal.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - len(_SUPER_JOURNAL)))
        return file.read() == _SUPER_JOURNAL


def _harden(connection: sqlite3.Connection) -> None:
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, VALUE_BYTES)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    connection.execute("PRAGMA mmap_size = 0")
    connection.execute("PRAGMA temp_store = MEMORY")


def _tables(connection: sqlite3.Connection, unit: UnitWriter) -> list[tuple[str, str]]:
    """Name and SQL of each table, in the order in which they were made."""
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY rowid"
    try:
        found = connection.execute(query).fetchall()
    except sqlite3.DatabaseError as error:
        if "malformed database schema" not in str(error):
            raise
        unit.problem(f"the schema is damaged, its readable part was used: {error}", severity="error")
        connection.execute("PRAGMA writable_schema = ON")  # lets SQLite go on past a damaged entry
        found = connection.execute(query).fetchall()
    for name in _PRAGMAS:
        unit.facts[name] = connection.execute(f"PRAGMA {name}").fetchone()[0]
    return [(name, sql or "") for name, sql in found if isinstance(name, str) and isinstance(sql, str | None)]


def _read_table(connection: sqlite3.Connection, name: str, unit: UnitWriter) -> None:
    columns: list[Column] = []
    selected: list[str] = []
    key: dict[int, str] = {}
    for _, column, declared, _, _, position, hidden in connection.execute(
        f"PRAGMA table_xinfo({_quoted(name)})"
    ):
        if hidden in (0, 3):  # neither of a virtual table nor computed when it is read
            columns.append(Column(_shown(column), _shown(declared), arrow_type(declared)))
            selected.append(_quoted(column))
            if position:
                key[position] = _shown(column)
    rowid = _rowid(connection, name, columns)
    if rowid and not key:
        columns.append(Column(rowid, "INTEGER", pa.int64()))
    keys = [key[position] for position in sorted(key)] or ([rowid] if rowid else [])
    rows = _Rows(unit.table(_DATABASE, _shown(name), columns, keys), unit)
    try:
        for row in _stored_rows(connection, name, selected, rowid, rows):
            rows.add(row[: len(columns)])
    except sqlite3.Error as error:
        table = rows.table
        message = f"table {table.name} can't be read beyond its row {table.rows + len(rows.held)}: {error}"
        unit.problem(message, severity="error", table=table.name)
    rows.write()
    rows.tell()


def _stored_rows(
    connection: sqlite3.Connection, name: str, selected: list[str], rowid: str | None, rows: "_Rows"
) -> Iterator[tuple[Any, ...]]:
    """Rows in the order in which they are stored, with the rowid as last value where there is one.

    A row with a value too long to be held is set aside, where its rowid gives a way past it.
    """
    source = f"FROM {_quoted(name)} NOT INDEXED"
    if rowid is None:
        yield from _rows_without_rowid(connection, f"SELECT {', '.join(selected)} {source}")
        return
    query = f"SELECT {', '.join([*selected, rowid])} {source} WHERE {rowid} {{}} ? ORDER BY {rowid}"
    after, beyond = -(2**63), ">="
    while True:
        try:
            for row in connection.execute(query.format(beyond), [after]):
                if beyond == ">" and row[-1] <= after:
                    raise sqlite3.DatabaseError("its pages lead in a circle")
                after, beyond = row[-1], ">"
                yield row
            return
        except sqlite3.Error:
            pass  # the module looks one row ahead, so it may be that row, and one was lost before it
        try:
            row = connection.execute(f"{query.format(beyond)} LIMIT 1", [after]).fetchone()
        except sqlite3.DataError:
            sought = f"SELECT {rowid} {source} WHERE {rowid} {beyond} ? ORDER BY {rowid} LIMIT 1"
            (after,) = connection.execute(sought, [after]).fetchone()
            rows.set_aside(f"has a value longer than {VALUE_BYTES} bytes", f"{rowid} {after}")
        else:
            after = row[-1]
            yield row
        beyond = ">"


def _rows_without_rowid(connection: sqlite3.Connection, query: str) -> Iterator[tuple[Any, ...]]:
    count = 0
    try:
        for row in connection.execute(query):
            count += 1
            yield row
    except sqlite3.Error:
        yield from connection.execute(f"{query} LIMIT 1 OFFSET {count}")  # the row before the one that failed
        raise


def _rowid(connection: sqlite3.Connection, name: str, columns: list[Column]) -> str | None:
    """Return a name for the table's rowid that no column has; None for a table WITHOUT ROWID."""
    taken = {column.name.lower() for column in columns}
    free = next((alias for alias in _ROWID_NAMES if alias not in taken), None)
    if free is None:
        return None
    try:
        connection.execute(f"SELECT {free} FROM {_quoted(name)} LIMIT 0")
    except sqlite3.OperationalError:
        return None
    return free


def _shown(name: str) -> str:
    """``name`` as text, kept apart from the names of ``PLACE``."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return f"{text}_" if text.casefold() in PLACE.names else text


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def arrow_type(declared: str) -> pa.DataType:
    """Return the Arrow type for a column of the declared type."""
    kind = declared.upper()
    if "INT" in kind:
        return pa.int64()
    if any(word in kind for word in ("CHAR", "CLOB", "TEXT")):
        return pa.string()
    if "BLOB" in kind:
        return pa.binary()
    if any(word in kind for word in ("REAL", "FLOA", "DOUB")):
        return pa.float64()
    numeric = re.fullmatch(r"\s*(?:DECIMAL|NUMERIC)\s*\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\)\s*", kind)
    if numeric and 0 <= int(numeric[2] or 0) <= int(numeric[1]) <= 38 and int(numeric[1]):
        return pa.decimal128(int(numeric[1]), int(numeric[2] or 0))
    return pa.int64() if kind.strip() in ("BOOLEAN", "BOOL") else pa.string()


@dataclass
class _Rows:
    """Gathers the rows of one table into batches."""

    table: Table
    unit: UnitWriter
    held: list[tuple[Any, ...]] = field(default_factory=list)
    held_bytes: int = 0
    misfits: dict[str, list[Any]] = field(default_factory=dict)

    def add(self, row: tuple[Any, ...]) -> None:
        self.held.append(row)
        self.held_bytes += sum(map(sys.getsizeof, row))
        if len(self.held) >= _BATCH_ROWS or self.held_bytes >= _BATCH_BYTES:
            self.write()

    def set_aside(self, reason: str, which: str) -> None:
        """Count the row as found and not kept, and tell which it is."""
        self.unit.set_aside(self.table, reason)
        message = f"the row of {self.table.name} with {which} {reason}, and was set aside"
        self.unit.problem(message, severity="error", table=self.table.name)

    def write(self) -> None:
        count = len(self.held)
        if not count:
            return
        unread: dict[int, list[tuple[str, str]]] = {}
        arrays = []
        for position, column in enumerate(self.table.columns):
            array, misfits = convert([row[position] for row in self.held], column.type)
            arrays.append(array)
            for row, text in misfits.items():
                unread.setdefault(row, []).append((column.name, text))
            if misfits:
                first = self.misfits.setdefault(column.name, [0, self.table.rows + min(misfits) + 1])
                first[0] += len(misfits)
        first_row = self.table.rows + 1
        nowhere = pa.nulls(count, pa.int64())
        ordinals = pa.array(np.arange(first_row, first_row + count), pa.int64())
        texts = [unread.get(row) for row in range(count)] if unread else None
        places = pa.array(texts, _UNREAD) if texts else pa.nulls(count, _UNREAD)
        fields = [pa.field(column.name, column.type) for column in self.table.columns]
        schema = pa.schema([*fields, *PLACE])
        batch = pa.RecordBatch.from_arrays([*arrays, nowhere, nowhere, ordinals, places], schema=schema)
        self.unit.write(self.table, batch)
        self.held, self.held_bytes = [], 0

    def tell(self) -> None:
        for column, (count, row) in self.misfits.items():
            name = self.table.name
            message = f"{count} values of {name}.{column} do not fit its type and are kept as text"
            self.unit.problem(f"{message}, the first in row {row}", table=name)


def convert(values: list[Any], kind: pa.DataType) -> tuple[pa.Array, dict[int, str]]:
    """Turn values as sqlite3 gives them into a column, with the text of those that don't fit by position."""
    classes = set(map(type, values)) - {type(None)}
    if classes <= _WHOLE.get(kind, frozenset()):
        try:
            return pa.array(values, kind), {}
        except UnicodeEncodeError:  # bytes that are no text, found below
            pass
    found: list[Any] = []
    misfits: dict[int, str] = {}
    for position, value in enumerate(values):
        fitting, misfit = _fitted(value, kind)
        found.append(fitting)
        if misfit is not None:
            misfits[position] = misfit
    return pa.array(found, kind), misfits


_WHOLE = {
    pa.int64(): frozenset({int}),
    pa.float64(): frozenset({float}),
    pa.string(): frozenset({str}),
    pa.binary(): frozenset({bytes}),
}


def _fitted(value: Any, kind: pa.DataType) -> tuple[Any, str | None]:
    """Return the value for the column, None where it does not fit, and then its text."""
    if value is None:
        return None, None
    if kind == pa.string():
        return _as_text(value)
    if isinstance(value, str):
        return None, _as_text(value)[0]
    if isinstance(value, bytes):
        return (value, None) if kind == pa.binary() else (None, f"X'{value.hex().upper()}'")
    if kind == pa.int64() and isinstance(value, int):
        return value, None
    if kind == pa.float64():
        return (float(value), None) if float(value) == value else (None, repr(value))
    if pa.types.is_decimal(kind):
        exact = Decimal(repr(value))
        try:
            return pa.scalar(exact, kind).as_py(), None
        except (pa.ArrowInvalid, ValueError, TypeError):
            pass
    return None, repr(value)


def _as_text(value: Any) -> tuple[str | None, str | None]:
    if isinstance(value, bytes):
        return None, f"X'{value.hex().upper()}'"
    if not isinstance(value, str):
        return repr(value), None
    if value.isascii() or not any("\ud800" <= character <= "\udfff" for character in value):
        return value, None
    text = value.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return text, text


__all__ = ["arrow_type", "convert", "read"]
