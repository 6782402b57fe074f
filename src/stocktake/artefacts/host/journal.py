"""The binary journal of systemd.

Source: "Journal File Format" (systemd.io/JOURNAL_FILE_FORMAT) and journal-def.h. Objects are read one after
the other as they lie in the file, so that entries which a crash left out of the index are read too. The
place of a row is that of its entry object; its text lies in the data objects that the entry names.
"""

import lzma
import struct
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, BinaryIO, cast

import pyarrow as pa
import zstandard

from stocktake.artefacts.host.events import Event, utc, write_events
from stocktake.artefacts.host.messages import interpret
from stocktake.artefacts.lines import shown
from stocktake.evidence.archives import seekable
from stocktake.records.raw import UnitWriter

if TYPE_CHECKING:
    from stocktake.evidence.streams import Stream

MAGIC = b"LPKSHHRH"
_HEADER = struct.Struct("<8sII")
_OBJECT = struct.Struct("<BB6xQ")
_DATA, _ENTRY = 1, 3
_XZ, _LZ4, _ZSTD = 1, 2, 4
_KEYED_OR_KNOWN = 1 | 2 | 4 | 8 | 16
_COMPACT = 16
_LARGEST_FIELD = 1 << 20  # of a field's value, unpacked; larger ones (core dumps) are passed over
_LARGEST_ENTRY = 1 << 20
_HELD = 50_000
_SET = 1_000_000  # microseconds between two entries: below that it may be drift that a time service corrects
_WANTED = {
    b"MESSAGE", b"SYSLOG_IDENTIFIER", b"_COMM", b"_PID", b"SYSLOG_PID", b"_HOSTNAME",
}  # fmt: skip


def read(stream: BinaryIO, unit: UnitWriter) -> None:
    """One event an entry; damage costs a problem and the entries before it stay."""
    with seekable(cast("Stream", stream)) as file:
        write_events(unit, _Journal(file, unit).events())


class _Journal:
    def __init__(self, file: IO[bytes], unit: UnitWriter) -> None:
        self.file = file
        self.unit = unit
        self.size = file.seek(0, 2)
        self.compact = False
        self.fields: dict[int, tuple[bytes, bytes] | None] = {}
        self.damaged = 0
        self.clocks: dict[bytes, int] = {}  # of each boot: wall clock minus uptime, microseconds

    def at(self, offset: int, size: int) -> bytes:
        self.file.seek(offset)
        return self.file.read(size)

    def events(self) -> Iterator[Event]:
        head = self.at(0, 208)
        if len(head) < 208:
            self.unit.problem("ends inside of the journal's header", severity="error")
            return
        _, _, flags = _HEADER.unpack_from(head)
        if flags & ~_KEYED_OR_KNOWN:
            self.unit.problem(f"is a journal of a newer format (flags {flags:#x})", severity="error")
            return
        self.compact = bool(flags & _COMPACT)
        header_size, arena_size = struct.unpack_from("<QQ", head, 88)
        (stated,) = struct.unpack_from("<Q", head, 152)
        end = min(self.size, header_size + arena_size)
        offset, entries = header_size, 0
        while offset + _OBJECT.size <= end:
            kind, _, size = _OBJECT.unpack(self.at(offset, _OBJECT.size))
            if size < _OBJECT.size or offset + size > self.size:
                if kind or size:
                    self.unit.problem(
                        "objects can't be followed from here on", offset=offset, severity="warning"
                    )
                break
            if kind == _ENTRY:
                yield from self.clock_set(offset, size)
                event = self.entry(offset, size)
                if event:
                    entries += 1
                    yield event
            offset = (offset + size + 7) & ~7
        if entries < stated:
            told = f"the journal's header counts {stated} entries, {entries} were read"
            self.unit.problem(told, severity="warning")
        if self.damaged:
            self.unit.problem(f"{self.damaged} fields of entries can't be read", severity="warning")

    def clock_set(self, offset: int, size: int) -> Iterator[Event]:
        """An event where the wall clock went otherwise than the time since the boot: somebody set it.

        The kernel's CLOCK_MONOTONIC is not set; it stands while a machine sleeps.
        """
        head = self.at(offset, 56) if 64 <= size <= _LARGEST_ENTRY else b""
        if len(head) < 56:
            return
        realtime, monotonic = struct.unpack_from("<QQ", head, 24)
        clock, boot = realtime - monotonic, head[40:56]
        change = clock - self.clocks.setdefault(boot, clock)
        self.clocks[boot] = clock
        if abs(change) >= _SET:
            yield {
                "kind": "clock set",
                **utc(realtime / 1_000_000),
                "program": "journal",
                "text": f"the clock was set by {change / 1_000_000:+.6f} s, as the time since the boot shows",
                "_offset": offset,
                "_length": size,
            }

    def entry(self, offset: int, size: int) -> Event | None:
        if size < 64 or size > _LARGEST_ENTRY:
            return None
        body = self.at(offset, size)
        (realtime,) = struct.unpack_from("<Q", body, 24)
        step, form = (4, "<I") if self.compact else (16, "<Q")
        fields: dict[bytes, bytes] = {}
        for place in range(64, size - step + 1, step):
            (target,) = struct.unpack_from(form, body, place)
            found = self.field(target) if target else None
            if found:
                fields.setdefault(*found)

        def text(*names: bytes) -> str | None:
            return next((shown(fields[name]) for name in names if name in fields), None)

        program, message = text(b"SYSLOG_IDENTIFIER", b"_COMM"), text(b"MESSAGE") or ""
        pid = text(b"_PID", b"SYSLOG_PID") or ""
        return {
            **interpret(program, message),
            **utc(realtime / 1_000_000),
            "host": text(b"_HOSTNAME"),
            "program": program,
            "pid": int(pid) if pid.isdigit() and len(pid) < 11 else None,
            "text": message,
            "_offset": offset,
            "_length": size,
        }

    def field(self, offset: int) -> tuple[bytes, bytes] | None:
        if offset in self.fields:
            return self.fields[offset]
        found = self.data(offset)
        if len(self.fields) >= _HELD:
            self.fields.clear()
        self.fields[offset] = found
        return found

    def data(self, offset: int) -> tuple[bytes, bytes] | None:
        head = self.at(offset, _OBJECT.size)
        start = 72 if self.compact else 64
        if len(head) < _OBJECT.size:
            self.damaged += 1
            return None
        kind, flags, size = _OBJECT.unpack(head)
        if kind != _DATA or size < start or offset + size > self.size:
            self.damaged += 1
            return None
        if size - start > _LARGEST_FIELD:
            return None
        payload = self.at(offset + start, size - start)
        try:
            payload = _unpacked(payload, flags)
        except (lzma.LZMAError, zstandard.ZstdError, pa.ArrowException, OSError, ValueError, struct.error):
            self.damaged += 1
            return None
        name, equals, value = payload.partition(b"=")
        return (name, value) if equals and name in _WANTED else None


def _unpacked(payload: bytes, flags: int) -> bytes:
    if flags & _XZ:
        return lzma.LZMADecompressor(memlimit=1 << 28).decompress(payload, _LARGEST_FIELD)
    if flags & _LZ4:
        (size,) = struct.unpack_from("<Q", payload)
        if size > _LARGEST_FIELD:
            return b""
        return bytes(pa.Codec("lz4_raw").decompress(payload[8:], size, asbytes=True))
    if flags & _ZSTD:
        with zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(payload) as reader:
            return reader.read(_LARGEST_FIELD)
    return payload
