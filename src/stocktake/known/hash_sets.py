"""The hash sets of a case: taken in by an examiner, kept with it, named in its ledger.

``known/0001.parquet`` holds the entries of a set, ``known/0001.json`` what it is: its name, the file that it
was read from with its SHA-256, its kind, how many entries, and the hash of the Parquet file.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from stocktake.case import Case
from stocktake.custody import ledger
from stocktake.errors import UserError
from stocktake.known import formats
from stocktake.records.catalogue import INSPECTION, manifests

SCHEMA = pa.schema(
    [
        pa.field("path", pa.string()),
        pa.field("size", pa.int64()),
        pa.field("md5", pa.string()),
        pa.field("sha1", pa.string()),
        pa.field("sha256", pa.string()),
        pa.field("package", pa.string()),
    ]
)
_BATCH = 100_000


@dataclass(frozen=True)
class HashSet:
    """A hash set of the case. ``algorithms`` are those by which its files can be known, the best first."""

    number: int
    name: str
    file: str
    sha256: str
    kind: str
    entries: int
    algorithms: list[str]
    added: str
    parquet_sha256: str


def hash_sets(case: Case) -> list[HashSet]:
    """The hash sets of the case, in the order in which they were taken in."""
    found = []
    for path in sorted((case.path / "known").glob("*.json")):
        try:
            found.append(HashSet(**json.loads(path.read_text("utf-8"))))
        except (ValueError, TypeError) as error:
            raise UserError(f"{path} is damaged; take the hash set in again.") from error
    return found


def parquet_of(case: Case, one: HashSet) -> Path:
    """The file that holds a set's entries."""
    return case.path / "known" / f"{one.number:04d}.parquet"


def algorithms(case: Case) -> set[str]:
    """The algorithms beside SHA-256 that files must be hashed with to be found in the case's sets."""
    return {one.algorithms[0] for one in hash_sets(case)} - {"sha256"}


def take_in_set(case: Case, path: Path, name: str) -> HashSet:
    """Read the file as a hash set of that name, keep it with the case, and say so in the ledger."""
    if name in {one.name for one in hash_sets(case)}:
        raise UserError(
            f"The case has a hash set called {name!r} already; drop it first or give another name."
        )
    kind, entries = formats.read(path, lambda: _digests(case))
    home = case.path / "known"
    home.mkdir(exist_ok=True)
    number = max((int(each.stem) for each in home.glob("[0-9]*.json")), default=0) + 1
    written = home / f"{number:04d}.parquet"
    try:
        count, there = _write(entries, written)
    except BaseException:
        written.unlink(missing_ok=True)
        raise
    if not count:
        written.unlink()
        raise UserError(
            f"{path} names no file with a digest" + (" of this case." if kind == "NSRL RDSv3" else ".")
        )
    best = [name for name in ("sha256", "sha1", "md5") if there.get(name)]
    with path.open("rb") as file, written.open("rb") as parquet:
        made = HashSet(
            number=number,
            name=name,
            file=path.name,
            sha256=hashlib.file_digest(file, "sha256").hexdigest(),
            kind=kind,
            entries=count,
            algorithms=best,
            added=datetime.now(UTC).isoformat(timespec="seconds"),
            parquet_sha256=hashlib.file_digest(parquet, "sha256").hexdigest(),
        )
        os.fsync(parquet.fileno())
    beside = home / f"{number:04d}.json.new"
    with beside.open("w", encoding="utf-8") as file:
        json.dump(asdict(made), file, ensure_ascii=True, indent=1)
        file.flush()
        os.fsync(file.fileno())
    with beside.open("rb") as file:
        stated = hashlib.file_digest(file, "sha256").hexdigest()
    names = {f"known/{number:04d}.json": stated, f"known/{number:04d}.parquet": made.parquet_sha256}
    ledger.record(case, "known", {"hash_set": asdict(made), "files": names})
    beside.rename(home / f"{number:04d}.json")
    return made


def drop_set(case: Case, name: str) -> HashSet:
    """Take a hash set out of the case again. Its entry in the ledger stays, and another says that it went."""
    one = next((each for each in hash_sets(case) if each.name == name), None)
    if one is None:
        raise UserError(f"The case has no hash set called {name!r}.")
    names = [f"known/{one.number:04d}.{ending}" for ending in ("json", "parquet")]
    ledger.record(case, "known", {"hash_set": asdict(one), "dropped": names})
    (case.path / "known" / f"{one.number:04d}.json").unlink()
    parquet_of(case, one).unlink(missing_ok=True)
    return one


def _write(entries: Iterator[formats.Entry], path: Path) -> tuple[int, dict[str, int]]:
    """Write the entries; how many there are, and how many state each digest."""
    count = 0
    there: dict[str, int] = {}
    with pq.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
        held: list[formats.Entry] = []

        def put() -> None:
            columns = zip(*held, strict=True)
            writer.write_batch(
                pa.record_batch(
                    [pa.array(c, f.type) for c, f in zip(columns, SCHEMA, strict=True)], schema=SCHEMA
                )
            )
            held.clear()

        for entry in entries:
            held.append(entry)
            count += 1
            for name in ("md5", "sha1", "sha256"):
                there[name] = there.get(name, 0) + (getattr(entry, name) is not None)
            if len(held) >= _BATCH:
                put()
        if held:
            put()
    # By an algorithm that only some entries state the others would not be found.
    return count, {name: number for name, number in there.items() if number == count}


def _digests(case: Case) -> Iterator[tuple[str | None, str | None, str | None]]:
    """Digests (md5, sha1, sha256) of every file of the case, as it is and as it is stored."""
    for folder in sorted(case.raw.iterdir()) if case.raw.is_dir() else ():
        for facts in looked_at(case, folder.name).values():
            for digests in (facts, facts.get("stored") or {}):
                yield digests.get("md5"), digests.get("sha1"), digests.get("sha256")


def looked_at(case: Case, exhibit: str) -> dict[str, dict[str, Any]]:
    """What was noted of each item of the exhibit when it was looked at, by path."""
    found: dict[str, dict[str, Any]] = {}
    for manifest in manifests(case, exhibit):
        if manifest["kind"] == INSPECTION:
            found |= manifest["inspected"]
    return found
