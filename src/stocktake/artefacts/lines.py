"""Text that comes in lines: where each stands, however long it is and whatever bytes it holds."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

BLOCK_BYTES = 8 << 20
# A longer line is given in pieces of this size, so that a file without line ends takes no more memory.
LONGEST = 1 << 20
# What of a line is kept as text; its whole length stays in the row's place.
SHOWN = 1 << 16


@dataclass(frozen=True)
class Line:
    """A line without its end. ``offset`` and ``length`` are in bytes of the stream, the end included."""

    offset: int
    length: int
    data: bytes

    @property
    def text(self) -> str:
        """The line as text; bytes that are no UTF-8 and control characters stand in it as ``\\xNN``."""
        return shown(self.data[:SHOWN])


def shown(data: bytes) -> str:
    """Bytes as text that can be stored and shown: what is no character of text becomes ``\\xNN``."""
    text = data.decode("utf-8", "backslashreplace")
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in "\t\n" else _escaped(ord(c)) for c in text)


def _escaped(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def blocks(stream: BinaryIO, size: int = BLOCK_BYTES) -> Iterator[tuple[int, bytes]]:
    """Whole lines, many at once, with the offset of the first; only a line beyond ``LONGEST`` is cut."""
    base = 0
    held = b""
    while piece := stream.read(size):
        held += piece
        cut = held.rfind(b"\n") + 1
        if not cut and len(held) > LONGEST:
            cut = len(held) // LONGEST * LONGEST
        if cut:
            yield base, held[:cut]
            base += cut
            held = held[cut:]
    if held:
        yield base, held


def lines(stream: BinaryIO) -> Iterator[Line]:
    """One line after the other; a line beyond ``LONGEST`` in pieces."""
    for base, block in blocks(stream):
        at = 0
        while at < len(block):
            end = block.find(b"\n", at, at + LONGEST) + 1
            end = end or min(len(block), at + LONGEST)
            yield Line(base + at, end - at, block[at:end].rstrip(b"\r\n"))
            at = end


def head_lines(head: bytes, most: int = 50) -> list[bytes]:
    """The first lines of ``head`` that are whole and not empty; the only line where it is not whole."""
    found = head.split(b"\n", most)
    whole = found[:-1] if len(found) > 1 else found
    if len(found) <= most and len(head) < 1 << 16:
        whole = found
    return [line.rstrip(b"\r") for line in whole if line.strip()]
