"""Records of logins: utmp, wtmp, btmp and lastlog, as Linux on x86-64 and arm64 writes them.

Source: utmp(5), ``struct utmp`` of 384 bytes in glibc's bits/utmp.h; ``struct lastlog`` of 292 bytes, one a
uid.
"""

import ipaddress
import re
import struct
from collections.abc import Iterator
from typing import BinaryIO

from stocktake.artefacts.host.events import Event, utc, write_events
from stocktake.artefacts.lines import shown
from stocktake.records.raw import UnitWriter

UTMP = struct.Struct("<h2xi32s4s32s256shhiii16s20x")
LASTLOG = struct.Struct("<i32s256s")
_LASTLOG_UIDS = 1 << 22  # of a sparse file that could go on to 2**32
_TYPES = {
    0: "empty login record", 1: "run level", 2: "boot", 3: "clock changed to", 4: "clock changed from",
    5: "init process", 6: "login prompt", 7: "login", 8: "logout", 9: "accounting",
}  # fmt: skip


def kind_of(head: bytes, path: str) -> str | None:
    """``utmp`` or ``lastlog`` by the file's name and its first records."""
    name = path.rsplit("/", 1)[-1]
    if re.match(r"(?:u|w|b)tmp(?:[._-]|$)", name) and len(head) >= UTMP.size:
        records = [
            UTMP.unpack_from(head, at)
            for at in range(0, min(len(head), 64 * UTMP.size) // UTMP.size * UTMP.size, UTMP.size)
        ]
        good = sum(0 <= r[0] <= 9 and 0 <= r[10] < 1_000_000 for r in records)
        return "utmp" if good * 10 >= len(records) * 9 else None
    if (
        re.match(r"lastlog(?:[._-]|$)", name)
        and len(head) >= LASTLOG.size
        and len(head) % LASTLOG.size in (0, (1 << 16) % LASTLOG.size)
    ):
        return "lastlog"
    return None


def read_utmp(stream: BinaryIO, path: str, unit: UnitWriter) -> None:
    """One event a record; a part of a record at the end costs a problem."""
    failed = re.match(r"btmp", path.rsplit("/", 1)[-1]) is not None
    write_events(unit, _utmp(stream, failed, unit))


def _utmp(stream: BinaryIO, failed: bool, unit: UnitWriter) -> Iterator[Event]:
    at = 0
    while record := stream.read(UTMP.size):
        if len(record) < UTMP.size:
            unit.problem("ends inside of a record", offset=at, length=len(record))
            return
        event = utmp_record(record, failed=failed)
        yield {**event, "_offset": at, "_length": UTMP.size}
        at += UTMP.size


def utmp_record(record: bytes, *, failed: bool = False) -> Event:
    """The event of one ``struct utmp``; ``failed`` for those of btmp."""
    kind, pid, line, _, user, host, _, _, _, seconds, micros, address = UTMP.unpack(record)
    name = _TYPES.get(kind, f"login record of type {kind}")
    who, where, tty = _text(user), _text(host), _text(line)
    if failed and kind in (6, 7):
        name = "failed login"
    ip = _address(address) or _written(where)
    return {
        "kind": name,
        **utc(seconds + (micros if 0 <= micros < 1_000_000 else 0) / 1_000_000 if seconds > 0 else None),
        "program": "login",
        "pid": pid if pid > 0 else None,
        "user": who or None,
        "ip": ip,
        "text": " ".join(
            filter(None, (name, tty and f"on {tty}", who and f"user {who}", where and f"from {where}"))
        ),
    }


def _text(field: bytes) -> str:
    return shown(field.split(b"\0", 1)[0])


def _address(field: bytes) -> str | None:
    if not any(field):
        return None
    return str(ipaddress.ip_address(field if any(field[4:]) else field[:4]))


def _written(host: str) -> str | None:
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return None


def read_lastlog(stream: BinaryIO, unit: UnitWriter) -> None:
    """One event for each uid that ever logged in."""
    write_events(unit, _lastlog(stream, unit))


def _lastlog(stream: BinaryIO, unit: UnitWriter) -> Iterator[Event]:
    uid = 0
    while block := stream.read(LASTLOG.size * 4096):
        if any(block):
            for at in range(0, len(block) - LASTLOG.size + 1, LASTLOG.size):
                seconds, line, host = LASTLOG.unpack_from(block, at)
                number = uid + at // LASTLOG.size
                if seconds > 0:
                    where = _text(host)
                    yield {
                        "kind": "last login",
                        **utc(seconds),
                        "program": "lastlog",
                        "user": f"uid {number}",
                        "ip": _written(where),
                        "text": f"on {_text(line)} from {where}",
                        "_offset": number * LASTLOG.size,
                        "_length": LASTLOG.size,
                    }
        uid += len(block) // LASTLOG.size
        if uid >= _LASTLOG_UIDS:
            unit.problem(f"was read for uids below {_LASTLOG_UIDS} only", severity="info")
            return
