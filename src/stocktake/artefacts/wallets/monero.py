"""Monero's wallet files: NAME.keys and NAME, all encrypted, and NAME.address.txt, which holds the address.

The files bear no mark of their own. A keys file is an initialisation vector of 8 bytes, a length and that
many bytes of ciphertext (Monero, src/wallet/wallet2.cpp: keys_file_data); with names that belong together,
that is what is known of them, and it is said so.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from stocktake.artefacts.fingerprints import fingerprint
from stocktake.artefacts.gathering import Gathering
from stocktake.artefacts.wallets import addresses
from stocktake.artefacts.wallets.tables import FAMILY, TABLES
from stocktake.evidence import Item
from stocktake.records.raw import UnitWriter

_KEYS, _ADDRESS = ".keys", ".address.txt"
_MOST_BYTES = 1 << 20


def sets(items: Sequence[Item]) -> Iterator[tuple[Item, ...]]:
    """Files that are one wallet by their names, the keys file first, if that has the form of one."""
    named = {item.path: item for item in items}
    for item in items:
        stem = item.path.removesuffix(_KEYS)
        if stem == item.path:
            continue
        others = [named[path] for path in (stem, stem + _ADDRESS) if path in named]
        if others and _has_form(item):
            yield (item, *others)


def _has_form(item: Item) -> bool:
    try:
        with closing(item.open()) as stream:
            data = stream.read(_MOST_BYTES + 1)
    except OSError:
        return False
    return is_keys_file(data)


def is_keys_file(data: bytes) -> bool:
    """Whether the bytes are a vector, a length (varint) and as many bytes as that says."""
    length, shift, at = 0, 0, 8
    while at < len(data) and shift < 28:
        length |= (data[at] & 0x7F) << shift
        shift += 7
        at += 1
        if not data[at - 1] & 0x80:
            return 64 <= length == len(data) - at
    return False


def read_set(items: Sequence[Item], unit: UnitWriter, scratch: Path) -> None:
    """Say what is known of one wallet's files."""
    del scratch
    keys, *others = items
    rows = Gathering(unit, FAMILY, TABLES)
    with closing(keys.open()) as stream:
        secret = stream.read(_MOST_BYTES)
    address = None
    for item in others:
        if item.path.endswith(_ADDRESS):
            with closing(item.open()) as stream:
                address = addresses.judge(stream.read(4096).decode("ascii", "replace").strip())
    known = address is not None and address.asset == "xmr" and address.valid
    row: dict[str, Any] = {
        "format": "keys file" + (", cache" if any(not i.path.endswith(_ADDRESS) for i in others) else ""),
        "encryption": "whole file",
        "seed": "unknown",
    }
    if known and address is not None:
        rows.add(
            "wallets", software="Monero", network=address.network, network_basis="address beside the keys",
            remark="the keys are sealed; the address is in clear beside them", **row,
        )  # fmt: skip
        rows.add(
            "wallet_addresses", address=address.address, asset="xmr", network=address.network,
            valid=True, form=address.form, used_as="primary address", basis="recorded",
            derivation="the address file beside the keys",
        )  # fmt: skip
    else:
        rows.add(
            "wallets", software="not known", network="unknown", network_basis="nothing is in clear",
            remark="sealed files with names and form of a Monero wallet; nothing shows that it is one",
            **row,
        )  # fmt: skip
    rows.add(
        "wallet_secrets", place=keys.path.rpartition("/")[2], kind="monero keys" if known else "ciphertext",
        state="encrypted", fingerprint=fingerprint("monero keys, encrypted", secret, unit),
    )  # fmt: skip
    rows.finish()
