"""WARC (ISO 28500) and ARC files, packed by gzip record by record, as a whole, or not at all.

Headers are parsed by warcio. Going from record to record is done here, since a record that is damaged, cut
off or states a wrong length is not to cost those behind it: packed records are looked for behind a damaged
one, and in plain files the next line that begins a record is.
"""

import base64
import binascii
import hashlib
import io
import re
import zlib
from collections import deque
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from isal import isal_zlib
from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParser

from stocktake.evidence.captures import Capture, Faults, Record, Tell, stated_time
from stocktake.evidence.names import text
from stocktake.evidence.opening import Limits, Member, Opening, Step, Unwrap
from stocktake.evidence.webcodings import CHUNK_LINE

if TYPE_CHECKING:
    from stocktake.evidence.streams import Stream

# A record's own headers, and those of HTTP, are read up to here.
_HEAD_BYTES = 1 << 18
_PEEKED = 4096
_GZIP = b"\x1f\x8b\x08"
_GZIP_ERRORS = (zlib.error, cast("type[Exception]", isal_zlib.error))
_VERSION = re.compile(rb"WARC/\d{1,2}\.\d{1,2}\r?\n")
_ARC_LINE = re.compile(
    rb"(?P<url>[A-Za-z][A-Za-z0-9+.-]{0,30}:[^\r\n]{0,60000}) (?P<ip>[0-9A-Fa-f.:]{1,45}|-) (?P<at>\d{8,17}) "
    rb"(?P<type>[^\s]{1,300}) (?:(?:\S{1,300} ){5})?(?P<length>-?\w{1,18})\r?\n"
)
_NO_BODY = {"request", "warcinfo", "metadata"}


class _Plain:
    """A file that is not packed: one stretch of bytes."""

    def __init__(self, opening: Opening) -> None:
        self._stream = opening()
        self.damage = ""

    def block(self) -> bytes:
        return self._stream.read1()

    def resume(self) -> bool:
        """Go on behind damage; a plain file has only its end."""
        self.damage = "; ".join(fault.message for fault in self._stream.faults)
        return False

    def place(self, position: int) -> tuple[int, int] | None:
        """Where a packed part begins that holds ``position``, in packed bytes and in unpacked ones."""
        del position
        return None

    def close(self) -> None:
        self._stream.close()


class _Packed:
    """The members of a gzip file, unpacked one behind the other.

    Behind damage the next one that begins a record is looked for. Positions count the bytes that were given.
    """

    def __init__(self, opening: Opening, limits: Limits) -> None:
        self._opening = opening
        self._limits = limits
        self._stream: Stream = opening()
        self._tail: Stream | None = None  # what can still be had of a damaged member
        self._packed = 0  # where `_data` begins
        self._data = b""
        self._decoder: Any = None
        self._given = 0
        self._starts: deque[tuple[int, int]] = deque()
        self._ended = self._bomb = False
        self.damage = ""

    def block(self) -> bytes:
        if self._tail is not None:
            rescued = self._tail.read1()
            self._given += len(rescued)
            return rescued or self._fail(self.damage)
        while not self._ended:
            if self._decoder is None:
                while len(self._data) < 18 and (more := self._stream.read(1 << 16)):
                    self._data += more
                left = self._data.lstrip(b"\0")
                self._packed += len(self._data) - len(left)
                self._data = left
                if not self._data:
                    self._ended = True
                    break
                self._starts.append((self._packed, self._given))
                self._decoder = isal_zlib.decompressobj(31)
            data = self._data or self._stream.read(1 << 16)
            if not data:
                return self._fail("a packed record was cut off")
            try:
                block: bytes = self._decoder.decompress(data, 1 << 20)
            except _GZIP_ERRORS as error:
                self.damage = f"a packed record is damaged ({' '.join(str(error).split())})"
                packed, given = self._starts[-1]
                self._tail = self._opening.then(Member(packed, None)).then(Unwrap("gzip"))()
                self._tail.skip(self._given - given)
                return self.block()
            rest = self._decoder.unused_data if self._decoder.eof else self._decoder.unconsumed_tail
            self._packed += len(data) - len(rest)
            self._data = rest
            if self._decoder.eof:
                self._decoder = None
            if block:
                self._given += len(block)
                if self._given > max(self._limits.ratio_after, self._limits.ratio * (self._packed + 1)):
                    self._bomb = True
                    return self._fail(f"it unpacks to more than {self._limits.ratio} times its size")
                return block
        return b""

    def _fail(self, why: str) -> bytes:
        self._ended = True
        if self._tail is not None:
            self._tail.close()
            self._tail = None
        self.damage = f"{why}, at byte {self._starts[-1][0]} of the file"
        return b""

    def resume(self) -> bool:
        """Go on with the next member that begins a record; False where there is none."""
        if not self.damage or self._bomb:
            return False
        at = self._starts[-1][0] + 1
        found = self._next_member(at)
        if found is None:
            return False
        self._stream.close()
        self._stream = self._opening.then(Member(found, None))()
        self._packed, self._data, self._decoder = found, b"", None
        self._ended = False
        return True

    def _next_member(self, at: int) -> int | None:
        """Where a gzip member that begins a record stands at or behind ``at``."""
        with closing(self._opening.then(Member(at, None))()) as stream:
            held, base = b"", at
            while True:
                more = stream.read(1 << 20)
                held += more
                found = held.find(_GZIP)
                while found >= 0 and (found + (1 << 16) < len(held) or not more):
                    if _begins_record(held[found : found + (1 << 16)]):
                        return base + found
                    found = held.find(_GZIP, found + 1)
                if not more:
                    return None
                kept = len(held) - 2 if found < 0 else found
                held, base = held[kept:], base + kept

    def place(self, position: int) -> tuple[int, int] | None:
        while len(self._starts) > 1 and self._starts[1][1] <= position:
            self._starts.popleft()
        return self._starts[0] if self._starts else None

    def close(self) -> None:
        self._stream.close()


def _begins_record(packed: bytes) -> bool:
    try:
        start = isal_zlib.decompressobj(31).decompress(packed, 1 << 12)
    except _GZIP_ERRORS:
        return False
    return bool(_VERSION.match(start) or _ARC_LINE.match(start))


class _Reader:
    """Takes lines and runs of bytes from a source; ``position`` is that of the next one."""

    def __init__(self, source: _Plain | _Packed) -> None:
        self._source = source
        self._buffer = b""
        self._at = 0
        self.position = 0

    def forget(self) -> None:
        """Leave what is held, before the source goes on elsewhere."""
        self.position += len(self._buffer) - self._at
        self._buffer, self._at = b"", 0

    def _fill(self) -> bool:
        block = self._source.block()
        if block:
            self._buffer = self._buffer[self._at :] + block if self._at < len(self._buffer) else block
            self._at = 0
        return bool(block)

    def peek(self, size: int) -> bytes:
        while len(self._buffer) - self._at < size and self._fill():
            pass
        return self._buffer[self._at : self._at + size]

    def line(self, most: int) -> bytes:
        """The next line with its end, or ``most`` bytes of it; b"" at the end."""
        looked = 0
        while True:
            end = self._buffer.find(b"\n", self._at + looked, self._at + most) + 1
            looked = len(self._buffer) - self._at
            if end or looked >= most or not self._fill():
                break
        found = self._buffer[self._at : end or self._at + most]
        self._at += len(found)
        self.position += len(found)
        return found

    def head(self, most: int) -> tuple[bytes, bool]:
        """Lines up to an empty one, which is the last; and whether that was met within ``most`` bytes."""
        lines = []
        size = 0
        while size < most:
            line = self.line(most - size)
            lines.append(line)
            size += len(line)
            if line in (b"\r\n", b"\n"):
                return b"".join(lines), True
            if not line.endswith(b"\n"):
                break
        return b"".join(lines), False

    def pass_over(self, size: int, *hearing: Any) -> int:
        """Pass over bytes and let hashes hear them; returns how many there were."""
        left = size
        while left:
            if self._at >= len(self._buffer) and not self._fill():
                break
            piece = memoryview(self._buffer)[self._at : self._at + left]
            for one in hearing:
                one.update(piece)
            self._at += len(piece)
            self.position += len(piece)
            left -= len(piece)
        return size - left

    def pass_newlines(self) -> None:
        while (ahead := self.peek(1)) in (b"\r", b"\n") and ahead:
            self._at += 1
            self.position += 1


@dataclass(frozen=True)
class _Stated:
    """What a record says of itself before its block."""

    kind: str
    capture: Capture
    length: int
    record_id: str = ""
    ip: str = ""
    block_digest: str = ""
    payload_digest: str = ""
    refers_to: tuple[str, ...] = ()
    segment: str = ""


def records(
    form: str, opening: Opening, limits: Limits, tell: Tell, *, check_digests: bool = True
) -> Iterator[Record]:
    """Yield the records of a WARC or ARC file; see `captures.records`."""
    with closing(opening()) as stream:
        packed = stream.peek(3) == _GZIP
    source = _Packed(opening, limits) if packed else _Plain(opening)
    try:
        yield from _Records(form, opening, source, limits, tell, check_digests).all()
    finally:
        source.close()


class _Records:
    def __init__(
        self,
        form: str,
        opening: Opening,
        source: _Plain | _Packed,
        limits: Limits,
        tell: Tell,
        check_digests: bool,
    ) -> None:
        self._form = form
        self._opening = opening
        self._source = source
        self._reader = _Reader(source)
        self._limits = limits
        self._tell = tell
        self._faults = Faults(tell)
        self._check = check_digests
        self._others: dict[str, int] = {}
        self._bodies: dict[str, Record] = {}  # by what a later record can call them

    def all(self) -> Iterator[Record]:
        count = total = 0
        while True:
            for record in self._stretch():
                count, total = count + 1, total + (record.size or 0)
                if count > self._limits.members or total > self._limits.size:
                    self._tell(
                        "error", f"the capture holds more than can be opened; {count - 1} records were"
                    )
                    return
                yield record
            resumed = self._source.resume()
            if self._source.damage:
                behind = "; what lies behind it was read" if resumed else ""
                self._tell("error", f"the capture is damaged: {self._source.damage}{behind}")
            self._source.damage = ""
            if not resumed:
                break
            self._reader.forget()
        self._faults.rest()
        told = ", ".join(f"{number} {kind}" for kind, number in sorted(self._others.items()))
        if told:
            self._tell("info", f"records that are no files of their own: {told}")

    def _stretch(self) -> Iterator[Record]:
        """Records up to the end of the file, or to damage."""
        reader = self._reader
        lost, lost_at = 0, 0
        waiting: Record | None = None
        fresh = True
        while True:
            if fresh:
                reader.pass_newlines()
            start = reader.position
            if waiting is not None:
                yield self._placed(waiting, start)
                waiting = None
            line = reader.line(_HEAD_BYTES)
            begins = fresh and (_VERSION if self._form == "warc" else _ARC_LINE).match(line)
            if lost and (begins or not line):
                self._tell("error", f"{lost} bytes from byte {lost_at} on belong to no record")
                lost = 0
            if not line:
                return
            fresh = line.endswith(b"\n")
            if not begins:
                lost, lost_at = lost + len(line), lost_at if lost else start
                continue
            stated = self._warc_head(line, start) if self._form == "warc" else self._arc_head(line, start)
            fresh = True
            if stated is not None:
                waiting = self._record(stated, start)

    def _placed(self, record: Record, end: int) -> Record:
        """The record with the range of the stored file, once it is known where the next one begins."""
        if isinstance(self._source, _Plain) or record.offset is None:
            return record
        following = self._source.place(end)
        if following is None or following[1] != end or following[0] <= record.offset:
            return replace(record, offset=None, length=None)
        length = following[0] - record.offset
        steps = record.steps
        if steps and isinstance(steps[0], Member) and steps[0].offset == record.offset:
            steps = (replace(steps[0], stored=length), *steps[1:])
        return self._known(replace(record, length=length, steps=steps))

    def _known(self, record: Record) -> Record:
        if record.kind == "response" and record.steps is not None:
            for name in (record.record_id, _at_url(record.capture)):
                if name in self._bodies:
                    self._bodies[name] = record
        return record

    def _warc_head(self, line: bytes, start: int) -> _Stated | None:
        rest, whole = self._reader.head(_HEAD_BYTES)
        if not whole:
            self._faults.fault("error", "its headers have no end", f"record at byte {start}")
            return None
        headers = _parsed(line + rest)
        length = headers.get_header("Content-Length") or ""
        url = (headers.get_header("WARC-Target-URI") or "").strip().removeprefix("<").removesuffix(">")
        if not re.fullmatch(r"\d{1,18}", length.strip()):
            what = f"its headers state no length that can be ({text(length[:40])!r})"
            self._faults.fault("error", what, text(url[:500]) or f"record at byte {start}")
            return None
        refers = headers.get_header("WARC-Refers-To") or ""
        target = (headers.get_header("WARC-Refers-To-Target-URI") or "").strip()
        at = stated_time(headers.get_header("WARC-Refers-To-Date") or "")
        digest = _digest_key(headers.get_header("WARC-Payload-Digest") or "")
        referred = [refers.strip()] if refers else []
        if target and at:
            referred.append(_at_url(Capture(target, at)))
        if digest:
            referred.append(digest)
        media = (headers.get_header("Content-Type") or "").partition(";")[0].strip().lower()
        return _Stated(
            kind=(headers.get_header("WARC-Type") or "").strip().lower() or "unknown",
            capture=Capture(
                text(url), stated_time(headers.get_header("WARC-Date") or ""), None, text(media[:200])
            ),
            length=int(length),
            record_id=text((headers.get_header("WARC-Record-ID") or "").strip()[:500]),
            ip=text((headers.get_header("WARC-IP-Address") or "").strip()[:60]),
            block_digest=headers.get_header("WARC-Block-Digest") or "",
            payload_digest=headers.get_header("WARC-Payload-Digest") or "",
            refers_to=tuple(referred),
            segment=headers.get_header("WARC-Segment-Number") or "",
        )

    def _arc_head(self, line: bytes, start: int) -> _Stated | None:
        found = _ARC_LINE.match(line)
        if found is None:
            return None
        url = text(found["url"].decode("utf-8", "backslashreplace"))
        length = found["length"].decode()
        first = url.startswith("filedesc:")
        if not length.isdecimal():
            if not first:
                self._faults.fault("error", f"its line states no length that can be ({length!r})", url[:500])
            return None
        media = found["type"].decode("latin-1").lower()
        at = stated_time(found["at"].decode()[:14])
        return _Stated(
            kind="warcinfo" if first else "response",
            capture=Capture(url, at, None, text(media)),
            length=int(length),
            ip=text(found["ip"].decode()),
            record_id=f"byte {start}",
        )

    def _record(self, stated: _Stated, start: int) -> Record:
        """Pass over a record's block, and say what there is of it."""
        reader = self._reader
        known_as = text(stated.capture.url[:500]) or f"record at byte {start}"
        block, payload = self._hashes(stated)
        place = self._source.place(start)
        capture, headers, head = self._answer(stated)
        body, left = reader.position, stated.length - len(head)
        if block:
            block.update(head)
        first = reader.peek(min(left, _PEEKED))
        passed = reader.pass_over(left, *(one for one in (block, payload) if one is not None))
        record = Record(stated.kind, capture, record_id=stated.record_id, ip=stated.ip)
        if place is None:
            record = replace(record, offset=start, length=reader.position - start)
        elif place[1] == start:
            record = replace(record, offset=place[0])
        if stated.kind not in _NO_BODY and stated.kind != "revisit":
            within = () if place is None else (Member(place[0], None), Unwrap("gzip"))
            codings, told = _codings(headers, first)
            if told:
                self._faults.fault("warning", told, known_as)
            member = Member(body - (0 if place is None else place[1]), passed)
            record = replace(record, steps=(*within, member, *(Unwrap(one) for one in codings)), size=passed)
        if passed < left:
            note = f"was cut off: {passed} of the {left} bytes of its body are there"
            self._faults.fault("error", note, known_as)
            record = replace(record, note=note)
        else:
            record = self._digested(record, stated, block, payload, known_as)
        if stated.kind == "revisit":
            record = self._revisited(record, stated, known_as)
        self._remember(record, stated)
        return record

    def _hashes(self, stated: _Stated) -> tuple[Any, Any]:
        """Hashes for the block and the payload, where they are stated and can be checked."""
        if not self._check or stated.segment:
            return None, None
        # A revisit's payload is that of the record that it refers to.
        payload = _hash(stated.payload_digest) if stated.kind != "revisit" else None
        return _hash(stated.block_digest), payload

    def _answer(self, stated: _Stated) -> tuple[Capture, StatusAndHeaders | None, bytes]:
        """What HTTP's own headers say, where the block begins with them, and their bytes."""
        capture = stated.capture
        is_answer = stated.kind in ("response", "revisit")
        if is_answer and self._reader.peek(min(5, stated.length)) == b"HTTP/":
            head, _ = self._reader.head(min(_HEAD_BYTES, stated.length))
            headers = _parsed(head)
            return _answered(capture, headers), headers, head
        if stated.kind == "request" and capture.media_type == "application/http":
            return capture, None, self._reader.head(min(_HEAD_BYTES, stated.length))[0]
        if is_answer and self._form == "warc":
            capture = replace(capture, media_type="")  # that of the record, not of what is in it
        return capture, None, b""

    def _remember(self, record: Record, stated: _Stated) -> None:
        if record.steps is None:
            self._others[record.kind] = self._others.get(record.kind, 0) + 1
        elif record.kind == "response":
            names = (record.record_id, _at_url(record.capture), _digest_key(stated.payload_digest))
            for name in filter(None, names):
                self._bodies.setdefault(name, record)

    def _revisited(self, record: Record, stated: _Stated, known_as: str) -> Record:
        """A page that was the same as before: its body is that of the record that it refers to."""
        first = next((self._bodies[name] for name in stated.refers_to if name in self._bodies), None)
        if first is None:
            what = "says that the page was as before, and the record that it refers to is not in this file"
            self._faults.fault("warning", what, known_as)
            return replace(record, note=what)
        media = record.capture.media_type or first.capture.media_type
        status = first.capture.status if record.capture.status in (None, 304) else record.capture.status
        capture = replace(record.capture, media_type=media, status=status)
        at = f"{first.capture.at:%Y-%m-%d %H:%M:%S} UTC" if first.capture.at else "another time"
        return replace(
            record, capture=capture, steps=first.steps, size=first.size, note=f"the same as at {at}"
        )

    def _digested(self, record: Record, stated: _Stated, block: Any, payload: Any, known_as: str) -> Record:
        """Hold the digests that a record states against its bytes.

        Those who write captures differ in whether a payload's digest is of the body as it was sent or with
        its codings undone: either counts.
        """
        if block is None and payload is None:
            return record
        wrong = []
        if block is not None and block.digest() != _stated_digest(stated.block_digest):
            wrong.append("block")
        wanted = _stated_digest(stated.payload_digest)
        agrees = payload is None or payload.digest() == wanted or self._meant(stated, record.steps, wanted)
        if not agrees:
            wrong.append("payload")
        if not wrong:
            return replace(record, digest="agrees")
        what = f"the digest of its {' and '.join(wrong)} is not as stated"
        self._faults.fault("warning", what, known_as)
        return replace(record, digest="differs", note=what)

    def _meant(self, stated: _Stated, steps: tuple[Step, ...] | None, wanted: bytes | None) -> bool:
        if not steps:
            return False
        coded = next(n for n, step in enumerate(reversed(steps)) if isinstance(step, Member))
        for undone in range(1, coded + 1):
            opening = self._opening
            for step in steps[: len(steps) - coded + undone]:
                opening = opening.then(step)
            found = _hash(stated.payload_digest)
            with closing(opening()) as stream:
                while piece := stream.read1():
                    found.update(piece)
            if found.digest() == wanted:
                return True
        return False


def _parsed(head: bytes) -> StatusAndHeaders:
    try:
        return StatusAndHeadersParser([], verify=False).parse(io.BytesIO(head))
    except (EOFError, ValueError):
        return StatusAndHeaders("", [], "")


def _answered(capture: Capture, headers: StatusAndHeaders) -> Capture:
    code = (headers.statusline or "").split(" ", 1)[0]
    media = (headers.get_header("Content-Type") or "").partition(";")[0].strip().lower()[:200]
    return replace(
        capture, status=int(code) if re.fullmatch(r"[1-9]\d\d", code) else None, media_type=text(media)
    )


def _codings(headers: StatusAndHeaders | None, first: bytes) -> tuple[list[str], str]:
    """What has to be undone, outermost first, and what is wrong with what the headers say.

    Crawlers keep headers as they came and bodies as they like: what the bytes do not show is not undone.
    """
    if headers is None:
        return [], ""
    codings: list[str] = []
    sent = (headers.get_header("Transfer-Encoding") or "").lower()
    if "chunked" in sent and first:
        chunk = CHUNK_LINE.match(first)
        if chunk:
            codings.append("chunked")
            first = first[chunk.end() :][: int(chunk[1], 16)]
    stated = [one.strip() for one in (headers.get_header("Content-Encoding") or "").lower().split(",")]
    for coding in reversed([one for one in stated if one and one != "identity"]):
        shown = _shown_coding(coding, first)
        if shown is None:
            return codings, f"its body is coded by {text(coding[:40])!r}, which can't be undone"
        if not shown:
            break
        codings.append(shown)
        if len([one for one in stated if one]) > 1:
            first = b""
    return codings, ""


def _shown_coding(coding: str, first: bytes) -> str | None:
    """The decoder for a content coding, "" where the bytes show that it is undone already."""
    if coding in ("gzip", "x-gzip"):
        return "gzip" if first[:2] in (b"\x1f\x8b", b"\x1f", b"") else ""
    if coding == "deflate":
        if len(first) > 1 and first[0] & 15 == 8 and int.from_bytes(first[:2], "big") % 31 == 0:
            return "zlib"
        return "" if first.lstrip()[:1] in (b"<", b"{", b"[") else "deflate"
    if coding == "zstd":
        return "zstd" if first[:4] in (b"\x28\xb5\x2f\xfd", b"") else ""
    if coding == "br":
        return "" if first.lstrip()[:5].lower() in (b"<!doc", b"<html") else "br"
    return None


def _at_url(capture: Capture) -> str:
    return f"{capture.at:%Y%m%d%H%M%S} {capture.url}" if capture.at else ""


def _hash(stated: str) -> Any:
    """A hash of the algorithm that a digest names; None where it is none of the usual."""
    name = stated.partition(":")[0].strip().lower().replace("-", "")
    if name not in _SIZES:
        return None
    return hashlib.new(name, usedforsecurity=False)


_SIZES = {"sha1": 20, "sha256": 32, "sha384": 48, "sha512": 64, "md5": 16}


def _stated_digest(stated: str) -> bytes | None:
    """The bytes of a digest, which crawlers give in base 32, base 16, or base 64 of either alphabet."""
    name, _, value = stated.strip().partition(":")
    size = _SIZES.get(name.strip().lower().replace("-", ""))
    if size is None:
        return None
    value = value.strip().rstrip("=")
    try:
        if len(value) == 2 * size:
            return bytes.fromhex(value)
        if len(value) == -(-size * 8 // 5):
            found = base64.b32decode(value.upper() + "=" * (-len(value) % 8))
        else:
            found = base64.b64decode(value + "=" * (-len(value) % 4), altchars=_altchars(value))
    except (ValueError, binascii.Error):
        return None
    return found if len(found) == size else None


def _altchars(value: str) -> bytes:
    return b"-_" if "-" in value or "_" in value else b"+/"


def _digest_key(stated: str) -> str:
    found = _stated_digest(stated)
    return f"{stated.partition(':')[0].strip().lower()}:{found.hex()}" if found else ""
