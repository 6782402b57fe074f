"""Logical tables: a shop's raw tables as its folder's SQL sees them, whatever the version or the dump."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from stocktake.engine.duck import empty, literal, parquet, quoted
from stocktake.records.catalogue import RawTable
from stocktake.shops.folders import LogicalTable

BYTES = ("binary", "large_binary")
PLACE = {"_ref": "VARCHAR", "_path": "VARCHAR", "_offset": "BIGINT", "_length": "BIGINT", "_row": "BIGINT"}


@dataclass(frozen=True)
class Misfit:
    """Values of a column that are not of the type that the mapping declares; they are NULL to its SQL."""

    table: RawTable
    column: str
    declared: str
    rows: int
    first_ref: str


def row_ref(table: RawTable) -> str:
    """SQL for a raw row's ref, ``KC/1/wp_posts/1234``: by its key, or by ``#`` and its ordinal."""
    return f"{literal(f'{table.exhibit}/{table.label}/')} || {_row_key(table)}"


def _row_key(table: RawTable) -> str:
    kinds = {name: kind for name, _, kind in table.columns}
    by_row = "'#' || CAST(_row AS VARCHAR)"
    if table.key and all(name in kinds for name in table.key):
        key = " || '/' || ".join(key_text(name, kinds[name]) for name in table.key)
        return f"COALESCE({key}, {by_row})"
    return by_row


def key_text(name: str, kind: str) -> str:
    """SQL for a key column as it stands in refs: bytes as hexadecimal digits, anything else as text."""
    return f"lower(hex({quoted(name)}))" if kind in BYTES else f"CAST({quoted(name)} AS VARCHAR)"


def rows(logical: LogicalTable, tables: Sequence[RawTable]) -> str:
    """SQL of the raw rows with their ``_ref``, and the ``_path`` and ``_item`` of each: which table it is of.

    ``_item`` is the position in ``tables``, which have the same columns as far as they have them at all.
    """
    with_parts = [(number, table) for number, table in enumerate(tables) if table.parts]
    if len(with_parts) == 1:
        ((number, table),) = with_parts
        ref = row_ref(keyed(logical, table))
        place = f"{ref} AS _ref, {literal(table.path)} AS _path, {number} AS _item"
        return f"SELECT *, {place} FROM {parquet(table.parts)}"
    files = ", ".join(
        f"({literal(str(part))}, {literal(f'{t.exhibit}/{t.label}/')}, {literal(t.path)}, {number})"
        for number, t in with_parts
        for part in t.parts
    )
    parts = parquet(part for _, table in with_parts for part in table.parts)
    key = _row_key(keyed(logical, with_parts[0][1]))
    return (
        f"SELECT * EXCLUDE (_file, filename), _home || {key} AS _ref "
        f"FROM {parts.removesuffix(')')}, filename = true) "
        f"JOIN (VALUES {files}) AS _files(_file, _home, _path, _item) ON _file = filename"
    )


def view(logical: LogicalTable, tables: Sequence[RawTable]) -> str:
    """SQL of the logical table over the raw ones' parts; empty where there are none."""
    columns = logical.columns | PLACE
    if not any(table.parts for table in tables):
        return empty(columns)
    there = {name.lower(): (name, kind) for table in reversed(tables) for name, _, kind in table.columns}
    chosen = []
    for column, declared in logical.columns.items():
        found = _found(logical, column, there)
        value = _cast(*found, declared) if found else f"CAST(NULL AS {declared})"
        if found and column in logical.hex:
            value = f"lower({key_text(*found)})"
        if not found and logical.key == (column,) and declared == "BIGINT":
            value = (
                "_row"  # rows of one table come in the order of their key, so the ordinal can stand for it
            )
        if found and column in logical.html:
            value = f"unescape_html({value})"
        chosen.append(f"{value} AS {quoted(column)}")
    return f"SELECT {', '.join(chosen)}, _ref, _path, _offset, _length, _row FROM ({rows(logical, tables)})"


def raw_column(logical: LogicalTable, column: str, table: RawTable) -> tuple[str, str] | None:
    """Name and Arrow type of the raw table's column that stands for a logical one; None where it has none."""
    return _found(logical, column, {name.lower(): (name, kind) for name, _, kind in table.columns})


def _found(logical: LogicalTable, column: str, there: dict[str, tuple[str, str]]) -> tuple[str, str] | None:
    """The raw column that stands for a logical one: of its name, another of its names, or like one."""
    for name in (column, *logical.names.get(column, ())):
        if name.lower() in there:
            return there[name.lower()]
    for pattern in logical.like.get(column, ()):
        for name, raw in there.items():
            if re.search(pattern, name):
                return raw
    return None


def misfits(connection: duckdb.DuckDBPyConnection, logical: LogicalTable, table: RawTable) -> list[Misfit]:
    """The columns some of whose values don't fit what the mapping declares, where that can happen at all."""
    there = {name.lower(): (name, kind) for name, _, kind in table.columns}
    doubtful = []
    for column, declared in logical.columns.items():
        found = _found(logical, column, there)
        if found and declared != "VARCHAR" and found[1] in ("string", "large_string", "binary"):
            doubtful.append((column, declared, *found))
    if not doubtful or not table.parts:
        return []
    ref = row_ref(keyed(logical, table))
    counted = ", ".join(
        f"count(*) FILTER ({_misfit(name, kind, declared)}), "
        f"min_by({ref}, _row) FILTER ({_misfit(name, kind, declared)})"
        for _, declared, name, kind in doubtful
    )
    row = connection.execute(f"SELECT {counted} FROM {parquet(table.parts)}").fetchone() or ()
    return [
        Misfit(table, column, declared, row[2 * place], row[2 * place + 1])
        for place, (column, declared, _, _) in enumerate(doubtful)
        if row[2 * place]
    ]


def _misfit(name: str, kind: str, declared: str) -> str:
    recorded = f"trim(CAST({quoted(name)} AS VARCHAR))"
    return f"{recorded} <> '' AND {_cast(name, kind, declared)} IS NULL"


def _cast(name: str, kind: str, declared: str) -> str:
    column = quoted(name)
    if declared == "VARCHAR" and kind in BYTES:
        return f"COALESCE(TRY(decode({column})), CAST({column} AS VARCHAR))"
    if declared.startswith("DECIMAL") and kind in ("double", "float", "string", "large_string"):
        # the shortest text that means the number, and so what the dump had, rather than the binary fraction
        return f"TRY_CAST(TRIM(CAST({column} AS VARCHAR)) AS {declared})"
    return f"TRY_CAST({column} AS {declared})"


def keyed(logical: LogicalTable, table: RawTable) -> RawTable:
    """The raw table with a key for its refs: its own, or the folder's where the dump declares none.

    A key that is a secret is no name for a row: the row's ordinal is.
    """
    secret = {raw[0] for column in logical.secrets if (raw := raw_column(logical, column, table))}
    if secret & {*table.key}:
        return RawTable(**{**vars(table), "key": ()})
    if table.key:
        return table
    spelled = {name.lower(): name for name, _, _ in table.columns}
    key = tuple(spelled.get(name.lower(), "") for name in logical.key)
    return RawTable(**{**vars(table), "key": key}) if all(key) else table
