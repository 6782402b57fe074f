"""Records of a Berkeley DB B-tree file, from all its leaf pages, whether the tree still reaches them or not.

Pages are read by dissect.database (format: Oracle Berkeley DB, db_page.h). A record is a key and a value,
each on the leaf page or, where it is long, on a chain of overflow pages.
"""

from collections.abc import Callable, Iterator
from typing import IO, NamedTuple

from dissect.database.bsd import DB
from dissect.database.bsd.c_db import c_db

_MOST_BYTES = 64 << 20  # of one value; a hostile page may state up to 4 GiB
_DELETED = 0x80
_TYPES = 0x7F


class Record(NamedTuple):
    """A record, and the bytes of the file from its key's item to the end of its value's, or of the first."""

    key: bytes
    value: bytes
    offset: int
    length: int
    deleted: bool


Tell = Callable[[str, int, int], None]


def records(file: IO[bytes], tell: Tell) -> Iterator[Record]:
    """Yield the records page after page; ``tell`` hears of damage, with the place of the page in bytes."""
    database = DB(file)
    size = int(database.page_size)
    if size < 512 or size > 1 << 16 or size & (size - 1):
        raise ValueError(f"a page of {size} bytes is none of Berkeley DB's")
    length = file.seek(0, 2)
    for number in range(1, (length + size - 1) // size):
        try:
            yield from _leaf(database, number)
        except Exception as error:  # a page that is no page, of whatever kind
            said = " ".join(str(error).split())[:120]
            tell(f"page {number} is damaged ({type(error).__name__}: {said})", number * size, size)
        database.page.cache_clear()


def _leaf(database: DB, number: int) -> Iterator[Record]:
    page = database.page(number)
    if len(page.raw) < 26 or page.type != c_db.P_LBTREE:
        return
    for key_at in range(0, page.header.entries - 1, 2):
        key, key_start, key_end, gone = _item(database, page, key_at)
        value, start, end, value_gone = _item(database, page, key_at + 1)
        together = abs(start - key_start) <= database.page_size
        first, last = (min(key_start, start), max(key_end, end)) if together else (key_start, key_end)
        yield Record(key, value, number * int(database.page_size) + first, last - first, gone or value_gone)


def _item(database: DB, page: "object", index: int) -> tuple[bytes, int, int, bool]:
    """Bytes of an item, where it begins and ends on its page, and whether it was marked as deleted."""
    at = int(page.lookup[index])  # type: ignore[attr-defined]
    raw = page.raw[at : at + 12]  # type: ignore[attr-defined]
    if len(raw) < 3 or at < 26:
        raise ValueError("an item lies outside of its page")
    kind = raw[2]
    if kind & _TYPES == c_db.B_KEYDATA:
        length = int.from_bytes(raw[:2], "little")
        data = bytes(page.raw[at + 3 : at + 3 + length])  # type: ignore[attr-defined]
        if len(data) < length:
            raise ValueError("an item is cut off by the end of its page")
        return data, at, at + 3 + length, bool(kind & _DELETED)
    if kind & _TYPES == c_db.B_OVERFLOW and len(raw) == 12:
        first, total = int.from_bytes(raw[4:8], "little"), int.from_bytes(raw[8:12], "little")
        return _overflow(database, first, total), at, at + 12, bool(kind & _DELETED)
    raise ValueError(f"an item of the unknown type {kind & _TYPES}")


def _overflow(database: DB, number: int, total: int) -> bytes:
    if total > _MOST_BYTES:
        raise ValueError(f"a value of {total} bytes is longer than is read")
    parts: list[bytes] = []
    seen: set[int] = set()
    left = total
    while left > 0:
        if number in seen or number == 0:
            raise ValueError("the pages of a long value end too early or run in a circle")
        seen.add(number)
        page = database.page(number)
        if page.type != c_db.P_OVERFLOW:
            raise ValueError("the pages of a long value lead to a page of another kind")
        part = bytes(page.data[: min(left, int(page.header.hf_offset))])
        parts.append(part)
        left -= len(part)
        number = int(page.header.next_pgno)
    return b"".join(parts)


def hashed(file: IO[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Yield the keys and values of a hash file, bucket after bucket."""
    for key, value in DB(file).records():
        yield bytes(key), bytes(value)
