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
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from stocktake import artefacts
from stocktake.case import Case, folder_name
from stocktake.commerce.tables import install, manifest_path, open_case, read_manifest, write_rows
from stocktake.custody import ledger
from stocktake.custody.exhibit import Exhibit, exhibits
from stocktake.errors import UserError
from stocktake.evidence import EvidenceProblem, Item, identify, items
from stocktake.evidence.identify import HEAD_BYTES
from stocktake.records.raw import Problem, UnitWriter, unit_name
from stocktake.records.reading import read_item
from stocktake.shops.mapping import map_exhibit

Tell = Callable[[str], None]

INVENTORY = "inventory"
UNREAD = ("unknown", "empty")


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
        counts = dict(connection.execute("SELECT severity, count(*) FROM problems GROUP BY 1").fetchall())
    return counts.get("error", 0), counts.get("warning", 0)


def _read_exhibit(case: Case, exhibit: Exhibit, jobs: int, tell: Tell) -> list[Path]:
    """Turn the exhibit's items into units; returns the units' folders, the inventory's first.

    The inventory is the unit of the exhibit as a whole: what is in it, and what could not be opened.
    """
    home = case.raw / folder_name(exhibit.reference)
    made_from = {
        "exhibit_sha256": exhibit.sha256,
        "readers": _code_digest("evidence", "records", "artefacts"),
    }
    inventory = _standing(home / INVENTORY, made_from)
    if inventory is not None:
        units = [home / INVENTORY, *(home / entry["unit"] for entry in inventory["items"] if entry["unit"])]
        if all(_standing(unit, made_from) for unit in units):
            return units
    with UnitWriter(home / INVENTORY) as writer:

        def problem(found: EvidenceProblem) -> None:
            writer.problems.append(Problem("evidence", found.severity, f"{found.path}: {found.message}"))

        entries = _read_items(case, exhibit, jobs, made_from, problem, tell)
        unread = sum(entry["unit"] is None for entry in entries)
        if unread:
            severity = "error" if unread == len(entries) else "info"
            message = f"{unread} of {len(entries)} files are of no kind that is read; `items` lists them"
            writer.problems.append(Problem("evidence", severity, message))
        units = [home / INVENTORY, *(home / entry["unit"] for entry in entries if entry["unit"])]
        for stale in set(home.iterdir()) - set(units):
            shutil.rmtree(stale)
        writer.facts |= made_from
        writer.finish(
            exhibit=exhibit.reference,
            path="",
            container="",
            sha256=exhibit.sha256,
            bytes=exhibit.size,
            kind=INVENTORY,
            items=entries,
        )
    return units


def _read_items(
    case: Case,
    exhibit: Exhibit,
    jobs: int,
    made_from: dict[str, str],
    problem: Callable[[EvidenceProblem], None],
    tell: Tell,
) -> list[dict[str, Any]]:
    """Read every item of a kind that has a reader, ``jobs`` at once; returns what there is, in order."""
    home = case.raw / folder_name(exhibit.reference)
    found = list(_items(case, exhibit, problem))
    groups = [] if exhibit.purpose == "parcels" else list(artefacts.groups(found))
    in_group = {item.path: group for group in groups for item in group.items}
    entries: list[dict[str, Any]] = []
    reading = []
    pool = ThreadPoolExecutor(jobs, thread_name_prefix="items")

    def read(path: str, kind: str, act: Callable[[UnitWriter], None]) -> str:
        unit = unit_name(path)
        if _standing(home / unit, made_from) is None:
            tell(f"{exhibit.reference}: reading {path} ({kind})")
            reading.append(pool.submit(_read_unit, home / unit, made_from, jobs, act))
        return unit

    try:
        units = {group.path: read(group.path, group.kind, partial(_read_group, group)) for group in groups}
        for item in found:
            group = in_group.get(item.path)
            kind = group.kind if group else _kind(item, exhibit)
            reader = artefacts.read if ":" in kind else None
            entries.append(
                {
                    "path": item.path,
                    "container": item.container,
                    "size": item.size,
                    "kind": kind,
                    "unit": units[group.path]
                    if group
                    else read(item.path, kind, partial(read_item, item, kind=kind, reader=reader))
                    if kind not in UNREAD
                    else None,
                }
            )
        for future in reading:
            future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return entries


def _items(case: Case, exhibit: Exhibit, problem: Callable[[EvidenceProblem], None]) -> Iterator[Item]:
    location = exhibit.location(case)
    told = ""
    if not location.exists():
        told = f"the exhibit is no longer at {location}"
    elif exhibit.kind == "file" and location.stat().st_size != exhibit.size:
        told = "the exhibit's size is not what it was when it was added"
    if told:
        problem(EvidenceProblem(exhibit.reference, exhibit.name, "error", told))
    else:
        yield from items(exhibit.reference, location, problem)


def _kind(item: Item, exhibit: Exhibit) -> str:
    """What the item is by its content; a list of parcels is one because a person said so."""
    if exhibit.purpose == "parcels":
        return "parcels:list"
    try:
        with closing(item.open()) as stream:
            head = stream.peek(HEAD_BYTES)
    except OSError:
        return "unknown"
    kind = identify(head, item.path)
    if kind == "unknown":
        return artefacts.recognise(head, item.path) or kind
    return kind


def _read_unit(
    folder: Path, made_from: dict[str, str], threads: int, act: Callable[[UnitWriter], None]
) -> None:
    with UnitWriter(folder, threads=threads) as unit:
        unit.facts |= made_from
        act(unit)


def _read_group(group: artefacts.Group, unit: UnitWriter) -> None:
    """Read what several items are together, or one item of which others say something."""
    unit.facts |= group.facts
    if len(group.items) == 1 and group.path == group.items[0].path:
        read_item(group.items[0], unit, kind=group.kind, reader=artefacts.read)
        return
    scratch = unit.folder / "scratch"
    scratch.mkdir()
    try:
        artefacts.read_group(group, unit, scratch)
    except (OSError, MemoryError):
        raise
    except Exception as error:  # a reader's mistake about hostile data is not to cost the other items
        said = " ".join(str(error).split())[:300]
        unit.problem(f"{group.path}: reading stopped here ({type(error).__name__}: {said})", severity="error")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    unit.finish(
        exhibit=group.items[0].exhibit,
        path=group.path,
        container=group.items[0].container,
        sha256="",
        bytes=sum(item.size or 0 for item in group.items),
        kind=group.kind,
    )


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
        "rules": _code_digest("shops", "artefacts", "commerce", "engine"),
        "time_zone": case.settings.time_zone,
    }
    standing = read_manifest(case, exhibit.reference)
    anew = standing is None or standing.get("made_from") != made_from
    if anew:
        tell(f"{exhibit.reference}: mapping to the canonical tables")
        _make_tables(case, exhibit, units, made_from)
    # Recorded apart from the making: a run may have been killed between the two.
    tables = manifest_path(case, exhibit.reference)
    detail = {
        "exhibit": exhibit.reference,
        "manifests": manifests | {_relative(case, tables): _digest(tables)},
    }
    recorded = ledger.newest(case, "process", exhibit.reference)
    if recorded is None or recorded.detail != detail:
        ledger.record(case, "process", detail)
    return anew


def _make_tables(case: Case, exhibit: Exhibit, units: list[Path], made_from: dict[str, Any]) -> None:
    made = case.tables / f".new-{folder_name(exhibit.reference)}"
    made.mkdir()
    try:
        map_exhibit(case, exhibit.reference, made)
    except (OSError, MemoryError):
        raise
    except Exception as error:  # our mistake about one exhibit is not to cost the others
        shutil.rmtree(made)
        made.mkdir()
        write_rows(made / "problems" / "part-00000.parquet", "problems", [_not_mapped(exhibit, error)])
    _write_items(exhibit, units, made)
    install(case, exhibit.reference, made, made_from=made_from)
    shutil.rmtree(made, ignore_errors=True)


def _not_mapped(exhibit: Exhibit, error: Exception) -> dict[str, Any]:
    said = " ".join(str(error).split())[:500]
    return {
        "problem_id": f"problem:{exhibit.reference}/shops/0",
        "stage": "shops",
        "severity": "error",
        "message": f"Mapping failed, the raw tables are there: {type(error).__name__}: {said}",
        "exhibit": exhibit.reference,
        "basis": "derived",
        "rule": "process.py",
    }


def _write_items(exhibit: Exhibit, units: list[Path], made: Path) -> None:
    """The exhibit's files as rows of ``items``; hashed are the unwrapped bytes, of those that were read."""
    manifests = {unit.name: json.loads((unit / "manifest.json").read_text("utf-8")) for unit in units}
    rows = []
    for entry in manifests[INVENTORY]["items"]:
        unit = manifests.get(entry["unit"] or "", {})
        rows.append(
            {
                "item_id": f"item:{exhibit.reference}/{entry['path']}",
                "path": entry["path"],
                "size": unit.get("bytes", entry["size"]),
                "sha256": unit.get("sha256"),
                "kind": entry["kind"],
                "deleted": False,
                "privileged": False,
                "exhibit": exhibit.reference,
                "source_id": f"source:{exhibit.reference}/{entry['path']}",
                "basis": "recorded",
                "rule": "process.py",
            }
        )
    sources = [
        {
            "source_id": row["source_id"],
            "exhibit": exhibit.reference,
            "path": row["path"],
            "container": entry["container"],
            "sha256": row["sha256"],
            "offset": 0,
            "length": row["size"],
            "basis": "recorded",
            "rule": "process.py",
        }
        for row, entry in zip(rows, manifests[INVENTORY]["items"], strict=True)
    ]
    write_rows(made / "items" / "part-00000.parquet", "items", rows)
    write_rows(made / "sources" / "part-00001.parquet", "sources", sources)


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
