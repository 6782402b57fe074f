"""SQL files cut into their statements, each with the line on which it stands."""

import re
from dataclasses import dataclass
from importlib.resources.abc import Traversable

# What may hold a semicolon that ends nothing (strings, quoted names, comments), the semicolon, and the rest.
_PIECE = re.compile(
    r"""(?P<apart>\s+|--[^\n]*|/\*.*?\*/)|(?P<end>;)|'(?:[^']|'')*'|"(?:[^"]|"")*"|[^\s;'"/-]+|.""", re.DOTALL
)


@dataclass(frozen=True)
class Statement:
    """One SELECT. ``rule`` is its file inside the package and its first line: ``commerce/takings.sql:7``."""

    rule: str
    sql: str


def read_statements(file: Traversable, name: str) -> list[Statement]:
    """The statements of ``file``, named ``name`` in the package, without the comments before each."""
    text = file.read_text("utf-8")
    found: list[Statement] = []
    first: int | None = None
    last = 0
    for piece in [*_PIECE.finditer(text), None]:
        if piece is not None and piece["end"] is None:
            if piece["apart"] is None:
                first, last = piece.start() if first is None else first, piece.end()
        elif first is not None:
            found.append(Statement(f"{name}:{text.count(chr(10), 0, first) + 1}", text[first:last]))
            first = None
    return found
