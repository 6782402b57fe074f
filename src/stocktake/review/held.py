"""The one place that says which derived parts and which bytes of the evidence may be read.

Where rows of a Parquet part are held back, ``held/`` has another part without them, and whoever reads for a
person reads that one: so what is held back is in no file that a question can reach. ``held/manifest.json``
names these parts, the decisions that they follow from, and what they were made of. Where they do not follow
from the decisions in force, nothing can be read until ``process`` has run.

``FOLDER/places.parquet`` has the bytes that are held back: ``exhibit``, ``path``, ``offset``, ``reach``.
``offset`` is where they begin, NULL for a whole file, and ``reach`` how far they and all that begin before
them go. ``FOLDER/held.parquet`` has the rows of the table ``held_back``, ``FOLDER/roots.parquet`` which root
holds which of them.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from stocktake.case import Case, folder_name
from stocktake.engine import duck
from stocktake.errors import UserError
from stocktake.observables.scanning import CONTEXT_BYTES
from stocktake.records.catalogue import RawTable
from stocktake.review.decisions import decisions

# Bytes around an observable that its context may show, to the end of a character.
AROUND = CONTEXT_BYTES + 4


@dataclass(frozen=True)
class Held:
    """What ``held/manifest.json`` says, where something is decided."""

    case: Case
    manifest: dict[str, Any]

    def open_parts(self, parts: Iterable[Path]) -> list[Path]:
        """The parts to read in the place of these: themselves, or those without what is held back."""
        instead = self.manifest["instead"]
        home = self.case.path / "held"
        return [
            home / instead[name] if (name := part.relative_to(self.case.path).as_posix()) in instead else part
            for part in parts
        ]

    def file(self, name: str) -> Path:
        """One of the files beside the parts."""
        return self.case.path / "held" / str(self.manifest["folder"]) / name


def held(case: Case) -> Held | None:
    """What is held back; None where nothing was ever decided.

    Raises UserError where what was decided, or what it is about, is not what was applied.
    """
    decided = decisions(case)
    if not decided.any:
        return None
    try:
        manifest = json.loads(manifest_path(case).read_text("utf-8"))
    except (OSError, ValueError):
        manifest = {}
    if manifest.get("decisions") != decided.digest or manifest.get("canonical") != tables_digests(case):
        raise UserError(_NOT_APPLIED)
    return Held(case, manifest)


_NOT_APPLIED = (
    "The privilege list or the scope of this case is not applied to all that is in it, so nothing of it can "
    "be shown: run stocktake process CASE."
)


def manifest_path(case: Case) -> Path:
    """Where it is told what is held back."""
    return case.path / "held" / "manifest.json"


def tables_digests(case: Case) -> dict[str, str]:
    """The SHA-256 of every exhibit's manifest of canonical parts, by its file name."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(case.tables.glob("*.json"))
    }


def open_parts(case: Case, parts: dict[str, list[Path]]) -> dict[str, list[Path]]:
    """The parts of every canonical table that a view may read in the place of these, by table."""
    found = held(case)
    if found is None:
        return parts
    return {table: found.open_parts(listed) for table, listed in parts.items()} | {
        "held_back": [found.file("held.parquet")]
    }


def open_table(case: Case, table: RawTable) -> RawTable:
    """A raw table of which nothing is there that is held back."""
    found = held(case)
    if found is None or not table.parts:
        return table
    unit = next(
        folder for folder in table.parts[0].parents if folder.parent == case.raw / folder_name(table.exhibit)
    )
    stated = found.manifest["units"].get(unit.relative_to(case.path).as_posix())
    if stated != hashlib.sha256((unit / "manifest.json").read_bytes()).hexdigest():
        raise UserError(_NOT_APPLIED)
    return replace(table, parts=tuple(found.open_parts(table.parts)))


def refuse(case: Case, identifier: str) -> None:
    """Raise UserError where what ``identifier`` names is held back."""
    found = held(case)
    if found is None:
        return
    with duck.connect() as connection:
        rows = connection.execute(
            f"SELECT kind, reason FROM {duck.parquet([found.file('held.parquet')])} "
            "WHERE reference = ? AND table_name NOT IN ('items', 'bytes') ORDER BY ALL LIMIT 1",
            [identifier],
        ).fetchall()
    if rows:
        raise UserError(
            f"{identifier} is held back as possibly privileged ({rows[0][1]}). A named person releases it "
            f"with stocktake privilege CASE release ID --by NAME --reason TEXT."
        )


def bytes_held(case: Case, exhibit: str, path: str, offset: int, length: int, *, whole: bool) -> bool:
    """Whether bytes of a file may not be shown. ``whole`` says that they are the file itself, not a row's."""
    found = held(case)
    if found is None:
        return False
    condition = '"offset" IS NULL' + (' OR "offset" < $end AND reach > $begin' if not whole else " OR true")
    with duck.connect() as connection:
        row = connection.execute(
            f"SELECT 1 FROM {duck.parquet([found.file('places.parquet')])} "
            f"WHERE exhibit = $exhibit AND path = $path AND ({condition}) LIMIT 1",
            {"exhibit": exhibit, "path": path}
            | ({} if whole else {"begin": offset, "end": offset + max(length, 1)}),
        ).fetchone()
    return row is not None


def roots_of(case: Case, identifier: str) -> list[str]:
    """What holds back the thing that ``identifier`` names; empty where nothing does."""
    found = held(case)
    if found is None:
        return []
    with duck.connect() as connection:
        rows = connection.execute(
            f"SELECT DISTINCT root FROM {duck.parquet([found.file('roots.parquet')])} "
            "WHERE reference = ? OR root = ? ORDER BY 1",
            [identifier, identifier],
        ).fetchall()
    return [str(root) for (root,) in rows]
