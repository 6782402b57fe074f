"""LevelDB folders, by chromium-reader: every record of every table and log, older and deleted ones with them.

Format: LevelDB, doc/table_format.md, doc/log_format.md, doc/impl.md. Checksums of blocks are not checked by
the library; a block that can't be unpacked ends its file and costs a problem.
"""

import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from chromium_reader.leveldb import KeyState, LdbFile, LogFile, Record

from stocktake.evidence import Item
from stocktake.records.raw import UnitWriter

# LevelDB makes files of 2 MiB, Bitcoin Core's of up to 32 MiB. The library holds a block, which a hostile
# file may state to be all of it.
MOST_BYTES = 256 << 20
_DATA = re.compile(r"(\d{6,10})\.(ldb|sst|log)")


def folders(items: Sequence[Item]) -> Iterator[tuple[str, tuple[Item, ...]]]:
    """Folders that are LevelDB's, and the files in them that hold records, with CURRENT and MANIFEST."""
    by_folder: dict[str, list[Item]] = {}
    for item in items:
        folder, _, name = item.path.rpartition("/")
        if name == "CURRENT" or name.startswith("MANIFEST-") or _DATA.fullmatch(name):
            by_folder.setdefault(folder, []).append(item)
    for folder, files in by_folder.items():
        named = {item.path.rpartition("/")[2] for item in files}
        current = next((item for item in files if item.path.rpartition("/")[2] == "CURRENT"), None)
        if current is not None and _manifest(current) in named:
            yield folder, tuple(files)


def _manifest(current: Item) -> str:
    """The name of the MANIFEST that a CURRENT file states."""
    if current.head is not None:
        head = current.head
    else:
        try:
            with closing(current.open()) as stream:
                head = stream.peek(64)
        except OSError:
            return ""
    stated = re.fullmatch(rb"(MANIFEST-\d{6,10})\n", head[:64])
    return stated[1].decode() if stated else ""


def records(files: Sequence[Item], scratch: Path, unit: UnitWriter) -> Iterator[dict[str, Any]]:
    """Yield the rows of a folder's files, in the order of their numbers; ``scratch`` is an empty folder."""
    numbered = [(item, name) for item in files if _DATA.fullmatch(name := item.path.rpartition("/")[2])]
    for item, name in sorted(numbered, key=lambda one: (int(one[1].partition(".")[0]), one[1])):
        if item.size is not None and item.size > MOST_BYTES:
            unit.problem(
                f"{item.path}: is larger than LevelDB's files are and was not read", severity="error"
            )
            continue
        copy = scratch / name
        try:
            with closing(item.open()) as stream, copy.open("wb") as target:
                shutil.copyfileobj(stream, target, 1 << 20)
        except OSError as error:
            unit.problem(f"{item.path}: can't be read: {error.strerror or error}", severity="error")
            continue
        try:
            with closing(LogFile(copy) if name.endswith(".log") else LdbFile(copy)) as opened:
                for record in opened:
                    yield _row(record, name)
        except Exception as error:  # the library fails in many ways over what is damaged
            said = " ".join(str(error).replace(str(copy), name).split())[:200]
            unit.problem(
                f"{item.path}: can't be read to its end ({type(error).__name__}: {said})", severity="error"
            )
        finally:
            copy.unlink()


def _row(record: Record, name: str) -> dict[str, Any]:
    return {
        "key": record.user_key,
        "value": record.value,
        "sequence": record.seq,
        "deleted": record.state == KeyState.DELETED,
        "offset": record.offset,
        "packed": record.was_compressed,
        "file": name,
    }
