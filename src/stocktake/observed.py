"""Hits to canonical rows: ``observables``, and ``sources`` for the places where they stand.

There is a row a hit, and on a busy server many millions: they go through in batches, in the order of the
items and of the places in each, so that nothing is sorted or held.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from stocktake.commerce.model import TABLES
from stocktake.engine import duck
from stocktake.observables import CONTEXT_BYTES

_BATCH = 1 << 17
_ARROW = {"VARCHAR": pa.string(), "BIGINT": pa.int64(), "BOOLEAN": pa.bool_(), "DOUBLE": pa.float64()}
# Parts 0 are the mapping's, and part 1 of sources has the items.
_PARTS = {"observables": "part-00001.parquet", "sources": "part-00002.parquet"}
_READ = (
    "path", "kind", "value", "normalised", "valid", "context", "unwrapped", "_offset", "_length",
)  # fmt: skip

# What hides hits: by path, where the rows that hold a secret begin and end, in order, and the secrets.
_Secrets = dict[str, tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], list[str]]]


def write_observables(
    exhibit: str,
    items: Sequence[dict[str, Any]],
    hits: Sequence[Path],
    made: Path,
    secret_rows: str | None = None,
) -> None:
    """Write the rows of hits (parts of ``inspected`` units, in order). ``items`` are rows of ``items``.

    ``secret_rows`` is SQL of rows that hold a secret (`shops.secrets.rows_with_secrets`): what was found in
    one has no context, and what is part of the secret itself is left out.
    """
    known = pa.array([item["path"] for item in items], pa.string())
    facts = {name: pa.array([item.get(name) for item in items], pa.string()) for name in _OF_ITEM}
    secrets = _secrets(secret_rows, made)
    writers: dict[str, pq.ParquetWriter] = {}
    with ThreadPoolExecutor(1) as beside:
        try:
            for batch in _batches(hits):
                shown = _shown(batch, secrets)
                if not shown.num_rows:
                    continue
                item = pc.index_in(shown["path"], known)
                columns = {name: values.take(item) for name, values in facts.items()}
                place = pc.binary_join_element_wise(
                    exhibit + "/",
                    shown["path"],
                    "@",
                    _text(shown["_offset"]),
                    "+",
                    _text(shown["_length"]),
                    "",
                )
                columns["source_id"] = pc.binary_join_element_wise("source:", place, "")
                sources = beside.submit(_write, writers, made, "sources", exhibit, _places(shown, columns))
                _write(writers, made, "observables", exhibit, _observations(shown, columns, place))
                sources.result()
        finally:
            for writer in writers.values():
                writer.close()


_OF_ITEM = ("item_id", "container", "sha256")


def _text(numbers: pa.ChunkedArray) -> pa.ChunkedArray:
    return numbers.cast(pa.string())


def _observations(shown: pa.Table, columns: dict[str, Any], place: Any) -> dict[str, Any]:
    inside = pc.coalesce(pc.binary_join_element_wise("/", shown["unwrapped"], ""), "")
    same = ("kind", "value", "normalised", "valid", "context", "unwrapped")
    return {name: shown[name] for name in same} | {
        "observable_id": pc.binary_join_element_wise("observable:", place, "/", shown["kind"], inside, ""),
        "item_id": columns["item_id"],
        "source_id": columns["source_id"],
    }


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
    rows = {"path": shown["path"], "offset": shown["_offset"], "length": shown["_length"]} | columns
    return {name: values.take(kept) for name, values in rows.items() if name != "item_id"}


def _write(
    writers: dict[str, pq.ParquetWriter], made: Path, table: str, exhibit: str, columns: dict[str, Any]
) -> None:
    rows = len(columns["source_id"])
    constant = {"exhibit": exhibit, "basis": "recorded", "rule": "observed.py"}
    schema = pa.schema([pa.field(name, _ARROW[kind]) for name, kind in TABLES[table].items()])
    arrays = []
    for field in schema:
        if field.name in columns:
            arrays.append(columns[field.name])
        elif field.name in constant:
            arrays.append(pa.repeat(pa.scalar(constant[field.name]), rows))
        else:
            arrays.append(pa.nulls(rows, field.type))
    writer = writers.get(table)
    if writer is None:
        file = made / table / _PARTS[table]
        file.parent.mkdir(parents=True, exist_ok=True)
        # One id is much like the one before: what they have in common is not written again.
        alike = [name for name in ("observable_id", "source_id") if name in schema.names]
        numbers = [field.name for field in schema if pa.types.is_integer(field.type)]
        writer = writers[table] = pq.ParquetWriter(
            file,
            schema,
            compression="zstd",
            compression_level=1,
            use_dictionary=[
                field.name for field in schema if field.name not in (*alike, *numbers, "context")
            ],
            column_encoding=dict.fromkeys(alike, "DELTA_BYTE_ARRAY")
            | dict.fromkeys(numbers, "DELTA_BINARY_PACKED"),
        )
    writer.write_table(pa.Table.from_arrays(arrays, schema=schema))


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


def _secrets(rows: str | None, spill: Path) -> _Secrets:
    if rows is None:
        return {}
    found: _Secrets = {}
    with duck.connect(spill=spill) as connection:
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
