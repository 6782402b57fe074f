"""Lists of intercepted parcels: any usual CSV, and XLSX."""

import io
import json
from datetime import date, datetime

import openpyxl
import pyarrow.parquet as pq
import pytest

from stocktake.records import parcel_list
from stocktake.records.raw import UnitWriter

HEADINGS = ["Ref No.", "Date intercepted", "Postcode", "Weight (g)", "Tracking number", "", "Notes", "Notes"]
BODY = [
    ["KC/P/1", "31/01/2026", "SW1A 1AA", "120", "AB123456789GB", "x", 'says "fragile", torn', ""],
    ["KC/P/2", "01/02/2026", "M1 1AE", "0085", "", "", "two\nlines", "é £"],
]
NAMES = ["Ref No.", "Date intercepted", "Postcode", "Weight (g)", "Tracking number", "c6", "Notes", "Notes_2"]


def read(data, folder):
    with UnitWriter(folder) as unit:
        parcel_list.read(io.BytesIO(data), unit)
        unit.finish()
    manifest = json.loads((folder / "manifest.json").read_text())
    if not manifest["tables"]:
        return manifest, []
    (table,) = manifest["tables"]
    assert (table["database"], table["name"]) == ("parcels", "parcels")
    return manifest, pq.read_table(folder / table["parts"][0]["file"]).to_pylist()


def as_csv(delimiter, line_end="\r\n", title=()):
    def quoted(cell):
        return '"' + cell.replace('"', '""') + '"' if set(cell) & set('",;\t|\n') else cell

    lines = [*title, *(delimiter.join(map(quoted, row)) for row in [HEADINGS, *BODY])]
    return line_end.join(lines) + line_end


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("title", [(), ("Operation X, intercepted parcels", "", "produced 2026")])
def test_csv(tmp_path, delimiter, encoding, title):
    text = as_csv(delimiter, title=title)
    data = text.encode(encoding)
    manifest, rows = read(data, tmp_path / "unit")
    assert [column[0] for column in manifest["tables"][0]["columns"]] == NAMES
    for row, expected in zip(rows, BODY, strict=True):
        assert [row[name] or "" for name in NAMES] == expected
    assert [row["_row"] for row in rows] == [1, 2]
    place = rows[1]["_offset"], rows[1]["_offset"] + rows[1]["_length"]
    piece = data[place[0] : place[1]]
    plain = "utf-16-le" if encoding == "utf-16" else encoding.removesuffix("-sig")
    assert piece.decode(plain).startswith("KC/P/2" + delimiter)
    assert place[1] == len(data)
    assert manifest["problems"] == []
    assert (
        manifest["facts"].get("title_lines", [])
        == [line.replace(delimiter, " ") if delimiter == "," else line for line in title if line]
        or delimiter == ","
    )


def test_xlsx(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Operation X"])
    sheet.append([])
    sheet.append(["Reference", "Intercepted", "Post code", "Weight", "Tracking", None, "Ref"])
    sheet.append(["P1", datetime.fromisoformat("2026-01-31 14:05"), "SW1A 1AA", 120, "=1+1", True, 7])
    sheet.append([])
    sheet.append(["P2", date(2026, 2, 1), "M1 1AE", 85.5, 123456789012345, None, 12])
    sheet["G4"].number_format = "0000"
    sheet["G6"].number_format = "0.00"
    book.create_sheet("Other").append(["something else"])
    file = io.BytesIO()
    book.save(file)
    manifest, rows = read(file.getvalue(), tmp_path / "unit")
    assert [column[0] for column in manifest["tables"][0]["columns"]] == [
        "Reference", "Intercepted", "Post code", "Weight", "Tracking", "c6", "Ref",
    ]  # fmt: skip
    assert [row["Intercepted"] for row in rows] == ["2026-01-31 14:05:00", "2026-02-01"]
    assert [row["Weight"] for row in rows] == ["120", "85.5"]
    assert [row["Tracking"] for row in rows] == [None, "123456789012345"]
    assert [row["Ref"] for row in rows] == ["0007", "12.00"]
    assert [row["_row"] for row in rows] == [4, 6]
    assert rows[0]["_offset"] is None
    assert [problem["message"] for problem in manifest["problems"]] == [
        "the sheet Other of the list of parcels was not read: 1 rows"
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b"PK\x03\x04 not a workbook",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old",
        b"1,2,3\n4,5,6\n",
        b"just a line of prose\n",
    ],
)
def test_what_is_no_list_costs_one_problem(tmp_path, data):
    manifest, rows = read(data, tmp_path / "unit")
    assert rows == []
    assert [problem["severity"] for problem in manifest["problems"]] == ["error"]


def test_a_list_of_one_column(tmp_path):
    _, rows = read(b"Tracking number\nAB1\nAB2\n", tmp_path / "unit")
    assert [row["Tracking number"] for row in rows] == ["AB1", "AB2"]


def test_headings_without_rows(tmp_path):
    with UnitWriter(tmp_path / "unit") as unit:
        parcel_list.read(io.BytesIO(b"Reference,Postcode,Weight\n"), unit)
        assert unit.tables["parcels", "parcels"].rows == 0
        assert unit.problems == []
