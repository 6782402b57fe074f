"""Lines of syslog: the traditional form (RFC 3164), that of RFC 5424, and rsyslog's with ISO times.

The traditional form records neither year nor zone. The year is taken from the file: its last entry is not
later than the file's date (in its name, as logrotate's ``dateext`` writes it, or its time of change), and a
step back of more than half a year begins a new one.
"""

import re
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime, timedelta
from typing import BinaryIO, cast

from stocktake.artefacts.host.events import Event, local, read_lines
from stocktake.artefacts.host.messages import interpret
from stocktake.artefacts.lines import lines
from stocktake.evidence import Item
from stocktake.records.raw import UnitWriter

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH = "|".join(_MONTHS)
TRADITIONAL = re.compile(
    rf"(?:<\d{{1,3}}>)?(?P<month>{_MONTH}) (?P<day>[ 0-3]?\d) "
    r"(?P<time>\d\d:\d\d:\d\d)(?P<fraction>\.\d{1,9})?"
    r"(?:: (?P<alone>.*)| (?P<rest>.*))",
    re.DOTALL,
)
ISO = re.compile(
    r"(?:<\d{1,3}>)?(?P<time>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?P<fraction>[.,]\d{1,9})?"
    r"(?P<zone>Z|[+-]\d\d:?\d\d)? (?P<rest>.*)",
    re.DOTALL,
)
RFC5424 = re.compile(
    r"<\d{1,3}>1 (?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?P<fraction>\.\d{1,9})?(?P<zone>Z|[+-]\d\d:\d\d)? "
    r"(?P<host>\S+) (?P<program>\S+) (?P<pid>\S+) \S+ "
    r'(?:-|(?:\[(?:[^\]"]|"(?:[^"\\]|\\.)*")*\])+)(?: (?P<text>.*))?',
    re.DOTALL,
)
_TAGGED = re.compile(
    r"(?:(?P<host>\S+) )?(?P<program>[^\s:\[\]]{1,128})(?:\[(?P<pid>\d{1,10})\])?: ?(?P<text>.*)", re.DOTALL
)
_HALF_YEAR = timedelta(days=183)
_BYTES_TIME = re.compile(rf"(?:<\d{{1,3}}>)?(?P<month>{_MONTH}) (?P<day>[ 0-3]?\d) \d\d:\d\d:\d\d".encode())


def is_syslog(line: bytes) -> bool:
    """Whether a line has the form of syslog's: a time, then a host or a program."""
    text = line.decode("utf-8", "replace")
    if RFC5424.fullmatch(text) or TRADITIONAL.fullmatch(text):
        return True
    found = ISO.fullmatch(text)
    tagged = _TAGGED.fullmatch(found["rest"]) if found else None
    return bool(found and "T" in found["time"] and tagged and tagged["host"] and "[" not in tagged["host"])


def read(stream: BinaryIO, item: Item, unit: UnitWriter) -> None:
    """Read a file of syslog lines."""
    years = _Years(item)
    read_lines(stream, unit, "lines of syslog", lambda text: one(text, years.next), more=True)
    years.tell(unit)


def one(text: str, year_of: Callable[[int, int], int | None]) -> Event | None:
    """A line's event. ``year_of`` gives the year of a month and day, None where there is no telling."""
    found = RFC5424.fullmatch(text)
    if found:
        named = {name: None if found[name] == "-" else found[name] for name in ("host", "program", "pid")}
        event = _tagged(
            named["host"], named["program"], named["pid"], (found["text"] or "").removeprefix("\ufeff")
        )
        return {**event, **_iso_time(found)}
    found = TRADITIONAL.fullmatch(text)
    if found:
        month, day = _MONTHS.index(found["month"]) + 1, int(found["day"])
        event = (
            _tagged(None, None, None, found["alone"]) if found["alone"] is not None else _rest(found["rest"])
        )
        return {**event, **_traditional_time(found, month, day, year_of(month, day))}
    found = ISO.fullmatch(text)
    return {**_rest(found["rest"]), **_iso_time(found)} if found else None


def _rest(rest: str) -> Event:
    tagged = _TAGGED.fullmatch(rest)
    if tagged:
        return _tagged(tagged["host"], tagged["program"], tagged["pid"], tagged["text"])
    host, _, text = rest.partition(" ")
    return _tagged(host, None, None, text)


def _tagged(host: str | None, program: str | None, pid: str | None, text: str) -> Event:
    number = int(pid) if pid and pid.isdigit() and len(pid) < 11 else None
    return {**interpret(program, text), "host": host, "program": program, "pid": number, "text": text.strip()}


def _iso_time(found: "re.Match[str]") -> Event:
    at = local(found["time"].replace(" ", "T"), "%Y-%m-%dT%H:%M:%S")
    if at is None:
        return {"time_note": "no such date"}
    event: Event = {"local_time": at + _fraction(found["fraction"])}
    zone = found["zone"]
    if zone:
        sign = -1 if zone[0] == "-" else 1
        event["zone_minutes"] = 0 if zone == "Z" else sign * (int(zone[1:3]) * 60 + int(zone[-2:]))
    return event


def _fraction(text: str | None) -> timedelta:
    return timedelta(microseconds=int(text[1:7].ljust(6, "0"))) if text else timedelta()


def _traditional_time(found: "re.Match[str]", month: int, day: int, year: int | None) -> Event:
    recorded = f"{found['month']} {found['day']} {found['time']}"
    if year is None:
        return {"time_note": f"no year in the record: {recorded}"}
    at = local(f"{year} {month} {day} {found['time']}", "%Y %m %d %H:%M:%S")
    if at is None:
        return {"time_note": f"no such date in {year}: {recorded}"}
    return {"local_time": at + _fraction(found["fraction"]), "time_note": "year from the date of the file"}


class _Years:
    """The years of a file's traditional lines, found by reading it through once before."""

    def __init__(self, item: Item) -> None:
        self.item = item
        self.known = False
        self.year: int | None = None
        self.given = 0
        self.before: date | None = None
        self.stated = _stated_date(item)

    def next(self, month: int, day: int) -> int | None:
        """The year of the next traditional line."""
        if not self.known:
            self.known = True
            self.year = self._first()
        self.given += 1
        if self.year is None:
            return None
        if _stepped_back(self.before, month, day):
            self.year += 1
        self.before = _in_leap_year(month, day) or self.before
        return self.year

    def _first(self) -> int | None:
        if self.stated is None:
            return None
        steps = 0
        before: date | None = None
        with closing(self.item.open()) as stream:
            for line in lines(cast("BinaryIO", stream)):
                found = _BYTES_TIME.match(line.data)
                if found:
                    month = _MONTHS.index(found["month"].decode()) + 1
                    day = int(found["day"])
                    steps += _stepped_back(before, month, day)
                    before = _in_leap_year(month, day) or before
        if before is None:
            return None
        last = self.stated + timedelta(days=1)  # the file's date is UTC, the lines are in any zone
        later = (before.month, before.day) > (last.month, last.day)
        return last.year - later - steps

    def tell(self, unit: UnitWriter) -> None:
        """Record where the years come from."""
        if not self.given:
            return
        entries = "1 entry records" if self.given == 1 else f"{self.given} entries record"
        if self.year is None:
            unit.problem(
                f"{entries} no year, and nothing tells it: their times are left open", severity="warning"
            )
        elif self.stated:
            unit.problem(
                f"{entries} no year: it was taken from the date of the file, {self.stated:%Y-%m-%d}",
                severity="info",
            )


def _in_leap_year(month: int, day: int) -> date | None:
    try:
        return date(2000, month, day)
    except ValueError:
        return None


def _stepped_back(before: date | None, month: int, day: int) -> bool:
    now = _in_leap_year(month, day)
    return before is not None and now is not None and before - now > _HALF_YEAR


def _stated_date(item: Item) -> date | None:
    name = item.path.rsplit("/", 1)[-1]
    found = re.search(r"[.-](\d{8})(?!\d)", name)
    if found:
        stated = local(found[1], "%Y%m%d")
        if stated:
            return stated.date()
    changed: datetime | None = item.mtime
    return changed.date() if changed else None
