"""What was sent along with mail: the attachments of single messages (RFC 5322) and of mbox files (RFC 4155).

An attachment is found by the boundaries of its message and left there: an item's opening leads to it, its
coding undone. What is an attachment is decided as in `artefacts.mail`: every part but the text that a reader
sees.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from typing import NamedTuple

from stocktake.evidence import mime
from stocktake.evidence.names import one_name
from stocktake.evidence.opening import Limits, Opening, Step

SEPARATOR = re.compile(rb"From [^\n]{0,300}\b(?:19|20)\d\d\b[^\n]{0,60}")
_LONGEST_NAME = 200

Tell = Callable[[str, str], None]


class Attachment(NamedTuple):
    """A file sent along: its name inside the mail, the steps to it, and its size as it is coded."""

    name: str
    steps: tuple[Step, ...]
    size: int


def mail_format(head: bytes) -> str | None:
    """``mbox`` or ``message`` where ``head`` (64 KiB) begins one."""
    first, _, rest = head.partition(b"\n")
    if SEPARATOR.fullmatch(first.rstrip(b"\r")):
        return "mbox" if is_message(rest) else None
    return "message" if is_message(head) else None


def is_message(head: bytes) -> bool:
    """Whether a file begins with headers of a message, and two of those that every message has."""
    if not re.match(rb"[!-9;-~]{1,76}:", head):
        return False
    block = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]
    names: set[bytes] = set()
    first = block.splitlines()[:400] if len(block) < 1 << 16 else block.splitlines()[:100]
    for number, line in enumerate(first):
        found = re.match(rb"([!-9;-~]{1,76}):", line)
        if found:
            names.add(found[1].lower())
        elif line[:1] not in (b" ", b"\t") or number == 0:
            return False
    return len(names & {b"from", b"date", b"message-id", b"received", b"return-path"}) >= 2


def attachments(form: str, opening: Opening, limits: Limits, tell: Tell) -> Iterator[Attachment]:
    """Yield what was sent along with the mail that ``opening`` leads to, in its order.

    Names begin with the number of the message where the file holds many. ``tell`` takes (severity, message)
    for what can't be read.
    """
    count = cut_off = unknown = 0
    with closing(opening()) as stream:
        lines = _Messages(mime.Lines(stream)) if form == "mbox" else mime.Lines(stream)
        number = 0
        while not isinstance(lines, _Messages) or lines.begin():
            number += 1
            home = f"{number}/" if form == "mbox" else ""
            for part in mime.parts(lines, mime.read_headers(lines)):
                if not _is_attachment(part.headers):
                    continue
                count += 1
                if count > limits.members:
                    tell("error", f"more is attached than can be opened; {count - 1} attachments were")
                    return
                cut_off += part.cut_off
                steps, coding = mime.steps_to(part)
                unknown += bool(coding)
                yield Attachment(home + _name(part.headers), steps, part.end - part.start)
            if not isinstance(lines, _Messages):
                break
    if cut_off:
        tell("error", f"{cut_off} attachments were cut off: their message ends before they do")
    if unknown:
        tell(
            "warning", f"{unknown} attachments are coded in a way that can't be undone, and are as they stand"
        )


class _Messages:
    """The lines of an mbox, one message at a time: ``begin`` goes to the next, whose end reads as ``b""``."""

    def __init__(self, lines: mime.Lines) -> None:
        self._lines = lines
        self._separator = lines.next()

    @property
    def position(self) -> int:
        return self._lines.position - len(self._separator)

    def begin(self) -> bool:
        """Go to the next message; False where there is none."""
        while not self._separator:
            if not self.next() and not self._separator:
                return False
        self._separator = b""
        self._blank = True
        return True

    def next(self) -> bytes:
        if self._separator:
            return b""
        line = self._lines.next()
        if self._blank and line.startswith(b"From ") and SEPARATOR.fullmatch(line.rstrip(b"\r\n")):
            self._separator = line
            return b""
        self._blank = not line.rstrip(b"\r\n")
        return line


def _is_attachment(headers: Message) -> bool:
    try:
        if headers.get_content_disposition() == "attachment" or headers.get_filename():
            return True
        return headers.get_content_type() not in ("text/plain", "text/html")
    except (MessageError, ValueError, TypeError, LookupError, AttributeError):
        return True


def _name(headers: Message) -> str:
    """The attachment's name as one part of a path; where it has none, its kind."""
    try:
        stated = headers.get_filename() or ""
        stated = str(make_header(decode_header(stated)))
    except (MessageError, ValueError, TypeError, LookupError, AttributeError):
        stated = mime.stated(headers, "Content-Description")
    if not stated.strip("./\\ "):
        stated = f"unnamed {mime.media_type(headers)}".strip()
    return one_name(stated[:_LONGEST_NAME])
