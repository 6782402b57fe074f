"""What an exhibit holds: its items found, told apart, read into raw tables, and looked at one by one.

Units are made on several threads. Of large exhibits the items are looked at in processes of their own: in
one, the looking and the readers would wait for one another.

Everything is a unit, a folder with a manifest that is written last and names what it was made from: one an
item or group of items that has a reader, one a run of items that were inspected, and the inventory, which
lists them. What stands and was made from the same is not made again.
"""

import ctypes
import hashlib
import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial
from importlib.resources import files
from importlib.resources.abc import Traversable
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import puremagic

from stocktake import artefacts, inspection, known
from stocktake.artefacts import software
from stocktake.artefacts.captures.taken_in import TakenIn, in_force
from stocktake.case import Case, folder_name
from stocktake.custody.exhibit import Exhibit
from stocktake.evidence import EvidenceProblem, Item, identify, items
from stocktake.records.catalogue import INSPECTION
from stocktake.records.raw import Problem, UnitWriter, unit_name
from stocktake.records.reading import read_item
from stocktake.review.decisions import decisions

Tell = Callable[[str], None]

INVENTORY = "inventory"
# Bytes of items from which on starting processes (a second or two, and their memory) is worth it.
_WORTH_PROCESSES = 256 << 20


@dataclass
class _Work:
    """The reading of one exhibit under way. ``made_from`` is what every unit's manifest must name."""

    case: Case
    exhibit: Exhibit
    jobs: int
    tell: Tell
    made_from: dict[str, str]
    inspected_from: dict[str, str]
    pool: ThreadPoolExecutor
    lookers: ProcessPoolExecutor | None = None
    running: list[Future[None]] = field(default_factory=list)
    digests: frozenset[str] = frozenset()  # beside SHA-256

    @cached_property
    def selectors(self) -> list[TakenIn]:
        return in_force(self.case)

    @property
    def home(self) -> Path:
        return self.case.raw / folder_name(self.exhibit.reference)

    def unit(
        self,
        name: str,
        act: Callable[[UnitWriter], None],
        told: str = "",
        made_from: dict[str, str] | None = None,
        cells: str | None = None,
    ) -> str:
        """Have the unit made, unless it stands, and after it the one of its ``cells``; returns its name."""
        facts = made_from or self.made_from
        wanted: list[tuple[str, Callable[[UnitWriter], None]]] = [(name, act)]
        if cells:
            wanted.append((cells, partial(_inspect_cells, self, self.home / name)))
        missing = [(one, made) for one, made in wanted if standing(self.home / one, facts) is None]
        if missing:
            if told and missing[0][0] == name:
                self.tell(f"{self.exhibit.reference}: {told}")
            self.running.append(self.pool.submit(self._make_all, missing, facts))
        return name

    def _make_all(
        self, wanted: list[tuple[str, Callable[[UnitWriter], None]]], facts: dict[str, str]
    ) -> None:
        for name, act in wanted:
            self._make(name, act, facts)

    def _make(self, name: str, act: Callable[[UnitWriter], None], facts: dict[str, str]) -> None:
        with UnitWriter(self.home / name, threads=self.jobs) as unit:
            unit.facts |= facts
            unit.fingerprint_key = self.case.fingerprint_key()
            unit.digests = self.digests
            unit.selectors = [(one.text, one.file) for one in self.selectors]
            act(unit)


def read_exhibit(case: Case, exhibit: Exhibit, jobs: int, tell: Tell) -> list[Path]:
    """Make the units of the exhibit that do not stand yet; returns all folders, the inventory's first."""
    home = case.raw / folder_name(exhibit.reference)
    made_from = {
        "exhibit_sha256": exhibit.sha256,
        "readers": code_digest("evidence", "records", "artefacts", "observables", "inspection.py"),
    }
    # What was looked at is looked at again where the privilege list is another; what was read stays.
    inspected_from = made_from | {"privilege_list": decisions(case).list_sha256}
    inventory = standing(home / INVENTORY, inspected_from)
    selectors = in_force(case)
    wanted = sorted(known.algorithms(case))
    if inventory is not None and _went_by(inventory, selectors, wanted):
        units = [home / INVENTORY, *_units(home, inventory["items"])]
        if all(standing(unit, made_from) for unit in units):
            return units
    with UnitWriter(home / INVENTORY) as writer:

        def problem(found: EvidenceProblem) -> None:
            writer.problems.append(Problem("evidence", found.severity, f"{found.path}: {found.message}"))

        pool = ThreadPoolExecutor(jobs, thread_name_prefix="items")
        work = _Work(case, exhibit, jobs, tell, made_from, inspected_from, pool)
        try:
            entries = _read_items(work, problem)
        finally:
            for one in (work.lookers, pool):
                if one is not None:
                    one.shutdown(wait=True, cancel_futures=True)
        unread = sum(entry["unit"] is None for entry in entries)
        if unread:
            severity = "error" if unread == len(entries) else "info"
            message = f"{unread} of {len(entries)} files are of no kind that is read; `items` lists them"
            writer.problems.append(Problem("evidence", severity, message))
        units = [home / INVENTORY, *_units(home, entries)]
        for stale in set(home.iterdir()) - set(units):
            shutil.rmtree(stale)
        writer.facts["selectors"] = [one.sha256 for one in selectors]
        writer.facts["digests"] = sorted(work.digests)
        writer.facts |= inspected_from
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


def standing(folder: Path, made_from: dict[str, str]) -> dict[str, Any] | None:
    """The manifest of a finished unit that was made from the same; None where there is none such."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        facts = manifest["facts"]
        return manifest if all(facts[key] == value for key, value in made_from.items()) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


@cache
def code_digest(*packages: str) -> str:
    """One hash over the files of these packages and modules (``inspection.py``).

    Another version's results are not taken for this one's.
    """
    digest = hashlib.sha256()

    def add(folder: Traversable, name: str) -> None:
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
            if entry.is_dir() and entry.name != "__pycache__":
                add(entry, f"{name}/{entry.name}")
            elif entry.name.endswith((".py", ".sql", ".toml")):
                digest.update(f"{name}/{entry.name}\0".encode() + entry.read_bytes() + b"\0")

    home = files("stocktake")
    for package in packages:
        if package.endswith(".py"):
            digest.update(f"{package}\0".encode() + home.joinpath(package).read_bytes() + b"\0")
        else:
            add(home / package, package)
    return digest.hexdigest()


def _went_by(inventory: dict[str, Any], selectors: Sequence[TakenIn], wanted: list[str]) -> bool:
    """Whether captures were read by the selectors that are in force now, and all digests taken."""
    if not set(wanted) <= set(inventory["facts"].get("digests", [])):
        return False
    has_captures = any(str(entry["kind"]).startswith("captures:") for entry in inventory["items"])
    stated = inventory["facts"].get("selectors", [])
    return not has_captures or stated == [one.sha256 for one in selectors]


def _unit_name(work: "_Work", path: str, kind: str) -> str:
    """The unit's name; that of a capture tells by which selectors it was read: others make it anew."""
    selectors = work.selectors if kind.startswith("captures:") else []
    return unit_name("?".join([path, *(one.sha256 for one in selectors)]))


def _cells_name(work: "_Work", path: str, kind: str) -> str | None:
    return f"cells-{_unit_name(work, path, kind)}" if inspection.has_text_in_cells(kind) else None


def _inspected_name(work: "_Work", number: int) -> str:
    """The unit's name; it tells which digests were taken: others make it anew."""
    return "+".join([f"inspected-{number:05d}", *sorted(work.digests)])


def _units(home: Path, entries: list[dict[str, Any]]) -> list[Path]:
    names = [entry[which] for which in ("unit", "cells", "inspected") for entry in entries if entry[which]]
    return [home / name for name in dict.fromkeys(names)]


def _read_items(work: _Work, problem: Callable[[EvidenceProblem], None]) -> list[dict[str, Any]]:
    """Read every item that has a reader and look at every item; returns what there is, in order."""
    found = [(replace(item, head=None), _kind(item, work.exhibit)) for item in _items(work, problem)]
    everything = [item for item, _ in found]
    work.digests = frozenset(software.algorithms(everything) | known.algorithms(work.case))
    groups: list[artefacts.Group] = []
    if work.exhibit.purpose != "parcels":
        told = partial(EvidenceProblem, work.exhibit.reference, "", "error")
        groups = list(artefacts.groups(everything, lambda message: problem(told(message))))
    in_group = {item.path: group for group in groups for item in group.items}
    units = {
        group.path: work.unit(
            _unit_name(work, group.path, group.kind),
            partial(_read_group, group),
            f"reading {group.path} ({group.kind})",
            cells=_cells_name(work, group.path, group.kind),
        )
        for group in groups
    }
    entries = []
    for item, kind in found:
        group = in_group.get(item.path)
        if group:
            entries.append(_entry(item, group.kind, units[group.path]))
        elif _has_reader(kind):
            reader = artefacts.read if ":" in kind else None
            act = partial(read_item, item, kind=kind, reader=reader)
            name, cells = _unit_name(work, item.path, kind), _cells_name(work, item.path, kind)
            unit = work.unit(name, act, f"reading {item.path} ({kind})", cells=cells)
            entries.append(_entry(item, kind, unit))
        else:
            entries.append(_entry(item, kind, _read_with(item, entries)))
    for entry in entries:
        if entry["unit"] and inspection.has_text_in_cells(entry["kind"]):
            entry["cells"] = f"cells-{entry['unit']}"
    by_path = {entry["path"]: entry for entry in entries}
    if work.jobs > 1 and sum(item.size or 0 for item in everything) > _WORTH_PROCESSES:
        work.lookers = ProcessPoolExecutor(work.jobs, get_context("spawn"), _end_with, (os.getpid(),))
    for number, run in enumerate(inspection.runs(everything)):
        inspected = _inspected_name(work, number)
        for item in run:
            by_path[item.path]["inspected"] = inspected
        if standing(work.home / inspected, work.inspected_from) is not None:
            continue
        looking = partial(
            _look, work.case.path, work.exhibit, inspected, work.inspected_from, work.digests, run
        )
        work.running.append((work.lookers or work.pool).submit(looking))
    for future in work.running:
        future.result()
    return entries


def _items(work: _Work, problem: Callable[[EvidenceProblem], None]) -> Iterator[Item]:
    exhibit = work.exhibit
    location = exhibit.location(work.case)
    told = ""
    if not location.exists():
        told = f"the exhibit is no longer at {location}"
    elif exhibit.kind == "file" and location.stat().st_size != exhibit.size:
        told = "the exhibit's size is not what it was when it was added"
    if told:
        problem(EvidenceProblem(exhibit.reference, exhibit.name, "error", told))
        return
    yield from items(exhibit.reference, location, problem, passphrases=exhibit.passphrases())


def _kind(item: Item, exhibit: Exhibit) -> str:
    """What the item is by its content; a list of parcels is one because a person said so.

    Kinds with a reader are its names for them, all others are media types.
    """
    if exhibit.purpose == "parcels":
        return "parcels:list"
    if item.record.entry == "symlink":
        return "inode/symlink"
    if item.holds is not None and item.holds not in ("mbox", "message"):  # which are mail, and read as such
        return f"captures:{item.holds}"
    head = item.head or b""
    kind = identify(head, item.path)
    if kind == "sqlite":  # a wallet can be kept in one, whose records hold private keys
        return artefacts.recognise(head, item.path) or kind
    if kind == "unknown":
        recognised = artefacts.recognise(head, item.path)
        if recognised == "captures:saved-page" and item.in_capture:  # which is read with the capture
            recognised = None
        return recognised or _media_type(head)
    return kind


def _read_with(item: Item, entries: Sequence[dict[str, Any]]) -> str | None:
    """The unit of the capture that a page was read with; None for everything else."""
    if item.capture is None or not item.capture.is_page or not item.in_capture:
        return None
    for entry in reversed(entries):
        if str(entry["kind"]).startswith("captures:") and item.path.startswith(f"{entry['path']}/"):
            return str(entry["unit"])
    return None


def _has_reader(kind: str) -> bool:
    return "/" not in kind and kind != "empty"


def _media_type(head: bytes) -> str:
    if _has_magic(head):
        try:
            return puremagic.from_string(head, mime=True) or "application/octet-stream"
        except (puremagic.PureError, ValueError):
            pass
    odd = head.decode("utf-8", "replace").count("\ufffd") + len(head) - len(head.translate(None, _CONTROLS))
    return "text/plain" if odd <= 1 else "application/octet-stream"


# All control characters but those that text is laid out with.
_CONTROLS = bytes(set(range(32)) - set(b"\t\r\n\f"))


def _has_magic(head: bytes) -> bool:
    """Whether puremagic knows what stands anywhere in ``head``: of most files of a server it knows nothing.

    It compares its thousand signatures one by one; looking them up by place and length is ten times as quick.
    """
    for (start, length), signatures in _signatures().items():
        end = start + length if start >= 0 or start + length else None
        if head[start:end] in signatures:
            return True
    return False


@cache
def _signatures() -> dict[tuple[int, int], frozenset[bytes]]:
    """What puremagic looks for, by offset (from the end where below 0) and length."""
    by_place: dict[tuple[int, int], set[bytes]] = {}
    for one in (*puremagic.magic_header_array, *puremagic.magic_footer_array):
        by_place.setdefault((one.offset, len(one.byte_match)), set()).add(one.byte_match)
    return {place: frozenset(found) for place, found in by_place.items()}


def _entry(item: Item, kind: str, unit: str | None) -> dict[str, Any]:
    return {
        "path": item.path,
        "container": item.container,
        "size": item.size,
        "kind": kind,
        "mtime": item.mtime.isoformat() if item.mtime else None,
        "deleted": item.deleted,
        "url": item.capture.url if item.capture else None,
        "captured_at": item.capture.at.isoformat() if item.capture and item.capture.at else None,
        "unit": unit,
        "cells": None,
        "inspected": None,
    }


def _read_group(group: artefacts.Group, unit: UnitWriter) -> None:
    """Read what several items are together; it has no hash of its own, each of its items has.

    One item of which others say something is read as the item that it is, with what they say as facts.
    """
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


def _look(
    path: Path,
    exhibit: Exhibit,
    name: str,
    made_from: dict[str, str],
    digests: frozenset[str],
    run: list[Item],
) -> None:
    """Make the unit of a run of items that are looked at; may be called in another process."""
    case = Case.open(path)
    with UnitWriter(case.raw / folder_name(exhibit.reference) / name) as unit:
        unit.facts |= made_from
        unit.digests = digests
        privileged = decisions(case).privilege_list(case)
        looked = inspection.inspect(run, case.fingerprint_key(), unit, privileged)
        unit.finish(
            exhibit=exhibit.reference,
            path="",
            container="",
            sha256=exhibit.sha256,
            bytes=sum(facts["bytes"] for facts in looked.values()),
            kind=INSPECTION,
            inspected=looked,
        )


def _end_with(parent: int) -> None:
    """Have the kernel end this process with its parent, which may be killed (Linux, prctl(2))."""
    ctypes.CDLL(None).prctl(_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


_SET_PDEATHSIG = 1


def _inspect_cells(work: _Work, made: Path, unit: UnitWriter) -> None:
    inspection.inspect_cells(made, work.case.fingerprint_key(), unit)
    unit.finish(
        exhibit=work.exhibit.reference,
        path="",
        container="",
        sha256=work.exhibit.sha256,
        bytes=0,
        kind=INSPECTION,
        inspected={},
    )
