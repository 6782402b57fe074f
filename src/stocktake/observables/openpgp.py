"""OpenPGP fingerprints, and the places of armoured blocks (RFC 9580)."""

import binascii
import hashlib
import re

from stocktake.observables.finding import ABSENT, FAILED, MEDIUM, NO_CHECKSUM, PASSED, Finding

_LINES = re.compile(rb"\r?\n|\\r\\n|\\n|\r")
_BLOCKS = ("", "message", "signed message", "public key", "private key", "signature")
PRIVATE = 4


def _table() -> list[int]:
    table = []
    for byte in range(256):
        value = byte << 16
        for _ in range(8):
            value = value << 1 ^ (0x1864CFB if value & 0x800000 else 0)
        table.append(value & 0xFFFFFF)
    return table


_CRC24 = _table()


def crc24(data: bytes) -> int:
    """The checksum of ASCII armour: RFC 9580, 6.1.1."""
    value = 0xB704CE
    for byte in data:
        value = (value << 8 & 0xFFFFFF) ^ _CRC24[value >> 16 ^ byte]
    return value


def fingerprint(text: bytes, _note: int) -> Finding:
    """40 hexadecimal digits that are grouped as fingerprints are, or that the words before them call one.

    Nothing in a fingerprint can be checked without its key.
    """
    value = text.decode()
    plain = value.replace(" ", "").upper().removeprefix("0X")
    return Finding("pgp_fingerprint", value, plain, None, "OpenPGP", "version 4", NO_CHECKSUM, MEDIUM)


def block(text: bytes, note: int) -> Finding:
    """The place of an armoured block; note 8 tells that its end is there too.

    A block is normalised to the SHA-256 of its decoded bytes, so that copies of it are seen as one. Of a
    private key only the keyed fingerprint is kept.
    """
    what = note & 7
    checksum, valid, decoded = _decoded(text) if note & 8 else (ABSENT, None, None)
    encoding = f"ASCII armour, {_BLOCKS[what]}" + ("" if note & 8 else ", no end near")
    confidence = MEDIUM if valid is None else "high"
    if what == PRIVATE:
        label = "[OpenPGP private key]"
        return Finding(
            "pgp_block", label, None, valid, "OpenPGP", encoding, checksum, confidence, secret=decoded or text
        )
    value = f"[OpenPGP {_BLOCKS[what]}]"
    normalised = f"sha256:{hashlib.sha256(decoded).hexdigest()}" if decoded else None
    return Finding("pgp_block", value, normalised, valid, "OpenPGP", encoding, checksum, confidence)


def _decoded(text: bytes) -> tuple[str, bool | None, bytes | None]:
    """The fate of the checksum, whether the block is valid, its bytes (of a signed message its signature)."""
    lines = [line.strip() for line in _LINES.split(text)]
    heads = [place for place, line in enumerate(lines) if line.startswith(b"-----BEGIN PGP")]
    lines = lines[heads[-1] + 1 : -1]
    blank = lines.index(b"") + 1 if b"" in lines else 0
    body = [line for line in lines[blank:] if line and b":" not in line]
    check = body.pop() if body and len(body[-1]) == 5 and body[-1][:1] == b"=" else None
    try:
        data = binascii.a2b_base64(b"".join(body), strict_mode=True)
        if check and int.from_bytes(binascii.a2b_base64(check[1:])) != crc24(data):
            return FAILED, False, data
    except (binascii.Error, ValueError):
        return FAILED, False, None
    if not data or not data[0] & 0x80:  # every packet begins with this bit
        return FAILED, False, None
    return (PASSED, True, data) if check else (ABSENT, None, data)
