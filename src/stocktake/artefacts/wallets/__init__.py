"""Wallets: Bitcoin Core (Berkeley DB, SQLite), Electrum and Electrum-LTC, Ethereum key files, Monero.

What is in clear is read: addresses, labels, transactions, requests, public keys, times, what is encrypted. Of
a private key, seed or password the place, kind, state and keyed fingerprint are kept, never the value. A file
that is all ciphertext is called what it can be seen to be and no more.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import BinaryIO, cast

from stocktake.artefacts import Group
from stocktake.evidence import Item, Stream
from stocktake.records.raw import UnitWriter

_SQLITE_TABLE = b"CREATE TABLE main(key BLOB PRIMARY KEY NOT NULL, value BLOB NOT NULL)"


def recognise(head: bytes, path: str) -> str | None:  # noqa: ARG001
    """One of bitcoincore-berkeleydb, bitcoincore-sqlite, electrum, electrum-sealed and ethereum-keystore."""
    if head[:16] == b"SQLite format 3\0":
        return "bitcoincore-sqlite" if _SQLITE_TABLE in head else None
    if len(head) > 512 and head[12:16] == b"\x62\x31\x05\x00" and head[25] == 9:
        # The directory of tables, on page 1, names the one of a wallet; other programs use other names.
        size = int.from_bytes(head[20:24], "little")
        return "bitcoincore-berkeleydb" if b"\x04\x00\x01main" in head[size : 2 * size] else None
    if head.lstrip()[:1] == b"{":
        from stocktake.artefacts.wallets import electrum, ethereum

        if electrum.is_wallet(head):
            return "electrum"
        return "ethereum-keystore" if ethereum.is_keystore(head) else None
    if head[:5] == b"QklFM":
        from stocktake.artefacts.wallets.electrum import SEALED

        return "electrum-sealed" if SEALED.match(head) else None
    return None


def read(kind: str, stream: BinaryIO, item: Item, unit: UnitWriter) -> None:
    """Read one item of a kind that `recognise` gave."""
    if kind == "bitcoincore-berkeleydb":
        from stocktake.artefacts.wallets import bitcoincore
        from stocktake.evidence.archives import seekable

        with closing(seekable(cast("Stream", stream))) as file:
            bitcoincore.read_berkeleydb(file, item.path, unit)
    elif kind == "bitcoincore-sqlite":
        from stocktake.artefacts.wallets import bitcoincore
        from stocktake.records.reading import private_copy

        bitcoincore.read_sqlite(private_copy(cast("Stream", stream), item, unit), item.path, unit)
    elif kind == "ethereum-keystore":
        from stocktake.artefacts.wallets import ethereum

        ethereum.read(stream, item.path, unit)
    elif kind == "electrum-sealed":
        from stocktake.artefacts.wallets import electrum

        electrum.read_sealed(stream, item.path, unit)
    else:
        from stocktake.artefacts.wallets import electrum

        electrum.read(stream, item.path, unit)


def groups(items: Sequence[Item]) -> Iterator[Group]:
    """The files of Monero's wallets."""
    if any(item.path.endswith(".keys") for item in items):
        from stocktake.artefacts.wallets import monero

        for files in monero.sets(items):
            yield Group(files[0].path, "monero", files)


def read_group(group: Group, unit: UnitWriter, scratch: Path) -> None:
    """Read a group that `groups` gave."""
    from stocktake.artefacts.wallets import monero

    monero.read_set(group.items, unit, scratch)
