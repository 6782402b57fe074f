"""Access logs to the raw table ``access_log``; lines of no known format to ``unparsed_lines``.

Fields stand as they were recorded, but for the server's own escapes (``\\x22``), which are taken back in
path, user agent and referrer; ``request`` keeps the line that the visitor sent as the log has it.
``local_time`` is the wall clock of the log, ``zone_minutes`` what the line says of its zone (NULL where it
says nothing).
"""

import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from stocktake.artefacts.lines import LONGEST, Line, blocks, lines, shown
from stocktake.artefacts.rows import write_rows
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
        guess = inferred(line.data)
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


_decode = msgspec.json.Decoder().decode

# What the fields of JSON logs are called: Caddy's own, and what log_format in JSON is mostly written with.
_NAMES = {
    "vhost": ("host", "http_host", "server_name", "vhost", "request_host", "RequestHost"),
    "ip": ("remote_ip", "client_ip", "remote_addr", "client", "clientip", "ip", "ClientHost", "remote"),
    "user": ("user_id", "remote_user", "user", "ClientUsername"),
    "time": (
        "ts",
        "time_iso8601",
        "time_local",
        "time",
        "@timestamp",
        "timestamp",
        "msec",
        "StartUTC",
        "date",
    ),
    "request": ("request", "request_line"),
    "method": ("method", "request_method", "RequestMethod"),
    "path": ("uri", "request_uri", "path", "url", "RequestPath"),
    "protocol": ("proto", "server_protocol", "protocol", "RequestProtocol"),
    "status": ("status", "status_code", "response", "DownstreamStatus"),
    "bytes": ("size", "body_bytes_sent", "bytes_sent", "bytes", "DownstreamContentSize"),
    "referrer": ("http_referer", "http_referrer", "referer", "referrer"),
    "user_agent": ("http_user_agent", "user_agent", "agent"),
    "forwarded_for": ("http_x_forwarded_for", "x_forwarded_for", "forwarded_for"),
}
_HEADERS = {"referrer": "Referer", "user_agent": "User-Agent", "forwarded_for": "X-Forwarded-For"}


def is_json_line(line: bytes) -> bool:
    """Whether the line is a JSON object that tells of a request: time, address or host, status or path."""
    try:
        entry = _decode(line)
    except (msgspec.DecodeError, ValueError):
        return False
    row = _json_row(entry)
    return row is not None and row["local_time"] is not None


def _json_row(entry: Any) -> dict[str, Any] | None:
    if not isinstance(entry, dict):
        return None
    inner = entry.get("request")
    nested = inner if isinstance(inner, dict) else None
    row: dict[str, Any] = {}
    for column, names in _NAMES.items():
        value = None
        for name in names:
            if nested is not None and name in nested:
                value = nested[name]
            elif name in entry and not (name == "request" and nested is not None):
                value = entry[name]
            if value is not None and not isinstance(value, dict | list):
                break
            value = None
        row[column] = value
    headers = nested.get("headers") if nested is not None else None
    if isinstance(headers, dict):
        for column, name in _HEADERS.items():
            given = headers.get(name)
            if row[column] is None and given:
                row[column] = ", ".join(map(str, given)) if isinstance(given, list) else str(given)
    row["local_time"], row["zone_minutes"] = _json_time(row.pop("time"))
    if not (row["ip"] or row["vhost"]) or (
        row["status"] is None and row["path"] is None and row["request"] is None
    ):
        return None
    return row


def _json_time(value: Any) -> tuple[int | None, int | None]:
    """Microseconds since 1970 of the wall clock, and the zone's minutes."""
    if isinstance(value, bool):
        return None, None
    if isinstance(value, int | float):
        scale = 1 if value < 4102444800 else 1000 if value < 4102444800000 else 1000000
        if not 0 < value < 4102444800000000:
            return None, None
        return round(value * 1000000 / scale), 0
    if not isinstance(value, str):
        return None, None
    return _text_time(value)


def _text_time(text: str) -> tuple[int | None, int | None]:
    raw = text.encode("utf-8", "replace")
    buf = np.frombuffer(raw or b"\0", np.uint8)
    for kind in (matching.ISO, matching.CLF, matching.EPOCH, matching.EPOCH_MS):
        good, at, zone = matching._moment(buf, 0, len(raw), kind)  # noqa: SLF001 - the same compiled parser
        if good:
            return int(at), None if zone == matching.NO_ZONE else int(zone)
    return None, None


_REQUEST = re.compile(r"([A-Za-z_-]{1,32}) (.*?)(?: (HTTP/\S+))?", re.DOTALL)


def read_json(stream: BinaryIO, unit: UnitWriter) -> None:
    """Read a log with one JSON object a line: Caddy's, or what another server was told to write."""
    table = unit.table(DATABASE, "access_log", COLUMNS)
    unparsed = Unparsed(unit, DATABASE, "a JSON object that tells of a request")
    write_rows(unit, table, _json_rows(stream, unparsed))
    unparsed.finish()


def _json_rows(stream: BinaryIO, unparsed: Unparsed) -> Iterator[dict[str, Any]]:
    for line in lines(stream):
        row = _json_line(line.data) if line.length < LONGEST else None
        if row is None:
            unparsed.add([line])
        else:
            row["_offset"], row["_length"] = line.offset, line.length
            yield row


def _json_line(line: bytes) -> dict[str, Any] | None:
    try:
        row = _json_row(_decode(line))
    except (msgspec.DecodeError, ValueError):
        return None
    if row is None or row["local_time"] is None:
        return None
    if row["request"] is not None and row["method"] is None:
        found = _REQUEST.fullmatch(str(row["request"]))
        if found:
            row["method"], row["path"], row["protocol"] = found.groups()
    cleaned: dict[str, Any] = {name: _clean(value) for name, value in row.items()}
    for name, most in (("status", 2**31 - 1), ("bytes", 2**63 - 1)):
        cleaned[name] = _number(row[name], most)
    cleaned["local_time"], cleaned["zone_minutes"] = row["local_time"], row["zone_minutes"]
    cleaned["format"] = "json"
    return cleaned


def _number(value: Any, most: int) -> int | None:
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if 0 <= number <= most else None


def _clean(value: Any) -> str | None:
    if value is None or value in ("-", ""):
        return None
    text = value if isinstance(value, str) else json.dumps(value)
    return text if text.isprintable() else shown(text.encode("utf-8", "surrogatepass"))
