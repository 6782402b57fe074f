"""SQL files cut into their statements, each with the line on which it stands."""

from dataclasses import dataclass
from importlib.resources.abc import Traversable

from sqlglot.dialects.duckdb import DuckDB


@dataclass(frozen=True)
class Statement:
    """One SELECT. ``rule`` is its file inside the package and its first line: ``commerce/takings.sql:7``."""

    rule: str
    sql: str


def read_statements(file: Traversable, name: str) -> list[Statement]:
    """The statements of ``file``, named ``name`` in the package, without the comments before each."""
    text = file.read_text("utf-8")
    found: list[Statement] = []
    first = last = None
    for token in [*DuckDB().tokenize(text), None]:
        if token is not None and token.token_type.name != "SEMICOLON":
            first, last = first or token, token
        elif first is not None and last is not None:
            line = text.count("\n", 0, first.start) + 1
            found.append(Statement(f"{name}:{line}", text[first.start : last.end + 1]))
            first = last = None
    return found
