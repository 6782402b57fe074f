"""What lies on a server beside its databases: logs, host artefacts, mail, wallets, keys, captures.

Each family is a folder with a reader in Python (files to raw tables) and, like a shop, ``mapping.toml`` and
SQL (raw tables to canonical ones). The SQL sees the family's tables of the whole exhibit at once, each row
with the ``_path`` of its item; a table with ``of = "host"`` in ``mapping.toml`` is another family's.
``coverage.sql`` gives a ``path`` beside ``table_name, reason, rows``, so that each item's account balances.
A family's package gives

``recognise(head, path)``, optional
    the kind of a file by its first 64 KiB and, where it must, its path in the exhibit; None where it is none
    of the family's;
``read(kind, stream, item, unit)``
    its raw tables, as a stream;
``groups(items)``, optional
    things that are several files (a data directory, a Tor service folder); a group of one file, which other
    files say something of (a log's format), is read by ``read`` with the group's facts in ``unit.facts``;
``read_group(group, unit, scratch)``, with ``groups``
    their raw tables; ``scratch`` is an empty folder inside the case that is removed afterwards.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from types import ModuleType
from typing import BinaryIO

from stocktake.evidence import Item
from stocktake.records.raw import UnitWriter

# In this order a file is offered to them.
FAMILIES = (
    "parcels", "tor", "keys", "wallets", "stores", "captures", "mail", "weblogs", "software", "host",
    "databases",
)  # fmt: skip


@dataclass(frozen=True)
class Group:
    """Several items that are one thing. ``path`` is that of the folder they lie in, or of their main file.

    ``facts`` are what other items of the exhibit say of them; they go into the unit's facts.
    """

    path: str
    kind: str
    items: tuple[Item, ...]
    facts: dict[str, str] = field(default_factory=dict)


@cache
def families() -> list[ModuleType]:
    """The families that are there."""
    there = {entry.name for entry in files(__package__).iterdir()}
    return [import_module(f"{__package__}.{name}") for name in FAMILIES if name in there]


def recognise(head: bytes, path: str) -> str | None:
    """``FAMILY:KIND`` of a file; None where no family knows it, or the one that would fails over it."""
    for family in families():
        kind = None
        with suppress(ValueError, LookupError, TypeError, ArithmeticError, RecursionError):
            kind = family.recognise(head, path) if hasattr(family, "recognise") else None
        if kind is not None:
            return f"{family.__name__.rpartition('.')[2]}:{kind}"
    return None


def groups(items: Sequence[Item], problem: Callable[[str], None]) -> Iterator[Group]:
    """What several items are together; kinds are ``FAMILY:KIND``. An item is in one group at most.

    A family that fails over what it finds costs a ``problem``, and its items are then offered one by one.
    """
    taken: set[str] = set()
    for family in families():
        if not hasattr(family, "groups"):
            continue
        name = family.__name__.rpartition(".")[2]
        try:
            found = list(family.groups([item for item in items if item.path not in taken]))
        except (OSError, MemoryError):
            raise
        except Exception as error:  # a family's mistake about hostile data is not to cost the others
            said = " ".join(str(error).split())[:300]
            problem(f"the grouping of files for {name} stopped ({type(error).__name__}: {said})")
            continue
        for group in found:
            taken |= {item.path for item in group.items}
            yield replace(group, kind=f"{name}:{group.kind}")


def read(kind: str, stream: BinaryIO, item: Item, unit: UnitWriter) -> None:
    """Read an item of a kind that `recognise` gave."""
    family, _, own = kind.partition(":")
    import_module(f"{__package__}.{family}").read(own, stream, item, unit)


def read_group(group: Group, unit: UnitWriter, scratch: Path) -> None:
    """Read a group that `groups` gave."""
    family, _, own = group.kind.partition(":")
    import_module(f"{__package__}.{family}").read_group(replace(group, kind=own), unit, scratch)
