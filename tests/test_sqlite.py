"""SQLite databases against SQLite: types, what lies in the WAL, damage, and hostile files."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stocktake.evidence import items
from stocktake.records import sqlite
from stocktake.records.raw import UnitWriter
from stocktake.records.reading import read_item


class Unit:
    def __init__(self, folder):
        self.manifest = json.loads((folder / "manifest.json").read_text())
        self.left = sorted(path.name for path in folder.iterdir())
        self.tables = {table["name"]: table for table in self.manifest["tables"]}
        self.problems = [problem["message"] for problem in self.manifest["problems"]]
        self.folder = folder

    def rows(self, name):
        parts = [pq.read_table(self.folder / part["file"]) for part in self.tables[name]["parts"]]
        return pa.concat_tables(parts).to_pylist() if parts else []


def read(path, folder, of=None):
    found = {item.path: item for item in items("R/1", path, pytest.fail)}
    item = found[of] if of else next(iter(found.values()))
    with UnitWriter(folder) as unit:
        read_item(item, unit)
    return Unit(folder)


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "evidence" / "shop.db"
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        yield path, connection


def test_types_and_what_does_not_fit(database, tmp_path):
    path, connection = database
    connection.executescript("""
        CREATE TABLE t (id INTEGER PRIMARY KEY, n BIGINT, r REAL, s VARCHAR(20), b BLOB, d DECIMAL(10,2),
            w NUMERIC, at DATETIME, plain, flag BOOLEAN, twice INT AS (n * 2), kept INT AS (id * 3) STORED);
        INSERT INTO t (n, r, s, b, d, w, at, plain, flag) VALUES
            (9223372036854775807, 1.5, 'text', x'00ff', 8.99, 0.1, '2024-01-31 10:00:00', 'p', 1),
            ('word', 'word', x'c3a9', 'text', 0.125, 'w', 1706695200, 1.25, 0),
            (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
            (1.5, 2, 17, 3, 12, 1e300, 2460340.5, x'01', 'yes');
    """)
    connection.commit()
    unit = read(path, tmp_path / "unit")
    one, two, three, four = unit.rows("t")
    assert one["n"] == 9223372036854775807
    assert (one["r"], one["s"], one["b"], one["d"], one["w"]) == (
        1.5,
        "text",
        b"\0\xff",
        Decimal("8.99"),
        "0.1",
    )
    assert (one["at"], one["plain"], one["flag"]) == ("2024-01-31 10:00:00", "p", 1)
    assert one["_unread"] is None
    assert "twice" not in one
    misfits = {"n": "word", "r": "word", "s": "X'C3A9'", "b": "text", "d": "0.125"}
    assert dict(two["_unread"]) == misfits
    assert two["kept"] == 6
    assert (two["at"], two["plain"], two["w"]) == ("1706695200", "1.25", "w")
    assert all(three[name] is None for name in ("n", "r", "s", "b", "d", "w", "at", "plain", "flag"))
    assert (four["r"], four["s"], four["d"]) == (2.0, "17", Decimal("12.00"))
    assert dict(four["_unread"])["n"] == "1.5"
    assert dict(four["_unread"])["plain"] == "X'01'"
    assert unit.tables["t"]["key"] == ["id"]
    assert any("2 values of t.n do not fit" in problem for problem in unit.problems)


def test_keys_and_kinds_of_tables(database, tmp_path):
    path, connection = database
    connection.executescript("""
        CREATE TABLE two (a TEXT, b INT, c TEXT, PRIMARY KEY (b, a)) WITHOUT ROWID;
        INSERT INTO two VALUES ('x', 1, 'c');
        CREATE TABLE loose (v TEXT); INSERT INTO loose (rowid, v) VALUES (7, 'seven'), (9, 'nine');
        CREATE TABLE taken (rowid TEXT); INSERT INTO taken VALUES ('mine');
        CREATE TABLE "we""ird ' name" ("co""l; --" TEXT); INSERT INTO "we""ird ' name" VALUES ('v');
        CREATE TABLE no_rows (a INT);
        CREATE TABLE auto (id INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO auto DEFAULT VALUES;
        CREATE VIEW view_one AS SELECT load_extension('x');
        CREATE VIRTUAL TABLE words USING fts4(body); INSERT INTO words VALUES ('find me');
        CREATE INDEX covering ON two (c, b, a);
    """)
    connection.commit()
    unit = read(path, tmp_path / "unit")
    assert unit.tables["two"]["key"] == ["b", "a"]
    assert unit.tables["loose"]["key"] == ["rowid"]
    assert [(row["rowid"], row["v"]) for row in unit.rows("loose")] == [(7, "seven"), (9, "nine")]
    assert unit.tables["taken"]["key"] == ["_rowid_"]
    assert unit.rows("we\"ird ' name")[0]['co"l; --'] == "v"
    assert unit.tables["no_rows"]["rows"] == 0
    assert unit.rows("sqlite_sequence")[0]["seq"] == "1"
    assert "view_one" not in unit.tables
    assert "words" not in unit.tables
    assert unit.rows("words_content")[0]["c0body"] == "find me"
    assert any("words is a virtual table" in problem for problem in unit.problems)


def write_and_stay(path, statements):
    """A process that writes and is killed, so that its WAL or journal stays behind."""
    code = (
        "import os, sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "for s in sys.argv[2:]: c.execute(s).fetchall()\n"
        "os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", code, path, *statements], check=False)


def frozen(folder):
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}


WAL = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA wal_autocheckpoint = 0",
    "CREATE TABLE t (v TEXT)",
    "INSERT INTO t VALUES ('in the wal')",
)


def test_rows_in_the_wal_are_read_and_the_evidence_is_left_alone(tmp_path):
    path = tmp_path / "evidence" / "shop.db"
    path.parent.mkdir()
    write_and_stay(path, WAL)
    before = frozen(path.parent)
    assert "shop.db-wal" in before
    unit = read(path, tmp_path / "unit")
    assert [row["v"] for row in unit.rows("t")] == ["in the wal"]
    assert frozen(path.parent) == before
    assert unit.left == ["main.t", "manifest.json"]
    assert "sha256-wal" in unit.manifest["facts"]


def test_the_wal_is_found_in_folders_and_archives_too(tmp_path):
    folder = tmp_path / "evidence"
    folder.mkdir()
    write_and_stay(folder / "shop.db", WAL)
    unit = read(folder, tmp_path / "one", of="shop.db")
    assert [row["v"] for row in unit.rows("t")] == ["in the wal"]
    unit = read(folder, tmp_path / "two", of="shop.db-wal")
    assert unit.manifest["kind"] == "sqlite-wal"
    packed = tmp_path / "packed.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in folder.iterdir():
            archive.write(path, f"data/{path.name}")
    unit = read(packed, tmp_path / "three", of="packed.zip/data/shop.db")
    assert [row["v"] for row in unit.rows("t")] == ["in the wal"]
    shutil.make_archive(str(tmp_path / "packed"), "gztar", folder)
    unit = read(tmp_path / "packed.tar.gz", tmp_path / "four", of="packed.tar.gz/./shop.db")
    assert [row["v"] for row in unit.rows("t")] == ["in the wal"]


def hot_journal(path):
    write_and_stay(
        path,
        [
            "CREATE TABLE t (v TEXT)",
            "INSERT INTO t VALUES ('committed')",
            "PRAGMA cache_size = 1",
            "PRAGMA cache_spill = 1",
            "BEGIN",
            "UPDATE t SET v = 'not committed'",
            """WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 5000)
            INSERT INTO t SELECT 'not committed' FROM n""",
        ],
    )
    assert path.with_name(path.name + "-journal").exists()


def test_a_transaction_under_way_is_rolled_back_as_sqlite_would(tmp_path):
    path = tmp_path / "shop.db"
    hot_journal(path)
    unit = read(path, tmp_path / "unit")
    assert [row["v"] for row in unit.rows("t")] == ["committed"]
    assert unit.problems == []


def test_a_journal_can_not_make_sqlite_delete_a_file(tmp_path):
    path, victim = tmp_path / "shop.db", tmp_path / "victim"
    hot_journal(path)
    victim.write_text("keep me")
    name = str(victim).encode()
    # As pager.c writes it: the lock byte's page, the name, its length, its checksum, the magic.
    tail = (0x40000000 // 4096 + 1).to_bytes(4, "big") + name + len(name).to_bytes(4, "big")
    tail += sum(name).to_bytes(4, "big") + b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"
    with path.with_name("shop.db-journal").open("ab") as journal:
        journal.write(tail)
    unit = read(path, tmp_path / "unit")
    assert victim.read_text() == "keep me"
    assert any("journal was not applied" in problem for problem in unit.problems)


def big(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA page_size = 1024")
        connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)")
        connection.executemany("INSERT INTO t VALUES (?, ?)", [(n, f"value {n}" * 5) for n in range(5000)])
        connection.commit()
    return path.read_bytes()


def test_a_damaged_database_gives_what_can_be_read(tmp_path):
    whole = big(tmp_path / "whole.db")
    path = tmp_path / "damaged.db"
    path.write_bytes(whole[: len(whole) // 2] + os.urandom(4096) + whole[len(whole) // 2 + 4096 :])
    unit = read(path, tmp_path / "unit")
    rows = unit.rows("t")
    assert 0 < len(rows) < 5000
    assert all(row["v"] == f"value {row['id']}" * 5 for row in rows[:1000])
    assert len(unit.problems) >= 1


@pytest.mark.parametrize("length", [16, 100, 1024, 1500, 30_000, 100_000])
def test_a_database_cut_off_costs_problems_only(tmp_path, length):
    path = tmp_path / "cut.db"
    path.write_bytes(big(tmp_path / "whole.db")[:length])
    unit = read(path, tmp_path / "unit")
    assert len(unit.problems) >= 1
    assert unit.left[-1] == "manifest.json"


def test_a_damaged_entry_of_the_schema_does_not_hide_the_other_tables(database, tmp_path):
    path, connection = database
    connection.executescript("""
        CREATE TABLE good (v TEXT); INSERT INTO good VALUES ('here');
        CREATE TABLE bad (v TEXT);
        PRAGMA writable_schema = ON;
        UPDATE sqlite_master SET sql = 'CREATE TABLE bad (' WHERE name = 'bad';
    """)
    connection.commit()
    unit = read(path, tmp_path / "unit")
    assert [row["v"] for row in unit.rows("good")] == ["here"]
    assert any("schema is damaged" in problem for problem in unit.problems)


def test_text_that_is_no_text(database, tmp_path):
    path, connection = database
    connection.executescript(
        "CREATE TABLE t (v TEXT); INSERT INTO t VALUES (CAST(x'636166e9' AS TEXT)), ('fine');"
    )
    connection.commit()
    unit = read(path, tmp_path / "unit")
    assert [row["v"] for row in unit.rows("t")] == ["caf\\xe9", "fine"]
    assert dict(unit.rows("t")[0]["_unread"]) == {"v": "caf\\xe9"}


def test_a_value_too_long_is_told_and_the_rows_behind_it_are_read(database, tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite, "VALUE_BYTES", 1 << 16)
    path, connection = database
    connection.executescript("""
        CREATE TABLE t (v TEXT); CREATE TABLE k (id INTEGER PRIMARY KEY, v BLOB);
        INSERT INTO t VALUES (hex(zeroblob(40000))), ('a'), (hex(zeroblob(50000))), ('b');
        INSERT INTO k VALUES (-5, 'first'), (1, zeroblob(100000)), (7, x'01');
    """)
    connection.commit()
    unit = read(path, tmp_path / "unit")
    assert [(row["v"], row["rowid"]) for row in unit.rows("t")] == [("a", 2), ("b", 4)]
    assert [row["id"] for row in unit.rows("k")] == [-5, 7]
    assert sum(unit.tables["t"]["set_aside"].values()) == 2
    assert sum("set aside" in problem for problem in unit.problems) == 3


def test_many_rows_come_in_order_and_in_batches(tmp_path):
    big(tmp_path / "whole.db")
    with closing(sqlite3.connect(tmp_path / "whole.db")) as connection:
        connection.execute("CREATE TABLE more AS SELECT a.id FROM t a, t b WHERE b.id < 5")
        connection.commit()
    unit = read(tmp_path / "whole.db", tmp_path / "unit")
    assert [row["_row"] for row in unit.rows("more")] == list(range(1, 25_001))


def test_the_shared_evidence_chinook(tmp_path):
    path = Path(__file__).parents[1] / "../shared/evidence/pgloader/sqlite/Chinook_Sqlite.sqlite"
    if not path.exists():
        pytest.skip("../shared/evidence is absent")
    unit = read(path, tmp_path / "unit")
    with closing(sqlite3.connect(f"file:{path.resolve()}?mode=ro&immutable=1", uri=True)) as connection:
        for name, table in unit.tables.items():
            assert table["rows"] == connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
        total = connection.execute("SELECT sum(CAST(round(Total * 100) AS INTEGER)) FROM Invoice").fetchone()[
            0
        ]
    assert sum(row["Total"] for row in unit.rows("Invoice")) * 100 == total
    assert unit.problems == []
