"""Lines that no reader could make a row of: kept word for word, counted, and told once a file."""

from collections.abc import Iterable

import pyarrow as pa

from stocktake.artefacts.lines import LONGEST, Line
from stocktake.artefacts.rows import BATCH, write_rows
from stocktake.records.raw import Column, Table, UnitWriter

COLUMNS = [Column("text", "the line", pa.string()), Column("reason", "why it is no row", pa.string())]


class Unparsed:
    """Lines of a file that are no ``what``; they go to the raw table ``unparsed_lines`` of the family."""

    def __init__(self, unit: UnitWriter, family: str, what: str) -> None:
        self.unit = unit
        self.family = family
        self.what = what
        self.odd = 0
        self.first: Line | None = None
        self._table: Table | None = None
        self._held: list[Line] = []

    def add(self, found: Iterable[Line]) -> None:
        """Keep lines."""
        self._held += found
        if len(self._held) >= BATCH:
            self._write()

    def finish(self) -> None:
        """Write what is held; record one problem where there were lines with something in them."""
        self._write()
        if self.first is not None:
            lines = "1 line" if self.odd == 1 else f"{self.odd} lines"
            self.unit.problem(
                f"{lines} can't be read as {self.what}; unparsed_lines keeps them, this is the first",
                table="unparsed_lines",
                offset=self.first.offset,
                length=self.first.length,
            )

    def _write(self) -> None:
        if not self._held:
            return
        if self._table is None:
            self._table = self.unit.table(self.family, "unparsed_lines", COLUMNS)
        rows = []
        for line in self._held:
            reason = f"can't be read as {self.what}"
            if line.length >= LONGEST:
                reason = "a piece of a line that is too long"
            elif not line.data.strip(b"\0 \t"):
                reason = "an empty line"
            if reason != "an empty line":
                self.odd += 1
                self.first = self.first or line
            rows.append({"text": line.text, "reason": reason, "_offset": line.offset, "_length": line.length})
        self._held = []
        write_rows(self.unit, self._table, rows)
