"""Mail: mbox files, Maildir folders, single messages, and Exim's spool.

Postfix's queue files are not read: Postfix documents them as its own and may change them.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from stocktake.artefacts import Group
from stocktake.artefacts.gathering import Gathering
from stocktake.artefacts.mail import stores
from stocktake.artefacts.mail.tables import FAMILY, TABLES
from stocktake.evidence import Item
from stocktake.evidence.mail import mail_format
from stocktake.records.raw import UnitWriter


def recognise(head: bytes, path: str) -> str | None:  # noqa: ARG001
    """One of mbox and message."""
    return mail_format(head)


def read(kind: str, stream: BinaryIO, item: Item, unit: UnitWriter) -> None:  # noqa: ARG001
    """Read one item of a kind that `recognise` gave."""
    rows = Gathering(unit, FAMILY, TABLES)
    if kind == "mbox":
        stores.read_mbox(stream, rows)
    else:
        stores.read_message(stream, rows)
    rows.finish()


def groups(items: Sequence[Item]) -> Iterator[Group]:
    """Maildir folders, and the pairs of files of Exim's spool."""
    for home, files in stores.maildirs(items):
        yield Group(home, "maildir", files)
    for pair in stores.exim_pairs(items):
        yield Group(pair[0].path, "exim-spool", pair)


def read_group(group: Group, unit: UnitWriter, scratch: Path) -> None:
    """Read a group that `groups` gave."""
    del scratch
    rows = Gathering(unit, FAMILY, TABLES)
    if group.kind == "maildir":
        stores.read_maildir(group.items, rows, group.path)
    else:
        stores.read_exim(group.items, rows)
    rows.finish()
