"""Several sources of one shop become one site: each row once, the newest version, and what changed.

Every exhibit is mapped by itself first. Then this step decides which sources are copies of one shop
(`commerce.sameness`) and lays the tables of their exhibits anew (`commerce.uniting_rows`):

- A row is known by its id without what is its source's own (``order:posts/12``). Of its versions the newest
  stays under its id; the others leave the tables and are named in ``superseded``. Of an account, a version
  that was recorded stays before one that only orders tell of.
- An order is one with its lines, payments, addresses and parcels: what its newer version no longer has
  leaves with the older.
- A row that only an earlier source has stays, as a row of the united site, and is named in ``row_changes``:
  as vanished, or as missing where the later source does not hold that table or was not read to its end.
  There stand also the values that changed, with both sources.
- Ids that rows name (an order's account …) lead to the row that stands. What follows from the rows (takings,
  the account of money) is worked out again over all sources.

The parts as mapped go to ``tables/.mapped/EXHIBIT/``, and the exhibit's manifest names them too: they are
what the next run starts from. A run that is killed while parts are exchanged leaves the manifests of the
exhibits concerned away, so that these are mapped anew.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from stocktake.case import Case, folder_name
from stocktake.commerce.sameness import Pair, Source, compared, groups, sources
from stocktake.commerce.tables import MAPPED, manifest_path, read_manifest, write_manifest
from stocktake.commerce.uniting_rows import MEMORY, Work, lay, view
from stocktake.engine.duck import connect


@dataclass(frozen=True)
class _Exhibit:
    """An exhibit's manifest as it stands."""

    reference: str
    manifest: Mapping[str, Any]

    @property
    def mapped(self) -> list[dict[str, Any]]:
        """The parts as mapped: those that others have replaced, and those that stand as they were made."""
        entries = [
            *self.manifest.get("replaced", ()),
            *(part for part in self.manifest["parts"] if not part.get("united")),
        ]
        return sorted(entries, key=lambda entry: (entry["table"], entry["file"].rpartition("/")[2]))


def unite(case: Case, exhibits: Sequence[str], rules: str) -> list[list[str]]:
    """Lay the tables of the exhibits (by reference) as their sources' being of one shop asks.

    ``rules`` is a digest of the code that makes canonical rows. Returns the exhibits laid anew, in sets. What
    stands already and was made from the same is left; the same mapped parts give the same tables, in whatever
    order exhibits came.
    """
    every = [
        _Exhibit(reference, manifest)
        for reference in exhibits
        if (manifest := read_manifest(case, reference)) is not None
    ]
    stated = [(one.reference, facts) for one in every for facts in one.manifest.get("shops", ())]
    done = []
    with _connection(case) as (connection, scratch):
        for table in ("sites", "site_names", "orders", "accounts"):
            parts = [
                case.tables / part["file"] for one in every for part in one.mapped if part["table"] == table
            ]
            view(connection, f"mapped_{table}", table, parts)
            if table == "sites":
                view(connection, "every_site", table, parts)
        pairs = compared(connection, sources(stated))
        together = groups(pairs)
        linked = [[source.exhibit for source in group] for group in together]
        if together:
            linked += _paid_elsewhere(case, connection, every)
        sets = _linked(every, linked)
        for number, those in enumerate(sets):
            references = [one.reference for one in those]
            own_groups = [group for group in together if group[0].exhibit in references]
            own_pairs = [pair for pair in pairs if pair.later.exhibit in references]
            digest = _digest_of(those, own_groups, own_pairs, rules) if own_groups or own_pairs else None
            if any(one.manifest.get("united_from") != digest for one in those):
                mapped: dict[tuple[str, str], tuple[Path, ...]] = {}
                for one in those:
                    for part in one.mapped:
                        place = one.reference, part["table"]
                        mapped[place] = (*mapped.get(place, ()), case.tables / part["file"])
                work = Work(references, mapped, own_groups, own_pairs, connection, scratch / f"set-{number}")
                lay(work)
                _install(case, those, work.made, digest)
                done.append(references)
    return done


@contextmanager
def _connection(case: Case) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    scratch = case.tables / ".new-united"
    shutil.rmtree(scratch, ignore_errors=True)
    (scratch / "spill").mkdir(parents=True)
    connection = connect(spill=scratch / "spill", memory=MEMORY)
    try:
        connection.execute(files("stocktake.engine").joinpath("functions.sql").read_text("utf-8"))
        yield connection, scratch
    finally:
        connection.close()
        shutil.rmtree(scratch, ignore_errors=True)


def _paid_elsewhere(
    case: Case, connection: duckdb.DuckDBPyConnection, every: Iterable[_Exhibit]
) -> list[list[str]]:
    """Pairs of exhibits of which one holds payments, as a processor kept them, for orders in the other."""
    parts = [
        case.tables / part["file"] for one in every for part in one.mapped if part["table"] == "payments"
    ]
    view(connection, "mapped_payments", "payments", parts)
    found = connection.execute(
        "SELECT DISTINCT p.exhibit, o.exhibit FROM mapped_payments AS p "
        "JOIN mapped_orders AS o ON o.order_id = p.order_id "
        "WHERE NOT starts_with(p.order_id, 'order:' || p.exhibit || '/') ORDER BY ALL"
    )
    return [list(pair) for pair in found.fetchall()]


def _linked(every: Sequence[_Exhibit], together: Iterable[Iterable[str]]) -> list[list[_Exhibit]]:
    """The exhibits in sets: those that are named together are laid together."""
    home = {one.reference: {one.reference} for one in every}
    for references in together:
        merged = {reference for named in references for reference in home[named]}
        for reference in merged:
            home[reference] = merged
    sets = {min(references): references for references in home.values()}
    return [[one for one in every if one.reference in sets[first]] for first in sorted(sets)]


def _digest_of(
    exhibits: Iterable[_Exhibit], together: Iterable[Iterable[Source]], pairs: Iterable[Pair], rules: str
) -> str:
    """One hash over what a set of exhibits is laid from."""
    stated = {
        "rules": rules,
        "mapped": {one.reference: one.manifest.get("made_from") for one in exhibits},
        "groups": [[[source.exhibit, source.base] for source in group] for group in together],
        "pairs": [
            [pair.earlier.exhibit, pair.earlier.base, pair.later.exhibit, pair.later.base, *pair.reasons]
            for pair in pairs
        ],
    }
    return hashlib.sha256(json.dumps(stated, sort_keys=True).encode()).hexdigest()


def _install(
    case: Case,
    exhibits: Sequence[_Exhibit],
    made: Mapping[tuple[str, str], Sequence[Path]],
    digest: str | None,
) -> None:
    """Exchange the parts: all manifests go first and come back last, so that nobody reads half of a set."""
    for one in exhibits:
        manifest_path(case, one.reference).unlink(missing_ok=True)
    for one in exhibits:
        folder = folder_name(one.reference)
        replaced: list[dict[str, Any]] = []
        parts: list[dict[str, Any]] = []
        for part in one.manifest["parts"]:
            if part.get("united"):
                (case.tables / part["file"]).unlink(missing_ok=True)
        for part in one.mapped:
            is_replaced = (one.reference, part["table"]) in made
            name = part["file"].rpartition("/")[2]
            home = f"{MAPPED}/{folder}/{part['table']}" if is_replaced else f"{part['table']}/{folder}"
            _move(case.tables / part["file"], case.tables / home / name)
            (replaced if is_replaced else parts).append({**part, "file": f"{home}/{name}"})
        for (reference, table), places in sorted(made.items()):
            if reference == one.reference:
                parts += [_placed(case, folder, table, place) for place in places]
        facts = {
            key: value
            for key, value in one.manifest.items()
            if key not in ("parts", "replaced", "united_from")
        }
        if digest is not None:
            facts["united_from"] = digest
        if replaced:
            facts["replaced"] = replaced
        if "sites_from" in facts:  # what was filled in leads to sites as they were
            facts["sites_from"] = None
        parts.sort(key=lambda part: str(part["file"]))
        write_manifest(case, one.reference, {**facts, "parts": parts})


def _placed(case: Case, folder: str, table: str, place: Path) -> dict[str, Any]:
    with place.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    file_name = f"{table}/{folder}/{place.name}"
    rows = pq.read_metadata(place).num_rows
    _move(place, case.tables / file_name)
    return {"file": file_name, "table": table, "rows": rows, "sha256": sha256, "united": True}


def _move(place: Path, target: Path) -> None:
    if place != target:
        target.parent.mkdir(parents=True, exist_ok=True)
        place.replace(target)
