"""Sequential streams over evidence: what can be read is given, and what can't is told as a fault."""

import codecs
import contextlib
import hashlib
import io
import os
import queue
import stat
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BLOCK_BYTES = 1 << 20
_BLOCKS_AHEAD = 8


@dataclass(frozen=True)
class Fault:
    """Why a stream ended before its time, or was not quite what it should be.

    ``offset`` counts the unwrapped bytes that were read before it, where that is known.
    """

    severity: str
    message: str
    offset: int | None = None


class Stream(io.BufferedIOBase):
    """A read-only stream that can't seek; ``read(n)`` gives n bytes unless the end was reached.

    Damage never raises: the stream ends where the readable bytes end, and ``faults`` says why.
    A subclass gives the next bytes, as many as suit it, from ``_next``; b"" is the end.
    """

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[Fault] = []
        self._held = memoryview(b"")
        self._given = 0

    def _next(self) -> bytes:
        raise NotImplementedError

    def readable(self) -> bool:
        """Return True: every stream of evidence can be read, and none written."""
        return True

    def tell(self) -> int:
        """Bytes given so far."""
        return self._given

    def read(self, size: int | None = -1) -> bytes:
        """Return ``size`` bytes, fewer only at the end; all that is left when negative or None."""
        wanted = -1 if size is None else size
        pieces: list[bytes | memoryview] = []
        have = 0
        while wanted < 0 or have < wanted:
            piece = self._take(wanted - have if wanted >= 0 else -1)
            if not piece:
                break
            pieces.append(piece)
            have += len(piece)
        return bytes(pieces[0]) if len(pieces) == 1 else b"".join(pieces)

    def read1(self, size: int = -1) -> bytes:
        """Return the bytes at hand, at most ``size``; b"" only at the end."""
        return bytes(self._take(size))

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Fill ``buffer``; fewer bytes than it holds mean the end."""
        room = memoryview(buffer).cast("B")
        have = 0
        while have < len(room):
            piece = self._take(len(room) - have)
            if not piece:
                break
            room[have : have + len(piece)] = piece
            have += len(piece)
        return have

    def peek(self, size: int) -> bytes:
        """Return the next ``size`` bytes and leave them to be read; fewer only at the end."""
        head = self.read(size)
        rest = bytes(self._held)
        self._held = memoryview(head + rest)
        self._given -= len(head)
        return head

    def skip(self, size: int) -> int:
        """Pass over ``size`` bytes; the number passed over is smaller only at the end."""
        left = size
        while left:
            piece = self._take(left)
            if not piece:
                break
            left -= len(piece)
        return size - left

    def _take(self, size: int) -> memoryview:
        if not self._held and size:
            self._held = memoryview(self._next())
        piece = self._held if size < 0 else self._held[:size]
        self._held = self._held[len(piece) :]
        self._given += len(piece)
        return piece


class FileStream(Stream):
    """The bytes of a regular file from ``offset`` on, ``size`` of them or all.

    Opened so that a FIFO or device in the file's place can't make the process wait or act, a symbolic
    link is not followed, and (where the system lets it) the time of last access stays as it was.

    Raises OSError when the file can't be opened, and when it is no regular file.
    """

    def __init__(self, path: Path, offset: int = 0, size: int | None = None) -> None:
        super().__init__()
        self._handle = open_regular(path)
        self._position = offset
        self._left = size

    @property
    def length(self) -> int:
        """Bytes of the whole file."""
        return os.fstat(self._handle).st_size

    def _next(self) -> bytes:
        wanted = BLOCK_BYTES if self._left is None else min(BLOCK_BYTES, self._left)
        if not wanted:
            return b""
        try:
            block = os.pread(self._handle, wanted, self._position)
        except OSError as error:
            message = f"can't be read beyond byte {self._position}: {error.strerror}"
            self.faults.append(Fault("error", message, self._position))
            self._left = 0
            return b""
        self._position += len(block)
        if self._left is not None:
            self._left -= len(block)
        return block

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        if not self.closed:
            os.close(self._handle)
        super().close()


def open_regular(path: Path) -> int:
    """A read-only descriptor of the regular file at ``path``; OSError when it is anything else."""
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY
    try:
        handle = os.open(path, flags | getattr(os, "O_NOATIME", 0))
    except PermissionError:  # only a file's owner may leave its time of access alone
        handle = os.open(path, flags)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(f"{path} is not a regular file")
    return handle


class Counted(Stream):
    """Another stream's bytes, read ahead on a thread that also counts and hashes them.

    ``count``, ``sha256`` and ``digests`` cover what the other stream has given in all, so they are those of
    the whole item after ``drain``. ``also`` names further algorithms (md5, sha1) that package lists and hash
    sets state. Takes over the other stream's faults and closes it.
    """

    def __init__(self, source: Stream, also: Iterable[str] = ()) -> None:
        super().__init__()
        self.count = 0
        self._hash = hashlib.sha256()
        self._others = {name: hashlib.new(name, usedforsecurity=False) for name in also}
        self._source = source
        self._blocks: queue.Queue[bytes | BaseException] = queue.Queue(_BLOCKS_AHEAD)
        self._unwanted = threading.Event()
        self._ended = False
        self._thread = threading.Thread(target=self._read_ahead, name="evidence", daemon=True)
        self._thread.start()

    def __enter__(self) -> "Counted":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def sha256(self) -> str:
        """SHA-256 of what was read so far, in hexadecimal."""
        return self._hash.hexdigest()

    @property
    def digests(self) -> dict[str, str]:
        """The further digests of what was read so far, by algorithm, in hexadecimal."""
        return {name: digest.hexdigest() for name, digest in self._others.items()}

    def drain(self) -> None:
        """Read to the end, for the count and the hash."""
        while self._take(-1):
            pass

    def close(self) -> None:
        """End the thread and close the other stream."""
        if self.closed:
            return
        self._unwanted.set()
        while self._thread.is_alive():
            with contextlib.suppress(queue.Empty):
                self._blocks.get(timeout=0.05)
        self._thread.join()
        self._source.close()
        super().close()

    def _next(self) -> bytes:
        if self._ended:
            return b""
        block = self._blocks.get()
        if isinstance(block, BaseException):
            self._ended = True
            raise block
        if not block:
            self._ended = True
            self.faults.extend(self._source.faults)
        return block

    def _read_ahead(self) -> None:
        try:
            while not self._unwanted.is_set():
                block = self._source.read1()
                self._hash.update(block)
                for other in self._others.values():
                    other.update(block)
                self.count += len(block)
                self._blocks.put(block)
                if not block:
                    return
        except BaseException as error:  # raised in the thread that takes the blocks
            self._blocks.put(error)


class Utf8(Stream):
    """UTF-16 text with a byte order mark, as UTF-8 without one; lone surrogates stay what they are."""

    def __init__(self, source: Stream) -> None:
        super().__init__()
        self._source = source
        self._decoder = codecs.getincrementaldecoder("utf-16")("surrogatepass")
        self._blocks = self._transcode()

    def _next(self) -> bytes:
        return next(self._blocks, b"")

    def _transcode(self) -> Iterator[bytes]:
        while block := self._source.read1():
            text = self._decoder.decode(block)
            if text:
                yield text.encode("utf-8", "surrogatepass")
        try:
            text = self._decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            self.faults.append(Fault("warning", "UTF-16 text ends in the middle of a character", self._given))
            text = ""
        self.faults.extend(self._source.faults)
        if text:
            yield text.encode("utf-8", "surrogatepass")

    def close(self) -> None:
        """Close the other stream too."""
        self._source.close()
        super().close()
