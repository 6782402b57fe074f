"""What a proposed folder reads: raw tables by their logical names, and views with what stands beside a row.

A view is needed where a row's values are in key/value pairs, in a serialised column, or in a table beside it,
and where only rows of one kind are meant.
"""

import re
from dataclasses import dataclass, field

from stocktake.engine.duck import literal, quoted
from stocktake.records.catalogue import RawTable
from stocktake.shops.inference.profile import Column, Entity, Place
from stocktake.shops.inference.proposal import Choice, Proposal
from stocktake.shops.inference.words import fold

_RESERVED = frozenset(
    ["shop", "site", "shop_table", "status_words", "method_patterns", "payment_words", "stated", "problems"]
)
_DAY_FIRST = re.compile(r"[0-9]{1,2}[./][0-9]{1,2}[./][0-9]{4}")
_PLAIN_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?$")
_TIMES = frozenset({"time", "unix", "unix_ms"})
_AMOUNTS = frozenset({"money", "coins", "satoshi", "small", "rating"})

# What is read beside a row: alias -> the source of its rows, and each value with the name it is given.
Joins = dict[str, tuple[str, list[tuple[str, str]]]]


@dataclass
class Folder:
    """What is being written: logical tables with their columns, views to prepare, statements by file."""

    proposal: Proposal
    names: dict[str, str] = field(default_factory=dict)  # label of a raw table -> its logical name
    raw: dict[str, RawTable] = field(default_factory=dict)
    columns: dict[str, dict[str, str]] = field(default_factory=dict)  # logical name -> column -> type
    remarks: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    prepared: dict[str, str] = field(default_factory=dict)
    views: dict[str, str] = field(default_factory=dict)  # name of an entity -> what to read it as
    spelled: dict[str, dict[Place, str]] = field(default_factory=dict)  # entity -> place -> column read
    unpacked: dict[tuple[str, str], str] = field(default_factory=dict)
    hidden: dict[tuple[str, str], str] = field(default_factory=dict)  # logical name, column -> kind of secret
    files: dict[str, list[str]] = field(default_factory=dict)
    coverage: list[str] = field(default_factory=list)

    def table(self, raw: RawTable) -> str:
        """The logical name of a raw table."""
        if raw.label not in self.names:
            name = raw.name
            while name.lower() in _RESERVED | {taken.lower() for taken in self.names.values()}:
                name += "_"
            self.names[raw.label] = name
            self.raw[name] = raw
            self.columns[name] = dict.fromkeys(raw.key, "VARCHAR")
        return self.names[raw.label]

    def use(self, raw: RawTable, column: str, kind: str = "VARCHAR") -> str:
        """Declare that the SQL reads a raw column as this type; returns it quoted."""
        columns = self.columns[self.table(raw)]
        columns[column] = kind if columns.get(column, kind) == kind else "VARCHAR"
        return quoted(column)


def prepare_view(folder: Folder, entity: Entity) -> None:
    """What the SQL reads an entity as: its raw table, or a view with its keys, types and lists beside it."""
    table = folder.table(entity.table)
    chosen = _columns_of(folder, entity)
    spelled = {}
    joins: Joins = {}
    extra = []
    for column in chosen:
        place = column.place
        if place.table == entity.table.label and place.key is None and entity.within is None:
            folder.use(entity.table, place.column, _kind_of(folder, entity, column))
            spelled[place] = place.column
            continue
        name = slug(
            f"{place.column}_{place.key}" if place.key is not None else f"{place.table}_{place.column}"
        )
        while name in spelled.values():
            name += "_"
        spelled[place] = name
        if entity.within is not None:
            extra.append(f"MAX(CASE WHEN u.{_leaf(place)} THEN u.value END) AS {quoted(name)}")
            continue
        alias, sql = _beside(folder, entity, place)
        joins.setdefault(alias, (sql, []))[1].append((_value_at(folder, place), name))
        extra.append(f"{alias}.{quoted(name)}")
    folder.spelled[entity.name] = spelled
    if not extra and entity.where is None:
        folder.views[entity.name] = quoted(table)
        return
    view = slug(f"{entity.name}_row")
    folder.views[entity.name] = quoted(view)
    if entity.within is not None:
        folder.prepared[view] = _members(folder, entity, table, extra)
    else:
        folder.prepared[view] = _joined(folder, entity, table, extra, joins)


def _columns_of(folder: Folder, entity: Entity) -> list[Column]:
    found: dict[Place, Column] = {}
    for mapping in folder.proposal.mappings:
        for choice in mapping.choices.values():
            if mapping.entity.name == entity.name and not choice.of_order:
                found.setdefault(choice.column.place, choice.column)
            if choice.target is not None and choice.target[0].name == entity.name:
                found.setdefault(choice.target[1].place, choice.target[1])
    return list(found.values())


def _kind_of(folder: Folder, entity: Entity, column: Column) -> str:
    """The DuckDB type that the SQL reads a raw column as; text wherever a value might not fit a type."""
    kinds = set()
    for mapping in folder.proposal.mappings:
        for choice in mapping.choices.values():
            if (
                mapping.entity.name == entity.name
                and choice.column.place == column.place
                and not choice.of_order
            ):
                kinds.add(_type(choice))
            if choice.target is not None and choice.target[1].place == column.place:
                kinds.add("VARCHAR")
    return kinds.pop() if len(kinds) == 1 else "VARCHAR"


def _type(choice: Choice) -> str:
    shapes = set(choice.slot.shapes)
    if shapes & _TIMES and choice.column.looks.get("time", 0) > 0.5 and not day_first(choice.column):
        return "TIMESTAMP"
    if shapes & _AMOUNTS and choice.slot.ref is None and is_plain(choice.column) and "word" not in shapes:
        return "DECIMAL(38,18)"
    return "VARCHAR"


def _beside(folder: Folder, entity: Entity, place: Place) -> tuple[str, str]:
    """An alias for the other table that a column is read from, and the SQL of its rows by owner."""
    pairs = folder.proposal.profile.key_value.get(place.table)
    if pairs is not None and place.key is not None:
        folder.use(pairs.table, pairs.key)
        folder.use(pairs.table, pairs.value)
        owner = folder.use(pairs.table, pairs.owner)
        return f"k_{slug(place.table)}", f"{owner}|{quoted(folder.table(pairs.table))}"
    if place.key is not None:
        return f"u_{slug(place.column)}", f"_ref|{_unpacked(folder, entity, place)}"
    raw = next(e.table for e in folder.proposal.profile.entities if e.table.label == place.table)
    folder.use(raw, place.column)
    return f"s_{slug(place.table)}", f"{folder.use(raw, place.owner)}|{quoted(folder.table(raw))}"


def _value_at(folder: Folder, place: Place) -> str:
    """SQL of one column's value among an owner's rows: the first, where there are several."""
    pairs = folder.proposal.profile.key_value.get(place.table)
    if pairs is not None and place.key is not None:
        return (
            f"MIN_BY({quoted(pairs.value)}, _row) FILTER (WHERE {quoted(pairs.key)} = {literal(place.key)})"
        )
    if place.key is not None:
        return f"MAX(CASE WHEN path = {literal(place.key)} THEN value END)"
    return f"MIN_BY({quoted(place.column)}, _row)"


def _joined(folder: Folder, entity: Entity, table: str, extra: list[str], joins: Joins) -> str:
    lines = [f"SELECT\n  {', '.join(['t.*', *extra])}\nFROM {quoted(table)} AS t"]
    key = next((key.place.column for key in entity.keys if key.place.key is None), None)
    for alias, (read, columns) in joins.items():
        owner, _, source = read.partition("|")
        listed = ",\n    ".join(f"{value} AS {quoted(name)}" for value, name in columns)
        lines.append(
            f"LEFT JOIN (\n  SELECT\n    {owner} AS _owner,\n    {listed}\n"
            f"  FROM {source}\n  GROUP BY {owner}\n) AS {alias}"
        )
        if owner == "_ref":
            lines[-1] += f" ON {alias}._owner = t._ref"
        elif key is not None:
            lines[-1] += f" ON {alias}._owner = t.{folder.use(entity.table, key)}"
    if entity.where is not None:
        column, kind = entity.where
        lines.append(f"WHERE t.{folder.use(entity.table, column)} = {literal(kind)}")
    return "\n".join(lines)


def _members(folder: Folder, entity: Entity, table: str, extra: list[str]) -> str:
    """Rows for the members of serialised lists: the raw row's ref and the member's place in the list."""
    unpacked = _unpacked(folder, entity, entity.within or Place("", ""))
    listed = ",\n  ".join(extra)
    where = ""
    if entity.where is not None:
        where = f"\nWHERE t.{folder.use(entity.table, entity.where[0])} = {literal(entity.where[1])}"
    return (
        f"SELECT\n  t._ref, u.k1 AS _member,\n  {listed}\nFROM {unpacked} AS u\n"
        f"JOIN {quoted(table)} AS t ON t._ref = u._ref{where}\nGROUP BY t._ref, u.k1"
    )


def _unpacked(folder: Folder, entity: Entity, place: Place) -> str:
    folder.use(entity.table, place.column)
    where = (folder.table(entity.table), place.column)
    folder.unpacked.setdefault(where, slug(f"{where[0]}_{where[1]}_part"))
    return quoted(folder.unpacked[where])


def _leaf(place: Place) -> str:
    first, _, second = str(place.key).partition("/")
    return f"k2 = {literal(first)}" + (f" AND u.k3 = {literal(second)}" if second else "")


def slug(text: str) -> str:
    """A name that SQL takes without quotes."""
    return re.sub(r"[^0-9a-z]+", "_", fold(text).lower()).strip("_") or "column"


def is_plain(column: Column) -> bool:
    """Whether every value is a number as SQL writes one."""
    return bool(column.values) and all(_PLAIN_NUMBER.match(str(value).strip()) for value in column.values)


def day_first(column: Column) -> bool:
    """Whether most of the values are dates as 31.12.2025."""
    found = [value for value in column.values if isinstance(value, str) and _DAY_FIRST.match(value.strip())]
    return len(found) > len(column.values) / 2
