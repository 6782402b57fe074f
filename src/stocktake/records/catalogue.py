"""What raw tables an exhibit has, read from the manifests of its units."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stocktake.case import Case, folder_name

# Units of this kind hold what was noticed in items, no tables of the evidence's own.
INSPECTION = "inspection"


@dataclass(frozen=True)
class RawTable:
    """A raw table as the later stages see it.

    ``label`` names it within its exhibit, and is the TABLE of ids: the table's own name where that is
    unique in the exhibit, else with its database before it, else with the item's path too.
    ``columns`` are (name, declared type, Arrow type) in order; ``parts`` are Parquet files in row order.
    ``kind`` is the item's, and names an artefact family where it has a colon (``host:syslog``).
    """

    exhibit: str
    path: str
    container: str
    sha256: str
    database: str
    name: str
    label: str
    key: tuple[str, ...]
    columns: tuple[tuple[str, str, str], ...]
    rows: int
    set_aside: dict[str, int]
    parts: tuple[Path, ...]
    facts: dict[str, Any]
    kind: str = ""


def manifests(case: Case, exhibit: str) -> list[dict[str, Any]]:
    """The manifests of the exhibit's finished units, by the path of their item."""
    found = []
    for path in sorted((case.raw / folder_name(exhibit)).glob("*/manifest.json")):
        manifest = json.loads(path.read_text("utf-8"))
        manifest["folder"] = path.parent
        found.append(manifest)
    return sorted(found, key=lambda manifest: str(manifest["path"]))


def raw_tables(case: Case, exhibit: str) -> list[RawTable]:
    """Every raw table of the exhibit, in the order of items and then of appearance."""
    read = [
        (manifest, table)
        for manifest in manifests(case, exhibit)
        if manifest["kind"] != INSPECTION
        for table in manifest["tables"]
    ]
    by_name: dict[str, int] = {}
    by_database: dict[str, int] = {}
    for _, table in read:
        by_name[table["name"]] = by_name.get(table["name"], 0) + 1
        qualified = f"{table['database']}.{table['name']}"
        by_database[qualified] = by_database.get(qualified, 0) + 1

    def label(path: str, table: dict[str, Any]) -> str:
        name, qualified = str(table["name"]), f"{table['database']}.{table['name']}"
        if by_name[name] == 1:
            return name
        return qualified if by_database[qualified] == 1 else f"{path}!{qualified}"

    return [
        RawTable(
            exhibit=exhibit,
            path=manifest["path"],
            container=manifest["container"],
            sha256=manifest["sha256"],
            database=table["database"],
            name=table["name"],
            label=label(manifest["path"], table),
            key=tuple(table["key"]),
            columns=tuple((name, declared, kind) for name, declared, kind in table["columns"]),
            rows=table["rows"],
            set_aside=table["set_aside"],
            parts=tuple(manifest["folder"] / part["file"] for part in table["parts"]),
            facts=manifest["facts"],
            kind=manifest["kind"],
        )
        for manifest, table in read
    ]
