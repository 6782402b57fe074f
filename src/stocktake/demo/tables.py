"""Rows on their way into a database: collected a table at a time, written out as SQL text."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

Cell = str | int | float | bytes | Decimal | None

_ESCAPES = str.maketrans({"\\": "\\\\", "'": "\\'", "\0": "\\0", "\n": "\\n", "\r": "\\r", "\x1a": "\\Z"})


def literal(value: Cell) -> str:
    """The value as a MariaDB literal."""
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"x'{value.hex()}'" if value else "''"
    if isinstance(value, str):
        return f"'{value.translate(_ESCAPES)}'"
    return str(value)


class Tables:
    """Rows by table, in the order in which they were added."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self._columns: dict[str, tuple[str, ...]] = {}
        self._rows: dict[str, list[tuple[Cell, ...]]] = {}

    def add(self, table: str, /, **cells: Cell) -> None:
        """One row; all rows of a table name the same columns."""
        columns = tuple(cells)
        if self._columns.setdefault(table, columns) != columns:
            raise ValueError(f"{table}: columns {columns} differ from {self._columns[table]}")
        self._rows.setdefault(table, []).append(tuple(cells.values()))

    def of(self, table: str) -> list[dict[str, Cell]]:
        """The rows of a table, named without its prefix."""
        names = self._columns.get(table, ())
        return [dict(zip(names, row, strict=True)) for row in self._rows.get(table, ())]

    def replace(self, table: str, rows: list[dict[str, Cell]]) -> None:
        """Other rows for a table that has some."""
        self._rows[table] = [tuple(row[name] for name in self._columns[table]) for row in rows]

    def counts(self) -> dict[str, int]:
        """Rows by full table name."""
        return {self.prefix + table: len(rows) for table, rows in sorted(self._rows.items())}

    def statements(self, rows_at_once: int = 2000) -> Iterator[str]:
        """INSERT statements for everything."""
        for table, rows in self._rows.items():
            columns = ",".join(f"`{column}`" for column in self._columns[table])
            for start in range(0, len(rows), rows_at_once):
                values = ",\n".join(
                    "(" + ",".join(map(literal, row)) + ")" for row in rows[start : start + rows_at_once]
                )
                yield f"INSERT INTO `{self.prefix}{table}` ({columns}) VALUES\n{values};\n"

    def digest(self) -> str:
        """SHA-256 over all rows: two equal digests mean equal databases."""
        running = hashlib.sha256()
        for statement in self.statements():
            running.update(statement.encode())
        return running.hexdigest()


def pounds(pence: int) -> str:
    """Pence as pounds with two decimals."""
    sign, rest = ("-", -pence) if pence < 0 else ("", pence)
    return f"{sign}{rest // 100}.{rest % 100:02d}"


def trimmed(pence: int) -> str:
    """Pence as pounds without needless zeros, as WooCommerce keeps lines of an order."""
    return pounds(pence).rstrip("0").rstrip(".")


def coins(satoshi: int) -> str:
    """Satoshi as bitcoin with eight decimals."""
    return f"{satoshi // 100_000_000}.{satoshi % 100_000_000:08d}"
