"""Access logs of one JSON object a line: Caddy's, Traefik's, and what other servers were told to write.

Source for Caddy: "log (directive)", the structure of its access logs: what the visitor asked stands in an
object ``request``. Names of other servers' fields are those that are mostly given to them.
"""

import re
from functools import lru_cache
from typing import Any, BinaryIO

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import json as pa_json

from stocktake.artefacts.lines import LONGEST, Line, blocks, shown
from stocktake.artefacts.unparsed import Unparsed
from stocktake.artefacts.weblogs import matching
from stocktake.artefacts.weblogs.access import COLUMNS, DATABASE
from stocktake.records.raw import PLACE, UnitWriter

_decode = msgspec.json.Decoder().decode

_NAMES = {
    "vhost": ("host", "http_host", "server_name", "vhost", "request_host", "RequestHost"),
    "ip": ("remote_ip", "client_ip", "remote_addr", "client", "clientip", "ip", "ClientHost", "remote"),
    "user": ("user_id", "remote_user", "user", "ClientUsername"),
    "local_time": (
        ("ts", "time_iso8601", "time_local", "time", "@timestamp", "timestamp", "msec", "StartUTC", "date")
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
_REQUEST = re.compile(r"([A-Za-z_-]{1,32}) (.*?)(?: (HTTP/\S+))?", re.DOTALL)
_POSITION = {column.name: place for place, column in enumerate(COLUMNS)}
_FORMAT, _TIME, _ZONE = _POSITION["format"], _POSITION["local_time"], _POSITION["zone_minutes"]
_STATUS, _BYTES = _POSITION["status"], _POSITION["bytes"]
_ASKED, _METHOD, _PATH, _PROTOCOL = (_POSITION[name] for name in ("request", "method", "path", "protocol"))
_VHOST, _IP = _POSITION["vhost"], _POSITION["ip"]

# Where a column's value may stand: its position in the row, then (in the inner object, name), best first.
_Plan = tuple[tuple[int, tuple[tuple[bool, str], ...]], ...]


def is_request(line: bytes) -> bool:
    """Whether the line is a JSON object that tells of a request: time, address or host, status or path."""
    return _row(line) is not None


def read(stream: BinaryIO, unit: UnitWriter) -> None:
    """Read a log of JSON lines; lines that tell of no request are kept as unparsed."""
    table = unit.table(DATABASE, "access_log", COLUMNS)
    unparsed = Unparsed(unit, DATABASE, "a JSON object that tells of a request")
    for base, block in blocks(stream):
        batch = _caddy(base, block) or _one_by_one(base, block, unparsed)
        if batch is not None:
            unit.write(table, batch)
    unparsed.finish()


def _one_by_one(base: int, block: bytes, unparsed: Unparsed) -> pa.RecordBatch | None:
    rows, places = [], []
    at = 0
    while at < len(block):
        end = block.find(b"\n", at, at + LONGEST) + 1 or min(len(block), at + LONGEST)
        row = _row(block[at:end]) if end - at < LONGEST else None
        if row is None:
            unparsed.add([Line(base + at, end - at, block[at:end].rstrip(b"\r\n"))])
        else:
            rows.append(row)
            places.append((base + at, end - at))
        at = end
    if not rows:
        return None
    arrays = [
        pa.array(values, column.type) for values, column in zip(zip(*rows, strict=True), COLUMNS, strict=True)
    ]
    offsets, lengths = zip(*places, strict=True)
    return _batch(arrays, pa.array(offsets, pa.int64()), pa.array(lengths, pa.int64()))


def _batch(arrays: list[pa.Array], offsets: pa.Array, lengths: pa.Array) -> pa.RecordBatch:
    names = [*(column.name for column in COLUMNS), "_offset", "_length", "_unread"]
    unread = pa.nulls(len(offsets), PLACE.field("_unread").type)
    return pa.RecordBatch.from_arrays([*arrays, offsets, lengths, unread], names=names)


_LISTED = pa.list_(pa.string())
_CADDY = pa.schema(
    {
        "ts": pa.float64(),
        "status": pa.int64(),
        "size": pa.int64(),
        "user_id": pa.string(),
        "request": pa.struct(
            {
                **dict.fromkeys(("remote_ip", "proto", "method", "host", "uri"), pa.string()),
                "headers": pa.struct(dict.fromkeys(_HEADERS.values(), _LISTED)),
            }
        ),
    }
)
_NEEDED = ("remote_ip", "proto", "method", "host", "uri")
_AS_READ = pa_json.ParseOptions(explicit_schema=_CADDY, unexpected_field_behavior="ignore")
_AT_ONCE = pa_json.ReadOptions(use_threads=False, block_size=1 << 28)


def _caddy(base: int, block: bytes) -> pa.RecordBatch | None:
    """The rows of lines that are all as Caddy writes them, read at once; None where any is otherwise."""
    if block[:1] != b"{" or b"\n\n" in block or b'"ts":' not in block[:4096]:
        return None
    try:
        table = pa_json.read_json(pa.BufferReader(block), _AT_ONCE, _AS_READ).combine_chunks()
        table.validate(full=True)
    except (pa.ArrowException, ValueError):
        return None
    ends = np.flatnonzero(np.frombuffer(block, np.uint8) == 10) + 1
    if not len(ends) or ends[-1] != len(block):
        ends = np.append(ends, len(block))
    request = table["request"].combine_chunks()
    needed = [table["ts"], table["status"], table["size"], request, *(request.field(n) for n in _NEEDED)]
    if table.num_rows != len(ends) or any(column.null_count for column in needed):
        return None
    seconds = table["ts"].to_numpy()
    if not ((seconds > 0) & (seconds < 4102444800)).all() or pc.min(table["size"]).as_py() < 0:
        return None
    headers = request.field("headers")
    found = {name: request.field(inner) for name, inner in zip(_FROM_REQUEST, _NEEDED, strict=True)}
    found |= {name: pc.binary_join(headers.field(header), ", ") for name, header in _HEADERS.items()}
    found["user"] = table["user_id"].combine_chunks()
    found = {name: _all_clean(values) for name, values in found.items()}
    found["local_time"] = pa.array(np.round(seconds * 1_000_000).astype(np.int64))
    found["zone_minutes"] = pa.array(np.zeros(len(ends), np.int16))
    found["format"] = pa.array(["json"] * len(ends))
    found["status"], found["bytes"] = table["status"].combine_chunks(), table["size"].combine_chunks()
    starts = np.concatenate([np.zeros(1, np.int64), ends[:-1]])
    try:
        arrays = [
            found[c.name].cast(c.type) if c.name in found else pa.nulls(len(ends), c.type) for c in COLUMNS
        ]
    except pa.ArrowInvalid:  # a status that no 32 bits hold
        return None
    return _batch(arrays, pa.array(starts + base), pa.array(ends - starts))


_FROM_REQUEST = ("ip", "protocol", "method", "vhost", "path")


def _all_clean(values: pa.Array) -> pa.Array:
    """The same as `_clean` for a whole column."""
    nothing = pc.is_in(values, pa.array(["-", ""]))
    if pc.any(nothing).as_py():
        values = pc.if_else(nothing, pa.scalar(None, pa.string()), values)
    odd = pc.or_(
        pc.invert(pc.string_is_ascii(values)), pc.match_substring_regex(values, "[\\x00-\\x1f\\x7f]")
    )
    if not pc.any(odd).as_py():
        return values
    cleaned = [_clean(value) for value in values.filter(odd).to_pylist()]
    return pc.replace_with_mask(values, odd.fill_null(False), pa.array(cleaned, pa.string()))


def _row(line: bytes) -> list[Any] | None:
    """The row of one line, a value a column; None where it tells of no request."""
    try:
        entry = _decode(line)
    except (msgspec.DecodeError, ValueError):
        return None
    if not isinstance(entry, dict):
        return None
    inner = entry.get("request")
    nested: dict[str, Any] = inner if isinstance(inner, dict) else {}
    row: list[Any] = [None] * len(COLUMNS)
    _fill(row, entry, nested)
    headers = nested.get("headers")
    if isinstance(headers, dict):
        _take_headers(row, headers)
    row[_TIME], row[_ZONE] = _moment(row[_TIME])
    asked = row[_STATUS] is not None or row[_PATH] is not None or row[_ASKED] is not None
    if row[_TIME] is None or not (row[_IP] or row[_VHOST]) or not asked:
        return None
    if row[_ASKED] is not None and row[_METHOD] is None:
        found = _REQUEST.fullmatch(str(row[_ASKED])[:LONGEST])
        if found:
            row[_METHOD], row[_PATH], row[_PROTOCOL] = found.groups()
    for place in _TEXTS:
        value = row[place]
        # most are as they should be, and a call for each would take a tenth of the time
        if value is not None and not (value.__class__ is str and len(value) > 1 and value.isprintable()):
            row[place] = _clean(value)
    row[_STATUS], row[_BYTES] = _number(row[_STATUS], 2**31 - 1), _number(row[_BYTES], 2**63 - 1)
    row[_FORMAT] = "json"
    return row


def _fill(row: list[Any], entry: dict[str, Any], nested: dict[str, Any]) -> None:
    for place, candidates in _plan(tuple(entry), tuple(nested)):
        for within, name in candidates:
            value = nested[name] if within else entry[name]
            if value is not None and value.__class__ is not dict and value.__class__ is not list:
                row[place] = value
                break


_TEXTS = tuple(_POSITION[name] for name in _NAMES if name not in ("local_time", "status", "bytes"))


@lru_cache(maxsize=256)
def _plan(outer: tuple[str, ...], inner: tuple[str, ...]) -> _Plan:
    """Where each column's value may stand in an object with these names: lines of a log mostly share them."""
    plan = []
    for column, names in _NAMES.items():
        candidates = []
        for name in names:
            if name in inner:
                candidates.append((True, name))
            if name in outer and not (name == "request" and inner):
                candidates.append((False, name))
        if candidates:
            plan.append((_POSITION[column], tuple(candidates)))
    return tuple(plan)


def _take_headers(row: list[Any], headers: dict[str, Any]) -> None:
    for column, name in _HEADERS.items():
        given = headers.get(name)
        if given and row[_POSITION[column]] is None:
            row[_POSITION[column]] = ", ".join(map(str, given)) if isinstance(given, list) else str(given)


def _moment(value: Any) -> tuple[int | None, int | None]:
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
    return _read_moment(value[:64])


@lru_cache(maxsize=1024)
def _read_moment(text: str) -> tuple[int | None, int | None]:
    raw = text.encode("utf-8", "replace")
    buf = np.frombuffer(raw or b"\0", np.uint8)
    for kind in (matching.ISO, matching.CLF, matching.EPOCH, matching.EPOCH_MS):
        good, at, zone = matching.moment(buf, 0, len(raw), kind)
        if good:
            return int(at), None if zone == matching.NO_ZONE else int(zone)
    return None, None


def _number(value: Any, most: int) -> int | None:
    if value is None:
        return None
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if 0 <= number <= most else None


def _clean(value: Any) -> str | None:
    if isinstance(value, str):
        if value in ("-", ""):
            return None
        return value if value.isprintable() else shown(value.encode("utf-8", "surrogatepass"))
    return str(value)
