"""The raw table ``events``: what a host's files say happened, or was set up, one row an entry."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, BinaryIO

import pyarrow as pa

from stocktake.artefacts.host.secrets import masked
from stocktake.artefacts.lines import LONGEST, SHOWN, Line, lines, shown
from stocktake.artefacts.rows import write_rows
from stocktake.artefacts.unparsed import Unparsed
from stocktake.records.raw import Column, UnitWriter

Event = dict[str, Any]

COLUMNS = [
    Column("kind", "what the entry tells of", pa.string()),
    Column("local_time", "wall clock as recorded", pa.timestamp("us")),
    Column("zone_minutes", "offset from UTC as recorded", pa.int16()),
    Column("time_note", "what of the time is not in the record", pa.string()),
    Column("host", "name of the host as recorded", pa.string()),
    Column("program", "program that wrote the entry", pa.string()),
    Column("pid", "its process", pa.int64()),
    Column("user", "user concerned", pa.string()),
    Column("ip", "address of the other side", pa.string()),
    Column("port", "its port", pa.int32()),
    Column("command", "command that was run, or is to be", pa.string()),
    Column("fingerprint", "of the key concerned", pa.string()),
    Column("text", "the entry as recorded, but for secrets", pa.string()),
]

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - wall clocks and UTC alike are kept without a zone
_END = 253402300799  # the last second of the year 9999


def utc(seconds: float | str | None) -> Event:
    """Time columns for seconds since 1970 (UTC); none where they are no such time."""
    try:
        value = float(seconds or 0)
    except ValueError:
        return {}
    if not 0 < value <= _END:
        return {}
    return {"local_time": EPOCH + timedelta(microseconds=round(value * 1_000_000)), "zone_minutes": 0}


def local(text: str, pattern: str) -> datetime | None:
    """A wall-clock time, or None where the text is none."""
    try:
        found = datetime.strptime(text, pattern)  # noqa: DTZ007 - the zone comes from elsewhere
    except ValueError:
        return None
    return found.replace(tzinfo=None)


def write_events(unit: UnitWriter, events: Iterable[Event]) -> None:
    """Write events, without the secrets in their commands.

    Long text is kept up to 64 KiB; the place of the row tells of the rest.
    """
    table = unit.table("host", "events", COLUMNS)

    def kept(event: Event) -> Event:
        for name in ("text", "command"):
            if event.get(name):
                event[name] = masked(unit, event[name][:SHOWN])
        return event

    write_rows(unit, table, map(kept, events))


def read_lines(
    stream: BinaryIO, unit: UnitWriter, what: str, one: Callable[[str], Event | None], *, more: bool = False
) -> None:
    """Each line to an event by ``one``; lines for which it gives None are kept as unparsed.

    With ``more``, a line that begins with white space goes on from the entry before.
    """
    unparsed = Unparsed(unit, "host", what)
    write_events(unit, _events(lines(stream), one, unparsed, more))
    unparsed.finish()


def _events(
    all_lines: Iterable[Line], one: Callable[[str], Event | None], unparsed: Unparsed, more: bool
) -> Iterator[Event]:
    held: Event | None = None
    for line in all_lines:
        if more and held is not None and line.data[:1] in (b"\t", b" ") and line.data.strip():
            held["_length"] += line.length
            if len(held["text"] or "") < SHOWN:
                held["text"] = f"{held['text'] or ''}\n{line.text}"
            continue
        event = one(line.text) if line.length < LONGEST else None
        if event is None:
            if held is not None:
                yield held
                held = None
            unparsed.add([line])
            continue
        if held is not None:
            yield held
        held = {**event, "_offset": line.offset, "_length": line.length}
    if held is not None:
        yield held


def place_of(line: Line) -> Event:
    """The place columns of a line."""
    return {"_offset": line.offset, "_length": line.length}


def text_of(data: bytes) -> str:
    """Bytes as text, ``\\xNN`` for what is none, without white space around."""
    return shown(data).strip()
