"""What the source of a mapped shop says of itself: which database, as of when, and whether it was read whole.

This is what `commerce.sameness` compares to tell whether several sources are of one shop.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from stocktake.records.catalogue import RawTable
from stocktake.shops.recognition import Recognition

END_OF_DUMP = "the end of the dump"
TABLE_FILES = "the newest file of its tables"


def described(
    found: Recognition, base_prefix: str | None, units: Iterable[Mapping[str, Any]], time_zone: str
) -> dict[str, Any]:
    """The facts of a recognised shop's source, as they go into the manifest of the exhibit's tables.

    ``base`` is what stands before a table's name in ids, the same for all sites of a network (whose base
    prefix is ``base_prefix``). ``stated_at`` is UTC; a dump states local time, which is taken for that of
    ``time_zone``.
    """
    prefix = found.prefix if base_prefix is None else base_prefix
    base = found.ref[: len(found.ref) - len(found.prefix)] + prefix
    paths = {table.path for table in found.tables.values()}
    listed = list(units)
    own = [unit for unit in listed if unit["path"] in paths]
    stated = [one for unit in own if (one := _stated_at(unit, found.tables.values(), listed, time_zone))]
    newest = max(stated) if stated else None
    return {
        "software": found.software,
        "base": base,
        "path": found.path,
        "database": found.database,
        "tables": sorted(
            {f"{found.exhibit}/{table.label}".removeprefix(base) for table in found.tables.values()}
        ),
        "stated_at": newest[0].isoformat() if newest else None,
        "stated_by": newest[1] if newest else None,
        "whole": not any(problem["severity"] == "error" for unit in own for problem in unit["problems"]),
    }


def _stated_at(
    unit: Mapping[str, Any],
    tables: Iterable[RawTable],
    units: Iterable[Mapping[str, Any]],
    time_zone: str,
) -> tuple[datetime, str] | None:
    facts = unit["facts"]
    if facts.get("completed_on"):
        try:
            local = datetime.fromisoformat(
                "T".join(_two_digits(part) for part in facts["completed_on"].split())
            )
        except ValueError:
            return None
        if local.tzinfo is None:
            local = local.replace(tzinfo=ZoneInfo(time_zone))
        return local.astimezone(UTC).replace(tzinfo=None), END_OF_DUMP
    if facts.get("table_files"):
        names = {name for table in tables for name in (table.name, f"{table.database}.{table.name}")}
        places = {
            file["path"]
            for name, files in facts["table_files"].items()
            if name in names or name.rpartition(".")[2] in names
            for file in files
        }
        times = [
            datetime.fromisoformat(item["mtime"]).astimezone(UTC).replace(tzinfo=None)
            for one in units
            for item in one.get("items", ())
            if item["path"] in places and item["mtime"]
        ]
        if times:
            return max(times), TABLE_FILES
    return None


def _two_digits(part: str) -> str:
    """``3:10:22`` as ``03:10:22``: mysqldump pads the hour with a blank."""
    return part if "-" in part or len(part.partition(":")[0]) > 1 else f"0{part}"
