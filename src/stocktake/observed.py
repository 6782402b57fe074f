"""Hits to canonical rows: ``observables``, and ``sources`` for the places where they stand.

There is a row a hit, and on a busy server many millions: they go through in batches, in the order of the
items and of the places in each, so that nothing is sorted or held.

A hit in a dump is tied to the row of the raw table in whose bytes it stands (``row_source_id``). Where rows
are no stretch of an item's bytes (a database that its server opened) the hits in their cells count, and what
was found in the files of that database counts only if no cell has it: remains of rows that are gone.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from stocktake.commerce.model import TABLES
from stocktake.engine import duck
from stocktake.observables import CONTEXT_BYTES
from stocktake.records.catalogue import RawTable
from stocktake.shops.logical import row_ref
from stocktake.shops.secrets import Held, is_secret, rows_with_secrets

_BATCH = 1 << 17
_ARROW = {"VARCHAR": pa.string(), "BIGINT": pa.int64(), "BOOLEAN": pa.bool_(), "DOUBLE": pa.float64()}
# Parts 0 are the mapping's, and part 1 of sources has the items.
_PARTS = {"observables": "part-00001.parquet", "sources": "part-00002.parquet"}
_READ = (
    "path", "kind", "value", "normalised", "valid", "context", "unwrapped", "_offset", "_length",
)  # fmt: skip

_CELL_PARTS = {"observables": "part-00002.parquet", "sources": "part-00003.parquet"}

# What hides hits: by path, where the rows that hold a secret begin and end, in order, and the secrets.
_Secrets = dict[str, tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], list[str]]]


@dataclass(frozen=True)
class Cells:
    """Hits in the cells of raw tables that are no stretch of an item's bytes.

    ``parts`` are those of the units' ``cell_hits``; ``units`` gives, by path of an item, the path under which
    its rows were read.
    """

    parts: Sequence[Path]
    units: Mapping[str, str]


def write_observables(
    exhibit: str,
    items: Sequence[dict[str, Any]],
    hits: Sequence[Path],
    made: Path,
    *,
    cells: Cells,
    tables: Sequence[RawTable],
    secrets: Sequence[Held],
) -> None:
    """Write the rows of hits (parts of ``inspected`` units, in order) and of those in cells.

    ``items`` are rows of ``items``, ``tables`` the exhibit's raw tables, ``secrets`` their secret columns:
    what was found in a row that holds a secret has no context, and what is part of it is left out.
    """
    known = pa.array([item["path"] for item in items], pa.string())
    facts = {name: pa.array([item.get(name) for item in items], pa.string()) for name in _OF_ITEM}
    out = _Out(exhibit, made, _PARTS)
    with duck.connect(spill=made) as connection, ThreadPoolExecutor(1) as beside, closing(out):
        hidden = _secrets(connection, rows_with_secrets(secrets))
        rows = _Rows(connection, tables)
        elsewhere = _Elsewhere(connection, cells)
        for batch in _batches(hits):
            shown = elsewhere.left(_shown(batch, hidden))
            if not shown.num_rows:
                continue
            item = pc.index_in(shown["path"], known)
            columns = {name: values.take(item) for name, values in facts.items()}
            place = pc.binary_join_element_wise(
                exhibit + "/", shown["path"], "@", _text(shown["_offset"]), "+", _text(shown["_length"]), ""
            )
            columns["source_id"] = pc.binary_join_element_wise("source:", place, "")
            written = beside.submit(out.write, "sources", _places(shown, columns))
            inside = pc.coalesce(pc.binary_join_element_wise("/", shown["unwrapped"], ""), "")
            columns["observable_id"] = pc.binary_join_element_wise(
                "observable:", place, "/", shown["kind"], inside, ""
            )
            columns["row_source_id"] = rows.of(shown)
            out.write("observables", columns | {name: shown[name] for name in _OF_HIT})
            written.result()
    if cells.parts:
        _write_cells(exhibit, items, made, cells, tables, secrets)


_OF_HIT = ("kind", "value", "normalised", "valid", "context", "unwrapped")
_OF_ITEM = ("item_id", "container", "sha256")


def _text(numbers: pa.ChunkedArray) -> pa.ChunkedArray:
    return numbers.cast(pa.string())


def _places(shown: pa.Table, columns: dict[str, Any]) -> dict[str, Any]:
    """Rows of ``sources``: several hits may stand in one place, all of them in one batch."""
    offsets, lengths = shown["_offset"].to_numpy(), shown["_length"].to_numpy()
    paths = shown["path"].combine_chunks().dictionary_encode().indices.to_numpy()
    order = np.lexsort((lengths, offsets, paths))
    new = np.ones(len(order), bool)
    if len(order) > 1:
        first, second = order[:-1], order[1:]
        new[1:] = (
            (offsets[first] != offsets[second])
            | (lengths[first] != lengths[second])
            | (paths[first] != paths[second])
        )
    kept = pa.array(order[new])
    rows = {"path": shown["path"], "offset": shown["_offset"], "length": shown["_length"]}
    rows |= {name: columns[name] for name in ("container", "sha256", "source_id")}
    return {name: values.take(kept) for name, values in rows.items()}


class _Out:
    """The parts that are being written, a writer a table."""

    def __init__(self, exhibit: str, made: Path, parts: Mapping[str, str]) -> None:
        self._constant = {"exhibit": exhibit, "basis": "recorded", "rule": "observed.py"}
        self._files = {table: made / table / part for table, part in parts.items()}
        self._writers: dict[str, pq.ParquetWriter] = {}

    def close(self) -> None:
        for writer in self._writers.values():
            writer.close()

    def write(self, table: str, columns: Mapping[str, Any]) -> None:
        """Add rows to a canonical table; columns that are not given are constant, or NULL."""
        rows = len(columns["source_id"])
        schema = pa.schema([pa.field(name, _ARROW[kind]) for name, kind in TABLES[table].items()])
        arrays = []
        for field in schema:
            if field.name in columns:
                arrays.append(columns[field.name])
            elif field.name in self._constant:
                arrays.append(pa.repeat(pa.scalar(self._constant[field.name]), rows))
            else:
                arrays.append(pa.nulls(rows, field.type))
        self._writer(table, schema).write_table(pa.Table.from_arrays(arrays, schema=schema))

    def _writer(self, table: str, schema: pa.Schema) -> pq.ParquetWriter:
        if table not in self._writers:
            self._files[table].parent.mkdir(parents=True, exist_ok=True)
            # One id is much like the one before: what they have in common is not written again.
            alike = [name for name in ("observable_id", "source_id") if name in schema.names]
            numbers = [field.name for field in schema if pa.types.is_integer(field.type)]
            apart = (*alike, *numbers, "context")
            self._writers[table] = pq.ParquetWriter(
                self._files[table],
                schema,
                compression="zstd",
                compression_level=1,
                use_dictionary=[field.name for field in schema if field.name not in apart],
                column_encoding=dict.fromkeys(alike, "DELTA_BYTE_ARRAY")
                | dict.fromkeys(numbers, "DELTA_BINARY_PACKED"),
            )
        return self._writers[table]


class _Rows:
    """The rows of raw tables in whose bytes hits stand: those of database dumps."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, tables: Sequence[RawTable]) -> None:
        self._connection = connection
        self._tables = [
            table
            for table in tables
            if table.parts and ":" not in table.kind and "pg_restore" not in table.facts
        ]
        self._paths = {table.path for table in self._tables}
        self._path = ""
        self._starts = self._ends = self._which = self._ordinals = np.empty(0, np.int64)

    def of(self, shown: pa.Table) -> pa.Array:
        """The id of the row's source for each hit; NULL for one that stands in no row."""
        paths = set(shown["path"].unique().to_pylist()) & self._paths
        found = np.full(shown.num_rows, None, object)
        for path in sorted(paths):
            self._read(path)
            at = np.flatnonzero(pc.equal(shown["path"], path).to_numpy())
            offsets = shown["_offset"].to_numpy()[at]
            row = np.searchsorted(self._starts, offsets, "right") - 1
            fits = (row >= 0) & (offsets < self._ends[row]) if len(self._starts) else np.zeros(len(at), bool)
            at, row = at[fits], row[fits]
            for which in np.unique(self._which[row]):
                mine = self._which[row] == which
                found[at[mine]] = self._named(self._tables[which], self._ordinals[row[mine]])
        return pa.array(found, pa.string())

    def _read(self, path: str) -> None:
        """Know the places of the rows of one item: 32 bytes a row."""
        if path == self._path:
            return
        selects = [
            f"SELECT _offset, _offset + _length AS _end, {number} AS which, _row "
            f"FROM {duck.parquet(table.parts)} WHERE _offset IS NOT NULL"
            for number, table in enumerate(self._tables)
            if table.path == path
        ]
        told = self._connection.execute(f"{' UNION ALL '.join(selects)} ORDER BY _offset").to_arrow_table()
        self._starts, self._ends, self._which, self._ordinals = (
            column.to_numpy().astype(np.int64) for column in told.columns
        )
        self._path = path

    def _named(self, table: RawTable, ordinals: npt.NDArray[np.int64]) -> npt.NDArray[np.object_]:
        rows, back = np.unique(ordinals, return_inverse=True)
        self._connection.register("wanted", pa.table({"_row": rows}))
        told = self._connection.execute(
            f"SELECT 'source:' || {row_ref(table)} AS ref FROM {duck.parquet(table.parts)} AS r "
            f"SEMI JOIN wanted USING (_row) WHERE _row BETWEEN {rows[0]} AND {rows[-1]} ORDER BY _row"
        ).to_arrow_table()
        named: npt.NDArray[np.object_] = told["ref"].to_numpy()[back]
        return named


class _Elsewhere:
    """Tells hits in a database's files from those that its cells have too."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, cells: Cells) -> None:
        self._connection = connection
        self._cells = cells
        self._known: dict[str, pa.Array] = {}

    def left(self, shown: pa.Table) -> pa.Table:
        """The hits that no cell of the same database has."""
        paths = [path for path in shown["path"].unique().to_pylist() if path in self._cells.units]
        if not paths or not self._cells.parts:  # no server was there to read the database
            return shown
        named = pc.binary_join_element_wise(
            shown["kind"], pc.coalesce(shown["normalised"], shown["value"]), "\0"
        ).combine_chunks()
        doubled = np.zeros(shown.num_rows, bool)
        for path in paths:
            here = pc.equal(shown["path"], path)
            there = pc.is_in(named, self._of(self._cells.units[path]))
            doubled |= pc.and_(here, there).to_numpy()
        return shown.filter(pa.array(~doubled))

    def _of(self, unit: str) -> pa.Array:
        if unit not in self._known:
            told = self._connection.execute(
                "SELECT DISTINCT kind || chr(0) || COALESCE(normalised, value) AS named "
                f"FROM {duck.parquet(self._cells.parts)} WHERE path = {duck.literal(unit)}"
            ).to_arrow_table()
            self._known[unit] = told["named"].combine_chunks()
        return self._known[unit]


def _write_cells(
    exhibit: str,
    items: Sequence[dict[str, Any]],
    made: Path,
    cells: Cells,
    tables: Sequence[RawTable],
    secrets: Sequence[Held],
) -> None:
    """The hits in cells, each at its row; and sources for rows that nothing else cites."""
    item_ids = {item["path"]: item["item_id"] for item in items}
    out = _Out(exhibit, made, _CELL_PARTS)
    cited = made / "sources" / "part-00000.parquet"
    with duck.connect(spill=made) as connection, closing(out):
        for table in tables:
            if not table.parts or table.path not in cells.units.values():
                continue
            left_out = " OR ".join(
                f'("column" = {duck.literal(one.column)} AND "row" IN '
                f"(SELECT _row FROM {duck.parquet(table.parts)} WHERE {is_secret(one)}))"
                for one in secrets
                if one.table == table
            )
            connection.execute(
                "CREATE OR REPLACE TEMP TABLE found AS SELECT c.*, r.ref "
                f"FROM {duck.parquet(cells.parts)} AS c "
                f"JOIN (SELECT _row, {row_ref(table)} AS ref FROM {duck.parquet(table.parts)}) AS r "
                'ON r._row = c."row" '
                f"WHERE c.path = {duck.literal(table.path)} AND c.database = {duck.literal(table.database)} "
                f'AND c."table" = {duck.literal(table.name)} AND NOT ({left_out or "false"})'
            )
            found = connection.execute('SELECT * FROM found ORDER BY "row", "column", _row')
            item_id = item_ids.get(table.path)
            for batch in found.to_arrow_reader(_BATCH):
                rows = pa.Table.from_batches([batch])
                source_id = pc.binary_join_element_wise("source:", rows["ref"], "")
                inside = pc.coalesce(pc.binary_join_element_wise("/", rows["unwrapped"], ""), "")
                columns = {name: rows[name] for name in _OF_HIT} | {
                    "observable_id": pc.binary_join_element_wise(
                        "observable:", rows["ref"], "/", rows["column"], "@", _text(rows["_offset"]), "+",
                        _text(rows["_length"]), "/", rows["kind"], inside, "",
                    ),
                    "item_id": pa.repeat(pa.scalar(item_id, pa.string()), rows.num_rows),
                    "source_id": source_id,
                    "row_source_id": source_id,
                }  # fmt: skip
                out.write("observables", columns)
            already = f"SELECT source_id FROM {duck.parquet([cited])}" if cited.exists() else "SELECT ''"
            home = f"{table.exhibit}/{table.label}/"
            told = connection.execute(
                f"SELECT DISTINCT 'source:' || ref AS source_id, substr(ref, {len(home) + 1}) AS row_key "
                f"FROM found WHERE 'source:' || ref NOT IN ({already}) ORDER BY 1"
            )
            for batch in told.to_arrow_reader(_BATCH):
                rows = pa.Table.from_batches([batch])
                same: dict[str, str | None] = {
                    "path": table.path,
                    "container": table.container,
                    "table_name": table.label,
                }
                same["sha256"] = table.sha256 or None
                columns = {
                    name: pa.repeat(pa.scalar(text, pa.string()), rows.num_rows)
                    for name, text in same.items()
                }
                out.write("sources", columns | {name: rows[name] for name in ("source_id", "row_key")})


def _batches(hits: Sequence[Path]) -> Iterator[pa.Table]:
    """The hits in order, in batches; those of one offset are in one batch."""
    for part in hits:
        left: pa.Table | None = None
        for batch in pq.ParquetFile(part).iter_batches(_BATCH, columns=list(_READ)):
            table = pa.Table.from_batches([batch])
            whole = table if left is None else pa.concat_tables([left, table])
            offsets = whole["_offset"].to_numpy()
            cut = len(offsets) - 1
            while cut > 0 and offsets[cut - 1] == offsets[-1]:
                cut -= 1
            yield whole.slice(0, cut)
            left = whole.slice(cut)
        if left is not None:
            yield left


def _secrets(connection: duckdb.DuckDBPyConnection, rows: str | None) -> _Secrets:
    if rows is None:
        return {}
    found: _Secrets = {}
    told = connection.execute(f"SELECT * FROM ({rows}) ORDER BY path, _offset").to_arrow_table()
    paths = told["path"].combine_chunks().dictionary_encode()
    codes = paths.indices.to_numpy()
    for code, path in enumerate(paths.dictionary.to_pylist()):
        first, last = np.searchsorted(codes, (code, code + 1))
        here = told.slice(first, last - first)
        starts = here["_offset"].to_numpy()
        found[path] = starts, starts + here["_length"].to_numpy(), here["secret"].to_pylist()
    return found


def _shown(batch: pa.Table, secrets: _Secrets) -> pa.Table:
    """The hits as they may be shown: those in a secret left out, those near one without context."""
    if not secrets or not set(secrets) & set(batch["path"].unique().to_pylist()):
        return batch
    offsets = batch["_offset"].to_numpy()
    ends = offsets + batch["_length"].to_numpy()
    paths = batch["path"].to_pylist()
    values = batch["value"].to_pylist()
    kept = np.ones(len(paths), bool)
    near = np.zeros(len(paths), bool)
    for row, path in enumerate(paths):
        if path not in secrets:
            continue
        starts, stops, texts = secrets[path]
        k = int(np.searchsorted(stops, offsets[row] - CONTEXT_BYTES, "right"))
        while k < len(starts) and starts[k] < ends[row] + CONTEXT_BYTES:
            near[row] = True
            if starts[k] <= offsets[row] <= stops[k] and texts[k] and values[row] in texts[k]:
                kept[row] = False
            k += 1
    context = pc.if_else(pa.array(near), pa.scalar(None, pa.string()), batch["context"])
    hidden = batch.set_column(batch.schema.get_field_index("context"), "context", context)
    return hidden.filter(pa.array(kept))
