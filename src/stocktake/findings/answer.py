"""The answer to a question, written as a table for a terminal, CSV, JSON or Parquet.

CSV and JSON carry values exactly, for programs to read: money in full as decimal text, never through a
binary fraction. What a terminal shows has its control characters made visible, since evidence may hold
escape sequences.
"""

import csv
import json
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table
from rich.text import Text

BATCH = 20_000
TABLE_ROWS = 1_000


def write_csv(connection: duckdb.DuckDBPyConnection, out: TextIO) -> int:
    """Write a header line and then the rows; returns how many rows."""
    reader = connection.to_arrow_reader(BATCH)
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(reader.schema.names)
    count = 0
    for row in _rows(reader):
        writer.writerow([plain(value) for value in row])
        count += 1
    return count


def write_json(connection: duckdb.DuckDBPyConnection, out: TextIO) -> int:
    """Write a list of objects, one a line; returns how many."""
    reader = connection.to_arrow_reader(BATCH)
    names = reader.schema.names
    count = 0
    out.write("[")
    for row in _rows(reader):
        out.write(",\n" if count else "\n")
        out.write(json.dumps(dict(zip(names, map(jsonable, row), strict=True)), ensure_ascii=False))
        count += 1
    out.write("\n]\n" if count else "]\n")
    return count


def write_parquet(connection: duckdb.DuckDBPyConnection, out: Path) -> int:
    """Write a Parquet file, whole or not at all; returns how many rows."""
    reader = connection.to_arrow_reader(BATCH)
    beside = out.with_name(out.name + ".new")
    count = 0
    with pq.ParquetWriter(beside, reader.schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(batch)
            count += batch.num_rows
    beside.replace(out)
    return count


def write_table(connection: duckdb.DuckDBPyConnection, out: TextIO) -> int:
    """Draw the first ``TABLE_ROWS`` rows as a table, and say how many more there are."""
    reader = connection.to_arrow_reader(BATCH)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for field in reader.schema:
        numeric = (
            pa.types.is_integer(field.type)
            or pa.types.is_decimal(field.type)
            or pa.types.is_floating(field.type)
        )
        table.add_column(Text(visible(field.name)), justify="right" if numeric else "left", overflow="fold")
    count = 0
    for row in _rows(reader):
        count += 1
        if count <= TABLE_ROWS:
            table.add_row(*(Text(visible(plain(value))) for value in row))
    console = Console(file=out, highlight=False, soft_wrap=False)
    console.print(table)
    if count > TABLE_ROWS:
        console.print(f"… and {count - TABLE_ROWS:,} rows more; --format csv gives all {count:,}.")
    return count


WRITERS: dict[str, Callable[[duckdb.DuckDBPyConnection, TextIO], int]] = {
    "table": write_table,
    "csv": write_csv,
    "json": write_json,
}


def _rows(reader: pa.RecordBatchReader) -> Iterator[tuple[Any, ...]]:
    for batch in reader:
        columns = [column.to_pylist() for column in batch.columns]
        yield from zip(*columns, strict=True)


def plain(value: Any) -> str:
    """``value`` as text: NULL is empty, money keeps two decimals or as many as it has, times are ISO."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, bytes):
        return value.decode("ascii", "backslashreplace")
    if isinstance(value, (list, dict, tuple)):
        return json.dumps(jsonable(value), ensure_ascii=False)
    return str(value)


def decimal_text(value: Decimal) -> str:
    """An exact decimal without exponent and without trailing zeros beyond the second place."""
    text = f"{value:f}"
    whole, point, fraction = text.partition(".")
    return f"{whole}.{fraction.rstrip('0').ljust(2, '0')}" if point else whole


def jsonable(value: Any) -> Any:
    """``value`` as JSON holds it: decimals and times as text."""
    if isinstance(value, Decimal | date | bytes):
        return plain(value)
    if isinstance(value, dict):
        return {str(key): jsonable(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [jsonable(entry) for entry in value]
    return value


def visible(text: str) -> str:
    """``text`` with control and direction-changing characters shown as escapes, for a terminal."""
    if text.isprintable():
        return text
    return "".join(
        character
        if character == "\n" or unicodedata.category(character)[0] != "C"
        else character.encode("unicode_escape").decode("ascii")
        for character in text
    )
