"""Compressed streams: gzip, bzip2, xz, zstd and the methods of zip members.

Formats: RFC 1952 (gzip, several members), RFC 1951 (deflate), RFC 8878 (zstd, several frames, skippable
frames), the .xz file format 1.1.0 (several streams, padding), bzip2 (several streams), and PKWARE's
APPNOTE 6.3.10 section 4.4.5 for the methods inside zip. ``webcodings`` has those of web captures.
"""

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, cast

import zstandard
from isal import isal_zlib

from stocktake.evidence import webcodings
from stocktake.evidence.decoding import CHUNK as _CHUNK
from stocktake.evidence.decoding import CutOffError as _CutOffError
from stocktake.evidence.decoding import DamageError as _DamageError
from stocktake.evidence.decoding import Feed as _Feed
from stocktake.evidence.streams import Fault, Stream

_HEAD = 16
_ZSTD_CHUNK = 1 << 12  # its decoder can't bound what it gives: a 4-byte block may stand for 128 KiB
_OUTPUT = 1 << 22
_XZ_MEMORY = 1 << 30
_ZSTD_WINDOW = 1 << 30

# Codec to the name that the container shows. zip members have theirs told by the archive.
MAGIC = {
    b"\x1f\x8b\x08": "gzip",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
}


def compression(head: bytes) -> str | None:
    """Name of the compression that ``head`` (first bytes of a file) shows by its content, or None."""
    for magic, name in MAGIC.items():
        if head.startswith(magic):
            return name
    if head[:3] == b"BZh" and head[3:4] in b"123456789" and head[4:10] in _BZIP2_BLOCKS:
        return "bzip2"
    if _is_skippable(head):
        size = int.from_bytes(head[4:8], "little")
        return "zstd" if compression(head[8 + size :]) == "zstd" else None
    return None


# A bzip2 stream begins with a block (its magic is pi) or, when empty, with the end (root of pi).
_BZIP2_BLOCKS = (b"1AY&SY", b"\x17rE8P\x90")


def _is_skippable(head: bytes) -> bool:
    return 0x50 <= (head[:1] or b"\0")[0] <= 0x5F and head[1:4] == b"\x2a\x4d\x18" and len(head) >= 8


@dataclass(frozen=True)
class Limits:
    """When a compressed stream counts as a bomb, and how deep wrapping is followed.

    ``ratio`` is unwrapped bytes a stored byte, and counts after the first ``ratio_after`` unwrapped bytes.
    ``size`` is the most that one stream, or the files of one archive together, may unwrap to. ``depth`` is
    how many wrappings stand inside each other. ``members`` is how many files of one archive are opened.
    ``entries`` is how many names one image may hold, ``wait`` how many seconds reading an image may take at
    one place, and ``unlock_wait`` how many seconds trying passphrases may.
    """

    ratio: int = 1000
    ratio_after: int = 64 << 20
    size: int = 1 << 43
    depth: int = 8
    members: int = 1_000_000
    entries: int = 20_000_000
    wait: float = 120.0
    unlock_wait: float = 300.0


class Unwrapped(Stream):
    """The unwrapped bytes of a compressed stream, as far as they can be had.

    Decoders withhold the output of the call that meets the damage. So damage makes the stream be read a
    second time, byte by byte around the damage, and every byte that can be had is given: the same bytes
    whatever sizes were asked for.
    """

    def __init__(self, reopen: Callable[[], Stream], codec: str, limits: Limits) -> None:
        super().__init__()
        self._reopen = reopen
        self._codec = codec
        self._limits = limits
        self._feed = _Feed(reopen())
        self._decoded = _DECODERS[codec](self._feed, self.faults)
        self._out = 0
        self._begun_again = False

    def _next(self) -> bytes:
        while True:
            try:
                block = next(self._decoded, b"")
            except _DamageError as damage:
                if self._begun_again or isinstance(damage, _CutOffError):
                    return self._end(str(damage))
                self._begin_again()
                continue
            self._out += len(block)
            if not block:
                self._take_faults()
                return block
            limits = self._limits
            if self._out > max(limits.ratio_after, limits.ratio * self._feed.fed):
                return self._end(f"it unwraps to more than {limits.ratio} times its size, as a bomb does")
            if self._out > limits.size:
                return self._end(f"it unwraps to more than {limits.size} bytes")
            return block

    def _take_faults(self) -> None:
        self.faults[:0] = self._feed.source.faults
        self._feed.source.faults = []

    def _end(self, why: str) -> bytes:
        self._take_faults()
        message = f"{self._codec} data can't be read to their end: {why}; {self._given} bytes were read"
        self.faults.append(Fault("error", message, self._given))
        self._decoded = iter(())
        return b""

    def _begin_again(self) -> None:
        failed = self._feed.last_chunk
        self._begun_again = True
        self._feed.source.close()
        self.faults.clear()
        self._feed = _Feed(self._reopen(), failed)
        self._decoded = self._after(self._out, _CAREFUL_DECODERS[self._codec](self._feed, self.faults))

    def _after(self, given: int, decoded: Iterator[bytes]) -> Iterator[bytes]:
        out = 0
        for block in decoded:
            out += len(block)
            if out > given:
                yield block[max(0, len(block) - (out - given)) :]

    def close(self) -> None:
        """Close the compressed stream too."""
        self._feed.source.close()
        super().close()


class Checked(Stream):
    """The bytes of a zip member, which are held against the size and CRC-32 that the archive states."""

    def __init__(self, source: Stream, size: int | None, crc: int | None) -> None:
        super().__init__()
        self._source = source
        self._size = size
        self._crc = crc
        self._found = 0
        self._ended = False

    def _next(self) -> bytes:
        block = self._source.read1()
        if block and self._crc is not None:
            self._found = isal_zlib.crc32(block, self._found)
        if not block and not self._ended:
            self._ended = True
            self.faults.extend(self._source.faults)
            if not self.faults and self._size not in (None, self._given):
                message = f"is {self._given} bytes long, where the archive says {self._size}"
                self.faults.append(Fault("error", message, self._given))
            elif not self.faults and self._crc not in (None, self._found):
                self.faults.append(Fault("error", "is damaged: its CRC-32 is not what the archive says"))
        return block

    def close(self) -> None:
        """Close the other stream too."""
        self._source.close()
        super().close()


class _ZlibDecoder(Protocol):
    eof: bool
    unused_data: bytes
    unconsumed_tail: bytes

    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes: ...


class _BoundedDecoder(Protocol):
    eof: bool
    unused_data: bytes
    needs_input: bool

    def decompress(self, data: bytes, max_length: int = ...) -> bytes: ...


_Decode = Callable[[_Feed, list[Fault]], Iterator[bytes]]
_Push = Callable[[Any, bytes], Iterator[bytes]]


def _push_deflate(decoder: _ZlibDecoder, data: bytes) -> Iterator[bytes]:
    while True:
        block = decoder.decompress(data, _OUTPUT)
        yield block
        data = decoder.unconsumed_tail
        if decoder.eof or (not data and len(block) < _OUTPUT):
            return


def _push_bounded(decoder: _BoundedDecoder, data: bytes) -> Iterator[bytes]:
    yield decoder.decompress(data, _OUTPUT)
    while not decoder.eof and not decoder.needs_input:
        yield decoder.decompress(b"", _OUTPUT)


def _push_whole(decoder: "zstandard.ZstdDecompressionObj", data: bytes) -> Iterator[bytes]:
    yield decoder.decompress(data)


@dataclass(frozen=True)
class _Format:
    """How a format of one or more members is decoded: a decoder each, with padding between them."""

    name: str
    new: Callable[[], Any]
    push: _Push
    magic: bytes
    padding: bytes = b""
    chunk: int = _CHUNK

    def __call__(self, feed: _Feed, faults: list[Fault]) -> Iterator[bytes]:
        data = self._next_member(feed, b"")
        while True:
            decoder = self.new()
            while not decoder.eof:
                data = data or feed.chunk(self.chunk)
                if not data:
                    raise _CutOffError
                try:
                    for block in self.push(decoder, data):
                        if block:
                            yield block
                except _DECODER_ERRORS as error:
                    raise _DamageError(f"they are damaged ({' '.join(str(error).split())})") from error
                data = b""
            data = self._next_member(feed, decoder.unused_data)
            if not data:
                return
            if not data.startswith(self.magic):
                message = f"has bytes after the end of its {self.name} data, which were not read"
                faults.append(Fault("warning", message))
                return

    def _next_member(self, feed: _Feed, data: bytes) -> bytes:
        """Return data from the start of the next member on, past padding and what is to be skipped."""
        while True:
            data = data.lstrip(self.padding) if self.padding else data
            while len(data) < _HEAD and (more := feed.chunk(self.chunk)):
                data = (data + more).lstrip(self.padding) if self.padding else data + more
            if self.name != "zstd" or not _is_skippable(data):
                return data
            left = 8 + int.from_bytes(data[4:8], "little") - len(data)
            while left > 0 and (data := feed.chunk(self.chunk)):
                left -= len(data)
            data = data[left:] if left < 0 else b""


def _zstd_decoder() -> "zstandard.ZstdDecompressionObj":
    return zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()


def _lzma_in_zip(feed: _Feed, faults: list[Fault]) -> Iterator[bytes]:
    """zip's method 14: two bytes of version, the length of the properties, properties, raw LZMA1.

    Whether there is an end marker is the writer's choice, so its absence is no damage here.
    """
    head = feed.source.read(9)
    feed.fed += len(head)
    if len(head) < 9 or head[2:4] != b"\x05\x00" or head[4] >= 225:
        raise _DamageError("they do not begin as LZMA data do")
    dictionary = int.from_bytes(head[5:9], "little")
    if dictionary > _XZ_MEMORY:
        raise _DamageError(f"they ask for {dictionary} bytes of memory")
    filters = [
        {
            "id": lzma.FILTER_LZMA1,
            "dict_size": max(dictionary, 4096),
            "lc": head[4] % 9,
            "lp": head[4] // 9 % 5,
            "pb": head[4] // 45,
        }
    ]
    raw = _Format(
        "LZMA", lambda: lzma.LZMADecompressor(lzma.FORMAT_RAW, None, filters), _push_bounded, b"\xff"
    )
    try:
        yield from raw(feed, faults)
    except _CutOffError:
        return


# What the decoders of all the libraries raise for data that are no such data.
_DECODER_ERRORS: tuple[type[Exception], ...] = (
    zlib.error,
    cast("type[Exception]", isal_zlib.error),
    lzma.LZMAError,
    zstandard.ZstdError,
    OSError,
    EOFError,
    ValueError,
)

_SAME_DECODERS: dict[str, _Decode] = {
    "bzip2": _Format("bzip2", bz2.BZ2Decompressor, _push_bounded, b"BZh"),
    "xz": _Format(
        "xz",
        lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, _XZ_MEMORY),
        _push_bounded,
        b"\xfd7zXZ\x00",
        b"\x00",
    ),
    "zstd": _Format("zstd", _zstd_decoder, _push_whole, b"\x28\xb5\x2f\xfd", b"", _ZSTD_CHUNK),
    "lzma": _lzma_in_zip,
    "chunked": webcodings.chunked,
    "br": webcodings.br,
    "base64": webcodings.base64,
    "quoted-printable": webcodings.quoted_printable,
    "json": webcodings.json_string,
}
_DECODERS: dict[str, _Decode] = {
    **_SAME_DECODERS,
    "gzip": _Format("gzip", lambda: isal_zlib.decompressobj(31), _push_deflate, b"\x1f\x8b", b"\x00"),
    "deflate": _Format("deflate", lambda: isal_zlib.decompressobj(-15), _push_deflate, b"\xff"),
    "zlib": _Format("zlib", lambda: isal_zlib.decompressobj(15), _push_deflate, b"\x78"),
}
# Which output comes before the error is known of zlib only, so that is what reads around the damage.
_CAREFUL_DECODERS: dict[str, _Decode] = {
    **_SAME_DECODERS,
    "gzip": _Format("gzip", lambda: zlib.decompressobj(31), _push_deflate, b"\x1f\x8b", b"\x00"),
    "deflate": _Format("deflate", lambda: zlib.decompressobj(-15), _push_deflate, b"\xff"),
    "zlib": _Format("zlib", lambda: zlib.decompressobj(15), _push_deflate, b"\x78"),
}
