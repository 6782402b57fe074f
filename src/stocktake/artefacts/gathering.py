"""Rows of several raw tables that a reader finds mixed: gathered, and written in batches as they come."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from stocktake.artefacts.rows import BATCH, write_rows
from stocktake.records.raw import Column, Table, UnitWriter

TEXT, WHOLE, YES_NO, TIME = pa.string(), pa.int64(), pa.bool_(), pa.timestamp("us")
_WORDS = {TEXT: "text", WHOLE: "whole number", YES_NO: "yes or no", TIME: "time, UTC"}
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - Parquet holds UTC without a zone


def columns(**types: pa.DataType) -> list[Column]:
    """Columns of these names and types."""
    return [Column(name, _WORDS[kind], kind) for name, kind in types.items()]


class Gathering:
    """Takes rows for the tables of one family. Call ``finish`` when nothing more comes."""

    def __init__(self, unit: UnitWriter, family: str, tables: Mapping[str, list[Column]]) -> None:
        self.unit = unit
        self._family = family
        self._columns = tables
        self._tables: dict[str, Table] = {}
        self._held: dict[str, list[dict[str, Any]]] = {}

    def add(self, name: str, /, **row: Any) -> None:
        """One row of the table; ``_offset`` and ``_length`` are bytes of the item; the rest is NULL."""
        held = self._held.setdefault(name, [])
        held.append({key: clean(value) if isinstance(value, str) else value for key, value in row.items()})
        if len(held) >= BATCH:
            self._write(name)

    def finish(self) -> None:
        """Write what is held, table after table in the order of their first rows."""
        for name in list(self._held):
            self._write(name)

    def _write(self, name: str) -> None:
        rows = self._held[name]
        if rows:
            if name not in self._tables:
                self._tables[name] = self.unit.table(self._family, name, self._columns[name])
            write_rows(self.unit, self._tables[name], rows)
            self._held[name] = []


def clean(text: str) -> str:
    """Text that can be stored: lone halves of surrogate pairs and NULs stand as ``\\xNN``."""
    if "\0" in text:
        text = text.replace("\0", "\\x00")
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def moment(seconds: object) -> datetime | None:
    """Seconds since 1970 as UTC; None for 0, for what is no number and for what no calendar holds."""
    if isinstance(seconds, str):
        try:
            seconds = float(seconds)
        except ValueError:
            return None
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not 0 < seconds < 253402300800:
        return None
    return _EPOCH + timedelta(seconds=seconds)


def utc(stated: datetime) -> datetime:
    """A time with a zone as UTC without one, as Parquet holds it."""
    return stated.astimezone(UTC).replace(tzinfo=None)
