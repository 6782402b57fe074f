"""Lists of intercepted parcels, headed as people head them."""

import json

import openpyxl
import pytest

from command import stocktake


@pytest.fixture
def case(tmp_path):
    path = tmp_path / "op.case"
    assert stocktake("new", path, "--ref", "R/1", "--name", "Operation Test", home=tmp_path).code == 0
    return path


def parcels(case, home):
    ran = stocktake("ask", case, "select * from parcels order by parcel_id", "--format", "json", home=home)
    return json.loads(ran.out)


LISTS = {
    "police.csv": (
        b"Seizures at Langley,,,,,,,\r\n"
        b"Ref No,Date intercepted,Time,Depot,Postcode on label,Weight kg,Tracking,Remarks\r\n"
        b'A/1,01/07/2025,14:30,Langley,m1 1aa,0.45,AB123456785GB,"white powder, two bags"\r\n'
        b"A/2,2025-01-16T10:00:00+01:00,,Langley,,450 g,,=1+1\r\n"
        b"A/3,yesterday,,,,,,\r\n"
    ),
    "carrier.csv": (
        "Tracking number;Weight (g);Place;Intercepted at;Note;Reference;Post code\n"
        "AB123456785GB;450,0;Langley;2025-07-01 14:30;white powder, two bags;A/1;m1 1aa\n"
        ";450;Langley;2025-01-16 09:00;=1+1;A/2;\n"
        ";;;yesterday;;A/3;\n"
    ).encode("utf-16"),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_becomes_parcels(case, tmp_path, name):
    (tmp_path / name).write_bytes(LISTS[name])
    assert stocktake("add", case, tmp_path / name, "--ref", "KC/3", "--parcels", home=tmp_path).code == 0
    assert stocktake("process", case, home=tmp_path).code == 0
    first, second, third = parcels(case, tmp_path)
    assert first["reference"] == "A/1"
    assert first["intercepted_at"] == "2025-07-01 13:30:00"  # British Summer Time
    assert (first["postcode"], first["tracking_number"]) == ("m1 1aa", "AB123456785GB")
    assert (float(first["weight_g"]), first["note"]) == (450, "white powder, two bags")
    assert second["intercepted_at"] == "2025-01-16 09:00:00"
    assert (float(second["weight_g"]), second["note"]) == (450, "=1+1")
    assert third["intercepted_at"] is None
    problems = stocktake("ask", case, "select message from problems", "--format", "csv", home=tmp_path)
    assert "yesterday" in problems.out


def test_a_workbook_becomes_parcels(case, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Parcel", "Date", "Office", "Weight", "Barcode"])
    book.active.append(["P 7", "2025-03-01 09:00", "Heathrow", 1250.5, "RN773402185GB"])
    book.save(tmp_path / "list.xlsx")
    stocktake("add", case, tmp_path / "list.xlsx", "--parcels", home=tmp_path)
    assert stocktake("process", case, home=tmp_path).code == 0
    (parcel,) = parcels(case, tmp_path)
    assert (parcel["reference"], parcel["place"], parcel["tracking_number"]) == (
        "P 7",
        "Heathrow",
        "RN773402185GB",
    )
    assert float(parcel["weight_g"]) == 1250.5


def test_what_lists_no_parcels_is_told(case, tmp_path):
    (tmp_path / "novel.csv").write_text("It was a dark and stormy night.\nThe end.\n")
    stocktake("add", case, tmp_path / "novel.csv", "--parcels", home=tmp_path)
    assert stocktake("process", case, home=tmp_path).code == 1
    assert parcels(case, tmp_path) == []
