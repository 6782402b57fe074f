"""What a shop folder's own SQL says: for each canonical column, the raw columns that its values come from.

This is the truth that the inference is measured against, so it is worked out from the SQL and not written by
hand: a new folder is measured as soon as it is there. Values are followed, not conditions: of
`CASE WHEN key = '_order_total' THEN value END` it is `value`, under the key `_order_total`.
"""

from dataclasses import dataclass, field
from functools import cache
from itertools import product
from math import prod
from typing import Any

import sqlglot
from sqlglot import expressions as exp

from stocktake.shops.folders import ShopSoftware
from stocktake.shops.inference.model import roles

# The rest of a function's arguments say how to read the first.
_FIRST_ONLY = {
    "to_money", "unix_to_utc", "local_to_utc", "round_to", "unescape_html", "known_zone",
    "arg_min", "arg_max", "min_by", "max_by", "string_agg", "substr", "starts_with",
}  # fmt: skip
# What gives no column's value: conditions, counts, and what is found inside of free text.
_NO_VALUE = (
    exp.Predicate, exp.Not, exp.And, exp.Or, exp.Count, exp.Avg, exp.RegexpExtract,
)  # fmt: skip
MOST_BRANCHES = 24


@dataclass(frozen=True)
class Leaf:
    """A raw column by the folder's names for it; ``key`` where it is one key of a table of keys and values."""

    table: str
    column: str
    key: str | None = None


Leaves = frozenset[Leaf]
Branch = dict[str, Leaves]
Relation = list[Branch]


@dataclass
class Instance:
    """Rows of one canonical table that one SELECT makes: the raw table each is read from, and its columns."""

    table: str
    anchors: frozenset[str]
    columns: dict[str, Leaves] = field(default_factory=dict)


@dataclass
class _Reader:
    software: ShopSoftware
    relations: dict[str, Relation] = field(default_factory=dict)
    edges: set[frozenset[tuple[str, str, str | None]]] = field(default_factory=set)
    lookups: set[str] = field(default_factory=set)

    def base(self) -> None:
        for name, table in self.software.tables.items():
            columns = [*table.columns, "_ref", "_path", "_offset", "_length", "_row"]
            self.relations[name.lower()] = [{c.lower(): frozenset({Leaf(name, c)}) for c in columns}]
        for name, (names, _) in self.software.lookups.items():
            self.relations[name.lower()] = [{c.lower(): frozenset() for c in names}]
            self.lookups.add(name.lower())
        for one in self.software.unpack:
            branch = {c.lower(): frozenset({Leaf(one.table, c)}) for c in (*one.keep, "_ref")}
            branch |= {"value": frozenset({Leaf(one.table, one.column)})}
            branch |= {c: frozenset() for c in ("k1", "k2", "k3", "path")}
            self.relations[one.name.lower()] = [branch]

    def select(self, node: exp.Expression, scope: dict[str, Relation]) -> Relation:
        scope = self.with_ctes(node, scope)
        if isinstance(node, exp.Subquery):
            return self.select(node.this, scope)
        if isinstance(node, exp.SetOperation):
            left = self.select(node.this, scope)
            right = self.select(node.expression, scope)
            names = list(left[0])
            return left + [dict(zip(names, b.values(), strict=False)) for b in right]
        if not isinstance(node, exp.Select):
            return [{}]
        sources: dict[str, Relation] = {}
        named: dict[str, str] = {}
        joins = node.args.get("joins") or []
        from_ = node.args.get("from_") or node.args.get("from")
        for source in [from_.this, *(join.this for join in joins)] if from_ else []:
            sources[source.alias_or_name.lower()] = self.source(source, scope)
            if isinstance(source, exp.Table):
                named[source.alias_or_name.lower()] = source.name.lower()
        names = list(sources)
        if prod(len(relation) for relation in sources.values()) > MOST_BRANCHES:
            sources = {name: [_merged(relation)] for name, relation in sources.items()}
        result = []
        lookups = {name for name, source in named.items() if source in self.lookups}
        conditions = [join.args.get("on") for join in joins] + [node.args.get("where")]
        for chosen in product(*(sources[name] for name in names)):
            here = dict(zip(names, chosen, strict=True))
            self.see_through(lookups, joins, here)
            for condition in filter(None, conditions):
                self.note_edges(condition, here, scope)
            keys = _keys(node.args.get("where"))
            branch: Branch = {}
            for projection in node.expressions:
                for name, leaves in self.project(projection, here, scope, keys):
                    branch[name] = leaves
            if branch not in result:
                result.append(branch)
        return result or [{}]

    def with_ctes(self, node: exp.Expression, scope: dict[str, Relation]) -> dict[str, Relation]:
        scope = dict(scope)
        with_ = node.args.get("with_") or node.args.get("with")
        for cte in with_.expressions if with_ else ():
            names = [c.name.lower() for c in cte.args["alias"].args.get("columns") or ()]
            made = self.select(cte.this, scope)
            scope[cte.alias.lower()] = (
                [dict(zip(names, b.values(), strict=False)) for b in made] if names else made
            )
        return scope

    def see_through(self, lookups: set[str], joins: list[exp.Expression], here: dict[str, Branch]) -> None:
        """What a lookup of the folder gives comes from what it is asked with."""
        for join in joins:
            alias = join.this.alias_or_name.lower()
            if alias in lookups and join.args.get("on") is not None:
                asked = (c for c in join.args["on"].find_all(exp.Column) if c.table.lower() != alias)
                leaves = frozenset().union(*(self.column(column, here) for column in asked))
                here[alias] = dict.fromkeys(here[alias], leaves)

    def source(self, node: exp.Expression, scope: dict[str, Relation]) -> Relation:
        if isinstance(node, exp.Table):
            return scope.get(node.name.lower()) or self.relations.get(node.name.lower()) or [{}]
        return self.select(node, scope)

    def project(self, node: exp.Expression, here: dict[str, Branch], scope: Any, keys: Any):
        if isinstance(node, exp.Star):
            for branch in here.values():
                yield from branch.items()
        elif isinstance(node, exp.Column) and isinstance(node.this, exp.Star):
            yield from here.get(node.table.lower(), {}).items()
        else:
            yield node.alias_or_name.lower(), self.leaves(node.unalias(), here, scope, keys)

    def leaves(self, node: exp.Expression | None, here: dict[str, Branch], scope: Any, keys: Any) -> Leaves:
        if node is None:
            return frozenset()
        if isinstance(node, exp.Column):
            return _keyed(self.column(node, here), keys)
        if isinstance(node, exp.Subquery | exp.Select):
            made = self.select(node, scope)
            return frozenset().union(*(leaves for branch in made for leaves in list(branch.values())[:1]))
        if isinstance(node, exp.Case):
            return self.of_case(node, here, scope, keys)
        if isinstance(node, exp.Filter):
            return self.leaves(node.this, here, scope, _keys(node.expression) or keys)
        if isinstance(node, exp.ArgMin | exp.ArgMax | exp.GroupConcat | exp.Nullif | exp.Mul | exp.Div):
            return self.leaves(node.this, here, scope, keys)  # the rest is an order, or a rate
        if isinstance(node, exp.Anonymous) and node.name.lower() in _FIRST_ONLY:
            return self.leaves(node.expressions[0], here, scope, keys)
        if isinstance(node, exp.Sum):  # derived, but for the sum of what one key holds
            return frozenset(
                leaf for leaf in self.leaves(node.this, here, scope, keys) if leaf.key is not None
            )
        if isinstance(node, _NO_VALUE):
            return frozenset()
        found: Leaves = frozenset()
        for child in node.iter_expressions():
            if not isinstance(child, exp.DataType | exp.Order | exp.Window):
                found |= self.leaves(child, here, scope, keys)
        return found

    def of_case(self, node: exp.Case, here: dict[str, Branch], scope: Any, keys: Any) -> Leaves:
        found = self.leaves(node.args.get("default"), here, scope, keys)
        for branch in node.args["ifs"]:
            own = _keys(branch.this) or keys
            found |= self.leaves(branch.args["true"], here, scope, own)
        if not found:  # words for what a column says: a status by its number
            compared = (c for branch in node.args["ifs"] for c in branch.this.find_all(exp.Column))
            found = frozenset().union(*(self.column(column, here) for column in compared))
        return found

    def column(self, node: exp.Column, here: dict[str, Branch]) -> Leaves:
        name = node.name.lower()
        if node.table:
            return here.get(node.table.lower(), {}).get(name, frozenset())
        return next((branch[name] for branch in here.values() if name in branch), frozenset())

    def note_edges(self, condition: exp.Expression, here: dict[str, Branch], scope: Any) -> None:
        for equal in condition.find_all(exp.EQ):
            one = self.leaves(equal.this, here, scope, ())
            other = self.leaves(equal.expression, here, scope, ())
            if len(one) <= 4 and len(other) <= 4:
                for a, b in product(one, other):
                    if a.table != b.table:
                        self.edges.add(frozenset({(a.table, a.column, a.key), (b.table, b.column, b.key)}))


def _merged(relation: Relation) -> Branch:
    found: Branch = {}
    for branch in relation:
        for name, leaves in branch.items():
            found[name] = found.get(name, frozenset()) | leaves
    return found


def _keys(condition: exp.Expression | None) -> tuple[tuple[str, str], ...]:
    """The columns that a condition says equal a text, with that text."""
    if condition is None:
        return ()
    found = [
        (equal.this.name.lower(), equal.expression.this)
        for equal in condition.find_all(exp.EQ)
        if isinstance(equal.this, exp.Column)
        and isinstance(equal.expression, exp.Literal)
        and equal.expression.is_string
    ]
    for within in condition.find_all(exp.In):
        texts = [e.this for e in within.expressions if isinstance(e, exp.Literal) and e.is_string]
        if isinstance(within.this, exp.Column) and texts:
            found.append((within.this.name.lower(), "|".join(texts)))
    return tuple(found)


def _keyed(leaves: Leaves, keys: tuple[tuple[str, str], ...]) -> Leaves:
    texts = [
        text for column, text in keys if column in ("key", "meta_key", "option_name", "code", "class", "name")
    ]
    if not texts:
        return leaves
    found = set()
    for leaf in leaves:
        if leaf.key is None and "value" in leaf.column.lower():
            found |= {Leaf(leaf.table, leaf.column, one) for one in texts[0].split("|")}
        else:
            found.add(leaf)
    return frozenset(found)


@cache
def _wanted() -> dict[str, set[str]]:
    return {
        table: {slot.canonical for slot in role.slots.values()} - {"kind", "pgp_fingerprint"}
        for table, role in roles().items()
    }


def truth(software: ShopSoftware) -> list[Instance]:
    """What each SELECT of the folder makes of raw columns, by the folder's names for tables."""
    return truth_and_edges(software)[0]


Edges = dict[tuple[str, str, str | None], set[tuple[str, str, str | None]]]


def truth_and_edges(software: ShopSoftware) -> tuple[list[Instance], Edges]:
    """The same, and which raw columns the SQL compares: (table, column, key) to those."""
    reader = _Reader(software)
    reader.base()
    parsed = {name: sqlglot.parse_one(s.sql, dialect="duckdb") for name, s in software.prepare}
    for name, node in parsed.items():
        reader.relations[name.lower()] = reader.select(node, {})
    made = [
        (table, branch)
        for table, statements in software.canonical.items()
        if table in _wanted()
        for statement in statements
        for branch in reader.select(sqlglot.parse_one(statement.sql, dialect="duckdb"), {})
    ]
    reached: Edges = {}
    for edge in reader.edges:
        one, other = sorted(edge, key=str)
        reached.setdefault(one, set()).add(other)
        reached.setdefault(other, set()).add(one)
    found: list[Instance] = []
    anchored = {
        leaf.table: table
        for table, branch in made
        for leaf in branch.get("source_id", ())
        if leaf.column == "_ref"
    }
    for table, branch in made:
        anchors = frozenset(leaf.table for leaf in branch.get("source_id", ()) if leaf.column == "_ref")
        instance = Instance(table, anchors)
        told_by_keys = any(
            leaf.key is not None and leaf.table in anchors for leaves in branch.values() for leaf in leaves
        )
        for column in sorted(_wanted()[table]):
            leaves = set(branch.get(column, ()))
            if column == "status":
                leaves |= branch.get("status_recorded", frozenset())
            if told_by_keys:  # a row of keys and values is of its owner's row
                leaves = {leaf for leaf in leaves if leaf.column != "_ref"}
            kept: set[Leaf] = set()
            for leaf in leaves:
                of_order = column == "currency" and anchored.get(leaf.table) == "orders"
                kept |= {leaf} if of_order else _own(leaf, table, anchors, anchored, reached, software)
            if kept:
                instance.columns[column] = frozenset(kept)
        if instance.columns and not _is_found_in_text(instance, branch):
            _add(found, instance)
    return found, reached


def _own(
    leaf: Leaf,
    table: str,
    anchors: frozenset[str],
    anchored: dict[str, str],
    reached: Edges,
    software: ShopSoftware,
) -> set[Leaf]:
    """The columns of the row itself, of its keys and values or of a table beside it, that ``leaf`` stands for."""
    if leaf.column == "_ref":  # the row that a column of this one names
        return {Leaf(*at) for at in _compared(leaf.table, anchors, reached, software)}
    if leaf.table in anchors or (leaf.key is not None and _is_of(leaf.table, anchors, reached)):
        return {leaf}
    if leaf.table in software.tables and anchored.get(leaf.table, table) == table:
        return _beside(leaf, anchors, reached, software)
    return set()


def _compared(
    table: str, anchors: frozenset[str], reached: Edges, software: ShopSoftware
) -> set[tuple[str, str, str | None]]:
    """The columns of the anchors, or keys of theirs, that the SQL compares with a column of ``table``."""
    if table in anchors:
        return set()
    return {
        (name, column, key)
        for (one, _, _), others in reached.items()
        if one == table
        for name, column, key in others
        if (name in anchors and (column,) != software.tables[name].key)
        or (key is not None and _is_of(name, anchors, reached))
    }


def _is_of(table: str, anchors: frozenset[str], reached: Edges) -> bool:
    """Whether the rows of a table of keys and values are of the anchors' rows: the SQL compares them so."""
    return (
        not anchors
        or table in anchors
        or any(
            name in anchors
            for (one, _, _), others in reached.items()
            if one == table
            for name, _, _ in others
        )
    )


def _is_found_in_text(instance: Instance, branch: Branch) -> bool:
    """Whether what such a row can't be without is there, but is found inside free text or keys alone."""
    slots = roles()[instance.table].slots
    needed = [slot.canonical for slot in slots.values() if slot.needed >= 0.5 and slot.ref is None]
    return (
        bool(needed)
        and not any(one in instance.columns for one in needed)
        and any(one in branch for one in needed)
    )


def _beside(leaf: Leaf, anchors: frozenset[str], reached: Edges, software: ShopSoftware) -> set[Leaf]:
    """A value of a table that has one row (a language) for each of the anchor's, or that names its numbers.

    Of a table with many rows for each of the anchor's a value is worked out and no column's own.
    """
    key = software.tables[leaf.table].key
    found: set[Leaf] = set()
    for one in software.tables[leaf.table].columns:
        for name, column, text in reached.get((leaf.table, one, None), ()):
            if name not in anchors or text is not None or one not in key:
                continue
            found.add(leaf)
            if column not in software.tables[name].key:
                found.add(Leaf(name, column))  # the number that is looked up
    return found


def references(software: ShopSoftware) -> set[tuple[str, str, str, str]]:
    """Canonical table and column, raw table and column: columns that the SQL compares with another table's key.

    To read an order's customer from them is right, whether or not the folder does it at that place.
    """
    instances, reached = truth_and_edges(software)
    of: dict[str, set[str]] = {}
    for instance in instances:
        of.setdefault(instance.table, set()).update(instance.anchors)
    found = set()
    for instance in instances:
        for slot in roles()[instance.table].slots.values():
            for target in of.get(slot.ref or "", ()):
                key = software.tables[target].key
                for name, column, text in reached.get((target, key[0], None), ()) if len(key) == 1 else ():
                    if name in instance.anchors and text is None:
                        found.add((instance.table, slot.canonical, name, column))
    return found


def _add(found: list[Instance], instance: Instance) -> None:
    """Put in an instance, or join it to one that is read from the same columns."""
    for there in found:
        shared = set(there.columns) & set(instance.columns)
        same = sum(bool(there.columns[c] & instance.columns[c]) for c in shared)
        if (there.table, there.anchors) == (instance.table, instance.anchors) and same > 0.6 * len(shared):
            for column, leaves in instance.columns.items():
                there.columns[column] = there.columns.get(column, frozenset()) | leaves
            return
    found.append(instance)
