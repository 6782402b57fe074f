"""Which of a case's sources are copies of one shop, and which of them is the newer.

A source is a shop's database as one dump, data directory or backup holds it. Two are of one shop where they
hold rows with the same key that were made at the same moment, say the same of themselves, and do not part:
a shop that was set up from a copy of another shares its old rows, and from then on gives the same keys to
other orders and accounts. That is how a clone is told from a backup.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cmp_to_key
from importlib.resources import files
from typing import Any

import duckdb

from stocktake.commerce.statements import read_statements
from stocktake.engine.duck import literal

UNITED_FROM = 0.5
# What the rows' agreement is worth by what the two say of themselves.
_SAME_ADDRESS, _SAME_NAME, _SAY_NOTHING, _SAY_OTHERWISE = 1.0, 0.9, 0.7, 0.3
_PARTED = 0.2
# Rows that must agree where a source says nothing of itself.
_ENOUGH = 20
# A dump states local time, in a zone that is not known for certain.
_ZONES = timedelta(hours=14)
_NEVER = datetime(1, 1, 1)  # noqa: DTZ001 - times of the tables are UTC and say no zone


@dataclass(frozen=True)
class Source:
    """One shop's tables in one source. ``base`` stands before a table's name in its ids: ``KC/1/wp_``.

    ``tables`` are the names behind it. ``moment`` (UTC) is as of when the source is, by ``moment_by``;
    ``last_activity`` what its own rows last record. ``not_bases`` are longer bases of other shops that begin
    like this one's.
    """

    exhibit: str
    software: str
    base: str
    path: str
    tables: frozenset[str]
    moment: datetime | None
    moment_by: str
    whole: bool
    last_activity: datetime | None = None
    not_bases: tuple[str, ...] = ()
    of_network: bool = False  # several sites share tables, so that each names their rows
    number: int = 0

    @property
    def name(self) -> str:
        """The source, for a sentence."""
        return f"{self.exhibit} {self.path}".rstrip()

    def holds(self, column: str) -> str:
        """SQL: whether the id in ``column`` is of this source."""
        rest = f"substr({column}, strpos({column}, ':') + 1)"
        others = "".join(f" AND NOT starts_with({rest}, {literal(base)})" for base in self.not_bases)
        return f"starts_with({rest}, {literal(self.base)}){others}"

    def local(self, column: str) -> str:
        """SQL: the id in ``column`` without what is this source's own: ``order:posts/12``."""
        return (
            f"substr({column}, 1, strpos({column}, ':')) "
            f"|| substr({column}, strpos({column}, ':') + {len(self.base) + 1})"
        )


@dataclass(frozen=True)
class Pair:
    """Two sources that share rows: what speaks for one shop, and against."""

    earlier: Source
    later: Source
    united: bool
    score: float
    agreeing: int
    conflicting: int
    parted: bool
    reused: bool
    reasons: tuple[str, ...]


def sources(stated: Iterable[tuple[str, dict[str, Any]]]) -> list[Source]:
    """The sources that manifests name, given as (exhibit, facts); one for a whole network of sites."""
    found: dict[tuple[str, str], Source] = {}
    for exhibit, facts in stated:
        at = datetime.fromisoformat(facts["stated_at"]) if facts["stated_at"] else None
        one = Source(
            exhibit=exhibit,
            software=facts["software"],
            base=facts["base"],
            path=facts["path"],
            tables=frozenset(facts["tables"]),
            moment=at,
            moment_by=facts["stated_by"] or "",
            whole=facts["whole"],
        )
        before = found.get((one.software, one.base))
        if before:
            one = replace(
                one, tables=one.tables | before.tables, whole=one.whole and before.whole, of_network=True
            )
        found[one.software, one.base] = one
    bases = {source.base for source in found.values()}
    return [
        replace(
            source,
            not_bases=tuple(
                sorted(base for base in bases if base != source.base and base.startswith(source.base))
            ),
        )
        for source in found.values()
    ]


def compared(connection: duckdb.DuckDBPyConnection, found: Sequence[Source]) -> list[Pair]:
    """Every two sources of one software that share a row, from the earliest on.

    ``connection`` has the tables as mapped: sites, site_names, orders, accounts.
    """
    by_software: dict[str, list[Source]] = {}
    for source in found:
        by_software.setdefault(source.software, []).append(source)
    alike = [source for those in by_software.values() if len(those) > 1 for source in those]
    if not alike:
        return []
    ordered = in_order([_dated(connection, source) for source in alike])
    connection.execute(f"CREATE OR REPLACE TEMP VIEW voter AS {' UNION ALL '.join(map(_voters, ordered))}")
    moments = ", ".join(
        f"({source.number}, {literal(source.software)}, "
        f"CAST({literal(source.moment.isoformat()) if source.moment else 'NULL'} AS TIMESTAMP))"
        for source in ordered
    )
    connection.execute(
        "CREATE OR REPLACE TEMP VIEW compared_source AS "
        f"SELECT * FROM (VALUES {moments}) AS s(source, software, moment)"
    )
    (statement,) = read_statements(
        files("stocktake.commerce").joinpath("same_rows.sql"), "commerce/same_rows.sql"
    )
    votes = connection.execute(f"{statement.sql} ORDER BY earlier, later").fetchall()
    say = {source.number: _says(connection, source) for source in ordered}
    return [
        _judged(ordered[earlier], ordered[later], say[earlier], say[later], *counts)
        for earlier, later, *counts in votes
    ]


def in_order(found: Iterable[Source]) -> list[Source]:
    """The sources from the earliest to the latest, numbered so."""
    ordered = sorted(found, key=cmp_to_key(_earlier))
    return [replace(source, number=number) for number, source in enumerate(ordered)]


def _earlier(one: Source, other: Source) -> int:
    """Compare by the moments, and within the width of the time zones by the newest rows."""
    a, b = one.moment or _NEVER, other.moment or _NEVER
    if one.last_activity and other.last_activity and abs(a - b) <= _ZONES:
        a, b = one.last_activity, other.last_activity
    if a == b:
        a, b = one.moment or _NEVER, other.moment or _NEVER
    left, right = (a, one.exhibit, one.base), (b, other.exhibit, other.base)
    return (left > right) - (left < right)


def _dated(connection: duckdb.DuckDBPyConnection, source: Source) -> Source:
    row = connection.execute(
        f"SELECT max(last_activity) FROM mapped_sites WHERE exhibit = {literal(source.exhibit)} "
        f"AND {source.holds('site_id')}"
    ).fetchone()
    last = row[0] if row else None
    if source.moment is not None:
        return replace(source, last_activity=last)
    return replace(source, last_activity=last, moment=last, moment_by="its newest row")


def _voters(source: Source) -> str:
    """SQL: the rows by which the source is compared: orders, and accounts that are no order's guest."""
    mine = f"exhibit = {literal(source.exhibit)}"
    common = f"{source.number} AS source, {literal(source.software)} AS software"
    return (
        f"SELECT {common}, {source.local('o.order_id')} AS local, o.placed_at AS made_at, "
        "CAST(o.total AS VARCHAR) AS mark, lower(a.email) AS buyer "
        f"FROM mapped_orders AS o LEFT JOIN mapped_accounts AS a ON a.account_id = o.account_id AND a.{mine} "
        f"WHERE o.{mine} AND o.placed_at IS NOT NULL AND {source.holds('o.order_id')} "
        f"UNION ALL SELECT {common}, {source.local('account_id')}, created_at, lower(username), lower(email) "
        f"FROM mapped_accounts WHERE {mine} AND created_at IS NOT NULL AND kind <> 'guest' "
        f"AND basis = 'recorded' AND {source.holds('account_id')}"
    )


@dataclass(frozen=True)
class _Says:
    """What a source's settings say of the shop: addresses, name and administrator."""

    hosts: frozenset[str]
    names: frozenset[str]
    admins: frozenset[str]


def _says(connection: duckdb.DuckDBPyConnection, source: Source) -> _Says:
    def told(sql: str) -> frozenset[str]:
        rows = connection.execute(
            f"{sql} AND exhibit = {literal(source.exhibit)} AND {source.holds('site_id')}"
        ).fetchall()
        return frozenset(value for (value,) in rows if value)

    # A host that was kept with old rows is where the shop was, and goes into every copy.
    return _Says(
        hosts=told(
            "SELECT DISTINCT lower(host) FROM mapped_site_names WHERE regexp_matches(evidence, "
            "'^(option|setting)') AND host NOT IN ('localhost', '127.0.0.1', '::1')"
        ),
        names=told("SELECT DISTINCT lower(trim(name)) FROM mapped_sites WHERE true"),
        admins=told("SELECT DISTINCT lower(trim(admin_email)) FROM mapped_sites WHERE true"),
    )


def _judged(
    earlier: Source,
    later: Source,
    one: _Says,
    other: _Says,
    agreeing: int,
    altered: int,
    parted: int,
    reused: int,
) -> Pair:
    reasons = [f"{_rows(agreeing)} in both with the same key and the same moment of making"]
    if altered:
        reasons.append(f"{_rows(altered)} with the same key and another moment of making among those")
    if reused:
        reasons.append(
            f"{_rows(reused)} whose key {later.name} gives to another, made after {earlier.name} was"
        )
    share = agreeing / (agreeing + altered + parted)
    renamed = bool(one.names and other.names and not one.names & other.names)
    other_admin = bool(one.admins and other.admins and not one.admins & other.admins)
    if one.hosts & other.hosts and not (renamed and other_admin):
        worth = _SAME_ADDRESS
        reasons.append(f"both state the address {min(one.hosts & other.hosts)}")
    elif one.names & other.names and one.admins & other.admins:
        worth = _SAME_NAME
        reasons.append("both state the same name and the same administrator")
        if one.hosts and other.hosts:
            reasons.append(f"their addresses differ: {min(one.hosts)}, {min(other.hosts)}")
    elif not (one.hosts or one.names) or not (other.hosts or other.names):
        worth = _SAY_NOTHING if agreeing >= _ENOUGH else _SAY_OTHERWISE
        reasons.append("at least one of them says nothing of itself, so the rows alone speak")
    else:
        worth = _SAY_OTHERWISE
        reasons.append("they state different names, administrators or addresses")
    if parted:
        worth *= _PARTED
        reasons.append(
            f"{_rows(parted)} with the same key, made after the last that both have, are not of one thing: "
            "from there on they went ways of their own"
        )
    score = round(share * worth, 3)
    united = score >= UNITED_FROM
    if united:
        reasons.append(_why_later(earlier, later))
    return Pair(
        earlier=earlier,
        later=later,
        united=united,
        score=score,
        agreeing=agreeing,
        conflicting=altered + parted + reused,
        parted=bool(parted),
        reused=bool(reused),
        reasons=tuple(reasons),
    )


def _why_later(earlier: Source, later: Source) -> str:
    told = (
        f"{later.name} is the newer: it is as of {_time(later.moment)} by {later.moment_by}, "
        f"{earlier.name} as of {_time(earlier.moment)} by {earlier.moment_by}"
    )
    first, second = earlier.last_activity, later.last_activity
    if first and second and first > second:
        told += (
            f"; but the newest row of {earlier.name} ({_time(first)}) is later than that of {later.name} "
            f"({_time(second)}), so rows were taken away, or one of these times is wrong"
        )
    elif first and second and abs((later.moment or _NEVER) - (earlier.moment or _NEVER)) <= _ZONES:
        told += f"; that being close, the newest rows decided: {_time(second)} and {_time(first)}"
    return told


def _time(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC" if at else "an unknown time"


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def groups(pairs: Sequence[Pair]) -> list[list[Source]]:
    """Sources that are one shop, each from its earliest to its latest.

    The surest pairs come first. Two that went ways of their own are never brought together by a third.
    """
    home: dict[int, set[int]] = {}
    named: dict[int, Source] = {}
    for pair in pairs:
        for source in (pair.earlier, pair.later):
            home.setdefault(source.number, {source.number})
            named[source.number] = source
    apart = {(pair.earlier.number, pair.later.number) for pair in pairs if pair.parted}
    surest = sorted(pairs, key=lambda pair: (-pair.score, pair.earlier.number, pair.later.number))
    for pair in surest:
        one, other = home[pair.earlier.number], home[pair.later.number]
        if not pair.united or one is other:
            continue
        if any((min(a, b), max(a, b)) in apart for a in one for b in other):
            continue
        one |= other
        for number in other:
            home[number] = one
    together = {min(numbers): sorted(numbers) for numbers in home.values() if len(numbers) > 1}
    return [[named[number] for number in together[first]] for first in sorted(together)]
