"""OpenPGP keys, messages and signatures (RFC 9580; RFC 4880 for what it left behind), armoured and binary.

Packets are told apart here, so that nothing is unpacked that could be a bomb; keys, user ids and signatures
are then read by Sequoia. Nothing is decrypted and no signature is checked: who signed is what the signature
says.
"""

import base64
import binascii
import bz2
import hashlib
import re
import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple

from pysequoia.packet import Packet, PacketPile

from stocktake.artefacts.fingerprints import fingerprint
from stocktake.artefacts.gathering import Gathering, moment, utc

_PKESK, _SIGNATURE, _SKESK, _ONE_PASS, _SECRET, _PUBLIC, _SECRET_SUB = 1, 2, 3, 4, 5, 6, 7
_COMPRESSED, _SED, _LITERAL, _USER_ID, _PUBLIC_SUB, _SEIPD, _AEAD = 8, 9, 11, 13, 14, 18, 20
_KEYS = (_SECRET, _PUBLIC, _SECRET_SUB, _PUBLIC_SUB)
_DATA = (_COMPRESSED, _SED, _LITERAL, _SEIPD, _AEAD)
_ALGORITHMS = {
    1: "RSA", 2: "RSA, to encrypt", 3: "RSA, to sign", 16: "Elgamal", 17: "DSA", 18: "ECDH", 19: "ECDSA",
    20: "Elgamal", 22: "EdDSA", 25: "X25519", 26: "X448", 27: "Ed25519", 28: "Ed448",
}  # fmt: skip
_MOST_PACKETS = 100_000
_MOST_BODY = 16 << 20
_MOST_UNPACKED = 1 << 20

BEGIN = re.compile(rb"-----BEGIN PGP ([A-Z0-9 ,/]{3,40})-----")
_KINDS = re.compile(r"MESSAGE.*|PUBLIC KEY BLOCK|PRIVATE KEY BLOCK|SIGNATURE|ARMORED FILE")
_END = b"-----END PGP "


class Part(NamedTuple):
    """A packet: tag, body, and its place in the binary data; ``body`` is cut where it is long data."""

    tag: int
    body: bytes
    offset: int
    length: int


def packets(data: bytes) -> Iterator[Part]:
    """Yield packets in order (RFC 9580, 4.2). Raises ValueError where the data is none."""
    at = 0
    for _ in range(_MOST_PACKETS):
        if at >= len(data):
            return
        start, head = at, data[at]
        if not head & 0x80:
            raise ValueError("no packet begins here")
        if head & 0x40:
            tag = head & 0x3F
            at, body = _new_format(data, at + 1)
        else:
            tag = head >> 2 & 0x0F
            size = (1, 2, 4, 0)[head & 3]
            length = int.from_bytes(data[at + 1 : at + 1 + size]) if size else len(data) - at - 1
            at += 1 + size
            body = data[at : at + length]
            at += length
        if tag == 0 or (at > len(data) and tag not in _DATA):
            raise ValueError("a packet is cut off")
        yield Part(tag, body[:_MOST_BODY], start, min(at, len(data)) - start)


def _new_format(data: bytes, at: int) -> tuple[int, bytes]:
    pieces = []
    while True:
        if at >= len(data):
            raise ValueError("a packet is cut off")
        first = data[at]
        if first < 192:
            length, at = first, at + 1
        elif first < 224:
            length, at = (first - 192 << 8) + int.from_bytes(data[at + 1 : at + 2]) + 192, at + 2
        elif first == 255:
            length, at = int.from_bytes(data[at + 1 : at + 5]), at + 5
        else:
            pieces.append(data[at + 1 : at + 1 + (1 << (first & 0x1F))])
            at += 1 + (1 << (first & 0x1F))
            continue
        pieces.append(data[at : at + length])
        return at + length, b"".join(pieces)


def dearmoured(text: bytes) -> Iterator[tuple[str, bytes, int, int]]:
    """Yield kind, decoded bytes, offset and length of each armoured block; damaged ones are left out."""
    end = -1
    begins = [(found[1].decode(), found.start(), found.end()) for found in BEGIN.finditer(text)]
    for number, (kind, start, after) in enumerate(begins):
        if end < after:
            end = text.find(_END, after)
        following = begins[number + 1][1] if number + 1 < len(begins) else len(text)
        if end < 0:
            return
        if end > following or not _KINDS.fullmatch(kind):
            continue
        decoded = _decoded(text[after:end])
        if decoded:
            close = text.find(b"-----", end + len(_END), end + 60)
            yield kind, decoded, start, (close + 5 if close >= 0 else end) - start


def _decoded(body: bytes) -> bytes | None:
    lines = [line.strip() for line in re.split(rb"\r?\n|\r", body)]
    letters = [
        line for line in lines if line and b":" not in line and not (line[:1] == b"=" and len(line) == 5)
    ]
    joined = b"".join(letters)
    try:
        return base64.b64decode(joined + b"=" * (-len(joined) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def recipients(armoured: str | bytes) -> list[str]:
    """The ids of the keys that a message is encrypted to: 16 hexadecimal digits, upper case, in order.

    Takes text with armoured messages in it, or one binary message. A recipient that the sender hid is sixteen
    zeros. A key of version 6 is named by its fingerprint, of which these are the first digits. Never raises;
    what is no message has no recipients.
    """
    data = armoured.encode("utf-8", "replace") if isinstance(armoured, str) else armoured
    blocks = [decoded for kind, decoded, _, _ in dearmoured(data) if kind.startswith("MESSAGE")]
    if not blocks and data[:1] >= b"\x80":
        blocks = [data]
    found: list[str] = []
    for block in blocks:
        try:
            for part in packets(block):
                if part.tag in _DATA:
                    break
                if part.tag == _PKESK and (key_id := _recipient(part.body)):
                    found.append(key_id)
        except ValueError:
            continue
    return list(dict.fromkeys(found))


def _recipient(body: bytes) -> str | None:
    if body[:1] in (b"\x02", b"\x03") and len(body) >= 10:
        return body[1:9].hex().upper()
    if body[:1] == b"\x06" and len(body) >= 2:
        named = body[3 : 2 + body[1]] if body[1] else bytes(8)
        # the id of a version 4 key is the end of its fingerprint, that of a later one its beginning
        return (named[-8:] if body[2:3] == b"\x04" else named[:8]).hex().upper() if len(named) >= 8 else None
    return None


def is_openpgp(head: bytes) -> bool:
    """Whether binary data begins as keys, a message or a signature do; stricter than the tag of a packet."""
    try:
        first = next(packets(head[: 1 << 16]))
    except (ValueError, StopIteration):
        return False
    body = first.body
    if len(body) < 8:
        return False
    if first.tag in (_PUBLIC, _SECRET):
        algorithm = body[5] if body[0] in (4, 5, 6) else body[7]
        if body[0] not in (2, 3, 4, 5, 6) or algorithm not in (
            1,
            2,
            3,
            16,
            17,
            18,
            19,
            20,
            22,
            25,
            26,
            27,
            28,
        ):
            return False
        return _sequoia(head[: first.length], "fingerprint") is not None
    if first.tag == _PKESK:
        return body[0] == 3 and body[9] in (1, 2, 16, 18, 25, 26) and first.length < 2200
    if first.tag == _SIGNATURE:
        return body[0] in (3, 4, 6) and _sequoia(head[: first.length], "signature_type") is not None
    return False


def _sequoia(packet: bytes, fact: str) -> Any:
    read = _read(packet)
    return getattr(read, fact) if read is not None else None


def _read(packet: bytes) -> Packet | None:
    found: list[Packet]
    try:
        found = list(PacketPile.from_bytes(packet))
    except Exception:  # whatever the library makes of hostile bytes
        return None
    return found[0] if len(found) == 1 else None


def read(data: bytes, rows: Gathering) -> None:
    """Rows of everything in a file: armoured blocks, or binary packets."""
    if BEGIN.search(data):
        found = 0
        for kind, decoded, offset, length in dearmoured(data):
            found += 1
            _block(decoded, rows, offset, length, armoured=kind)
        if b"-----BEGIN PGP SIGNED MESSAGE-----" in data:
            rows.add("pgp_messages", kind="text signed in clear", _offset=0, _length=len(data))
        begun = len(BEGIN.findall(data)) - data.count(b"-----BEGIN PGP SIGNED MESSAGE-----")
        if begun > found:
            rows.unit.problem(f"{begun - found} armoured OpenPGP blocks are damaged or cut off")
    else:
        _block(data, rows, 0, len(data), armoured=None)


def _block(data: bytes, rows: Gathering, offset: int, length: int, *, armoured: str | None) -> None:
    """Rows of one run of packets; the place of an armoured one is the block, for its bytes are encoded."""
    message: dict[str, Any] = {}
    primary: str | None = None
    try:
        for part in packets(data):
            place: dict[str, Any] = {"_offset": offset, "_length": length}
            if armoured is None:
                place = {"_offset": offset + part.offset, "_length": part.length}
            packet = data[part.offset : part.offset + part.length]
            if part.tag in _KEYS:
                primary = _key(part, packet, primary, rows, place)
            elif part.tag == _USER_ID:
                read = _read(packet)
                text = part.body.decode("utf-8", "backslashreplace")
                email = read.user_id_email if read is not None else None
                rows.add("pgp_user_ids", user_id=text, email=email, primary_fingerprint=primary, **place)
            elif primary is None:
                _message(part, packet, message)
                if part.tag in (_SED, _SEIPD, _AEAD):
                    break
    except ValueError as error:
        rows.unit.problem(f"OpenPGP data: {error}; what came before is kept", offset=offset, length=length)
    if message:
        signers = dict.fromkeys(message.get("signers", []))
        rows.add(
            "pgp_messages", kind=message.get("kind", "signature"),
            encrypted_to=" ".join(dict.fromkeys(message.get("to", []))) or None,
            passphrases=message.get("passphrases"), signed_by=" ".join(signers) or None,
            signed_at=message.get("at"), _offset=offset, _length=length,
        )  # fmt: skip


def _key(
    part: Part, packet: bytes, primary: str | None, rows: Gathering, place: dict[str, Any]
) -> str | None:
    read = _read(packet)
    print_ = ((read.fingerprint if read is not None else None) or _fingerprint_4(part.body) or "").upper()
    if read is None or not print_:
        rows.unit.problem("an OpenPGP key of a form that is not known", **_problem_place(place))
        return primary
    main = part.tag in (_SECRET, _PUBLIC)
    secret = _secret_state(part.body) if part.tag in (_SECRET, _SECRET_SUB) else "none"
    rows.add(
        "pgp_keys", fingerprint=print_, key_id=print_[:16] if part.body[0] == 6 else print_[-16:],
        primary_fingerprint=print_ if main else primary, role="primary" if main else "subkey",
        version=part.body[0], algorithm=_algorithm(part.body),
        created_at=moment(int.from_bytes(part.body[1:5])), secret=secret, **place,
    )  # fmt: skip
    if secret in ("in clear", "encrypted"):
        rows.add(
            "key_secrets", place=f"OpenPGP key {print_}", kind="OpenPGP secret key", state=secret,
            fingerprint=fingerprint("OpenPGP secret key", part.body, rows.unit), **place,
        )  # fmt: skip
    return print_ if main else primary


def _fingerprint_4(body: bytes) -> str | None:
    """The fingerprint of a key of version 4 that the library refuses for its numbers: RFC 9580, 5.5.4.2."""
    length = _public_length(body) if body[:1] == b"\x04" else None
    if length is None or length > len(body):
        return None
    return hashlib.sha1(b"\x99" + length.to_bytes(2) + body[:length], usedforsecurity=False).hexdigest()


def _algorithm(body: bytes) -> str:
    number = body[7] if body[0] < 4 else body[5]
    return _ALGORITHMS.get(number, f"algorithm {number}")


def _secret_state(body: bytes) -> str:
    """What follows the public part of a secret key: RFC 9580, 5.5.3; GnuPG's stubs, doc/DETAILS."""
    at = _public_length(body)
    if at is None or at >= len(body):
        return "not known"
    usage = body[at]
    if usage == 0:
        return "in clear"
    # usage, cipher, then the specifier: type 101, hash, "GNU", 1 or 2
    if usage in (254, 255) and body[at + 2 : at + 3] == b"\x65" and body[at + 4 : at + 7] == b"GNU":
        return "elsewhere"
    return "encrypted"


def _public_length(body: bytes) -> int | None:
    version = body[0]
    if version in (5, 6):
        return 10 + int.from_bytes(body[6:10])
    at, algorithm = (6, body[5]) if version == 4 else (8, body[7])
    fixed = {25: 32, 26: 56, 27: 32, 28: 57}.get(algorithm)
    if fixed is not None:
        return at + fixed
    numbers = {1: 2, 2: 2, 3: 2, 16: 3, 17: 4, 20: 3, 18: 1, 19: 1, 22: 1}.get(algorithm)
    if numbers is None:
        return None
    if algorithm in (18, 19, 22):
        at += 1 + body[at]  # the curve's name
    for _ in range(numbers):
        at += 2 + (int.from_bytes(body[at : at + 2]) + 7) // 8
    return at + 1 + body[at] if algorithm == 18 and at < len(body) else at


def _message(part: Part, packet: bytes, message: dict[str, Any]) -> None:
    if part.tag == _PKESK:
        if key_id := _recipient(part.body):
            message.setdefault("to", []).append(key_id)
    elif part.tag == _SKESK:
        message["passphrases"] = message.get("passphrases", 0) + 1
    elif part.tag in _DATA:
        message["kind"] = _KIND_OF_DATA.get(part.tag, "encrypted message")
        if part.tag == _COMPRESSED:
            _compressed(part.body, message)
        elif part.tag == _LITERAL and message.get("signers"):
            message["kind"] = "signed message"
    elif part.tag == _ONE_PASS and len(part.body) >= 13:
        message.setdefault("signers", []).append(part.body[4:12].hex().upper())
    elif part.tag == _SIGNATURE and packet:
        read = _read(packet)
        if read is not None:
            issuer = read.issuer_key_id or (read.issuer_fingerprint or "")[-16:]
            message.setdefault("signers", []).extend([issuer.upper()] if issuer else [])
            if read.signature_created:
                message["at"] = utc(read.signature_created)


_KIND_OF_DATA = {_LITERAL: "message that is not encrypted", _COMPRESSED: "compressed message"}


def _compressed(body: bytes, message: dict[str, Any]) -> None:
    try:
        for inner in packets(_unpacked(body)):
            if inner.tag in (_ONE_PASS, _LITERAL):
                _message(inner, b"", message)
            if inner.tag in _DATA:
                return
    except (ValueError, OSError, zlib.error):
        return


def _unpacked(body: bytes) -> bytes:
    """The first of what a compressed packet holds, never more than a mebibyte."""
    if body[:1] == b"\x03":
        return bz2.BZ2Decompressor().decompress(body[1:], _MOST_UNPACKED)
    return zlib.decompressobj(-15 if body[:1] == b"\x01" else 15).decompress(body[1:], _MOST_UNPACKED)


def keybox(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield offset and bytes of the keys in GnuPG's pubring.kbx (GnuPG, kbx/keybox-blob.c)."""
    at = 0
    while at + 20 <= len(data):
        length = int.from_bytes(data[at : at + 4])
        if length < 20:
            return
        if data[at + 4] == 2:
            start, size = int.from_bytes(data[at + 8 : at + 12]), int.from_bytes(data[at + 12 : at + 16])
            if start + size <= length:
                yield at + start, data[at + start : at + start + size]
        at += length


def read_keybox(data: bytes, rows: Gathering) -> None:
    """Rows of the keys in a keybox."""
    for offset, block in keybox(data):
        _block(block, rows, offset, len(block), armoured=None)


def _problem_place(place: dict[str, Any]) -> dict[str, Any]:
    return {"offset": place["_offset"], "length": place["_length"]}
