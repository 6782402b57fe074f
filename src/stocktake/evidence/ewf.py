"""Expert Witness images (EnCase 1 to 6, SMART, ewfacquire; ``.E01`` and on): chunks, checksums, hashes.

The format: "Expert Witness Compression Format", J. Metz, libewf documentation. Libraries give up where a
segment is missing or cut off, or put what follows in the wrong place. Here what is left keeps its place, and
every chunk is held against its checksum.
"""

import struct
import zlib
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from stocktake.evidence.views import View

MAGIC = (b"EVF\x09\x0d\x0a\xff\x00", b"LVF\x09\x0d\x0a\xff\x00")
_FILE_HEADER = struct.Struct("<8sBHH")
_SECTION = struct.Struct("<16sQQ40xI")
_TABLE = struct.Struct("<I4xQ4xI")
_MOST_CHUNK = 64 << 20
_MOST_ENTRIES = 1 << 24


class EwfError(Exception):
    """The image, or this part of it, can't be read; the message says why in words for the examiner."""


@dataclass
class _Table:
    """Where the chunks of one table lie in their segment."""

    segment: View
    offsets: list[int]
    compressed: list[bool]
    end: int


@dataclass
class _Segment:
    number: int
    tables: list[_Table] = field(default_factory=list)
    whole: bool = False
    last: bool = False

    @property
    def chunks(self) -> int:
        return sum(len(table.offsets) for table in self.tables)


class Ewf(View):
    """The disk in an image of one or more segments.

    Attributes: ``hashes`` (stored MD5 and SHA-1 as hex), ``complaints`` (what is missing or damaged in the
    image's own structure), ``bad_sectors`` (ranges that could not be read when the image was taken).
    Reading a chunk that is missing or damaged raises EwfError.
    """

    def __init__(self, segments: Sequence[View]) -> None:
        self.hashes: dict[str, str] = {}
        self.complaints: list[str] = []
        self.bad_sectors: list[tuple[int, int]] = []
        self._chunk_size = self._chunk_count = size = 0
        found = [segment for view in segments if (segment := self._segment(view))]
        if not self._chunk_size:
            raise EwfError("it has no readable description of the disk; its first segment may be missing")
        size = self._size
        super().__init__(size)
        self._cache: OrderedDict[int, bytes] = OrderedDict()
        self._place(found)

    def _segment(self, view: View) -> _Segment | None:
        head = view.pread(0, _FILE_HEADER.size)
        if len(head) < _FILE_HEADER.size or head[:8] not in MAGIC:
            self.complaints.append("a file of the set is no segment of an image")
            return None
        segment = _Segment(_FILE_HEADER.unpack(head)[2])
        at, data_end = _FILE_HEADER.size, 0
        seen: set[int] = set()
        while at not in seen:
            seen.add(at)
            raw = view.pread(at, _SECTION.size)
            if len(raw) < _SECTION.size:
                self.complaints.append(f"segment {segment.number} is cut off")
                break
            kind, after, length, stated = _SECTION.unpack(raw)
            if zlib.adler32(raw[:-4]) != stated:
                self.complaints.append(f"segment {segment.number} is damaged at byte {at}")
                break
            kind, start = kind.rstrip(b"\0"), at + _SECTION.size
            if kind == b"sectors":
                data_end = at + length
            elif kind == b"table" or (kind == b"table2" and not segment.tables):
                self._table(segment, view, start, data_end if data_end > 0 else at)
            else:
                self._facts(kind, view, start, length)
            if kind in (b"next", b"done"):
                segment.whole, segment.last = True, kind == b"done"
                break
            at = after
        return segment

    def _facts(self, kind: bytes, view: View, at: int, length: int) -> None:
        if kind in (b"volume", b"disk", b"data") and not self._chunk_size:
            body = view.pread(at, 1052)
            if len(body) < 32:
                raise EwfError("the description of the disk is cut off")
            chunks, sectors, sector_size = struct.unpack_from("<III", body, 4)
            # EnCase counts sectors in 64 bits; the shorter section of SMART and EWF-S01 in 32.
            total = struct.unpack_from("<Q" if length - _SECTION.size >= 1052 else "<I", body, 16)[0]
            if not (0 < sectors * sector_size <= _MOST_CHUNK) or chunks > 1 << 32:
                raise EwfError("the description of the disk makes no sense")
            self._chunk_size, self._chunk_count = sectors * sector_size, chunks
            self._size = min(total * sector_size, chunks * self._chunk_size)
        elif kind == b"hash":
            self.hashes.setdefault("md5", view.pread(at, 16).hex())
        elif kind == b"digest":
            body = view.pread(at, 36)
            self.hashes["md5"] = body[:16].hex()
            if any(body[16:]):
                self.hashes["sha1"] = body[16:].hex()
        elif kind == b"error2":
            count = int.from_bytes(view.pread(at, 4), "little")
            entries = view.pread(at + 520, 8 * min(count, 1 << 16))
            self.bad_sectors = [struct.unpack_from("<II", entries, i) for i in range(0, len(entries) - 7, 8)]

    def _table(self, segment: _Segment, view: View, at: int, end: int) -> None:
        head = view.pread(at, _TABLE.size)
        if len(head) < _TABLE.size:
            self.complaints.append(f"segment {segment.number} is cut off")
            return
        count, base, stated = _TABLE.unpack(head)
        entries = view.pread(at + _TABLE.size, 4 * min(count, _MOST_ENTRIES))
        if zlib.adler32(head[:-4]) != stated or len(entries) != 4 * count:
            self.complaints.append(f"segment {segment.number} has a damaged table of chunks")
            return
        table, overflown = _Table(view, [], [], end), False
        for entry in struct.unpack(f"<{count}I", entries):
            offset = base + (entry if overflown else entry & 0x7FFFFFFF)
            if not overflown and table.offsets and offset < table.offsets[-1]:
                # EnCase 6.7 writes segments above 2 GiB with offsets of 32 bits, all of them uncompressed.
                overflown, offset = True, base + entry
            table.offsets.append(offset)
            table.compressed.append(not overflown and entry >> 31 == 1)
        segment.tables.append(table)

    def _place(self, found: list[_Segment]) -> None:
        """Give every table its first chunk. What follows one gap is placed from the end of the disk."""
        segments = sorted({segment.number: segment for segment in found}.values(), key=lambda s: s.number)
        missing = sorted(set(range(1, segments[-1].number)) - {segment.number for segment in segments})
        if missing:
            named = ", ".join(str(number) for number in missing[:10])
            self.complaints.append(f"segment {named} is missing")
        if not segments[-1].last and segments[-1].whole:
            self.complaints.append(f"the segments after {segments[-1].number} are missing")
        self._starts: list[int] = []
        self._tables: list[_Table] = []
        chunk, before = 0, 0
        late: list[_Segment] = []
        for segment in segments:
            if late or segment.number != before + 1:
                late.append(segment)
                continue
            for table in segment.tables:
                self._add(chunk, table)
                chunk += len(table.offsets)
            before = segment.number if segment.whole else -1
        chunk = self._chunk_count
        from_end: list[tuple[int, _Table]] = []
        after = segments[-1].number + 1 if segments[-1].last else -1
        for segment in reversed(late):
            if segment.number != after - 1 or not segment.whole:
                self.complaints.append(f"segment {segment.number} can't be placed, as others are missing")
                after = -1
                continue
            after = segment.number
            for table in reversed(segment.tables):
                chunk -= len(table.offsets)
                from_end.append((chunk, table))
        for start, table in reversed(from_end):
            self._add(start, table)
        had = sum(len(table.offsets) for table in self._tables)
        if had < self._chunk_count:
            lost = (self._chunk_count - had) * self._chunk_size
            self.complaints.append(f"{lost} bytes of the disk are not in the image's files that are here")

    def _add(self, start: int, table: _Table) -> None:
        self._starts.append(start)
        self._tables.append(table)

    def pread(self, offset: int, size: int) -> bytes:
        """Return bytes of the disk; EwfError where a chunk is missing or damaged."""
        left = min(size, self.size - offset)
        found: list[bytes] = []
        while left > 0:
            number, inside = divmod(offset, self._chunk_size)
            chunk = self._chunk(number)
            piece = chunk if not inside and len(chunk) <= left else chunk[inside : inside + left]
            found.append(piece)
            offset += len(piece)
            left -= len(piece)
        return b"".join(found)

    def _chunk(self, number: int) -> bytes:
        kept = self._cache.get(number)
        if kept is not None:
            return kept
        which = bisect_right(self._starts, number) - 1
        table = self._tables[which] if which >= 0 else None
        at = number - self._starts[which] if table else 0
        if table is None or at >= len(table.offsets):
            raise EwfError(f"byte {number * self._chunk_size} of the disk is in a part that is missing")
        size = min(self._chunk_size, self.size - number * self._chunk_size)
        start = table.offsets[at]
        if table.compressed[at]:
            end = table.offsets[at + 1] if at + 1 < len(table.offsets) else max(table.end, start)
            stored = table.segment.pread(
                start, min(max(end - start, 0) or size, self._chunk_size + (1 << 16))
            )
            try:
                chunk = zlib.decompressobj().decompress(stored, self._chunk_size + 1)
            except zlib.error:
                chunk = b""
        else:
            stored = table.segment.pread(start, self._chunk_size + 4)
            chunk = self._checked(stored, size)
        if len(chunk) < size:
            raise EwfError(f"the chunk at byte {number * self._chunk_size} of the disk is damaged")
        chunk = chunk[:size]
        self._cache[number] = chunk
        if len(self._cache) * self._chunk_size > 16 << 20:
            self._cache.popitem(last=False)
        return chunk

    def _checked(self, stored: bytes, size: int) -> bytes:
        """The chunk, if its checksum is right; the last one may be stored short or filled up."""
        for length in dict.fromkeys((size, self._chunk_size)):
            if len(stored) >= length + 4:
                chunk = stored[:length]
                if zlib.adler32(chunk) == int.from_bytes(stored[length : length + 4], "little"):
                    return chunk
        return b""
