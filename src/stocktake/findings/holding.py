"""What is held back and why, without its content: as possibly privileged, or as out of scope."""

from dataclasses import dataclass, field
from typing import Any

import duckdb

from stocktake.case import Case
from stocktake.commerce.tables import open_case
from stocktake.findings.answer import visible
from stocktake.review.decisions import decisions

_ONE = {"bytes": "passage of a file", "postal_addresses": "postal address", "host_events": "host event"}
_MOST_TOLD = 8


@dataclass(frozen=True)
class Thing:
    """Something held as possibly privileged; ``reference`` is what a release names."""

    table_name: str
    reference: str
    reason: str


@dataclass(frozen=True)
class Held:
    """What is held back in rows by table: for privilege, and for the scope by table and reason."""

    privileged: dict[str, int]
    out_of_scope: list[tuple[str, str, int]]

    @property
    def sentences(self) -> list[str]:
        """What is held back, in a sentence for each ground; none where nothing is."""
        told = []
        if self.privileged:
            told.append(_sentence(self.privileged, "held back as possibly privileged"))
        outside: dict[str, int] = {}
        for table, _, rows in self.out_of_scope:
            outside[table] = outside.get(table, 0) + rows
        if outside:
            told.append(_sentence(outside, "out of reach, being out of the scope of the authority"))
        return told


@dataclass(frozen=True)
class Privilege:
    """The privilege list in force, and what it holds back."""

    list_file: str
    list_sha256: str
    by: str
    released: int
    sentences: list[str] = field(default_factory=list)
    things: list[Thing] = field(default_factory=list)


@dataclass(frozen=True)
class ScopeInForce:
    """The scope in force, and the rows that it keeps out by table and reason."""

    authority: str
    limits: str
    by: str
    stated: dict[str, Any] | None
    out_of_scope: list[tuple[str, str, int]]


def held(connection: duckdb.DuckDBPyConnection) -> Held:
    """What is held back of the case whose tables ``connection`` sees."""
    rows = connection.execute(
        "SELECT kind, table_name, reason, CAST(sum(rows) AS BIGINT) FROM held_back GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    privileged: dict[str, int] = {}
    for kind, table, _, count in rows:
        if kind == "privilege":
            privileged[table] = privileged.get(table, 0) + count
    return Held(
        privileged, [(table, reason, count) for kind, table, reason, count in rows if kind == "scope"]
    )


def privilege(case: Case) -> Privilege:
    """What is held back as possibly privileged, thing by thing."""
    decided = decisions(case)
    if not decided.list_sha256:
        return Privilege("", "", "", 0)
    with open_case(case) as connection:
        things = connection.execute(
            "SELECT table_name, reference, reason FROM held_back WHERE kind = 'privilege'"
        ).fetchall()
        sentences = held(connection).sentences
    return Privilege(
        list_file=decided.list_file,
        list_sha256=decided.list_sha256,
        by=decided.list_by,
        released=len(decided.released),
        sentences=sentences,
        things=[Thing(*thing) for thing in things],
    )


def scope(case: Case) -> ScopeInForce:
    """The scope in force and what it keeps out; before ``process`` has applied it, what is not known yet."""
    decided = decisions(case)
    if decided.scope is None:
        return ScopeInForce("", "everything", "", None, [])
    with open_case(case) as connection:
        outside = held(connection).out_of_scope
    stated = decided.scope.stated()
    return ScopeInForce(decided.scope.authority, decided.scope.text, decided.scope_by, stated, outside)


def text(found: Privilege) -> str:
    """What is held as possibly privileged, for a terminal."""
    if not found.list_sha256:
        return (
            "There is no privilege list, so nothing is held back. To take one in:\n"
            "  stocktake privilege --print-template > list.toml\n"
            "  stocktake privilege CASE --list list.toml --by NAME"
        )
    lines = [f"List {found.list_file}, SHA-256 {found.list_sha256}, taken in by {visible(found.by)}"]
    lines += found.sentences or ["Nothing is held back as possibly privileged."]
    lines += [
        f"  {visible(thing.reference)}  ({visible(thing.reason)})"
        for thing in found.things
        if thing.table_name != "observables"
    ]
    if found.things:
        lines.append("Observables that go with these are not listed here; --json lists them too.")
    return "\n".join(lines)


def scope_text(found: ScopeInForce) -> str:
    """The scope, for a terminal."""
    if found.stated is None:
        return "No scope is recorded: everything may be looked at."
    lines = [f"Scope: {visible(found.limits)}", f"Authority: {visible(found.authority)}"]
    lines.append(f"Recorded by: {visible(found.by)}")
    lines += [f"  {rows:>12,}  {visible(table)}: {visible(why)}" for table, why, rows in found.out_of_scope]
    return "\n".join(lines if found.out_of_scope else [*lines, "Nothing is out of it."])


def _sentence(rows: dict[str, int], fate: str) -> str:
    """“2 items and 3 messages are held back”: canonical rows by name, raw rows together."""
    raw = sum(count for table, count in rows.items() if table.startswith('"'))
    named = [_counted(table, count) for table, count in rows.items() if not table.startswith('"')]
    if len(named) > _MOST_TOLD:
        left = sum(count for table, count in rows.items() if not table.startswith('"'))
        named = [f"{left:,} rows of {len(named)} tables"]
    if raw:
        named.append(f"{raw:,} {'row' if raw == 1 else 'rows'} of raw tables")
    told = named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"
    one = sum(rows.values()) == 1
    return f"{told} {'is' if one else 'are'} {fate}."


def _counted(table: str, count: int) -> str:
    name = _ONE.get(table, table.removesuffix("s").replace("_", " "))
    if count == 1:
        return f"1 {name}"
    plural = {"passage of a file": "passages of files", "postal address": "postal addresses"}
    return f"{count:,} {plural.get(name, name + 's')}"
