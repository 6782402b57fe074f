"""What stocktake reads from a dump, and what a MariaDB says that has loaded the same dump."""

import io
import json
import tempfile
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from servers import MariaDB
from stocktake.records import mysqldump
from stocktake.records.raw import UnitWriter


@dataclass
class Reading:
    """A finished unit: its manifest, and its tables with the parts put together."""

    manifest: dict[str, Any]
    tables: dict[str, pa.Table]

    @property
    def facts(self) -> dict[str, Any]:
        return self.manifest["facts"]

    @property
    def messages(self) -> list[str]:
        return [problem["message"] for problem in self.manifest["problems"]]

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        """The recorded columns of the table, row by row."""
        place = ("_offset", "_length", "_row", "_unread")
        names = [name for name in self.tables[table].column_names if name not in place]
        return list(zip(*(self.tables[table][name].to_pylist() for name in names), strict=True))


# In memory where there is such a folder: a test may read thousands of dumps.
SCRATCH = "/dev/shm" if Path("/dev/shm").is_dir() else None


def reading(dump: bytes, **options: Any) -> Reading:
    """Read a dump with stocktake."""
    with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
        unit_folder = Path(folder) / "unit"
        with UnitWriter(unit_folder) as unit:
            mysqldump.read(io.BytesIO(dump), unit, **options)
            unit.finish(path="dump.sql")
        manifest = json.loads((unit_folder / "manifest.json").read_text())
        tables = {}
        for table in manifest["tables"]:
            parts = [pq.read_table(unit_folder / part["file"]) for part in table["parts"]]
            name = table["name"]
            if name in tables or (parts and sum(part.num_rows for part in parts) != table["rows"]):
                raise AssertionError(f"{name} is twice there, or its parts do not hold its rows")
            tables[name] = pa.concat_tables(parts, promote_options="default") if parts else pa.table({})
    return Reading(manifest, tables)


def manifest_of(dump: Any, **options: Any) -> dict[str, Any]:
    """The manifest alone; ``dump`` is bytes or a stream."""
    with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
        with UnitWriter(Path(folder) / "unit") as unit:
            mysqldump.read(io.BytesIO(dump) if isinstance(dump, bytes) else dump, unit, **options)
            unit.finish(path="dump.sql")
        return json.loads((Path(folder) / "unit" / "manifest.json").read_text())


def server_rows(
    server: MariaDB, database: str, table: str, generated: bool = True
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names and rows of a table, each value in a form that does not lose anything.

    Text is ("t", UTF-8), bytes are ("b", bytes), all else is the server's own text of the value.
    """
    columns = server.sql(
        "SELECT column_name, data_type, character_set_name FROM information_schema.columns"
        " WHERE table_schema = %s AND table_name = %s AND (%s OR coalesce(generation_expression, '') = '')"
        " ORDER BY ordinal_position",
        args=(database, table, generated),
    )
    expressions = []
    for name, kind, charset in columns:
        quoted = "`" + str(name).replace("`", "``") + "`"
        if kind == "bit":
            expressions.append(f"CAST({quoted} + 0 AS CHAR)")
        elif kind in BINARY:
            expressions.append(f"CONCAT('b', HEX({quoted}))")
        elif charset:
            expressions.append(f"CONCAT('t', HEX(CONVERT({quoted} USING utf8mb4)))")
        else:
            expressions.append(f"CAST({quoted} AS CHAR)")
    rows = server.sql(f"SELECT {', '.join(expressions)} FROM `{table.replace('`', '``')}`", database)

    def value(text: Any) -> Any:
        if isinstance(text, bytes):
            text = text.decode("ascii")
        if text is not None and text[:1] in ("b", "t"):
            return text[0], bytes.fromhex(text[1:])
        return text

    return [str(name) for name, _, _ in columns], [tuple(value(text) for text in row) for row in rows]


BINARY = {
    "binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob", "geometry", "point", "linestring", "polygon",
    "multipoint", "multilinestring", "multipolygon", "geometrycollection",
}  # fmt: skip


def as_server_says(value: Any, kind: pa.DataType, unread: str | None) -> Any:
    """A value that stocktake read, in the form of ``server_rows``."""
    if value is None:
        return unread
    if pa.types.is_string(kind):
        return "t", value.encode()
    if pa.types.is_binary(kind):
        return "b", value
    return value


def same(read: Any, told: Any, kind: pa.DataType) -> bool:
    """Whether a value that was read is what the server tells."""
    if read is None or told is None:
        return read is told
    if isinstance(read, str) or (isinstance(read, tuple) and isinstance(told, tuple)):
        return bool(read == told)
    if isinstance(read, tuple):  # kept as text, but no text to the server: TIME, DECIMAL(65)
        return bool(read[1].decode() == told)
    if pa.types.is_float32(kind):
        return np.float32(read) == np.float32(told)
    if pa.types.is_floating(kind):
        return read == float(told)
    if pa.types.is_decimal(kind):
        return read == Decimal(told) and -read.as_tuple().exponent == kind.scale
    if pa.types.is_integer(kind):
        return read == int(told)
    if pa.types.is_timestamp(kind):
        return read == datetime.fromisoformat(told)
    return str(read) == told


def compare(read: Reading, server: MariaDB, database: str, table: str, generated: bool = True) -> int:
    """Every value of the table as stocktake read it equals the server's; the number of rows."""
    names, told = server_rows(server, database, table, generated)
    mine = read.tables[table]
    if not told:
        assert mine.num_rows == 0
        return 0
    assert [
        name for name in mine.column_names if name not in ("_offset", "_length", "_row", "_unread")
    ] == names
    assert mine["_row"].to_pylist() == list(range(1, len(told) + 1))
    kinds = [mine.schema.field(name).type for name in names]
    unread = [dict(entry or []) for entry in mine["_unread"].to_pylist()]
    rows = [
        tuple(
            as_server_says(value, kind, note.get(name))
            for value, kind, name in zip(row, kinds, names, strict=True)
        )
        for row, note in zip(read.rows(table), unread, strict=True)
    ]
    assert len(rows) == len(told)
    for row, expected in zip(rows, told, strict=True):
        for value, right, kind, name in zip(row, expected, kinds, names, strict=True):
            assert same(value, right, kind), f"{table}.{name}: read {value!r}, the server has {right!r}"
    return len(rows)
