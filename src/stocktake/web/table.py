"""A table of rows that can be filtered, sorted, paged and downloaded: asked by query string, answered in SQL.

Column and filter definitions hold the only SQL that is put together; whatever a browser sends is either
one of the names defined here or a bound value.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
from starlette.datastructures import QueryParams

from stocktake.web.data import records
from stocktake.web.format import csv_cell, with_query

ROWS = 50
LONGEST = 200  # characters of a value in a query string


class BadRequestError(Exception):
    """The address asks for what there can't be; the message says what is wrong with it."""


@dataclass(frozen=True)
class Column:
    """``kind`` says how its cells are drawn (see templates/cells.html); ``order`` the SQL to sort by."""

    name: str
    label: str
    kind: str = "text"
    order: tuple[str, ...] = ()
    wide: bool = False  # left out where the screen is narrow


@dataclass(frozen=True)
class Filter:
    """``where`` is a predicate with ``$name`` in it; ``options`` SQL that gives (value, label, rows)."""

    name: str
    label: str
    where: str
    kind: str = "choice"  # choice, text, from, to
    options: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Table:
    """One kind of row. ``rows`` is the FROM clause that filters and sorting see, ``key`` its unique column.

    ``detail`` is a SELECT of what the columns show, for the keys bound to ``$keys``; ``export`` the SELECT
    list and FROM clause of a download, whose WHERE clause sees the same names as ``rows``.
    """

    path: str
    title: str
    one: str
    many: str
    key: str
    rows: str
    detail: str
    export: str
    columns: tuple[Column, ...]
    filters: tuple[Filter, ...]
    sort: str


@dataclass(frozen=True)
class Asked:
    """A valid request for part of a table."""

    table: Table
    values: dict[str, str]
    sort: str
    page: int
    where: str
    bound: dict[str, Any]

    @property
    def order(self) -> str:
        """The ORDER BY clause; it ends on the key, so that paging never shows a row twice."""
        name, descending = self.sort.removeprefix("-"), self.sort.startswith("-")
        column = next(column for column in self.table.columns if column.name == name)
        way = "DESC" if descending else "ASC"
        return ", ".join([*(f"{term} {way} NULLS LAST" for term in column.order), self.table.key])

    def address(self, **changes: str) -> str:
        """The address of the same table with some of the request changed; page 1 unless it says otherwise."""
        query = self.values | {"sort": self.sort if self.sort != self.table.sort else ""} | changes
        return with_query(self.table.path, query)

    def download(self) -> str:
        """The address of the same rows as CSV."""
        return with_query(self.table.path + ".csv", self.values | {"sort": self.sort})


def counted(table: str, column: str) -> str:
    """SQL of the values of a column to choose from, each with how many rows of the table have it."""
    return (
        f"SELECT {column} AS value, {column} || ' (' || count(*) || ')' AS label FROM {table} "
        f"WHERE {column} IS NOT NULL GROUP BY {column} ORDER BY {column}"
    )


def asked(table: Table, given: QueryParams, zone: ZoneInfo) -> Asked:
    """Check a query string. Dates in it are days in ``zone``. Raises BadRequestError."""
    filters = {each.name: each for each in table.filters}
    values: dict[str, str] = {}
    for name, value in given.multi_items():
        if name not in filters and name not in ("sort", "page"):
            raise BadRequestError(f"This table has no filter called “{name[:40]}”.")
        if name in values:
            raise BadRequestError(f"“{name}” is given twice.")
        if len(value) > LONGEST or "\0" in value:
            raise BadRequestError(f"What is given for “{name}” is too long or holds a NUL character.")
        values[name] = value.strip()
    sort = values.pop("sort", "") or table.sort
    if sort.removeprefix("-") not in {column.name for column in table.columns if column.order}:
        raise BadRequestError(f"This table can't be sorted by “{sort[:40]}”.")
    page = values.pop("page", "") or "1"
    if not (page.isascii() and page.isdigit() and 1 <= int(page) <= 10**9):
        raise BadRequestError(f"“{page[:40]}” is not a page number.")
    values = {name: value for name, value in values.items() if value}
    bound = {name: _bound(filters[name], value, zone) for name, value in values.items()}
    where = " AND ".join(f"({filters[name].where})" for name in values) or "true"
    return Asked(table, values, sort, int(page), where, bound)


def _bound(filter_: Filter, value: str, zone: ZoneInfo) -> Any:
    if filter_.kind in ("from", "to"):
        try:
            day = date.fromisoformat(value)
            if filter_.kind == "to":
                day += timedelta(days=1)
            return datetime.combine(day, time(), zone).astimezone(UTC).replace(tzinfo=None)
        except (ValueError, OverflowError) as error:
            raise BadRequestError(f"“{value}” is not a day: write it as 2024-03-31.") from error
    if filter_.kind == "text":
        return value.lower()
    return value


def count(cursor: duckdb.DuckDBPyConnection, request: Asked) -> int:
    """How many rows the filters let through."""
    sql = f"SELECT count(*) AS n FROM {request.table.rows} WHERE {request.where}"
    return int(records(cursor, sql, request.bound)[0]["n"])


def page(cursor: duckdb.DuckDBPyConnection, request: Asked) -> list[dict[str, Any]]:
    """The rows of the page asked for, in order.

    First the keys alone, then what is shown of them: sorting a million whole rows costs ten times as much.
    """
    table = request.table
    keys = [
        row[0]
        for row in cursor.execute(
            f"SELECT {table.key} FROM {table.rows} WHERE {request.where} ORDER BY {request.order} "
            f"LIMIT {ROWS} OFFSET {(request.page - 1) * ROWS}",
            request.bound,
        ).fetchall()
    ]
    found = records(cursor, table.detail, {"keys": keys})
    place = {key: at for at, key in enumerate(keys)}
    key_name = table.key.rpartition(".")[2]
    return sorted(found, key=lambda row: place[row[key_name]])


def choices(cursor: duckdb.DuckDBPyConnection, table: Table) -> dict[str, list[dict[str, Any]]]:
    """Filter name to its options (``value``, ``label``), as the case's rows have them."""
    return {each.name: records(cursor, each.options) for each in table.filters if each.options}


def csv_lines(cursor: duckdb.DuckDBPyConnection, request: Asked) -> Iterator[bytes]:
    """The rows that the filters let through as CSV (UTF-8 with a mark, as spreadsheets want it)."""
    cursor.execute(f"{request.table.export} WHERE {request.where} ORDER BY {request.order}", request.bound)
    yield b"\xef\xbb\xbf" + _csv([[description[0] for description in cursor.description or []]])
    while rows := cursor.fetchmany(2000):
        yield _csv([csv_cell(value) for value in row] for row in rows)


def _csv(rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()
