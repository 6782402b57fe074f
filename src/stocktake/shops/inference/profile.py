"""What an unknown database holds: its entities, and for each column what its values are like.

An *entity* is what one row stands for. Most are a raw table. A table of keys and values (WordPress's
postmeta, OpenCart's order_total) is no entity: each of its keys is a column of the entity whose rows it
describes. And a table that holds several things told apart by a type (WordPress's posts) is an entity for
each of them.

Everything is told from a sample of rows spread over the table, the same for the same rows.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb

from stocktake.engine.duck import literal, parquet, quoted
from stocktake.records.catalogue import RawTable
from stocktake.records.php import PhpError, looks_serialised, parse
from stocktake.shops.inference.shapes import shapes
from stocktake.shops.inference.words import Token, meaning, without_prefix

SAMPLE_ROWS = 1000
SAMPLE_VALUES = 250
MOST_KEYS = 200  # of a table of keys and values
KEYS_HELD = 200_000  # key values of a table that are held to look references up in
_TEXT = ("string", "large_string", "binary", "large_binary")
_KEY_WORDS = frozenset({"key", "number", "kind", "name", "title", "option"})
_VALUE_WORDS = frozenset({"value", "text", "amount"})


@dataclass(frozen=True)
class Place:
    """Where a column's values stand: a raw column, or one key of a table of keys and values, or of JSON.

    ``table`` is the label of the raw table. ``key`` is the value of ``key_column`` that makes the column;
    ``owner`` the column that names the described row. For a column of serialised values, ``key`` is the
    path inside it and ``key_column`` is empty.
    """

    table: str
    column: str
    key: str | None = None
    key_column: str = ""
    owner: str = ""

    def __str__(self) -> str:
        return f"{self.table}.{self.column}" + (f"[{self.key}]" if self.key is not None else "")


@dataclass(frozen=True)
class Column:
    """A column of an entity. ``filled`` is the share of rows with a value that is not blank or zero time."""

    place: Place
    name: str
    words: tuple[Token, ...]
    declared: str
    values: tuple[Any, ...]
    filled: float
    distinct: float  # different values for each value, 0 to 1
    looks: dict[str, float]
    unique: bool = False


@dataclass(frozen=True)
class Entity:
    """What one row stands for. ``where`` is the column and value that tell its rows from the table's others.

    ``within`` is the column of serialised lists of its parent whose members its rows are.
    """

    name: str
    words: tuple[Token, ...]
    table: RawTable
    rows: int
    columns: tuple[Column, ...]
    where: tuple[str, str] | None = None
    within: Place | None = None

    @property
    def keys(self) -> list[Column]:
        """Columns whose value names the row, the declared key first."""
        found = [column for column in self.columns if column.unique]
        return sorted(
            found, key=lambda one: (one.place.column not in self.table.key, "id" not in _concepts(one))
        )


@dataclass
class Profile:
    """The entities of one database, and a way to look references up."""

    connection: duckdb.DuckDBPyConnection
    entities: list[Entity] = field(default_factory=list)
    key_value: dict[str, "KeyValue"] = field(default_factory=dict)
    _held: dict[tuple[str, str], set[str] | None] = field(default_factory=dict)

    def overlap(self, values: Sequence[Any], table: RawTable, column: str) -> float:
        """The share of different ``values`` (zeros and blanks left out) that stand in ``table.column``."""
        wanted = {text for value in values if (text := _plain(value)) not in ("", "0", "-1")}
        if not wanted or not table.parts:
            return 0.0
        held = self._keys(table, column)
        if held is not None:
            return len(wanted & held) / len(wanted)
        listed = ", ".join(literal(text) for text in sorted(wanted))
        row = self.connection.execute(
            f"SELECT count(DISTINCT CAST({quoted(column)} AS VARCHAR)) FROM {parquet(table.parts)} "
            f"WHERE CAST({quoted(column)} AS VARCHAR) IN ({listed})"
        ).fetchone()
        return (row[0] if row else 0) / len(wanted)

    def _keys(self, table: RawTable, column: str) -> set[str] | None:
        where = (table.label, column)
        if where not in self._held:
            self._held[where] = None
            if table.rows <= KEYS_HELD:
                rows = self.connection.execute(
                    f"SELECT {quoted(column)} FROM {parquet(table.parts)}"
                ).fetchall()
                self._held[where] = {_plain(value) for (value,) in rows}
        return self._held[where]


@dataclass(frozen=True)
class KeyValue:
    """A table of keys and values: which of its columns is what. ``names`` gives a numbered key its name."""

    table: RawTable
    owner: str
    key: str
    value: str
    names: dict[str, str]


def profile(connection: duckdb.DuckDBPyConnection, tables: Sequence[RawTable]) -> Profile:
    """Look at the tables of one database that have rows."""
    found = Profile(connection)
    whole = {}
    there = [table for table in sorted(tables, key=lambda table: table.label) if table.rows and table.parts]
    for table, called in zip(there, without_prefix([table.name for table in there]), strict=True):
        whole[table.label] = _whole(connection, table, called)
    beside = {
        label: pairs
        for label, entity in whole.items()
        if (pairs := _key_value(connection, entity, whole)) is not None
    }
    owners = {
        label: owner for label, pairs in beside.items() if (owner := _owner(found, pairs, whole, beside))
    }
    found.key_value = {label: beside[label] for label in owners}
    for label, entity in whole.items():
        if label in owners:
            continue
        described_by = [beside[other] for other, owner in owners.items() if owner == label]
        for one in _split(connection, entity) if described_by else [entity]:
            with_keys = _with_keys(connection, one, described_by)
            found.entities += _unfolded(with_keys)
    return found


def _plain(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").strip()
    return "" if value is None else str(value).strip()


def _sampled(table: RawTable) -> str:
    step = max(1, table.rows // (SAMPLE_ROWS // 2))
    return f"FROM {parquet(table.parts)} WHERE _row <= {SAMPLE_ROWS // 2} OR _row % {step} = 0"


def _whole(connection: duckdb.DuckDBPyConnection, table: RawTable, called: str) -> Entity:
    names = [name for name, _, _ in table.columns]
    chosen = ", ".join(quoted(name) for name in names) or "1"
    rows = connection.execute(
        f"SELECT {chosen} {_sampled(table)} ORDER BY _row LIMIT {SAMPLE_ROWS}"
    ).fetchall()
    shown = without_prefix(names)
    columns = [
        _column(
            Place(table.label, name),
            shown[place],
            declared,
            [row[place] for row in rows],
            len(rows),
            is_key=table.key == (name,),
        )
        for place, (name, declared, _) in enumerate(table.columns)
    ]
    return Entity(table.label, meaning(called), table, table.rows, tuple(columns))


def _column(
    place: Place, name: str, declared: str, cells: Sequence[Any], rows: int, *, is_key: bool = False
) -> Column:
    there = []
    for cell in cells:
        value = cell.decode("utf-8", "replace") if isinstance(cell, bytes) else cell
        if value is not None and (not isinstance(value, str) or value.strip()):
            there.append(value)
    different = Counter(_plain(value) for value in there)
    sample = list(dict.fromkeys(there)) if len(different) > 12 else there
    sample = sample[:: max(1, len(sample) // SAMPLE_VALUES)][:SAMPLE_VALUES]
    blank = sum(count for text, count in different.items() if not text.strip("0.:- "))
    whole = len(there) == rows and rows > 0
    return Column(
        place=place,
        name=name,
        words=meaning(name),
        declared=declared,
        values=tuple(sample),
        filled=(len(there) - (blank if blank < len(there) else 0)) / rows if rows else 0.0,
        distinct=len(different) / len(there) if there else 0.0,
        looks=shapes(sample),
        unique=is_key or (whole and rows > 1 and len(different) == len(there)),
    )


def _concepts(column: Column) -> set[str]:
    return {concept for token in column.words for concept in token}


def _key_value(
    connection: duckdb.DuckDBPyConnection, entity: Entity, whole: dict[str, Entity]
) -> KeyValue | None:
    """Which columns of a table are owner, key and value, if it is such a table."""
    columns = {column.place.column: column for column in entity.columns}
    if not 3 <= len(columns) <= 10:
        return None
    kinds = {name: kind for name, _, kind in entity.table.columns}
    values = [
        name for name, column in columns.items()
        if _concepts(column) & {"value"} and "id" not in _concepts(column)
    ]  # fmt: skip
    owners = [
        name for name, column in columns.items()
        if not column.unique and column.filled > 0.9 and "id" in _concepts(column)
        and not _concepts(column) & {"option", "key", "language", "site"}
    ]  # fmt: skip
    names: dict[str, str] = {}
    keys = [
        name for name, column in columns.items()
        if kinds[name] in _TEXT and name not in values and column.filled > 0.9
        and column.looks.get("key", 0) > 0.8 and _concepts(column) & _KEY_WORDS
    ]  # fmt: skip
    if not keys:
        keys, names = _numbered_key(connection, entity, whole)
        owners = [name for name in owners if name not in keys]
    if not values or not owners or not keys:
        return None
    key = max(keys, key=lambda name: ("key" in _concepts(columns[name]), -columns[name].distinct))
    for owner in owners:
        row = connection.execute(
            f"SELECT count(*), count(DISTINCT o), count(DISTINCT k), count(DISTINCT (o, k)) FROM "
            f"(SELECT {quoted(owner)} AS o, {quoted(key)} AS k {_sampled(entity.table)})"
        ).fetchone()
        plainly = "key" in _concepts(columns[key])
        if row and row[2] > 1 and row[3] > 0.85 * row[0] and row[2] <= 0.7 * row[0]:
            if not plainly and row[0] <= 1.2 * row[1]:
                continue
            return KeyValue(entity.table, owner, key, values[0], names)
    return None


def _numbered_key(
    connection: duckdb.DuckDBPyConnection, entity: Entity, whole: dict[str, Entity]
) -> tuple[list[str], dict[str, str]]:
    """A key that is the number of a row of another table, which has its name (Magento's attribute_id)."""
    for column in entity.columns:
        if "option" not in _concepts(column) or "id" not in _concepts(column):
            continue
        for other in whole.values():
            same = next((one for one in other.columns if one.place.column == column.place.column), None)
            if other is entity or same is None or not same.unique:
                continue
            named = next(
                (one for one in other.columns if one.looks.get("key", 0) > 0.9 and one.filled > 0.9), None
            )
            if named is not None:
                rows = connection.execute(
                    f"SELECT {quoted(same.place.column)}, {quoted(named.place.column)} "
                    f"FROM {parquet(other.table.parts)} LIMIT 5000"
                ).fetchall()
                return [column.place.column], {_plain(number): _plain(name) for number, name in rows}
    return [], {}


def _owner(
    found: Profile, pairs: KeyValue, whole: dict[str, Entity], beside: dict[str, KeyValue]
) -> str | None:
    """The label of the table whose rows a table of keys and values describes."""
    described = next(
        column for column in whole[pairs.table.label].columns if column.place.column == pairs.owner
    )
    best: tuple[float, int, str] | None = None
    named = {concept for token in meaning(pairs.owner) for concept in token} - {"id"}
    for label, entity in whole.items():
        if label in beside:
            continue
        for key in entity.keys:
            same = key.place.column.lower() == pairs.owner.lower()
            called = {concept for token in entity.words for concept in token}
            likeness = 1.0 * same + (len(named & called) / len(named) if named else 0.0)
            if len(entity.table.key) > 1 or (
                likeness < 0.5 and "parent" not in named and "id" not in _concepts(key)
            ):
                continue
            overlap = found.overlap(described.values, entity.table, key.place.column)
            if overlap < 0.7:
                continue
            extra = len(set(entity.words) ^ set(whole[pairs.table.label].words))
            candidate = (likeness + overlap, -extra, label)
            if best is None or candidate > best:
                best = candidate
    return best[2] if best else None


def _split(connection: duckdb.DuckDBPyConnection, entity: Entity) -> list[Entity]:
    """An entity for each type, where a column tells the types of a table that keys and values describe."""
    for column in entity.columns:
        if not ("kind" in _concepts(column) and column.looks.get("key", 0) > 0.9 and column.filled > 0.9):
            continue
        if (
            not 2 <= len(set(column.values)) <= 60
            or "id" in _concepts(column)
            or column.looks.get("integer", 0) > 0.5
        ):
            continue
        name = column.place.column
        rows = connection.execute(
            f"SELECT CAST({quoted(name)} AS VARCHAR), count(*) FROM {parquet(entity.table.parts)} "
            "GROUP BY 1 ORDER BY 1"
        ).fetchall()
        if len(rows) > 60:
            continue
        return [_of_type(connection, entity, name, str(kind), count) for kind, count in rows if kind]
    return [entity]


def _of_type(
    connection: duckdb.DuckDBPyConnection, entity: Entity, column: str, kind: str, count: int
) -> Entity:
    table = entity.table
    names = [name for name, _, _ in table.columns]
    shown = without_prefix(names)
    rows = connection.execute(
        f"SELECT {', '.join(map(quoted, names))} FROM {parquet(table.parts)} "
        f"WHERE {quoted(column)} = {literal(kind)} "
        f"ORDER BY (_row * 7919) % 1000003, _row LIMIT {SAMPLE_ROWS // 2}"
    ).fetchall()
    columns = tuple(
        _column(Place(table.label, name), shown[place], declared, [row[place] for row in rows], len(rows),
                is_key=table.key == (name,))
        for place, (name, declared, _) in enumerate(table.columns)
    )  # fmt: skip
    named = meaning(kind)
    return Entity(f"{table.label}[{kind}]", named, table, count, columns, (column, kind))


def _with_keys(connection: duckdb.DuckDBPyConnection, entity: Entity, beside: Sequence[KeyValue]) -> Entity:
    """The entity with a column for each key that its tables of keys and values hold of it."""
    columns = list(entity.columns)
    for pairs in beside:
        described = next(
            (key for key in entity.keys if len(entity.keys) == 1 or key.place.column in entity.table.key),
            None,
        ) or (entity.keys[0] if entity.keys else None)
        if described is None:
            continue
        wanted = [text for value in described.values if (text := _plain(value))]
        listed = ", ".join(literal(text) for text in wanted)
        rows = connection.execute(
            f"SELECT CAST({quoted(pairs.key)} AS VARCHAR), CAST({quoted(pairs.value)} AS VARCHAR) "
            f"FROM {parquet(pairs.table.parts)} WHERE CAST({quoted(pairs.owner)} AS VARCHAR) IN ({listed}) "
            "ORDER BY _row"
        ).fetchall()
        cells: dict[str, list[Any]] = {}
        for key, value in rows:
            if key is not None:
                cells.setdefault(key, []).append(value)
        usual = sorted(cells, key=lambda key: (-len(cells[key]), key))[:MOST_KEYS]
        usual = [key for key in usual if len(cells[key]) >= max(2, 0.02 * len(wanted))]
        shown = without_prefix([pairs.names.get(key, key) for key in usual])
        for key, name in zip(usual, shown, strict=True):
            place = Place(pairs.table.label, pairs.value, key, pairs.key, pairs.owner)
            columns.append(_column(place, name, "text", cells[key][: len(wanted)], len(wanted)))
    return Entity(entity.name, entity.words, entity.table, entity.rows, tuple(columns), entity.where)


def _unfolded(entity: Entity) -> list[Entity]:
    """The entity with a column for each key of its serialised objects; an entity for each list of them."""
    columns = list(entity.columns)
    members: list[Entity] = []
    for column in entity.columns:
        if column.looks.get("json", 0) + column.looks.get("php", 0) < 0.8 or column.place.key is not None:
            continue
        read = [_read(str(value)) for value in column.values]
        objects = [value for value in read if isinstance(value, dict) and not _is_list(value)]
        lists = [value for value in read if isinstance(value, list)]
        lists += [list(value.values()) for value in read if isinstance(value, dict) and _is_list(value)]
        if len(objects) > len(lists):
            columns += _leaves(column, objects)
        elif lists:
            rows = [row for one in lists for row in one if isinstance(row, dict)]
            if rows:
                inside = tuple(_leaves(column, rows))
                name = f"{entity.name}.{column.place.column}[]"
                words = (*entity.words, *column.words)
                members.append(
                    Entity(name, words, entity.table, len(rows), inside, entity.where, column.place)
                )
    whole = Entity(entity.name, entity.words, entity.table, entity.rows, tuple(columns), entity.where)
    return [whole, *members]


def _leaves(column: Column, objects: Sequence[dict[str, Any]]) -> list[Column]:
    cells: dict[str, list[Any]] = {}
    for value in objects:
        for key, leaf in value.items():
            if isinstance(leaf, dict):
                for inner, deep in leaf.items():
                    if not isinstance(deep, dict | list):
                        cells.setdefault(f"{key}/{inner}", []).append(deep)
            elif not isinstance(leaf, list):
                cells.setdefault(str(key), []).append(leaf)
    return [
        _column(Place(column.place.table, column.place.column, key), key, "text", cells[key], len(objects))
        for key in sorted(cells)[:MOST_KEYS]
        if len(cells[key]) >= 0.05 * len(objects)
    ]


def _is_list(value: dict[str, Any]) -> bool:
    """PHP writes a list as an object with the keys 0, 1, 2 …; a basket by product number is one too."""
    return bool(value) and all(isinstance(member, dict) for member in value.values())


def _read(text: str) -> Any:
    try:
        if looks_serialised(text):
            return parse(text.encode("utf-8", "surrogateescape"))
        return json.loads(text)
    except (ValueError, PhpError, RecursionError):
        return None
