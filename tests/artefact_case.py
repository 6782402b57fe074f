"""Files of an exhibit, offered to the artefact families and mapped: a case in miniature."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from shop_case import Mapped, mapped, new_case
from stocktake import artefacts
from stocktake.case import Case, folder_name
from stocktake.evidence import identify, items
from stocktake.records.raw import UnitWriter, unit_name
from stocktake.records.reading import read_item

EVIDENCE = Path(__file__).parents[2] / "shared" / "evidence"


def evidence(name: str) -> Path:
    """The folder of real material; the test is skipped where it is not there."""
    place = EVIDENCE / name
    if not place.is_dir():
        pytest.skip(f"../shared/evidence/{name} is not there")
    return place


def take_in(case: Case, folder: Path, exhibit: str = "KC/1") -> dict[str, str]:
    """Read what the families know of ``folder``; returns the kind of each item by its path."""
    home = case.raw / folder_name(exhibit)
    found = list(items(exhibit, folder, lambda problem: pytest.fail(str(problem))))
    groups = list(artefacts.groups(found, pytest.fail))
    kinds = {item.path: group.kind for group in groups for item in group.items}
    for group in groups:
        with UnitWriter(home / unit_name(group.path)) as unit:
            unit.fingerprint_key = case.fingerprint_key()
            if len(group.items) == 1 and group.path == group.items[0].path:
                read_item(group.items[0], unit, kind=group.kind, reader=artefacts.read)
                continue
            scratch = unit.folder / "scratch"
            scratch.mkdir()
            artefacts.read_group(group, unit, scratch)
            scratch.rmdir()
            unit.finish(exhibit=exhibit, path=group.path, container="", sha256="", bytes=0, kind=group.kind)
    for item in found:
        if item.path in kinds:
            continue
        with closing(item.open()) as stream:
            head = stream.peek(1 << 16)
        kind = artefacts.recognise(head, item.path)
        kinds[item.path] = kind or identify(head, item.path)
        if kind:
            with UnitWriter(home / unit_name(item.path)) as unit:
                unit.fingerprint_key = case.fingerprint_key()
                read_item(item, unit, kind=kind, reader=artefacts.read)
    return kinds


def read_and_mapped(folder: Path, where: Path) -> Mapped:
    """The canonical rows that the files of ``folder`` give, in a case under ``where``."""
    case = new_case(where)
    take_in(case, folder)
    return mapped(case)


def every_value(place: Path) -> str:
    """All text in all Parquet files and manifests under a folder, to look for what must not be there."""
    told: list[Any] = []
    for part in sorted(place.rglob("*.parquet")):
        told += [str(column.to_pylist()) for column in pq.read_table(part).columns]
    told += [manifest.read_text("utf-8") for manifest in sorted(place.rglob("manifest.json"))]
    return "\n".join(told)
