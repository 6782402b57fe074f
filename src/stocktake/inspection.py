"""One look at every item, whatever it is: its hash, its true type, and the observables in its bytes.

Items are looked at in runs, so that an exhibit of a million files does not become a million folders. A run
is a unit like any other (``raw/EXHIBIT/inspected-00000/``), with one table ``hits`` and, in its manifest, the
hash and size of each item. What is found becomes the rows of ``items`` and ``observables``.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pyarrow as pa

from stocktake.commerce.model import TABLES
from stocktake.engine import duck
from stocktake.evidence import Counted, Item
from stocktake.observables import CONTEXT_BYTES, SCHEMA, scan_batches
from stocktake.records.raw import PLACE, Column, Problem, UnitWriter
from stocktake.records.reading import reraise_ours

# A run ends with the item that reaches either.
RUN_ITEMS = 1_000
RUN_BYTES = 256 << 20

_NO_SECRETS = "SELECT '' AS path, 0 AS _offset, 0 AS _length, '' AS secret WHERE false"
_COLUMNS = [
    Column("path", "path of the item", pa.string()),
    *(Column(one.name, str(one.type), one.type) for one in SCHEMA if one.name not in ("offset", "length")),
]


def runs(items: Sequence[Item]) -> Iterator[list[Item]]:
    """The items in runs, in their order."""
    run: list[Item] = []
    size = 0
    for item in items:
        run.append(item)
        size += item.size or 0
        if len(run) >= RUN_ITEMS or size >= RUN_BYTES:
            yield run
            run, size = [], 0
    if run:
        yield run


def inspect(items: Sequence[Item], key: bytes, unit: UnitWriter) -> dict[str, dict[str, Any]]:
    """Look at ``items`` and write their hits; returns size and SHA-256 of the unwrapped bytes by path.

    ``key`` is the case's: secrets and card numbers are known by their fingerprint under it alone.
    """
    table = unit.table("observables", "hits", _COLUMNS)
    found: dict[str, dict[str, Any]] = {}
    for item in items:
        try:
            with closing(Counted(item.open())) as stream:
                if item.holds is not None:  # what it holds are items, which are looked at
                    stream.drain()
                    found[item.path] = {"bytes": stream.count, "sha256": stream.sha256}
                    continue
                for batch in scan_batches(cast("Any", stream), key=key):
                    unit.write(table, _placed(item.path, batch))
                stream.drain()
                found[item.path] = {"bytes": stream.count, "sha256": stream.sha256}
        except OSError as error:
            reraise_ours(error)
            problem = f"{item.path}: can't be read to its end: {error.strerror or error}"
            unit.problems.append(Problem("evidence", "error", problem))
    return found


def _placed(path: str, batch: pa.RecordBatch) -> pa.RecordBatch:
    rows = batch.num_rows
    columns = [pa.repeat(pa.scalar(path), rows)]
    columns += [batch.column(column.name) for column in _COLUMNS[1:]]
    columns += [batch.column("offset"), batch.column("length"), pa.nulls(rows, PLACE.field("_unread").type)]
    names = [column.name for column in _COLUMNS] + ["_offset", "_length", "_unread"]
    return pa.RecordBatch.from_arrays(columns, names)


def write_observables(
    exhibit: str,
    items: Sequence[dict[str, Any]],
    hits: Sequence[Path],
    made: Path,
    secret_rows: str | None = None,
) -> None:
    """Rows of ``observables``, and of ``sources`` for their places. ``items`` are rows of ``items``.

    ``secret_rows`` is SQL of rows that hold a secret (`shops.secrets.rows_with_secrets`): what was found in
    one has no context, and what is part of the secret itself is left out.
    """
    if not hits:
        return
    known = ("item_id", "path", "sha256", "container")
    with duck.connect(spill=made) as connection:
        connection.register("known", pa.table({name: [item.get(name) for item in items] for name in known}))
        connection.execute(f"""
            CREATE TABLE near AS
            SELECT h.path || '@' || h._offset AS place,
              bool_or(
                h._offset BETWEEN s._offset AND s._offset + s._length AND contains(s.secret, h.value)
              ) AS inside
            FROM {duck.parquet(hits)} h
            JOIN ({secret_rows or _NO_SECRETS}) s
              ON s.path = h.path AND h._offset < s._offset + s._length + {CONTEXT_BYTES}
                AND h._offset + h._length > s._offset - {CONTEXT_BYTES}
            GROUP BY 1
        """)
        connection.execute(f"""
            CREATE VIEW hits AS
            SELECT h.* REPLACE (CASE WHEN near.place IS NULL THEN h.context END AS context),
                   k.item_id, k.sha256, k.container,
                   {duck.literal(f"{exhibit}/")} || h.path || '@' || h._offset || '+' || h._length AS place
            FROM {duck.parquet(hits)} h LEFT JOIN known k ON k.path = h.path
            LEFT JOIN near ON near.place = h.path || '@' || h._offset
            WHERE near.inside IS NOT TRUE
        """)
        same = ("kind", "value", "normalised", "valid", "item_id", "context", "path", "container", "sha256")
        values = {name: name for name in same} | {
            "observable_id": "'observable:' || place || '/' || kind",
            "source_id": "'source:' || place",
            "exhibit": duck.literal(exhibit),
            "offset": "_offset",
            "length": "_length",
            "basis": "'recorded'",
            "rule": "'inspection.py'",
        }
        for table, part, order in (
            ("observables", "part-00001.parquet", "observable_id"),  # part 0 is the mapping's
            ("sources", "part-00002.parquet", "source_id"),
        ):
            chosen = ", ".join(
                f"CAST({values.get(column, 'NULL')} AS {kind}) AS {duck.quoted(column)}"
                for column, kind in TABLES[table].items()
            )
            file = made / table / part
            file.parent.mkdir(parents=True, exist_ok=True)
            connection.execute(
                f"COPY (SELECT DISTINCT {chosen} FROM hits ORDER BY {order}) "
                f"TO {duck.literal(str(file))} (FORMAT parquet, COMPRESSION zstd)"
            )
