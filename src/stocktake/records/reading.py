"""One item to one finished unit: the reader for its kind is picked, and nothing in the item stops a run."""

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import IO, BinaryIO, cast

from stocktake.evidence import Counted, Fault, Item, Stream, identify
from stocktake.evidence.archives import seekable
from stocktake.evidence.identify import HEAD_BYTES
from stocktake.evidence.streams import FileStream, open_regular
from stocktake.records.raw import Problem, UnitWriter

_ARCHIVES = ("pgdump-custom", "pgdump-tar", "pgdump-directory")
# Not the evidence's doing, and nothing that another item would fare better with.
_OUR_TROUBLE = (
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EFBIG,
    errno.EMFILE,
    errno.ENFILE,
    errno.ENOMEM,
    errno.EROFS,
)
_COPY = "copy~"  # folder of a private copy for SQLite, gone before the unit is finished


Reader = Callable[[str, BinaryIO, Item, UnitWriter], None]


def read_item(item: Item, unit: UnitWriter, kind: str | None = None, reader: Reader | None = None) -> None:
    """Read ``item`` into ``unit`` and finish the unit, whatever the item holds.

    ``kind`` is one of ``identify`` or ``parcel-list``; where it is None the content tells. Other kinds come
    with their ``reader``. Damage, and
    whatever else is wrong with the item, costs problems; the rows read before it are kept. A full disk,
    missing memory and interruption are raised, and leave the unit unfinished.
    """
    try:
        stream = Counted(item.open())
    except OSError as error:
        reraise_ours(error)
        unit.problem(f"can't be opened: {error.strerror or error}", severity="error")
        unit.finish(
            exhibit=item.exhibit, path=item.path, container=item.container, sha256="", bytes=0, kind="unknown"
        )
        return
    with stream:
        kind = kind or identify(stream.peek(HEAD_BYTES), item.path)
        unit.facts["reader"] = kind
        try:
            if reader is not None:
                reader(kind, cast("BinaryIO", stream), item, unit)
            else:
                _read(kind, stream, item, unit)
        except OSError as error:
            reraise_ours(error)
            _stopped(unit, error)
        except MemoryError:
            raise
        except Exception as error:  # a reader's mistake about hostile data is not to cost the other items
            _stopped(unit, error)
        stream.drain()
        for fault in stream.faults:
            _fault(unit, fault)
    shutil.rmtree(unit.folder / _COPY, ignore_errors=True)
    unit.finish(
        exhibit=item.exhibit,
        path=item.path,
        container=item.container,
        sha256=stream.sha256,
        bytes=stream.count,
        kind=kind,
    )


def addressed(item: Item, facts: dict[str, object]) -> Stream:
    """Return a stream of the bytes that the unit's offsets count: the item's, or what its tool made of it.

    ``facts`` are those of the unit's manifest. Raises OSError where the item can't be opened, or was read
    through a tool that is not there now.
    """
    if "pg_restore" not in facts:
        return item.open()
    from stocktake.records.postgres_archive import Restored, find_pg_restore

    pg_restore = find_pg_restore()
    if pg_restore is None:
        raise OSError(errno.ENOENT, "pg_restore, through which this dump was read, is not installed")
    with closing(item.open()) as stream:
        return Restored(_dump(facts["reader"], stream, item), pg_restore)


def _read(kind: str, stream: Counted, item: Item, unit: UnitWriter) -> None:
    """Call the reader for ``kind``. Readers are imported where they are needed: some are slow to load."""
    binary = cast("BinaryIO", stream)
    if kind == "mysqldump":
        from stocktake.records import mysqldump

        mysqldump.read(binary, unit)
    elif kind == "pgdump-text":
        from stocktake.records import postgres

        postgres.read(binary, unit)
    elif kind in _ARCHIVES:
        from stocktake.records import postgres

        postgres.read_archive(_dump(kind, stream, item), unit)
    elif kind == "sqlite":
        from stocktake.records import sqlite

        sqlite.read(private_copy(stream, item, unit), unit)
    elif kind == "parcel-list":
        from stocktake.records import parcel_list

        parcel_list.read(binary, unit)
    elif kind in ("sqlite-wal", "sqlite-journal"):
        unit.problem("is a part of a SQLite database, which is read with the database", severity="info")
    elif kind == "empty":
        unit.problem("is empty", severity="warning")
    else:
        unit.problem("is not a kind of file that stocktake reads yet", severity="info")


def _dump(kind: object, stream: Stream, item: Item) -> IO[bytes] | Path:
    """What pg_restore is to read: the file where it lies, its folder, or a nameless temporary copy."""
    if item.file is None:
        return seekable(stream)
    return item.file.parent if kind == "pgdump-directory" else os.fdopen(open_regular(item.file), "rb")


def private_copy(stream: Stream, item: Item, unit: UnitWriter) -> Path:
    """Copy a database and what SQLite keeps beside it, because SQLite writes even where it only reads."""
    folder = unit.folder / _COPY
    folder.mkdir()
    database = folder / "database"
    with database.open("wb") as copy:
        shutil.copyfileobj(stream, copy, 1 << 20)
    for suffix, opened in _beside(item):
        with Counted(opened) as counted, (folder / f"database{suffix}").open("wb") as copy:
            shutil.copyfileobj(counted, copy, 1 << 20)
            unit.facts[f"sha256{suffix}"] = counted.sha256
            for fault in counted.faults:
                _fault(unit, fault)
    return database


def _beside(item: Item) -> Iterator[tuple[str, Stream]]:
    # The -shm file is an index of the -wal file, which SQLite makes anew; a foreign one could mislead it.
    for suffix in ("-wal", "-journal"):
        if item.file is None:
            yield from ((name, opening()) for name, opening in item.beside if name == suffix)
        else:
            with suppress(FileNotFoundError):
                yield suffix, FileStream(item.file.with_name(item.file.name + suffix))


def _stopped(unit: UnitWriter, error: Exception) -> None:
    said = " ".join(str(error).split())[:300]
    unit.problem(
        f"reading stopped here, what was read before is kept ({type(error).__name__}: {said})",
        severity="error",
    )


def reraise_ours(error: OSError) -> None:
    """Raise ``error`` where it is this machine's trouble (a full disk) and not the evidence's."""
    if error.errno in _OUR_TROUBLE:
        raise error


def _fault(unit: UnitWriter, fault: Fault) -> None:
    unit.problems.append(Problem("evidence", fault.severity, fault.message, None, fault.offset, None))
