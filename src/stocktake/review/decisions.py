"""What people decided about a case, as the ledger tells it: the privilege list, releases, the scope.

The ledger is the store. Its entries of three actions are read: ``privilege`` (a list was taken in: ``file``,
``sha256``, ``bytes``, ``by``), ``release`` (``id``, ``roots``, ``by``, and the entry's reason) and ``scope``.
"""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

from stocktake.case import Case
from stocktake.custody import ledger
from stocktake.custody.kept import keep, read_kept
from stocktake.custody.verify_case import UnreadableError, parsed
from stocktake.errors import UserError
from stocktake.review import privilege_list
from stocktake.review.privilege_list import PrivilegeList
from stocktake.review.scope import Scope

_ACTIONS = {name: f'"action":"{name}"'.encode() for name in ("privilege", "release", "scope")}


@dataclass(frozen=True)
class Decisions:
    """The decisions in force. ``list_file`` is the list's path in the case, ``released`` are roots.

    A root is what the list itself meets: a file, a row, a passage; `withholding` gives it its name.
    """

    list_file: str = ""
    list_sha256: str = ""
    list_by: str = ""
    released: frozenset[str] = frozenset()
    scope: Scope | None = None
    scope_by: str = ""

    @property
    def any(self) -> bool:
        """Whether something can be held back at all."""
        return bool(self.list_sha256 or (self.scope and self.scope.limited))

    @cached_property
    def digest(self) -> str:
        """One hash over all that decides what is held back."""
        scope = self.scope.stated() if self.scope and self.scope.limited else None
        stated = [self.list_sha256, sorted(self.released) if self.list_sha256 else [], scope]
        return hashlib.sha256(json.dumps(stated, sort_keys=True).encode()).hexdigest()

    def privilege_list(self, case: Case) -> PrivilegeList | None:
        """The list in force. Raises UserError where it is not the one that was recorded."""
        if not self.list_sha256:
            return None
        changed = (
            f"The privilege list {self.list_file} was changed since it was taken in: a new one is taken "
            "in with stocktake privilege CASE --list FILE --by NAME."
        )
        stored = read_kept(case, self.list_file, self.list_sha256, "privilege list", changed)
        return privilege_list.read(stored, self.list_file)


@dataclass
class _Read:
    """How far a ledger was read, and what it said up to there."""

    offset: int = 0
    found: list[dict[str, Any]] = field(default_factory=list)


_read: dict[Path, _Read] = {}
_lock = Lock()


def decisions(case: Case) -> Decisions:
    """What is in force now. Of a ledger that has grown only what was added is read."""
    with _lock:
        state = _read.setdefault(case.ledger, _Read())
        try:
            with case.ledger.open("rb") as file:
                if os.fstat(file.fileno()).st_size < state.offset:
                    state = _read[case.ledger] = _Read()
                file.seek(state.offset)
                for line in file:
                    if not line.endswith(b"\n"):
                        break  # cut short; it is read again once it is whole
                    state.offset += len(line)
                    if any(action in line for action in _ACTIONS.values()):
                        state.found += _entry(line)
        except FileNotFoundError:
            _read.pop(case.ledger)
            return Decisions()
        except OSError as error:
            raise UserError(f"The ledger {case.ledger} can't be read: {error.strerror}.") from error
        return _in_force(state.found)


def _entry(line: bytes) -> list[dict[str, Any]]:
    try:
        entry = parsed(line)
    except UnreadableError:
        return []
    return [entry] if entry.get("action") in _ACTIONS and isinstance(entry.get("detail"), dict) else []


def _in_force(entries: Sequence[dict[str, Any]]) -> Decisions:
    facts: dict[str, Any] = {}
    released: set[str] = set()
    for entry in entries:
        detail = entry["detail"]
        if entry["action"] == "privilege":
            facts |= {"list_file": detail["file"], "list_sha256": detail["sha256"], "list_by": detail["by"]}
        elif entry["action"] == "release":
            released |= set(detail["roots"])
        else:
            facts |= {"scope": Scope.of(detail), "scope_by": detail["by"]}
    return Decisions(**facts, released=frozenset(released))


def take_in_list(case: Case, path: Path, by: str) -> Decisions:
    """Copy the list at ``path`` into the case and record it. Raises UserError where it is no list."""
    person = _person(by)
    try:
        stored = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path} can't be read: {error.strerror or error}.") from error
    listed = privilege_list.read(stored, path.name)
    kept, sha256 = keep(case, stored, "privilege", "list")
    detail = {
        "file": kept,
        "sha256": sha256,
        "bytes": len(stored),
        "by": person,
        "terms": len(listed.terms),
    }
    ledger.record(case, "privilege", detail)
    return decisions(case)


def record_release(case: Case, identifier: str, roots: Sequence[str], by: str, reason: str) -> None:
    """Record that a person releases what ``identifier`` names, which ``roots`` hold back."""
    person = _person(by)
    if not reason.strip():
        raise UserError("A release needs its reason: give it with --reason.")
    ledger.record(
        case, "release", {"id": identifier, "roots": sorted(roots), "by": person}, reason=reason.strip()
    )


def record_scope(case: Case, scope: Scope, by: str) -> None:
    """Record a scope, which takes the place of the one before."""
    person = _person(by)
    ledger.record(case, "scope", {**scope.stated(), "by": person})


def _person(by: str) -> str:
    if not by.strip() or len(by) > 200 or not by.isprintable():
        raise UserError("This needs the name of the person who decides it: give it with --by.")
    return by.strip()
