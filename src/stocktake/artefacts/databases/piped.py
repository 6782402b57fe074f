"""What a program writes, as a stream that ends when the program falls silent."""

import io
import os
import select
import subprocess
from typing import IO, cast

SILENT_SECONDS = 600.0


class Piped(io.RawIOBase):
    """The standard output of ``process``; after ``SILENT_SECONDS`` without a byte it is ended.

    ``silent`` tells whether it came to that. ``first`` is given before the program's own output.
    """

    def __init__(self, process: subprocess.Popen[bytes], first: bytes = b"") -> None:
        super().__init__()
        self._process = process
        self._first = first
        self._output = cast("IO[bytes]", process.stdout)
        self.silent = False

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill the buffer with what is there; 0 is the end."""
        room = memoryview(cast("bytearray", buffer)).cast("B")
        if self._first:
            piece, self._first = self._first[: len(room)], self._first[len(room) :]
            room[: len(piece)] = piece
            return len(piece)
        ready, _, _ = select.select([self._output], [], [], SILENT_SECONDS)
        if not ready:
            self.silent = True
            self._process.kill()
            return 0
        return os.readv(self._output.fileno(), [room])
