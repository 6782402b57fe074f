"""The part of a text stream that is in view, and where its bytes stand in the stream."""

import codecs
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from stocktake.records.sqltext import MARGIN


class Window:
    """Bytes ``raw[pos:end]`` of a stream that is read once, front to back.

    About ``block`` bytes are read at a time; the memory does not outgrow ``block`` and ``most`` together as
    long as no more than ``most`` bytes are kept in view.
    ``buf`` is the same memory as an array, laid out as ``sqltext`` asks. A byte order mark is passed over.
    UTF-16, which PowerShell writes when a dump is redirected, is shown as UTF-8; ``offset`` and ``offsets``
    still give places in the stream as it is.
    """

    def __init__(self, stream: BinaryIO, block: int, most: int) -> None:
        self._stream = stream
        self._most = 2 * MARGIN + block + most
        self._make(2 * MARGIN + block)
        self.pos = self.end = MARGIN
        self.eof = False
        self.bytes_read = 0
        self.utf16: str | None = None
        self._base = 0
        self._scratch = 0
        self._decoder: codecs.IncrementalDecoder | None = None
        self._begin()

    def _make(self, capacity: int) -> None:
        self.raw = bytearray(capacity)
        self.buf: npt.NDArray[np.uint8] = np.frombuffer(self.raw, np.uint8)
        self.raw[:2] = b"10"

    def _begin(self) -> None:
        first = self._take(3)
        if first[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            self.utf16 = "utf_16_le" if first[:2] == codecs.BOM_UTF16_LE else "utf_16_be"
            self._decoder = codecs.getincrementaldecoder(self.utf16)("surrogatepass")
            self._base = 2
            first = self._decoder.decode(first[2:]).encode()
        elif first == codecs.BOM_UTF8:
            self._base, first = 3, b""
        self.raw[self.end : self.end + len(first)] = first
        self.end += len(first)

    def _take(self, most: int) -> bytes:
        """Up to ``most`` bytes, fewer only at the end of the stream."""
        taken = bytearray()
        while len(taken) < most:
            piece = self._stream.read(most - len(taken))
            if not piece:
                self.eof = True
                break
            taken += piece
        self.bytes_read += len(taken)
        return bytes(taken)

    def _read_into(self, start: int, stop: int) -> int:
        """Fill ``raw[start:stop]``; the bytes read, fewer than asked only at the end of the stream."""
        at = start
        with memoryview(self.raw) as whole:
            while at < stop:
                with whole[at:stop] as free:
                    count = self._stream.readinto(free) if hasattr(self._stream, "readinto") else None
                    if count is None:
                        piece = self._stream.read(stop - at)
                        count = len(piece)
                        free[:count] = piece
                if count == 0:
                    self.eof = True
                    break
                at += count
        self.bytes_read += at - start
        return at - start

    def fill(self) -> bool:
        """Drop what stands before ``pos`` and read on; whether there was anything to read."""
        if self.eof:
            return False
        self._base = self.offset(self.pos)
        held = self.end - self.pos
        old = self.buf
        room = len(self.raw) - 2 * MARGIN
        if held == room or (held > room // 2 and len(self.raw) < self._most):
            was = memoryview(self.raw)[self.pos : self.end]
            self._make(2 * len(self.raw) if held == room else min(2 * len(self.raw), self._most))
            self.raw[MARGIN : MARGIN + held] = was
        else:
            self.buf[MARGIN : MARGIN + held] = old[self.pos : self.end]
        self.pos, self.end = MARGIN, MARGIN + held
        self._scratch = 0
        free = len(self.raw) - MARGIN - self.end
        if self._decoder is None:
            count = self._read_into(self.end, self.end + free)
        else:
            units = self._take(max(2, free // 3 & ~1))
            text = self._decoder.decode(units).encode("utf-8", "surrogatepass")
            count = len(text)
            self.raw[self.end : self.end + count] = text
        self.end += count
        return count > 0

    def scratch(self, value: bytes) -> tuple[int, int]:
        """Put a value behind the text in view, until the next ``fill``; its start and end."""
        start = max(self._scratch, self.end + MARGIN)
        stop = start + len(value)
        if stop + MARGIN > len(self.raw):
            was = self.raw
            self._make(2 * len(was) + len(value))
            self.raw[: len(was)] = was
        self.raw[start:stop] = value
        self._scratch = stop
        return start, stop

    def offset(self, position: int) -> int:
        """Where the byte at ``position`` stands in the stream."""
        if self.utf16 is None:
            return self._base + position - MARGIN
        return self._base + 2 * int(_units(self.buf[MARGIN:position]).sum(dtype=np.int64))

    def offsets(self, positions: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
        """The same for many positions, which ascend."""
        if self.utf16 is None:
            return positions.astype(np.int64) + (self._base - MARGIN)
        if len(positions) == 0:
            return positions.astype(np.int64)
        units = np.cumsum(_units(self.buf[MARGIN : int(positions[-1])]), dtype=np.int64)
        before = np.concatenate([np.zeros(1, np.int64), units])
        return self._base + 2 * before[positions - MARGIN]


def _units(text: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """For each byte of UTF-8 the UTF-16 units that the character beginning there has, else 0."""
    units: npt.NDArray[np.uint8] = ((text & 0xC0) != 0x80).astype(np.uint8)
    units += text >= 0xF0
    return units
