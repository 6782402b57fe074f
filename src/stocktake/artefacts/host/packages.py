"""Logs of Debian's package tools: dpkg.log and apt's history.log."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from stocktake.artefacts.host.events import Event, local, write_events
from stocktake.artefacts.lines import LONGEST, SHOWN, Line, lines
from stocktake.artefacts.unparsed import Unparsed
from stocktake.records.raw import UnitWriter

DPKG = re.compile(
    r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) "
    r"(startup|install|upgrade|remove|purge|configure|trigproc|conffile|status|disappear) (.*)"
)
APT = re.compile(
    rb"\s*Start-Date: \d{4}-\d\d-\d\d  ?\d\d:\d\d:\d\d\s*\n"
    rb"(?:Commandline|Requested-By|Install|Upgrade|Remove|Purge|Error|End-Date|Reinstall|Downgrade): "
)


def dpkg(text: str) -> Event | None:
    """A line of dpkg.log."""
    found = DPKG.fullmatch(text)
    at = local(found[1], "%Y-%m-%d %H:%M:%S") if found else None
    if not found or at is None:
        return None
    return {
        "kind": f"package {found[2]}",
        "local_time": at,
        "program": "dpkg",
        "text": f"{found[2]} {found[3]}",
    }


def read_apt(stream: BinaryIO, unit: UnitWriter) -> None:
    """Read apt's history: one event a stanza."""
    unparsed = Unparsed(unit, "host", "stanzas of apt's history")
    write_events(unit, _stanzas(stream, unparsed))
    unparsed.finish()


def _stanzas(stream: BinaryIO, unparsed: Unparsed) -> Iterator[Event]:
    held: list[Line] = []
    for line in lines(stream):
        if line.data.strip() and line.length < LONGEST:
            held.append(line)
            continue
        yield from _stanza(held, unparsed)
        held = []
        unparsed.add([line])
    yield from _stanza(held, unparsed)


def _stanza(held: list[Line], unparsed: Unparsed) -> Iterator[Event]:
    if not held:
        return
    fields: dict[str, str] = {}
    for line in held:
        name, colon, value = line.text.partition(": ")
        if colon:
            fields.setdefault(name, value.strip())
    at = local(" ".join(fields.get("Start-Date", "").split()), "%Y-%m-%d %H:%M:%S")
    if at is None:
        unparsed.add(held)
        return
    by = re.fullmatch(r"(\S+) \(\d+\)", fields.get("Requested-By", ""))
    yield {
        "kind": "package command",
        "local_time": at,
        "program": "apt",
        "user": by[1] if by else fields.get("Requested-By"),
        "command": fields.get("Commandline"),
        "text": "\n".join(line.text for line in held)[:SHOWN],
        "_offset": held[0].offset,
        "_length": sum(line.length for line in held),
    }
