"""Serialised columns (PHP, JSON) unpacked into rows, so that a shop's SQL needs no JSON functions.

Shape of the result: ``_ref`` of the row, the columns that the folder keeps, ``k1 k2 k3`` (the first three
keys on the way to a leaf), ``path`` (all of them, joined by ``/``) and ``value`` (the leaf as text; true and
false are ``1`` and ``0``). A value that is not serialised at all is one row without keys.

Bytes are read as UTF-8, and first inflated where they are a gzip stream (RFC 1952), to ``INFLATED_BYTES`` at
most. JSON that stands as text inside JSON is unpacked too.
"""

import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from stocktake.engine.duck import quoted
from stocktake.records.php import PhpError, Value, looks_serialised, parse
from stocktake.shops.folders import LogicalTable, Unpack

BATCH_ROWS = 10_000
MAX_NESTED = 4  # serialised text inside serialised text
INFLATED_BYTES = 16 << 20  # of one value
KEYS = ("k1", "k2", "k3", "path", "value")


class Broken:
    """Values that could not be unpacked: how many, and the first one's ref and fault."""

    def __init__(self) -> None:
        self.rows = 0
        self.first_ref = ""
        self.first_fault = ""

    def add(self, ref: str, fault: str) -> None:
        """Count one."""
        if not self.rows:
            self.first_ref, self.first_fault = ref, fault
        self.rows += 1


def unpack(connection: duckdb.DuckDBPyConnection, stated: Unpack, table: LogicalTable, file: Path) -> Broken:
    """Write the unpacked rows of ``table`` to the Parquet ``file``; returns what could not be unpacked."""
    broken = Broken()
    kept = ["_ref", *stated.keep]
    found = connection.execute(
        f"SELECT {', '.join(map(quoted, kept))}, {quoted(stated.column)} AS _text "
        f"FROM {quoted(table.name)} WHERE ({stated.where}) AND {quoted(stated.column)} IS NOT NULL"
    ).to_arrow_reader(BATCH_ROWS)
    schema = pa.schema([*list(found.schema)[:-1], *(pa.field(key, pa.string()) for key in KEYS)])
    wanted = re.compile(stated.leaves).search if stated.leaves else None
    with pq.ParquetWriter(file, schema, compression="zstd", compression_level=1) as writer:
        for batch in found:
            rows: list[int] = []
            leaves: dict[str, list[str | None]] = {key: [] for key in KEYS}
            refs = batch.column(0)
            for row, text in enumerate(batch.column(len(kept)).to_pylist()):
                try:
                    value = _read(_as_text(text), stated.format)
                except ValueError as error:
                    broken.add(refs[row].as_py(), str(error))
                    continue
                for keys, leaf in _leaves(value):
                    path = "/".join(keys)
                    if wanted and not wanted(path):
                        continue
                    rows.append(row)
                    for place in range(3):
                        leaves[KEYS[place]].append(keys[place] if place < len(keys) else None)
                    leaves["path"].append(path)
                    leaves["value"].append(_clean(leaf))
            taken = batch.select(list(range(len(kept)))).take(pa.array(rows, pa.int64()))
            columns = [*taken.columns, *(pa.array(leaves[key], pa.string()) for key in KEYS)]
            writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))
    return broken


def _as_text(value: str | bytes) -> str:
    if isinstance(value, str):
        return value
    if value[:2] == b"\x1f\x8b":
        inflating = zlib.decompressobj(16 + zlib.MAX_WBITS)
        try:
            value = inflating.decompress(value, INFLATED_BYTES)
        except zlib.error as error:
            raise ValueError(f"a damaged gzip stream: {error}") from error
        if not inflating.eof:
            raise ValueError(
                "larger than is read once inflated"
                if inflating.unconsumed_tail
                else "a gzip stream that is cut off"
            )
    return value.decode("utf-8-sig", "surrogateescape")


def _read(text: str, form: str) -> Value:
    if form == "json" or (form == "auto" and text.lstrip()[:1] in ("{", "[")):
        try:
            unfolded: Value = _unfolded_json(_load(text), 1)
            return unfolded
        except RecursionError as error:
            raise ValueError("nested too deep") from error
    if form == "php" or looks_serialised(text):
        return _unfolded(parse(text.encode("utf-8", "surrogateescape")), 1)
    return text


def _load(text: str) -> Value:
    # Numbers stay the text that they are, so that none loses a digit.
    read: Value = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    return read


def _unfolded_json(value: Any, depth: int) -> Any:
    """``value`` with text inside it that is itself a JSON object or list read too."""
    if isinstance(value, dict):
        return {key: _unfolded_json(member, depth) for key, member in value.items()}
    if isinstance(value, list):
        return [_unfolded_json(member, depth) for member in value]
    if isinstance(value, str) and depth < MAX_NESTED and value[:1] + value[-1:] in ("{}", "[]"):
        try:
            return _unfolded_json(_load(value), depth + 1)
        except ValueError:
            return value
    return value


def _unfolded(value: Value, depth: int) -> Value:
    """``value`` with text inside it that is itself serialised read too, as far as it can be."""
    if isinstance(value, dict):
        return {key: _unfolded(member, depth) for key, member in value.items()}
    if isinstance(value, str) and depth < MAX_NESTED and value[:2] in ("a:", "O:", "s:"):
        try:
            return _unfolded(parse(value.encode("utf-8", "surrogateescape")), depth + 1)
        except PhpError:
            return value
    return value


def _leaves(value: Any) -> Iterator[tuple[tuple[str, ...], str | None]]:
    waiting: list[tuple[tuple[str, ...], Any]] = [((), value)]
    while waiting:
        keys, here = waiting.pop()
        if isinstance(here, dict):
            waiting.extend(((*keys, str(key)), member) for key, member in reversed(here.items()))
        elif isinstance(here, list):
            waiting.extend(((*keys, str(place)), here[place]) for place in reversed(range(len(here))))
        elif isinstance(here, bool):
            yield keys, str(int(here))
        else:
            yield keys, None if here is None else str(here)


def _clean(text: str | None) -> str | None:
    """Text that Arrow can hold: bytes that are no UTF-8 as ``\\xNN``, as in raw tables."""
    if text is None or text.isascii():
        return text
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
