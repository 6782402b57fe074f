"""How right a proposed mapping is: precision and recall for each canonical table and column.

A *wanted* column is one canonical column of one part (the shipping address of an order) with the raw columns
that are right for it, any of which will do. Recall is the share of wanted columns that were found; precision the
share of proposed columns that are right for that canonical column.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import duckdb

from mapping_truth import references, truth
from stocktake.engine.duck import literal, parquet, quoted
from stocktake.shops.folders import ShopSoftware
from stocktake.shops.inference.proposal import Proposal
from stocktake.shops.recognition import Recognition

Where = tuple[str, str, str | None]  # label of the raw table, column, key


@dataclass(frozen=True)
class Wanted:
    """A canonical column and the raw columns that are right for it. One not ``needed`` may be left out."""

    table: str
    column: str
    right: frozenset[Where]
    needed: bool = True


@dataclass
class Score:
    """Counts that precision and recall come from."""

    right: int = 0
    proposed: int = 0
    found: int = 0
    wanted: int = 0

    @property
    def precision(self) -> float:
        return self.right / self.proposed if self.proposed else 1.0

    @property
    def recall(self) -> float:
        return self.found / self.wanted if self.wanted else 1.0

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def add(self, other: "Score") -> None:
        self.right += other.right
        self.proposed += other.proposed
        self.found += other.found
        self.wanted += other.wanted


@dataclass
class Measured:
    """Scores by (canonical table, column), and what was wrong, in words."""

    scores: dict[tuple[str, str], Score] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def of(self, table: str) -> Score:
        total = Score()
        for (one, _), score in self.scores.items():
            if one == table:
                total.add(score)
        return total

    def add(self, other: "Measured") -> None:
        for key, score in other.scores.items():
            self.scores.setdefault(key, Score()).add(score)
        self.missed += other.missed
        self.wrong += other.wrong


def from_folder(
    software: ShopSoftware, found: Recognition, connection: duckdb.DuckDBPyConnection
) -> list[Wanted]:
    """What the folder's own SQL reads, as far as this database has values there."""
    wanted = []
    for instance in truth(software):
        if not any(name in found.tables and found.tables[name].rows for name in instance.anchors):
            continue
        for column, leaves in instance.columns.items():
            right = set()
            for leaf in leaves:
                table = found.tables.get(leaf.table)
                spelled = table and _spelled(
                    software, leaf.table, leaf.column, [c for c, _, _ in table.columns]
                )
                if table and spelled and table.parts and _has_values(connection, table, spelled, leaf.key):
                    right.add((table.label, spelled, leaf.key))
            if right:
                wanted.append(Wanted(instance.table, column, frozenset(right)))
    for canonical, column, name, raw in sorted(references(software)):
        table = found.tables.get(name)
        spelled = table and _spelled(software, name, raw, [c for c, _, _ in table.columns])
        if table and spelled:
            wanted.append(Wanted(canonical, column, frozenset({(table.label, spelled, None)}), needed=False))
    return wanted


def _spelled(software: ShopSoftware, table: str, column: str, there: list[str]) -> str | None:
    logical = software.tables[table]
    by_name = {name.lower(): name for name in there}
    for name in (column, *logical.names.get(column, ())):
        if name.lower() in by_name:
            return by_name[name.lower()]
    return None


def _has_values(connection: duckdb.DuckDBPyConnection, table, column: str, key: str | None) -> bool:
    keyed = ""
    if key is not None:
        names = [
            name for name, _, _ in table.columns if name.lower().endswith(("key", "code", "class", "name"))
        ]
        if not names:
            return False
        keyed = " AND (" + " OR ".join(f"CAST({quoted(n)} AS VARCHAR) = {literal(key)}" for n in names) + ")"
    row = connection.execute(
        f"SELECT count(*) FROM {parquet(table.parts)} WHERE CAST({quoted(column)} AS VARCHAR) <> ''{keyed}"
    ).fetchone()
    return bool(row and row[0] >= (1 if key is None else 3))


def proposed(proposal: Proposal) -> dict[tuple[str, str], set[Where]]:
    """The raw columns that a proposal reads, by canonical table and column."""
    found: dict[tuple[str, str], set[Where]] = {}
    for mapping in proposal.mappings:
        for choice in mapping.choices.values():
            if choice.slot.name in ("kind", "pgp_key"):
                continue
            place = choice.column.place
            found.setdefault((mapping.table, choice.slot.canonical), set()).add(
                (place.table, place.column, place.key)
            )
    return found


def measure(wanted: Iterable[Wanted], proposal: Proposal) -> Measured:
    """Compare a proposal with what was wanted."""
    result = Measured()
    there = proposed(proposal)
    right_for: dict[tuple[str, str], set[Where]] = {}
    for one in wanted:
        where = (one.table, one.column)
        right_for.setdefault(where, set()).update(one.right)
        if not one.needed:
            continue
        score = result.scores.setdefault(where, Score())
        score.wanted += 1
        if any(_hits(place, one.right) for place in there.get(where, ())):
            score.found += 1
        else:
            result.missed.append(f"{one.table}.{one.column}: {_shown(one.right)}")
    for where, places in there.items():
        score = result.scores.setdefault(where, Score())
        for place in places:
            score.proposed += 1
            if _hits(place, right_for.get(where, set())):
                score.right += 1
            else:
                result.wrong.append(f"{where[0]}.{where[1]}: {_shown({place})}")
    return result


def _hits(place: Where, right: Iterable[Where]) -> bool:
    return any(place[:2] == one[:2] and (one[2] is None or one[2] == place[2]) for one in right)


def _shown(places: Iterable[Where]) -> str:
    return " or ".join(sorted(f"{t}.{c}" + (f"[{k}]" if k else "") for t, c, k in places))
