"""JSON that streams: its short values, and the places of its strings, so that no file is held in memory."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from stocktake.evidence.streams import Stream

# Strings up to this many bytes are given as values, longer ones by their place.
SHORT = 1 << 14
DEEPEST = 100
_SPACE = re.compile(rb"[ \t\r\n,:]*")
_PLAIN = re.compile(rb"[^\s,:\[\]{}\"]{1,400}")


class JsonError(ValueError):
    """The text is no JSON from some byte on."""


@dataclass(frozen=True)
class Place:
    """Where a string's bytes stand, its quotes left out: in the stream, still escaped."""

    offset: int
    length: int


@dataclass(frozen=True)
class Value:
    """A value that is no object and no array, under its path: keys, and ``None`` for an element of an array.

    A string has its ``place``, and is given only where it is short. The end of an object is a value too: its
    path, and ``ended`` true.
    """

    path: tuple[str | None, ...]
    value: Any = None
    place: Place | None = None
    ended: bool = False


class _Text:
    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self.data = b""
        self.at = 0
        self.base = 0  # offset of `data` in the stream

    def fill(self) -> bool:
        more = self._stream.read1()
        self.base += self.at
        self.data = self.data[self.at :] + more
        self.at = 0
        return bool(more)

    def next(self) -> bytes:
        """The next byte that is no space, comma or colon, not taken; b"" at the end."""
        while True:
            found = _SPACE.match(self.data, self.at)
            self.at = found.end() if found else self.at
            if self.at < len(self.data):
                return self.data[self.at : self.at + 1]
            if not self.fill():
                return b""

    def string(self) -> tuple[str | None, Place]:
        """Take a string that begins here; its text is None where it is long."""
        self.at += 1
        start = self.base + self.at
        look = self.at
        kept = bytearray()
        is_short = True
        while True:
            end = self.data.find(b'"', look)
            if end >= 0:
                backslashes = end
                while backslashes > self.at and self.data[backslashes - 1] == 0x5C:
                    backslashes -= 1
                if (end - backslashes) % 2:
                    look = end + 1
                    continue
                kept += self.data[self.at : end] if is_short else b""
                length = self.base + end - start
                self.at = end + 1
                return _decoded(bytes(kept)) if is_short and length <= SHORT else None, Place(start, length)
            # What may be the beginning of an escape stays, so that it is looked at whole.
            cut = len(self.data)
            while cut > self.at and self.data[cut - 1] == 0x5C:
                cut -= 1
            if is_short:
                kept += self.data[self.at : cut]
                is_short = len(kept) <= SHORT
            self.at = cut
            if not self.fill():
                raise JsonError("the file ends inside of a string")
            look = 0

    def plain(self) -> Any:
        while len(self.data) - self.at < 400 and self.fill():
            pass
        found = _PLAIN.match(self.data, self.at)
        if not found:
            raise JsonError(f"there is no value at byte {self.base + self.at}")
        self.at = found.end()
        try:
            return json.loads(found[0])
        except ValueError as error:
            raise JsonError(f"there is no value at byte {self.base + self.at}") from error


def _decoded(raw: bytes) -> str:
    try:
        return str(json.loads(b'"' + raw + b'"', strict=False))
    except ValueError:
        return raw.decode("utf-8", "backslashreplace")


def values(stream: Stream) -> Iterator[Value]:
    """Yield every value in ``stream`` in its order. Raises JsonError where the text is no JSON."""
    text = _Text(stream)
    text.next()
    if text.data[text.at : text.at + 3] == b"\xef\xbb\xbf":
        text.at += 3
    path: list[str | None] = []
    inside: list[bytes] = []  # the sign that closes each object and array that is open
    while sign := text.next():
        if sign in b"}]":
            if not inside or inside.pop() != sign:
                raise JsonError(f"a bracket is closed that was not opened, at byte {text.base + text.at}")
            text.at += 1
            if sign == b"}":
                yield Value(tuple(path), ended=True)
            _leave(path)
            continue
        if inside:
            path.append(_key(text, sign) if inside[-1] == b"}" else None)
            sign = text.next()
        if sign in (b"{", b"["):
            text.at += 1
            inside.append(b"}" if sign == b"{" else b"]")
            if len(inside) > DEEPEST:
                raise JsonError(f"it is nested more than {DEEPEST} times")
            continue
        yield Value(tuple(path), *(text.string() if sign == b'"' else (text.plain(),)))
        _leave(path)
    if inside:
        raise JsonError("the file ends before its JSON does")


def _key(text: _Text, sign: bytes) -> str:
    if sign != b'"':
        raise JsonError(f"a key is missing at byte {text.base + text.at}")
    return text.string()[0] or ""


def _leave(path: list[str | None]) -> None:
    if path:
        path.pop()
