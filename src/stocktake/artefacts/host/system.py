"""What a system says of itself, to the raw table ``system_facts``: its name, zone, release.

Sources: hostname(5), os-release(5), machine-id(5); etc/timezone of Debian; etc/localtime is a file of
tzfile(5).
"""

import re
import struct
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from typing import BinaryIO
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytz

from stocktake.artefacts.lines import LONGEST, shown
from stocktake.artefacts.rows import write_rows
from stocktake.records.raw import Column, UnitWriter

COLUMNS = [Column("key", "what it is", pa.string()), Column("value", "as stated", pa.string())]

# In an image a symbolic link is an item whose bytes are the place that it leads to.
_ZONE_LINK = re.compile(rb"(?:\.\./)*/?usr/share/zoneinfo/([A-Za-z0-9_+/-]{1,60})")
_FILES = {
    "hostname": "host name",
    "timezone": "time zone",
    "localtime": "time zone",
    "os-release": "operating system",
    "machine-id": "machine id",
    "debian_version": "Debian version",
}


def recognise(head: bytes, path: str) -> str | None:
    """``system-KEY`` for a file of etc/ that states such a fact."""
    found = re.search(
        r"(?:^|/)(?:etc|usr/lib)/(hostname|timezone|localtime|os-release|machine-id|debian_version)$", path
    )
    if not found:
        return None
    name = found[1]
    if name == "localtime":
        return "system-localtime" if head.startswith(b"TZif") or _ZONE_LINK.fullmatch(head) else None
    if name == "os-release":
        return "system-os-release" if re.search(rb"^(?:NAME|ID)=", head, re.MULTILINE) else None
    value = head.strip()
    return f"system-{name}" if value and len(value) < 256 and value.isascii() and b"\n" not in value else None


def read(kind: str, stream: BinaryIO, unit: UnitWriter) -> None:
    """Write the fact that the file states."""
    name = kind.removeprefix("system-")
    data = stream.read(LONGEST)
    value: str | None = shown(data.strip())
    if name == "os-release":
        found = re.search(rb'^PRETTY_NAME="?([^"\n]*)', data, re.MULTILINE) or re.search(
            rb'^NAME="?([^"\n]*)', data, re.MULTILINE
        )
        value = shown(found[1]) if found else None
    elif name == "localtime":
        link = _ZONE_LINK.fullmatch(data)
        value = shown(link[1]) if link else zone_of(data)
        if value is None:
            unit.problem("is the rule of a time zone that has no name", severity="warning")
    if value:
        table = unit.table("host", "system_facts", COLUMNS)
        write_rows(unit, table, [{"key": _FILES[name], "value": value, "_offset": 0, "_length": len(data)}])


def zone_of(rule: bytes) -> str | None:
    """The name of a zone whose clock is that of the given tzfile(5), of several the first by name.

    Held against each other is the offset from UTC at the middle of every month from 2000 to 2030.
    """
    try:
        stated = _offsets(ZoneInfo.from_file(BytesIO(rule)))
    except (ValueError, OSError, EOFError, IndexError, struct.error):
        return None
    return next((name for name in pytz.common_timezones if _named(name) == stated), None)


@cache
def _named(name: str) -> tuple[timedelta | None, ...]:
    with pytz.open_resource(name) as file:
        return _offsets(ZoneInfo.from_file(file))


def _offsets(zone: ZoneInfo) -> tuple[timedelta | None, ...]:
    moments = (datetime(2000 + n // 12, n % 12 + 1, 15, tzinfo=UTC) for n in range(360))
    return tuple(moment.astimezone(zone).utcoffset() for moment in moments)
