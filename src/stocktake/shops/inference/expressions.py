"""The SQL of a proposed row's values: text, exact amounts, times in UTC, the ids of other rows."""

import re
from dataclasses import dataclass, field

from stocktake.engine.duck import literal, quoted
from stocktake.shops.inference.folder import Folder, day_first, is_plain
from stocktake.shops.inference.profile import Column
from stocktake.shops.inference.proposal import Choice, Lookup, TableMapping

_DECIMAL_COMMA = re.compile(r"[0-9],[0-9]{1,2}\b(?!.*[.,][0-9])")


@dataclass
class Rows:
    """One SELECT being written: what it reads, and the columns that it gives."""

    folder: Folder
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
        if not is_plain(choice.column):
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
        if day_first(choice.column):
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
    return (declared.startswith("timestamp") and "without" not in declared) or bool(named & {"gmt", "utc"})
