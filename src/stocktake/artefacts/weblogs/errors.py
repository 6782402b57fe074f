"""Error logs of nginx and Apache httpd to the raw table ``error_log``.

Sources: nginx, ``ngx_log.c`` (``2024/03/01 12:00:00 [error] 12#12: *3 text, client: …, server: …``); Apache
httpd 2.4, "core: ErrorLogFormat" (``[Fri Mar 01 12:00:00.123456 2024] [core:error] [pid 1:tid 2] [client
ip:port] text``) and the form before 2.4. Neither says in which zone its clock is.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, BinaryIO

import pyarrow as pa

from stocktake.artefacts.lines import LONGEST, SHOWN, lines, shown
from stocktake.artefacts.rows import write_rows
from stocktake.artefacts.unparsed import Unparsed
from stocktake.records.raw import Column, UnitWriter

COLUMNS = [
    Column("software", "whose log", pa.string()),
    Column("local_time", "wall clock as recorded", pa.timestamp("us")),
    Column("level", "severity", pa.string()),
    Column("pid", "process", pa.int64()),
    Column("ip", "address of the visitor", pa.string()),
    Column("vhost", "name of the host", pa.string()),
    Column("request", "request line as recorded", pa.string()),
    Column("text", "the message", pa.string()),
]

NGINX = re.compile(rb"(\d{4}/\d\d/\d\d \d\d:\d\d:\d\d) \[(\w+)\] (\d{1,10})#\d+: ?(.*)", re.DOTALL)
APACHE = re.compile(
    rb"\[(\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d(?:\.\d{1,6})? \d{4})\] \[([\w:-]+)\] (.*)", re.DOTALL
)
_PID = re.compile(rb"\[pid (\d{1,10})(?::tid \d+)?\] ?")
_CLIENT = re.compile(rb"\[client ([^\]\s]+)\] ?")
_FIELDS = {
    name: re.compile(rb", " + name.encode() + rb': (?:"((?:[^"\\\\]|\\\\.){0,8192})"|([^,\s]+))')
    for name in ("client", "server", "request", "host")
}


def read(kind: str, stream: BinaryIO, unit: UnitWriter) -> None:
    """Read an error log of ``kind`` ``nginx-error-log`` or ``apache-error-log``."""
    table = unit.table("weblogs", "error_log", COLUMNS)
    is_nginx = kind.startswith("nginx")
    unparsed = Unparsed(unit, "weblogs", f"lines of {'an nginx' if is_nginx else 'an Apache'} error log")
    write_rows(unit, table, _rows(stream, nginx if is_nginx else apache, unparsed))
    unparsed.finish()


def _rows(
    stream: BinaryIO, one: Callable[[bytes], dict[str, Any] | None], unparsed: Unparsed
) -> Iterator[dict[str, Any]]:
    for line in lines(stream):
        row = one(line.data) if line.length < LONGEST else None
        if row is None:
            unparsed.add([line])
        else:
            yield {**row, "_offset": line.offset, "_length": line.length}


def nginx(line: bytes) -> dict[str, Any] | None:
    """A line of nginx's error log, or None."""
    found = NGINX.fullmatch(line)
    if not found:
        return None
    at = _time(found[1].decode(), "%Y/%m/%d %H:%M:%S")
    if at is None:
        return None
    said = found[4][:SHOWN]
    given = {name: _found(pattern, said) for name, pattern in _FIELDS.items()}
    return {
        "software": "nginx",
        "local_time": at,
        "level": shown(found[2]),
        "pid": int(found[3]),
        "ip": given["client"],
        "vhost": given["host"] or given["server"] or None,
        "request": given["request"],
        "text": shown(said),
    }


def apache(line: bytes) -> dict[str, Any] | None:
    """A line of Apache's error log, or None."""
    found = APACHE.fullmatch(line)
    if not found:
        return None
    stated = found[1].decode("ascii", "replace")
    at = _time(stated, "%a %b %d %H:%M:%S.%f %Y" if "." in stated else "%a %b %d %H:%M:%S %Y")
    if at is None:
        return None
    rest = found[3][:SHOWN]
    pid = _PID.match(rest)
    rest = rest[pid.end() :] if pid else rest
    client = _CLIENT.search(rest)
    ip = None
    if client:
        ip = shown(client[1])
        bare = re.fullmatch(
            r"((?:\d{1,3}\.){3}\d{1,3}):\d+|\[?([0-9a-fA-F:.]*:[0-9a-fA-F:.]*?)\]?:\d{4,5}", ip
        )
        ip = (bare[1] or bare[2]) if bare else ip
    return {
        "software": "Apache",
        "local_time": at,
        "level": shown(found[2]),
        "pid": int(pid[1]) if pid else None,
        "ip": ip,
        "vhost": None,
        "request": None,
        "text": shown(rest),
    }


def _found(pattern: "re.Pattern[bytes]", text: bytes) -> str | None:
    found = pattern.search(text)
    return shown(found[1] if found[1] is not None else found[2]) if found else None


def _time(text: str, pattern: str) -> datetime | None:
    try:
        return datetime.strptime(text, pattern)  # noqa: DTZ007 - the log does not say its zone
    except ValueError:
        return None
