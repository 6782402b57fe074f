"""What users typed and what is to run by itself: shell histories, crontabs, systemd units.

Sources: bash, "Bash History Facilities" (HISTTIMEFORMAT: ``#`` and seconds before each entry); zsh,
EXTENDED_HISTORY (``: seconds:duration;command``, a backslash before each line end inside); crontab(5);
systemd.unit(5).
"""

import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from stocktake.artefacts.host.events import Event, place_of, utc, write_events
from stocktake.artefacts.lines import LONGEST, SHOWN, Line, lines
from stocktake.records.raw import UnitWriter

BASH_TIME = re.compile(rb"#(\d{9,10})")
ZSH = re.compile(rb": +(\d{9,10}):\d+;(.*)", re.DOTALL)


def user_of(path: str) -> str | None:
    """The user in whose home folder the file lies."""
    found = re.search(r"(?:^|/)(?:home|Users)/([^/]+)/", path)
    if found:
        return found[1]
    return "root" if re.search(r"(?:^|/)root/", path) else None


def read_history(stream: BinaryIO, path: str, unit: UnitWriter) -> None:
    """One event a command; a command of several lines is one where the history tells."""
    write_events(unit, history(lines(stream), path))


def history(found: Iterable[Line], path: str) -> Iterator[Event]:
    """The commands of a bash or zsh history, or of any other with a command a line."""
    common: Event = {"kind": "shell command", "user": user_of(path), "program": path.rsplit("/", 1)[-1]}
    held: Event | None = None
    open_until_next = False
    for line in found:
        stamp, zsh = BASH_TIME.fullmatch(line.data), ZSH.fullmatch(line.data)
        goes_on = held is not None and not stamp and not zsh and (open_until_next or held["_open"])
        if goes_on and held is not None:
            held["_length"] += line.length
            before = held["command"]
            if len(before or "") < SHOWN:
                held["command"] = line.text if before is None else f"{before}\n{line.text}"
            held["_open"] = not open_until_next and _ends_open(line.data)
            continue
        if held is not None:
            yield _finished(held)
            held = None
        open_until_next = bool(stamp)
        if stamp:
            held = {**common, **utc(stamp[1].decode()), "command": None, "_open": False, **place_of(line)}
        elif zsh:
            at = utc(zsh[1].decode())
            command = Line(0, 0, zsh[2]).text
            held = {**common, **at, "command": command, "_open": _ends_open(zsh[2]), **place_of(line)}
        elif line.data.strip() and line.length < LONGEST:
            yield {**common, "command": line.text, "text": line.text, **place_of(line)}
        else:
            yield {**common, "kind": "empty line of a history", "text": line.text, **place_of(line)}
    if held is not None:
        yield _finished(held)


def _ends_open(data: bytes) -> bool:
    return data.endswith(b"\\")  # as zsh reads its file, whatever stands before the last of them


def _finished(event: Event) -> Event:
    event.pop("_open")
    return {**event, "text": event["command"]}


_SCHEDULE = re.compile(r"(@\w+|(?:[\d*/,A-Za-z~?#LW-]+\s+){4}[\d*/,A-Za-z~?#L-]+)\s+(.*)")


def is_crontab(path: str) -> bool:
    """Whether a file in this place is a crontab."""
    return bool(
        re.search(
            r"(?:^|/)(?:etc/crontab|etc/cron\.d/[^/.]+|var/spool/cron/(?:crontabs/|tabs/)?[^/]+)$", path
        )
    )


def read_crontab(stream: BinaryIO, path: str, unit: UnitWriter) -> None:
    """One event a scheduled command."""
    write_events(unit, crontab(lines(stream), path))


def crontab(found: Iterable[Line], path: str) -> Iterator[Event]:
    """The commands of a crontab; those in etc/ name the user, those in the spool are the user's."""
    own = path.rsplit("/", 1)[-1] if "/spool/cron/" in f"/{path}" else None
    for line in found:
        text = line.text.strip()
        entry = _SCHEDULE.fullmatch(text)
        if not entry or text.startswith("#"):
            continue
        user, command = own, entry[2]
        if own is None:
            user, command = [*entry[2].split(None, 1), ""][:2]
        yield {"kind": "scheduled command", "user": user, "command": command, "text": text, **place_of(line)}


_UNIT_FIELD = re.compile(r"(Description|ExecStart|ExecStartPre|User|OnCalendar|WorkingDirectory)\s*=\s*(.*)")


def is_unit(head: bytes, path: str) -> bool:
    """Whether the file is a unit of systemd."""
    return (
        path.endswith((".service", ".timer", ".socket"))
        and re.search(rb"^\[(?:Unit|Service|Timer|Socket)\]", head, re.MULTILINE) is not None
    )


def read_unit(stream: BinaryIO, path: str, unit: UnitWriter) -> None:
    """One event a unit: what it runs, as whom."""
    data = stream.read(LONGEST)
    fields: dict[str, list[str]] = {}
    for text in Line(0, 0, data).text.replace("\\\n", " ").splitlines():
        found = _UNIT_FIELD.fullmatch(text.strip())
        if found:
            fields.setdefault(found[1], []).append(found[2].strip())
    name = path.rsplit("/", 1)[-1]
    said = [name, *fields.get("Description", []), *(f"on {when}" for when in fields.get("OnCalendar", []))]
    event = {
        "kind": "systemd unit",
        "program": name,
        "user": next(iter(fields.get("User", [])), None),
        "command": "; ".join(fields.get("ExecStartPre", []) + fields.get("ExecStart", [])) or None,
        "text": "; ".join(said),
        "_offset": 0,
        "_length": len(data),
    }
    write_events(unit, [event])
