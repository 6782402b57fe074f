"""A unit as a reader sees it whose text is not in the exhibit: a server's dump of a copy.

The reader's offsets count bytes of that text, so no row and no problem keeps them.
"""

from collections.abc import Callable, Collection
from typing import Any

import numpy as np
import pyarrow as pa

from stocktake.records.raw import Column, Problem, Table, UnitWriter


class Unplaced:
    """Takes what a reader of dumps gives, and writes it to ``unit`` without places.

    A table that has rows from an earlier reading is gone on with: the first rows that come again, as many as
    it has, are passed over, unless none of them comes ``again``. ``tables`` are those of this reading,
    ``last`` the keys of their last rows where a key is one whole number, ``facts`` and ``told`` what the
    reader said.

    Rows of a table among ``in_order`` come in the order of such a key. One that does not was reached by a
    damaged link: it and what follows of the table is passed over, the table's name is in ``circling``, and
    ``stop`` is called, for the rows may never end.
    """

    def __init__(
        self,
        unit: UnitWriter,
        *,
        again: bool = True,
        in_order: Collection[str] = (),
        stop: Callable[[], None] = lambda: None,
    ) -> None:
        self.unit = unit
        self.again = again
        self.in_order = in_order
        self.stop = stop
        self.circling: set[str] = set()
        self.tables: dict[tuple[str, str], Table] = {}
        self.facts: dict[str, Any] = {}
        self.told: list[Problem] = []
        self.last: dict[tuple[str, str], int] = {}
        self._passed: dict[int, int] = {}

    def table(self, database: str, name: str, columns: list[Column], key: list[str] | None = None) -> Table:
        """Begin a table, or return this reading's."""
        found = self.tables.get((database, name))
        if found is None:
            before = self.unit.tables.get((database, name))
            if before is None:
                found = self.unit.table(database, name, columns, key)
            else:  # the reader is to see a table without rows
                found = Table(database, name, columns, key or [])
                self._passed[id(found)] = before.rows if self.again else 0
            self.tables[database, name] = found
        return found

    def widen(self, table: Table, columns: list[Column]) -> None:
        """Add columns to a table that has begun."""
        if id(table) in self._passed:
            table.columns.extend(columns)
        else:
            self.unit.widen(table, columns)

    def problem(
        self,
        message: str,
        *,
        severity: str = "warning",
        table: str | None = None,
        offset: int | None = None,
        length: int | None = None,
    ) -> None:
        """Keep a problem, without its place."""
        del offset, length
        self.told.append(Problem("records", severity, message, table))

    def set_aside(self, table: Table, reason: str, rows: int = 1) -> None:
        """Count rows that were found and could not be kept."""
        self.unit.set_aside(self.unit.tables.get((table.database, table.name), table), reason, rows)

    def write(self, table: Table, batch: pa.RecordBatch) -> None:
        """Add rows, each without offset and length."""
        if "_row" in batch.schema.names:
            batch = batch.drop_columns(["_row"])
        batch = self._checked(table, batch)
        if batch.num_rows == 0:
            return
        passed = self._passed.get(id(table), 0)
        if id(table) in self._passed:
            table.rows += batch.num_rows
            self._passed[id(table)] = max(0, passed - batch.num_rows)
            batch = batch.slice(passed)
            table = self.unit.tables[table.database, table.name]
            if batch.num_rows == 0:
                return
        nowhere = pa.nulls(batch.num_rows, pa.int64())
        columns = [batch.column(column.name) for column in table.columns]
        self.unit.write(
            table,
            pa.RecordBatch.from_arrays(
                [*columns, nowhere, nowhere, batch.column("_unread")],
                names=[*(column.name for column in table.columns), "_offset", "_length", "_unread"],
            ),
        )

    def _checked(self, table: Table, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The rows up to the first that is out of its key's order."""
        if len(table.key) != 1 or not pa.types.is_integer(batch.schema.field(table.key[0]).type):
            return batch
        if table.name in self.circling:
            return batch.slice(0, 0)
        column = batch.column(table.key[0])
        if table.name in self.in_order and not column.null_count:
            keys = column.to_numpy(zero_copy_only=False)
            last = self.last.get((table.database, table.name))
            falls = np.flatnonzero(keys[1:] <= keys[:-1]) + 1
            wrong = 0 if last is not None and int(keys[0]) <= last else int(falls[0]) if len(falls) else None
            if wrong is not None:
                self.circling.add(table.name)
                self.stop()
                batch = batch.slice(0, wrong)
        if batch.num_rows:
            self.last[table.database, table.name] = batch.column(table.key[0])[-1].as_py()
        return batch
