"""Stores of keys and values that programs keep beside their databases: LevelDB folders and Berkeley DB files.

What the keys and values mean is the program's own affair; they become raw tables as they are, which `ask`
reads and in which observables are found. A wallet is read by `artefacts.wallets` instead.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import IO, BinaryIO, cast

import pyarrow as pa

from stocktake.artefacts import Group, berkeleydb
from stocktake.artefacts.gathering import WHOLE, YES_NO, Gathering, columns
from stocktake.artefacts.stores import leveldb
from stocktake.evidence import Item, Stream
from stocktake.evidence.archives import seekable
from stocktake.records.raw import Column, UnitWriter

FAMILY = "stores"
_BYTES = [Column("key", "bytes", pa.binary()), Column("value", "bytes", pa.binary())]
TABLES = {
    # `sequence` grows with every change: of a key's rows the one with the highest is in force, and where that
    # is deleted, none is. `file` is the file of the folder, in which `offset` bytes stand before the record
    # or before the packed block that holds it.
    "leveldb": [
        *_BYTES,
        *columns(sequence=WHOLE, deleted=YES_NO, offset=WHOLE, packed=YES_NO),
        Column("file", "text", pa.string()),
    ],
    # `number` stands for the key in a file of numbered records.
    "berkeleydb": [*_BYTES, *columns(number=WHOLE, deleted=YES_NO)],
}
_BTREE, _HASH = b"\x62\x31\x05\x00", b"\x61\x15\x06\x00"


def recognise(head: bytes, path: str) -> str | None:  # noqa: ARG001
    """``berkeleydb-btree`` or ``berkeleydb-hash``, written by a little-endian machine."""
    if len(head) < 512:
        return None
    if head[12:16] == _BTREE and head[25] == 9:
        return "berkeleydb-btree"
    return "berkeleydb-hash" if head[12:16] == _HASH and head[25] == 8 else None


def read(kind: str, stream: BinaryIO, item: Item, unit: UnitWriter) -> None:  # noqa: ARG001
    """Read a Berkeley DB file, a B-tree from all its leaf pages, deleted records with them."""
    rows = Gathering(unit, FAMILY, TABLES)
    with closing(seekable(cast("Stream", stream))) as file:
        (_read_btree if kind == "berkeleydb-btree" else _read_hash)(file, rows)
    rows.finish()


def groups(items: Sequence[Item]) -> Iterator[Group]:
    """LevelDB folders: those with a file CURRENT that names a MANIFEST beside it."""
    for home, files in leveldb.folders(items):
        yield Group(home, "leveldb", files)


def read_group(group: Group, unit: UnitWriter, scratch: Path) -> None:
    """Read a LevelDB folder, file by file."""
    rows = Gathering(unit, FAMILY, TABLES)
    for row in leveldb.records(group.items, scratch, unit):
        rows.add("leveldb", **row)
    rows.finish()


def _read_btree(file: IO[bytes], rows: Gathering) -> None:
    def tell(message: str, offset: int, length: int) -> None:
        rows.unit.problem(message, table="berkeleydb", offset=offset, length=length)

    for record in berkeleydb.records(file, tell):
        rows.add(
            "berkeleydb", key=record.key, value=record.value, deleted=record.deleted,
            _offset=record.offset, _length=record.length,
        )  # fmt: skip


def _read_hash(file: IO[bytes], rows: Gathering) -> None:
    for key, value in berkeleydb.hashed(file):
        rows.add("berkeleydb", key=key, value=value, deleted=False)
