"""Whatever an item holds, its unit gets finished, and what is wrong with it is told."""

import errno
import gzip
import hashlib
import json

import pytest

from stocktake.evidence import items
from stocktake.records import postgres
from stocktake.records.raw import UnitWriter
from stocktake.records.reading import addressed, read_item

DUMP = b"CREATE TABLE t (a integer, b text);\nCOPY t (a, b) FROM stdin;\n1\tone\n2\ttwo\n\\.\n"


def read(path, folder, kind=None):
    (item,) = items("KC/1", path, pytest.fail)
    with UnitWriter(folder) as unit:
        read_item(item, unit, kind)
    return item, json.loads((folder / "manifest.json").read_text())


def test_a_dump_becomes_a_finished_unit(tmp_path):
    path = tmp_path / "shop.sql.gz"
    path.write_bytes(gzip.compress(DUMP))
    item, manifest = read(path, tmp_path / "unit")
    assert manifest["exhibit"] == "KC/1"
    assert manifest["path"] == "shop.sql.gz"
    assert manifest["container"] == "gzip"
    assert manifest["sha256"] == hashlib.sha256(DUMP).hexdigest()
    assert manifest["bytes"] == len(DUMP)
    assert manifest["kind"] == "pgdump-text"
    assert [table["rows"] for table in manifest["tables"]] == [2]
    assert manifest["problems"] == []
    with addressed(item, manifest["facts"]) as stream:
        assert stream.read() == DUMP


@pytest.mark.parametrize(
    ("data", "kind", "severity"),
    [(b"", "empty", "warning"), (b"\x89PNG\r\n\x1a\n" + bytes(100), "unknown", "info")],
)
def test_what_no_reader_is_for_is_told(tmp_path, data, kind, severity):
    path = tmp_path / "x"
    path.write_bytes(data)
    _, manifest = read(path, tmp_path / "unit")
    assert manifest["kind"] == kind
    assert manifest["sha256"] == hashlib.sha256(data).hexdigest()
    assert manifest["tables"] == []
    assert [problem["severity"] for problem in manifest["problems"]] == [severity]


def test_damage_to_the_wrapping_keeps_the_rows_before_it(tmp_path):
    path = tmp_path / "shop.sql.gz"
    path.write_bytes(gzip.compress(DUMP)[:-4])
    _, manifest = read(path, tmp_path / "unit")
    assert manifest["tables"][0]["rows"] == 2
    assert [problem["stage"] for problem in manifest["problems"]] == ["evidence"]


def test_a_list_of_parcels_is_one_because_a_person_said_so(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(b"Reference,Postcode,Weight\nP1,M1 1AE,20\n")
    _, manifest = read(path, tmp_path / "unit", "parcel-list")
    assert manifest["tables"][0]["name"] == "parcels"
    assert manifest["kind"] == "parcel-list"
    _, manifest = read(path, tmp_path / "other")
    assert manifest["tables"] == []


def test_a_reader_that_fails_costs_a_problem_and_keeps_its_rows(tmp_path, monkeypatch):
    path = tmp_path / "shop.sql"
    path.write_bytes(DUMP)
    whole = postgres.read

    def fails(stream, unit):
        whole(stream, unit)
        raise RecursionError("too deep")

    monkeypatch.setattr(postgres, "read", fails)
    _, manifest = read(path, tmp_path / "unit")
    assert manifest["tables"][0]["rows"] == 2
    assert len(manifest["problems"]) == 1
    assert "RecursionError: too deep" in manifest["problems"][0]["message"]


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left on device"), MemoryError(), KeyboardInterrupt()]
)
def test_our_own_trouble_is_raised_and_leaves_no_unit(tmp_path, monkeypatch, error):
    path = tmp_path / "shop.sql"
    path.write_bytes(DUMP)

    def fails(stream, unit):
        raise error

    monkeypatch.setattr(postgres, "read", fails)
    (item,) = items("KC/1", path, pytest.fail)
    with pytest.raises(type(error)), UnitWriter(tmp_path / "unit") as unit:
        read_item(item, unit)
    assert not (tmp_path / "unit/manifest.json").exists()


def test_an_item_that_is_gone_costs_a_problem(tmp_path):
    path = tmp_path / "shop.sql"
    path.write_bytes(DUMP)
    (item,) = items("KC/1", path, pytest.fail)
    path.unlink()
    with UnitWriter(tmp_path / "unit") as unit:
        read_item(item, unit)
    manifest = json.loads((tmp_path / "unit/manifest.json").read_text())
    assert len(manifest["problems"]) == 1
    assert "No such file" in manifest["problems"][0]["message"]


def test_the_same_bytes_give_the_same_unit(tmp_path):
    path = tmp_path / "shop.sql"
    path.write_bytes(DUMP)
    _, first = read(path, tmp_path / "first")
    _, second = read(path, tmp_path / "second")
    assert first == second
    left = [[path.name for path in sorted((tmp_path / name).rglob("*"))] for name in ("first", "second")]
    assert left[0] == left[1]
