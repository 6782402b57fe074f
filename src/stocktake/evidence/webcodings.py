"""How the bodies of web captures are coded, beside compression that files have too.

``chunked`` (RFC 9112 section 7.1), ``br`` (RFC 7932) and ``zlib`` (RFC 1950, what HTTP calls deflate) are
HTTP's; ``quoted-printable`` and ``base64`` (RFC 2045) are MHTML's; ``json`` is a string of RFC 8259 without
its quotes, as a HAR keeps a body. Each decoder takes coded bytes as they come and never holds more than a few
chunks.
"""

import binascii
import re
from collections.abc import Iterator

import brotli

from stocktake.evidence.decoding import CutOffError, DamageError, Feed
from stocktake.evidence.streams import Fault

_OUTPUT = 1 << 22
_LONGEST_CHUNK_LINE = 4096
CHUNK_LINE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r?\n")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
_LONGEST_ESCAPE = 12
_ESCAPE = re.compile(
    rb"\\u[dD][89abAB][0-9A-Fa-f]{2}\\u[dD][c-fC-F][0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\[^u]", re.DOTALL
)
_PLAIN_ESCAPES = {
    b"n": b"\n", b"t": b"\t", b"r": b"\r", b"b": b"\b", b"f": b"\f", b'"': b'"', b"\\": b"\\", b"/": b"/",
}  # fmt: skip


def chunked(feed: Feed, faults: list[Fault]) -> Iterator[bytes]:
    """Undo HTTP's chunks. From where there is no length of a chunk on, the bytes are given as they are."""
    data = b""
    given = 0
    while True:
        while b"\n" not in data[:_LONGEST_CHUNK_LINE] and len(data) < _LONGEST_CHUNK_LINE:
            more = feed.chunk()
            if not more:
                break
            data += more
        stated = CHUNK_LINE.match(data)
        if stated is None:
            if not data:
                raise CutOffError
            message = f"has chunks with wrong lengths; from byte {given} on it is given as it was kept"
            faults.append(Fault("warning", message, given))
            while data:
                yield data
                data = feed.chunk()
            return
        size = int(stated[1], 16)
        data = data[stated.end() :]
        if not size:
            return
        left = size
        while left:
            data = data or feed.chunk()
            if not data:
                raise CutOffError
            piece, data = data[:left], data[left:]
            left -= len(piece)
            given += len(piece)
            yield piece
        while len(data) < 2 and (more := feed.chunk()):
            data += more
        data = data[2:] if data[:2] == b"\r\n" else data[1:] if data[:1] == b"\n" else data


def br(feed: Feed, faults: list[Fault]) -> Iterator[bytes]:
    """Undo Brotli; what it gives at once is bounded."""
    decoder = brotli.Decompressor()
    while not decoder.is_finished():
        data = feed.chunk(1 << 14)
        if not data:
            raise CutOffError
        while True:
            try:
                block = decoder.process(data, output_buffer_limit=_OUTPUT)
            except brotli.error as error:
                raise DamageError("they are damaged") from error
            if block:
                yield block
            data = b""
            if decoder.is_finished() or decoder.can_accept_more_data():
                break
    if feed.chunk(1):
        faults.append(Fault("warning", "has bytes after the end of its br data, which were not read"))


def base64(feed: Feed, faults: list[Fault]) -> Iterator[bytes]:
    """Undo base64; what is no letter of it is passed over, as RFC 2045 says."""
    del faults
    held = b""
    while piece := feed.chunk():
        ended = b"=" in piece
        held += _NOT_BASE64.sub(b"", piece.partition(b"=")[0])
        whole = len(held) // 4 * 4
        if whole:
            yield binascii.a2b_base64(held[:whole])
        held = held[whole:]
        if ended:
            break
    if len(held) > 1:
        yield binascii.a2b_base64(held + b"=" * (4 - len(held)))


def quoted_printable(feed: Feed, faults: list[Fault]) -> Iterator[bytes]:
    """Undo quoted-printable, whole lines at a time unless a line is very long."""
    del faults
    held = b""
    while piece := feed.chunk():
        held += piece
        cut = held.rfind(b"\n") + 1
        if not cut and len(held) > 1 << 20:
            cut = held.rfind(b"=") if b"=" in held[-3:] else len(held)
        if cut:
            yield binascii.a2b_qp(held[:cut])
            held = held[cut:]
    if held:
        yield binascii.a2b_qp(held)


def json_string(feed: Feed, faults: list[Fault]) -> Iterator[bytes]:
    """Undo the escapes of a JSON string; the rest is UTF-8 as it stands. Lone surrogates become U+FFFD."""
    del faults
    held = b""
    while True:
        piece = feed.chunk()
        held += piece
        out = []
        at, cut = 0, -1
        for found in _ESCAPE.finditer(held):
            if piece and found.start() > len(held) - _LONGEST_ESCAPE:  # the rest of it may be still to come
                cut = found.start()
                break
            out += [held[at : found.start()], _unescaped(found[0])]
            at = found.end()
        if cut < 0:
            cut = held.find(b"\\", at) if piece else len(held)
            cut = len(held) if cut < 0 else cut
        out.append(held[at:cut])
        held = held[cut:]
        if block := b"".join(out):
            yield block
        if not piece:
            return


def _unescaped(escape: bytes) -> bytes:
    if escape[1:2] != b"u":
        return _PLAIN_ESCAPES.get(escape[1:2], escape[1:2])
    code = int(escape[2:6], 16)
    if len(escape) == _LONGEST_ESCAPE:
        code = 0x10000 + ((code - 0xD800) << 10) + (int(escape[8:12], 16) - 0xDC00)
    return ("\ufffd" if 0xD800 <= code < 0xE000 else chr(code)).encode()
