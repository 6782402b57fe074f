"""Read-only views of bytes that can be read anywhere: a file, a range of one, several after each other.

The process that reads images builds its layers of these. They have what the libraries ask of a file.
"""

import io
import os
from bisect import bisect_right
from collections.abc import Sequence
from typing import Any, Protocol


class Readable(Protocol):
    """What a library gives for an opened image."""

    def seek(self, offset: int, whence: int = ..., /) -> Any:
        """Set the place from which ``read`` goes on."""

    def read(self, size: int = ..., /) -> bytes:
        """Return the next bytes."""


class View:
    """Bytes that can be read anywhere. A subclass gives ``pread``; fewer bytes mean the end."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._at = 0

    def pread(self, offset: int, size: int) -> bytes:
        """Return ``size`` bytes from ``offset`` on, fewer only at the end. Raises what reading raises."""
        raise NotImplementedError

    def read(self, size: int = -1) -> bytes:
        """Return the next ``size`` bytes, fewer only at the end; all that are left when negative."""
        left = max(0, self.size - self._at)
        piece = self.pread(self._at, left if size is None or size < 0 else min(size, left))
        self._at += len(piece)
        return piece

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Set the place from which ``read`` goes on, as a file does."""
        self._at = max(0, offset + (0, self._at, self.size)[whence])
        return self._at

    def tell(self) -> int:
        """The place from which ``read`` goes on."""
        return self._at

    def seekable(self) -> bool:
        """Return True."""
        return True

    def close(self) -> None:
        """Do nothing: what a view reads is closed with the process."""


class FileView(View):
    """A range of an open file."""

    def __init__(self, descriptor: int, offset: int, size: int) -> None:
        super().__init__(size)
        self._descriptor = descriptor
        self._offset = offset

    def pread(self, offset: int, size: int) -> bytes:
        """Return bytes of the file; OSError where the disk can't read them."""
        size = min(size, self.size - offset)
        return os.pread(self._descriptor, size, self._offset + offset) if size > 0 else b""


class StreamView(View):
    """What a library opened."""

    def __init__(self, stream: Readable, size: int) -> None:
        super().__init__(size)
        self._stream = stream

    def pread(self, offset: int, size: int) -> bytes:
        """Return what the library reads there."""
        size = min(size, self.size - offset)
        if size <= 0:
            return b""
        self._stream.seek(offset)
        return self._stream.read(size)


class SliceView(View):
    """A range of another view; it ends where the other one ends."""

    def __init__(self, of: View, offset: int, size: int) -> None:
        super().__init__(max(0, min(size, of.size - offset)))
        self._of = of
        self._offset = offset

    def pread(self, offset: int, size: int) -> bytes:
        """Return bytes of the other view."""
        size = min(size, self.size - offset)
        return self._of.pread(self._offset + offset, size) if size > 0 else b""


class ZeroView(View):
    """Zeros, as a sparse extent has them."""

    def pread(self, offset: int, size: int) -> bytes:
        """Return zeros."""
        return bytes(max(0, min(size, self.size - offset)))


class MappedView(View):
    """Pieces of other views, one after the other: (view, offset in it, size)."""

    def __init__(self, pieces: Sequence[tuple[View, int, int]]) -> None:
        self._pieces = [piece for piece in pieces if piece[2] > 0]
        self._starts = [0]
        for _, _, size in self._pieces:
            self._starts.append(self._starts[-1] + size)
        super().__init__(self._starts.pop())

    def pread(self, offset: int, size: int) -> bytes:
        """Return bytes of the pieces that lie there."""
        found: list[bytes] = []
        left = min(size, self.size - offset)
        while left > 0:
            number = bisect_right(self._starts, offset) - 1
            view, at, length = self._pieces[number]
            inside = offset - self._starts[number]
            piece = view.pread(at + inside, min(left, length - inside))
            if not piece:
                break
            found.append(piece)
            offset += len(piece)
            left -= len(piece)
        return found[0] if len(found) == 1 else b"".join(found)


class StripedView(View):
    """Stripes of ``stripe`` bytes, taken from the views in turn: (view, offset in it)."""

    def __init__(self, views: Sequence[tuple[View, int]], stripe: int, size: int) -> None:
        super().__init__(size)
        self._views = views
        self._stripe = stripe

    def pread(self, offset: int, size: int) -> bytes:
        """Return bytes of the stripes that lie there."""
        found: list[bytes] = []
        left = min(size, self.size - offset)
        while left > 0:
            number, inside = divmod(offset, self._stripe)
            row, column = divmod(number, len(self._views))
            view, start = self._views[column]
            piece = view.pread(start + row * self._stripe + inside, min(left, self._stripe - inside))
            if not piece:
                break
            found.append(piece)
            offset += len(piece)
            left -= len(piece)
        return b"".join(found)
