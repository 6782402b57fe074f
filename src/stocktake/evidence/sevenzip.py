"""7z archives, read by py7zr: what they hold, and the unpacked bytes of their folders.

A 7z archive packs many files into one compressed stream, which the format calls a folder. A file is a range
of a folder's unpacked bytes. Runs in the process that reads images: what it is given is hostile.
"""

import io
from collections.abc import Iterator
from typing import Any

import py7zr
from py7zr.compressor import SupportedMethods
from py7zr.exceptions import PasswordRequired, UnsupportedCompressionMethodError

from stocktake.evidence.views import View

MAGIC = b"7z\xbc\xaf\x27\x1c"
_BLOCK = 1 << 20


class _File(io.RawIOBase):
    def __init__(self, view: View) -> None:
        super().__init__()
        self._view = view

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._view.seek(offset, whence)

    def tell(self) -> int:
        return self._view.tell()

    def readinto(self, buffer: Any) -> int:
        piece = self._view.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


def _opened(view: View) -> tuple[Any, Any]:
    view.seek(0)
    file = io.BufferedReader(_File(view), _BLOCK)
    return py7zr.SevenZipFile(file, "r"), file


def _folders(archive: Any) -> list[Any]:
    streams = getattr(archive.header, "main_streams", None)
    return list(streams.unpackinfo.folders) if streams is not None else []


def listing(view: View) -> dict[str, Any]:
    """List the archive: ``files`` as [name, folder or None, offset in it, size, CRC-32, time].

    CRC-32 and time (seconds since 1970 in UTC) are None where none is stated. ``others`` counts links and the
    like; ``unread`` names the reason for each folder that can't be unpacked. An encrypted list of files is
    told as ``encrypted``.
    """
    try:
        archive, _ = _opened(view)
    except PasswordRequired:
        return {"encrypted": True}
    numbers = {id(folder): number for number, folder in enumerate(_folders(archive))}
    ends = dict.fromkeys(numbers.values(), 0)
    files: list[list[Any]] = []
    others = 0
    for file in archive.files:
        folder = None if file.folder is None else numbers[id(file.folder)]
        size, offset = int(file.uncompressed or 0), 0
        if folder is not None:
            offset = ends[folder]
            ends[folder] += size
        if file.is_directory:
            continue
        if file.is_symlink or file.is_junction or file.is_socket:
            others += 1
            continue
        written = file.lastwritetime
        files.append([file.filename, folder, offset, size, file.crc32, written and written.totimestamp()])
    unread = {str(number): why for number, folder in enumerate(_folders(archive)) if (why := _unread(folder))}
    return {"files": files, "others": others, "unread": unread}


def _unread(folder: Any) -> str | None:
    try:
        if SupportedMethods.needs_password(folder.coders):
            return "is encrypted"
        folder.get_decompressor(0, reset=True)
    except UnsupportedCompressionMethodError:
        return "is compressed by a method that is not read"
    return None


def unpack(view: View, number: int) -> Iterator[tuple[bytes, int]]:
    """Yield a folder's unpacked bytes, and how many packed bytes were taken up to there."""
    archive, file = _opened(view)
    folder = _folders(archive)[number]
    packed = archive.header.main_streams.packinfo
    first = sum(len(one.packed_indices) or 1 for one in _folders(archive)[:number])
    file.seek(archive.afterheader + packed.packpos + packed.packpositions[first])
    decompressor = folder.get_decompressor(packed.packsizes[first], reset=True)
    left = int(folder.unpacksizes[-1])
    idle = 0
    while left > 0 and idle < 16:
        block = bytes(decompressor.decompress(file, min(left, _BLOCK)))
        idle = 0 if block else idle + 1
        left -= len(block)
        yield block, decompressor.consumed
    if left:
        raise EOFError(f"{left} bytes of the unpacked data are missing")
