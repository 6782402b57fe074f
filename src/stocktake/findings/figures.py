"""Named figures: each is one SQL file in ``figures/``, so that one number is computed in one place.

A file holds a header of ``-- name: value`` lines and one SELECT over the canonical tables that gives one row
for each thing counted. Its column ``subject_id`` is the id of that thing. The header says what the rows'
other columns are; a column that it does not name is a label, of which the first in order is shown:

``title``, ``note``, ``unit``
    What is counted, by what rule, and what a row is.
``keys``
    The columns that rows are grouped by, in the order in which they stand in a reference.
``money``
    Columns to be summed within one currency. They need a key ``currency``.
``sums``
    Columns to be summed that are no money.
``span``
    A TIMESTAMP column whose first and last value are given as ``first`` and ``last``, in UTC.
``order``
    How groups are sorted: names of columns, each with ``desc`` where the largest stands first. Ties, and
    all groups where it is left out, are in the order of the keys.

One outer SELECT, the same for every figure, counts and sums the rows by group. A *reference* names one
group: ``figure:NAME/KEY/KEY…``. Keys are percent-encoded; ``(none)`` stands for NULL, ``(empty)`` for an
empty text, ``(sha256:HEX)`` for a text of more than 120 characters, ``*`` for every value; keys left out at
the end count as ``*``. So ``figure:orders-by-status/completed`` is every completed order, and
``figure:orders-by-status/completed/*/GBP`` those in pounds. White space in a reference means nothing, since
it may have been copied from a line that was broken. The same reference leads back to the SQL and to the ids
of the rows that it counts (`explain`); a group of which the case has nothing counts 0 rows, which is a
figure too.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Context, Decimal
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any
from urllib.parse import quote, unquote

import duckdb

from stocktake.engine.duck import quoted
from stocktake.errors import UserError

_FOLDER = files(__package__) / "figures"
_HEADERS = {"title", "note", "unit", "keys", "money", "sums", "span", "order"}
_NONE, _EMPTY, _ANY = "(none)", "(empty)", "*"
_HASHED = re.compile(r"\(sha256:([0-9a-f]{64})\)")
_LONGEST = 120
_EXACT = Context(prec=100)


@dataclass(frozen=True)
class _Hash:
    """A key that is known by the SHA-256 of its text alone."""

    sha256: str


_Key = str | _Hash | None


@dataclass(frozen=True)
class Figure:
    """One figure as its file states it. ``file`` is the path inside the package, ``sql`` the file's text."""

    name: str
    title: str
    note: str
    unit: str
    file: str
    sql: str
    keys: tuple[str, ...]
    money: tuple[str, ...] = ()
    sums: tuple[str, ...] = ()
    span: str = ""
    order: tuple[tuple[str, bool], ...] = ()

    @property
    def reference(self) -> str:
        """The reference of all that the figure counts."""
        return f"figure:{self.name}"


@dataclass(frozen=True)
class FigureRow:
    """One group. ``values`` has the keys grouped by, ``count``, the sums, ``first`` and ``last``, the labels.

    A sum of money is None where the group holds more than one currency.
    """

    reference: str
    values: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.values[name]


@dataclass(frozen=True)
class FigureResult:
    """A figure's groups, in the figure's order. ``columns`` are the names of every row's values."""

    figure: Figure
    columns: tuple[str, ...]
    rows: tuple[FigureRow, ...]

    def __iter__(self) -> Iterator[FigureRow]:
        return iter(self.rows)


@dataclass(frozen=True)
class Explanation:
    """Where a number comes from.

    ``value`` is the group's row, as `evaluate` gives it; ``by_currency`` has a row a currency where the
    group's money is in more than one. ``count`` is the number of rows counted, ``subjects`` the first of
    their ids, in order.
    """

    reference: str
    figure: Figure
    value: FigureRow
    count: int
    subjects: tuple[str, ...]
    by_currency: tuple[FigureRow, ...] = ()
    keys: dict[str, str] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """The SQL file, as a path inside the package."""
        return self.figure.file

    @property
    def sql(self) -> str:
        """The SQL file's text."""
        return self.figure.sql

    @property
    def note(self) -> str:
        """What is counted and by what rule, in words."""
        return self.figure.note


@cache
def figures() -> dict[str, Figure]:
    """Every figure by its name, in the order of names."""
    names = sorted(entry.name for entry in _FOLDER.iterdir() if entry.name.endswith(".sql"))
    return {name[:-4]: _read(name[:-4]) for name in names}


def _read(name: str) -> Figure:
    text = (_FOLDER / f"{name}.sql").read_text("utf-8")
    header: dict[str, str] = {}
    for line in text.splitlines():
        if not line.startswith("-- "):
            break
        key, colon, value = line[3:].partition(":")
        if not colon or key not in _HEADERS or key in header:
            raise ValueError(f"figures/{name}.sql: the header can't have the line {line!r}")
        header[key] = value.strip()

    def listed(key: str) -> tuple[str, ...]:
        return tuple(part.strip() for part in header.get(key, "").split(",") if part.strip())

    figure = Figure(
        name=name,
        title=header["title"],
        note=header["note"],
        unit=header["unit"],
        file=f"findings/figures/{name}.sql",
        sql=text,
        keys=listed("keys"),
        money=listed("money"),
        sums=listed("sums"),
        span=header.get("span", ""),
        order=tuple((part.split()[0], part.endswith(" desc")) for part in listed("order")),
    )
    if figure.money and "currency" not in figure.keys:
        raise ValueError(f"figures/{name}.sql: money is summed, so currency must be one of the keys")
    return figure


def evaluate(
    connection: duckdb.DuckDBPyConnection, name: str, by: Sequence[str] | None = None
) -> FigureResult:
    """Compute a figure by its keys, or by those keys alone that ``by`` names (in the figure's own order).

    ``connection`` has the canonical tables under their names. Raises UserError for an unknown name.
    """
    figure = _named(name)
    wanted = figure.keys if by is None else tuple(key for key in figure.keys if key in by)
    if by is not None and (unknown := set(by) - set(figure.keys)):
        raise UserError(f"The figure {name} has no key {min(unknown)}.")
    columns, rows = _grouped(connection, figure, wanted, {})
    return FigureResult(figure, columns, tuple(rows))


def explain(connection: duckdb.DuckDBPyConnection, reference: str, limit: int = 20) -> Explanation:
    """What a reference's number is now, the SQL that makes it, and the ids of what it counts.

    At most ``limit`` ids are given. Raises UserError where there is no such figure, or where a key can't be
    one of it.
    """
    figure, keys = _parse(reference)
    kinds = _columns(connection, figure)
    condition, values = _condition(kinds, keys)
    wanted = tuple(key for key in figure.keys if key in keys)
    try:
        _, rows = _grouped(connection, figure, wanted, keys)
        if not rows:
            rows = [nothing(figure, keys)]
        by_currency: list[FigureRow] = []
        if figure.money and any(rows[0][column] is None for column in figure.money):
            split = tuple(key for key in figure.keys if key in keys or key == "currency")
            _, by_currency = _grouped(connection, figure, split, keys)
        found = connection.execute(
            f"SELECT subject_id FROM ({figure.sql}\n) AS counted WHERE {condition} "
            f"ORDER BY subject_id NULLS LAST LIMIT {int(limit)}",
            values,
        ).fetchall()
    except duckdb.ConversionException as error:
        raise UserError(f"There can be nothing under {reference}: one of its keys is no value.") from error
    return Explanation(
        reference=reference,
        figure=figure,
        value=rows[0],
        count=int(rows[0]["count"]),
        subjects=tuple(str(row[0]) for row in found if row[0] is not None),
        by_currency=tuple(by_currency),
        keys={key: value if isinstance(value, str) else _segment(value) for key, value in keys.items()},
    )


def nothing(figure: Figure, keys: Mapping[str, object]) -> FigureRow:
    """The row of a group of which the case has nothing: it counts 0, and its reference says so too."""
    sums: dict[str, Any] = dict.fromkeys([*figure.money, *figure.sums], Decimal(0))
    span = dict.fromkeys(("first", "last")) if figure.span else {}
    return FigureRow(reference(figure, keys), {**keys, "count": 0, **sums, **span})


def reference(figure: Figure, keys: Mapping[str, object]) -> str:
    """The reference of the group with these keys; keys that are not given stand as ``*``."""
    segments = [_segment(keys[key]) if key in keys else _ANY for key in figure.keys]
    while segments and segments[-1] == _ANY:
        segments.pop()
    return "/".join([figure.reference, *segments])


def _segment(value: object) -> str:
    """A key as it stands in a reference: no real key's text can be read as one of the signs."""
    if value is None:
        return _NONE
    if isinstance(value, _Hash):
        return f"(sha256:{value.sha256})"
    text = _text(value)
    if len(text) > _LONGEST:
        return _segment(_Hash(sha256(text.encode("utf-8")).hexdigest()))
    return quote(text, safe=":") or _EMPTY


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        return format(_EXACT.normalize(value), "f")
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def _parse(text: str) -> tuple[Figure, dict[str, _Key]]:
    kind, _, rest = "".join(text.split()).partition(":")
    name, *segments = rest.split("/")
    if kind != "figure":
        raise UserError(f"{text!r} is not a figure's reference: those are figure:NAME or figure:NAME/KEY….")
    figure = _named(name)
    if len(segments) > len(figure.keys):
        raise UserError(f"The figure {name} has the keys {', '.join(figure.keys)}; {text} gives more.")
    keys: dict[str, _Key] = {}
    for key, segment in zip(figure.keys, segments, strict=False):
        if segment == _NONE:
            keys[key] = None
        elif segment == _EMPTY:
            keys[key] = ""
        elif hashed := _HASHED.fullmatch(segment):
            keys[key] = _Hash(hashed[1])
        elif segment != _ANY:
            keys[key] = unquote(segment)
    return figure, keys


def _named(name: str) -> Figure:
    try:
        return figures()[name]
    except KeyError:
        raise UserError(f"There is no figure {name!r}; there are {', '.join(figures())}.") from None


def _columns(connection: duckdb.DuckDBPyConnection, figure: Figure) -> dict[str, str]:
    """The columns of the figure's rows, name to type."""
    described = connection.execute(f"DESCRIBE ({figure.sql}\n)").fetchall()
    return {str(row[0]): str(row[1]) for row in described}


def _condition(kinds: dict[str, str], keys: dict[str, _Key]) -> tuple[str, list[str]]:
    parts, values = ["true"], []
    for key, value in keys.items():
        if value is None:
            parts.append(f"{quoted(key)} IS NULL")
        elif isinstance(value, _Hash):
            parts.append(f"sha256(CAST({quoted(key)} AS VARCHAR)) = ?")
            values.append(value.sha256)
        else:
            parts.append(f"{quoted(key)} = CAST(? AS {kinds[key]})")
            values.append(value)
    return " AND ".join(parts), values


def _grouped(
    connection: duckdb.DuckDBPyConnection,
    figure: Figure,
    wanted: tuple[str, ...],
    keys: dict[str, _Key],
) -> tuple[tuple[str, ...], list[FigureRow]]:
    """The fixed outer SELECT: the figure's rows that have ``keys``, counted and summed by ``wanted``."""
    kinds = _columns(connection, figure)
    sums = [*figure.money, *figure.sums]
    known = {*figure.keys, *sums, figure.span, "subject_id"}
    labels = [column for column in kinds if column not in known]
    selected = [quoted(key) for key in wanted]
    selected.append('count(*) AS "count"')
    # Wild amounts can pass the 20 digits that DECIMAL(38,18) has before the point, once they are summed;
    # whole and fraction summed apart can't, and are put together exactly in Python.
    for column in sums:
        exact = f"CAST({quoted(column)} AS DECIMAL(38,18))"
        selected.append(f"sum(CAST(trunc({exact}) AS DECIMAL(38,0))) AS {quoted(column + ' whole')}")
        selected.append(f"sum({exact} - trunc({exact})) AS {quoted(column + ' fraction')}")
    if figure.money:
        one_currency = "count(DISTINCT coalesce(currency, '')) = 1"
        selected.append(f'{one_currency} AS "one currency"')
    if figure.span:
        selected += [f'min({quoted(figure.span)}) AS "first"', f'max({quoted(figure.span)}) AS "last"']
    selected += [f"min({quoted(label)}) AS {quoted(label)}" for label in labels]
    condition, values = _condition(kinds, keys)
    statement = f"SELECT {', '.join(selected)} FROM ({figure.sql}\n) AS counted WHERE {condition}"
    if wanted:
        statement += f" GROUP BY {', '.join(quoted(key) for key in wanted)}"
    else:
        statement += " HAVING count(*) > 0"
    if order := _order(figure, wanted, sums, labels):
        statement += f" ORDER BY {order}"
    found = connection.execute(statement, values)
    names = [str(description[0]) for description in found.description or []]
    span = ("first", "last") if figure.span else ()
    columns = (*wanted, "count", *sums, *span, *labels)
    rows = []
    for fetched in found.fetchall():
        row = dict(zip(names, fetched, strict=True))
        for column in sums:
            whole, fraction = row[column + " whole"], row[column + " fraction"]
            row[column] = Decimal(0) if whole is None else _EXACT.add(Decimal(whole), Decimal(fraction))
        if figure.money and not row["one currency"]:
            row.update(dict.fromkeys(figure.money))
        kept = {column: row[column] for column in columns}
        rows.append(FigureRow(reference(figure, {key: row[key] for key in wanted}), kept))
    return columns, rows


def _order(figure: Figure, wanted: tuple[str, ...], sums: list[str], labels: list[str]) -> str:
    parts = []
    for column, descending in figure.order:
        way = " DESC NULLS LAST" if descending else " ASC NULLS LAST"
        if column in sums:
            parts += [quoted(column + " whole") + way, quoted(column + " fraction") + way]
        elif column in (*wanted, "count", *labels):
            parts.append(quoted(column) + way)
    parts += [quoted(key) + " ASC NULLS LAST" for key in wanted]
    return ", ".join(parts)
