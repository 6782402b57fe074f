"""Ethereum's key files: "Web3 Secret Storage Definition", version 3. The key in them is always encrypted."""

import json
import re
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from stocktake.artefacts.fingerprints import fingerprint
from stocktake.artefacts.gathering import Gathering
from stocktake.artefacts.wallets import addresses
from stocktake.artefacts.wallets.tables import FAMILY, TABLES
from stocktake.records.raw import UnitWriter

_MOST_BYTES = 1 << 16
# UTC--2016-05-19T22-36-43.130119200Z--ADDRESS
_NAME = re.compile(
    r"UTC--(\d{4}-\d\d-\d\d)T(\d\d)[-:](\d\d)[-:](\d\d)(?:\.(\d{1,9}))?Z?--(?:0x)?([0-9a-fA-F]{40})?"
)


def is_keystore(head: bytes) -> bool:
    """Whether this is a key file: small, and all its parts are there."""
    return len(head) < _MOST_BYTES and head.lstrip()[:1] == b"{" and _stored(head) is not None


def _stored(data: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    sealed = found.get("crypto", found.get("Crypto"))
    parts = ("cipher", "ciphertext", "kdf", "kdfparams", "mac")
    if (
        found.get("version") not in (3, "3")
        or not isinstance(sealed, dict)
        or not all(p in sealed for p in parts)
    ):
        return None
    return {**found, "crypto": sealed}


def read(stream: BinaryIO, path: str, unit: UnitWriter) -> None:
    """Read one key file; its name gives when it was made."""
    data = stream.read(_MOST_BYTES)
    stored = _stored(data)
    if stored is None:
        unit.problem("is no key file of Ethereum after all", severity="error")
        return
    sealed = stored["crypto"]
    named = _NAME.match(PurePosixPath(path).name)
    made = _made(named) if named else None
    digits = str(stored.get("address") or "").removeprefix("0x")
    basis = "recorded"
    if not digits and named and named[6]:
        digits, basis = named[6], "recorded in the file's name"
    rows = Gathering(unit, FAMILY, TABLES)
    whole: dict[str, Any] = {"_offset": 0, "_length": len(data)}
    rows.add(
        "wallets", software="Ethereum key file", format="Web3 Secret Storage 3", version="3", kind="one key",
        network="ethereum", network_basis="form of the file", encryption="private keys", seed="none",
        created_at=made, created_basis="the file's name" if made else None,
        remark=f"{_word(sealed['cipher'])}, key from a password by {_word(sealed['kdf'])}", **whole,
    )  # fmt: skip
    if re.fullmatch(r"[0-9a-fA-F]{40}", digits):
        # The file states the address without the checksum of its letters' case, so that says nothing.
        found = addresses.judge(f"0x{digits.lower()}")
        rows.add(
            "wallet_addresses", address=found.address, asset="eth", network="ethereum", valid=True,
            form=found.form, used_as="own key", basis=basis, created_at=made, **whole,
        )  # fmt: skip
    secret = str(sealed["ciphertext"]).encode("utf-8", "replace")
    rows.add(
        "wallet_secrets", place="crypto.ciphertext", kind="ethereum private key", state="encrypted",
        fingerprint=fingerprint("ethereum private key, encrypted", secret, unit), **whole,
    )  # fmt: skip
    rows.finish()


def _made(named: "re.Match[str]") -> datetime | None:
    day, hour, minute, second, fraction = named.group(1, 2, 3, 4, 5)
    try:
        return datetime.fromisoformat(f"{day}T{hour}:{minute}:{second}.{(fraction or '0')[:6]:0<6}")
    except ValueError:
        return None


def _word(value: object) -> str:
    text = str(value)
    return text if re.fullmatch(r"[\w-]{1,40}", text) else "a method that is not known"
