"""Keys: OpenPGP keys, keyrings and messages, SSH and TLS keys, certificates.

Of a secret key the place, kind, state and keyed fingerprint are kept, never the secret. For whom a message is
encrypted is read from it as it stands; nothing is decrypted. Files are known by what they begin with: a block
in the middle of a mail or page belongs to that, and is found there as an observable.
"""

import re
from typing import BinaryIO

from stocktake.artefacts.gathering import Gathering
from stocktake.artefacts.keys.tables import FAMILY, TABLES
from stocktake.evidence import Item
from stocktake.records.raw import UnitWriter

_MOST_BYTES = 64 << 20
_ARMOUR = re.compile(rb"\s*(?:Comment:[^\n]*\n)?-----BEGIN PGP ")
_PEM = re.compile(
    rb"\s*(?:(?:Bag Attributes|Certificate:|#)[\s\S]{0,30000}?\n)?-----BEGIN "
    rb"(?:[A-Z0-9 ]{0,24}PRIVATE KEY|CERTIFICATE|PUBLIC KEY|RSA PUBLIC KEY)-----"
)
_KEY = re.compile(rb"-----BEGIN (?:[A-Z0-9 ]{0,24}PRIVATE|PUBLIC|RSA PUBLIC) KEY-----")
_SSH_TYPES = (b"ssh-", b"ecdsa-sha2-", b"sk-")


def recognise(head: bytes, path: str) -> str | None:
    """One of openpgp, openpgp-keybox, gnupg-private-key, pem, ssh-public-key and putty-key."""
    if _ARMOUR.match(head):
        return "openpgp"
    if _PEM.match(head) and _KEY.search(head):  # certificates alone are the host's
        return "pem"
    if head[4:12] == b"\x01\x01\x00\x02KBXf" or (head[4:5] == b"\x01" and head[8:12] == b"KBXf"):
        return "openpgp-keybox"
    if head.startswith(b"PuTTY-User-Key-File-"):
        return "putty-key"
    if path.endswith(".pub") and head.lstrip().startswith(_SSH_TYPES):
        from stocktake.artefacts.keys.pairs import SSH_LINE

        return "ssh-public-key" if SSH_LINE.fullmatch(head) else None
    if path.endswith(".key") and re.match(rb"(?:\(\d\d:|Key: \(|Created: )", head) and b"private-key" in head:
        return "gnupg-private-key"
    if head[:1] >= b"\x80":
        from stocktake.artefacts.keys import openpgp

        return "openpgp" if openpgp.is_openpgp(head) else None
    return None


def read(kind: str, stream: BinaryIO, item: Item, unit: UnitWriter) -> None:
    """Read one item of a kind that `recognise` gave."""
    from stocktake.artefacts.keys import openpgp, pairs

    data = stream.read(_MOST_BYTES)
    if stream.read(1):
        unit.problem(f"only the first {_MOST_BYTES >> 20} MiB were read as keys")
    rows = Gathering(unit, FAMILY, TABLES)
    if kind == "openpgp":
        openpgp.read(data, rows)
    elif kind == "openpgp-keybox":
        openpgp.read_keybox(data, rows)
    elif kind == "gnupg-private-key":
        _gnupg_private(data, item.path, rows)
    elif kind == "ssh-public-key":
        pairs.read_ssh_public(data, rows)
    elif kind == "putty-key":
        pairs.read_putty(data, rows)
    else:
        pairs.read(data, rows)
    rows.finish()


def _gnupg_private(data: bytes, path: str, rows: Gathering) -> None:
    """A key of GnuPG's agent: named by its keygrip; an S-expression (GnuPG, agent/keyformat.txt)."""
    from stocktake.artefacts.fingerprints import fingerprint

    state = "in clear"
    if b"shadowed-private-key" in data:
        state = "elsewhere"
    elif b"protected-private-key" in data:
        state = "encrypted"
    grip = path.rpartition("/")[2].removesuffix(".key")
    place: dict[str, int] = {"_offset": 0, "_length": len(data)}
    rows.add("key_files", form="GnuPG agent", part="private", comment=f"keygrip {grip}", state=state, **place)
    if state != "elsewhere":
        print_ = fingerprint("GnuPG private key", data, rows.unit)
        rows.add(
            "key_secrets",
            place=f"keygrip {grip}",
            kind="GnuPG private key",
            state=state,
            fingerprint=print_,
            **place,
        )
