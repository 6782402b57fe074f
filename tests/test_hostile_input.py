"""Bad input costs a sentence or a problem, never a traceback, and never what was there."""

import gzip
import json
import os
import random
import resource
import shutil
import signal
import stat
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from command import command, environment, stocktake

DUMP = """-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)
--
-- Host: localhost    Database: shop
-- ------------------------------------------------------
/*!40101 SET NAMES utf8mb4 */;
/*!40103 SET TIME_ZONE='+00:00' */;
CREATE TABLE `goods` (
  `id` int NOT NULL,
  `name` varchar(100) DEFAULT NULL,
  `price` decimal(10,2) DEFAULT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB;
INSERT INTO `goods` VALUES (1,'two \\'quoted\\' words',12.50),(2,'a; b); INSERT INTO',NULL),(3,'£ – 🌿',0.99);
CREATE TABLE `nothing` (`id` int NOT NULL, PRIMARY KEY (`id`));
-- Dump completed on 2024-05-01 10:00:00
"""


@pytest.fixture
def home(tmp_path):
    return tmp_path


def new_case(home, name="op.case"):
    path = home / name
    assert stocktake("new", path, "--ref", "R/1", "--name", "Operation Test", home=home).code == 0
    return path


def rows(case, question, home):
    ran = stocktake("ask", case, question, "--format", "json", home=home)
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def one_sentence(ran):
    assert ran.code == 2
    assert ran.err.startswith("stocktake: ")
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("nonsense",),
        ("new",),
        ("status", "{home}/absent.case"),
        ("process", "{home}"),
        ("ask", "{home}", "select 1"),
        ("why", "{home}", "order:x"),
        ("verify", "{home}/absent.case"),
        ("report", "{home}", "summary"),
        ("serve", "{home}/absent.case"),
        ("shops", "{home}/absent.case"),
    ],
)
def test_wrong_use_is_told_in_one_sentence(home, arguments):
    ran = stocktake(*(argument.format(home=home) for argument in arguments), home=home)
    if arguments:
        one_sentence(ran)


def test_a_case_is_not_made_over_something_else(home):
    case = new_case(home)
    before = (case / "case.toml").read_bytes()
    one_sentence(stocktake("new", case, "--ref", "R/2", "--name", "Another", home=home))
    assert (case / "case.toml").read_bytes() == before


def test_a_damaged_case_file_is_named(home):
    case = new_case(home)
    (case / "case.toml").write_bytes(b"\xff\x00 = nonsense")
    ran = stocktake("status", case, home=home)
    one_sentence(ran)
    assert "case.toml" in ran.err


def test_missing_and_unreadable_paths_are_not_added(home):
    case = new_case(home)
    one_sentence(stocktake("add", case, home / "absent.sql", home=home))
    os.mkfifo(home / "pipe")
    one_sentence(stocktake("add", case, home / "pipe", home=home))
    assert not list((case / "exhibits").iterdir())


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("empty.sql", b""),
        ("picture.sql", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 50),
        ("novel.txt", b"Es war einmal. " * 1000),
        ("broken.gz", gzip.compress(b"x" * 5000, mtime=0)[:40]),
        ("not.zip", b"PK\x03\x04" + b"\0" * 100),
        ("half.dmp", b"PGDMP\x01\x0e\x00"),
        ("half.sqlite", b"SQLite format 3\x00" + b"\x10\x00" + b"\xff" * 300),
    ],
)
def test_what_is_no_dump_costs_a_problem(home, name, data):
    case = new_case(home)
    (home / name).write_bytes(data)
    assert stocktake("add", case, home / name, home=home).code == 0
    assert stocktake("process", case, home=home).code == 1
    assert rows(case, "select count(*) as n from problems where severity = 'error'", home)[0]["n"] >= 1


def test_a_dump_cut_anywhere_keeps_its_whole_rows(home):
    case = new_case(home)
    data = DUMP.encode()
    first = data.index(b"(1,'two")
    folder = home / "cuts"
    folder.mkdir()
    cuts = range(1, len(data), 37)
    for cut in cuts:
        (folder / f"{cut:05d}.sql").write_bytes(data[:cut])
    assert stocktake("add", case, folder, "--ref", "KC/1", home=home).code == 0
    assert stocktake("process", case, home=home).code in (0, 1)
    found = {
        row["table_name"]: row["found"]
        for row in rows(
            case,
            "select table_name, sum(found) as found from completeness "
            "where measure = 'rows' and coalesce(reason, '') not like '%cut off%' group by 1",
            home,
        )
    }
    ends = [data.index(b",(2,"), data.index(b",(3,"), data.index(b");\nCREATE TABLE `nothing") + 1]
    expected = sum(sum(cut >= end for end in ends) for cut in cuts if cut > first)
    assert sum(float(count) for name, count in found.items() if "goods" in name) == expected


def test_a_zip_bomb_is_stopped_and_told(home):
    case = new_case(home)
    with zipfile.ZipFile(home / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("bomb.sql", "w", force_zip64=True) as member:
            member.write(DUMP.encode())
            for _ in range(300):
                member.write(b"-- " + b"0" * (1 << 20) + b"\n")
    assert (home / "bomb.zip").stat().st_size < 1 << 20
    stocktake("add", case, home / "bomb.zip", home=home)
    assert stocktake("process", case, home=home).code == 1
    problems = rows(case, "select message from problems where severity = 'error'", home)
    assert any("bomb.sql" in problem["message"] or "time" in problem["message"] for problem in problems)


def test_names_that_climb_stay_names(home):
    case = new_case(home)
    with zipfile.ZipFile(home / "climb.zip", "w") as archive:
        archive.writestr("../../../climbed.sql", DUMP)
        archive.writestr("/tmp/absolute-climbed.sql", DUMP)
    stocktake("add", case, home / "climb.zip", home=home)
    stocktake("process", case, home=home)
    outside = [path for path in home.parent.rglob("*climbed.sql*") if case not in path.parents]
    assert not outside
    assert not Path("/tmp/absolute-climbed.sql").exists()
    assert rows(case, "select count(*) as n from items", home)[0]["n"] == 2


def test_ten_thousand_tables(home):
    case = new_case(home)
    with (home / "wide.sql").open("w") as dump:
        dump.write("-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)\n")
        for number in range(10_000):
            dump.write(f"CREATE TABLE `t{number}` (`id` int NOT NULL, `v` text, PRIMARY KEY (`id`));\n")
            if number % 2:
                dump.write(f"INSERT INTO `t{number}` VALUES (1,'a'),(2,'b');\n")
        dump.write("-- Dump completed on 2024-05-01 10:00:00\n")
    stocktake("add", case, home / "wide.sql", "--ref", "KC/1", home=home)
    started = time.monotonic()
    ran = stocktake("process", case, home=home)
    assert ran.code == 0, ran.err
    assert time.monotonic() - started < 120
    found = rows(
        case,
        "select count(distinct table_name) as t, sum(found) as n from completeness where measure = 'rows'",
        home,
    )
    assert (found[0]["t"], float(found[0]["n"])) == (10_000, 10_000.0)
    assert rows(case, 'select v from "KC/1".t9999 order by id', home) == [{"v": "a"}, {"v": "b"}]


def test_a_string_of_a_gigabyte_is_set_aside_in_bounded_memory(home):
    case = new_case(home)
    piece = b"x" * (1 << 20)
    with gzip.open(home / "long.sql.gz", "wb", compresslevel=1) as dump:
        dump.write(DUMP.split("INSERT")[0].encode())
        dump.write(b"INSERT INTO `goods` VALUES (1,'short',1.00),(2,'")
        for _ in range(1024):
            dump.write(piece)
        dump.write(b"',2.00),(3,'after',3.00);\n-- Dump completed on 2024-05-01 10:00:00\n")
    stocktake("add", case, home / "long.sql.gz", "--ref", "KC/1", home=home)
    # By a process in between: a child's peak begins with what its parent held, and this one holds much by now.
    measure = (
        "import resource, subprocess, sys; done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL); "
        "print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    measured = subprocess.run(
        [sys.executable, "-c", measure, *map(str, command("process", case))],
        env=environment(home), stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    status, peak = map(int, measured.stdout.split())
    assert status in (0, 1)
    told = rows(case, "select message from problems where severity in ('warning', 'error')", home)
    assert any("longer" in problem["message"] for problem in told)
    assert peak < 1 << 20, f"{peak} KiB"
    assert rows(case, 'select id, name from "KC/1".goods order by id', home) == [
        {"id": 1, "name": "short"},
        {"id": 3, "name": "after"},
    ]
    books = rows(
        case,
        "select sum(found) f, sum(set_aside) s from completeness where table_name = 'goods' and measure = 'rows'",
        home,
    )
    assert float(books[0]["f"]) == 3


def small_exhibit(home):
    dump = home / "dump.sql"
    rows = ",".join(f"({number},'name {number}',{number}.50)" for number in range(1, 200_000))
    dump.write_text(
        DUMP.replace("(1,'two", rows + ",(1000001,'two")
        .replace("),(2,'a;", "),(1000002,'a;")
        .replace("(3,'£", "(1000003,'£")
    )
    return dump


def table_files(case):
    return {
        path.relative_to(case).as_posix(): path.read_bytes()
        for folder in ("raw", "tables")
        for path in sorted((case / folder).rglob("*.parquet"))
    }


def test_killed_at_any_moment_it_goes_on_and_ends_the_same(home):
    exhibit = small_exhibit(home)
    whole = new_case(home, "whole.case")
    stocktake("add", whole, exhibit, "--ref", "KC/1", home=home)
    started = time.monotonic()
    assert stocktake("process", whole, home=home).code == 0
    took = time.monotonic() - started
    expected = table_files(whole)
    assert expected
    killed = new_case(home, "killed.case")
    stocktake("add", killed, exhibit, "--ref", "KC/1", home=home)
    moments = random.Random(7)
    for _ in range(8):
        running = subprocess.Popen(
            command("process", killed), env=environment(home), stdout=subprocess.DEVNULL
        )
        time.sleep(moments.uniform(0.2, took))
        running.send_signal(signal.SIGKILL)
        running.wait()
        assert stocktake("status", killed, home=home).code == 0
    assert stocktake("process", killed, home=home).code == 0
    assert table_files(killed) == expected
    assert stocktake("verify", killed, home=home).code == 0


def test_a_full_disk_is_told_and_loses_nothing(home):
    exhibit = small_exhibit(home)
    case = new_case(home)
    stocktake("add", case, exhibit, "--ref", "KC/1", home=home)
    ledger = (case / "ledger.jsonl").read_bytes()

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    ran = stocktake("process", case, home=home, preexec_fn=limit)
    one_sentence(ran)
    assert "full" in ran.err
    assert (case / "ledger.jsonl").read_bytes() == ledger
    assert stocktake("process", case, home=home).code == 0
    assert stocktake("verify", case, home=home).code == 0


def test_evidence_is_never_written(home):
    folder = home / "server"
    folder.mkdir()
    (folder / "dump.sql").write_text(DUMP)
    (folder / "link-out").symlink_to("/etc/passwd")
    (folder / "link-loop").symlink_to(".")
    os.mkfifo(folder / "pipe")
    before = {
        path.name: (stat.S_IFMT(path.lstat().st_mode), path.lstat().st_mtime_ns) for path in folder.iterdir()
    }
    case = new_case(home)
    assert stocktake("add", case, folder, "--ref", "KC/1", home=home).code == 0
    stocktake("process", case, home=home)
    assert {
        p.name: (stat.S_IFMT(p.lstat().st_mode), p.lstat().st_mtime_ns) for p in folder.iterdir()
    } == before
    assert rows(case, "select count(*) as n from items where kind = 'mysqldump'", home)[0]["n"] == 1
    shutil.rmtree(folder)
    assert stocktake("verify", case, home=home).code == 1
