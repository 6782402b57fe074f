"""The way through the house, once: every exhibit's items to raw tables, those to canonical rows.

Work is cut into units that can be run again: an item (one file of an exhibit) becomes raw tables, and an
exhibit's raw tables become its canonical rows. Each leaves a manifest, written last, that names what it was
made from. A run does what is missing or was made from something else, and ends with the same result
whatever interrupted an earlier one.
"""

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from stocktake.case import Case, folder_name
from stocktake.commerce.tables import install, manifest_path, open_case, read_manifest
from stocktake.custody import ledger
from stocktake.custody.exhibit import Exhibit, exhibits
from stocktake.errors import UserError
from stocktake.evidence import EvidenceProblem, Item, identify, items
from stocktake.records.raw import Problem, UnitWriter, unit_name
from stocktake.records.reading import read_item
from stocktake.shops.mapping import map_exhibit

Tell = Callable[[str], None]

INVENTORY = "inventory"
HEAD_BYTES = 64 << 10  # what a file's kind is told from


@dataclass(frozen=True)
class Processed:
    """What a run did: exhibits made anew, and the problems that the whole case has now."""

    exhibits: list[str]
    errors: int
    warnings: int


def process(
    case: Case, *, engine: str = "duckdb", jobs: int | None = None, tell: Tell = lambda _: None
) -> Processed:
    """Process every exhibit that is not processed yet, or was by other rules than this version's.

    ``jobs`` is how many items are read at once (default: one a core). ``tell`` hears one line a step.
    """
    if engine != "duckdb":
        raise UserError(f"The engine {engine!r} is not there yet; use --engine duckdb.")
    if jobs is not None and jobs < 1:
        raise UserError("--jobs must be 1 or more.")
    made: list[str] = []
    with case.locked("process"), _full_disk_told():
        for leftover in [*case.tables.glob(".new-*"), *case.path.glob(".spill-*")]:
            shutil.rmtree(leftover, ignore_errors=True)
        for exhibit in exhibits(case):
            units = _read_exhibit(case, exhibit, jobs or os.cpu_count() or 1, tell)
            if _map_exhibit(case, exhibit, units, tell):
                made.append(exhibit.reference)
    errors, warnings = problem_counts(case)
    return Processed(made, errors, warnings)


def problem_counts(case: Case) -> tuple[int, int]:
    """How many problems of severity error, and of severity warning, the processed exhibits have."""
    with open_case(case) as connection:
        row = connection.execute(
            "SELECT count(*) FILTER (severity = 'error'), count(*) FILTER (severity = 'warning') FROM problems"
        ).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def _read_exhibit(case: Case, exhibit: Exhibit, jobs: int, tell: Tell) -> list[Path]:
    """Turn the exhibit's items into units; returns the units' folders, the inventory's first."""
    home = case.raw / folder_name(exhibit.reference)
    made_from = {"exhibit_sha256": exhibit.sha256, "readers": _code_digest("evidence", "records")}
    inventory = _standing(home / INVENTORY, made_from)
    if inventory is not None and all(
        _standing(home / entry["unit"], made_from) for entry in inventory["items"] if entry["unit"]
    ):
        return [home / INVENTORY, *(home / entry["unit"] for entry in inventory["items"] if entry["unit"])]

    found: list[dict[str, Any]] = []
    with UnitWriter(home / INVENTORY) as writer, ThreadPoolExecutor(jobs) as pool:

        def problem(problem: EvidenceProblem) -> None:
            writer.problems.append(
                Problem(
                    "evidence",
                    problem.severity,
                    f"{problem.path}: {problem.message}" if problem.path else problem.message,
                )
            )

        reading = []
        try:
            for item in _items(case, exhibit, problem):
                kind = _kind(item, problem)
                unit = unit_name(item.path) if kind != "unknown" else None
                found.append(
                    {
                        "path": item.path,
                        "container": item.container,
                        "size": item.size,
                        "kind": kind,
                        "unit": unit,
                    }
                )
                if unit and _standing(home / unit, made_from) is None:
                    tell(f"{exhibit.reference}: reading {item.path} ({kind})")
                    reading.append(pool.submit(_read_unit, item, home / unit, made_from, jobs))
            for future in reading:
                future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        unread = sum(entry["unit"] is None for entry in found)
        if unread:
            nothing_read = unread == len(found)
            writer.problems.append(
                Problem(
                    "evidence",
                    "error" if nothing_read else "info",
                    f"{unread} of {len(found)} files are of no kind that stocktake reads; `items` lists them.",
                )
            )
        wanted = {INVENTORY, *(entry["unit"] for entry in found)}
        for folder in home.iterdir():
            if folder.name not in wanted:
                shutil.rmtree(folder)
        writer.facts |= made_from
        writer.finish(
            exhibit=exhibit.reference,
            path="",
            container="",
            sha256=exhibit.sha256,
            bytes=exhibit.size,
            kind=INVENTORY,
            items=found,
        )
    return [home / INVENTORY, *(home / entry["unit"] for entry in found if entry["unit"])]


def _items(case: Case, exhibit: Exhibit, problem: Callable[[EvidenceProblem], None]) -> Iterator[Item]:
    location = exhibit.location(case)
    if not location.exists():
        problem(EvidenceProblem("", f"The exhibit is no longer at {location}.", "error"))
        return
    if exhibit.kind == "file" and location.stat().st_size != exhibit.size:
        problem(EvidenceProblem("", "The exhibit's size is not what it was when it was added.", "error"))
        return
    if exhibit.purpose == "parcels":
        yield Item(exhibit.reference, exhibit.name, "", exhibit.size, lambda: location.open("rb"), location)
        return
    yield from items(exhibit.reference, location, problem)


def _kind(item: Item, problem: Callable[[EvidenceProblem], None]) -> str: ...


def _read_unit(item: Item, folder: Path, made_from: dict[str, str], threads: int) -> None:
    with UnitWriter(folder, threads=threads) as unit:
        unit.facts |= made_from
        read_item(item, unit)


def _standing(folder: Path, made_from: dict[str, str]) -> dict[str, Any] | None:
    """The manifest of a finished unit that was made from the same; None where there is none such."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        facts = manifest["facts"]
        return manifest if all(facts[key] == value for key, value in made_from.items()) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _map_exhibit(case: Case, exhibit: Exhibit, units: list[Path], tell: Tell) -> bool:
    """Raw tables to canonical rows, unless those that stand were made from the same."""
    manifests = {_relative(case, unit / "manifest.json"): _digest(unit / "manifest.json") for unit in units}
    made_from = {
        "raw": manifests,
        "rules": _code_digest("shops", "commerce", "engine"),
        "time_zone": case.settings.time_zone,
    }
    standing = read_manifest(case, exhibit.reference)
    if standing is not None and standing.get("made_from") == made_from:
        return False
    tell(f"{exhibit.reference}: mapping to the canonical tables")
    made = case.tables / f".new-{folder_name(exhibit.reference)}"
    made.mkdir()
    map_exhibit(case, exhibit.reference, made)
    tables = install(case, exhibit.reference, made, made_from=made_from)
    shutil.rmtree(made, ignore_errors=True)
    ledger.record(
        case,
        "process",
        {
            "exhibit": exhibit.reference,
            "manifests": manifests | {_relative(case, tables): _digest(tables)},
        },
    )
    return True


def _relative(case: Case, path: Path) -> str:
    return path.relative_to(case.path).as_posix()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def _code_digest(*packages: str) -> str:
    """One hash over these packages' files: another version's results are not taken for this one's."""
    digest = hashlib.sha256()

    def add(folder: Traversable, name: str) -> None:
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
            if entry.is_dir() and entry.name != "__pycache__":
                add(entry, f"{name}/{entry.name}")
            elif entry.name.endswith((".py", ".sql", ".toml")):
                digest.update(f"{name}/{entry.name}\0".encode() + entry.read_bytes() + b"\0")

    for package in packages:
        add(files("stocktake") / package, package)
    return digest.hexdigest()


@contextmanager
def _full_disk_told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise
        raise UserError(
            "The disk that holds the case is full; free some space and run the same command again."
        ) from error
