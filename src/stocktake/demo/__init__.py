"""The demo: a made-up seizure with known truth, shipped with the package.

Nobody in it is real. `lay_out` writes the exhibits as they would come from a search; `known_truth` tells what
a right answer is. `python -m stocktake.demo.generate` makes them anew.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable
    from pathlib import Path

OPERATION = "Operation Saltmarsh"
CASE_REFERENCE = "SB/2025/0041"
LEAD_FORCE = "Saltersby Constabulary (made up)"
AUTHORITY = "Search warrant, Misuse of Drugs Act 1971 s. 23 (made up for this demonstration)"
CASE_FOLDER = "op-saltmarsh"
SERVER = "KC/4"  # the disk of the second server, which holds the shop of KC/2 a week later


@dataclass(frozen=True)
class DemoExhibit:
    """One exhibit of the demo and the words that go with it."""

    path: Path
    reference: str
    description: str
    seized_at: str
    seized_by: str
    seized_from: str
    parcels: bool = False


_EXHIBITS = (
    (
        "quillbarrow-2025-07-15.sql.xz",
        "KC/1",
        "Backup of the database of the shop Quillbarrow (WooCommerce)",
        "2025-07-15T07:40:00+01:00",
        "DC K. Carrow",
        "Brackwater Hosting Ltd, rack 14, server bw-0417 (made up)",
        False,
    ),
    (
        "pedlarsgate-2025-07-15.sql.zst",
        "KC/2",
        "Backup of the database of the shop Pedlarsgate (OpenCart)",
        "2025-07-15T09:05:00+01:00",
        "DC K. Carrow",
        "Noordzee Cloud B.V., virtual machine nz-22918 (made up)",
        False,
    ),
    (
        "intercepted-parcels.csv",
        "KC/3",
        "List of intercepted parcels",
        "2025-07-16T10:00:00+01:00",
        "DC K. Carrow",
        "Saltersby Constabulary, parcels desk (made up)",
        True,
    ),
    (
        "pedlarsgate-server.qcow2",
        "KC/4",
        "Disk of the server of Pedlarsgate as it was a week after the search",
        "2025-07-22T08:40:00+02:00",
        "DC K. Carrow",
        "Noordzee Cloud B.V., virtual machine nz-22918 (made up)",
        False,
    ),
    (
        "shops-captured-2025.warc.gz",
        "KC/5",
        "Web capture of both shops, 10 January and 20 June 2025",
        "2025-07-16T11:20:00+01:00",
        "DC K. Carrow",
        "Saltersby Constabulary, digital intelligence unit (made up)",
        False,
    ),
)


def _folder(name: str) -> Traversable:
    return resources.files("stocktake.demo") / name


def lay_out(folder: Path) -> list[DemoExhibit]:
    """Write the demo's exhibits into a folder, made if need be; returns them in order of reference."""
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for name, reference, description, at, by, origin, parcels in _EXHIBITS:
        target = folder / name
        parts = [part for part in _folder("exhibit").iterdir() if part.name.startswith(f"{name}.part")]
        with target.open("wb") as out:
            for part in sorted(parts, key=lambda part: part.name):
                out.write(part.read_bytes())
        found.append(DemoExhibit(target, reference, description, at, by, origin, parcels))
    return found


def known_truth() -> dict[str, Any]:
    """What is true of the demo: `truth.json`, as docs/demo.md describes it."""
    text = (_folder("truth") / "truth.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def known_server() -> dict[str, Any]:
    """What is true of the disk KC/4: `server.json`, as docs/demo.md describes it."""
    loaded: dict[str, Any] = json.loads((_folder("truth") / "server.json").read_text(encoding="utf-8"))
    return loaded


def known_captures() -> dict[str, Any]:
    """What is true of the web capture KC/5: `captures.json`, as docs/demo.md describes it."""
    loaded: dict[str, Any] = json.loads((_folder("truth") / "captures.json").read_text(encoding="utf-8"))
    return loaded


def known_rows(name: str) -> bytes:
    """The truth a row an order or a person, as a Parquet file: `orders` or `persons`."""
    return (_folder("truth") / f"{name}.parquet").read_bytes()
