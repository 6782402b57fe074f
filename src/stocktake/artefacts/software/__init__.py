"""Installed software: what package databases declare a system's files to be, and which applications it has.

The databases of dpkg, apk and rpm (SQLite) go to the raw table ``declared_files``, a row a file with the
digest that its package states; the versions that web applications state of themselves to ``applications``. A
package database is the seized system's own word: whoever had the system could change it.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from stocktake.artefacts import Group
from stocktake.artefacts.software import apk, applications, dpkg, rpm
from stocktake.evidence import Item
from stocktake.records.raw import UnitWriter

_DPKG = re.compile(r"(?:^|(?P<root>.*)/)var/lib/dpkg/(?:info/[^/]+\.md5sums|status|diversions)$")


def recognise(head: bytes, path: str) -> str | None:
    """One of apk-database, rpm-database and version-SOFTWARE."""
    if path.endswith("lib/apk/db/installed") and apk.LINE.match(head):
        return "apk-database"
    if path.endswith(("lib/rpm/rpmdb.sqlite", "sysimage/rpm/rpmdb.sqlite")):
        return "rpm-database" if head.startswith(b"SQLite format 3\0") else None
    return applications.recognise(head, path)


def groups(items: Sequence[Item]) -> Iterator[Group]:
    """The database of dpkg of each system: its lists of digests, its status and its diversions."""
    found: dict[str, list[Item]] = {}
    for item in items:
        place = _DPKG.match(item.path)
        if place and item.record.entry != "symlink" and not item.record.deleted:
            found.setdefault(place["root"] or "", []).append(item)
    for root, those in found.items():
        if any(item.path.endswith(".md5sums") for item in those):
            home = "var/lib/dpkg"
            yield Group(f"{root}/{home}" if root else home, "dpkg-database", tuple(those))


def algorithms(items: Sequence[Item]) -> set[str]:
    """Which digests the package databases among the items state: those of files are taken in the same read.

    rpm states SHA-256, which is always taken, and before 2009 MD5, which is not asked for.
    """
    wanted = set()
    for item in items:
        if _DPKG.match(item.path):
            wanted.add("md5")
        elif item.path.endswith("lib/apk/db/installed"):
            wanted.add("sha1")
    return wanted


def read(kind: str, stream: BinaryIO, item: Item, unit: UnitWriter) -> None:
    """Read one item of a kind that `recognise` gave."""
    if kind == "apk-database":
        apk.read(stream, item.path, unit)
    elif kind == "rpm-database":
        rpm.read(stream, item, unit)
    else:
        applications.read(kind, stream, item.path, unit)


def read_group(group: Group, unit: UnitWriter, scratch: Path) -> None:  # noqa: ARG001 - nothing is copied
    """Read the database of dpkg."""
    dpkg.read(group, unit)
