"""HTTP archives of browsers (HAR 1.2, http://www.softwareishard.com/blog/har-12-spec/).

A body is a string inside of the file's JSON. It is found and left there: an item's opening leads to the
string's bytes, its escapes and, where the entry says so, its base64 undone.
"""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

from stocktake.evidence.captures import Capture, Faults, Record, Tell, stated_time
from stocktake.evidence.jsonplaces import JsonError, Place, Value, values
from stocktake.evidence.names import text
from stocktake.evidence.opening import Limits, Member, Opening, Step, Unwrap
from stocktake.evidence.streams import Stream

_ENTRY = ("log", "entries", None)
_WANTED = {
    ("startedDateTime",): "at",
    ("serverIPAddress",): "ip",
    ("request", "url"): "url",
    ("request", "method"): "method",
    ("response", "status"): "status",
    ("response", "content", "mimeType"): "media",
    ("response", "content", "encoding"): "encoding",
    ("response", "content", "text"): "body",
    ("response", "content", "_file"): "elsewhere",
}


def records(opening: Opening, limits: Limits, tell: Tell) -> Iterator[Record]:
    """Yield the entries of a HAR file; see `captures.records`."""
    faults = Faults(tell)
    count = without = 0
    with closing(opening()) as stream:
        try:
            for entry in _entries(stream):
                count += 1
                if count > limits.members:
                    tell("error", f"the capture holds more than can be opened; {count - 1} entries were")
                    break
                record = _record(entry, faults)
                without += record.steps is None
                yield record
        except JsonError as error:
            tell("error", f"the capture can't be read to its end ({error}); {count} entries were read")
        for fault in stream.faults:
            tell(fault.severity, fault.message)
    faults.rest()
    if without:
        tell("info", f"{without} entries have no body in the file")


def _entries(stream: Stream) -> Iterator[dict[str, Any]]:
    entry: dict[str, Any] = {}
    for value in values(stream):
        if value.path[:3] != _ENTRY:
            continue
        if value.ended and len(value.path) == 3:
            yield entry
            entry = {}
        elif (name := _WANTED.get(_keys(value))) is not None and not value.ended:
            entry[name] = value.place if name == "body" else value.value


def _keys(value: Value) -> tuple[str, ...]:
    return tuple(key for key in value.path[3:] if key is not None)


def _record(entry: dict[str, Any], faults: Faults) -> Record:
    def stated(name: str) -> str:
        value = entry.get(name)
        return text(value.strip()[:8000]) if isinstance(value, str) else ""

    media = stated("media").partition(";")[0].strip().lower()[:200]
    status = entry.get("status")
    code = status if isinstance(status, int) and 100 <= status < 1000 else None
    capture = Capture(stated("url"), stated_time(stated("at")), code, media)
    body = entry.get("body")
    if "elsewhere" in entry:
        faults.fault("warning", "its body is kept in another file", capture.url[:500])
    if not isinstance(body, Place) or not body.length:
        return Record("entry", capture, ip=stated("ip")[:60], note="no body in the file")
    steps: tuple[Step, ...] = (Member(body.offset, body.length), Unwrap("json"))
    if stated("encoding").lower() == "base64":
        steps = (*steps, Unwrap("base64"))
    elif stated("encoding"):
        faults.fault("warning", f"its body is coded by {stated('encoding')[:40]!r}", capture.url[:500])
    return Record("entry", capture, body.offset, body.length, steps, body.length, ip=stated("ip")[:60])
