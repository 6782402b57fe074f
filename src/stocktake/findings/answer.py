"""The answer to a question, written as a table for a terminal, CSV, JSON or Parquet.

CSV and JSON carry values exactly, for programs to read: money in full as decimal text, never through a
binary fraction. What a terminal shows has its control characters made visible, since evidence may hold
escape sequences.
"""

import csv
import json
import math
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from rich.cells import cell_len
from rich.console import Console
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
    names = unlike(reader.schema.names)
    count = 0
    out.write("[")
    for row in _rows(reader):
        out.write(",\n" if count else "\n")
        out.write(
            json.dumps(dict(zip(names, map(jsonable, row), strict=True)), ensure_ascii=False, allow_nan=False)
        )
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
    """Draw the first ``TABLE_ROWS`` rows as a table, and say how many more there are.

    Rows that are wider than the terminal are drawn as records, a value a line.
    """
    reader = connection.to_arrow_reader(BATCH)
    names = [visible(name) for name in reader.schema.names]
    shown: list[list[str]] = []
    count = 0
    for row in _rows(reader):
        count += 1
        if count <= TABLE_ROWS:
            shown.append([visible(plain(value)) for value in row])
    widths = [max(map(cell_len, column)) for column in zip(names, *shown, strict=True)]
    console = Console(file=out, highlight=False, soft_wrap=True)
    if console.is_terminal and sum(widths) + 2 * len(widths) > console.width:
        longest = max(map(cell_len, names))
        for number, values in enumerate(shown, 1):
            console.print(Text(f"-- {number}", style="dim"))
            for name, value in zip(names, values, strict=True):
                console.print(Text(f"{name:{longest}}  ", style="bold"), Text(value), sep="")
    else:
        right = [_is_number(field.type) for field in reader.schema]
        console.print(Text(_line(names, widths, right), style="bold"))
        for values in shown:
            console.print(Text(_line(values, widths, right)))
    if count > TABLE_ROWS:
        console.print(f"… and {count - TABLE_ROWS:,} rows more; --format csv gives all {count:,}.")
    return count


WRITERS: dict[str, Callable[[duckdb.DuckDBPyConnection, TextIO], int]] = {
    "table": write_table,
    "csv": write_csv,
    "json": write_json,
}


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_decimal(kind) or pa.types.is_floating(kind))


def _line(values: list[str], widths: list[int], right: list[bool]) -> str:
    cells = [
        " " * (width - cell_len(value)) + value if flush else value + " " * (width - cell_len(value))
        for value, width, flush in zip(values, widths, right, strict=True)
    ]
    return "  ".join(cells).rstrip()


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
    if isinstance(value, Decimal | date | bytes) or (isinstance(value, float) and not math.isfinite(value)):
        return plain(value)
    if isinstance(value, dict):
        return {str(key): jsonable(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [jsonable(entry) for entry in value]
    return value


def unlike(names: list[str]) -> list[str]:
    """The names, each of a kind: a second ``a`` is ``a_2``, for objects that hold one of a name."""
    seen: set[str] = set()
    found = []
    for name in names:
        own, number = name, 1
        while own in seen:
            number += 1
            own = f"{name}_{number}"
        seen.add(own)
        found.append(own)
    return found


def visible(text: str) -> str:
    """``text`` with control and direction-changing characters shown as escapes, for a line of a terminal."""
    if text.isprintable():
        return text
    return "".join(
        character
        if unicodedata.category(character)[0] != "C"
        else character.encode("unicode_escape").decode("ascii")
        for character in text
    )
