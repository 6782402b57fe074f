"""A proposal as a shop folder: the same TOML and SQL that a person would write, for a person to read and change.

``docs/shops.md`` describes the format. Beside each column stands what it was taken for, how likely, and why.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from tomllib import loads

import tomli_w

from stocktake.engine.duck import literal, parquet, quoted
from stocktake.records.catalogue import RawTable
from stocktake.shops.inference.profile import Column, Entity, KeyValue, Place
from stocktake.shops.inference.proposal import Choice, Lookup, Proposal, TableMapping
from stocktake.shops.inference.words import fold, words_of

MOST_STATES = 200
_RESERVED = {
    "shop",
    "site",
    "shop_table",
    "status_words",
    "method_patterns",
    "payment_words",
    "stated",
    "problems",
}
_DAY_FIRST = re.compile(r"[0-9]{1,2}[./][0-9]{1,2}[./][0-9]{4}")
_PLAIN_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?$")
_DECIMAL_COMMA = re.compile(r"[0-9],[0-9]{1,2}\b(?!.*[.,][0-9])")
_TIMES = frozenset({"time", "unix", "unix_ms"})
_AMOUNTS = frozenset({"money", "coins", "satoshi", "small", "rating"})


@dataclass
class _Folder:
    """What is being written: logical tables with their columns, views to prepare, statements by file."""

    proposal: Proposal
    names: dict[str, str] = field(default_factory=dict)  # label of a raw table -> its logical name
    raw: dict[str, RawTable] = field(default_factory=dict)
    columns: dict[str, dict[str, str]] = field(default_factory=dict)  # logical name -> column -> type
    remarks: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    prepared: dict[str, str] = field(default_factory=dict)
    views: dict[str, str] = field(default_factory=dict)  # name of an entity -> what to read it as
    spelled: dict[str, dict[Place, str]] = field(
        default_factory=dict
    )  # entity -> place -> column of the view
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


def folder_files(proposal: Proposal, *, name: str, title: str, of: dict[str, str]) -> dict[str, str]:
    """The files of a shop folder that maps the proposal's database: relative path to text.

    ``of`` says which database it is: exhibit, path, database.
    """
    folder = _Folder(proposal)
    entities = {mapping.entity.name: mapping.entity for mapping in proposal.mappings}
    for mapping in proposal.mappings:
        for choice in mapping.choices.values():
            if choice.target is not None:
                entities.setdefault(choice.target[0].name, choice.target[0])
    for entity in entities.values():
        _view(folder, entity)
    _site(folder)
    _secrets(folder)
    for mapping in proposal.mappings:
        statement = _WRITERS[mapping.table](folder, mapping)
        remark = f"-- {mapping.entity.name}: {mapping.reason}."
        folder.files.setdefault(f"{mapping.table}.sql", []).append(f"{remark}\n{statement};")
    _coverage(folder, entities.values())
    made = {path: "\n\n".join(statements) + "\n" for path, statements in folder.files.items()}
    made |= {f"prepare/{view}.sql": f"{sql}\n" for view, sql in folder.prepared.items()}
    made["coverage.sql"] = "\n\n".join(folder.coverage) + "\n"
    made["problems.sql"] = _problems(folder)
    made["shop.toml"] = _toml(folder, name, title, of)
    return dict(sorted(made.items()))


# ------------------------------------------------------------------------------------- what rows are read from


def _view(folder: _Folder, entity: Entity) -> None:
    """What the SQL reads an entity as: its raw table, or a view with its keys, types and lists beside it."""
    table = folder.table(entity.table)
    chosen = _columns_of(folder, entity)
    spelled = {}
    joins: dict[str, tuple[str, list[str]]] = {}
    extra = []
    for column in chosen:
        place = column.place
        if place.table == entity.table.label and place.key is None and entity.within is None:
            folder.use(entity.table, place.column, _kind_of(folder, entity, column))
            spelled[place] = place.column
            continue
        name = _slug(
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
    view = _slug(f"{entity.name}_row")
    folder.views[entity.name] = quoted(view)
    if entity.within is not None:
        folder.prepared[view] = _members(folder, entity, table, extra)
    else:
        folder.prepared[view] = _joined(folder, entity, table, extra, joins)


def _columns_of(folder: _Folder, entity: Entity) -> list[Column]:
    found: dict[Place, Column] = {}
    for mapping in folder.proposal.mappings:
        for choice in mapping.choices.values():
            if mapping.entity.name == entity.name and not choice.of_order:
                found.setdefault(choice.column.place, choice.column)
            if choice.target is not None and choice.target[0].name == entity.name:
                found.setdefault(choice.target[1].place, choice.target[1])
    return list(found.values())


def _kind_of(folder: _Folder, entity: Entity, column: Column) -> str:
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
    if shapes & _TIMES and choice.column.looks.get("time", 0) > 0.5 and not _day_first(choice.column):
        return "TIMESTAMP"
    if shapes & _AMOUNTS and choice.slot.ref is None and _is_plain(choice.column) and "word" not in shapes:
        return "DECIMAL(38,18)"
    return "VARCHAR"


def _beside(folder: _Folder, entity: Entity, place: Place) -> tuple[str, str]:
    """An alias for the table that a column of another table is read from, and the SQL of its rows by owner."""
    pairs = folder.proposal.profile.key_value.get(place.table)
    if pairs is not None and place.key is not None:
        folder.use(pairs.table, pairs.key)
        folder.use(pairs.table, pairs.value)
        owner = folder.use(pairs.table, pairs.owner)
        return f"k_{_slug(place.table)}", f"{owner}|{quoted(folder.table(pairs.table))}"
    if place.key is not None:
        return f"u_{_slug(place.column)}", f"_ref|{_unpacked(folder, entity, place)}"
    raw = next(e.table for e in folder.proposal.profile.entities if e.table.label == place.table)
    folder.use(raw, place.column)
    return f"s_{_slug(place.table)}", f"{folder.use(raw, place.owner)}|{quoted(folder.table(raw))}"


def _value_at(folder: _Folder, place: Place) -> str:
    """SQL of one column's value among an owner's rows: the first, where there are several."""
    pairs = folder.proposal.profile.key_value.get(place.table)
    if pairs is not None and place.key is not None:
        return (
            f"MIN_BY({quoted(pairs.value)}, _row) FILTER (WHERE {quoted(pairs.key)} = {literal(place.key)})"
        )
    if place.key is not None:
        return f"MAX(CASE WHEN path = {literal(place.key)} THEN value END)"
    return f"MIN_BY({quoted(place.column)}, _row)"


def _joined(
    folder: _Folder, entity: Entity, table: str, extra: list[str], joins: dict[str, tuple[str, list[str]]]
) -> str:
    lines = [f"SELECT\n  {', '.join(['t.*', *extra])}\nFROM {quoted(table)} AS t"]
    key = next((key.place.column for key in entity.keys if key.place.key is None), None)
    for alias, (read, columns) in joins.items():
        owner, _, source = read.partition("|")
        listed = ",\n    ".join(f"{value} AS {quoted(name)}" for value, name in columns)
        lines.append(
            f"LEFT JOIN (\n  SELECT\n    {owner} AS _owner,\n    {listed}\n  FROM {source}\n  GROUP BY {owner}\n) AS {alias}"
        )
        if owner == "_ref":
            lines[-1] += f" ON {alias}._owner = t._ref"
        elif key is not None:
            lines[-1] += f" ON {alias}._owner = t.{folder.use(entity.table, key)}"
    if entity.where is not None:
        column, kind = entity.where
        lines.append(f"WHERE t.{folder.use(entity.table, column)} = {literal(kind)}")
    return "\n".join(lines)


def _members(folder: _Folder, entity: Entity, table: str, extra: list[str]) -> str:
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


def _unpacked(folder: _Folder, entity: Entity, place: Place) -> str:
    folder.use(entity.table, place.column)
    where = (folder.table(entity.table), place.column)
    folder.unpacked.setdefault(where, _slug(f"{where[0]}_{where[1]}_part"))
    return quoted(folder.unpacked[where])


def _leaf(place: Place) -> str:
    first, _, second = str(place.key).partition("/")
    return f"k2 = {literal(first)}" + (f" AND u.k3 = {literal(second)}" if second else "")


def _slug(text: str) -> str:
    return re.sub(r"[^0-9a-z]+", "_", fold(text).lower()).strip("_") or "column"


# ----------------------------------------------------------------------------------------------------- values


def _is_plain(column: Column) -> bool:
    return bool(column.values) and all(_PLAIN_NUMBER.match(str(value).strip()) for value in column.values)


def _day_first(column: Column) -> bool:
    found = [value for value in column.values if isinstance(value, str) and _DAY_FIRST.match(value.strip())]
    return len(found) > len(column.values) / 2


@dataclass
class _Rows:
    """One SELECT being written: what it reads, and the columns that it gives."""

    folder: _Folder
    mapping: TableMapping
    joins: list[str] = field(default_factory=list)
    given: list[tuple[str, str]] = field(default_factory=list)

    def recorded(self, slot: str) -> str | None:
        """SQL of a chosen column as it is recorded."""
        choice = self.mapping.choices.get(slot)
        if choice is None:
            return None
        spelled = self.folder.spelled[self.mapping.entity.name][choice.column.place]
        return f"t.{quoted(spelled)}"

    def text(self, slot: str) -> str | None:
        """SQL of a chosen column as text, NULL where it is blank; the name, where it is the number of one."""
        recorded, choice = self.recorded(slot), self.mapping.choices.get(slot)
        if recorded is None or choice is None:
            return None
        if choice.lookup is not None:
            return self.named(slot, recorded, choice.lookup)
        return f"NULLIF(TRIM({self._as_text(choice, recorded)}), '')"

    def recorded_text(self, slot: str) -> str:
        """The same as text, to be compared with a key."""
        return self._as_text(self.mapping.choices[slot], self.recorded(slot) or "NULL")

    def _as_text(self, choice: Choice, recorded: str) -> str:
        shared = self.folder.columns[self.folder.table(self.mapping.entity.table)]
        kind = shared.get(choice.column.place.column, "VARCHAR")
        return recorded if kind == "VARCHAR" or choice.column.place.key else f"CAST({recorded} AS VARCHAR)"

    def named(self, slot: str, recorded: str, lookup: Lookup) -> str:
        """Join the table that has the names of the numbers in ``recorded``."""
        alias = f"n_{slot}"
        table = quoted(self.folder.table(lookup.table))
        key, name = self.folder.use(lookup.table, lookup.key), self.folder.use(lookup.table, lookup.name)
        self.joins.append(
            f"LEFT JOIN (\n  SELECT {key} AS id, MIN_BY({name}, _row) AS name FROM {table} GROUP BY {key}\n"
            f") AS {alias} ON {alias}.id = {recorded}"
        )
        return f"COALESCE({alias}.name, {recorded})"

    def amount(self, slot: str) -> str | None:
        """SQL of a chosen column as an exact number."""
        recorded, choice = self.recorded(slot), self.mapping.choices.get(slot)
        if recorded is None or choice is None:
            return None
        sql = recorded
        if not _is_plain(choice.column):
            sql = f"REGEXP_REPLACE({recorded}, '[^0-9,.-]', '', 'g')"
            commas = sum(bool(_DECIMAL_COMMA.search(str(value))) for value in choice.column.values)
            if commas > len(choice.column.values) / 2:
                sql = f"REPLACE(REPLACE({sql}, '.', ''), ',', '.')"
        sql = f"to_money({sql})"
        if any("cent" in token for token in choice.column.words):
            sql = f"TRY_CAST({sql} AS DECIMAL(28, 8)) * CAST(0.01 AS DECIMAL(3, 2))"
        return sql

    def moment(self, slot: str) -> str | None:
        """SQL of a chosen column as a time in UTC."""
        recorded, choice = self.recorded(slot), self.mapping.choices.get(slot)
        if recorded is None or choice is None:
            return None
        looks = choice.column.looks
        if looks.get("unix", 0) > 0.5:
            return f"unix_to_utc({recorded})"
        if looks.get("unix_ms", 0) > 0.5:
            return f"unix_to_utc(TRY_CAST({recorded} AS BIGINT) // 1000)"
        wall = f"TRY_CAST({recorded} AS TIMESTAMP)"
        if _day_first(choice.column):
            day = f"REGEXP_EXTRACT({recorded}, '^([0-9]+)[./]([0-9]+)[./]([0-9]+)(.*)$', "
            wall = (
                f"TRY_CAST({day}3) || '-' || LPAD({day}2), 2, '0') || '-' || LPAD({day}1), 2, '0')\n"
                f"    || COALESCE(NULLIF({day}4), ''), ' 00:00:00') AS TIMESTAMP)"
            )
        if is_utc(choice.column):
            return wall
        return f"local_to_utc({wall}, site.zone)"

    def reference(self, slot: str, kind: str) -> str | None:
        """SQL of the id of the row that a chosen column names; NULL where that row is not there."""
        recorded, choice = self.recorded(slot), self.mapping.choices.get(slot)
        if recorded is None or choice is None or choice.target is None:
            return None
        entity, key = choice.target
        alias = f"r_{slot}"
        column = quoted(self.folder.spelled[entity.name][key.place])
        self.joins.append(
            f"LEFT JOIN (\n  SELECT CAST({column} AS VARCHAR) AS id, MIN(_ref) AS ref\n"
            f"  FROM {self.folder.views[entity.name]}\n  GROUP BY CAST({column} AS VARCHAR)\n"
            f") AS {alias} ON {alias}.id = {self._as_text(choice, recorded)}"
        )
        return f"{literal(f'{kind}:')} || {alias}.ref"

    def name(self) -> str | None:
        """SQL of a person's name, from what parts of it there are."""
        parts = [part for slot in ("first_name", "last_name") if (part := self.text(slot))]
        if not parts:
            return self.text("full_name")
        whole = " || ' ' || ".join(f"COALESCE({part}, '')" for part in parts)
        return f"NULLIF(TRIM({whole}), '')"

    @property
    def ref(self) -> str:
        """SQL of what names the row in ids."""
        return "t._ref || '/' || t._member" if self.mapping.entity.within is not None else "t._ref"

    def give(self, **columns: str | None) -> None:
        """Add columns, those that are not None."""
        self.given += [(name, sql) for name, sql in columns.items() if sql is not None]

    def statement(self, where: str | None = None) -> str:
        """The SELECT, with the row's source."""
        self.give(source_id="'source:' || t._ref")
        listed = ",\n".join(f"  {sql} AS {quoted(name)}" for name, sql in self.given)
        lines = [
            f"SELECT\n{listed}",
            f"FROM {self.folder.views[self.mapping.entity.name]} AS t",
            "CROSS JOIN site",
        ]
        return "\n".join([*lines, *self.joins, *([f"WHERE {where}"] if where else [])])


def is_utc(column: Column) -> bool:
    """Whether a column's times are UTC by what its source says: its type, or its name."""
    declared = column.declared.lower()
    named = {word for token in column.words for word in token}
    return declared.startswith("timestamp") and "without" not in declared or bool(named & {"gmt", "utc"})


# ------------------------------------------------------------------------------------------- canonical tables


def _orders(folder: _Folder, mapping: TableMapping) -> str:
    rows = _Rows(folder, mapping)
    guests = any(
        m.table == "accounts" and m.entity.name == mapping.entity.name for m in folder.proposal.mappings
    )
    account = rows.reference("account_id", "account")
    if guests:
        account = f"COALESCE({account}, 'account:' || t._ref)" if account else "'account:' || t._ref"
    placed, choice = rows.moment("placed_at"), mapping.choices.get("placed_at")
    rows.give(
        order_id="'order:' || t._ref",
        site_id="site.site_id",
        number=rows.text("number") or "t._ref",
        account_id=account,
        vendor_account_id=rows.reference("vendor_account_id", "account"),
        placed_at=placed,
    )
    for slot in ("paid_at", "shipped_at", "completed_at"):
        rows.give(**{slot: rows.moment(slot)})
    _status(rows, "status_words", "'unknown'")
    for slot in ("subtotal", "shipping", "discount", "tax", "total"):
        amount = rows.amount(slot)
        rows.give(**{slot: f"ABS({amount})" if amount and slot == "discount" else amount})
    rows.give(
        currency=_currency(rows, "currency"),
        ip=rows.text("ip"),
        user_agent=rows.text("user_agent"),
        customer_note=rows.text("customer_note"),
    )
    if placed and placed.startswith("local_to_utc") and choice is not None:
        recorded = rows.recorded("placed_at")
        rows.give(placed_at_recorded=f"CASE WHEN site.time_zone IS NULL THEN CAST({recorded} AS VARCHAR) END")
    return rows.statement()


def _currency(rows: _Rows, slot: str) -> str:
    choice = rows.mapping.choices.get(slot)
    if choice is not None and choice.of_order:
        return _of_order(rows, choice)
    recorded = rows.text(slot)
    return f"COALESCE({recorded}, site.currency)" if recorded else "site.currency"


def _of_order(rows: _Rows, choice: Choice) -> str:
    """SQL of the currency of the order that a row names."""
    named = rows.mapping.choices["order_id"]
    order = next(m for m in rows.folder.proposal.of("orders") if "currency" in m.choices)
    if named.target is None:
        return "site.currency"
    within = _Rows(rows.folder, order)
    currency = within.text("currency") or "NULL"
    joins = "".join(f"\n  {join}" for join in within.joins)
    key = quoted(rows.folder.spelled[order.entity.name][named.target[1].place])
    rows.joins.append(
        f"LEFT JOIN (\n  SELECT CAST(t.{key} AS VARCHAR) AS id, MIN({currency}) AS currency\n"
        f"  FROM {rows.folder.views[order.entity.name]} AS t{joins}\n  GROUP BY CAST(t.{key} AS VARCHAR)\n"
        f") AS o_currency ON o_currency.id = {rows.recorded_text('order_id')}"
    )
    return "COALESCE(o_currency.currency, site.currency)"


def _status(rows: _Rows, words: str, default: str) -> None:
    recorded = rows.text("status")
    if recorded is None:
        rows.give(status=default)
        return
    rows.joins.append(f"LEFT JOIN {words} AS w ON w.recorded = LOWER({recorded})")
    rows.give(status=f"COALESCE(w.status, {default})")
    if words == "status_words":
        rows.give(status_recorded=recorded)


def _order_lines(folder: _Folder, mapping: TableMapping) -> str:
    rows = _Rows(folder, mapping)
    inside = _is_order(folder, mapping)
    quantity = rows.amount("quantity")
    price, total = rows.amount("unit_price"), rows.amount("line_total")
    if _place(mapping, "unit_price") == _place(mapping, "line_total"):
        price = None
    rows.give(
        line_id=f"'line:' || {rows.ref}",
        order_id="'order:' || t._ref" if inside else rows.reference("order_id", "order"),
        listing_id=rows.reference("listing_id", "listing"),
        title=rows.text("title"),
        variation=rows.text("variation"),
        quantity=quantity,
        unit_price=price or (f"ratio({total}, {quantity})" if total and quantity else None),
        line_total=total or (_product(price, quantity) if price and quantity else None),
        currency="site.currency",
    )
    return rows.statement()


def _accounts(folder: _Folder, mapping: TableMapping) -> str:
    rows = _Rows(folder, mapping)
    in_order = any(
        m.table == "orders" and m.entity.name == mapping.entity.name for m in folder.proposal.mappings
    )
    words = {word for token in mapping.entity.words for word in token}
    kind = "staff" if "staff" in words else "vendor" if "vendor" in words else "customer"
    stated = rows.text("kind")
    told = literal(kind)
    if stated and not in_order:
        told = (
            f"CASE WHEN LOWER({stated}) LIKE '%admin%' THEN 'admin' WHEN LOWER({stated}) LIKE '%staff%'\n"
            f"    OR LOWER({stated}) LIKE '%moderator%' OR LOWER({stated}) LIKE '%mitarbeiter%' THEN 'staff'\n"
            f"    WHEN LOWER({stated}) LIKE '%vendor%' OR LOWER({stated}) LIKE '%seller%' THEN 'vendor' ELSE {told} END"
        )
    rows.give(
        account_id="'account:' || t._ref",
        site_id="site.site_id",
        kind="'guest'" if in_order else told,
        username=rows.text("username"),
        email=rows.text("email"),
        display_name=rows.name(),
        phone=rows.text("phone"),
        password_hash=rows.text("password_hash"),
        created_at=rows.moment("created_at"),
        last_login_at=rows.moment("last_login_at"),
        last_login_ip=rows.text("last_login_ip"),
        balance=rows.amount("balance"),
    )
    where = None
    if in_order:
        order = next(m for m in folder.proposal.of("orders") if m.entity.name == mapping.entity.name)
        orders = _Rows(folder, order, rows.joins)
        if orders.reference("account_id", "account"):
            where = "r_account_id.ref IS NULL"
    return rows.statement(where)


def _product(price: str, quantity: str) -> str:
    """SQL of one amount by another, in what a decimal of 38 digits can hold."""
    return f"TRY_CAST({price} AS DECIMAL(19, 6)) * TRY_CAST({quantity} AS DECIMAL(13, 4))"


def _is_order(folder: _Folder, mapping: TableMapping) -> bool:
    """Whether the rows are an order's own, or members of a list in it."""
    return any(
        order.entity.table.label == mapping.entity.table.label for order in folder.proposal.of("orders")
    )


def _listings(folder: _Folder, mapping: TableMapping) -> str:
    rows = _Rows(folder, mapping)
    rows.give(
        listing_id="'listing:' || t._ref",
        site_id="site.site_id",
        vendor_account_id=rows.reference("vendor_account_id", "account"),
        title=rows.text("title"),
        description=rows.text("description"),
        category=rows.text("category"),
        price=rows.amount("price"),
        currency=_currency(rows, "currency"),
        status=rows.text("status"),
        created_at=rows.moment("created_at"),
        updated_at=rows.moment("updated_at"),
        stock=rows.amount("stock"),
    )
    return rows.statement()


def _price_tiers(folder: _Folder, mapping: TableMapping) -> str:
    rows = _Rows(folder, mapping)
    rows.give(
        listing_id=rows.reference("listing_id", "listing"),
        site_id="site.site_id",
        min_quantity=rows.amount("min_quantity"),
        max_quantity=rows.amount("max_quantity"),
        price=rows.amount("price"),
        price_kind="'unit'",
        currency="site.currency",
        valid_from=rows.moment("valid_from"),
        valid_to=rows.moment("valid_to"),
        customer_group=rows.text("customer_group"),
    )
    return rows.statement()


def _payments(folder: _Folder, mapping: TableMapping) -> str:
    rows = _Rows(folder, mapping)
    order = next((m for m in folder.proposal.of("orders") if m.entity.name == mapping.entity.name), None)
    method = rows.text("method") or rows.text("provider")
    amount = rows.amount("amount")
    told_apart = _place(mapping, "asset") != _place(mapping, "method")
    asset = rows.text("asset") if told_apart else None
    if method:
        rows.joins.append(
            "LEFT JOIN method_patterns AS m ON TRY_CAST(m.rank AS INTEGER) = (\n"
            "  SELECT MIN(TRY_CAST(p.rank AS INTEGER)) FROM method_patterns AS p\n"
            f"  WHERE LOWER({method}) LIKE p.pattern\n)"
        )
    sold_for_coins = "'crypto'" if asset or rows.recorded("address") else "'other'"
    rows.give(
        payment_id=f"'payment:' || {rows.ref}",
        order_id="'order:' || t._ref" if order else rows.reference("order_id", "order"),
        site_id="site.site_id",
        method=f"COALESCE(m.method, {sold_for_coins})" if method else sold_for_coins,
        provider=rows.text("provider") if _place(mapping, "provider") != _place(mapping, "method") else method,
        amount=amount,
        currency=_currency(rows, "currency"),
        asset=f"COALESCE(UPPER({asset}), NULLIF(m.asset, ''))" if asset and method
        else f"UPPER({asset})" if asset else "NULLIF(m.asset, '')" if method else None,
        asset_amount=rows.amount("asset_amount"),
        address=rows.text("address"),
        txid=rows.text("txid"),
        card_brand=rows.text("card_brand"),
        card_last4=f"RIGHT({last4}, 4)" if (last4 := rows.text("card_last4")) else None,
        at=rows.moment("at"),
    )  # fmt: skip
    if order is None:
        at = rows.moment("at")
        unsaid = f"CASE WHEN {at} IS NOT NULL THEN 'confirmed' ELSE 'pending' END" if at else "'pending'"
        if "status" in mapping.choices:
            unsaid = "'pending'"
        _status(rows, "payment_words", unsaid)
        if amount:
            rows.given = [
                (name, f"CASE WHEN {amount} < 0 THEN 'refunded' ELSE {sql} END" if name == "status" else sql)
                for name, sql in rows.given
            ]
        return rows.statement()
    return _payments_of_orders(folder, rows, order, method)


def _place(mapping: TableMapping, slot: str) -> Place | None:
    return mapping.choices[slot].column.place if slot in mapping.choices else None


def _payments_of_orders(folder: _Folder, rows: _Rows, order: TableMapping, method: str | None) -> str:
    """Payments that only the order tells of: confirmed by a date of payment or a state that says so."""
    orders = _Rows(folder, order, rows.joins)
    state = orders.text("status")
    paid = orders.moment("paid_at")
    confirmed = [f"{paid} IS NOT NULL"] if paid else []
    if state:
        rows.joins.append(f"LEFT JOIN status_words AS w ON w.recorded = LOWER({state})")
        confirmed.append(
            "w.status IN ('paid', 'processing', 'shipped', 'completed', 'refunded', 'part_refunded')"
        )
    failed = "WHEN w.status IN ('cancelled', 'failed') THEN 'failed' " if state else ""
    said = (
        f"CASE WHEN {' OR '.join(confirmed)} THEN 'confirmed' {failed}ELSE 'pending' END"
        if confirmed
        else "'pending'"
    )
    rows.give(status=said, basis="'derived'")
    stated = [part for part in (method, rows.text("txid"), rows.text("address")) if part]
    conditions = [f"COALESCE({', '.join(stated)}) IS NOT NULL"] if stated else []
    for other in folder.proposal.of("payments"):
        if other.entity.name == order.entity.name or other.entity.within is not None:
            continue
        choice = other.choices.get("order_id")
        if choice is not None and choice.target is not None:
            column = quoted(folder.spelled[other.entity.name][choice.column.place])
            key = quoted(folder.spelled[order.entity.name][choice.target[1].place])
            conditions.append(
                f"CAST(t.{key} AS VARCHAR) NOT IN (\n  SELECT CAST({column} AS VARCHAR)"
                f" FROM {folder.views[other.entity.name]} WHERE {column} IS NOT NULL\n)"
            )
    return rows.statement("\n  AND ".join(conditions) or None)


def _postal_addresses(folder: _Folder, mapping: TableMapping) -> str:
    rows = _Rows(folder, mapping)
    host = next(
        (m for m in folder.proposal.mappings
         if m.entity.name == mapping.entity.name and m.table in ("orders", "accounts") and m is not mapping
         and (m.table == "orders" or not folder.proposal.of("orders")
              or all(o.entity.name != m.entity.name for o in folder.proposal.of("orders")))),
        None,
    )  # fmt: skip
    line1, house = rows.text("line1"), rows.text("house_number")
    if line1 and house:
        line1 = f"NULLIF(TRIM(COALESCE({line1}, '') || ' ' || COALESCE({house}, '')), '')"
    kind = {"billing": "'billing'", "customer": "'billing'"}.get(mapping.part, "'shipping'")
    stated = rows.text("kind")
    if stated:
        kind = (
            f"CASE WHEN LOWER({stated}) LIKE '%bill%' OR LOWER({stated}) LIKE '%rech%' OR LOWER({stated}) LIKE '%fact%'\n"
            "    OR LOWER("
            + stated
            + ") LIKE '%invoice%' OR LOWER("
            + stated
            + ") LIKE '%pay%' THEN 'billing' ELSE 'shipping' END"
        )
    own_id = f"'address:' || {rows.ref}" + (
        f" || {literal('/' + (mapping.part or 'address'))}" if host else ""
    )
    order_id, account_id = rows.reference("order_id", "order"), rows.reference("account_id", "account")
    where = None
    if host is not None:
        if host.table == "orders":
            order_id = "'order:' || t._ref"
        else:
            account_id = "'account:' || t._ref"
        place = [part for slot in ("line1", "city", "postcode") if (part := rows.text(slot))]
        where = f"COALESCE({', '.join(place)}) IS NOT NULL" if place else None
    rows.give(
        address_id=own_id,
        order_id=order_id,
        account_id=account_id,
        site_id="site.site_id",
        kind=kind,
        name=rows.name(),
        line1=line1,
        line2=rows.text("line2"),
        city=rows.text("city"),
        region=rows.text("region"),
        postcode=rows.text("postcode"),
        country=rows.text("country"),
        phone=rows.text("phone"),
        email=rows.text("email"),
    )
    return rows.statement(where)


def _shipments(folder: _Folder, mapping: TableMapping) -> str:
    rows = _Rows(folder, mapping)
    inside = _is_order(folder, mapping)
    number = rows.text("tracking_number")
    shipped = rows.moment("shipped_at")
    rows.give(
        shipment_id=f"'shipment:' || {rows.ref}",
        order_id="'order:' || t._ref" if inside else rows.reference("order_id", "order"),
        carrier=rows.text("carrier"),
        tracking_number=number,
        shipped_at=shipped,
        weight_g=rows.amount("weight_g"),
    )
    return rows.statement(f"{number} IS NOT NULL" if inside and number else None)


def _messages(folder: _Folder, mapping: TableMapping) -> str:
    rows = _Rows(folder, mapping)
    rows.give(
        message_id="'message:' || t._ref",
        site_id="site.site_id",
        from_account_id=rows.reference("from_account_id", "account"),
        to_account_id=rows.reference("to_account_id", "account"),
        order_id=rows.reference("order_id", "order"),
        at=rows.moment("at"),
        subject=rows.text("subject"),
        body=rows.text("body"),
    )
    return rows.statement()


def _reviews(folder: _Folder, mapping: TableMapping) -> str:
    rows = _Rows(folder, mapping)
    rows.give(
        review_id="'review:' || t._ref",
        listing_id=rows.reference("listing_id", "listing"),
        order_id=rows.reference("order_id", "order"),
        account_id=rows.reference("account_id", "account"),
        at=rows.moment("at"),
        rating=rows.amount("rating"),
        body=rows.text("body"),
    )
    return rows.statement()


_WRITERS: dict[str, Callable[[_Folder, TableMapping], str]] = {
    "orders": _orders,
    "order_lines": _order_lines,
    "accounts": _accounts,
    "listings": _listings,
    "price_tiers": _price_tiers,
    "payments": _payments,
    "postal_addresses": _postal_addresses,
    "shipments": _shipments,
    "messages": _messages,
    "reviews": _reviews,
}


# ------------------------------------------------------------------------------- the site, the books, the TOML

# Words of a column's name that say it holds a secret, and of what kind.
_SECRETS = {
    "private": "private_key", "privkey": "private_key", "privatekey": "private_key", "wif": "private_key",
    "xprv": "private_key", "seed": "seed", "mnemonic": "seed", "secret": "secret", "passphrase": "password",
    "apikey": "api_key", "token": "token", "otp": "second_factor", "pin": "password",
}  # fmt: skip


def secret_kind(column: Column) -> str | None:
    """The kind of secret that a column holds by its name, or since it holds passwords that are not hashed."""
    words = words_of(column.name)
    kind = next((_SECRETS[word] for word in words if word in _SECRETS), None)
    if kind is None and any("password" in token for token in column.words):
        flags = column.looks.get("time", 0) + column.looks.get("unix", 0) + column.looks.get("flag", 0)
        kind = "password" if column.looks.get("hash", 0) < 0.5 and flags < 0.5 else None
    return kind if column.values else None


def _secrets(folder: _Folder) -> None:
    """Declare the columns that hold secrets, in tables that are not read too, so that nothing shows them."""
    for entity in folder.proposal.profile.entities:
        for column in entity.columns:
            place = column.place
            kind = secret_kind(column) if place.key is None and place.table == entity.table.label else None
            if kind is not None:
                folder.use(entity.table, place.column)
                folder.hidden[folder.table(entity.table), place.column] = kind


def _site(folder: _Folder) -> None:
    """The one site of the database. Its zone and currency are for a person to state in shop.toml."""
    first = (folder.proposal.of("orders") or folder.proposal.mappings)[0].entity.table
    table = folder.table(first)
    ref = f"(SELECT MIN(ref) FROM shop_table WHERE name = {literal(table)})"
    folder.prepared["site"] = (
        f"SELECT\n  'site:' || {ref} AS site_id,\n"
        "  NULLIF(stated.currency, '') AS currency,\n"
        "  known_zone(NULLIF(stated.time_zone, '')) AS time_zone,\n"
        "  COALESCE(known_zone(NULLIF(stated.time_zone, '')), shop.case_time_zone) AS zone,\n"
        "  COALESCE(NULLIF(shop.database, ''), shop.path) AS name,\n"
        f"  (SELECT MIN(_ref) FROM {quoted(table)} WHERE _row = 1) AS ref\n"
        "FROM shop\nCROSS JOIN stated"
    )
    folder.files["sites.sql"] = [
        "SELECT\n  site.site_id, site.name, 'not recognised' AS software, site.currency, site.time_zone,\n"
        "  'source:' || site.ref AS source_id\nFROM site;"
    ]


def _coverage(folder: _Folder, entities: Iterable[Entity]) -> None:
    """For each table that is read, what became of its rows."""
    profile = folder.proposal.profile
    by_table: dict[str, list[Entity]] = {}
    for entity in entities:
        by_table.setdefault(entity.table.label, []).append(entity)
    for name, raw in folder.raw.items():
        here = by_table.get(raw.label, [])
        pairs = profile.key_value.get(raw.label)
        reason = "CAST(NULL AS VARCHAR)" if name in _read(folder) else "'secrets, which are shown to nobody'"
        if pairs is not None:
            reason = _reason_of_keys(folder, pairs)
        elif here and all(entity.where is not None for entity in here):
            column = folder.use(raw, (here[0].where or ("", ""))[0])
            kinds = ", ".join(sorted({literal(e.where[1]) for e in here if e.where is not None}))
            reason = f"CASE WHEN {column} IN ({kinds}) THEN NULL ELSE 'rows of other kinds' END"
        group = "" if not reason.startswith("CASE") else "\nGROUP BY 2"
        folder.coverage.append(
            f"SELECT {literal(name)} AS table_name, {reason} AS reason, COUNT(*) AS rows\nFROM {quoted(name)}{group};"
        )


def _read(folder: _Folder) -> set[str]:
    """The tables that the statements read."""
    every = " ".join([*folder.prepared.values(), *(sql for sqls in folder.files.values() for sql in sqls)])
    return {name for name in folder.raw if quoted(name) in every}


def _reason_of_keys(folder: _Folder, pairs: KeyValue) -> str:
    used = {
        str(choice.column.place.key)
        for mapping in folder.proposal.mappings
        for choice in mapping.choices.values()
        if choice.column.place.table == pairs.table.label and choice.column.place.key is not None
    }
    listed = ", ".join(literal(key) for key in sorted(used))
    return (
        f"CASE WHEN {folder.use(pairs.table, pairs.key)} IN ({listed}) THEN NULL\n"
        "  ELSE 'details that the canonical tables have no place for' END"
    )


def _problems(folder: _Folder) -> str:
    zone = (
        "SELECT\n  'warning' AS severity,\n  'The time zone of a shop that was not recognised is not known: '\n"
        "    || shop.case_time_zone || ' was assumed for its local times.' AS message,\n"
        "  'source:' || site.ref AS source_id\nFROM site\nCROSS JOIN shop\nWHERE site.time_zone IS NULL;\n"
    )
    orders = next(iter(folder.proposal.of("orders")), None)
    if orders is None or "status" not in orders.choices:
        return zone
    rows = _Rows(folder, orders)
    state = rows.text("status")
    joins = "\n".join(rows.joins)
    return (
        f"{zone}\nSELECT\n  'warning' AS severity,\n  'The state ' || {state} || ' of ' || CAST(COUNT(*) AS VARCHAR)"
        " || ' orders has no meaning in shop.toml, section [status].' AS message,\n"
        f"  'source:' || MIN(t._ref) AS source_id\nFROM {folder.views[orders.entity.name]} AS t\n{joins}\n"
        f"LEFT JOIN status_words AS w ON w.recorded = LOWER({state})\n"
        f"WHERE {state} IS NOT NULL AND COALESCE(w.status, 'unknown') = 'unknown'\nGROUP BY {state};\n"
    )


def _toml(folder: _Folder, name: str, title: str, of: dict[str, str]) -> str:
    proposal = folder.proposal
    probability = {}
    for mapping in proposal.mappings:
        probability[mapping.table] = min(mapping.probability, probability.get(mapping.table, 1.0))
    anchors = sorted({folder.table(m.entity.table) for m in proposal.mappings})
    lines = [
        "# Proposed by stocktake from what the tables and their values look like. Read it, change what is wrong,",
        "# and give it back with: stocktake map CASE DATABASE --accept THIS-FOLDER",
        f"name = {_text(name)}",
        f"title = {_text(title)}",
        'versions = ""',
        f"prepare = [{', '.join(_text(view) for view in ['site', *(v for v in folder.prepared if v != 'site')])}]",
        "",
        "[inferred]  # what it was worked out from, and how likely a row of each table is right",
        *(f"{key} = {_text(value)}" for key, value in of.items()),
        f"probability = {{ {', '.join(f'{t} = {p}' for t, p in probability.items())} }}",
        "",
        "[recognise]",
        f"any = [{{ tables = [{', '.join(map(_text, anchors))}] }}]",
        "",
        "[lookup.stated]  # for you to fill in where the tables do not say: a zone as Europe/Berlin, a code as EUR",
        'columns = ["time_zone", "currency"]',
        'rows = [["", ""]]',
    ]
    remarks = _remarks(folder)
    for table, columns in folder.columns.items():
        raw = folder.raw[table]
        key = [column for column in raw.key if column in columns]
        lines += ["", f"[tables.{_key(table)}]", f"key = [{', '.join(map(_text, key))}]"]
        needs = [column for column in columns if column not in key] if table in anchors else []
        lines.append(f"needs = [{', '.join(map(_text, [*key, *needs]))}]")
        lines.append(f"[tables.{_key(table)}.columns]")
        for column, kind in columns.items():
            lines += [f"# {remark}" for remark in remarks.get((raw.label, column), ())]
            secret = folder.hidden.get((table, column))
            told = (
                f"{{ type = {_text(kind)}, secret = {{ kind = {_text(secret)} }} }}"
                if secret
                else _text(kind)
            )
            lines.append(f"{_key(column)} = {told}")
    for (table, column), unpacked in folder.unpacked.items():
        lines += [
            "",
            "[[unpack]]",
            f"name = {_text(unpacked)}",
            f"table = {_text(table)}",
            f"column = {_text(column)}",
        ]
    lines += ["", "# Recorded state, in lower case -> " + ", ".join(_CANONICAL_STATES), "[status]"]
    lines += [f"{_key(word)} = {_text(meant)}" for word, meant in _states(folder, "orders", "order").items()]
    paid = _states(folder, "payments", "payment")
    lines += [
        "",
        "[lookup.payment_words]  # confirmed, pending, failed, refunded",
        'columns = ["recorded", "status"]',
    ]
    lines.append(f"rows = [{', '.join(f'[{_text(word)}, {_text(meant)}]' for word, meant in paid.items())}]")
    for pattern, method, provider, asset in _states_file()["methods"]["patterns"]:
        lines += ["", "[[methods]]", f"code = {_text(pattern)}", f"method = {_text(method)}"]
        lines += [f"provider = {_text(provider)}"] if provider else []
        lines += [f"asset = {_text(asset)}"] if asset else []
    return "\n".join(lines) + "\n"


_CANONICAL_STATES = (
    "pending", "paid", "processing", "shipped", "completed", "cancelled", "refunded", "part_refunded",
    "failed", "disputed", "abandoned", "trashed", "unknown",
)  # fmt: skip


def _remarks(folder: _Folder) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for mapping in folder.proposal.mappings:
        for choice in mapping.choices.values():
            place = choice.column.place
            of = f" of {mapping.part}" if mapping.part else ""
            key = f" where {place.key_column or 'the key'} is {place.key}" if place.key is not None else ""
            said = f"{mapping.table}.{choice.slot.canonical}{of}{key}, {choice.chance:.0%}: {choice.reason}"
            found.setdefault((place.table, place.column), []).append(_one_line(said))
    return found


def _one_line(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f]+", " ", text)


def _states(folder: _Folder, table: str, section: str) -> dict[str, str]:
    """Every state that is recorded, with what the word means, or `unknown` where it is no known word."""
    found: dict[str, str] = {}
    known = {word: meant for meant, words in _states_file()[section].items() for word in words}
    for mapping in folder.proposal.of(table):
        choice = mapping.choices.get("status")
        if choice is None:
            continue
        for word in _recorded(folder, choice):
            bare = re.sub(r"\s+", " ", fold(word).lower().replace("_", " ").replace("-", " ")).strip()
            plain = bare.removeprefix("wc ")
            spelled = {re.sub(r"[_-]", " ", one): meant for one, meant in known.items()}
            found[word.lower()] = spelled.get(plain) or _inside(plain, spelled) or "unknown"
    if table == "payments":
        return {word: meant for word, meant in found.items() if meant != "unknown"}
    return found


def _inside(text: str, known: dict[str, str]) -> str | None:
    """What the longest known word means that stands in ``text`` as a word of its own."""
    there = [word for word in known if len(word) > 3 and re.search(rf"\b{re.escape(word)}\b", text)]
    return known[max(there, key=len)] if there else None


def _recorded(folder: _Folder, choice: Choice) -> list[str]:
    if choice.lookup is not None:
        raw, column = choice.lookup.table, choice.lookup.name
    else:
        place = choice.column.place
        if place.key is not None:
            return sorted({str(value) for value in choice.column.values})[:MOST_STATES]
        raw = next(e.table for e in folder.proposal.profile.entities if e.table.label == place.table)
        column = place.column
    rows = folder.proposal.profile.connection.execute(
        f"SELECT DISTINCT TRIM(CAST({quoted(column)} AS VARCHAR)) AS word FROM {parquet(raw.parts)} "
        f"WHERE {quoted(column)} IS NOT NULL ORDER BY 1 LIMIT {MOST_STATES}"
    ).fetchall()
    return [word for (word,) in rows if word]


@cache
def _states_file() -> dict[str, dict[str, list[list[str]]]]:
    stated: dict[str, dict[str, list[list[str]]]] = loads(
        (files(__package__) / "states.toml").read_text("utf-8")
    )
    return stated


def _text(value: str) -> str:
    return tomli_w.dumps({"v": value})[4:].strip()


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _text(name)
