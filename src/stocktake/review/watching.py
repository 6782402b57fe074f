"""The privilege list held against a stream of bytes while something else reads it: each byte is read once."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import re2

from stocktake.evidence import Counted
from stocktake.review.privilege_list import PrivilegeList

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_BLOCK = 1 << 20


class Mark(NamedTuple):
    """Where a stream meets the list: bytes from its beginning, and the term's reason."""

    offset: int
    length: int
    reason: str


class Watched:
    """A stream that is read through this and held against ``listed`` as it passes.

    ``marks`` gives what was met since the last call; ``finish`` tells that the end was reached. Where the
    blocks end changes nothing.
    """

    def __init__(self, stream: Counted, listed: PrivilegeList) -> None:
        self._stream = stream
        self._list = listed
        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1
        options.log_errors = False
        options.max_mem = 64 << 20
        self._expressions = [
            re2.compile(expression.encode("latin-1"), options) for expression in listed.byte_expressions
        ]
        self._keep = max((term.longest for term in listed.in_text), default=0) + 2
        self._view = bytearray()
        self._base = 0  # offset in the stream of the view's first byte
        self._done = 0  # every match that starts before this was given
        self._found: list[Mark] = []

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Fill ``buffer`` as the stream does."""
        room = memoryview(buffer).cast("B")
        count = self._stream.readinto(room)
        self._view += room[:count]
        if len(self._view) >= _BLOCK + self._keep:
            self._search(final=False)
        return count

    def read(self, size: int = -1) -> bytes:
        """Read as the stream does."""
        piece = self._stream.read(size)
        self._view += piece
        if len(self._view) >= _BLOCK + self._keep:
            self._search(final=False)
        return piece

    def finish(self) -> None:
        """Look at what is left, once the stream has ended."""
        self._search(final=True)

    def marks(self) -> Iterator[Mark]:
        """What was met and not given yet, by place."""
        found, self._found = self._found, []
        yield from sorted(found)

    def _search(self, *, final: bool) -> None:
        view = bytes(self._view)
        # What starts behind this might end in bytes that are still to come, and is found with them. What
        # starts with the view's first byte might begin in the middle of a word; it was found before.
        limit = len(view) if final else len(view) - self._keep + 1
        for expression in self._expressions:
            for match in expression.finditer(view):
                place = self._base + match.start()
                if self._done <= place and match.start() < limit and (match.start() or not self._base):
                    length = match.end() - match.start()
                    self._found.append(Mark(place, length, self._list.named(match.group())))
        self._done = self._base + limit
        drop = max(0, limit - 1)
        del self._view[:drop]
        self._base += drop
