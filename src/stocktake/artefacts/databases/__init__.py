"""Databases where they lie: data directories of MySQL and MariaDB, clusters of PostgreSQL.

They are copied into the case and opened by their own server, which is held to the copy (`confinement`). The
rows come out as the server gives them, so they have no byte range in the exhibit: the unit's facts name, for
each table, the files that held it, with their SHA-256 (``table_files``).
"""

import errno
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from stocktake.artefacts import Group
from stocktake.artefacts.databases import mysql, mysql_folder, postgresql, postgresql_folder
from stocktake.artefacts.databases.copying import parts_of
from stocktake.evidence import Item
from stocktake.records.raw import UnitWriter

# Not the evidence's doing: a full disk ends the run.
_OUR_TROUBLE = (errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EROFS)


def recognise(head: bytes, path: str) -> str | None:  # noqa: ARG001 - every family is asked the same
    """None: a database is told by its folder, never by one of its files."""
    return None


def read(kind: str, stream: BinaryIO, item: Item, unit: UnitWriter) -> None:  # noqa: ARG001
    """Do nothing: no single file is recognised."""
    raise ValueError(f"{kind} is no kind of file")


def groups(items: Sequence[Item]) -> Iterator[Group]:
    """Data directories and clusters among the items, with the files that their server needs."""
    there = [item for item in items if not item.record.deleted]
    for folder in (mysql_folder, postgresql_folder):
        roots = folder.roots(there)
        members: dict[str, list[Item]] = {root: [] for root in sorted(roots)}
        for item in there:
            for root in _above(item.path):
                if root in roots:
                    parts = parts_of(item.path, root)
                    if parts is not None and folder.belongs(parts):
                        members[root].append(item)
                    break
        for root, found in members.items():
            # A file that was taken for compressed and unwrapped is no longer what its server wrote.
            as_written = min((item.container for item in found), key=len, default="")
            if kept := tuple(item for item in found if item.container == as_written):
                yield Group(root, folder.KIND, kept)


def read_group(group: Group, unit: UnitWriter, scratch: Path) -> None:
    """Read what a server keeps in the group's files; ``scratch`` takes their copy."""
    try:
        if group.kind == mysql_folder.KIND:
            mysql.read(group.path, group.items, unit, scratch)
        else:
            postgresql.read(group.path, group.items, unit, scratch)
    except OSError as error:
        if error.errno in _OUR_TROUBLE:
            raise
        unit.problem(
            f"{group.path}: can't be read through a server here: {error.strerror or error}", severity="error"
        )


def _above(path: str) -> Iterator[str]:
    """The folders that a path lies in, from its own up to the exhibit's root."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path
    yield "."
