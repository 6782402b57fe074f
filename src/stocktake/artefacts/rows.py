"""Rows of small artefacts to a raw table."""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

import pyarrow as pa

from stocktake.records.raw import PLACE, Table, UnitWriter

BATCH = 20_000


def write_rows(unit: UnitWriter, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows: values by column name, with ``_offset`` and ``_length`` in bytes of the item; streams."""
    source = iter(rows)
    names = [column.name for column in table.columns]
    while batch := list(islice(source, BATCH)):
        columns = [pa.array([row.get(column.name) for row in batch], column.type) for column in table.columns]
        place = [
            pa.array([row.get("_offset") for row in batch], pa.int64()),
            pa.array([row.get("_length") for row in batch], pa.int64()),
            pa.nulls(len(batch), PLACE.field("_unread").type),
        ]
        unit.write(
            table,
            pa.RecordBatch.from_arrays([*columns, *place], names=[*names, "_offset", "_length", "_unread"]),
        )
