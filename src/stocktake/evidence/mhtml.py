"""Pages that browsers save as one file: MHTML (RFC 2557), a MIME message whose parts have addresses.

An item's opening leads to the part, its coding undone.
"""

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime

from stocktake.evidence import mime
from stocktake.evidence.captures import Capture, Faults, Record, Tell
from stocktake.evidence.opening import Limits, Opening

_RELATED = re.compile(rb"(?im)^content-type:\s{0,10}multipart/related\b")
_SAVED = re.compile(rb"(?im)^(?:snapshot-content-location:|from:\s{0,10}\"?<?saved by )")
_IN_POST = re.compile(rb"(?im)^(?:received|message-id|to|return-path|delivered-to):")
_PART_ADDRESS = re.compile(rb"(?im)^content-location:\s{0,10}\S")


def is_mhtml(head: bytes) -> bool:
    """Tell whether ``head`` begins a saved page, and not a letter that has HTML with pictures."""
    if not re.match(rb"[!-9;-~]{1,76}:", head):
        return False
    top = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]
    if not _RELATED.search(top):
        return False
    return bool(_SAVED.search(top) or (not _IN_POST.search(top) and _PART_ADDRESS.search(head)))


def records(opening: Opening, limits: Limits, tell: Tell) -> Iterator[Record]:
    """Yield the parts of a saved page; see `captures.records`."""
    faults = Faults(tell)
    count = 0
    with closing(opening()) as stream:
        lines = mime.Lines(stream)
        top = mime.read_headers(lines)
        page, at = mime.stated(top, "Snapshot-Content-Location"), _date(top)
        for part in mime.parts(lines, top):
            count += 1
            if count > limits.members:
                tell("error", f"the capture holds more than can be opened; {count - 1} parts were")
                break
            yield _record(part, page, at, faults)
        for fault in stream.faults:
            tell(fault.severity, fault.message)
    faults.rest()


def _record(part: mime.Part, page: str, at: datetime | None, faults: Faults) -> Record:
    address = mime.stated(part.headers, "Content-Location")
    if part.cut_off:
        faults.fault("error", "was cut off: its part has no end", address)
    url = address or mime.stated(part.headers, "Content-ID").strip("<>") or page
    steps, coding = mime.steps_to(part)
    if coding:
        faults.fault("warning", f"its body is coded by {coding!r}, which can't be undone", url[:500])
    size = part.end - part.start
    return Record(
        "part", Capture(url, at, None, mime.media_type(part.headers)), part.start, size, steps, size
    )


def _date(headers: Message) -> datetime | None:
    try:
        found = parsedate_to_datetime(mime.stated(headers, "Date"))
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
