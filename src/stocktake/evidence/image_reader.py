"""Asks the processes that read images (`image_process`), and keeps a few of them for the next question.

A process is started for the files that an image lies in, which it is given as open descriptors. It is ended
when it takes too long to answer. The bytes of a compressed image are unwrapped once, into a nameless
temporary file that all processes share.
"""

import atexit
import contextlib
import json
import os
import pickle
import select
import subprocess
import sys
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Generator, Iterator
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from stocktake.evidence.image_protocol import ANSWER, QUESTION, Answer
from stocktake.evidence.layers import Disk, InnerFile, Layer, Range, resolved, sources
from stocktake.evidence.streams import BLOCK_BYTES, Fault, Stream, open_regular

if TYPE_CHECKING:
    from stocktake.evidence.opening import Opening

_IDLE = 4
_SPOOLED = 4
_MOST_JSON = 256 << 20
_MOST_DATA = 256 << 20
_PIPE_BYTES = 1 << 20
_UNREADABLE = 64 << 20


class ReaderError(OSError):
    """A question could not be answered; the message says why in words for the examiner."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.strerror = message


class ReaderEndedError(ReaderError):
    """The process ended while it was asked: it crashed, or was ended because it took too long."""


_State = tuple[int, int, int, int]
# The files that a process is for, and what state they were in: one that is not as it was is another file.
_Key = tuple[tuple["Opening", ...], tuple[_State, ...]]


class _Process:
    """One process, and what it has been given."""

    def __init__(self, key: _Key) -> None:
        self.key = key
        self._names: dict[Layer, Layer] = {}
        self._spools: list[IO[bytes]] = []
        handles: list[int] = []
        self._ranges: dict[Opening, Range | InnerFile] = {}
        try:
            for opening in key[0]:
                self._ranges[opening] = self._range(opening, handles)
            self._process = subprocess.Popen(
                [sys.executable, "-m", "stocktake.evidence.image_process"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                pass_fds=handles,
                bufsize=0,
            )
        finally:
            for handle in handles:
                os.close(handle)
        assert self._process.stdout is not None  # noqa: S101
        with contextlib.suppress(ImportError, OSError):
            import fcntl

            fcntl.fcntl(self._process.stdout, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        self._answers = self._process.stdout.fileno()

    def _range(self, opening: "Opening", handles: list[int]) -> Range | InnerFile:
        """Where the bytes that ``opening`` leads to lie, for a process that may read anywhere in them."""
        where = opening.place()
        if isinstance(where, InnerFile):
            for inner in sources(where):
                if inner not in self._ranges:
                    self._ranges[inner] = self._range(inner, handles)
            return where
        if where is not None:
            offset, size = where
            handle = open_regular(opening.file)
            handles.append(handle)
            length = os.fstat(handle).st_size - offset
            return Range(handle, offset, length if size is None else min(size, length))
        spool = _spools.get(opening)
        handle = os.dup(spool.fileno())
        handles.append(handle)
        return Range(handle, 0, os.fstat(handle).st_size)

    def ask(self, verb: str, layer: Layer, *arguments: Any, wait: float) -> Iterator[Answer]:
        """Yield the answers to one question; each must come within ``wait`` seconds."""
        if layer not in self._names:
            self._names[layer] = resolved(layer, self._ranges)
        body = pickle.dumps((verb, self._names[layer], *arguments))
        try:
            assert self._process.stdin is not None  # noqa: S101
            self._process.stdin.write(QUESTION.pack(len(body)) + body)
        except OSError as error:
            raise self._ended() from error
        while True:
            until = time.monotonic() + wait
            told_bytes, data_bytes = ANSWER.unpack(self._receive(ANSWER.size, until, wait))
            if told_bytes > _MOST_JSON or data_bytes > _MOST_DATA:
                raise ReaderEndedError("the process that read it answered nonsense")
            told = json.loads(self._receive(told_bytes, until, wait))
            data = self._receive(data_bytes, until, wait)
            if "error" in told:
                raise ReaderError(str(told["error"]))
            yield told, data
            if not told.get("more"):
                return

    def _receive(self, size: int, until: float, wait: float) -> bytes:
        pieces: list[bytes] = []
        left = size
        while left:
            if not select.select([self._answers], [], [], max(0.0, until - time.monotonic()))[0]:
                raise ReaderEndedError(f"reading it took more than {wait:.0f} seconds at one place")
            piece = os.read(self._answers, min(left, 1 << 20))
            if not piece:
                raise self._ended()
            pieces.append(piece)
            left -= len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _ended(self) -> ReaderEndedError:
        code = self._process.wait()
        how = f"signal {-code}" if code < 0 else f"exit {code}"
        return ReaderEndedError(f"the process that read it broke down ({how})")

    def gone(self) -> bool:
        """Whether the process has ended by itself, as one that is not asked for a while does."""
        return self._process.poll() is not None

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


class _Processes:
    """The processes that are not being asked at the moment."""

    def __init__(self) -> None:
        self._idle: list[_Process] = []
        self._lock = threading.Lock()
        self._owner = os.getpid()

    def take(self, key: _Key) -> _Process:
        with self._lock:
            if self._owner != os.getpid():  # after a fork they are another process's
                self._idle, self._owner = [], os.getpid()
            for process in reversed(self._idle):
                if process.key == key:
                    self._idle.remove(process)
                    if not process.gone():
                        return process
                    process.close()
        return _Process(key)

    def give(self, process: _Process) -> None:
        with self._lock:
            self._idle.append(process)
            unwanted = self._idle[:-_IDLE]
            self._idle = self._idle[-_IDLE:]
        for one in unwanted:
            one.close()

    def close(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        if self._owner == os.getpid():
            for process in idle:
                process.close()


_processes = _Processes()
atexit.register(_processes.close)


def close_processes() -> None:
    """End the processes that are kept for the next question."""
    _processes.close()


class _Spools:
    """Unwrapped copies of compressed images, in nameless temporary files."""

    def __init__(self) -> None:
        self._files: OrderedDict[tuple[Opening, _State], IO[bytes]] = OrderedDict()
        self.faults: dict[Opening, list[Fault]] = {}
        self._lock = threading.Lock()

    def get(self, opening: "Opening") -> IO[bytes]:
        key = (opening, _state(opening.file))
        with self._lock:
            if key not in self._files:
                self._files[key], self.faults[opening] = _spool(opening)
                if len(self._files) > _SPOOLED:
                    self._files.popitem(last=False)[1].close()
            self._files.move_to_end(key)
            return self._files[key]

    def close(self) -> None:
        while self._files:
            self._files.popitem()[1].close()


_spools = _Spools()
atexit.register(_spools.close)


def spool_faults(layer: Layer) -> list[Fault]:
    """What was wrong with the compressed files that the image was unwrapped from."""
    return [fault for opening in sources(layer) for fault in _spools.faults.get(opening, [])]


def _spool(opening: "Opening") -> tuple[IO[bytes], list[Fault]]:
    """Unwrap into a file in which zeros take no room."""
    spooled = tempfile.TemporaryFile()  # noqa: SIM115
    zeros = bytes(1 << 16)
    with closing(opening()) as stream:
        while block := stream.read(1 << 16):
            if block == zeros[: len(block)]:
                spooled.seek(len(block), os.SEEK_CUR)
            else:
                spooled.write(block)
        faults = list(stream.faults)
    spooled.truncate()
    spooled.flush()
    return spooled, faults


def _state(file: Path) -> _State:
    found = file.stat()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


@lru_cache(1024)
def _openings(layer: Layer) -> tuple["Opening", ...]:
    return tuple(dict.fromkeys(sources(layer)))


def ask(verb: str, layer: Layer, *arguments: Any, wait: float = 120.0) -> Generator[Answer, None, None]:
    """Ask a process that has the layer's files; yields its answers.

    Raises ReaderError where the question can't be answered, ReaderEndedError where the process ended over
    it, OSError where the files can't be opened.
    """
    openings = _openings(layer)
    process = _processes.take((openings, tuple(_state(opening.file) for opening in openings)))
    done = False
    try:
        yield from process.ask(verb, layer, *arguments, wait=wait)
        done = True
    except ReaderEndedError:
        raise
    except ReaderError:
        done = True
        raise
    finally:
        if done:
            _processes.give(process)
        else:
            process.close()


def ask_one(verb: str, layer: Layer, *arguments: Any, wait: float = 120.0) -> Answer:
    """Ask a question and return its last answer; most have one."""
    return list(ask(verb, layer, *arguments, wait=wait))[-1]


class ImageFile(Stream):
    """The bytes of a file in a file system of an image. What can't be read stands as zeros, and is told."""

    def __init__(self, file: InnerFile) -> None:
        super().__init__()
        self._file = file
        self._at = 0
        self._lost = 0
        self._first: tuple[int, str] | None = None
        self._ended = False

    @property
    def length(self) -> int:
        """Bytes that the file system says the file has."""
        return self._file.size

    def _next(self) -> bytes:
        left = self._file.size - self._at
        if left <= 0 or self._ended:
            return self._end()
        file = self._file
        wanted = min(left, BLOCK_BYTES)
        try:
            told, block = ask_one("read", file.volume, file.filesystem, file.address, self._at, wanted)
        except OSError as error:
            self._ended = True
            message = f"can't be read beyond byte {self._at}: {error.strerror or error}"
            self.faults.append(Fault("error", message, self._at))
            return self._end()
        if told.get("lost"):
            self._lost += told["lost"]
            self._first = self._first or (told["first"], told["reason"])
            if self._lost > _UNREADABLE:
                self._ended = True
        elif not block:
            self._ended = True
            message = f"ends at byte {self._at}, where the file system says that it has {file.size} bytes"
            self.faults.append(Fault("error", message, self._at))
            return self._end()
        self._at += len(block)
        return block

    def _end(self) -> bytes:
        if self._first is not None:
            first, reason = self._first
            more = "; reading it was given up there" if self._ended else ""
            message = (
                f"{self._lost} bytes can't be read and stand as zeros, the first is {first} ({reason}){more}"
            )
            self.faults.append(Fault("error", message, first))
            self._first = None
        return b""

    def skip(self, size: int) -> int:
        """Pass over ``size`` bytes without reading them."""
        held = min(size, len(self._held))
        self._take(held)
        ahead = min(size - held, self._file.size - self._at)
        if ahead > 0 and not self._ended:
            self._at += ahead
            self._given += ahead
            return held + ahead
        return held


class Solid(Stream):
    """The unpacked bytes of a folder in a 7z archive, in which files lie one after the other."""

    def __init__(self, archive: "Opening", folder: int) -> None:
        super().__init__()
        self._limits = archive.limits
        layer = Disk("raw", (("", archive),))
        self._answers = ask("unpack_7z", layer, folder, wait=self._limits.wait)
        self._out = 0

    def _next(self) -> bytes:
        try:
            for told, block in self._answers:
                self._out += len(block)
                limits = self._limits
                if self._out > max(limits.ratio_after, limits.ratio * told.get("fed", 0), len(block)):
                    return self._end(f"it unpacks to more than {limits.ratio} times its size, as a bomb does")
                if block:
                    return block
        except OSError as error:
            return self._end(str(error.strerror or error))
        return b""

    def _end(self, why: str) -> bytes:
        self._answers.close()
        message = f"7z data can't be read to their end: {why}; {self._given} bytes were read"
        self.faults.append(Fault("error", message, self._given))
        return b""

    def close(self) -> None:
        """End the process that unpacks."""
        self._answers.close()
        super().close()


class Given(Stream):
    """Bytes that are known without reading; none where nothing of a deleted file can be recovered."""

    def __init__(self, content: bytes | None) -> None:
        super().__init__()
        self._left = content or b""
        if content is None:
            self.faults.append(Fault("info", "was deleted, and nothing of its content can be recovered"))

    def _next(self) -> bytes:
        block, self._left = self._left, b""
        return block
