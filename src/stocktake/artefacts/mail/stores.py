"""How messages are kept: mbox (RFC 4155), Maildir (D. J. Bernstein), and Exim's spool.

Exim's is told in the Exim specification, chapter "Format of spool files". Postfix documents its queue files
as internal; they are not read.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import BinaryIO, NamedTuple

from stocktake.artefacts.gathering import Gathering, moment
from stocktake.artefacts.lines import lines
from stocktake.artefacts.mail import message
from stocktake.evidence import Item
from stocktake.evidence.mail import SEPARATOR, is_message

EXIM = re.compile(r"[0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4}-([HD])")


class Stored(NamedTuple):
    """A message in an mbox: bytes of the file from its separator to the next."""

    raw: bytes
    offset: int
    length: int


def mbox(stream: BinaryIO) -> Iterator[Stored]:
    """Yield the messages of an mbox as it streams; of one that is too long, its beginning."""
    held: list[bytes] = []
    size, start, end = 0, 0, 0
    blank = True
    begun = False
    for line in lines(stream):
        if blank and line.data.startswith(b"From ") and SEPARATOR.fullmatch(line.data):
            if begun:
                yield Stored(b"".join(held), start, line.offset - start)
            held, size, start, begun = [], 0, line.offset, True
        elif begun and size <= message.MOST_BYTES:
            whole = line.data + (b"\n" if line.length > len(line.data) else b"")
            held.append(whole)
            size += len(whole)
        blank = not line.data
        end = line.offset + line.length
    if begun:
        yield Stored(b"".join(held), start, end - start)


def read_mbox(stream: BinaryIO, rows: Gathering) -> None:
    """Rows of an mbox."""
    for number, stored in enumerate(mbox(stream), 1):
        message.add(stored.raw, number, rows, _offset=stored.offset, _length=stored.length)


def read_message(stream: BinaryIO, rows: Gathering) -> None:
    """Rows of a file that is one message."""
    raw = stream.read(message.MOST_BYTES + 1)
    message.add(raw, 1, rows, _offset=0, _length=len(raw))


def maildirs(items: Sequence[Item]) -> Iterator[tuple[str, tuple[Item, ...]]]:
    """Folders with a ``cur`` or ``new`` whose files are named and begin as messages do, and those files."""
    folders: dict[str, list[Item]] = {}
    for item in items:
        folder, _, name = item.path.rpartition("/")
        home, _, kind = folder.rpartition("/")
        if kind in ("cur", "new") and re.match(r"\d{5,}\.", name):
            folders.setdefault(home, []).append(item)
    for home, files in folders.items():
        if _begins_as_message(files[0]):
            yield home, tuple(files)


def _begins_as_message(item: Item) -> bool:
    if item.head is not None:
        return is_message(item.head)
    try:
        with closing(item.open()) as stream:
            return is_message(stream.peek(1 << 16))
    except OSError:
        return False


def read_maildir(items: Sequence[Item], rows: Gathering, home: str) -> None:
    """Rows of a Maildir; ``file`` says which of its files each message is."""
    for number, item in enumerate(items, 1):
        try:
            with closing(item.open()) as stream:
                raw = stream.read(message.MOST_BYTES + 1)
        except OSError as error:
            rows.unit.problem(f"{item.path}: can't be opened: {error.strerror or error}", severity="error")
            continue
        message.add(raw, number, rows, file=item.path[len(home) :].lstrip("/"))


def exim_pairs(items: Sequence[Item]) -> Iterator[tuple[Item, ...]]:
    """The -H file of each message in Exim's spool, with its -D file where that is there."""
    named = {item.path: item for item in items if EXIM.fullmatch(item.path.rpartition("/")[2])}
    for path, item in named.items():
        body = named.get(path[:-1] + "D")
        if path.endswith("-H") and body is not None:
            yield item, body


def read_exim(items: Sequence[Item], rows: Gathering) -> None:
    """Rows of one message in Exim's spool: envelope and headers from -H, body from -D."""
    with closing(items[0].open()) as stream:
        header = stream.read(message.MOST_BYTES)
    body = b""
    if len(items) > 1:
        with closing(items[1].open()) as stream:
            body = stream.read(message.MOST_BYTES)
    told = header.splitlines()
    if len(told) < 4 or not told[2].startswith(b"<"):
        rows.unit.problem("does not begin as a header file of Exim's spool does", severity="error")
        return
    sent_to, at = _exim_recipients(told)
    headers = b"".join(_exim_headers(header))
    address = re.search(rb"^--?host_address \[?([0-9A-Fa-f.:]+?)\]?[.:]\d{1,5}$", header, re.MULTILINE)
    message.add(
        headers + b"\n" + body.partition(b"\n")[2], 1, rows, file=items[0].path.rpartition("/")[2],
        via=f"[{address[1].decode()}]" if address else "",
        envelope_from=told[2].decode("utf-8", "backslashreplace").strip("<> ") or None,
        envelope_to=" ".join(sent_to) or None, received_at=at,
    )  # fmt: skip


def _exim_recipients(told: list[bytes]) -> tuple[list[str], "object"]:
    at = moment(told[3].split()[0].decode("ascii", "replace")) if told[3].split() else None
    count = next((n for n, line in enumerate(told[4:], 4) if re.fullmatch(rb"\d{1,6}", line)), None)
    if count is None:
        return [], at
    listed = told[count + 1 : count + 1 + min(int(told[count]), 5000)]
    return [line.split(b" ")[0].decode("utf-8", "backslashreplace") for line in listed if line], at


def _exim_headers(header: bytes) -> Iterator[bytes]:
    """Headers after the blank line, each behind its length in three digits or more and a letter or space."""
    at = header.find(b"\n\n") + 2
    while 2 <= at < len(header):
        found = re.compile(rb"(\d{3,})([A-Za-z* ]) ").match(header, at)
        if not found or int(found[1]) == 0:
            return
        end = found.end() + int(found[1])
        if found[2] != b"*":  # a header that was removed
            yield header[found.end() : end]
        at = end
