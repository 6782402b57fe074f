"""What zip, tar, cpio and 7z archives hold: the list of their files, each with the steps to its bytes.

Names in an archive are only names; nothing is ever written by them. Formats: PKWARE APPNOTE 6.3.10, and
POSIX ustar and pax with the GNU additions as Python's tarfile reads them. For cpio and 7z see their modules.
"""

import struct
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import IO, BinaryIO, cast

from stocktake.evidence.cpio import CpioError, Entry, entries, is_cpio
from stocktake.evidence.image_reader import ask_one
from stocktake.evidence.layers import Disk
from stocktake.evidence.opening import Folder7z, Limits, Member, Opening, Step
from stocktake.evidence.streams import Stream

# zip compression methods (APPNOTE 4.4.5) that can be read.
_METHODS = {0: "stored", 8: "deflate", 12: "bzip2", 14: "lzma", 93: "zstd", 95: "xz"}
_UNREAD_METHODS = {1: "shrink", 6: "implode", 9: "deflate64", 96: "JPEG", 97: "WavPack", 98: "PPMd"}
_ENCRYPTED = 0x01
_SIZES_FOLLOW = 0x08
_UTF8 = 0x800
_LOCAL_HEADER = struct.Struct("<4s5H3L2H")
_DIRECTORY_BYTES = 512 << 20

Tell = Callable[[str, str], None]


@dataclass(frozen=True)
class Listed:
    """A file in an archive: its name there, how to get at it, and its time.

    ``before`` are steps that come before ``step``. ``modified`` is in UTC, or (``local_time``) of the clock
    that wrote it.
    """

    name: str
    step: Member
    before: tuple[Step, ...] = ()
    modified: datetime | None = None
    local_time: bool = False


def archive(head: bytes) -> str | None:
    """``zip``, ``7z``, ``cpio`` or ``tar`` where ``head`` (a file's first bytes) begins one, else None."""
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06") or head[:8] == b"PK\x07\x08PK\x03\x04":
        return "zip"
    if head[:6] == b"7z\xbc\xaf\x27\x1c":
        return "7z"
    if is_cpio(head):
        return "cpio"
    if len(head) >= 512:
        try:
            tarfile.TarInfo.frombuf(head[:512], "utf-8", "surrogateescape")
        except (tarfile.HeaderError, ValueError):
            return None
        return "tar"
    return None


def zip_members(file: IO[bytes], limits: Limits, tell: Tell) -> list[Listed]:
    """List the files of a zip archive in a file that can seek, in the order in which they lie in it.

    Reads the central directory; where there is none (the archive was cut off) walks the local headers.
    ``tell`` takes (severity, message) for what can't be opened.
    """
    try:
        if _directory_bytes(file) > _DIRECTORY_BYTES:
            raise zipfile.BadZipFile("it is too large")
        with zipfile.ZipFile(file) as listing:
            found = listing.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError, struct.error) as error:
        tell(
            "error", f"zip archive has no readable directory ({error}); its files were looked for one by one"
        )
        return _allowed(list(_walk(file, tell)), limits, tell)
    listed = [member for info in found if (member := _listed(file, info, tell))]
    return _allowed(sorted(listed, key=lambda m: m.step.offset), limits, tell)


def is_document(members: list[Listed]) -> bool:
    """Tell whether a zip archive is an office document (OOXML, OpenDocument) and not a bundle of files."""
    names = {member.name for member in members[:50]}
    return "[Content_Types].xml" in names or bool(members and members[0].name == "mimetype")


def tar_members(opened: Stream, limits: Limits, tell: Tell) -> Iterator[Listed]:
    """List the files of a tar archive in order; links, devices and the like are counted and told."""
    others = count = total = 0
    try:
        with tarfile.open(
            fileobj=cast("BinaryIO", opened), mode="r|", bufsize=1 << 20, errors="surrogateescape"
        ) as listing:
            for info in listing:
                listing.members = []  # type: ignore[attr-defined]  # it keeps every header it has met
                if info.isdir():
                    continue
                if not info.isreg() or info.issparse():
                    others += 1
                    continue
                count, total = count + 1, total + info.size
                if count > limits.members or total > limits.size:
                    tell("error", f"tar archive holds more than can be opened; {count - 1} files were")
                    break
                step = Member(info.offset_data, info.size, size=info.size)
                yield Listed(info.name, step, modified=_time(info.mtime))
    except (tarfile.TarError, ValueError, OSError, EOFError, zlib.error) as error:
        tell("error", f"tar archive can't be read to its end ({error}); {count} files were found")
    for fault in opened.faults:
        tell(fault.severity, fault.message)
    if others:
        tell("info", f"tar archive also holds {others} links, devices or sparse files, which were not opened")


def cpio_members(opened: Stream, limits: Limits, tell: Tell) -> Iterator[Listed]:
    """List the files of a cpio archive in order; links, devices and the like are counted and told."""
    others = count = total = 0
    found: list[Entry] = []
    try:
        for entry in entries(opened):
            if not entry.regular:
                others += 1
                continue
            count, total = count + 1, total + entry.size
            if count > limits.members or total > limits.size:
                tell("error", f"cpio archive holds more than can be opened; {count - 1} files were")
                break
            found.append(entry)
    except (CpioError, OSError) as error:
        tell("error", f"cpio archive can't be read to its end ({error}); {count} files were found")
    for fault in opened.faults:
        tell(fault.severity, fault.message)
    if others:
        tell("info", f"cpio archive also holds {others} links, devices or FIFOs, which were not opened")
    content: dict[tuple[int, ...] | None, Entry] = {
        entry.linked: entry for entry in found if entry.linked and entry.size
    }
    for entry in found:
        where = content.get(entry.linked, entry)  # only one of a file's names has its content
        step = Member(where.offset, where.size, size=where.size)
        yield Listed(entry.name, step, modified=_time(entry.modified))


def sevenzip_members(opening: Opening, limits: Limits, tell: Tell) -> Iterator[Listed]:
    """List the files of a 7z archive in the order in which they lie in it."""
    try:
        told, _ = ask_one("list_7z", Disk("raw", (("", opening),)), wait=limits.wait)
    except OSError as error:
        tell("error", f"7z archive can't be read ({error.strerror or error})")
        return
    if told.get("encrypted"):
        tell("error", "7z archive is encrypted and was not read")
        return
    count = total = 0
    unread: dict[str, int] = {}
    for name, folder, offset, size, crc, modified in told["files"]:
        why = told["unread"].get(str(folder))
        if why:
            unread[why] = unread.get(why, 0) + 1
            continue
        count, total = count + 1, total + size
        if count > limits.members or total > limits.size:
            tell("error", f"7z archive holds more than can be opened; {count - 1} files were")
            break
        before = () if folder is None else (Folder7z(folder),)
        yield Listed(name, Member(offset, size, "stored", size, crc), before, _time(modified or 0))
    for why, files in unread.items():
        tell("error", f"7z archive has {files} files of which the data {why}; they were not read")
    if told["others"]:
        tell("info", f"7z archive also holds {told['others']} links, which were not opened")


def seekable(opened: Stream) -> IO[bytes]:
    """Return a nameless temporary file with the stream's bytes; the caller closes it."""
    spooled = tempfile.TemporaryFile()  # noqa: SIM115
    while block := opened.read1():
        spooled.write(block)
    spooled.seek(0)
    return spooled


def _directory_bytes(file: IO[bytes]) -> int:
    """Size that the end-of-directory record states, 0 where there is none."""
    size = file.seek(0, 2)
    file.seek(max(0, size - (1 << 16) - 22))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        return 0
    stated = int.from_bytes(tail[at + 12 : at + 16], "little")
    return size if stated == 0xFFFFFFFF else stated


def _listed(file: IO[bytes], info: zipfile.ZipInfo, tell: Tell) -> Listed | None:
    if info.is_dir():
        return None
    file.seek(info.header_offset)
    local = file.read(_LOCAL_HEADER.size)
    if len(local) < _LOCAL_HEADER.size or local[:4] != b"PK\x03\x04":
        tell("error", f"zip archive has no file where its directory says that {info.filename!r} is")
        return None
    fields = _LOCAL_HEADER.unpack(local)
    offset = info.header_offset + _LOCAL_HEADER.size + fields[9] + fields[10]
    found = _readable(
        info.filename,
        info.flag_bits,
        info.compress_type,
        Member(offset, info.compress_size, "", info.file_size, info.CRC),
        tell,
    )
    return found and replace(found, modified=_dos_time(info.date_time), local_time=True)


def _time(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds else None
    except (OverflowError, ValueError, OSError):
        return None


def _dos_time(stated: tuple[int, ...]) -> datetime | None:
    try:
        return datetime(*stated[:6], tzinfo=UTC) if stated[:3] != (1980, 1, 1) else None  # type: ignore[misc,arg-type]
    except ValueError:
        return None


def _readable(name: str, flags: int, method: int, step: Member, tell: Tell) -> Listed | None:
    if flags & _ENCRYPTED:
        tell("error", f"{name!r} in the zip archive is encrypted and was not read")
        return None
    if method not in _METHODS:
        called = _UNREAD_METHODS.get(method, "unknown")
        tell(
            "error",
            f"{name!r} in the zip archive is compressed by method {method} ({called}) and was not read",
        )
        return None
    return Listed(name, Member(step.offset, step.stored, _METHODS[method], step.size, step.crc))


def _allowed(listed: list[Listed], limits: Limits, tell: Tell) -> list[Listed]:
    """Leave out files that share bytes with another one, and what goes beyond the limits."""
    allowed: list[Listed] = []
    end = overlapping = unwrapped = 0
    for member in listed:
        step = member.step
        if step.offset < end:
            overlapping += 1
            continue
        end = step.offset + (step.stored or 0)
        unwrapped += step.size or 0
        if len(allowed) >= limits.members or unwrapped > limits.size:
            tell("error", f"zip archive holds more than can be opened; the first {len(allowed)} files were")
            break
        allowed.append(member)
    if overlapping:
        tell(
            "error",
            f"zip archive has {overlapping} files that share bytes with another, as a bomb does; not read",
        )
    return allowed


def _walk(file: IO[bytes], tell: Tell) -> Iterator[Listed]:
    """Find members by their local headers, as far as one follows another."""
    at = 0
    while True:
        file.seek(at)
        local = file.read(_LOCAL_HEADER.size)
        if len(local) < _LOCAL_HEADER.size or local[:4] != b"PK\x03\x04":
            return
        _, _, flags, method, _, _, crc, stored, size, name_bytes, extra_bytes = _LOCAL_HEADER.unpack(local)
        name = file.read(name_bytes).decode("utf-8" if flags & _UTF8 else "cp437", "surrogateescape")
        size, stored = _zip64(file.read(extra_bytes), size, stored)
        start = at + _LOCAL_HEADER.size + name_bytes + extra_bytes
        known = not flags & _SIZES_FOLLOW
        if known:
            step = Member(start, stored, "", size, crc)
            at = start + stored
        else:
            end = _end_of_deflated(file, start) if method == 8 and not flags & _ENCRYPTED else None
            step = Member(start, None if end is None else end - start)
            at = 0 if end is None else _past_descriptor(file, end)
        if name and not name.endswith("/") and (listed := _readable(name, flags, method, step, tell)):
            yield listed
        if not at:
            return


def _zip64(extra: bytes, size: int, stored: int) -> tuple[int, int]:
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == 1:
            values = [
                int.from_bytes(extra[i : i + 8], "little")
                for i in range(at + 4, at + 4 + length - length % 8, 8)
            ]
            if size == 0xFFFFFFFF and values:
                size = values.pop(0)
            if stored == 0xFFFFFFFF and values:
                stored = values.pop(0)
        at += 4 + length
    return size, stored


def _end_of_deflated(file: IO[bytes], start: int) -> int | None:
    file.seek(start)
    decoder = zlib.decompressobj(-15)
    at = start
    while chunk := file.read(1 << 16):
        at += len(chunk)
        try:
            while chunk and not decoder.eof:
                decoder.decompress(chunk, 1 << 22)
                chunk = decoder.unconsumed_tail
        except zlib.error:
            return None
        if decoder.eof:
            return at - len(decoder.unused_data)
    return None


def _past_descriptor(file: IO[bytes], end: int) -> int:
    """Offset of what follows a data descriptor: its signature and the zip64 form are the writer's choice."""
    file.seek(end)
    found = file.read(28)
    for length in (16, 24, 12, 20):
        if found[length : length + 2] == b"PK":
            return end + length
    return 0
