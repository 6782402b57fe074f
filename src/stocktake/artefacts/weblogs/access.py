"""Access logs to the raw table ``access_log``; lines of no known format to ``unparsed_lines``.

Fields stand as they were recorded, but for the server's own escapes (``\\x22``), which are taken back in
path, user agent and referrer; ``request`` keeps the line that the visitor sent as the log has it.
``local_time`` is the wall clock of the log, ``zone_minutes`` what the line says of its zone (NULL where it
says nothing).
"""

from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from stocktake.artefacts.lines import LONGEST, Line, blocks
from stocktake.artefacts.unparsed import Unparsed
from stocktake.artefacts.weblogs import matching
from stocktake.artefacts.weblogs.formats import (
    LIGHTTPD,
    USUAL,
    FormatError,
    Template,
    apache,
    inferred,
    nginx,
)
from stocktake.records.raw import PLACE, Column, UnitWriter

DATABASE = "weblogs"

_LONGEST_GUESS = 8192  # bytes of a line whose format is guessed
_TEXT, _NUMBER = pa.string(), pa.int64()
COLUMNS = [
    Column("vhost", "name of the host that was asked", _TEXT),
    Column("port", "its port", pa.int32()),
    Column("ip", "address of the visitor, or its name", _TEXT),
    Column("identity", "identity by RFC 1413", _TEXT),
    Column("user", "user who logged in by HTTP", _TEXT),
    Column("local_time", "wall clock as recorded", pa.timestamp("us")),
    Column("zone_minutes", "offset from UTC as recorded", pa.int16()),
    Column("request", "request line as recorded", _TEXT),
    Column("method", "of the request", _TEXT),
    Column("path", "of the request, escapes taken back", _TEXT),
    Column("protocol", "of the request", _TEXT),
    Column("status", "HTTP status", pa.int32()),
    Column("bytes", "bytes sent", _NUMBER),
    Column("referrer", "Referer header, escapes taken back", _TEXT),
    Column("user_agent", "User-Agent header, escapes taken back", _TEXT),
    Column("forwarded_for", "X-Forwarded-For header", _TEXT),
    Column("extra", "other fields of the format", _TEXT),
    Column("format", "which format fitted", _TEXT),
]

_TEXT_FIELDS = {
    "vhost": matching.VHOST,
    "ip": matching.IP,
    "identity": matching.IDENTITY,
    "user": matching.USER,
    "request": matching.REQUEST,
    "method": matching.METHOD,
    "path": matching.PATH,
    "protocol": matching.PROTOCOL,
    "referrer": matching.REFERRER,
    "user_agent": matching.AGENT,
    "forwarded_for": matching.FORWARDED,
}
_UNESCAPED = ("path", "referrer", "user_agent", "user", "vhost", "forwarded_for")
_NUMBER_FIELDS = {"port": matching.PORT, "status": matching.STATUS, "bytes": matching.BYTES}


def read(stream: BinaryIO, path: str, unit: UnitWriter) -> None:
    """Read a log of lines. ``unit.facts`` may hold the format that the server's configuration states."""
    templates = [*_stated(unit), *([LIGHTTPD] if "lighttpd" in path else []), *USUAL]
    scan: _Scan | None = None
    table = unit.table(DATABASE, "access_log", COLUMNS)
    unparsed = Unparsed(unit, DATABASE, "lines of an access log whose format is known")
    for base, block in blocks(stream):
        if scan is None:
            scan = _Scan(_with_inferred(templates, block))
        batch, odd = scan.batch(base, block)
        if batch is not None:
            unit.write(table, batch)
        unparsed.add(odd)
    unparsed.finish()


def _stated(unit: UnitWriter) -> list[Template]:
    stated = unit.facts.get("log_format")
    if not stated:
        return []
    name = f"{unit.facts['log_format_name']}, as {unit.facts['log_format_from']} states it"
    try:
        return [(nginx if unit.facts["log_dialect"] == "nginx" else apache)(name, stated)]
    except FormatError as error:
        unit.problem(f"the format {name} can't be used: {error}; usual formats are tried", severity="info")
        return []


def _with_inferred(templates: list[Template], block: bytes) -> list[Template]:
    """Add the format that the first lines show, where the known ones fit less than half of them."""
    head = block[: block.rfind(b"\n", 0, 1 << 16) + 1] or block[: 1 << 16]
    batch, odd = _Scan(templates).batch(0, head)
    rows = batch.num_rows if batch is not None else 0
    if rows >= len(odd):
        return templates
    for line in odd[:5]:
        guess = inferred(line.data) if line.length < _LONGEST_GUESS else None
        if guess is None:
            continue
        fitting, _ = _Scan([guess]).batch(0, head)
        if fitting is not None and fitting.num_rows * 2 > len(odd):
            return [*templates, guess]
    return templates


class _Scan:
    """Templates laid out for the compiled loops."""

    def __init__(self, templates: list[Template]) -> None:
        self.templates = templates
        most = max(len(template.fields) for template in templates)
        shape = (len(templates), most + 1)
        self.counts = np.array([len(template.fields) for template in templates], np.int64)
        self.fields = np.zeros(shape, np.int64)
        self.shapes = np.zeros(shape, np.int64)
        self.text_at = np.zeros(shape, np.int64)
        self.text_end = np.zeros(shape, np.int64)
        text = bytearray()
        for number, template in enumerate(templates):
            self.fields[number, : len(template.fields)] = template.fields
            self.shapes[number, : len(template.shapes)] = template.shapes
            for place, piece in enumerate(template.texts):
                self.text_at[number, place] = len(text)
                text += piece
                self.text_end[number, place] = len(text)
        self.text = np.frombuffer(bytes(text) or b"\0", np.uint8)
        self.names = pa.array([template.name for template in templates], _TEXT)

    def batch(self, base: int, block: bytes) -> tuple[pa.RecordBatch | None, list[Line]]:
        """The rows of some lines, and the lines that are none."""
        buf = np.frombuffer(block, np.uint8)
        room = block.count(b"\n") + 2 + len(block) // LONGEST
        starts = np.empty((matching.FIELDS, room), np.int32)
        ends = np.empty((matching.FIELDS, room), np.int32)
        at, zones = np.empty(room, np.int64), np.empty(room, np.int16)
        formats = np.empty(room, np.int16)
        row_at, row_end = np.empty(room, np.int64), np.empty(room, np.int64)
        odd_at, odd_end = np.empty(room, np.int64), np.empty(room, np.int64)
        tally = np.zeros(2, np.int64)
        matching.scan_lines(
            buf, LONGEST, self.text, self.counts, self.fields, self.shapes, self.text_at, self.text_end,
            starts, ends, at, zones, formats, row_at, row_end, odd_at, odd_end, tally,
        )  # fmt: skip
        rows, odd_rows = int(tally[0]), int(tally[1])
        odd = [
            Line(base + a, b - a, block[a:b].rstrip(b"\r\n"))
            for a, b in zip(odd_at[:odd_rows].tolist(), odd_end[:odd_rows].tolist(), strict=True)
        ]
        if not rows:
            return None, odd
        scratch = np.empty(LONGEST, np.uint8)
        found: dict[str, pa.Array] = {}
        for name, field in _TEXT_FIELDS.items():
            found[name] = _text(buf, starts[field], ends[field], rows, scratch, unescape=name in _UNESCAPED)
        for name, field in _NUMBER_FIELDS.items():
            numbers, valid = np.empty(rows, np.int64), np.empty(rows, np.uint8)
            matching.to_numbers(buf, starts[field], ends[field], rows, numbers, valid)
            kind = next(column.type for column in COLUMNS if column.name == name)
            found[name] = _array(_NUMBER, rows, [numbers], valid).cast(kind)
        found["local_time"] = pa.array(at[:rows], _NUMBER).cast(pa.timestamp("us"))
        zoned = (zones[:rows] != matching.NO_ZONE).astype(np.uint8)
        found["zone_minutes"] = _array(pa.int16(), rows, [zones[:rows].copy()], zoned)
        found["extra"] = self._extra(buf, starts, ends, rows, formats[:rows], scratch)
        found["format"] = self.names.take(pa.array(formats[:rows]))
        columns = [found[column.name] for column in COLUMNS]
        place = [
            pa.array(row_at[:rows] + base),
            pa.array(row_end[:rows] - row_at[:rows]),
            pa.nulls(rows, PLACE.field("_unread").type),
        ]
        names = [*(column.name for column in COLUMNS), "_offset", "_length", "_unread"]
        return pa.RecordBatch.from_arrays([*columns, *place], names=names), odd

    def _extra(
        self,
        buf: npt.NDArray[np.uint8],
        starts: npt.NDArray[np.int32],
        ends: npt.NDArray[np.int32],
        rows: int,
        formats: npt.NDArray[np.int16],
        scratch: npt.NDArray[np.uint8],
    ) -> pa.Array:
        """Fields that have no column, as ``name=value`` with a tab between."""
        whole = pa.nulls(rows, _TEXT)
        for number, template in enumerate(self.templates):
            chosen = formats == number
            if not template.extra or not chosen.any():
                continue
            pieces = []
            for place, name in enumerate(template.extra):
                field = matching.EXTRA + place
                values = _text(buf, starts[field], ends[field], rows, scratch, unescape=True, dash=False)
                pieces.append(values if name == "rest" else pc.binary_join_element_wise(name, values, "="))
            joined = pc.binary_join_element_wise(*pieces, "\t", null_handling="skip")
            whole = pc.if_else(pa.array(chosen), joined, whole)
        return whole


def _array(kind: pa.DataType, rows: int, buffers: list[Any], valid: npt.NDArray[np.uint8]) -> pa.Array:
    nulls = rows - int(np.count_nonzero(valid[:rows]))
    bitmap = pa.py_buffer(np.packbits(valid[:rows], bitorder="little")) if nulls else None
    return pa.Array.from_buffers(kind, rows, [bitmap, *(pa.py_buffer(b) for b in buffers)], nulls)


def _text(
    buf: npt.NDArray[np.uint8],
    starts: npt.NDArray[np.int32],
    ends: npt.NDArray[np.int32],
    rows: int,
    scratch: npt.NDArray[np.uint8],
    *,
    unescape: bool,
    dash: bool = True,
) -> pa.Array:
    offsets, valid = np.empty(rows + 1, np.int32), np.empty(rows, np.uint8)
    length = int((ends[:rows].astype(np.int64) - starts[:rows])[starts[:rows] >= 0].sum())
    if not length:
        matching.to_text(buf, starts, ends, rows, unescape, dash, offsets, scratch, valid, scratch)
        return _array(_TEXT, rows, [offsets, b""], valid)
    room = length + 256
    while True:
        out = np.empty(room, np.uint8)
        used = matching.to_text(buf, starts, ends, rows, unescape, dash, offsets, out, valid, scratch)
        if used >= 0:
            return _array(_TEXT, rows, [offsets, out[:used]], valid)
        room = 4 * length + 256
