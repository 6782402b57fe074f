"""Compiled loops over access logs: cut lines into fields by a format's template, and fields into columns.

A template is what log_format and LogFormat are: text that stands in every line, and fields between. A field
ends where the text after it begins; between quotes a backslash takes the byte after it. A field of numbers
must begin as one, which decides where a quote inside of a request or a browser's name does not end it.

Importing this module imports numba, which takes a moment: import it only where a log is read.
"""

import numpy as np
from numba import njit

# Fields. What else a format holds is one of EXTRA and on.
VHOST, PORT, IP, IDENTITY, USER, TIME, REQUEST, METHOD, PATH, PROTOCOL = range(10)
STATUS, BYTES, REFERRER, AGENT, FORWARDED = range(10, 15)
EXTRA = 15
FIELDS = 31

# What a field must look like.
ANY = 0
NUMBER = 1  # digits, or a dash
CODE = 2  # three digits, or a dash
NAME = 3  # something without a space
ADDRESS = 4  # something without a space and with a dot or colon
CLF = 5  # 10/Oct/2000:13:55:36 -0700
ISO = 6  # 2000-10-10T13:55:36.123+02:00, the zone and the fraction may be missing
EPOCH = 7  # seconds since 1970, with a fraction
EPOCH_MS = 8
EPOCH_US = 9
UNQUOTED = 10  # something without a quote

NO_ZONE = -32768

_MONTHS = np.frombuffer(b"janfebmaraprmayjunjulaugsepoctnovdec", np.uint8).copy()


@njit(nogil=True, cache=True)
def _digits(buf, p, stop, most):
    number = np.int64(0)
    first = p
    while p < stop and p - first < most and 48 <= buf[p] <= 57:
        number = number * 10 + (buf[p] - 48)
        p += 1
    return number, p


@njit(nogil=True, cache=True)
def _microseconds(year, month, day, hour, minute, second, fraction):
    """Microseconds since 1970 of a date; (False, 0) where there is no such date."""
    if year < 1 or month < 1 or month > 12 or day < 1 or hour > 23 or minute > 59 or second > 60:
        return False, np.int64(0)
    leap = (year % 4 == 0 and year % 100 != 0) or year % 400 == 0
    length = 30 if month == 4 or month == 6 or month == 9 or month == 11 else 31
    if month == 2:
        length = 29 if leap else 28
    if day > length:
        return False, np.int64(0)
    # Days from civil date: the year begins in March (Hinnant, "chrono-compatible date algorithms").
    y = year - 1 if month <= 2 else year
    era = y // 400
    of_era = y - era * 400
    of_year = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5 + day - 1
    days = era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468
    return True, ((days * 24 + hour) * 60 + minute) * 60000000 + second * 1000000 + fraction


@njit(nogil=True, cache=True)
def _zone(buf, p, stop):
    """An offset as +0200, +02:00 or Z: (minutes or NO_ZONE, position after it)."""
    if p < stop and (buf[p] == 90 or buf[p] == 122):
        return np.int64(0), p + 1
    if p < stop and (buf[p] == 43 or buf[p] == 45):
        negative = buf[p] == 45
        hours, q = _digits(buf, p + 1, stop, 2)
        if q == p + 3:
            if q < stop and buf[q] == 58:
                q += 1
            minutes, r = _digits(buf, q, stop, 2)
            if r == q + 2 and hours <= 15 and minutes < 60:
                total = hours * 60 + minutes
                return (-total if negative else total), r
    return np.int64(NO_ZONE), p


@njit(nogil=True, cache=True)
def moment(buf, p, stop, kind):
    """A time: (whether it is one, wall-clock microseconds since 1970, minutes of its zone or NO_ZONE)."""
    if kind >= EPOCH:
        whole, q = _digits(buf, p, stop, 16)
        if q == p:
            return False, np.int64(0), np.int64(0)
        if kind == EPOCH_US or kind == EPOCH_MS:
            scale = 1 if kind == EPOCH_US else 1000
            return q == stop and whole < 4102444800000000 // scale, whole * scale, np.int64(0)
        fraction = np.int64(0)
        if q < stop and buf[q] == 46:
            first = q + 1
            fraction, q = _digits(buf, first, stop, 6)
            for _ in range(6 - (q - first)):
                fraction *= 10
        return q == stop and whole < 4102444800, whole * 1000000 + fraction, np.int64(0)
    bad = (False, np.int64(0), np.int64(0))
    fraction = np.int64(0)
    if kind == CLF:
        day, q = _digits(buf, p, stop, 2)
        if q == p or q + 4 >= stop or buf[q] != 47:
            return bad
        month = 0
        for m in range(12):
            if (
                (buf[q + 1] | 32) == _MONTHS[3 * m]
                and (buf[q + 2] | 32) == _MONTHS[3 * m + 1]
                and (buf[q + 3] | 32) == _MONTHS[3 * m + 2]
            ):
                month = m + 1
        q += 4
        if month == 0 or buf[q] != 47:
            return bad
        year, r = _digits(buf, q + 1, stop, 4)
        if r != q + 5 or r >= stop or buf[r] != 58:
            return bad
    else:
        year, q = _digits(buf, p, stop, 4)
        if q != p + 4 or q >= stop or (buf[q] != 45 and buf[q] != 47):
            return bad
        month, r = _digits(buf, q + 1, stop, 2)
        if r != q + 3 or r >= stop or buf[r] != buf[q]:
            return bad
        day, r = _digits(buf, r + 1, stop, 2)
        if r != q + 6 or r >= stop or (buf[r] != 84 and buf[r] != 32):
            return bad
    hour, q = _digits(buf, r + 1, stop, 2)
    if q != r + 3 or q >= stop or buf[q] != 58:
        return bad
    minute, r = _digits(buf, q + 1, stop, 2)
    if r != q + 3 or r >= stop or buf[r] != 58:
        return bad
    second, q = _digits(buf, r + 1, stop, 2)
    if q != r + 3:
        return bad
    if q < stop and (buf[q] == 46 or buf[q] == 44):
        first = q + 1
        fraction, q = _digits(buf, first, stop, 6)
        for _ in range(6 - (q - first)):
            fraction *= 10
        while q < stop and 48 <= buf[q] <= 57:
            q += 1
    if q < stop and buf[q] == 32:
        q += 1
    zone, q = _zone(buf, q, stop)
    good, at = _microseconds(year, month, day, hour, minute, second, fraction)
    return good and q == stop, at, zone


@njit(nogil=True, cache=True)
def _fits(buf, p, stop, shape):
    """Whether a field looks as its kind must."""
    if shape == ANY:
        return True
    dash = stop - p == 1 and buf[p] == 45
    if shape == NUMBER or shape == CODE:
        if dash:
            return True
        if p == stop or (shape == CODE and stop - p != 3) or stop - p > 18:
            return False
        for k in range(p, stop):
            if buf[k] < 48 or buf[k] > 57:
                return False
        return True
    if shape == UNQUOTED:
        for k in range(p, stop):
            if buf[k] == 34:
                return False
        return True
    if p == stop:
        return False
    pointed = False
    for k in range(p, stop):
        if buf[k] <= 32 or buf[k] == 34:
            return False
        pointed = pointed or buf[k] == 46 or buf[k] == 58
    return shape == NAME or pointed


@njit(nogil=True, cache=True)
def _begins(buf, p, stop, shape):
    """Whether a field of this shape can begin at ``p``."""
    if shape == ANY or shape == UNQUOTED:
        return True
    if p >= stop:
        return False
    c = buf[p]
    if shape == NUMBER or shape == CODE:
        return 48 <= c <= 57 or c == 45
    if CLF <= shape <= EPOCH_US:
        return 48 <= c <= 57
    return c > 32


@njit(nogil=True, cache=True)
def _match(buf, a, b, text, steps, fields, shapes, text_at, text_end, starts, ends, row, clock):
    """Lay one template over the line ``buf[a:b]``; whether it fits."""
    p = a
    for k in range(text_at[0], text_end[0]):
        if p >= b or buf[p] != text[k]:
            return False
        p += 1
    for s in range(steps):
        first, last = text_at[s + 1], text_end[s + 1]
        begin = p
        if first == last:
            p = b
            if s + 1 < steps:
                return False
        else:
            quoted = text[first] == 34 and text_end[s] > text_at[s] and text[text_end[s] - 1] == 34
            length = last - first
            found = False
            while p + length <= b:
                c = buf[p]
                if c == 92 and quoted:
                    p += 2
                    continue
                if c == text[first]:
                    same = True
                    for k in range(1, length):
                        if buf[p + k] != text[first + k]:
                            same = False
                            break
                    if same:
                        after = p + length
                        same = after == b if s + 1 == steps else _begins(buf, after, b, shapes[s + 1])
                    if same:
                        found = True
                        break
                p += 1
            if not found:
                return False
        shape = shapes[s]
        if CLF <= shape <= EPOCH_US:
            good, at, zone = moment(buf, begin, p, shape)
            if not good:
                return False
            clock[0] = at
            clock[1] = zone
        elif not _fits(buf, begin, p, shape):
            return False
        starts[fields[s], row] = begin
        ends[fields[s], row] = p
        p += last - first
    return p == b


@njit(nogil=True, cache=True)
def _split_request(buf, starts, ends, row):
    """A request line into method, path and protocol, where it is one (RFC 9112, section 3)."""
    a, b = starts[REQUEST, row], ends[REQUEST, row]
    p = a
    while p < b and (65 <= buf[p] <= 90 or 97 <= buf[p] <= 122 or buf[p] == 45 or buf[p] == 95):
        p += 1
    if p == a or p - a > 32 or p >= b or buf[p] != 32:
        return
    q = b
    while q > p + 1 and buf[q - 1] != 32:
        q -= 1
    versioned = (
        b - q > 5
        and buf[q] == 72
        and buf[q + 1] == 84
        and buf[q + 2] == 84
        and buf[q + 3] == 80
        and buf[q + 4] == 47
    )
    stop = q - 1 if versioned else b
    if stop <= p:
        return
    starts[METHOD, row], ends[METHOD, row] = a, p
    starts[PATH, row], ends[PATH, row] = p + 1, stop
    if versioned:
        starts[PROTOCOL, row], ends[PROTOCOL, row] = q, b


@njit(nogil=True, cache=True)
def scan_lines(
    buf, longest, text, counts, fields, shapes, text_at, text_end, starts, ends, at, zones, formats,
    row_at, row_end, odd_at, odd_end, tally,
):  # fmt: skip
    """Every line of ``buf`` to a row of fields, or to the odd ones that no template fits.

    Template ``f`` has ``counts[f]`` fields; text ``s`` of it, before its field ``s``, is
    ``text[text_at[f, s]:text_end[f, s]]``. A field that a line lacks starts at -1. ``tally`` gets rows and
    odd lines. Of templates that fit, the first decides, so that the same line always gives the same row.
    """
    row = 0
    odd = 0
    p = 0
    size = buf.shape[0]
    clock = np.zeros(2, np.int64)
    while p < size:
        e = p
        while e < size and buf[e] != 10 and e - p < longest:
            e += 1
        stop = e
        if e < size and buf[e] == 10:
            e += 1
        while stop > p and buf[stop - 1] == 13:
            stop -= 1
        which = -1
        if stop > p and stop - p < longest:
            for f in range(counts.shape[0]):
                for field in range(FIELDS):
                    starts[field, row] = -1
                clock[1] = NO_ZONE
                if _match(
                    buf, p, stop, text, counts[f], fields[f], shapes[f], text_at[f], text_end[f],
                    starts, ends, row, clock,
                ):  # fmt: skip
                    which = f
                    break
        if which >= 0:
            at[row] = clock[0]
            zones[row] = clock[1]
            formats[row] = which
            if starts[REQUEST, row] >= 0 and starts[METHOD, row] < 0:
                _split_request(buf, starts, ends, row)
            row_at[row] = p
            row_end[row] = e
            row += 1
        else:
            odd_at[odd] = p
            odd_end[odd] = e
            odd += 1
        p = e
    tally[0] = row
    tally[1] = odd


@njit(nogil=True, cache=True)
def to_numbers(buf, starts, ends, rows, out, valid):
    """Fields of digits as numbers; a dash is none."""
    for i in range(rows):
        out[i] = 0
        valid[i] = 0
        a, b = starts[i], ends[i]
        if a < 0 or a == b or buf[a] == 45:
            continue
        number, p = _digits(buf, a, b, 18)
        if p == b:
            out[i] = number
            valid[i] = 1


@njit(nogil=True, cache=True)
def _hex(c):
    if 48 <= c <= 57:
        return c - 48
    if 65 <= c <= 70:
        return c - 55
    if 97 <= c <= 102:
        return c - 87
    return 255


@njit(nogil=True, cache=True)
def _utf8_length(text, p, stop):
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


@njit(nogil=True, cache=True)
def _unescape(buf, a, b, scratch):
    """Take back what a server escapes (``\\x22``, ``\\"``, ``\\\\``); bytes used of ``scratch``.

    Control bytes stay escaped: nobody would see them, and they are what garbage requests are made of.
    """
    o = 0
    p = a
    while p < b:
        c = buf[p]
        if c == 92 and p + 1 < b:
            n = buf[p + 1]
            if n == 120 and p + 3 < b:
                high, low = _hex(buf[p + 2]), _hex(buf[p + 3])
                if high < 16 and low < 16:
                    byte = high * 16 + low
                    if byte >= 32 and byte != 127:
                        scratch[o] = byte
                        o += 1
                        p += 4
                        continue
            elif n == 34 or n == 92:
                scratch[o] = n
                o += 1
                p += 2
                continue
        scratch[o] = c
        o += 1
        p += 1
    return o


@njit(nogil=True, cache=True)
def to_text(buf, starts, ends, rows, unescape, dash, offsets, out, valid, scratch):
    """Fields as UTF-8 with 32-bit offsets; bytes that are no text, and control bytes, become ``\\xNN``.

    ``unescape`` takes back the server's escapes, ``dash`` reads a lone dash as nothing. Returns the bytes
    used of ``out``, or -1 where it is too small: four times the length of all fields is always enough.
    """
    o = 0
    room = out.shape[0]
    offsets[0] = 0
    for i in range(rows):
        a, b = starts[i], ends[i]
        valid[i] = 1
        if a < 0 or (dash and b - a == 1 and buf[a] == 45):
            valid[i] = 0
            offsets[i + 1] = o
            continue
        if o + b - a > room:
            return -1
        odd = False
        for k in range(b - a):
            c = buf[a + k]
            out[o + k] = c
            odd = odd or c >= 127 or c < 32 or c == 92
        if not odd:
            o += b - a
            offsets[i + 1] = o
            continue
        if o + 4 * (b - a) > room:
            return -1
        length = b - a
        if unescape:
            length = _unescape(buf, a, b, scratch)
        else:
            for k in range(length):
                scratch[k] = buf[a + k]
        p = 0
        while p < length:
            c = scratch[p]
            n = 0 if c < 32 or c == 127 else _utf8_length(scratch, p, length)
            # U+0080 to U+009F are control characters too
            if n == 2 and c == 0xC2 and scratch[p + 1] < 0xA0:
                n = 0
            if n == 0:
                out[o] = 92
                out[o + 1] = 120
                out[o + 2] = (c >> 4) + (48 if c >> 4 < 10 else 87)
                out[o + 3] = (c & 15) + (48 if c & 15 < 10 else 87)
                o += 4
                p += 1
                continue
            for k in range(n):
                out[o + k] = scratch[p + k]
            o += n
            p += n
        offsets[i + 1] = o
    return o
