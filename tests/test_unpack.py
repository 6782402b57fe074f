"""Serialised columns unpacked: gzip, JSON inside JSON, chosen leaves, and what is damaged."""

import gzip
import json
import zlib

import duckdb
import pyarrow as pa
import pytest

from stocktake.shops import unpack as module
from stocktake.shops.folders import LogicalTable, Unpack
from stocktake.shops.unpack import unpack

TABLE = LogicalTable(
    name="t", called="t", key=("id",), columns={"id": "BIGINT", "body": "BLOB"}, names={}, like={},
    needs=("id",), html=frozenset(), hex=frozenset(), shared=False, details={},
)  # fmt: skip


def unpacked(tmp_path, values, kind=None, **stated):
    connection = duckdb.connect()
    rows = pa.table(
        {
            "_ref": [f"KC/1/t/{number}" for number in range(len(values))],
            "id": pa.array(range(len(values)), pa.int64()),
            "body": pa.array(values, kind or pa.binary()),
        }
    )
    connection.register("t", rows)
    file = tmp_path / "out.parquet"
    entry = Unpack(
        name="u",
        table="t",
        column="body",
        keep=("id",),
        where="TRUE",
        format=stated.pop("format", "json"),
        **stated,
    )
    broken = unpack(connection, entry, TABLE, file)
    return duckdb.sql(f"SELECT id, path, value FROM '{file}' ORDER BY id, path").fetchall(), broken


def test_a_gzip_stream_is_inflated_and_numbers_keep_every_digit(tmp_path):
    blob = gzip.compress(json.dumps({"price": 0.1, "n": 12345678901234567890, "ok": True}).encode())
    rows, broken = unpacked(tmp_path, [blob, b'{"a": null}'])
    assert rows == [
        (0, "n", "12345678901234567890"),
        (0, "ok", "1"),
        (0, "price", "0.1"),
        (1, "a", None),
    ]
    assert broken.rows == 0


def test_json_inside_of_json_is_unpacked(tmp_path):
    inner = json.dumps({"value": 5, "list": [{"x": "y"}]})
    rows, _ = unpacked(tmp_path, [json.dumps({"data": inner, "text": "{not json}"})], pa.string())
    assert rows == [(0, "data/list/0/x", "y"), (0, "data/value", "5"), (0, "text", "{not json}")]


def test_only_the_chosen_leaves_are_kept(tmp_path):
    value = json.dumps({"metadata": {"orderId": "7", "rest": 1}, "other": 2})
    rows, _ = unpacked(tmp_path, [value], pa.string(), leaves="^metadata/orderId$")
    assert rows == [(0, "metadata/orderId", "7")]


def test_damaged_and_oversized_streams_are_told_and_cost_no_other_row(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "INFLATED_BYTES", 1000)
    good = gzip.compress(b'{"a": "b"}')
    bomb = gzip.compress(b'{"a": "' + b"x" * 100_000 + b'"}')
    turned = bytearray(good)
    turned[12] ^= 0xFF
    rows, broken = unpacked(tmp_path, [bytes(turned), good[:-9], bomb, good])
    assert rows == [(3, "a", "b")]
    assert broken.rows == 3
    assert broken.first_ref == "KC/1/t/0"


@pytest.mark.parametrize("noise", [b"\x1f\x8b", b"\x1f\x8bjunk", zlib.compress(b"{}")])
def test_what_is_no_json_is_told(tmp_path, noise):
    rows, broken = unpacked(tmp_path, [noise])
    assert (rows, broken.rows) == ([], 1)
