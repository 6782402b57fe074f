"""How to get at an item's bytes: a file on disk, and what has to be unwrapped on the way.

An opening is a recipe. It can be sent to another process and used any number of times; every use gives a
fresh stream.
"""

import atexit
import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from pathlib import Path

from stocktake.evidence.image_reader import Given, ImageFile, Solid
from stocktake.evidence.layers import InnerFile
from stocktake.evidence.streams import FileStream, Stream, Utf8
from stocktake.evidence.unwrapping import Checked, Limits, Unwrapped

__all__ = ["FileInImage", "Folder7z", "Limits", "Member", "Opening", "Unwrap"]


@dataclass(frozen=True)
class Unwrap:
    """A step: decompress, or turn UTF-16 text into UTF-8 (codec ``utf-16``)."""

    codec: str


@dataclass(frozen=True)
class Member:
    """A step: a file inside an archive, which lies at ``offset`` in the archive.

    ``stored`` is its length there, None where it goes on to the end. A zip member also has a codec and,
    where the archive states them, its size and CRC-32.
    """

    offset: int
    stored: int | None
    codec: str = "stored"
    size: int | None = None
    crc: int | None = None


@dataclass(frozen=True)
class FileInImage:
    """A step: a file in a file system, in a volume, in the image that this opening leads to.

    ``file`` names the volume and what it lies in, down to the files on disk. It is None for a symbolic link,
    whose bytes are the place that it leads to (``content``), and for a deleted file of which nothing is left.
    """

    file: InnerFile | None
    content: bytes | None = None


@dataclass(frozen=True)
class Folder7z:
    """A step: the unpacked bytes of one folder (compressed stream of many files) of a 7z archive."""

    number: int


Step = Unwrap | Member | FileInImage | Folder7z


@dataclass(frozen=True)
class Opening:
    """The file to open and the steps from its bytes to the item's, outermost first."""

    file: Path
    limits: Limits
    steps: tuple[Step, ...] = ()

    def then(self, step: Step) -> "Opening":
        """Return the opening of what one more step leads to."""
        return replace(self, steps=(*self.steps, step))

    def __call__(self) -> Stream:
        """Return a fresh stream of the unwrapped bytes; OSError when the file can't be opened."""
        if not self.steps:
            return FileStream(self.file)
        outer, step = replace(self, steps=self.steps[:-1]), self.steps[-1]
        if isinstance(step, FileInImage):
            return ImageFile(step.file) if step.file else Given(step.content)
        if isinstance(step, Folder7z):
            return Solid(outer, step.number)
        if isinstance(step, Member):
            return outer.member(step)
        if step.codec == "utf-16":
            return Utf8(outer())
        return Unwrapped(outer, step.codec, self.limits)

    def as_stored(self) -> "Opening | None":
        """The opening of the bytes before the last step decompressed them; None where it is no such step."""
        if self.steps and isinstance(self.steps[-1], Unwrap):
            return replace(self, steps=self.steps[:-1])
        return None

    def place(self) -> tuple[int, int | None] | InnerFile | None:
        """Where the bytes lie as they are: offset and size in the file on disk, or a file in an image.

        None where something has to be unwrapped to get at them. A size of None is up to the file's end.
        """
        if not self.steps:
            return 0, None
        step = self.steps[-1]
        if isinstance(step, FileInImage):
            return step.file
        if isinstance(step, Member) and step.codec == "stored" and step.stored is not None:
            outer = replace(self, steps=self.steps[:-1]).place()
            if isinstance(outer, tuple):
                return outer[0] + step.offset, step.stored
        return None

    def member(self, step: Member) -> Stream:
        """Return the stream of a file inside the archive that this opening leads to."""
        if step.codec == "stored":
            return Checked(self._range(step.offset, step.stored), step.size, step.crc)
        decoded = Unwrapped(lambda: self._range(step.offset, step.stored), step.codec, self.limits)
        return Checked(decoded, step.size, step.crc)

    def _range(self, offset: int, size: int | None) -> Stream:
        if not self.steps:
            return FileStream(self.file, offset, size)
        return _Part(self, offset, size)


class _Part(Stream):
    """A range of a stream that can't seek.

    The members of an archive are mostly asked for in their order. So the archive's stream is kept when a
    member's is closed, and the next member goes on from there: an archive is unwrapped once, not once a
    member.
    """

    def __init__(self, whole: Opening, offset: int, size: int | None) -> None:
        super().__init__()
        self._key = (whole, _state(whole.file))
        self._whole = _under_way.take(self._key, offset) or whole()
        self._left = size
        self._whole.skip(offset - self._whole.tell())

    def _next(self) -> bytes:
        block = self._whole.read1(-1 if self._left is None else self._left) if self._left != 0 else b""
        if self._left is not None:
            self._left -= len(block)
        if not block:
            self.faults.extend(self._whole.faults)
            self._whole.faults = []
            self._left = 0
        return block

    def close(self) -> None:
        """Leave the archive's stream to the next member."""
        if not self.closed:
            _under_way.put(self._key, self._whole)
        super().close()


def _state(file: Path) -> tuple[int, int, int, int]:
    found = file.stat()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


_Key = tuple[Opening, tuple[int, int, int, int]]


class _UnderWay:
    """The few streams of archives that this process has begun to read and not ended."""

    def __init__(self, most: int = 4) -> None:
        self._most = most
        self._streams: OrderedDict[int, tuple[_Key, Stream]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: _Key, offset: int) -> Stream | None:
        """Return a stream of that archive that has not passed ``offset``, the nearest to it, or None."""
        with self._lock:
            fitting = [
                (stream.tell(), name)
                for name, (of, stream) in self._streams.items()
                if of == key and stream.tell() <= offset
            ]
            return self._streams.pop(max(fitting)[1])[1] if fitting else None

    def put(self, key: _Key, stream: Stream) -> None:
        """Keep the stream; the one kept longest goes where there are too many."""
        with self._lock:
            self._streams[id(stream)] = (key, stream)
            oldest = self._streams.popitem(last=False)[1][1] if len(self._streams) > self._most else None
        if oldest is not None:
            oldest.close()  # which may bring back the stream that it is a part of

    def close(self) -> None:
        """Close all of them, and those that they are parts of."""
        while True:
            with self._lock:
                if not self._streams:
                    return
                stream = self._streams.popitem()[1][1]
            stream.close()


_under_way = _UnderWay()
atexit.register(_under_way.close)
