"""PHP's ``serialize`` format, read in full.

Source: https://www.php.net/manual/en/function.serialize.php and php-src ``ext/standard/var_unserializer.re``.
Lengths count bytes, so a dump that was re-encoded by hand no longer fits them: that is an error here and
never a guess.
"""

import re
from typing import TypeAlias

Value: TypeAlias = "bool | int | float | str | dict[str, Value] | None"

MAX_DEPTH = 64
# Values that one text may unfold to; a reference to a large array repeated many times grows without end.
MAX_VALUES = 1_000_000


class PhpError(ValueError):
    """The text is not what ``serialize`` writes. ``offset`` is the byte where reading stopped."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(f"{message} at byte {offset}")
        self.offset = offset


def looks_serialised(text: str) -> bool:
    """Whether ``text`` begins as a serialised value does; ``parse`` alone tells whether it is one."""
    return _OPENING.match(text) is not None


def parse(data: bytes) -> Value:
    """The one value that ``data`` holds. Arrays and objects are dicts in order, with text keys.

    Bytes that are no UTF-8 come as lone surrogates. A property's class prefix is dropped from its name. A
    reference gives what it refers to; one that leads back into itself gives None. Raises PhpError.
    """
    reader = _Reader(data)
    value = reader.value(0)
    if data[reader.at :].strip():
        raise PhpError("more text after the value", reader.at)
    return value


_SCALARS = (b"b", b"i", b"d", b"s", b"S", b"E")
_OPENING = re.compile(r"[asSOCEibrR]:[-+]?\d+[:;]|d:[-+]?[\d.INF]+[^;]*;|N;\Z")


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.slots: list[Value] = []  # what r:N; and R:N; count, from 1
        self.open: set[int] = set()  # ids of arrays that are still being read
        self.unfolded = 0

    def value(self, depth: int, *, key: bool = False) -> Value:
        if depth > MAX_DEPTH:
            raise PhpError(f"nested deeper than {MAX_DEPTH}", self.at)
        kind = self.data[self.at : self.at + 1]
        if kind == b"N":
            self.expect(b"N;")
            return self.slot(None, key)
        self.at += 1
        self.expect(b":")
        if kind in _SCALARS:
            return self.slot(self.scalar(kind), key)
        if key:
            raise PhpError("a key that is neither text nor number", self.at)
        match kind:
            case b"a":
                return self.members(depth)
            case b"O":
                self.text()
                self.expect(b":")
                return self.members(depth)
            case b"C":  # a class with a format of its own: kept as the text it is
                return self.slot(self.custom(), key)
            case b"R" | b"r":
                return self.reference(again=kind == b"r")
        raise PhpError("no serialised value", self.at)

    def scalar(self, kind: bytes) -> Value:
        match kind:
            case b"b":
                return self.number(b";") != 0
            case b"i":
                return self.number(b";")
            case b"d":
                return self.float_number()
        text = self.text(escaped=kind == b"S")  # or E, an enum's case: "Class:CASE"
        self.expect(b";")
        return text

    def custom(self) -> str:
        self.text()
        self.expect(b":")
        length = self.number(b":")
        self.expect(b"{")
        text = self.take(length)
        self.expect(b"}")
        return text

    def members(self, depth: int) -> Value:
        count = self.number(b":")
        self.expect(b"{")
        if not 0 <= count <= len(self.data) - self.at:
            raise PhpError(f"says {count} members", self.at)
        members: dict[str, Value] = {}
        self.slots.append(members)
        self.open.add(id(members))
        for _ in range(count):
            name = self.value(depth + 1, key=True)
            if not isinstance(name, str | int) or isinstance(name, bool):
                raise PhpError("a key that is neither text nor number", self.at)
            members[str(name).rpartition("\0")[2]] = self.value(depth + 1)
        self.expect(b"}")
        self.open.discard(id(members))
        return members

    def reference(self, *, again: bool) -> Value:
        number = self.number(b";")
        if not 1 <= number <= len(self.slots):
            raise PhpError(f"refers to value {number}, which is not there", self.at)
        value = self.slots[number - 1]
        if isinstance(value, dict):
            if id(value) in self.open:
                value = None
            else:
                self.unfolded += _size(value)
                if self.unfolded > MAX_VALUES:
                    raise PhpError(f"references unfold to more than {MAX_VALUES} values", self.at)
        if again:  # r: takes a slot of its own, R: does not
            self.slots.append(value)
        return value

    def slot(self, value: Value, key: bool) -> Value:
        if not key:
            self.slots.append(value)
        return value

    def expect(self, mark: bytes) -> None:
        if self.data[self.at : self.at + len(mark)] != mark:
            raise PhpError(f"no {mark.decode()!r}", self.at)
        self.at += len(mark)

    def until(self, end: bytes) -> bytes:
        stop = self.data.find(end, self.at, self.at + 400)
        if stop < 0:
            raise PhpError(f"no {end.decode()!r}", self.at)
        text = self.data[self.at : stop]
        self.at = stop + 1
        return text

    def number(self, end: bytes) -> int:
        start = self.at
        text = self.until(end)
        digits = text[1:] if text[:1] in (b"-", b"+") else text
        if not digits.isdigit() or len(digits) > 20:
            raise PhpError("no number", start)
        return int(text)

    def float_number(self) -> float:
        start = self.at
        text = self.until(b";")
        try:
            return float(text.replace(b"NAN", b"nan").replace(b"INF", b"inf"))
        except ValueError as error:
            raise PhpError("no number", start) from error

    def text(self, *, escaped: bool = False) -> str:
        length = self.number(b":")
        self.expect(b'"')
        text = self.escaped(length) if escaped else self.take(length)
        self.expect(b'"')
        return text

    def take(self, length: int) -> str:
        if not 0 <= length <= len(self.data) - self.at:
            raise PhpError(f"says {length} bytes and has fewer", self.at)
        self.at += length
        return self.data[self.at - length : self.at].decode("utf-8", "surrogateescape")

    def escaped(self, length: int) -> str:
        taken = bytearray()
        while len(taken) < length:
            byte = self.data[self.at : self.at + 1]
            if byte == b"\\":
                try:
                    taken.append(int(self.data[self.at + 1 : self.at + 3], 16))
                except ValueError as error:
                    raise PhpError("no escaped byte", self.at) from error
                self.at += 3
            elif byte:
                taken += byte
                self.at += 1
            else:
                raise PhpError(f"says {length} bytes and has fewer", self.at)
        return taken.decode("utf-8", "surrogateescape")


def _size(value: Value) -> int:
    total, waiting = 0, [value]
    while waiting and total <= MAX_VALUES:
        total += 1
        here = waiting.pop()
        if isinstance(here, dict):
            waiting.extend(here.values())
    return total
