"""Copies of a database's files for a server to work on; the exhibit's are only read."""

import errno
import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from stocktake.artefacts.databases.confinement import Confinement
from stocktake.evidence import Counted, Item
from stocktake.records.raw import Problem, UnitWriter

# What a file's name may be made of. Servers encode all else in names of databases and tables (MySQL: @002d).
_NAME = re.compile(r"[A-Za-z0-9_@#$.~+-]{1,250}")
_ZEROS = bytes(1 << 20)


def parts_of(path: str, root: str) -> tuple[str, ...] | None:
    """The names below ``root`` (``.`` for the exhibit's own root); None where it is not below, or unsafe."""
    if root == ".":
        below = path
    elif path.startswith(f"{root}/"):
        below = path[len(root) + 1 :]
    else:
        return None
    parts = tuple(below.split("/"))
    safe = all(_NAME.fullmatch(part) and part not in (".", "..") for part in parts)
    return parts if safe else None


def copy_out(
    items: Iterable[tuple[Item, tuple[str, ...]]], into: Path, confinement: Confinement, unit: UnitWriter
) -> dict[str, dict[str, str | int]]:
    """Copy each item to its place below ``into``, and hash it on the way.

    Returns by path what was copied (``sha256``, ``bytes``). An item that can't be read to its end costs a
    problem, and what could be read of it is there. A disk that is too small is raised before anything is
    written.
    """
    wanted = list(items)
    needed = sum(item.size or 0 for item, _ in wanted)
    if needed + (256 << 20) > shutil.disk_usage(into).free:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(into))
    copied: dict[str, dict[str, str | int]] = {}
    for item, parts in wanted:
        for depth in range(1, len(parts)):
            folder = into.joinpath(*parts[:depth])
            if not folder.exists():
                folder.mkdir(mode=0o700)
                confinement.give(folder)
        target = into.joinpath(*parts)
        try:
            stream = item.open()
        except OSError as error:
            unit.problem(f"{item.path}: can't be opened: {error.strerror or error}", severity="error")
            continue
        with Counted(stream) as counted:
            _write(counted, target)
            copied[item.path] = {"sha256": counted.sha256, "bytes": counted.count}
            for fault in counted.faults:
                unit.problems.append(Problem("evidence", fault.severity, f"{item.path}: {fault.message}"))
        confinement.give(target)
    return copied


def _write(stream: Counted, target: Path) -> None:
    """Write the stream's bytes; zeros become holes, for redo logs are mostly these."""
    with target.open("xb") as file:
        target.chmod(0o600)
        while block := stream.read1(1 << 20):
            if block == _ZEROS[: len(block)]:
                file.seek(len(block), os.SEEK_CUR)
            else:
                file.write(block)
        file.truncate()
