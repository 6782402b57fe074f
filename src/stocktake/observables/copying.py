"""Compiled copying: many short pieces of a block, as Arrow's columns hold them."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from numba import njit

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]

# Bytes that a context shows as they are.
_PLAIN = np.zeros(256, np.uint8)
_PLAIN[32:127] = 1

# The most of a hit that its context shows.
SHOWN = 160


def pieces(data: Bytes, starts: Places, ends: Places) -> pa.Array:
    """Binary array of ``data[start:end]``."""
    offsets = np.zeros(len(starts) + 1, np.int32)
    np.cumsum(ends - starts, out=offsets[1:])
    out = np.empty(int(offsets[-1]), np.uint8)
    _gather(data, starts, offsets, out)
    return _array(pa.binary(), offsets, out)


def contexts(data: Bytes, starts: Places, ends: Places, reach: int) -> pa.Array:
    """Text around each hit: ``reach`` bytes before and after it, and at most ``SHOWN`` of its own.

    It ends at a NUL, holds whole UTF-8 characters only, and shows as ``\\xNN`` what is none, control
    characters, and the marks that turn the direction of writing. Line ends and tabs become spaces.
    """
    plain = int(np.minimum(ends - starts, SHOWN).sum() + 2 * (reach + 4) * len(starts))
    offsets = np.zeros(len(starts) + 1, np.int32)
    for room in (plain + plain // 4, plain * 4):  # all as it is and a little, or every byte as \xNN
        out = np.empty(room, np.uint8)
        used = _contexts(data, starts, ends, reach, offsets, out)
        if used >= 0:
            break
    return _array(pa.string(), offsets, out[:used].copy())


def joined(values: Bytes, offsets: Places, out: Bytes) -> None:
    """Copy values into ``out`` with two NULs after each: one would join them to text in UTF-16."""
    _join(values, offsets, out)


def _array(kind: pa.DataType, offsets: npt.NDArray[np.int32], data: Bytes) -> pa.Array:
    return pa.Array.from_buffers(kind, len(offsets) - 1, [None, pa.py_buffer(offsets), pa.py_buffer(data)])


@njit(nogil=True, cache=True)
def _gather(data, starts, offsets, out):
    for row in range(len(starts)):
        at = np.uint64(starts[row])
        for k in range(np.uint64(offsets[row]), np.uint64(offsets[row + 1])):
            out[k] = data[at]
            at += np.uint64(1)


@njit(nogil=True, cache=True)
def _join(values, offsets, out):
    p = 0
    for row in range(len(offsets) - 1):
        for k in range(offsets[row], offsets[row + 1]):
            out[p] = values[k]
            p += 1
        out[p] = out[p + 1] = 0
        p += 2


@njit(nogil=True, cache=True)
def _character(data, p, end):
    """Bytes of the UTF-8 character at ``p`` that may be shown as it is, or 0."""
    b = data[p]
    if b < 0x80:
        return 1 if 32 <= b < 127 else 0
    size = 2 if 0xC2 <= b <= 0xDF else 3 if 0xE0 <= b <= 0xEF else 4 if 0xF0 <= b <= 0xF4 else 0
    if size == 0 or p + size > end:
        return 0
    for k in range(1, size):
        if data[p + k] & 0xC0 != 0x80:
            return 0
    c = data[p + 1]
    if (
        (b == 0xE0 and c < 0xA0)
        or (b == 0xED and c > 0x9F)
        or (b == 0xF0 and c < 0x90)
        or (b == 0xF4 and c > 0x8F)
    ):
        return 0
    if b == 0xC2 and c < 0xA0:
        return 0  # control characters
    if b == 0xE2 and (c == 0x80 or c == 0x81):
        d = data[p + 2]
        if c == 0x80 and (d == 0x8E or d == 0x8F or 0xA8 <= d <= 0xAE):
            return 0  # line separators, direction marks and overrides
        if c == 0x81 and 0xA6 <= d <= 0xA9:
            return 0
    if b == 0xEF and c == 0xBB and data[p + 2] == 0xBF:
        return 0
    return size


@njit(nogil=True, cache=True)
def _hexadecimal(value):
    return 48 + value if value < 10 else 87 + value


@njit(nogil=True, cache=True)
def _contexts(data, starts, ends, reach, offsets, out):
    used = 0
    for row in range(len(starts)):
        p = starts[row]
        first = p - reach
        while p > first and data[p - 1] != 0:
            p -= 1
        back = 0
        while back < 3 and data[p] & 0xC0 == 0x80 and data[p - 1] != 0:  # not in the middle of a character
            p -= 1
            back += 1
        end = min(ends[row], starts[row] + SHOWN)
        last = end + reach
        while end < last and data[end] != 0:
            end += 1
        ahead = 0
        while ahead < 3 and data[end] & 0xC0 == 0x80:
            end += 1
            ahead += 1
        if used + 4 * (end - p) > len(out):
            return -1
        while p < end:
            at = np.uint64(p)  # an unsigned index spares the look at whether it is negative
            to = np.uint64(used)
            b = data[at]
            while _PLAIN[b] and at < np.uint64(end):
                out[to] = b
                to += np.uint64(1)
                at += np.uint64(1)
                b = data[at]
            p = np.int64(at)
            used = np.int64(to)
            if p >= end:
                break
            size = _character(data, p, end)
            if size:
                for k in range(size):
                    out[used + k] = data[p + k]
                used += size
                p += size
                continue
            if b == 10 or b == 13 or b == 9:
                out[used] = 32
                used += 1
            else:
                out[used] = 92
                out[used + 1] = 120
                out[used + 2] = _hexadecimal(b >> 4)
                out[used + 3] = _hexadecimal(b & 15)
                used += 4
            p += 1
        offsets[row + 1] = used
    return used
