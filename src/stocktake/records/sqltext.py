"""Compiled loops over SQL text: find the values of INSERT statements, and turn them into Arrow's buffers.

The text stands in one byte array. Its first ``MARGIN`` bytes are not part of the text: they begin with
``10``, so that TRUE and FALSE can point there. At least ``MARGIN`` bytes behind the text are free to write.

The grammar is MariaDB's (sql/sql_lex.cc, "get_text" and "lex_one_token"): in strings a backslash takes the
byte after it, ``\\0 \\n \\r \\t \\b \\Z`` stand for control bytes, ``\\%`` and ``\\_`` keep their backslash,
a doubled quote is one quote. With NO_BACKSLASH_ESCAPES only the doubled quote is special. In character sets
where the second byte of a character can be a backslash (``lead`` marks their first bytes), pairs are taken
whole.

Importing this module imports numba, which takes a moment: import it only where a dump is read.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

# In compiled code Python's and NumPy's integers are one type, and so are their truth values.
Int = Any
Flag = Any
Bytes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int32]
Table = npt.NDArray[np.uint32]
Longs = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]

MARGIN = 16

# What a value was written as.
NULL = 0
NUMBER = 1
TEXT = 2  # quoted, nothing to unescape
TEXT_ESCAPED = 3
BYTES = 4  # quoted behind _binary
BYTES_ESCAPED = 5
HEX = 6  # the digits of 0x… or X'…'
BITS = 7  # the digits of 0b… or b'…'
EXPRESSION = 8  # anything else, as it stands

# Why scan_rows came back.
MORE = 0  # the bytes end inside a row, or between rows
FULL = 1  # no room for another row
ENDED = 2  # the statement is closed, and no statement with the same head follows
OTHER = 3  # something that is neither row, comma nor end
UNEVEN = 4  # a row with another number of values

# What became of a value in a column (bit 0: the column holds a value, bit 1: it belongs in _unread).
ABSENT = 0
VALID = 1
UNREAD = 2
PATCHED = 3

# How bytes become text.
AS_BYTES = 0
AS_UTF8 = 1
AS_TABLE = 2


def _compiled(function: Any) -> Any:
    """Compile at the first call, without the interpreter's lock, and keep the code for later processes.

    Where there is no folder that numba may keep it in, each process compiles anew.
    """
    try:
        return njit(nogil=True, cache=True)(function)
    except RuntimeError:
        return njit(nogil=True)(function)


_WORD_END = np.zeros(256, np.bool_)
_WORD_END[[9, 10, 11, 12, 13, 32, 44, 41]] = True
_SPACE = np.zeros(256, np.bool_)
_SPACE[[9, 10, 11, 12, 13, 32]] = True
_NULL_WORD = np.frombuffer(b"null", np.uint8)
_TRUE_WORD = np.frombuffer(b"true", np.uint8)
_FALSE_WORD = np.frombuffer(b"false", np.uint8)
_BINARY_WORD = np.frombuffer(b"_binary", np.uint8)
_HEX = np.full(256, 255, np.uint8)
for _digit in range(10):
    _HEX[48 + _digit] = _digit
for _digit in range(6):
    _HEX[65 + _digit] = _HEX[97 + _digit] = 10 + _digit
# What a byte after a backslash stands for.
_UNESCAPED = np.arange(256, dtype=np.uint8)
for _letter, _code in ((48, 0), (110, 10), (114, 13), (116, 9), (98, 8), (90, 26)):
    _UNESCAPED[_letter] = _code


@_compiled
def _is_trail(byte: Int) -> Flag:
    """Whether the byte can be the second of a two-byte character in gbk, big5, sjis, cp932, gb18030."""
    return 0x40 <= byte <= 0x7E or 0x80 <= byte <= 0xFE


@_compiled
def _string_end(buf: Bytes, p: Int, end: Int, backslash: Flag, pairs: Flag, lead: Flags) -> tuple[Int, Flag]:
    """From the byte after an opening quote: (position of the closing quote or -1, whether escapes occur)."""
    quote = buf[p - 1]
    buf[end] = quote  # a sentinel, so that the inner loops need not look at the end
    escaped = False
    while True:
        if pairs:
            while buf[p] != quote and not (buf[p] == 92 and backslash):
                if lead[buf[p]] and p + 1 < end and _is_trail(buf[p + 1]):
                    p += 1
                p += 1
        elif backslash:
            # An unsigned index spares the look at whether it is negative, which costs a tenth of all time.
            at = np.uint64(p)
            while buf[at] != quote and buf[at] != 92:
                at += np.uint64(1)
            p = np.int64(at)
        else:
            while buf[p] != quote:
                p += 1
        if p >= end:
            return np.int64(-1), escaped
        if buf[p] == 92 and quote != 92:
            escaped = True
            p += 2
            if p > end:
                return np.int64(-1), escaped
        elif p + 1 >= end:
            return np.int64(-1), escaped  # the next byte may double this quote
        elif buf[p + 1] == quote:
            escaped = True
            p += 2
        else:
            return np.int64(p), escaped


@_compiled
def _expression_end(
    buf: Bytes, p: Int, end: Int, backslash: Flag, ansi: Flag, pairs: Flag, lead: Flags
) -> Int:
    """Position of the ``,`` or ``)`` that ends the expression at ``p``, or -1 where the bytes end before."""
    depth = 0
    while p < end:
        c = buf[p]
        if c == 39 or c == 34 or c == 96:
            p, _ = _string_end(buf, p + 1, end, backslash and c != 96 and not (ansi and c == 34), pairs, lead)
            if p < 0:
                return np.int64(-1)
        elif c == 40:
            depth += 1
        elif c == 41:
            if depth == 0:
                return np.int64(p)
            depth -= 1
        elif c == 44 and depth == 0:
            return np.int64(p)
        elif c == 47 and p + 1 < end and buf[p + 1] == 42:
            p += 2
            while p + 1 < end and not (buf[p] == 42 and buf[p + 1] == 47):
                p += 1
            p += 1
        elif c == 35 or (c == 45 and p + 2 < end and buf[p + 1] == 45 and buf[p + 2] <= 32):
            while p < end and buf[p] != 10:
                p += 1
        p += 1
    return np.int64(-1)


@_compiled
def _begins(buf: Bytes, p: Int, word: Bytes) -> Flag:
    """Whether the word, given in small letters, begins at ``p`` in whatever letters."""
    same = True
    for k in range(word.shape[0]):
        same &= (buf[p + k] | 32) == (word[k] | 32)
    return same


@_compiled
def _is_word(buf: Bytes, p: Int, end: Int, word: Bytes) -> Flag:
    """Whether the word stands at ``p``, and a value's end behind it."""
    after = p + word.shape[0]
    return after < end and _WORD_END[buf[after]] and _begins(buf, p, word)


@_compiled
def value_at(
    buf: Bytes, p: Int, end: Int, backslash: Flag, ansi: Flag, pairs: Flag, lead: Flags
) -> tuple[Int, Int, Int, Int]:
    """Read the value at ``p``: (kind, start, end, position after it); kind -1 where it is cut off."""
    c = buf[p]
    if c == 39 or (c == 34 and not ansi):
        e, escaped = _string_end(buf, p + 1, end, backslash, pairs, lead)
        return (TEXT_ESCAPED if escaped else TEXT) if e >= 0 else -1, p + 1, e, e + 1
    if 48 <= c <= 57 or c == 45 or c == 43 or c == 46:
        if c == 48 and (buf[p + 1] == 120 or buf[p + 1] == 98) and p + 1 < end:
            is_hex = buf[p + 1] == 120
            e = p + 2
            while e < end and _HEX[buf[e]] < (16 if is_hex else 2):
                e += 1
            return (HEX if is_hex else BITS) if e > p + 2 else EXPRESSION, p + 2, e, e
        e = p + 1 if c == 45 or c == 43 else p
        digits = 0
        while e < end and 48 <= buf[e] <= 57:
            e += 1
            digits += 1
        if e < end and buf[e] == 46:
            e += 1
            while e < end and 48 <= buf[e] <= 57:
                e += 1
                digits += 1
        if e < end and (buf[e] | 32) == 101 and digits > 0:
            e += 1
            if e < end and (buf[e] == 45 or buf[e] == 43):
                e += 1
            while e < end and 48 <= buf[e] <= 57:
                e += 1
        return NUMBER if digits > 0 else EXPRESSION, p, e, e
    low = c | 32
    if low == 110 and _is_word(buf, p, end, _NULL_WORD):
        return NULL, 0, 0, p + 4
    if low == 116 and _is_word(buf, p, end, _TRUE_WORD):
        return NUMBER, 0, 1, p + 4
    if low == 102 and _is_word(buf, p, end, _FALSE_WORD):
        return NUMBER, 1, 2, p + 5
    if (low == 120 or low == 98) and p + 1 < end and buf[p + 1] == 39:
        e = p + 2
        while e < end and _HEX[buf[e]] < (16 if low == 120 else 2):
            e += 1
        if e >= end:
            return -1, p, e, e
        return (HEX if low == 120 else BITS) if buf[e] == 39 else EXPRESSION, p + 2, e, e + 1
    if c == 95 and p + 8 < end and _begins(buf, p, _BINARY_WORD):
        start = p + 7
        while start < end and _SPACE[buf[start]]:
            start += 1
        if start < end and buf[start] == 39:
            e, escaped = _string_end(buf, start + 1, end, backslash, pairs, lead)
            return (BYTES_ESCAPED if escaped else BYTES) if e >= 0 else -1, start + 1, e, e + 1
    return EXPRESSION, p, p, p


@_compiled
def scan_rows(
    buf: Bytes,
    pos: Int,
    end: Int,
    columns: Int,
    backslash: Flag,
    ansi: Flag,
    pairs: Flag,
    lead: Flags,
    head: Bytes,
    starts: Places,
    ends: Places,
    kinds: Bytes,
    row_starts: Places,
    row_ends: Places,
    tally: Longs,
) -> tuple[Int, Int]:
    """Find the rows of an INSERT statement, and of those that follow at once with the very same head.

    ``pos`` stands between rows, behind VALUES. Value ``c`` of row ``r`` goes to index ``c * room + r`` of
    ``starts``, ``ends`` and ``kinds``, where ``room`` is the length of ``row_starts``. ``tally`` holds on
    entry the rows found so far, and on return: rows, expressions among the values, and after UNEVEN the start
    and number of values of the uneven row. Returns (why it came back, position to go on from).
    """
    room = row_starts.shape[0]
    row = tally[0]
    expressions = tally[1]
    while True:
        while pos < end and (_SPACE[buf[pos]] or buf[pos] == 44):
            pos += 1
        if pos >= end:
            status = MORE
            break
        c = buf[pos]
        if c == 59:
            pos += 1
            p = pos
            while p < end and _SPACE[buf[p]]:
                p += 1
            k = 0
            if p + head.shape[0] < end:
                while k < head.shape[0] and buf[p + k] == head[k]:
                    k += 1
            if k == 0 or k < head.shape[0]:
                status = ENDED
                break
            pos = p + k
            continue
        if c != 40:
            status = OTHER
            break
        if row >= room:
            status = FULL
            break
        p = pos + 1
        count = 0
        found = expressions
        whole = False
        while True:
            while p < end and _SPACE[buf[p]]:
                p += 1
            if p >= end:
                break
            if count == 0 and buf[p] == 41:
                whole = True
                break
            first = p
            kind, start, stop, p = value_at(buf, first, end, backslash, ansi, pairs, lead)
            if kind < 0:
                break
            while p < end and _SPACE[buf[p]]:
                p += 1
            if p >= end:
                break
            if kind == EXPRESSION or (buf[p] != 44 and buf[p] != 41):
                kind = EXPRESSION
                p = _expression_end(buf, first, end, backslash, ansi, pairs, lead)
                if p < 0:
                    break
                start = first
                stop = p
                while stop > start and _SPACE[buf[stop - 1]]:
                    stop -= 1
                found += 1
            if count < columns:
                at = count * room + row
                starts[at] = start
                ends[at] = stop
                kinds[at] = kind
            count += 1
            if buf[p] == 41:
                whole = True
                break
            p += 1
        if not whole:
            status = MORE
            break
        if count != columns:
            tally[2] = pos
            tally[3] = count
            pos = p + 1
            status = UNEVEN
            break
        expressions = found
        row_starts[row] = pos
        row_ends[row] = p + 1
        row += 1
        pos = p + 1
    tally[0] = row
    tally[1] = expressions
    return status, pos


@_compiled
def find_end(
    buf: Bytes,
    pos: Int,
    end: Int,
    last: Flag,
    delimiter: Bytes,
    row: Flag,
    backslash: Flag,
    ansi: Flag,
    pairs: Flag,
    lead: Flags,
    state: Longs,
) -> tuple[Flag, Int]:
    """Find where a statement ends (behind its delimiter), or where a row ends (behind its bracket).

    ``state`` carries what the scan is inside of from one block to the next: [0] 0 for nothing, 1 for a
    string whose quote is [1], 2 for a line comment, 3 for a block comment; [2] the depth of brackets.
    ``last`` says that no bytes follow. Returns (found, position); bytes before the position are done with.
    """
    while pos < end:
        c = buf[pos]
        if state[0] == 1:
            quote = state[1]
            if c == 92 and backslash and quote != 96 and not (ansi and quote == 34):
                if pos + 1 >= end and not last:
                    return False, pos
                pos += 2
            elif c == quote:
                if pos + 1 >= end and not last:
                    return False, pos
                if pos + 1 < end and buf[pos + 1] == quote:
                    pos += 2
                else:
                    state[0] = 0
                    pos += 1
            elif pairs and lead[c]:
                if pos + 1 >= end and not last:
                    return False, pos
                pos += 2 if pos + 1 < end and _is_trail(buf[pos + 1]) else 1
            else:
                pos += 1
            continue
        if state[0] == 2:
            if c == 10:
                state[0] = 0
            pos += 1
            continue
        if end - pos < max(3, delimiter.shape[0]) and not last:
            return False, pos
        if state[0] == 3:
            if c == 42 and pos + 1 < end and buf[pos + 1] == 47:
                state[0] = 0
                pos += 1
            pos += 1
            continue
        if c == 39 or c == 34 or c == 96:
            state[0] = 1
            state[1] = c
        elif c == 35 or (
            c == 45 and pos + 1 < end and buf[pos + 1] == 45 and (pos + 2 >= end or buf[pos + 2] <= 32)
        ):
            state[0] = 2
        elif c == 47 and pos + 1 < end and buf[pos + 1] == 42:
            # The text of a conditional comment counts.
            if buf[pos + 2] == 33 or (buf[pos + 2] == 77 and buf[pos + 3] == 33):
                pos += 1
            else:
                state[0] = 3
                pos += 1
        elif row:
            if c == 40:
                state[2] += 1
            elif c == 41:
                state[2] -= 1
                if state[2] <= 0:
                    return True, pos + 1
        elif c == delimiter[0] and end - pos >= delimiter.shape[0]:
            same = True
            for k in range(delimiter.shape[0]):
                same = same and buf[pos + k] == delimiter[k]
            if same:
                return True, pos + delimiter.shape[0]
        pos += 1
    return False, min(pos, end)


@_compiled
def _number_of(buf: Bytes, start: Int, stop: Int, kind: Int) -> tuple[Flag, np.uint64]:
    """The number that hexadecimal or binary digits stand for: (fits in 64 bits, number)."""
    bits = np.uint64(4 if kind == HEX else 1)
    number = np.uint64(0)
    for k in range(start, stop):
        if number >> np.uint64(64 - bits) != 0:
            return False, number
        number = (number << bits) | np.uint64(_HEX[buf[k]])
    return True, number


@_compiled
def to_integers(
    buf: Bytes,
    starts: Places,
    ends: Places,
    kinds: Bytes,
    most: np.uint64,
    least: np.uint64,
    bit: Flag,
    year: Flag,
    backslash: Flag,
    out: Words,
    state: Bytes,
) -> None:
    """Integers as 64-bit two's complement. ``most`` and ``least`` are the largest magnitudes up and down.

    ``bit``: quoted values are bytes, the most significant first. ``year``: one or two digits name a year
    of 1970 to 2069, as MariaDB takes them.
    """
    for i in range(starts.shape[0]):
        kind = kinds[i]
        out[i] = 0
        if kind == NULL:
            state[i] = ABSENT
            continue
        state[i] = UNREAD
        start = np.int64(starts[i])
        stop = np.int64(ends[i])
        number = np.uint64(0)
        negative = False
        if HEX <= kind <= BITS:
            good, number = _number_of(buf, start, stop, kind)
            if not good:
                continue
        elif kind == NUMBER or (kind == TEXT and not bit):
            if start < stop and (buf[start] == 45 or buf[start] == 43):
                negative = buf[start] == 45
                start += 1
            good = start < stop
            while start < stop:
                digit = np.uint64(buf[start] - np.uint8(48))
                if digit > np.uint64(9):
                    break
                if number > np.uint64(1844674407370955161) or (
                    number == np.uint64(1844674407370955161) and digit > np.uint64(5)
                ):
                    good = False
                    break
                number = number * np.uint64(10) + digit
                start += 1
            if good and start < stop and buf[start] == 46 and stop - start > 1:
                start += 1
                while start < stop and buf[start] == 48:
                    start += 1
            if not good or start < stop:
                continue
            if year and number < np.uint64(100) and not (number == 0 and stop - np.int64(starts[i]) != 2):
                number += np.uint64(2000) if number < np.uint64(70) else np.uint64(1900)
        elif bit and TEXT <= kind <= BYTES_ESCAPED:
            good = True
            while start < stop:
                byte = buf[start]
                if kind in (TEXT_ESCAPED, BYTES_ESCAPED) and start + 1 < stop:
                    if byte == 92 and backslash:
                        start += 1
                        byte = _UNESCAPED[buf[start]]
                    elif byte == 39:
                        start += 1
                if number >> np.uint64(56) != 0:
                    good = False
                    break
                number = (number << np.uint64(8)) | np.uint64(byte)
                start += 1
            if not good:
                continue
        else:
            continue
        if negative:
            if number <= least:
                out[i] = ~number + np.uint64(1)
                state[i] = VALID
        elif number <= most:
            out[i] = number
            state[i] = VALID


@_compiled
def to_decimals(
    buf: Bytes,
    starts: Places,
    ends: Places,
    kinds: Bytes,
    precision: Int,
    scale: Int,
    out: Words,
    state: Bytes,
) -> None:
    """Decimals of at most 38 digits as little-endian 128-bit integers: low half, then high half."""
    low32 = np.uint64(0xFFFFFFFF)
    ten = np.uint64(10)
    half = np.uint64(32)
    for i in range(starts.shape[0]):
        kind = kinds[i]
        out[2 * i] = 0
        out[2 * i + 1] = 0
        if kind == NULL:
            state[i] = ABSENT
            continue
        state[i] = UNREAD
        if kind != NUMBER and kind != TEXT:
            continue
        p = np.int64(starts[i])
        stop = np.int64(ends[i])
        negative = False
        if p < stop and (buf[p] == 45 or buf[p] == 43):
            negative = buf[p] == 45
            p += 1
        high = np.uint64(0)
        low = np.uint64(0)
        digits = 0
        seen = 0
        after = -1
        good = True
        while p < stop or after < scale:
            if p < stop:
                c = buf[p]
                p += 1
                if c == 46 and after < 0:
                    after = 0
                    continue
                if c < 48 or c > 57:
                    good = False
                    break
                seen += 1
                digit = np.uint64(c - np.uint8(48))
                if after >= scale:
                    if digit != 0:
                        good = False
                        break
                    continue
            else:
                digit = np.uint64(0)
                if after < 0:
                    after = 0
                    continue
            if after >= 0:
                after += 1
            if digits > 0 or digit != 0:
                digits += 1
                if digits > precision:
                    good = False
                    break
            a = (low & low32) * ten + digit
            b = (low >> half) * ten + (a >> half)
            low = (a & low32) | (b << half)
            high = high * ten + (b >> half)
        if not good or seen == 0:
            continue
        if negative:
            low = ~low + np.uint64(1)
            high = ~high + (np.uint64(1) if low == 0 else np.uint64(0))
        out[2 * i] = low
        out[2 * i + 1] = high
        state[i] = VALID


@_compiled
def _digits(buf: Bytes, p: Int, stop: Int, most: Int) -> tuple[Int, Int]:
    """Read up to ``most`` digits: (number, position after them)."""
    number: Int = np.int64(0)
    first = p
    while p < stop and p - first < most and 48 <= buf[p] <= 57:
        number = number * 10 + (buf[p] - 48)
        p += 1
    return number, p


@_compiled
def to_moments(
    buf: Bytes, starts: Places, ends: Places, kinds: Bytes, is_date: Flag, out: Longs, state: Bytes
) -> None:
    """Dates as days since 1970, or dates with time of day as microseconds since 1970."""
    for i in range(starts.shape[0]):
        kind = kinds[i]
        out[i] = 0
        if kind == NULL:
            state[i] = ABSENT
            continue
        state[i] = UNREAD
        if kind != TEXT and kind != NUMBER:
            continue
        p = np.int64(starts[i])
        stop = np.int64(ends[i])
        hour = np.int64(0)
        minute = np.int64(0)
        second = np.int64(0)
        fraction = np.int64(0)
        digits = 0
        while p + digits < stop and 48 <= buf[p + digits] <= 57:
            digits += 1
        compact = digits == stop - p and (digits == 8 or digits == 14)
        year, p = _digits(buf, p, stop, 4)
        if digits != 4 and not compact:
            continue
        if compact:
            month, p = _digits(buf, p, stop, 2)
            day, p = _digits(buf, p, stop, 2)
            if p < stop:
                hour, p = _digits(buf, p, stop, 2)
                minute, p = _digits(buf, p, stop, 2)
                second, p = _digits(buf, p, stop, 2)
        else:
            if p >= stop or buf[p] != 45:
                continue
            month, p = _digits(buf, p + 1, stop, 2)
            if p >= stop or buf[p] != 45:
                continue
            day, p = _digits(buf, p + 1, stop, 2)
            if p < stop:
                if buf[p] != 32 and buf[p] != 84:
                    continue
                hour, p = _digits(buf, p + 1, stop, 2)
                if p >= stop or buf[p] != 58:
                    continue
                minute, p = _digits(buf, p + 1, stop, 2)
                if p < stop and buf[p] == 58:
                    second, p = _digits(buf, p + 1, stop, 2)
                if p < stop and buf[p] == 46:
                    first = p + 1
                    fraction, p = _digits(buf, first, stop, 6)
                    for _ in range(6 - (p - first)):
                        fraction *= 10
        if (
            p < stop
            or hour > 23
            or minute > 59
            or second > 59
            or year < 1
            or month < 1
            or month > 12
            or day < 1
        ):
            continue
        leap = (year % 4 == 0 and year % 100 != 0) or year % 400 == 0
        length = 30 if month == 4 or month == 6 or month == 9 or month == 11 else 31
        if month == 2:
            length = 29 if leap else 28
        if day > length:
            continue
        # Days from a civil date, the year taken to begin in March (Hinnant, "days_from_civil").
        y = year - 1 if month <= 2 else year
        era = y // 400
        of_era = y - era * 400
        of_year = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5 + day - 1
        days = era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468
        if is_date:
            if hour + minute + second + fraction > 0:
                continue
            out[i] = days
        else:
            out[i] = ((days * 24 + hour) * 60 + minute) * 60000000 + second * 1000000 + fraction
        state[i] = VALID


@_compiled
def _utf8_length(text: Bytes, p: Int, stop: Int) -> Int:
    """Length of the well-formed character at ``p`` (RFC 3629), or 0."""
    c = text[p]
    if c < 0x80:
        return 1
    if c < 0xC2 or c > 0xF4:
        return 0
    need = 1 if c < 0xE0 else (2 if c < 0xF0 else 3)
    if p + need >= stop:
        return 0
    second = text[p + 1]
    if second < 0x80 or second > 0xBF:
        return 0
    if (c == 0xE0 and second < 0xA0) or (c == 0xED and second > 0x9F):
        return 0
    if (c == 0xF0 and second < 0x90) or (c == 0xF4 and second > 0x8F):
        return 0
    for k in range(2, need + 1):
        if text[p + k] < 0x80 or text[p + k] > 0xBF:
            return 0
    return need + 1


@_compiled
def _recode(out: Bytes, at: Int, length: Int, how: Int, table: Table) -> tuple[Int, Flag]:
    """Turn ``length`` bytes at ``at`` into UTF-8 in place, with room for four times as many.

    Bytes that are no text become ``\\xNN``. Returns (new length, all were text).
    """
    p = at + 3 * length
    stop = p + length
    for k in range(length - 1, -1, -1):
        out[p + k] = out[at + k]
    o = at
    good = True
    while p < stop:
        n: Int = 0
        if how == AS_UTF8:
            n = _utf8_length(out, p, stop)
            for k in range(n):
                out[o + k] = out[p + k]
            if n > 0:
                o += n
                p += n
                continue
        else:
            code = table[out[p]]
            n = np.int64(code >> np.uint32(24))
            if n > 0:
                p += 1
                for k in range(n):
                    out[o + k] = np.uint8((code >> np.uint32(8 * k)) & np.uint32(255))
                o += n
                continue
        byte = out[p]
        out[o] = 92
        out[o + 1] = 120
        out[o + 2] = (byte >> 4) + (48 if byte >> 4 < 10 else 87)
        out[o + 3] = (byte & 15) + (48 if byte & 15 < 10 else 87)
        o += 4
        p += 1
        good = False
    return o - at, good


@_compiled
def to_text(
    buf: Bytes,
    starts: Places,
    ends: Places,
    kinds: Bytes,
    how: Int,
    table: Table,
    bytes_how: Int,
    bytes_table: Table,
    literal: Flag,
    backslash: Flag,
    pairs: Flag,
    lead: Flags,
    offsets: Places,
    out: Bytes,
    state: Bytes,
) -> Int:
    """Text as UTF-8, or bytes as they are, with 32-bit offsets.

    ``how`` and ``table`` say how quoted text is encoded, ``bytes_how`` and ``bytes_table`` how the bytes of
    ``_binary`` strings and of hexadecimal and bit literals are. A table gives for each byte its UTF-8
    (first byte lowest) and, in the top eight bits, how many bytes that is; 0 for a byte that is no text.
    ``literal``: hexadecimal and bit literals stay as they are written, and so do expressions.
    Returns the bytes used of ``out``, or -1 where it is too small; four times the length of all values
    and four bytes a value are always enough.
    """
    o = np.int64(0)
    room = out.shape[0]
    offsets[0] = 0
    for i in range(starts.shape[0]):
        kind = kinds[i]
        start = np.int64(starts[i])
        stop = np.int64(ends[i])
        length = stop - start
        if kind == NULL or (kind == EXPRESSION and not literal):
            state[i] = ABSENT if kind == NULL else UNREAD
            offsets[i + 1] = o
            continue
        if o + length + 4 > room:
            return np.int64(-1)
        state[i] = VALID
        high = np.uint8(0)
        at = o
        if kind <= TEXT or kind in (BYTES, EXPRESSION):
            for k in range(length):
                c = buf[start + k]
                out[o + k] = c
                high |= c
            o += length
        elif kind in (TEXT_ESCAPED, BYTES_ESCAPED):
            quote = buf[start - 1]
            p = start
            while p < stop:
                c = buf[p]
                if c == 92 and backslash:
                    p += 1
                    c = buf[p]
                    if c == 37 or c == 95:
                        out[o] = 92
                        o += 1
                    c = _UNESCAPED[c]
                elif c == quote:
                    p += 1
                elif pairs and lead[c] and p + 1 < stop and _is_trail(buf[p + 1]):
                    out[o] = c
                    high |= c
                    o += 1
                    p += 1
                    c = buf[p]
                out[o] = c
                high |= c
                o += 1
                p += 1
        elif literal:
            out[o] = 48
            out[o + 1] = 120 if kind == HEX else 98
            for k in range(length):
                out[o + 2 + k] = buf[start + k]
            o += length + 2
        else:
            bits = 4 if kind == HEX else 1
            of_byte = 8 // bits
            filled: Int = (of_byte - length % of_byte) % of_byte
            byte = np.uint8(0)
            for k in range(start, stop):
                byte = np.uint8((byte << bits) | _HEX[buf[k]])
                filled += 1
                if filled == of_byte:
                    out[o] = byte
                    high |= byte
                    o += 1
                    filled = 0
                    byte = np.uint8(0)
        of_bytes = kind >= BYTES and kind != EXPRESSION and not (literal and kind >= HEX)
        this = bytes_how if of_bytes else how
        if high >= 128 and this != AS_BYTES:
            good = False
            if this == AS_UTF8:
                good = True
                p = at
                while p < o:
                    n = _utf8_length(out, p, o)
                    if n == 0:
                        good = False
                        break
                    p += n
            if not good:
                if at + 4 * (o - at) > room:
                    return np.int64(-1)
                n, good = _recode(out, at, o - at, this, bytes_table if of_bytes else table)
                o = at + n
                if not good:
                    state[i] = PATCHED
        offsets[i + 1] = o
    return o
