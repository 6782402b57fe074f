"""The parts of a MIME message (RFC 2045, RFC 2046), found by their boundaries and left where they are."""

from collections.abc import Iterator
from email.errors import MessageError
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32
from typing import NamedTuple, Protocol

from stocktake.evidence.names import text
from stocktake.evidence.opening import Member, Step, Unwrap
from stocktake.evidence.streams import Stream

_HEAD_BYTES = 1 << 18
_LONGEST_LINE = 1 << 20
_DEEPEST = 8
_CODINGS = {"quoted-printable": "quoted-printable", "base64": "base64"}


class Part(NamedTuple):
    """A part that holds no others: its headers, and the bytes of its body, coded as they are.

    ``cut_off`` where the message ends before the part does.
    """

    headers: Message
    start: int
    end: int
    cut_off: bool


class Source(Protocol):
    """What parts are read from: line after line, ``b""`` at the end."""

    @property
    def position(self) -> int:
        """Where the next line begins."""

    def next(self) -> bytes:
        """Return the next line with its end."""


class Lines:
    """Lines of a stream with their ends, long ones in pieces, and where each begins."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._data = b""
        self._at = 0
        self.position = 0

    def next(self) -> bytes:
        """Return the next line, or the next piece of a long one; ``b""`` at the end."""
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


def parts(lines: Source, top: Message) -> Iterator[Part]:
    """Yield the parts of the message of which ``top`` are the headers and ``lines`` come after them.

    A message that is not in parts is one part. Parts beyond the eighth depth are not parted further.
    """
    boundaries = [found] if (found := _boundary(top)) else []
    headers: Message | None = None if boundaries else top
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
            yield Part(headers, start, max(start, cut), not line and bool(boundaries))
            headers = None
        if closed is None:
            return
        depth, is_last = closed
        del boundaries[depth + (not is_last) :]
        if is_last:
            if not boundaries:
                return
            continue
        headers = read_headers(lines)
        inner = _boundary(headers) if len(boundaries) < _DEEPEST else None
        if inner:
            boundaries.append(inner)
            headers = None
        start = end = lines.position
        ending = 0


def read_headers(lines: Source) -> Message:
    """Read headers up to the empty line; of very long ones the beginning is kept."""
    kept = []
    size = 0
    while (line := lines.next()).strip(b"\r\n"):
        size += len(line)
        if size <= _HEAD_BYTES:
            kept.append(line)
    return BytesHeaderParser(policy=compat32).parsebytes(b"".join(kept))


def stated(headers: Message, name: str) -> str:
    """What a header says, in one line; empty where there is none or it can't be read."""
    try:
        value = headers.get(name)
    except (MessageError, ValueError, TypeError):
        return ""
    return text("".join(str(value).split("\n")).replace("\r", "").strip()[:8000]) if value is not None else ""


def media_type(headers: Message) -> str:
    """What kind of content a part says that it is, in lower case, without parameters."""
    return stated(headers, "Content-Type").partition(";")[0].strip().lower()[:200]


def steps_to(part: Part) -> tuple[tuple[Step, ...], str]:
    """The steps from the message to the part's content; and its coding, where that can't be undone."""
    coding = stated(part.headers, "Content-Transfer-Encoding").lower()
    steps: tuple[Step, ...] = (Member(part.start, part.end - part.start),)
    if coding in _CODINGS:
        return (*steps, Unwrap(_CODINGS[coding])), ""
    return steps, "" if coding in ("", "7bit", "8bit", "binary") else coding[:40]


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


def _boundary(headers: Message) -> bytes | None:
    try:
        if headers.get_content_maintype() != "multipart":
            return None
        boundary = headers.get_boundary()
    except (MessageError, ValueError, TypeError, LookupError, AttributeError):
        return None
    return boundary.rstrip().encode("utf-8", "surrogateescape") if boundary else None
