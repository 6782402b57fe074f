"""Bitcoin's serialisation, read: compact sizes, vectors, transactions (developer.bitcoin.org, BIP-144)."""

import hashlib
from typing import NamedTuple

_MOST_ITEMS = 1 << 20


class Bytes:
    """Reads fields off a value from its start. Raises ValueError where the value ends too early."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0

    @property
    def left(self) -> int:
        """How many bytes were not read."""
        return len(self._data) - self.at

    def take(self, size: int) -> bytes:
        """The next ``size`` bytes."""
        if not 0 <= size <= self.left:
            raise ValueError("the value ends too early")
        self.at += size
        return self._data[self.at - size : self.at]

    def since(self, start: int) -> bytes:
        """The bytes from ``start`` to where reading stands."""
        return self._data[start : self.at]

    def whole(self, size: int, *, signed: bool = False) -> int:
        """A whole number of ``size`` bytes, little-endian."""
        return int.from_bytes(self.take(size), "little", signed=signed)

    def compact(self) -> int:
        """A compact size."""
        first = self.whole(1)
        return first if first < 0xFD else self.whole({0xFD: 2, 0xFE: 4, 0xFF: 8}[first])

    def vector(self) -> bytes:
        """Bytes after their compact size."""
        return self.take(self.compact())

    def text(self) -> str:
        """Text after its compact size; bytes that are no UTF-8 as ``\\xNN``."""
        return self.vector().decode("utf-8", "backslashreplace")

    def count(self) -> int:
        """A compact size that counts items, each of which takes a byte at least."""
        number = self.compact()
        if number > min(_MOST_ITEMS, self.left):
            raise ValueError("a list is longer than its value")
        return number


class Transaction(NamedTuple):
    """What a wallet's transaction is worth knowing for; ``outputs`` are satoshi and script."""

    txid: str
    outputs: list[tuple[int, bytes]]


def transaction(source: Bytes) -> Transaction:
    """Read a transaction, with or without witnesses; its id is over what is no witness."""
    version = source.take(4)
    start = source.at
    inputs = source.count() if source.left else 0
    witnesses = inputs == 0 and source.left > 0 and source.take(1) == b"\x01"
    if witnesses:
        start = source.at
        inputs = source.count()
    for _ in range(inputs):
        source.take(36)
        source.vector()
        source.take(4)
    outputs = [(source.whole(8, signed=True), source.vector()) for _ in range(source.count())]
    body = source.since(start)
    if witnesses:
        for _ in range(inputs):
            for _ in range(source.count()):
                source.vector()
    body += source.take(4)
    digest = hashlib.sha256(hashlib.sha256(version + body).digest()).digest()
    return Transaction(digest[::-1].hex(), outputs)
