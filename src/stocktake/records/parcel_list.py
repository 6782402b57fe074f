"""A list of intercepted parcels, as a force or a carrier keeps it: CSV or XLSX, its own headings.

It becomes one raw table ``parcels`` in the database ``parcels``, every column text and named as the list
names it. Cells of an XLSX list are given as their values read: dates as ``2026-01-31``, with the time behind
it where there is one, numbers with the leading zeros and decimals that their format shows.
"""

import codecs
import csv
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import IO, Any, BinaryIO

import openpyxl
import pyarrow as pa
from openpyxl.utils.exceptions import InvalidFileException

from stocktake.evidence import Stream
from stocktake.evidence.archives import seekable
from stocktake.records.raw import PLACE, Column, UnitWriter

_LIST_BYTES = 256 << 20
_HEADER_WITHIN = 50  # rows in which the headings are looked for
_DELIMITERS = (",", ";", "\t", "|")
_NAME = "parcels"
_LINE = r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z"

# Words in the headings of such lists, enough of them to tell headings from a title or a row.
_HEADINGS = re.compile(
    r"\b(?:address(?:ee)?|barcode|carrier|city|comments?|consign(?:ee|or|ment)|contents?|country|courier|date|depot"
    r"|description|destination|exhibit|found|from|grams?|house|hub|intercept(?:ed|ion)?|item|kg|label|location|mass"
    r"|name|notes?|number|no|office|origin|parcel|place|post ?codes?|recipient|ref(?:erence)?|remarks?|return"
    r"|seiz(?:ed|ure)|sender|service|street|time|town|track(?:ing)?|weight|zip)\b",
    re.IGNORECASE,
)
_NUMBER_OR_DATE = re.compile(r"[\d\s.,:/\-+£$€%]*\d[\d\s.,:/\-+£$€%TZ]*(?:k?g)?", re.IGNORECASE)


@dataclass(frozen=True)
class _Row:
    """A row of the list: its number, its cells as text, and its bytes' place where it has one."""

    number: int
    cells: list[str]
    offset: int | None = None
    length: int | None = None


def read(stream: BinaryIO, unit: UnitWriter) -> None:
    """Read the list in ``stream`` into ``unit``; what is no such list costs a problem of severity error.

    ``_offset`` and ``_length`` are those of a CSV row with the end of its line, and NULL for XLSX, where
    ``_row`` is the row's number in the sheet.
    """
    unit.facts["reader"] = "parcel list"
    start = stream.read(8)
    rest = _Behind(start, stream)
    try:
        if start.startswith(b"PK"):
            with seekable(rest) as file:
                rows = _xlsx_rows(file, unit)
        elif start == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
            _not_a_list(unit, "is a workbook in the old XLS format: save it as XLSX or CSV and add that")
            return
        else:
            rows = _csv_rows(rest.read(_LIST_BYTES + 1), unit)
    except _NoListError as error:
        _not_a_list(unit, str(error))
        return
    header = _header(rows)
    if header is None:
        _not_a_list(
            unit, "has no row of headings that can be recognised, such as Reference, Date, Postcode, Weight"
        )
        return
    _write(rows, header, unit)


class _NoListError(Exception):
    """The file can't be read as a list; says why."""


class _Behind(Stream):
    """The bytes that were looked at, and then the stream's."""

    def __init__(self, start: bytes, stream: BinaryIO) -> None:
        super().__init__()
        self._blocks = iter([start])
        self._stream = stream

    def _next(self) -> bytes:
        return next(self._blocks, b"") or self._stream.read(1 << 20)


def _not_a_list(unit: UnitWriter, why: str) -> None:
    unit.problem(f"the list of parcels {why}", severity="error")


# CSV


def _csv_rows(data: bytes, unit: UnitWriter) -> list[_Row]:
    if len(data) > _LIST_BYTES:
        raise _NoListError(f"is longer than {_LIST_BYTES} bytes")
    if not data.strip():
        raise _NoListError("is empty")
    encoding, mark = _encoding(data)
    unit.facts["encoding"] = encoding
    if b"\0" in data and not encoding.startswith("utf-16"):
        raise _NoListError("is neither CSV nor XLSX")
    lines = list(_lines(data, encoding, mark))
    candidates = [list(_records(lines, delimiter)) for delimiter in _DELIMITERS]
    best = max(range(len(_DELIMITERS)), key=lambda at: (_likelihood(candidates[at]), -at))
    unit.facts["delimiter"] = _DELIMITERS[best]
    return candidates[best]


def _encoding(data: bytes) -> tuple[str, int]:
    """Python's name of the encoding, and the bytes of the byte order mark."""
    if data.startswith(codecs.BOM_UTF8):
        return "utf-8", 3
    if data.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le", 2
    if data.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be", 2
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252", 0
    return "utf-8", 0


def _lines(data: bytes, encoding: str, mark: int) -> Iterator[tuple[int, int, str]]:
    """Each line with the line end it has: where it begins in the file and ends, and its text."""
    at = mark
    if encoding.startswith("utf-16"):
        for found in re.finditer(_LINE, data[mark:].decode(encoding, "replace")):
            end = at + len(found[0].encode(encoding))
            yield at, end, found[0]
            at = end
        return
    for raw in re.finditer(_LINE.encode(), data[mark:]):
        yield mark + raw.start(), mark + raw.end(), raw[0].decode(encoding, "backslashreplace")


def _records(lines: list[tuple[int, int, str]], delimiter: str) -> Iterator[_Row]:
    """Rows of CSV (RFC 4180): quoted cells may go over several lines."""
    csv.field_size_limit(_LIST_BYTES)
    reader = csv.reader((text for _, _, text in lines), delimiter=delimiter)
    done = 0
    try:
        for number, cells in enumerate(reader, start=1):
            offset = lines[done][0]
            yield _Row(number, cells, offset, lines[reader.line_num - 1][1] - offset)
            done = reader.line_num
    except csv.Error as error:
        raise _NoListError(f"can't be read as CSV beyond line {reader.line_num}: {error}") from error


def _likelihood(rows: list[_Row]) -> tuple[int, int]:
    """How well a delimiter serves: headings found, and rows of the width that most of the first rows have."""
    widths = [len(row.cells) for row in rows[:200] if any(row.cells)]
    common = max(set(widths), key=lambda width: (widths.count(width), width), default=0)
    headings = max((_headings(row) for row in rows[:_HEADER_WITHIN]), default=0)
    return headings, widths.count(common) if common > 1 else 0


# XLSX


def _xlsx_rows(file: IO[bytes], unit: UnitWriter) -> list[_Row]:
    try:
        with zipfile.ZipFile(file) as package:
            if sum(part.file_size for part in package.infolist()) > 4 * _LIST_BYTES:
                raise _NoListError("unwraps to more than a list of parcels can be")
        workbook = openpyxl.load_workbook(file, read_only=True, data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError, SyntaxError) as error:
        raise _NoListError(f"can't be read as an XLSX workbook ({error})") from error
    try:
        sheets = [(str(sheet.title), list(_sheet_rows(sheet))) for sheet in workbook.worksheets]
    except (KeyError, ValueError, TypeError, SyntaxError, zipfile.BadZipFile, OSError) as error:
        raise _NoListError(f"can't be read as an XLSX workbook ({error})") from error
    finally:
        workbook.close()
    filled = [(title, rows) for title, rows in sheets if rows]
    chosen = next((title for title, rows in filled if _header(rows) is not None), None)
    for title, rows in filled:
        if title != chosen:
            message = f"the sheet {title} of the list of parcels was not read: {len(rows)} rows"
            unit.problem(message if chosen else f"{message}, no headings", severity="warning")
    unit.facts["sheet"] = chosen
    return next((rows for title, rows in filled if title == chosen), [])


def _sheet_rows(sheet: Any) -> Iterator[_Row]:
    sheet.reset_dimensions()  # what the file says of its size need not be so
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        texts = [_shown(cell) for cell in cells]
        if any(texts):
            yield _Row(number, texts)


def _shown(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return _number(value, str(cell.number_format))
    return str(value)


def _number(value: float, number_format: str) -> str:
    """A number with the leading zeros or decimals of a plain format; else as short as it is exact."""
    plain = re.fullmatch(r"(?:#,##)?(0+)(?:\.(0+))?", number_format)
    if plain:
        decimals = len(plain[2] or "")
        return f"{value:0{len(plain[1]) + bool(decimals) + decimals}.{decimals}f}"
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(value)


# The table


def _headings(row: _Row) -> int:
    """How many of the row's cells are headings; 0 where it can't be the row of headings."""
    filled = [cell.strip() for cell in row.cells if cell.strip()]
    if any(_NUMBER_OR_DATE.fullmatch(cell) or len(cell) > 60 for cell in filled):
        return 0
    found = sum(bool(_HEADINGS.search(cell.replace("_", " "))) for cell in filled)
    return found if found * 2 >= len(filled) else 0


def _header(rows: list[_Row]) -> int | None:
    """Position of the row of headings: of the first ones, that with most words known from such lists."""
    first = [_headings(row) for row in rows[:_HEADER_WITHIN]]
    most = max(first, default=0)
    widest = max((len([cell for cell in row.cells if cell.strip()]) for row in rows[:200]), default=0)
    return first.index(most) if most >= min(2, widest) and most else None


def _write(rows: list[_Row], header: int, unit: UnitWriter) -> None:
    titles = [" ".join(filter(None, row.cells)) for row in rows[:header] if any(row.cells)]
    if titles:
        unit.facts["title_lines"] = titles
    body = [row for row in rows[header + 1 :] if any(cell.strip() for cell in row.cells)]
    width = max([len(rows[header].cells), *(len(row.cells) for row in body)])
    names = _column_names(rows[header].cells, width)
    columns = [Column(name, "text", pa.string()) for name in names]
    table = unit.table(_NAME, _NAME, columns, [])
    of_sheet = rows[header].offset is None
    for start in range(0, len(body), 10_000):
        part = body[start : start + 10_000]
        arrays = [
            pa.array([(row.cells[c] or None) if c < len(row.cells) else None for row in part], pa.string())
            for c in range(width)
        ]
        numbers = [row.number for row in part] if of_sheet else range(start + 1, start + 1 + len(part))
        places = [
            pa.array([row.offset for row in part], pa.int64()),
            pa.array([row.length for row in part], pa.int64()),
            pa.array(numbers, pa.int64()),
            pa.nulls(len(part), PLACE.field("_unread").type),
        ]
        schema = pa.schema([*(pa.field(name, pa.string()) for name in names), *PLACE])
        unit.write(table, pa.RecordBatch.from_arrays([*arrays, *places], schema=schema))


def _column_names(headings: list[str], width: int) -> list[str]:
    """The headings as names of columns: ``c1`` where there is none, ``_2`` behind one that comes again."""
    names: list[str] = []
    taken = {name.lower() for name in PLACE.names}
    for position in range(width):
        written = " ".join(headings[position].split()) if position < len(headings) else ""
        name, number = written or f"c{position + 1}", 1
        while name.lower() in taken:
            number += 1
            name = f"{written or f'c{position + 1}'}_{number}"
        taken.add(name.lower())
        names.append(name)
    return names
