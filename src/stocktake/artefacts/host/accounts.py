"""Accounts of a host, the keys that open them, and the hosts they knew.

Sources: passwd(5), group(5), shadow(5), crypt(5); sshd(8), "AUTHORIZED_KEYS FILE FORMAT" and
"SSH_KNOWN_HOSTS FILE FORMAT". A key's fingerprint is the unpadded base64 of the SHA-256 of its blob, as
ssh-keygen prints it. Password hashes are never kept: only of which kind they are.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import BinaryIO

from stocktake.artefacts.host.events import EPOCH, Event, place_of, write_events
from stocktake.artefacts.host.histories import user_of
from stocktake.artefacts.lines import lines
from stocktake.records.raw import UnitWriter

_KEY = re.compile(
    r"(?P<before>.*?)(?P<type>ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-nistp\d+|sk-ssh-ed25519@openssh\.com|"
    r"sk-ecdsa-sha2-nistp256@openssh\.com|[\w-]+-cert-v01@openssh\.com)\s+(?P<blob>[A-Za-z0-9+/]{40,}={0,3})(?:\s+(?P<comment>.*))?"
)
PASSWD = re.compile(rb"[^\s:#]+:[^:\n]*:\d+:\d+:[^:\n]*:[^:\n]*:[^:\n]*")
_HASHES = {
    "$1$": "MD5", "$2": "bcrypt", "$5$": "SHA-256", "$6$": "SHA-512", "$7$": "scrypt", "$y$": "yescrypt",
    "$gy$": "gost-yescrypt", "_": "extended DES",
}  # fmt: skip


def fingerprint(blob: str) -> str | None:
    """``SHA256:…`` of an SSH public key in base64; None where it is none."""
    try:
        raw = base64.b64decode(blob + "=" * (-len(blob) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(raw) < 8 or int.from_bytes(raw[:4], "big") > 64:
        return None
    return "SHA256:" + base64.b64encode(hashlib.sha256(raw).digest()).decode().rstrip("=")


def password_kind(stored: str) -> str:
    """What a password field of passwd or shadow holds, without holding it."""
    if stored == "":
        return "no password"
    if stored in ("x", "*", "!", "!!", "!*", "*LK*"):
        return "no password hash here" if stored == "x" else "locked, no password hash"
    locked = "locked, " if stored.startswith("!") else ""
    plain = stored.lstrip("!")
    for prefix, name in _HASHES.items():
        if plain.startswith(prefix):
            return f"{locked}has a password hash: {name}"
    return f"{locked}has a password hash: {'DES' if len(plain) == 13 else 'of no known kind'}"


def read(kind: str, stream: BinaryIO, path: str, unit: UnitWriter) -> None:
    """Read one of these files by its kind."""
    readers = {
        "passwd": passwd,
        "group": group,
        "shadow": shadow,
        "authorized-keys": authorized_keys,
        "known-hosts": known_hosts,
    }
    write_events(unit, readers[kind](stream, path))


def passwd(stream: BinaryIO, path: str) -> Iterator[Event]:  # noqa: ARG001 - readers are called alike
    """Accounts: uid, gid, name, home and shell."""
    for line in lines(stream):
        fields = line.text.split(":")
        if len(fields) == 7 and not line.data.startswith(b"#"):
            name, password, uid, gid, gecos, home, shell = fields
            text = f"uid {uid}, gid {gid}, name {gecos!r}, home {home}, {password_kind(password)}"
            yield {
                "kind": "user account",
                "user": name,
                "command": shell or None,
                "text": text,
                **place_of(line),
            }


def group(stream: BinaryIO, path: str) -> Iterator[Event]:  # noqa: ARG001
    """Groups that have members."""
    for line in lines(stream):
        fields = line.text.split(":")
        if len(fields) == 4 and not line.data.startswith(b"#"):
            for member in filter(None, fields[3].split(",")):
                text = f"member of group {fields[0]} (gid {fields[2]})"
                yield {"kind": "group membership", "user": member, "text": text, **place_of(line)}


def shadow(stream: BinaryIO, path: str) -> Iterator[Event]:  # noqa: ARG001
    """Kinds of password hashes and when a password was last changed; never the hashes."""
    for line in lines(stream):
        fields = line.text.split(":")
        if len(fields) != 9 or line.data.startswith(b"#"):
            continue
        event: Event = {
            "kind": "password",
            "user": fields[0],
            "text": password_kind(fields[1]),
            **place_of(line),
        }
        if fields[2].isdigit() and 0 < int(fields[2]) < 100000:
            event |= {
                "local_time": EPOCH + timedelta(days=int(fields[2])),
                "zone_minutes": 0,
                "time_note": "a day only",
            }
        yield event


def authorized_keys(stream: BinaryIO, path: str) -> Iterator[Event]:
    """Keys that may log in."""
    for line in lines(stream):
        found = _KEY.fullmatch(line.text.strip())
        print_ = fingerprint(found["blob"]) if found and not line.data.lstrip().startswith(b"#") else None
        if found and print_:
            command = re.search(r'command="((?:[^"\\]|\\.)*)"', found["before"])
            yield {
                "kind": "authorised SSH key",
                "user": user_of(path),
                "fingerprint": print_,
                "command": command[1] if command else None,
                "text": line.text.strip(),
                **place_of(line),
            }


def known_hosts(stream: BinaryIO, path: str) -> Iterator[Event]:
    """Hosts that a user of this host connected to; names may be hashed."""
    for line in lines(stream):
        found = _KEY.fullmatch(line.text.strip())
        print_ = fingerprint(found["blob"]) if found and not line.data.lstrip().startswith(b"#") else None
        if found and print_:
            names = found["before"].strip().split(" ")[-1]
            address = re.fullmatch(
                r"(?:.*,)?\[?((?:\d{1,3}\.){3}\d{1,3}|[0-9a-fA-F:]*::?[0-9a-fA-F:]+)\]?(?::\d+)?(?:,.*)?",
                names,
            )
            yield {
                "kind": "known SSH host",
                "user": user_of(path),
                "ip": address[1] if address else None,
                "fingerprint": print_,
                "text": line.text.strip(),
                **place_of(line),
            }
