"""Data directories and clusters: made by real servers, ended in order or killed, whole and damaged."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pymysql
import pytest

from command import stocktake
from servers import MariaDB, mariadb_server, postgresql_server
from shop_case import WooCommerce
from stocktake.artefacts import Group, databases
from stocktake.artefacts.databases import programs
from stocktake.artefacts.databases.confinement import Confinement
from stocktake.case import Case
from stocktake.commerce.model import TABLES
from stocktake.commerce.tables import open_case
from stocktake.evidence import EvidenceProblem, items
from stocktake.findings.why import why
from stocktake.records.raw import UnitWriter

pytestmark = pytest.mark.xdist_group("databases")

PAGE = 16384
ROWS = 6000


@dataclass
class Read:
    """A finished unit of a group: its manifest, and its rows by database and table."""

    manifest: dict[str, Any]
    folder: Path

    @property
    def facts(self) -> dict[str, Any]:
        return self.manifest["facts"]

    @property
    def told(self) -> list[str]:
        return [f"{told['severity']}: {told['message']}" for told in self.manifest["problems"]]

    def told_of(self, word: str) -> list[str]:
        return [line for line in self.told if word in line]

    def rows(self, database: str, name: str) -> list[dict[str, Any]]:
        for table in self.manifest["tables"]:
            if (table["database"], table["name"]) == (database, name):
                found = []
                for part in table["parts"]:
                    found += pq.ParquetFile(self.folder / part["file"]).read().to_pylist()
                assert [row["_row"] for row in found] == list(range(1, table["rows"] + 1))
                return found
        raise KeyError(name)

    def values(self, database: str, name: str) -> list[tuple[Any, ...]]:
        place = ("_offset", "_length", "_row", "_unread")
        return [
            tuple(value for column, value in row.items() if column not in place)
            for row in self.rows(database, name)
        ]


def hashes(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def servers_here() -> set[int]:
    """Database servers that this process began, but for the fixtures' (they are begun otherwise)."""
    found = set()
    for entry in os.scandir("/proc"):
        with suppress(OSError, ValueError):
            name, parent = Path(f"/proc/{entry.name}/stat").read_text().rsplit(")", 1)
            if (
                name.split("(", 1)[1] in ("mariadbd", "postgres", "mysqld")
                and int(parent.split()[1]) == os.getpid()
            ):
                found.add(int(entry.name))
    return found


def groups_of(exhibit: Path) -> list[Group]:
    problems: list[EvidenceProblem] = []
    return list(databases.groups(list(items("KC/1", exhibit, problems.append))))


def read(exhibit: Path, tmp_path: Path) -> Read:
    """Read the one group of an exhibit; its bytes stay what they are, and no server is left."""
    before, running = hashes(exhibit), servers_here()
    (group,) = groups_of(exhibit)
    unit_folder = tmp_path / "unit"
    with UnitWriter(unit_folder) as unit:
        scratch = unit_folder / "scratch"
        scratch.mkdir()
        databases.read_group(group, unit, scratch)
        shutil.rmtree(scratch)
        unit.finish(path=group.path)
    assert hashes(exhibit) == before
    assert servers_here() == running
    return Read(json.loads((unit_folder / "manifest.json").read_text()), unit_folder)


def end(pid: int, how: signal.Signals) -> None:
    """Send a signal to a server and wait until it is gone, or a zombie."""
    os.kill(pid, how)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return
        except OSError:
            return
        time.sleep(0.05)
    raise AssertionError("the server did not end")


def overwrite(path: Path, offset: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(data)


def index_pages(path: Path) -> list[int]:
    """Numbers of the pages of an InnoDB file that hold rows (page type 17855)."""
    data = path.read_bytes()
    return [at // PAGE for at in range(0, len(data), PAGE) if data[at + 24 : at + 26] == b"\x45\xbf"]


# MariaDB


COLUMNS = """
    id INT PRIMARY KEY AUTO_INCREMENT, word VARCHAR(300), price DECIMAL(12,4), seen DATETIME(6),
    stamped TIMESTAMP NULL, kind ENUM('a','b\\'c'), data BLOB, ratio DOUBLE, note LONGTEXT, big BIGINT UNSIGNED
"""


def fill(server: MariaDB) -> None:
    server.fresh("shop", "DEFAULT CHARSET utf8mb4")
    server.fresh("söme-thing", "DEFAULT CHARSET utf8mb4")
    for engine in ("InnoDB", "MyISAM", "Aria"):
        server.sql(f"CREATE TABLE in_{engine.lower()} ({COLUMNS}) ENGINE={engine}", "shop")
        server.sql(
            f"INSERT INTO in_{engine.lower()} SELECT seq, concat('Wört 🍵 ', repeat(seq, 20)), seq / 7,"
            " '2024-02-29 23:59:59.123456' + INTERVAL seq MINUTE, '2024-03-31 00:30:00' + INTERVAL seq SECOND,"
            " IF(seq % 2, 'a', 'b\\'c'), UNHEX(SHA2(seq, 512)), seq / 3, NULLIF(concat('line\\n', seq), 'line\\n5'),"
            f" 18446744073709551615 - seq FROM seq_1_to_{ROWS}",
            "shop",
        )
    server.sql("CREATE TABLE `odd name-é` (id INT PRIMARY KEY, v TEXT) ENGINE=InnoDB", "söme-thing")
    server.sql("INSERT INTO `odd name-é` VALUES (1, 'one'), (2, NULL)", "söme-thing")
    server.sql(
        "CREATE TABLE parted (id INT PRIMARY KEY, v INT) ENGINE=InnoDB PARTITION BY HASH (id) PARTITIONS 2",
        "shop",
    )
    server.sql("INSERT INTO parted VALUES (1, 10), (2, 20), (3, 30)", "shop")
    server.sql("CREATE VIEW looks AS SELECT SLEEP(1000)", "shop")
    server.sql("CREATE USER 'till'@'10.8.0.3' IDENTIFIED BY 'secret'")


TABLES_HERE = [
    ("shop", "in_innodb"), ("shop", "in_myisam"), ("shop", "in_aria"), ("shop", "parted"),
    ("söme-thing", "odd name-é"),
]  # fmt: skip


def said_by(server: MariaDB) -> dict[tuple[str, str], list[tuple[Any, ...]]]:
    order = {"parted": "ORDER BY id % 2, id"}
    return {
        (database, name): server.sql(f"SELECT * FROM `{name}` {order.get(name, '')}", database)
        for database, name in TABLES_HERE
    }


@dataclass(frozen=True)
class Directories:
    """Data directories of one server, and what it said of its tables before it ended.

    ``acknowledged`` is how many inserts the killed server had acknowledged.
    """

    clean: Path
    crashed: Path
    said: dict[tuple[str, str], list[tuple[Any, ...]]]
    acknowledged: int


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Directories:
    home = tmp_path_factory.mktemp("mariadb")
    with mariadb_server() as server:
        fill(server)
        said = said_by(server)
        end(server.pid, signal.SIGTERM)
        shutil.copytree(server.folder / "data", home / "clean")
    with mariadb_server(
        "--innodb-flush-log-at-trx-commit=1", "--log-bin", "--innodb-log-file-size=8M"
    ) as server:
        fill(server)
        server.sql(
            "CREATE TABLE till (id INT PRIMARY KEY AUTO_INCREMENT, v VARCHAR(200)) ENGINE=InnoDB", "shop"
        )
        written_out(server)
        acknowledged = write_until_killed(server)
        shutil.copytree(server.folder / "data", home / "crashed")
    return Directories(home / "clean", home / "crashed", said, acknowledged)


def written_out(server: MariaDB) -> None:
    """Wait until all changes so far are in the tables' own files."""
    server.sql("SET GLOBAL innodb_max_dirty_pages_pct_lwm = 0, innodb_max_dirty_pages_pct = 0")
    until = time.monotonic() + 60
    while server.sql("SHOW GLOBAL STATUS LIKE 'Innodb_buffer_pool_pages_dirty'")[0][1] != "0":
        assert time.monotonic() < until
        time.sleep(0.1)
    server.sql("SET GLOBAL innodb_max_dirty_pages_pct = 90")


def write_until_killed(server: MariaDB) -> int:
    """Insert row by row, with one long transaction open beside, and kill the server in the middle of it."""
    done = 0

    def write() -> None:
        nonlocal done
        with suppress(pymysql.err.Error), server.connect("shop") as connection, connection.cursor() as cursor:
            while True:
                cursor.execute("INSERT INTO till (v) VALUES (repeat('x', 150))")
                done += 1

    with suppress(pymysql.err.Error), server.connect("shop", autocommit=False) as open_connection:
        open_connection.cursor().execute("UPDATE in_innodb SET word = 'never committed' WHERE id <= 500")
        writing = threading.Thread(target=write)
        writing.start()
        time.sleep(1.0)
        end(server.pid, signal.SIGKILL)
        writing.join(20)
    return done


@pytest.fixture
def clean(made, tmp_path) -> Path:
    """A copy that a test may damage."""
    return Path(shutil.copytree(made.clean, tmp_path / "exhibit" / "var" / "lib" / "mysql"))


@pytest.fixture
def crashed(made, tmp_path) -> Path:
    return Path(shutil.copytree(made.crashed, tmp_path / "exhibit" / "var" / "lib" / "mysql"))


@pytest.fixture(scope="module")
def found(made, tmp_path_factory) -> Read:
    """The directory of the server that ended in order, as it was read."""
    home = tmp_path_factory.mktemp("found")
    shutil.copytree(made.clean, home / "exhibit" / "var" / "lib" / "mysql")
    return read(home / "exhibit", home)


def test_every_value_is_what_the_server_said(made, found):
    assert found.told == []
    for table, said in made.said.items():
        assert found.values(*table) == said
    assert {(t["database"], t["name"]) for t in found.manifest["tables"]} == {
        *made.said,
        ("mysql", "server_accounts"),
    }
    assert found.facts["software_found"] == "MariaDB"
    assert found.facts["server"].startswith("MariaDB ")
    assert found.facts["version_found"].startswith(found.facts["server"].removeprefix("MariaDB "))
    assert (found.facts["recovery"], found.facts["zone"]) == ("read only", "UTC")
    assert all(row["_offset"] is row["_length"] is None for row in found.rows("shop", "in_aria"))


def test_each_table_names_the_files_it_lay_in(made, found):
    there = {f"var/lib/mysql/{path}": of for path, of in hashes(made.clean).items()}
    places = found.facts["table_files"]
    assert set(places) == {f"{database}.{name}" for database, name in TABLES_HERE}
    for files in places.values():
        for file in files:
            assert there[file["path"]] == file["sha256"]
    assert [file["path"] for file in places["shop.in_aria"]] == ["var/lib/mysql/shop/in_aria.MAD"]
    assert len(places["shop.parted"]) == 2
    (odd,) = places["söme-thing.odd name-é"]
    assert odd["path"].startswith("var/lib/mysql/s@1ime@002dthing/odd@0020name@002d@0")
    assert found.facts["items"]["var/lib/mysql/ibdata1"]["sha256"] == there["var/lib/mysql/ibdata1"]


def test_accounts_come_without_their_passwords(found):
    assert ("till", "10.8.0.3", "mysql_native_password") in found.values("mysql", "server_accounts")
    assert "secret" not in json.dumps(found.manifest)


def test_a_killed_server_keeps_what_was_committed_and_nothing_else(made, crashed, tmp_path):
    found = read(tmp_path / "exhibit", tmp_path)
    assert found.facts["recovery"] == "innodb_force_recovery=0"
    assert len(found.told_of("info: the server was not shut down in order")) == 1
    assert not [line for line in found.told if line.startswith("error")]
    till = found.values("shop", "till")
    assert made.acknowledged > 50
    # One insert may have been committed whose acknowledgement never arrived.
    assert len(till) in (made.acknowledged, made.acknowledged + 1)
    assert {row[1] for row in till} == {"x" * 150}
    for table, said in made.said.items():
        if table[1] in ("in_innodb", "odd name-é", "parted"):
            assert found.values(*table) == said
        else:  # these engines promise nothing for a kill; the server had written them before
            assert len(found.values(*table)) == ROWS


@pytest.mark.parametrize("damage", ["cut", "garbage", "gone"])
def test_a_torn_redo_log_costs_the_last_moments_only(made, crashed, tmp_path, damage):
    log = crashed / "ib_logfile0"
    if damage == "cut":
        os.truncate(log, 300_000)
    elif damage == "garbage":
        overwrite(log, 4096, os.urandom(200_000))
        overwrite(log, 12288, os.urandom(1 << 20))
    else:
        log.unlink()
    found = read(tmp_path / "exhibit", tmp_path)
    assert found.facts["recovery"] == "innodb_force_recovery=6"
    (told,) = found.told_of("could be opened at innodb_force_recovery=6 only")
    assert told.startswith("warning")
    assert "the redo log is not applied" in told
    # What the server had written to the tables' own files before is there.
    assert len(found.values("shop", "in_myisam")) == ROWS
    for table in (("shop", "parted"), ("söme-thing", "odd name-é")):
        assert found.values(*table) == made.said[table]
    keep = [row for row in made.said["shop", "in_innodb"] if row[0] > 500]
    assert [row for row in found.values("shop", "in_innodb") if row[0] > 500] == keep


def test_damaged_tables_cost_their_lost_rows_and_one_problem_each(made, clean, tmp_path):
    home = clean / "shop"
    leaf = index_pages(home / "in_innodb.ibd")
    overwrite(home / "in_innodb.ibd", leaf[len(leaf) // 2] * PAGE + 500, b"\xaa" * 4000)
    for name, suffix in (("in_myisam", "MYD"), ("in_aria", "MAD")):
        middle = (home / f"{name}.{suffix}").stat().st_size // 2
        overwrite(home / f"{name}.{suffix}", middle, b"\xaa" * 9000)
    (home / "parted#P#p0.ibd").write_bytes(b"")
    (home / "left_over.ibd").write_bytes(bytes(PAGE))
    found = read(tmp_path / "exhibit", tmp_path)
    lost = {}
    for name in ("in_innodb", "in_myisam", "in_aria"):
        rows, said = found.values("shop", name), made.said["shop", name]
        intact = set(said)
        assert len(set(rows)) == len(rows)
        # InnoDB and Aria check each page; MyISAM's rows bear no checksum, so one at the edge may be off.
        assert sum(row not in intact for row in rows) <= (2 if name == "in_myisam" else 0)
        lost[name] = ROWS - len(rows)
        (told,) = found.told_of(f"the table shop.{name} is damaged")
        assert f" {len(rows)} rows" in told
    assert 0 < lost["in_innodb"] < 100
    assert 0 < lost["in_myisam"] < 100
    assert 0 < lost["in_aria"] < 100
    assert "lie behind the damage; keys between" in found.told_of("error: the table shop.in_innodb")[0]
    assert "repaired on the copy" in found.told_of("warning: the table shop.in_aria")[0]
    assert found.facts["recovery"] == "read only"
    assert len(found.told_of("shop.parted is damaged")) == 1
    assert "left_over.ibd" in found.told_of("files hold tables that the server does not know")[0]
    assert found.values("söme-thing", "odd name-é") == made.said["söme-thing", "odd name-é"]


def test_a_table_cut_short_is_read_up_to_there(made, clean, tmp_path):
    leaf = index_pages(clean / "shop" / "in_innodb.ibd")
    os.truncate(clean / "shop" / "in_innodb.ibd", leaf[len(leaf) // 2] * PAGE)
    for name in ("in_myisam.MYD", "in_aria.MAD"):
        os.truncate(clean / "shop" / name, (clean / "shop" / name).stat().st_size // 2 // PAGE * PAGE)
    found = read(tmp_path / "exhibit", tmp_path)
    for name in ("in_innodb", "in_myisam", "in_aria"):
        rows = found.values("shop", name)
        assert rows == made.said["shop", name][: len(rows)]
        assert len(found.told_of(f"the table shop.{name} is damaged")) == 1
    assert ROWS // 4 < len(found.values("shop", "in_myisam")) < ROWS
    assert found.values("shop", "parted") == made.said["shop", "parted"]


def crc32c(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def forge(path: Path, number: int, change) -> None:
    """Change an InnoDB page so that its checksum holds (full_crc32: CRC-32C of all before its last four bytes)."""
    page = bytearray(path.read_bytes()[number * PAGE : (number + 1) * PAGE])
    assert page[-4:] == crc32c(page[:-4]).to_bytes(4, "big")
    change(page)
    page[-4:] = crc32c(page[:-4]).to_bytes(4, "big")
    overwrite(path, number * PAGE, bytes(page))


def short(page: bytearray, at: int) -> int:
    return int.from_bytes(page[at : at + 2], "big", signed=True)


def rows_in_a_circle(page: bytearray) -> None:
    # A record's next one stands in the two bytes before it, as a distance; the first one's is at byte 97.
    first = 99 + short(page, 97)
    second = first + short(page, first - 2)
    page[second - 2 : second] = (first - second).to_bytes(2, "big", signed=True)


def links_to_nowhere(page: bytearray) -> None:
    page[97:99] = b"\x7f\x7f"


def noise(page: bytearray) -> None:
    page[120:16000] = hashlib.shake_128(b"noise").digest(15880)


@pytest.mark.parametrize("change", [rows_in_a_circle, links_to_nowhere, noise])
def test_forged_pages_cost_one_table(made, clean, tmp_path, monkeypatch, change):
    """What passes every checksum can crash the server, or make it give rows without end."""
    if (
        change is rows_in_a_circle
    ):  # the only one that makes a walk wait; the others may need time on a busy machine
        monkeypatch.setattr("stocktake.artefacts.databases.mysql.WALK_SECONDS", 10.0)
    path = clean / "shop" / "in_innodb.ibd"
    pages = index_pages(path)
    forge(path, pages[len(pages) // 2], change)
    found = read(tmp_path / "exhibit", tmp_path)
    assert len(found.told) == 1, found.told
    (told,) = found.told
    assert told.startswith("error: the table shop.in_innodb is damaged")
    if change is rows_in_a_circle:
        assert "leads back to rows that were read before" in told
    else:
        assert "the server crashes when it reads the table, signal" in told or "is corrupt" in told
        assert len(found.values("shop", "in_innodb")) > 0.9 * ROWS
    rows = found.values("shop", "in_innodb")
    assert 1000 < len(rows) < ROWS
    assert set(rows) < set(made.said["shop", "in_innodb"])
    assert len(set(rows)) == len(rows)
    for table, said in made.said.items():
        if table != ("shop", "in_innodb"):
            assert found.values(*table) == said


def test_a_torn_aria_log_is_left_out(made, clean, tmp_path):
    overwrite(clean / "aria_log_control", 0, os.urandom(52))
    found = read(tmp_path / "exhibit", tmp_path)
    assert found.values("shop", "in_aria") == made.said["shop", "in_aria"]
    assert found.values("shop", "in_innodb") == made.said["shop", "in_innodb"]
    assert len(found.told_of("Aria's log could not be applied")) == 1


def test_garbage_by_the_name_of_a_data_directory_is_one_problem(tmp_path):
    exhibit = tmp_path / "exhibit"
    (exhibit / "shop").mkdir(parents=True)
    (exhibit / "ibdata1").write_bytes(os.urandom(1 << 20))
    (exhibit / "ib_logfile0").write_bytes(os.urandom(100_000))
    (exhibit / "shop" / "orders.ibd").write_bytes(os.urandom(PAGE * 4))
    (exhibit / "shop" / "orders.frm").write_bytes(os.urandom(2000))
    found = read(exhibit, tmp_path)
    (told,) = found.told
    assert told.startswith("error: MariaDB")
    assert "can't open this data directory" in told
    assert found.manifest["tables"] == []


def test_names_and_links_can_not_lead_out_of_the_copy(made, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.ibd").write_bytes(b"not evidence")
    exhibit = tmp_path / "exhibit"
    shutil.copytree(made.clean, exhibit / "data")
    (exhibit / "data" / "linked").symlink_to(outside)
    (exhibit / "data" / "shop" / "linked.ibd").symlink_to(outside / "secret.ibd")
    # InnoDB takes the path of a table's file from such a note, MyISAM from such a list.
    (exhibit / "data" / "shop" / "in_innodb.isl").write_text(str(outside / "secret.ibd"))
    (exhibit / "data" / "shop" / "merged.MRG").write_text(str(outside / "secret") + "\n")
    (exhibit / "data" / "my.cnf").write_text("[mysqld]\ninit-file=/etc/hostname\n")
    hostile = exhibit / "data" / "shop" / "a'; touch x;.ibd"
    hostile.write_bytes(bytes(PAGE))
    with zipfile.ZipFile(exhibit / "more.zip", "w") as archive:
        archive.writestr("up/ibdata1", os.urandom(PAGE))
        archive.writestr("up/../../../outside/evil.ibd", "x")
        archive.writestr("/up/shop/absolute.ibd", "x")
        archive.writestr("up/shop/..%2f..%2fescape.ibd", "x")
    before = hashes(tmp_path)
    for number, group in enumerate(groups_of(exhibit)):
        assert not any(
            "linked" in item.path or ".isl" in item.path or ".MRG" in item.path for item in group.items
        )
        unit_folder = tmp_path / f"unit{number}"
        with UnitWriter(unit_folder) as unit:
            scratch = unit_folder / "scratch"
            scratch.mkdir()
            databases.read_group(group, unit, scratch)
            shutil.rmtree(scratch)
            unit.finish(path=group.path)
    assert number == 1
    assert {path: of for path, of in hashes(tmp_path).items() if not path.startswith("unit")} == before


def no_server(monkeypatch) -> None:
    monkeypatch.setattr(programs, "MYSQL_FOLDERS", ())
    monkeypatch.setattr(programs, "POSTGRESQL_FOLDERS", ())
    monkeypatch.setenv("PATH", "")


def test_without_a_server_it_says_what_to_install(clean, tmp_path, monkeypatch):
    no_server(monkeypatch)
    found = read(tmp_path / "exhibit", tmp_path)
    (told,) = found.told
    assert told.startswith("error: this is a data directory of MariaDB 10.")
    assert told.endswith("run apt-get install mariadb-server and process the case again")


def mysql_8(folder: Path) -> Path:
    """The files by which a data directory of MySQL 8.0.36 is known, as their heads are laid out."""
    (folder / "shop").mkdir(parents=True)
    (folder / "#innodb_redo").mkdir()
    page = bytearray(PAGE)
    page[8:12] = (80036).to_bytes(4, "big")
    for name in ("mysql.ibd", "ibdata1", "undo_001", "shop/wp_posts.ibd", "#innodb_redo/#ib_redo10"):
        (folder / name).write_bytes(page)
    (folder / "auto.cnf").write_text("[auto]\nserver-uuid=00000000-0000-0000-0000-000000000000\n")
    return folder


def test_a_directory_of_mysql_8_needs_a_server_of_its_own(tmp_path):
    mysql_8(tmp_path / "exhibit")
    found = read(tmp_path / "exhibit", tmp_path)
    (told,) = found.told
    assert told.startswith(
        "error: this is a data directory of MySQL 8.0.36, which only a MySQL server opens:"
    )
    assert "STOCKTAKE_MYSQLD" in told
    assert len(groups_of(tmp_path / "exhibit")[0].items) == 6


def test_the_server_that_fits_is_chosen(tmp_path, monkeypatch):
    for name, version in (("mysqld", "8.0.40 for Linux on x86_64 (MySQL Community Server - GPL)"),):
        for program in (name, "mysqldump", "mysql"):
            path = tmp_path / "bin" / program
            path.parent.mkdir(exist_ok=True)
            path.write_text(f"#!/bin/sh\necho '{program}  Ver {version}'\n")
            path.chmod(0o755)
    monkeypatch.setenv("STOCKTAKE_MYSQLD", str(tmp_path / "bin" / "mysqld"))
    there = programs.mysql_servers()
    assert {server.software for server in there} == {"MySQL", "MariaDB"}
    written = programs.Written

    def fits(software: str, version: str) -> str:
        server = programs.fitting(there, written(software, version, PAGE, ()))
        return server.software if server else "none"

    assert fits("MySQL", "8.0.36") == "MySQL"
    assert fits("MySQL", "5.7.44") == "MySQL"
    assert fits("MariaDB", "10.6.1") == "MariaDB"
    assert fits("", "") == "MariaDB"


def test_a_dump_beside_the_tables_keeps_its_own_reader(clean, tmp_path):
    (clean / "backup.sql").write_text("CREATE TABLE t (a INT);\n")
    (clean / "server.err").write_text("x")
    (group,) = groups_of(tmp_path / "exhibit")
    assert group.path == "var/lib/mysql"
    assert not any(item.path.endswith((".sql", ".err")) for item in group.items)
    (at_root,) = groups_of(clean)
    assert at_root.path == "."


# The whole way


def test_a_shop_reads_the_same_from_its_directory_as_from_its_dump(tmp_path):
    with mariadb_server() as server:
        shop = WooCommerce.fresh(server, "woo")
        shop.user(7, "bob")
        for number in range(100, 130):
            shop.order(number, "wc-completed", "12.50", _payment_method="stripe", _order_currency="GBP")
            shop.line(number, "Assam, loose", "2", "12.50")
        dump = tmp_path / "shop.sql"
        dump.write_bytes(shop.dump())
        exhibit = tmp_path / "server"
        end(server.pid, signal.SIGTERM)
        shutil.copytree(server.folder / "data", exhibit / "var" / "lib" / "mysql")
    rows = {}
    for name, source in (("dump", dump), ("directory", exhibit)):
        case = tmp_path / f"{name}.case"
        new = ("new", case, "--ref", "R/1", "--name", "Test")
        for arguments in (new, ("add", case, source, "--ref", "KC/1"), ("process", case)):
            ran = stocktake(*arguments, home=tmp_path)
            assert ran.code == 0, ran.err
        with open_case(Case.open(case)) as connection:
            rows[name] = {
                table: connection.execute(f"SELECT * FROM {table} ORDER BY ALL").fetchall()
                for table in TABLES
                if table not in ("sources", "items", "problems", "observables", "completeness", "timeline")
            }
    assert len(rows["dump"]["orders"]) == 30
    assert rows["directory"] == rows["dump"]
    case = Case.open(tmp_path / "directory.case")
    with open_case(case) as connection:
        assert not connection.execute(
            "SELECT * FROM completeness c WHERE NOT EXISTS (FROM sources s WHERE s.source_id = c.source_id)"
        ).fetchall()
        assert connection.execute("SELECT count(*) = count(DISTINCT source_id) FROM sources").fetchone() == (
            True,
        )
        order, path = connection.execute(
            "SELECT o.order_id, s.path FROM orders o JOIN sources s USING (source_id) LIMIT 1"
        ).fetchone()
    assert path == "var/lib/mysql"
    (source,) = why(case, order).sources
    assert source.offset is None
    table = exhibit / "var" / "lib" / "mysql" / "woo" / "wp_posts.MAD"
    assert (
        f"var/lib/mysql/woo/wp_posts.MAD (sha256 {hashlib.sha256(table.read_bytes()).hexdigest()})"
        in source.note
    )


def test_a_server_installed_later_is_used(clean, tmp_path, monkeypatch):
    case = tmp_path / "c.case"
    for arguments in (
        ("new", case, "--ref", "R/1", "--name", "Test"),
        ("add", case, tmp_path / "exhibit", "--ref", "KC/1"),
    ):
        assert stocktake(*arguments, home=tmp_path).code == 0
    hidden = (
        "import sys; from stocktake.artefacts.databases import programs; programs.MYSQL_FOLDERS = ();"
        "import os; os.environ['PATH'] = ''; from stocktake.__main__ import main; main()"
    )
    subprocess.run([sys.executable, "-c", hidden, "process", str(case)], capture_output=True, check=False)
    with open_case(Case.open(case)) as connection:
        (told,) = connection.execute("SELECT message FROM problems WHERE severity = 'error'").fetchall()
    assert "apt-get install mariadb-server" in told[0]
    assert stocktake("process", case, home=tmp_path).code == 0
    with open_case(Case.open(case)) as connection:
        assert connection.execute("SELECT count(*) FROM problems WHERE severity = 'error'").fetchone() == (0,)


# What a server may do


def test_what_runs_on_the_copy_reaches_nothing_else(tmp_path):
    (tmp_path / "beside").write_text("the examiner's own")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    script = f"""
import os, socket, json
out = {{"uid": os.getuid()}}
for path in ("{tmp_path}/beside", "/etc/shadow", "/root", "/home", "/etc/hostname"):
    try:
        (os.listdir if path in ("/root", "/home") else open)(path); out[path] = "open"
    except OSError as error:
        out[path] = "refused"
for what in ("w.txt",):
    open(what, "w").write("x"); out[what] = "written"
try:
    socket.create_connection(("127.0.0.1", 22), 2); out["net"] = "open"
except OSError as error:
    out["net"] = type(error).__name__
try:
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 53)); out["udp"] = "sent"
except OSError:
    out["udp"] = "refused"
print(json.dumps(out))
"""
    with Confinement(scratch) as confinement:
        confinement.make("data")
        done = confinement.text(["/usr/bin/python3", "-c", script], inside="data")
        assert done.code == 0, done.errors
        found = json.loads(done.output)
        assert found.pop("uid") != 0
        assert found.pop("w.txt") == "written"
        assert set(found.values()) <= {"refused", "OSError", "ConnectionRefusedError", "PermissionError"}, (
            found
        )
        # One that puts itself apart, in a session of its own, ends with the others.
        with (tmp_path / "errors").open("wb") as errors:
            command = ["/bin/sh", "-c", "setsid sleep 1000 & exec sleep 1000"]
            confinement.run(command, inside="data", output=subprocess.DEVNULL, errors=errors)
        time.sleep(0.3)
    assert not any(
        b"sleep\x001000" in Path(f"/proc/{entry.name}/cmdline").read_bytes()
        for entry in os.scandir("/proc")
        if entry.name.isdecimal() and _is_in(entry.name, scratch / "data")
    )


def _is_in(pid: str, folder: Path) -> bool:
    try:
        return Path(f"/proc/{pid}/cwd").samefile(folder)
    except OSError:
        return False


def test_a_server_ends_with_a_killed_stocktake(tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    script = f"""
import sys, time
from pathlib import Path
from stocktake.artefacts.databases.confinement import Confinement
confinement = Confinement(Path("{scratch}"))
confinement.make("data")
process = confinement.run(["/bin/sleep", "1000"], inside="data", output=open("/dev/null", "wb"), errors=sys.stderr.buffer)
time.sleep(0.5)
print(process.pid, flush=True)
time.sleep(1000)
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as parent:
        pid = int(parent.stdout.readline())
        assert Path(f"/proc/{pid}/comm").read_text() == "sleep\n"
        parent.kill()
    until = time.monotonic() + 5
    while Path(f"/proc/{pid}").exists() and time.monotonic() < until:
        if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
            break
        time.sleep(0.05)
    else:
        assert not Path(f"/proc/{pid}").exists()


# PostgreSQL


@dataclass(frozen=True)
class Clusters:
    clean: Path
    crashed: Path
    said: dict[str, list[str]]


PG_TABLE = """
CREATE TABLE orders (id int PRIMARY KEY, name text, price numeric(12,4), at timestamptz, data bytea, tags text[]);
INSERT INTO orders SELECT i, 'Wört 🍵 ' || repeat(i::text, 20) || E'\\t\\\\', i / 7.0,
  '2024-03-31 00:30+00'::timestamptz + i * interval '1 minute', decode(md5(i::text), 'hex'), ARRAY['a', NULL, i::text]
  FROM generate_series(1, 6000) i;
CREATE TABLE "Odd ""Name" (id int, v json);
INSERT INTO "Odd ""Name" VALUES (1, '{"a": 1}'), (2, NULL);
CREATE SCHEMA apart; CREATE TABLE apart.orders AS SELECT id, name FROM orders WHERE id <= 10;
CREATE ROLE till LOGIN PASSWORD 'secret';
"""


@pytest.fixture(scope="module")
def clusters(tmp_path_factory) -> Clusters:
    home = tmp_path_factory.mktemp("postgresql")
    with postgresql_server("full_page_writes=on") as server:
        server.fresh("shop")
        server.fresh("other's")
        server.sql(PG_TABLE, "shop")
        server.sql("CREATE TABLE t (a int); INSERT INTO t VALUES (7); ", "other's")
        said = {
            "orders": server.sql(
                "SELECT id, name, price, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'),"
                " encode(data, 'hex') FROM orders ORDER BY id",
                "shop",
            ).split("\n")[:-1]
        }
        server.sql("ANALYZE; CHECKPOINT", "shop")
        server.sql("CREATE TABLE late AS SELECT generate_series(1, 500) AS a", "shop")
        waiting = subprocess.Popen(
            server._client("psql", "-q", "shop"), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        waiting.stdin.write(b"BEGIN; INSERT INTO late SELECT generate_series(9000, 9500);\n")
        waiting.stdin.flush()
        time.sleep(0.7)
        # From here on its own clients are refused; this is not to happen to ours.
        server.sql("ALTER ROLE postgres SET session_preload_libraries = '/nonexistent/evil.so'")
        end(server.pid, signal.SIGKILL)
        waiting.kill()
        waiting.communicate()
        time.sleep(0.5)
        shutil.copytree(server.folder / "data", home / "crashed")
        # The same server once more, to end in order.
        command = [str(server.programs / "pg_ctl"), "-D", str(server.folder / "data"), "-w", "-s"]
        options = [
            "-o",
            f"-c port=5433 -c listen_addresses= -c unix_socket_directories={server.folder}",
            "-l",
            "/dev/null",
        ]
        as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        (server.folder / "data" / "postmaster.pid").unlink()
        subprocess.run([*as_user, *command, *options, "start"], check=True, cwd="/")
        subprocess.run([*as_user, *command, "-m", "fast", "stop"], check=True, cwd="/")
        shutil.copytree(server.folder / "data", home / "clean")
    return Clusters(home / "clean", home / "crashed", said)


@pytest.fixture
def cluster(clusters, tmp_path) -> Path:
    return Path(shutil.copytree(clusters.clean, tmp_path / "exhibit" / "15" / "main"))


@pytest.fixture
def crashed_cluster(clusters, tmp_path) -> Path:
    return Path(shutil.copytree(clusters.crashed, tmp_path / "exhibit" / "15" / "main"))


def as_said(rows: list[tuple[Any, ...]]) -> list[str]:
    return [
        f"{key}|{name}|{price}|{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}|{data.hex()}"
        for key, name, price, at, data, _ in rows
    ]


def file_of(found: Read, table: str) -> str:
    return found.facts["table_files"][table][0]["path"]


def test_a_cluster_reads_as_its_server_said(clusters, cluster, tmp_path):
    found = read(tmp_path / "exhibit", tmp_path)
    assert found.told == []
    assert as_said(found.values("shop.public", "orders")) == clusters.said["orders"]
    assert [tuple(map(str, row)) for row in found.values("shop.public", 'Odd "Name')] == [
        ("1", '{"a": 1}'),
        ("2", "None"),
    ]
    assert len(found.values("shop.apart", "orders")) == 10
    assert found.values("other's.public", "t") == [(7,)]
    assert ("till", True, False) in found.values("pg_catalog", "server_roles")
    assert found.facts["recovery"] == "as it was"
    assert found.facts["server"].startswith("PostgreSQL 15.")
    assert "secret" not in json.dumps(found.manifest)
    there = hashes(tmp_path / "exhibit")
    for files in found.facts["table_files"].values():
        for file in files:
            assert there[file["path"]] == file["sha256"]
    assert all(row["_offset"] is None for row in found.rows("shop.public", "orders"))


def test_a_killed_cluster_recovers_on_the_copy(clusters, crashed_cluster, tmp_path):
    found = read(tmp_path / "exhibit", tmp_path)
    assert as_said(found.values("shop.public", "orders")) == clusters.said["orders"]
    assert [a for (a,) in found.values("shop.public", "late")] == list(range(1, 501))
    assert found.facts["recovery"] == "crash recovery"
    assert len(found.told) == 1
    assert found.told[0].startswith("info: the server was not shut down in order")


def test_a_cluster_without_its_log_is_the_last_resort_and_told(clusters, crashed_cluster, tmp_path):
    for segment in (crashed_cluster / "pg_wal").glob("0*"):
        segment.write_bytes(os.urandom(50_000))
    found = read(tmp_path / "exhibit", tmp_path)
    assert found.facts["recovery"] == "pg_resetwal"
    (told,) = found.told_of("could be opened only after pg_resetwal")
    assert told.startswith("warning")
    assert as_said(found.values("shop.public", "orders")) == clusters.said["orders"]


def test_a_damaged_page_costs_its_rows(clusters, cluster, tmp_path):
    (tmp_path / "first").mkdir()
    whole = read(tmp_path / "exhibit", tmp_path / "first")
    path = tmp_path / "exhibit" / file_of(whole, "shop.public.orders")
    overwrite(path, 8192 * 20, b"\xaa" * 4000)
    found = read(tmp_path / "exhibit", tmp_path)
    rows = as_said(found.values("shop.public", "orders"))
    assert set(rows) < set(clusters.said["orders"])
    assert 0 < len(clusters.said["orders"]) - len(rows) < 100
    (told,) = found.told
    assert told.startswith("error: the table shop.public.orders is damaged (invalid page in block 20")
    assert f"{len(rows)} rows of it were read; 1 damaged pages" in told
    assert len(found.values("shop.apart", "orders")) == 10
    assert found.values("other's.public", "t") == [(7,)]


def test_a_table_file_cut_short_is_told(clusters, cluster, tmp_path):
    (tmp_path / "first").mkdir()
    whole = read(tmp_path / "exhibit", tmp_path / "first")
    os.truncate(tmp_path / "exhibit" / file_of(whole, "shop.public.orders"), 8192 * 30)
    found = read(tmp_path / "exhibit", tmp_path)
    rows = as_said(found.values("shop.public", "orders"))
    assert rows == clusters.said["orders"][: len(rows)]
    (told,) = found.told
    assert told.startswith("warning: the table shop.public.orders has 30 pages and its server noted ")


def test_another_major_version_is_asked_for(cluster, tmp_path):
    (cluster / "PG_VERSION").write_text("9.6\n")
    found = read(tmp_path / "exhibit", tmp_path)
    (told,) = found.told
    assert told.startswith(
        "error: this is a cluster of PostgreSQL 9.6, which only a server of that version opens"
    )
    assert "apt-get install postgresql-9.6" in told


def test_garbage_by_the_name_of_a_cluster_is_one_problem(tmp_path):
    exhibit = tmp_path / "exhibit"
    (exhibit / "global").mkdir(parents=True)
    (exhibit / "base" / "1").mkdir(parents=True)
    (exhibit / "PG_VERSION").write_text("15\n")
    (exhibit / "global" / "pg_control").write_bytes(os.urandom(8192))
    (exhibit / "base" / "1" / "1259").write_bytes(os.urandom(8192))
    (exhibit / "postgresql.conf").write_text("archive_command = 'touch /tmp/x'\n")
    found = read(exhibit, tmp_path)
    (told,) = found.told
    assert told.startswith("error: PostgreSQL 15 can't open this cluster in any way")


def test_a_locale_that_is_not_here_is_stood_in_for(tmp_path):
    exhibit = tmp_path / "exhibit"
    with postgresql_server() as server:
        server.fresh("shop")
        server.sql("CREATE TABLE t (a text); INSERT INTO t VALUES ('é'), ('z')", "shop")
        server.sql("UPDATE pg_database SET datcollate = 'xx_YY.UTF-8', datctype = 'xx_YY.UTF-8'")
        end(server.pid, signal.SIGTERM)
        shutil.copytree(server.folder / "data", exhibit)
    found = read(exhibit, tmp_path)
    assert found.values("shop.public", "t") == [("é",), ("z",)]
    assert len(found.told_of("C.UTF-8 stood in for it")) == 1
    assert not [line for line in found.told if not line.startswith("info")]


def test_decimals_and_times_are_what_they_were(made):
    """The comparison above is between typed values: these are the types that the server's client gives."""
    row = made.said["shop", "in_innodb"][6]
    assert (row[2], row[3]) == (Decimal("1.0000"), datetime(2024, 3, 1, 0, 6, 59, 123456))
