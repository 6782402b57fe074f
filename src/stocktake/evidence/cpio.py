"""cpio archives: the portable formats (newc, with and without checksums; odc) and the old binary one.

Formats: POSIX.1-1988 (odc), the manual page cpio(5) of FreeBSD (all of them). Every header is followed by
the name and the content; an entry named ``TRAILER!!!`` ends the archive.
"""

import stat
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from stocktake.evidence.streams import Stream

_END = b"TRAILER!!!"
_MOST_NAME = 1 << 16


class CpioError(Exception):
    """The archive can't be read on."""


@dataclass(frozen=True)
class Entry:
    """A regular file in the archive, or (``regular`` is False) anything else but a folder.

    ``linked`` is the same for all names of a file that has several, where only one has the content.
    """

    name: str
    regular: bool
    offset: int
    size: int
    modified: int
    linked: tuple[int, ...] | None


def is_cpio(head: bytes) -> bool:
    """Tell whether ``head`` begins a cpio archive: its magic, and a mode and name length that make sense."""
    try:
        mode, _, _, name, _, _ = _header(head[:110])
    except (CpioError, ValueError, struct.error):
        return False
    return stat.S_IFMT(mode) in _KINDS and 0 < name <= 4096


_KINDS = (
    stat.S_IFREG,
    stat.S_IFDIR,
    stat.S_IFLNK,
    stat.S_IFCHR,
    stat.S_IFBLK,
    stat.S_IFIFO,
    stat.S_IFSOCK,
)


def _header(raw: bytes) -> tuple[int, int, int, int, int, int]:
    """Mode, time, length of content, length of name, length of the header, alignment."""
    if raw[:6] in (b"070701", b"070702"):
        if len(raw) < 110:
            raise CpioError("the archive was cut off")
        fields = [int(raw[at : at + 8], 16) for at in range(6, 110, 8)]
        return fields[1], fields[5], fields[6], fields[11], 110, 4
    if raw[:6] == b"070707":
        if len(raw) < 76:
            raise CpioError("the archive was cut off")
        return int(raw[18:24], 8), int(raw[48:59], 8), int(raw[65:76], 8), int(raw[59:65], 8), 76, 1
    for order in "<", ">":
        if raw[:2] == struct.pack(f"{order}H", 0o070707):
            words = struct.unpack(f"{order}13H", raw[:26])
            return words[3], words[8] << 16 | words[9], words[11] << 16 | words[12], words[10], 26, 2
    raise CpioError("no header stands where one must")


def _linked(raw: bytes) -> tuple[int, ...] | None:
    """Device and inode of a file with several names, in the formats that keep its content once."""
    if raw[:6] not in (b"070701", b"070702"):
        return None
    fields = [int(raw[at : at + 8], 16) for at in range(6, 110, 8)]
    return (fields[0], fields[7], fields[8]) if fields[4] > 1 else None


def entries(stream: Stream) -> Iterator[Entry]:
    """Yield what the archive holds, but for folders, in order. Raises CpioError where it can't be read on."""
    while True:
        start = stream.tell()
        raw = stream.peek(110)
        try:
            mode, modified, size, name_length, length, align = _header(raw)
        except (ValueError, struct.error) as error:
            raise CpioError("a header is damaged") from error
        if not 0 < name_length <= _MOST_NAME:
            raise CpioError("a header is damaged")
        stream.skip(length)
        name = stream.read(name_length)
        if len(name) < name_length:
            raise CpioError("the archive was cut off")
        stream.skip(-(length + name_length) % align)
        name = name.rstrip(b"\0")
        if name == _END:
            return
        offset = stream.tell()
        kind = stat.S_IFMT(mode)
        if kind != stat.S_IFDIR:
            regular = kind == stat.S_IFREG
            shown = name.decode("utf-8", "surrogateescape")
            yield Entry(shown, regular, offset, size, modified, _linked(raw))
        if stream.skip(size) < size:
            raise CpioError("the archive was cut off")
        stream.skip(-size % align)
        if stream.tell() <= start:
            raise CpioError("a header is damaged")
