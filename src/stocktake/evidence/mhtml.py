"""Pages that browsers save as one file: MHTML (RFC 2557), a MIME message whose parts have addresses.

Parts are found by their boundaries and left where they are; an item's opening leads to the part, its coding
undone.
"""

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from email.errors import MessageError
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import parsedate_to_datetime

from stocktake.evidence.captures import Capture, Faults, Record, Tell
from stocktake.evidence.names import text
from stocktake.evidence.opening import Limits, Member, Opening, Step, Unwrap
from stocktake.evidence.streams import Stream

_HEAD_BYTES = 1 << 18
_LONGEST_LINE = 1 << 20
_DEEPEST = 8
_RELATED = re.compile(rb"(?im)^content-type:\s{0,10}multipart/related\b")
_SAVED = re.compile(rb"(?im)^(?:snapshot-content-location:|from:\s{0,10}\"?<?saved by )")
_IN_POST = re.compile(rb"(?im)^(?:received|message-id|to|return-path|delivered-to):")
_PART_ADDRESS = re.compile(rb"(?im)^content-location:\s{0,10}\S")
_CODINGS = {"quoted-printable": "quoted-printable", "base64": "base64"}


def is_mhtml(head: bytes) -> bool:
    """Tell whether ``head`` begins a saved page, and not a letter that has HTML with pictures."""
    if not re.match(rb"[!-9;-~]{1,76}:", head):
        return False
    top = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]
    if not _RELATED.search(top):
        return False
    return bool(_SAVED.search(top) or (not _IN_POST.search(top) and _PART_ADDRESS.search(head)))


class _Lines:
    """Lines of a stream with their ends, long ones in pieces, and where each begins."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._data = b""
        self._at = 0
        self.position = 0

    def next(self) -> bytes:
        while True:
            end = self._data.find(b"\n", self._at) + 1
            if not end and len(self._data) - self._at < _LONGEST_LINE:
                more = self._stream.read1()
                if more:
                    self._data, self._at = self._data[self._at :] + more, 0
                    continue
            line = self._data[self._at : end or self._at + _LONGEST_LINE]
            self._at += len(line)
            self.position += len(line)
            return line


def records(opening: Opening, limits: Limits, tell: Tell) -> Iterator[Record]:
    """Yield the parts of a saved page; see `captures.records`."""
    faults = Faults(tell)
    count = 0
    with closing(opening()) as stream:
        for record in _parts(_Lines(stream), faults):
            count += 1
            if count > limits.members:
                tell("error", f"the capture holds more than can be opened; {count - 1} parts were")
                break
            yield record
        for fault in stream.faults:
            tell(fault.severity, fault.message)
    faults.rest()


def _parts(lines: _Lines, faults: Faults) -> Iterator[Record]:
    top = _headers(lines)
    page, at = _stated(top, "Snapshot-Content-Location"), _date(top)
    boundaries = [boundary] if (boundary := _boundary(top)) else []
    headers: Message | None = None
    start = end = lines.position
    ending = 0
    while True:
        line = lines.next()
        closed = _closed(line, boundaries)
        if line and closed is None:
            end = lines.position
            ending = 2 if line.endswith(b"\r\n") else 1 if line.endswith(b"\n") else 0
            continue
        if headers is not None:
            cut = end - (ending if line and end > start else 0)
            if not line:
                faults.fault(
                    "error", "was cut off: its part has no end", _stated(headers, "Content-Location")
                )
            yield _part(headers, start, max(start, cut), page, at, faults)
            headers = None
        if closed is None:
            return
        depth, is_last = closed
        del boundaries[depth + (not is_last) :]
        if is_last:
            if not boundaries:
                return
            continue
        headers = _headers(lines)
        inner = _boundary(headers) if len(boundaries) < _DEEPEST else None
        if inner:
            boundaries.append(inner)
            headers = None
        start = end = lines.position
        ending = 0


def _closed(line: bytes, boundaries: list[bytes]) -> tuple[int, bool] | None:
    """Which boundary a line is, by its depth, and whether it is the last of that depth."""
    if not line.startswith(b"--"):
        return None
    found = line[2:].rstrip()
    for depth in range(len(boundaries) - 1, -1, -1):
        if found == boundaries[depth]:
            return depth, False
        if found == boundaries[depth] + b"--":
            return depth, True
    return None


def _headers(lines: _Lines) -> Message:
    kept = []
    size = 0
    while (line := lines.next()).strip(b"\r\n"):
        size += len(line)
        if size <= _HEAD_BYTES:
            kept.append(line)
    return BytesHeaderParser(policy=compat32).parsebytes(b"".join(kept))


def _boundary(headers: Message) -> bytes | None:
    try:
        if headers.get_content_maintype() != "multipart":
            return None
        boundary = headers.get_boundary()
    except (MessageError, ValueError, TypeError, LookupError, AttributeError):
        return None
    return boundary.rstrip().encode("utf-8", "surrogateescape") if boundary else None


def _part(headers: Message, start: int, end: int, page: str, at: datetime | None, faults: Faults) -> Record:
    url = _stated(headers, "Content-Location") or _stated(headers, "Content-ID").strip("<>") or page
    coding = _stated(headers, "Content-Transfer-Encoding").lower()
    steps: tuple[Step, ...] = (Member(start, end - start),)
    if coding in _CODINGS:
        steps = (*steps, Unwrap(_CODINGS[coding]))
    elif coding not in ("", "7bit", "8bit", "binary"):
        faults.fault("warning", f"its body is coded by {coding[:40]!r}, which can't be undone", url[:500])
    media = _stated(headers, "Content-Type").partition(";")[0].strip().lower()[:200]
    return Record("part", Capture(url, at, None, media), start, end - start, steps, end - start)


def _stated(headers: Message, name: str) -> str:
    try:
        value = headers.get(name)
    except (MessageError, ValueError, TypeError):
        return ""
    return text("".join(str(value).split("\n")).replace("\r", "").strip()[:8000]) if value is not None else ""


def _date(headers: Message) -> datetime | None:
    try:
        found = parsedate_to_datetime(_stated(headers, "Date"))
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
