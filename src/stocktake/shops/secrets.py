"""Columns that hold secrets, as shop folders declare them: what is shown in their place.

A secret is known by its place, its kind, whether it is encrypted, and a fingerprint under the case's key; the
secret itself is in no answer. Raw tables keep it, as the evidence does, and are only ever shown through here.
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import duckdb

from stocktake.artefacts.fingerprints import keyed
from stocktake.case import Case
from stocktake.engine.duck import connect, literal, parquet, quoted
from stocktake.records.catalogue import RawTable
from stocktake.shops import logical
from stocktake.shops.case_folders import folders_by_name
from stocktake.shops.folders import LogicalTable, Secret
from stocktake.shops.recognition import recognise


@dataclass(frozen=True)
class Held:
    """A column of a raw table that holds secrets. ``binary`` where its values are bytes and no text."""

    table: RawTable
    column: str
    binary: bool
    secret: Secret


def held(case: Case, exhibit: str) -> list[Held]:
    """The secret columns of the shops that are recognised in an exhibit."""
    folders = folders_by_name(case, exhibit)
    return [
        one
        for shop in recognise(case, exhibit)
        for name, table in shop.tables.items()
        for one in held_in(folders[shop.software].tables[name], table)
    ]


def held_in(read_as: LogicalTable, table: RawTable) -> list[Held]:
    """The secret columns of one raw table, which a folder reads as ``read_as``."""
    found = []
    for column, secret in read_as.secrets.items():
        raw = logical.raw_column(read_as, column, table)
        if raw is not None and table.parts:
            found.append(Held(table, raw[0], raw[1] in ("binary", "large_binary"), secret))
    return found


def fingerprints(connection: duckdb.DuckDBPyConnection, key: bytes) -> str:
    """Give ``connection`` a SQL function of kind and bytes; returns its name, which nobody can guess."""
    name = f"fingerprint_{secrets.token_hex(16)}"
    connection.create_function(
        name, lambda kind, secret: keyed(kind, secret, key), ["VARCHAR", "BLOB"], "VARCHAR"
    )
    return name


def is_secret(one: Held) -> str:
    """SQL of whether a raw row holds a secret in the column."""
    told = f"{quoted(one.column)} IS NOT NULL AND CAST({quoted(one.column)} AS VARCHAR) <> ''"
    where = next(
        (name for name, _, _ in one.table.columns if name.lower() == str(one.secret.where).lower()), None
    )
    if where is None:  # without the column that would tell, every row is taken for one
        return f"({told})"
    fits = " OR ".join(
        f"lower(CAST({quoted(where)} AS VARCHAR)) LIKE {literal(pattern)}" for pattern in one.secret.like
    )
    return f"({told} AND ({fits}))"


def fingerprint_of(one: Held, function: str) -> str:
    """SQL of the fingerprint of the column's value."""
    return f"{function}({literal(one.secret.kind)}, {_bytes(one)})"


def _bytes(one: Held) -> str:
    return quoted(one.column) if one.binary else f"encode(CAST({quoted(one.column)} AS VARCHAR))"


def shown(one: Held, function: str) -> str:
    """SQL of what stands in a secret's place: its kind, its state and its fingerprint."""
    label = f"[{one.secret.kind}, {one.secret.state}, "
    return f"{literal(label)} || {fingerprint_of(one, function)} || ']'"


def masked(table: RawTable, columns: Sequence[Held], function: str) -> str:
    """SQL of a raw table's rows as they may be shown. ``function`` is that of `fingerprints`."""
    replaced = [
        f"CASE WHEN {is_secret(one)} THEN {shown(one, function)} "
        f"ELSE CAST({quoted(one.column)} AS VARCHAR) END AS {quoted(one.column)}"
        for one in columns
    ]
    if not replaced:
        return f"SELECT * FROM {parquet(table.parts)}"
    unfit = " OR ".join(f"map_contains(_unread, {literal(one.column)})" for one in columns)
    replaced.append(f"CASE WHEN {unfit} THEN NULL ELSE _unread END AS _unread")
    return f"SELECT * REPLACE ({', '.join(replaced)}) FROM {parquet(table.parts)}"


def rows_with_secrets(columns: Iterable[Held]) -> str | None:
    """SQL of the rows that have a place and hold a secret: path, offset, length, and the secret as text.

    None where there are no such columns.
    """
    selects = [
        f"SELECT {literal(one.table.path)} AS path, _offset, _length, "
        f"CAST({quoted(one.column)} AS VARCHAR) AS secret FROM {parquet(one.table.parts)} "
        f"WHERE _offset IS NOT NULL AND {is_secret(one)}"
        for one in columns
    ]
    return " UNION ALL ".join(selects) or None


@dataclass(frozen=True)
class _Row:
    """A row within what is to be shown: its bytes' place there, and its secrets with their labels."""

    start: int
    end: int
    secrets: list[tuple[bytes, str]]


def hide(
    case: Case, exhibit: str, path: str, windows: Sequence[tuple[int, bytes]]
) -> list[tuple[bytes, bool]]:
    """Bytes of a file (offset and bytes of each stretch) as they may be shown, and whether any were hidden.

    A secret is replaced by its label wherever its row shows it; a row in which it is not found as it must
    stand, or that is shown in part only, is left out whole.
    """
    rows: list[list[_Row]] = [[] for _ in windows]
    here = [one for one in held(case, exhibit) if one.table.path == path] if windows else []
    if here:
        with connect() as connection:
            function = fingerprints(connection, case.fingerprint_key())
            spans = ", ".join(
                f"({number}, {offset}, {offset + len(data)})" for number, (offset, data) in enumerate(windows)
            )
            for one in here:
                found = connection.execute(
                    "SELECT w.number, r._offset - w.lo, r._offset + r._length - w.lo, r.secret, r.label "
                    f"FROM (SELECT _offset, _length, {_bytes(one)} AS secret, "
                    f"{shown(one, function)} AS label FROM {parquet(one.table.parts)} "
                    f"WHERE {is_secret(one)}) AS r "
                    f"JOIN (VALUES {spans}) AS w(number, lo, hi) "
                    "ON r._offset < w.hi AND r._offset + r._length > w.lo ORDER BY 1, 2"
                )
                for number, start, end, secret, label in found.fetchall():
                    rows[number].append(_Row(start, end, [(secret, label)]))
    return [
        (_without(data, one_row_each), bool(one_row_each))
        for (_, data), one_row_each in zip(windows, map(_gathered, rows), strict=True)
    ]


def _gathered(rows: list[_Row]) -> list[_Row]:
    by_place: dict[tuple[int, int], _Row] = {}
    for row in rows:
        by_place.setdefault((row.start, row.end), _Row(row.start, row.end, [])).secrets.extend(row.secrets)
    return sorted(by_place.values(), key=lambda row: row.start)


def _without(data: bytes, rows: list[_Row]) -> bytes:
    pieces = []
    done = 0
    for row in rows:
        start, end = max(0, row.start, done), min(len(data), row.end)
        pieces += [
            data[done:start],
            _row_without(data[start:end], row, whole=end - start == row.end - row.start),
        ]
        done = max(done, end)
    return b"".join([*pieces, data[done:]])


def _row_without(data: bytes, row: _Row, *, whole: bool) -> bytes:
    labels = "; ".join(label for _, label in row.secrets)
    left_out = f"[a row that is not shown, for it holds {labels}]".encode()
    if not whole:
        return left_out
    for secret, label in sorted(row.secrets, key=lambda pair: -len(pair[0])):
        spelled = [form for form in _forms(secret) if form in data]
        if not spelled:
            return left_out
        for form in spelled:
            data = data.replace(form, label.encode())
    return data


def _forms(secret: bytes) -> list[bytes]:
    """How a value stands in a dump: as it is, escaped as mysqldump and COPY do, or in hexadecimal digits."""
    backslash = secret.replace(b"\\", b"\\\\")
    quoted_in_sql = backslash
    for plain, escaped in ((b"\0", b"\\0"), (b"'", b"\\'"), (b'"', b'\\"'), (b"\n", b"\\n"), (b"\r", b"\\r")):
        quoted_in_sql = quoted_in_sql.replace(plain, escaped)
    copied = backslash
    for plain, escaped in ((b"\t", b"\\t"), (b"\n", b"\\n"), (b"\r", b"\\r")):
        copied = copied.replace(plain, escaped)
    hexadecimal = secret.hex().encode()
    forms = [secret, quoted_in_sql, copied, secret.replace(b"'", b"''"), hexadecimal, hexadecimal.upper()]
    return sorted({form for form in forms if form}, key=len, reverse=True)
