"""What a program writes, as a stream that ends when the program falls silent or writes without end."""

import io
import os
import select
import subprocess
from collections.abc import Iterable
from typing import IO, cast

SILENT_SECONDS = 120.0
# A damaged page can lead a server in a circle. So many times its files a dump may be, and so much besides.
MOST_TIMES = 40
MOST_BESIDES = 1 << 30
ENDLESS = "its rows do not end"
SILENT = "nothing more came from the server"


class Piped(io.RawIOBase):
    """The standard output of ``process``, which is ended after ``silent`` seconds of none, or ``most`` bytes.

    ``stopped`` says why, if it came to that. ``first`` is given before the program's own output.
    """

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        most: int,
        first: bytes = b"",
        *,
        silent: float = SILENT_SECONDS,
    ) -> None:
        super().__init__()
        self._silent = silent
        self._left = most
        self._process = process
        self._first = first
        self._output = cast("IO[bytes]", process.stdout)
        self.stopped = ""

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
        ready, _, _ = select.select([self._output], [], [], self._silent)
        if not ready or self._left <= 0:
            self.stopped = ENDLESS if ready else SILENT
            self._process.kill()
            return 0
        count = os.readv(self._output.fileno(), [room])
        self._left -= count
        return count


def most_bytes(files: Iterable[int | None]) -> int:
    """The most that a dump of files of these sizes is taken to be."""
    return MOST_TIMES * sum(size or 0 for size in files) + MOST_BESIDES
