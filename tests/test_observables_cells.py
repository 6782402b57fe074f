"""Observables of rows: tied to the row of a dump, found in the cells of databases, each observation once."""

import gzip
import shutil
import signal
import sqlite3
import zlib

import pytest

from command import stocktake
from servers import mariadb_server
from stocktake import inventory
from stocktake.case import Case
from stocktake.commerce.tables import open_case
from test_databases import end

LONG = "lorem ipsum dolor " * 400  # longer than SQLite's and InnoDB's pages let stand in one piece
NOTE = b'{"buyer": "blob.buyer@example.com", "phone": "+44 20 7946 0958"}'

DUMP = b"""-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)
--
-- Host: localhost    Database: shop
-- ------------------------------------------------------
-- Server version\t8.0.36
CREATE TABLE `buyers` (
  `id` int NOT NULL,
  `mail` varchar(255) DEFAULT NULL,
  `note` blob,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
INSERT INTO `buyers` VALUES (17,'anna@example.com',NULL),(23,'"bob"@x',0x%s);
-- see sales@example.com
-- Dump completed on 2024-07-01 12:00:00
""" % gzip.compress(NOTE, mtime=0).hex().upper().encode()


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    """A processed case: KC/1 a dump, KC/2 an SQLite file, KC/3 a data directory of MariaDB."""
    folder = tmp_path_factory.mktemp("cells")
    (folder / "shop.sql").write_bytes(DUMP)
    database = sqlite3.connect(folder / "bot.db")
    database.execute("PRAGMA secure_delete = OFF")
    database.execute("CREATE TABLE chats (id INTEGER PRIMARY KEY, who TEXT, note BLOB)")
    database.execute("INSERT INTO chats VALUES (5, ?, ?)", (LONG + "carl@example.com", zlib.compress(NOTE)))
    database.execute("INSERT INTO chats VALUES (6, 'gone@example.com', NULL)")
    database.commit()
    database.execute("DELETE FROM chats WHERE id = 6")  # its bytes stay in the page
    database.commit()
    database.close()
    with mariadb_server() as server:
        server.fresh("shop")
        server.sql(
            "CREATE TABLE meta (id INT PRIMARY KEY, meta_key VARCHAR(50), meta_value LONGTEXT)", "shop"
        )
        digest = "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b"
        server.sql(
            f"INSERT INTO meta VALUES (1,'mail','{LONG} dora@example.com'),(2,'_txid','{digest}')", "shop"
        )
        end(server.pid, signal.SIGTERM)
        shutil.copytree(server.folder / "data", folder / "data")
    path = folder / "op.case"
    stocktake("new", path, "--ref", "R/1", "--name", "Test", home=folder)
    for reference, name in (("KC/1", "shop.sql"), ("KC/2", "bot.db"), ("KC/3", "data")):
        stocktake("add", path, folder / name, "--ref", reference, home=folder)
    stocktake("process", path, home=folder)
    return path


def told(case, exhibit, kind="email"):
    with open_case(Case.open(case)) as connection:
        return connection.execute(
            "SELECT value, row_source_id, source_id, unwrapped, item_id FROM observables "
            f"WHERE exhibit = '{exhibit}' AND kind = '{kind}' AND value NOT LIKE '%mariadb%' ORDER BY value"
        ).fetchall()


def test_a_hit_in_a_dump_is_tied_to_its_row(case):
    found = {value: (row, way) for value, row, _, way, _ in told(case, "KC/1")}
    row = "source:KC/1/buyers/17"
    assert found["anna@example.com"] == (row, None)
    assert found["blob.buyer@example.com"][0] == "source:KC/1/buyers/23"
    assert found["blob.buyer@example.com"][1].startswith("hex,gzip@0+")
    assert found["sales@example.com"] == (None, None)  # in no row
    ((phone, phone_row, *_),) = told(case, "KC/1", "phone")
    assert (phone, phone_row) == ("+44 20 7946 0958", "source:KC/1/buyers/23")


def test_ids_are_unique_and_every_source_is_there(case):
    with open_case(Case.open(case)) as connection:
        for table, column in (("observables", "observable_id"), ("sources", "source_id")):
            count = f"SELECT count(*), count(DISTINCT {column}) FROM {table}"
            every, different = connection.execute(count).fetchone()
            assert every == different > 0
        missing = "SELECT count(*) FROM observables ANTI JOIN sources USING (source_id)"
        assert connection.execute(missing).fetchone() == (0,)


def test_cells_of_sqlite_count_once_and_what_is_left_of_deleted_rows_too(case):
    found = {value: rest for value, *rest in told(case, "KC/2")}
    assert set(found) == {"blob.buyer@example.com", "carl@example.com", "gone@example.com"}
    row = "source:KC/2/chats/5"
    assert found["carl@example.com"] == [row, row, None, "item:KC/2/bot.db"]
    assert found["blob.buyer@example.com"][:2] == [row, row]
    assert found["blob.buyer@example.com"][2] == "zlib,@11+22"
    assert found["gone@example.com"][0] is None
    assert found["gone@example.com"][1].startswith("source:KC/2/bot.db@")


def test_cells_of_a_data_directory(case):
    assert [row for row in told(case, "KC/3") if row[0] == "dora@example.com"] == [
        ("dora@example.com", "source:KC/3/meta/1", "source:KC/3/meta/1", None, None)
    ]
    ((_, row, *_),) = told(case, "KC/3", "txid")  # what it is, the key beside it tells
    assert row == "source:KC/3/meta/2"


def test_why_follows_an_observable_to_its_row(case):
    with open_case(Case.open(case)) as connection:
        query = "SELECT observable_id FROM observables WHERE value = 'dora@example.com'"
        (observable_id,) = connection.execute(query).fetchone()
    done = stocktake("why", case, observable_id, home=case.parent)
    assert done.code == 0
    assert "meta" in done.out


def test_looking_in_processes_of_their_own_changes_nothing(tmp_path, monkeypatch):
    (tmp_path / "shop.sql").write_bytes(DUMP)
    parts = []
    for worth in (inventory._WORTH_PROCESSES, 0):
        monkeypatch.setattr(inventory, "_WORTH_PROCESSES", worth)
        path = tmp_path / f"{worth}.case"
        stocktake("new", path, "--ref", "R/1", "--name", "Test", home=tmp_path)
        stocktake("add", path, tmp_path / "shop.sql", "--ref", "KC/1", home=tmp_path)
        assert stocktake("process", path, "--jobs", "2", home=tmp_path).code == 0
        tables = sorted((path / "tables").rglob("*.parquet"))
        parts.append({part.relative_to(path): part.read_bytes() for part in tables})
    assert parts[0] == parts[1]
