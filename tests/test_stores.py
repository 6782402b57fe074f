"""Stores of keys and values: folders that the real LevelDB wrote, files that Berkeley DB's own tools wrote."""

import os
import subprocess
from pathlib import Path

import duckdb
import plyvel
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from artefact_case import take_in
from servers import program
from shop_case import mapped, new_case
from stocktake.artefacts.stores import leveldb
from stocktake.evidence import items
from stocktake.records.raw import UnitWriter


def rows(place: Path, table: str) -> list[dict]:
    """All rows of a raw table of the store, without place columns."""
    found = []
    for part in sorted((place / "raw").rglob("*.parquet")):
        read = pq.read_table(part)
        if (table == "leveldb") == ("sequence" in read.column_names):
            found += read.to_pylist()
    return found


def test_a_leveldb_folder_gives_what_is_in_force_and_what_was_before(tmp_path):
    folder = tmp_path / "evidence" / "store"
    folder.parent.mkdir()
    said = {f"key {n:06d}".encode(): os.urandom(n % 300) for n in range(20_000)}
    store = plyvel.DB(str(folder), create_if_missing=True, write_buffer_size=1 << 20)
    for key, value in said.items():
        store.put(key, value)
    store.put(b"key 000007", b"old")
    store.put(b"key 000007", b"new")
    store.delete(b"key 000009")
    said |= {b"key 000007": b"new"}
    del said[b"key 000009"]
    store.close()
    # As a server leaves it: some of it in tables, the newest in the log.
    assert {path.suffix for path in folder.iterdir()} >= {".ldb", ".log"}
    case = new_case(tmp_path)
    kinds = take_in(case, tmp_path / "evidence")
    assert {kind for path, kind in kinds.items() if path.endswith((".ldb", ".log", "CURRENT"))} == {
        "stores:leveldb"
    }
    found = rows(case.path, "leveldb")
    newest: dict[bytes, dict] = {}
    for row in found:
        if row["key"] not in newest or newest[row["key"]]["sequence"] < row["sequence"]:
            newest[row["key"]] = row
    assert {key: row["value"] for key, row in newest.items() if not row["deleted"]} == said
    assert newest[b"key 000009"]["deleted"]
    assert [row["value"] for row in found if row["key"] == b"key 000007" and row["value"] == b"old"] == [
        b"old"
    ]
    balanced = mapped(case).all(
        "SELECT found, set_aside, reason FROM completeness WHERE measure = 'rows' AND table_name LIKE '%leveldb'"
    )
    assert balanced == [(len(found), len(found), "a store whose meaning is its program's own")]


@given(cut=st.integers(0, 40_000), junk=st.binary(max_size=40))
@settings(max_examples=25, deadline=None)
@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # the library leaves a file open
def test_a_damaged_leveldb_file_costs_a_problem_and_no_other_file(tmp_path_factory, cut, junk):
    where = tmp_path_factory.mktemp("level")
    for opened in range(2):  # what the first log held, the second opening makes a table of
        store = plyvel.DB(str(where / "store"), create_if_missing=True)
        for n in range(300):
            store.put(f"{opened} {n}".encode(), os.urandom(100))
        store.close()
    table = next((where / "store").glob("*.ldb"))
    whole = table.read_bytes()
    table.write_bytes(whole[: min(cut, len(whole) - 50)] + junk)
    ((home, files),) = leveldb.folders(list(items("KC/1", where, lambda problem: pytest.fail(str(problem)))))
    with UnitWriter(where / "unit") as unit:
        keys = {row["key"] for row in leveldb.records(files, where, unit)}
        unit.finish()
    assert home == "store"
    assert {f"1 {n}".encode() for n in range(300)} <= keys
    assert len(keys) < 600
    assert [problem.severity for problem in unit.problems] == ["error"]


def test_berkeley_db_files_are_read_as_their_own_tool_dumps_them(tmp_path):
    load, dump = program("db5.3_load", "db5.3-util"), program("db5.3_dump", "db5.3-util")
    folder = tmp_path / "evidence"
    folder.mkdir()
    said = {f"key {n:05d}": ("v" * (n % 40)) + str(n) for n in range(3000)} | {"long": "x" * 30_000}
    text = "".join(f"{key}\n{value}\n" for key, value in said.items())
    for kind in ("btree", "hash"):
        subprocess.run([load, "-T", "-t", kind, folder / f"{kind}.db"], input=text.encode(), check=True)
        assert (
            b"key 02999"
            in subprocess.run([dump, "-p", folder / f"{kind}.db"], capture_output=True, check=True).stdout
        )
    case = new_case(tmp_path)
    kinds = take_in(case, folder)
    assert kinds == {"btree.db": "stores:berkeleydb-btree", "hash.db": "stores:berkeleydb-hash"}
    for part in (case.path / "raw").rglob("*.parquet"):
        found = duckdb.execute(
            f"SELECT decode(key), decode(value) FROM '{part}' WHERE NOT deleted"
        ).fetchall()
        assert dict(found) == said
        assert len(found) == len(said)
