"""Text that stands encoded in other bytes: found by `candidates`, decoded here, to be looked at in its turn.

Two kinds of place are told apart. A *value* is whole in itself (base64, hexadecimal, UTF-16, a gzip or zlib
stream); what is found in it lies at the value's place. A *window* is text in which some characters stand
escaped (``%40``, ``\\u0040``, ``&#64;``, ``=40``); each of its bytes has a place of its own, and only what is
found across an escaped character is new, since all else was found in the text as it is.

A value counts only if it decodes to text, for the most part, or to a compressed stream. Values and windows
of a block are laid one after the other into one buffer, two NULs between them, as a column's values
are.

Nothing compiled is shared with `candidates`: a compiled function in numba's cache is made anew when its own
file changes, and only then.
"""

import threading
import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from stocktake.observables.candidates import (
    PADDING,
    Form,
    base64_values,
    hexadecimal_values,
)

Bytes = npt.NDArray[np.uint8]

NAMES = {
    Form.BASE64: "base64",
    Form.HEXADECIMAL: "hex",
    Form.UTF_16: "utf-16",
    Form.GZIP: "gzip",
    Form.ZLIB: "zlib",
}
_BASE64, _HEXADECIMAL, _UTF_16 = int(Form.BASE64), int(Form.HEXADECIMAL), int(Form.UTF_16)
_WINDOW = int(Form.ESCAPED)
_LEAST_UTF_16 = 8
# Around an escaped character so many bytes are looked at, and on to the next space or quote, at most so many.
_REACH, _MOST_REACH = 64, 2048
# ASCII characters that stand in observables; escaped ones of another kind only part two of them.
_PART = np.zeros(128, np.uint8)
_PART[[ord(letter) for letter in "@.+-_:()"]] = 1
_PART[48:58] = _PART[65:91] = _PART[97:123] = 1
_BASE64_VALUE = base64_values()
_HEXADECIMAL_VALUE = hexadecimal_values()
_NEIGHBOURS = 600
_LEAST_LINE = 56  # of base64 that goes on in the next line


@dataclass(frozen=True)
class Depth:
    """How far text is unwrapped. Of what is beyond, the beginning is looked at.

    ``levels``: one in the other. ``value_bytes``: of one encoded value; a longer one is taken in pieces.
    ``inflated_bytes``: of one compressed stream, once decompressed; beyond ``ratio_after`` bytes at most
    ``ratio`` times the stream's own size. ``block_bytes``: of all streams of a block.
    """

    levels: int = 4
    value_bytes: int = 16 << 20
    inflated_bytes: int = 16 << 20
    ratio: int = 200
    ratio_after: int = 1 << 20
    block_bytes: int = 64 << 20


@dataclass(frozen=True)
class Resume:
    """Where values were looked at up to, as an index; ``form`` of the value that goes on there, or 0."""

    at: int = 0
    form: int = 0


@dataclass
class Unwrapped:
    """The decoded bytes of a block, padded, with two NULs after each piece, and where each piece comes from.

    ``pieces`` are rows of begin in ``data``, start and end in the block, form (0: what is found in it does
    not count yet), and 1 where a compressed stream was read out of an SQL string; ``origin`` gives for
    ``data[windows:]`` the index in the block. ``hold`` is where a value begins whose end is out of sight,
    ``resume`` what is not to be looked at again, ``cut`` how many streams were not decompressed to their
    end.
    """

    data: Bytes
    pieces: npt.NDArray[np.int64]
    windows: int
    origin: npt.NDArray[np.int64]
    hold: int | None
    resume: Resume
    cut: int


def unwrap(
    data: Bytes,
    found: npt.NDArray[np.int32],
    low: int,
    high: int,
    resume: Resume,
    depth: Depth,
    *,
    final: bool,
    ends: npt.NDArray[np.int64] | None = None,
) -> Unwrapped | None:
    """Decode what candidates of ``WRAPPED_FORMS`` in a block lead to; None where nothing does.

    Values count that begin in ``data[low:high]``, windows anywhere in the block. ``ends`` are those of the
    texts that the block is put together from, where it is.
    """
    end = len(data) - PADDING
    forms = found[:, 2]
    escaped = forms == _WINDOW
    values = found[~escaped & (found[:, 0] >= max(low, resume.at)) & (found[:, 0] < high)]
    if resume.form:
        values = np.concatenate((np.array([[resume.at, resume.at, resume.form, 0]], np.int32), values))
    spots = found[escaped]
    if not len(values) and not len(spots):
        return None
    values = values[np.argsort(values[:, 0], kind="stable")]
    inflating = (values[:, 2] == Form.GZIP) | (values[:, 2] == Form.ZLIB)
    streams, encoded = values[inflating], values[~inflating]

    out = _scratch.bytes("values", end + 2 * len(encoded) if len(encoded) else 0)
    pieces = np.empty((2 * len(encoded) + 1 + len(out) // depth.value_bytes, 5), np.int64)
    used, count, at, form, hold = 0, 0, resume.at, 0, -1
    if len(encoded):
        used, count, at, form, hold = _decode(
            data, end, encoded, resume.at, depth.value_bytes, final, out, pieces
        )
    parts = [out[:used]]
    inflated, told, cut, open_at, done = _inflate(data, end, ends, streams, depth, final=final, used=used)
    parts += inflated
    size = sum(map(len, parts))
    listed = np.concatenate((pieces[:count], np.array(told, np.int64).reshape(-1, 5)))
    at = max(at, done)
    if open_at >= 0 and not 0 <= hold < open_at:
        hold, at, form = open_at, open_at, 0
    if hold < 0 and not len(listed) and not len(spots):
        return None
    if hold >= 0:  # what begins after it comes again
        listed[listed[:, 1] >= hold, 3] = 0
        at = hold

    windows = size
    origin = np.empty(0, np.int64)
    if len(spots):
        spots = spots[np.argsort(spots[:, 1], kind="stable"), 1].copy()
        text = _scratch.bytes("text", end + 2 * len(spots))
        places = _scratch.bytes("origin", 4 * len(text)).view(np.int32)
        ranges = np.empty((len(spots), 5), np.int64)
        used, count = _unescape(data, end, spots, text, places, ranges)
        if not count and hold < 0 and not len(listed):
            return None
        ranges[:count, 0] += windows
        listed = np.concatenate((listed, ranges[:count]))
        parts.append(text[:used])
        origin = places[:used].astype(np.int64)
        size += used
    whole = np.zeros(size + 2 * PADDING, np.uint8)
    np.concatenate(parts, out=whole[PADDING : PADDING + size])
    listed[:, 0] += PADDING
    return Unwrapped(
        whole,
        listed,
        windows + PADDING,
        origin,
        hold if hold >= 0 else None,
        Resume(at, form),
        cut,
    )


class _Scratch(threading.local):
    """Room to work in, kept by each thread: fresh memory costs more than what is done in it."""

    def __init__(self) -> None:
        self._room: dict[str, Bytes] = {}

    def bytes(self, name: str, size: int) -> Bytes:
        """Room of ``size`` bytes, whatever they hold, until the same name is asked for again."""
        if name not in self._room or len(self._room[name]) < size:
            self._room[name] = np.empty(size, np.uint8)
        return self._room[name][:size]


_scratch = _Scratch()


def _inflate(
    data: Bytes,
    end: int,
    ends: npt.NDArray[np.int64] | None,
    streams: npt.NDArray[np.int32],
    depth: Depth,
    *,
    final: bool,
    used: int,
) -> tuple[list[Bytes], list[tuple[int, int, int, int, int]], int, int, int]:
    """Decompress streams.

    Returns the pieces, where they come from, how many were cut, where one begins whose end is out of sight
    (-1: none), and where the last one ends.
    """
    parts: list[Bytes] = []
    told: list[tuple[int, int, int, int, int]] = []
    total = cut = 0
    done = 0
    for start, _, form, _ in streams.tolist():
        if start < done:
            continue
        if ends is not None:
            end = int(ends[np.searchsorted(ends, start, "right")])
        quoted = data[start - 1] == 39
        taken = _inflated(data, start, end, form, depth, quoted=quoted)
        if taken is None and quoted:
            quoted = False
            taken = _inflated(data, start, end, form, depth, quoted=False)
        if taken is None:
            continue
        content, stop, whole = taken
        if stop >= end and not final and end - start < depth.value_bytes:
            return parts, told, cut, start, done
        if total + len(content) > depth.block_bytes:
            content = content[: depth.block_bytes - total]
            whole = False
        cut += not whole
        total += len(content)
        piece = np.zeros(len(content) + 2, np.uint8)
        piece[:-2] = np.frombuffer(content, np.uint8)
        parts.append(piece)
        told.append((used, start, stop, form, int(quoted)))
        used += len(piece)
        done = stop
    return parts, told, cut, -1, done


def _inflated(
    data: Bytes, start: int, end: int, form: int, depth: Depth, *, quoted: bool
) -> tuple[bytes, int, bool] | None:
    """What a stream holds, where it ends, and whether that is all; None where there is no stream."""
    source, stop = data[start:end], end
    if quoted:
        stop = int(_string_end(data, start, min(end, start + depth.value_bytes)))
        out = np.empty(stop - start, np.uint8)
        source = out[: _string(data, start, stop, out)]
    inflater = zlib.decompressobj(31 if form == Form.GZIP else 15)
    pieces: list[bytes] = []
    size = fed = 0
    whole = True
    try:
        while fed < len(source) and not inflater.eof:
            block = source[fed : fed + (1 << 16)].tobytes()
            fed += len(block)
            while block and not inflater.eof:
                piece = inflater.decompress(block, 1 << 20)
                block = inflater.unconsumed_tail
                pieces.append(piece)
                size += len(piece)
                if size > depth.inflated_bytes or size > max(depth.ratio_after, depth.ratio * fed):
                    whole = False
                    break
            if not whole:
                break
    except zlib.error:
        if size < 64:
            return None
        whole = False
    if not size:
        return None
    if not quoted:
        stop = start + fed - len(inflater.unused_data) - len(inflater.unconsumed_tail)
        if not inflater.eof and whole:
            stop = end
    return b"".join(pieces)[: depth.inflated_bytes], stop, whole


@njit(nogil=True, cache=True)
def _hexadecimals(data, s, size):
    for k in range(s, s + size):
        if _HEXADECIMAL_VALUE[data[k]] == 16:
            return False
    return True


@njit(nogil=True, cache=True)
def _compressed(first, second):
    """Whether two bytes begin a gzip stream (RFC 1952) or, as mostly written, a zlib stream (RFC 1950)."""
    return (first == 0x1F and second == 0x8B) or (
        first == 0x78 and (second == 0x01 or second == 0x5E or second == 0x9C or second == 0xDA)
    )


@njit(nogil=True, cache=True)
def _text_goes_on(b, left):
    """Bytes that the UTF-8 character lacks after ``b``, where ``left`` were lacking before; -1 if wrong."""
    if left:
        return left - 1 if 0x80 <= b < 0xC0 else -1
    if b < 0x80:
        return 0 if 32 <= b < 127 or b == 9 or b == 10 or b == 13 else -1
    return -1 if b < 0xC2 or b >= 0xF5 else 1 if b < 0xE0 else 2 if b < 0xF0 else 3


# HTML's names for characters that are part of observables.
_ENTITIES = np.zeros((8, 8), np.uint8)
_ENTITY_CODES = np.zeros(8, np.int64)
for _place, (_name, _meant) in enumerate(
    (
        (b"amp;", "&"),
        (b"commat;", "@"),
        (b"period;", "."),
        (b"colon;", ":"),
        (b"sol;", "/"),
        (b"plus;", "+"),
        (b"lowbar;", "_"),
        (b"hyphen;", "-"),
    )
):
    _ENTITIES[_place, : len(_name)] = np.frombuffer(_name, np.uint8)
    _ENTITY_CODES[_place] = ord(_meant)


@njit(nogil=True, cache=True)
def _entity(data, p):
    code = np.int64(0)
    if data[p + 1] == 35:
        k = p + 2
        if data[k] == 120 or data[k] == 88:
            k += 1
            while _HEXADECIMAL_VALUE[data[k]] < 16 and k < p + 9:
                code = code * 16 + _HEXADECIMAL_VALUE[data[k]]
                k += 1
        else:
            while 48 <= data[k] <= 57 and k < p + 9:
                code = code * 10 + data[k] - 48
                k += 1
        if data[k] == 59:
            return k + 1 - p, code
        return 1, np.int64(38)
    for word in range(len(_ENTITIES)):
        k = 0
        while k < 8 and _ENTITIES[word, k] and _ENTITIES[word, k] == data[p + 1 + k]:
            k += 1
        if k == 8 or _ENTITIES[word, k] == 0:
            return k + 1, _ENTITY_CODES[word]
    return 1, np.int64(38)


@njit(nogil=True, cache=True)
def _part_of_values(code, data, before, after):
    """Whether a character that stands escaped may be part of an observable: elsewhere it only parts two."""
    if code == 32:
        return 48 <= data[before] <= 57 and 48 <= data[after] <= 57
    return code < 128 and _PART[code] != 0


@njit(nogil=True, cache=True)
def _escapes(data, spots, n):
    """Whether a character that matters stands escaped where a run begins, or before it.

    ``spots[n]`` is where the run begins; the spots beside it may tell what text this is.
    """
    s = np.int64(spots[n])
    b = data[s - 1]
    if b == 37:  # %40
        if _hexadecimals(data, s, 2):
            code = _HEXADECIMAL_VALUE[data[s]] * 16 + _HEXADECIMAL_VALUE[data[s + 1]]
            if code == 37:  # %2540
                return _hexadecimals(data, s + 2, 2)
            return _part_of_values(code, data, s - 2, s + 2)
    elif b == 92:  # \u0040, \x40
        if data[s] == 117:
            if data[s + 1] == 48 and data[s + 2] == 48 and _hexadecimals(data, s + 3, 2):
                code = _HEXADECIMAL_VALUE[data[s + 3]] * 16 + _HEXADECIMAL_VALUE[data[s + 4]]
                return code == 38 or _part_of_values(code, data, s - 2, s + 5)
        elif data[s] == 120 and _hexadecimals(data, s + 1, 2):
            code = _HEXADECIMAL_VALUE[data[s + 1]] * 16 + _HEXADECIMAL_VALUE[data[s + 2]]
            if not _hexadecimals(data, s + 3, 2):  # as in PostgreSQL's bytes, where nothing stands escaped
                return _part_of_values(code, data, s - 2, s + 3)
    elif b == 35:  # &#64; &#x40;
        if data[s - 2] == 38:
            code = np.int64(0)
            p = s
            if data[s] | 32 == 120:
                p += 1
                while _HEXADECIMAL_VALUE[data[p]] < 16 and p < s + 6:
                    code = code * 16 + _HEXADECIMAL_VALUE[data[p]]
                    p += 1
            else:
                while 48 <= data[p] <= 57 and p < s + 6:
                    code = code * 10 + data[p] - 48
                    p += 1
            return data[p] == 59 and (code == 38 or _part_of_values(code, data, s - 3, p + 1))
    elif b == 38:  # &amp;
        return _entity(data, s - 1)[0] > 1
    elif b == 61:  # =40
        return (
            _HEXADECIMAL_VALUE[data[s]] < 16
            and _HEXADECIMAL_VALUE[data[s + 1]] < 16
            and data[s] < 97
            and data[s + 1] < 97
            and (
                (data[s] == 51 and data[s + 1] == 68)
                or _part_of_values(
                    _HEXADECIMAL_VALUE[data[s]] * 16 + _HEXADECIMAL_VALUE[data[s + 1]], data, s - 2, s + 2
                )
            )
            and _quoted_printable(data, spots, n)
        )
    elif b == 10:
        return _softly_broken(data, s) and _quoted_printable(data, spots, n)
    return False


@njit(nogil=True, cache=True)
def _softly_broken(data, s):
    """Whether the line before the one that begins at ``s`` ends softly, as RFC 2045 (6.7) lets it."""
    p = s - 2
    if data[p] == 13:
        p -= 1
    if data[p] != 61:
        return False
    k = p
    while data[k - 1] != 10 and data[k - 1] != 0 and k > p - 77:
        k -= 1
    return 56 <= p - k <= 76


@njit(nogil=True, cache=True)
def _quoted_printable(data, spots, n):
    """Whether something else beside a spot shows that the text is quoted-printable.

    That is a soft line end, a character of UTF-8 (``=C3=A9``), or the start of an encoded word (RFC 2047).
    """
    s = np.int64(spots[n])
    for way in (-1, 1):
        k = n + way
        while 0 <= k < len(spots) and abs(np.int64(spots[k]) - s) <= _NEIGHBOURS:
            other = np.int64(spots[k])
            if data[other - 1] == 10 and _softly_broken(data, other):
                return True
            if data[other - 1] == 61 and 67 <= data[other] <= 69 and data[other + 2] == 61:
                return True
            k += way
    for p in range(s - 3, s - 76, -1):
        if data[p] == 0 or data[p] == 10:
            return False
        if data[p] == 63 and data[p + 2] == 63 and data[p + 1] | 32 == 113:  # ?Q?
            return True
    return False


@njit(nogil=True, cache=True)
def _string_end(data, start, end):
    """Where the SQL string that ``start`` lies in ends: at its quote, or at ``end``."""
    p = start
    while p < end:
        if data[p] == 92:
            p += 1
        elif data[p] == 39:
            if data[p + 1] != 39:
                return p
            p += 1
        p += 1
    return end


@njit(nogil=True, cache=True)
def _string(data, start, end, out):
    """Bytes of an SQL string as MySQL writes one (mysql_real_escape_string); returns how many."""
    used = 0
    p = start
    while p < end:
        b = data[p]
        if b == 92 and p + 1 < end:
            p += 1
            b = data[p]
            if b == 48:
                b = 0
            elif b == 110:
                b = 10
            elif b == 114:
                b = 13
            elif b == 116:
                b = 9
            elif b == 90:
                b = 26
        elif b == 39:
            p += 1
        out[used] = b
        used += 1
        p += 1
    return used


@njit(nogil=True, cache=True)
def _decode(data, end, rows, taken, most, final, out, pieces):
    """Decode values, each once, into ``out``; rows of ``pieces`` say where they come from.

    Returns the bytes of ``out`` and rows of ``pieces`` used, up to where values were looked at, the form of
    the value that goes on there (0: none does), and where one begins whose end is out of sight (-1: none).
    """
    used = count = 0
    form = 0
    for row in range(len(rows)):
        s = np.int64(rows[row, 0])
        if s < taken:
            continue
        kind = rows[row, 2]
        while True:
            begin = used
            if kind == _BASE64:
                e, used, cut = _base64(data, s, end, most, out, used)
            elif kind == _HEXADECIMAL:
                e, used, cut = _hexadecimal(data, s, end, most, out, used)
            else:
                s, e, used, cut = _utf_16(data, s, end, most, taken, out, used)
            good = kind == _UTF_16 or _is_worth(out, begin, used)
            if good and e >= end - 4 and not final and not cut:
                return begin, count, s, kind, s
            taken = e
            if not good or e - s < 16:
                used = begin
            elif count < len(pieces):
                out[used] = out[used + 1] = 0
                used += 2
                pieces[count, 0] = begin
                pieces[count, 1] = s
                pieces[count, 2] = e
                pieces[count, 3] = kind
                pieces[count, 4] = 0
                count += 1
            if not cut:
                break
            s = e
    return used, count, taken, form, np.int64(-1)


@njit(nogil=True, cache=True)
def _base64(data, s, end, most, out, used):
    """Returns the end of the value, of the decoded bytes, and whether it goes on."""
    p = s
    line = 0
    group = np.int64(0)
    have = 0
    while p < end:
        value = _BASE64_VALUE[data[p]]
        step = 1
        if value == 64:
            if data[p] != 92 and data[p] != 10 and data[p] != 13:
                break
            if data[p] == 92 and data[p + 1] == 47:  # \/ as PHP's json_encode writes it
                value = 63
                step = 2
            else:
                q = p
                for _ in range(2):
                    if data[q] == 10 or data[q] == 13:
                        q += 1
                    elif data[q] == 92 and (data[q + 1] == 110 or data[q + 1] == 114):
                        q += 2
                if line < _LEAST_LINE or have or _BASE64_VALUE[data[q]] == 64:
                    break
                line = 0
                p = q
                continue
        group = group << 6 | np.int64(value)
        have += 1
        line += 1
        p += step
        if have == 4:
            out[used] = group >> 16 & 255
            out[used + 1] = group >> 8 & 255
            out[used + 2] = group & 255
            used += 3
            group = 0
            have = 0
            if p - s >= most:
                return p, used, True
    if have >= 2:
        group <<= 6 * (4 - have)
        out[used] = group >> 16 & 255
        used += 1
        if have == 3:
            out[used] = group >> 8 & 255
            used += 1
    while data[p] == 61 and have > 1 and have < 4:
        p += 1
        have += 1
    return p, used, False


@njit(nogil=True, cache=True)
def _hexadecimal(data, s, end, most, out, used):
    p = s
    while p + 1 < end:
        high, low = _HEXADECIMAL_VALUE[data[p]], _HEXADECIMAL_VALUE[data[p + 1]]
        if high == 16 or low == 16:
            break
        out[used] = high * 16 + low
        used += 1
        p += 2
        if p - s >= most:
            return p, used, True
    return p, used, False


@njit(nogil=True, cache=True)
def _utf_16(data, s, end, most, taken, out, used):
    """Characters of one byte each before a NUL, from their first on; returns the value's start as well."""
    begin = used
    k = 0
    while k < _REACH and s - 2 >= taken and data[s - 1] == 0 and 32 <= data[s - 2] < 127:
        s -= 2
        k += 1
    p = s
    while p < end and data[p + 1] == 0 and _text_goes_on(data[p], 0) == 0:
        out[used] = data[p]
        used += 1
        p += 2
        if p - s >= most:
            return s, p, used, True
    if used - begin < _LEAST_UTF_16:
        return s, s, begin, False
    return s, min(p, end), used, False


@njit(nogil=True, cache=True)
def _is_worth(out, begin, end):
    """Whether decoded bytes are text for the most part (UTF-8, ASCII in UTF-16), or a compressed stream."""
    size = end - begin
    if size < 8:
        return False
    if _compressed(out[begin], out[begin + 1]):
        return True
    left = wrong = zeros = 0
    for k in range(begin, end):
        b = out[k]
        if b == 0:
            zeros += 1
        left = _text_goes_on(np.int64(b), left)
        if left < 0:
            wrong += 1
            left = 0
    return wrong * 7 <= size or (zeros * 9 >= size * 4 and (wrong - zeros) * 7 <= size)


@njit(nogil=True, cache=True)
def _parts(b):
    """Whether a byte ends a window: space, line end, quote, angle bracket, NUL."""
    return b <= 32 or b == 34 or b == 39 or b == 60 or b == 62


@njit(nogil=True, cache=True)
def _unescape(data, end, spots, out, origin, ranges):
    """Decode the windows around escaped characters.

    Returns how many bytes of ``out`` and rows of ``ranges`` are used.
    """
    used = count = 0
    before = PADDING
    n = 0
    while n < len(spots):
        s = np.int64(spots[n])
        n += 1
        if not _escapes(data, spots, n - 1):
            continue
        a = s - 1
        while (
            a > before
            and data[a - 1] != 0
            and (s - a < _REACH or (s - a < _MOST_REACH and not _parts(data[a - 1])))
        ):
            a -= 1
        b = _window_end(data, s, end)
        first = n
        while n < len(spots) and spots[n] <= b:
            if _escapes(data, spots, n):
                b = max(b, _window_end(data, np.int64(spots[n]), end))
            n += 1
        begin = used
        p = a
        k = first - 1
        while p < b:
            while k < n and spots[k] <= p:
                k += 1
            quoted = False
            if data[p] == 61 and k < n:
                spot = np.int64(spots[k])
                quoted = (spot == p + 1 or (data[spot - 1] == 10 and spot <= p + 3)) and _escapes(
                    data, spots, k
                )
            step, code = _character(data, p, quoted)
            if code >= 0x800:
                code = 32  # no part of any observable, and up to three bytes
            if step == 1:
                out[used] = data[p]
                origin[used] = p
                used += 1
            elif 0 <= code < 0x80 or (code > 0 and (data[p] == 37 or data[p] == 61)):
                out[used] = max(code, 32)
                origin[used] = p
                used += 1
            elif code >= 0x80:
                out[used] = 0xC0 | code >> 6
                out[used + 1] = 0x80 | code & 63
                origin[used] = origin[used + 1] = p
                used += 2
            p += step
        out[used] = out[used + 1] = 0
        origin[used] = origin[used + 1] = b
        used += 2
        ranges[count, 0] = begin
        ranges[count, 1] = a
        ranges[count, 2] = b
        ranges[count, 3] = _WINDOW
        ranges[count, 4] = 0
        count += 1
        before = b
    return used, count


@njit(nogil=True, cache=True)
def _window_end(data, s, end):
    b = s
    while b < end and data[b] != 0 and (b - s < _REACH or (b - s < _MOST_REACH and not _parts(data[b]))):
        b += 1
    return b


@njit(nogil=True, cache=True)
def _character(data, p, quoted_printable):
    """How many bytes the character at ``p`` takes, and its code (a byte after ``%``); -1 for none at all."""
    b = data[p]
    if b == 37:
        high, low = _HEXADECIMAL_VALUE[data[p + 1]], _HEXADECIMAL_VALUE[data[p + 2]]
        if high < 16 and low < 16:
            return 3, np.int64(high) * 16 + low
    elif b == 92:
        q = p + 2 if data[p + 1] == 92 else p + 1  # a dump doubles the backslashes of JSON
        digits = 4 if data[q] == 117 else 2 if data[q] == 120 else 0
        code = np.int64(0)
        for k in range(q + 1, q + 1 + digits):
            value = _HEXADECIMAL_VALUE[data[k]]
            if value == 16:
                digits = 0
                break
            code = code * 16 + value
        if digits:
            return q + 1 + digits - p, code
    elif b == 38:
        return _entity(data, p)
    elif b == 61 and quoted_printable:
        if data[p + 1] == 10:
            return 2, np.int64(-1)
        if data[p + 1] == 13 and data[p + 2] == 10:
            return 3, np.int64(-1)
        return 3, np.int64(_HEXADECIMAL_VALUE[data[p + 1]]) * 16 + _HEXADECIMAL_VALUE[data[p + 2]]
    return 1, np.int64(b)
