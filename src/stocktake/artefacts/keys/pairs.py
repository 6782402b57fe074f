"""SSH and TLS: key files of OpenSSH (PROTOCOL.key), PEM (RFC 7468, PKCS #1 and #8) and PuTTY."""

import base64
import binascii
import hashlib
import re
from typing import Any

from cryptography.hazmat.primitives import serialization

from stocktake.artefacts.fingerprints import fingerprint
from stocktake.artefacts.gathering import Gathering
from stocktake.artefacts.host.certificates import COLUMNS, each
from stocktake.artefacts.keys.tables import FAMILY
from stocktake.artefacts.rows import write_rows

PEM = re.compile(
    rb"-----BEGIN (?P<kind>[A-Z0-9 ]{0,24}PRIVATE KEY|PUBLIC KEY|RSA PUBLIC KEY)-----"
    rb"(?P<body>[^-]{1,200000}?)-----END (?P=kind)-----"
)
SSH_LINE = re.compile(
    rb"\s*(?P<type>ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-nistp\d{3}|sk-[\w@.-]{10,50})\s+"
    rb"(?P<blob>AAAA[A-Za-z0-9+/]{30,}={0,2})"
    rb"(?:[ \t]+(?P<comment>[^\r\n]*))?\s*"
)
PUTTY = b"PuTTY-User-Key-File-"


def read(data: bytes, rows: Gathering) -> None:
    """Rows of every key and certificate in a file."""
    damaged = 0
    for found in PEM.finditer(data):
        kind = found["kind"].decode()
        place = {"_offset": found.start(), "_length": found.end() - found.start()}
        act = _public if "PUBLIC" in kind else _openssh if kind.startswith("OPENSSH") else _private
        try:
            act(found[0], kind, rows, place)
        except Exception:  # what the library makes of hostile bytes is of many kinds
            damaged += 1
            rows.add("key_files", form=f"PEM {kind}", part="not known", state="damaged", **place)
    if b"-----BEGIN CERTIFICATE-----" in data:  # a server's key and certificates in one file
        certificates = rows.unit.table(FAMILY, "certificates", COLUMNS)
        write_rows(rows.unit, certificates, each(data, rows.unit))
    if damaged:
        rows.unit.problem(f"{damaged} keys are damaged or of a form that is not known")


def read_ssh_public(data: bytes, rows: Gathering) -> None:
    """Row of a public key of OpenSSH."""
    for found in SSH_LINE.finditer(data):
        blob = base64.b64decode(found["blob"] + b"==")
        rows.add(
            "key_files", form="OpenSSH", part="public", algorithm=found["type"].decode(), state="public",
            fingerprint=ssh_fingerprint(blob), comment=_text(found["comment"]),
            _offset=found.start(), _length=found.end() - found.start(),
        )  # fmt: skip


def read_putty(data: bytes, rows: Gathering) -> None:
    """Row of a key file of PuTTY (versions 2 and 3; "PPK file format" in its documentation)."""
    lines = data.decode("utf-8", "backslashreplace").splitlines()
    facts = dict(line.split(": ", 1) for line in lines if ": " in line)
    public = _putty_lines(lines, "Public-Lines: ")
    state = "in clear" if facts.get("Encryption") == "none" else "encrypted"
    algorithm = lines[0].partition(": ")[2] if lines else ""
    place: dict[str, Any] = {"_offset": 0, "_length": len(data)}
    rows.add(
        "key_files", form="PuTTY", part="private", algorithm=algorithm, state=state,
        fingerprint=ssh_fingerprint(public) if public else None, comment=facts.get("Comment"), **place,
    )  # fmt: skip
    _secret(_putty_lines(lines, "Private-Lines: ") or b"", "PuTTY private key", state, rows, place)


def _putty_lines(lines: list[str], name: str) -> bytes | None:
    at = next((number for number, line in enumerate(lines) if line.startswith(name)), None)
    if at is None or not lines[at][len(name) :].isdecimal():
        return None
    try:
        return base64.b64decode("".join(lines[at + 1 : at + 1 + int(lines[at][len(name) :])]))
    except (binascii.Error, ValueError):
        return None


def ssh_fingerprint(blob: bytes) -> str:
    """SHA256:… as ssh-keygen -l prints it."""
    return f"SHA256:{base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip('=')}"


def _openssh(pem: bytes, _kind: str, rows: Gathering, place: dict[str, Any]) -> None:
    body = base64.b64decode(b"".join(pem.split(b"-----")[2].split()))
    magic = b"openssh-key-v1\0"
    if not body.startswith(magic):
        raise ValueError("not OpenSSH's form")
    at = len(magic)

    def field() -> bytes:
        nonlocal at
        size = int.from_bytes(body[at : at + 4])
        at += 4 + size
        if at > len(body):
            raise ValueError("cut off")
        return body[at - size : at]

    cipher, _, _ = field(), field(), field()
    at += 4
    public, private = field(), field()
    state = "in clear" if cipher == b"none" else "encrypted"
    rows.add(
        "key_files", form="OpenSSH", part="private",
        algorithm=_text(public[4 : 4 + int.from_bytes(public[:4])]), fingerprint=ssh_fingerprint(public),
        comment=_comment(private) if state == "in clear" else None, state=state, **place,
    )  # fmt: skip
    _secret(private, "OpenSSH private key", state, rows, place)


def _comment(private: bytes) -> str | None:
    """The comment after the private numbers: the last field before the padding 1, 2, 3 …"""
    end = len(private)
    padding = private[-1] if private else 0
    if 0 < padding < 16 and private[-padding:] == bytes(range(1, padding + 1)):
        end -= padding
    for size in range(min(end - 4, 1024) + 1):
        at = end - size - 4
        if at >= 0 and int.from_bytes(private[at : at + 4]) == size:
            text = private[at + 4 : end]
            return _text(text) if text and text.decode("utf-8", "replace").isprintable() else None
    return None


def _private(pem: bytes, kind: str, rows: Gathering, place: dict[str, Any]) -> None:
    sealed = kind == "ENCRYPTED PRIVATE KEY" or b"Proc-Type: 4,ENCRYPTED" in pem
    facts: dict[str, Any] = {}
    if not sealed:
        key = serialization.load_pem_private_key(pem, None, unsafe_skip_rsa_key_validation=True)
        facts = _public_facts(key.public_key())
    state = "encrypted" if sealed else "in clear"
    rows.add("key_files", form=f"PEM {kind}", part="private", state=state, **facts, **place)
    body = b"".join(line for line in pem.split(b"-----")[2].split() if b":" not in line)
    _secret(body, "PEM private key", state, rows, place)


def _public(pem: bytes, kind: str, rows: Gathering, place: dict[str, Any]) -> None:
    facts = _public_facts(serialization.load_pem_public_key(pem))
    rows.add("key_files", form=f"PEM {kind}", part="public", state="public", **facts, **place)


def _public_facts(key: Any) -> dict[str, Any]:
    """Algorithm and fingerprints of a public key; OpenSSH's where OpenSSH has the algorithm."""
    encoded = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    facts: dict[str, Any] = {"key_sha256": hashlib.sha256(encoded).hexdigest()}
    name = type(key).__name__.lstrip("_").removesuffix("PublicKey")
    size = getattr(key, "key_size", None)
    facts["algorithm"] = f"{name} {size}" if size else name
    try:
        line = key.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
        facts["fingerprint"] = ssh_fingerprint(base64.b64decode(line.split()[1]))
    except Exception:  # an algorithm that OpenSSH has not
        facts["fingerprint"] = None
    return facts


def _secret(secret: bytes, kind: str, state: str, rows: Gathering, place: dict[str, Any]) -> None:
    rows.add(
        "key_secrets", place=f"bytes {place['_offset']} to {place['_offset'] + place['_length']}", kind=kind,
        state=state, fingerprint=fingerprint(kind, secret, rows.unit), **place,
    )  # fmt: skip


def _text(data: bytes | None) -> str | None:
    return data.decode("utf-8", "backslashreplace").strip() or None if data else None
