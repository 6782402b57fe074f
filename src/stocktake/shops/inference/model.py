"""What canonical tables look like in a database that nobody has seen: ``model.toml``, read."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from stocktake.shops.inference.words import pattern

Pattern = tuple[str, ...]

# Columns that are parts of a canonical one, which the mapping puts together.
PARTS = {
    "first_name": ("display_name", "name"),
    "last_name": ("display_name", "name"),
    "full_name": ("display_name", "name"),
    "house_number": ("line1", "line1"),
    "pgp_key": ("pgp_fingerprint", "pgp_fingerprint"),
}


@dataclass(frozen=True)
class Slot:
    """One column that a canonical table may get. ``names`` are patterns with their strength, 0 to 1."""

    table: str
    name: str
    names: tuple[tuple[Pattern, float], ...]
    ruled_out: frozenset[str]
    shapes: tuple[str, ...]
    ref: str | None
    needed: float
    strict: bool
    unique: bool

    @property
    def canonical(self) -> str:
        """The canonical column that it is, or is a part of."""
        if self.name in PARTS:
            return PARTS[self.name][self.table == "postal_addresses"]
        return self.name


@dataclass(frozen=True)
class Role:
    """A canonical table as a table of an unknown database may play it.

    ``enough`` is the share of what it needs that speaks for it as much as all of it does.
    """

    table: str
    enough: float
    names: tuple[tuple[Pattern, float], ...]
    own: frozenset[str]
    ruled_out: frozenset[str]
    slots: dict[str, Slot]


@cache
def roles() -> dict[str, Role]:
    """Every role by its canonical table."""
    stated = tomllib.loads((files(__package__) / "model.toml").read_text("utf-8"))
    return {table: _role(table, entry) for table, entry in stated.items()}


def _role(table: str, entry: dict[str, Any]) -> Role:
    return Role(
        table=table,
        enough=entry.get("enough", 1.0),
        names=_patterns(entry),
        own=frozenset(pattern(" ".join(entry["own"]))),
        ruled_out=frozenset(pattern(" ".join(entry.get("not", ())))),
        slots={
            name: Slot(
                table=table,
                name=name,
                names=_patterns(column),
                ruled_out=frozenset(pattern(" ".join(column.get("not", ())))),
                shapes=tuple(column["shapes"]) if "shapes" in column else (),
                ref=column.get("ref"),
                needed=column.get("needed", 0.0),
                strict=column.get("strict", False),
                unique=column.get("unique", False),
            )
            for name, column in entry["columns"].items()
        },
    )


def _patterns(entry: dict[str, Any]) -> tuple[tuple[Pattern, float], ...]:
    strong = [(pattern(text), max(0.8, 1.0 - 0.02 * place)) for place, text in enumerate(entry["names"])]
    weak = [(pattern(text), 0.6) for text in entry.get("weak", ())]
    return (*strong, *weak)
