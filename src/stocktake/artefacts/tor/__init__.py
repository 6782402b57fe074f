"""Tor: folders of onion services, and the configuration that says what they lead to.

A service's folder is one group: its name is taken from the ``hostname`` file and computed from each of the
keys, and where they disagree a problem says so. Of a secret key only its place and a keyed fingerprint are
kept.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from stocktake.artefacts import Group
from stocktake.artefacts.fingerprints import fingerprint
from stocktake.artefacts.lines import LONGEST, lines, shown
from stocktake.artefacts.rows import write_rows
from stocktake.artefacts.tor import names
from stocktake.evidence import Item
from stocktake.records.raw import Column, UnitWriter

_NAME = re.compile(r"(?:[a-z2-7]{56}|[a-z2-7]{16})\.onion")
_LARGEST = 1 << 16

SERVICES = [
    Column("folder", "the service's folder", pa.string()),
    Column("name", "the name", pa.string()),
    Column("found_in", "the file that it was read or computed from", pa.string()),
    Column("how", "recorded, or computed from which key", pa.string()),
    Column("version", "of the onion service", pa.int16()),
    Column("secret", "keyed fingerprint of the secret key", pa.string()),
]
CLIENTS = [
    Column("folder", "the service's folder", pa.string()),
    Column("client", "name of the authorised client", pa.string()),
    Column("public_key", "its descriptor:x25519 key, base32", pa.string()),
]
PORTS = [
    Column("folder", "HiddenServiceDir as stated", pa.string()),
    Column("port", "port of the onion service", pa.int32()),
    Column("target", "where it leads to", pa.string()),
]

_FILES = ("hostname", "hs_ed25519_public_key", "hs_ed25519_secret_key", "private_key")


def recognise(head: bytes, path: str) -> str | None:
    """``torrc`` for Tor's configuration; a key or name that lies alone, ``onion-key`` or ``onion-name``."""
    if head.startswith((names.PUBLIC_TAG, names.SECRET_TAG)):
        return "onion-key"
    if len(head) < 100 and _NAME.fullmatch(head.strip().decode("latin-1")):
        return "onion-name"
    name = path.rsplit("/", 1)[-1]
    if name.startswith("torrc") or (
        b"hiddenservicedir" in head.lower()  # many times quicker than the expression, on every file there is
        and re.search(rb"^[ \t]*HiddenServiceDir\s+\S", head, re.MULTILINE | re.IGNORECASE)
    ):
        stated = re.search(
            rb"^[ \t]*#?[ \t]*(?:HiddenServiceDir|SocksPort|DataDirectory|ORPort|ControlPort)\b",
            head,
            re.MULTILINE | re.IGNORECASE,
        )
        return "torrc" if stated and b"\0" not in head else None
    return None


def groups(items: Sequence[Item]) -> Iterator[Group]:
    """The folders of onion services."""
    folders: dict[str, list[Item]] = {}
    for item in items:
        folder, _, name = item.path.rpartition("/")
        if name in _FILES:
            folders.setdefault(folder, []).append(item)
        elif name.endswith(".auth") and folder.endswith("authorized_clients"):
            folders.setdefault(folder.rpartition("/")[0], []).append(item)
    for folder, found in folders.items():
        if any(_is_of_service(item) for item in found):
            yield Group(folder or ".", "onion-service", tuple(found))


def _is_of_service(item: Item) -> bool:
    name = item.path.rsplit("/", 1)[-1]
    data = _content(item)
    if name == "hostname":
        return bool(_NAME.match(data.strip().decode("latin-1")))
    if name == "private_key":
        return False  # an RSA key of that name alone is no onion service
    return data.startswith((names.PUBLIC_TAG, names.SECRET_TAG))


def _content(item: Item) -> bytes:
    try:
        with closing(item.open()) as stream:
            return stream.read(_LARGEST)
    except OSError:
        return b""


def read_group(group: Group, unit: UnitWriter, scratch: Path) -> None:  # noqa: ARG001 - nothing is copied
    """The service's names, each with the file that it comes from, and its authorised clients."""
    services = unit.table("tor", "onion_services", SERVICES)
    rows = []
    for item in group.items:
        name = item.path.rsplit("/", 1)[-1]
        if name in _FILES:
            rows += _names(name, _content(item), group.path, item.path, unit)
        else:
            clients = unit.table("tor", "onion_clients", CLIENTS)
            write_rows(unit, clients, _clients(_content(item), group.path, name))
    write_rows(unit, services, rows)
    _compare(rows, group.path, unit)


def _names(name: str, data: bytes, folder: str, path: str, unit: UnitWriter) -> list[dict[str, object]]:
    common: dict[str, object] = {"folder": folder, "found_in": path, "version": 3}
    if name == "hostname":
        found = [part for part in data.decode("latin-1").lower().split() if _NAME.fullmatch(part)]
        for one in found:
            if len(one) == 62 and not names.is_v3_name(one):
                unit.problem(
                    f"the name in {path} is no onion name: its checksum is wrong", severity="warning"
                )
        return [
            {**common, "name": one, "how": "recorded", "version": 3 if len(one) == 62 else 2} for one in found
        ]
    if name == "private_key":
        v2 = names.v2_name(data)
        if v2 is None:
            unit.problem(f"{path} holds no RSA key that can be read", severity="warning")
            return []
        how = "computed from the secret key"
        return [{**common, "name": v2, "how": how, "version": 2, "secret": _fingerprint(data, unit)}]
    public, how = names.public_key_of(data), "computed from the public key"
    secret = None
    if public is None and (public := names.public_of_secret(data)) is not None:
        how = "computed from the secret key"
        secret = _fingerprint(data, unit)
    if public is None:
        unit.problem(f"{path} is no key of an onion service, whatever its name says", severity="warning")
        return []
    return [{**common, "name": names.v3_name(public), "how": how, "secret": secret}]


def _fingerprint(secret_key: bytes, unit: UnitWriter) -> str:
    return fingerprint("onion key", secret_key, unit) or "not kept"


def _clients(data: bytes, folder: str, name: str) -> list[dict[str, object]]:
    found = re.match(r"descriptor:x25519:([A-Z2-7]{52})=*\s*$", data.decode("latin-1"))
    return [{"folder": folder, "client": name.removesuffix(".auth"), "public_key": found[1]}] if found else []


def _compare(rows: list[dict[str, object]], folder: str, unit: UnitWriter) -> None:
    told = {
        str(row["name"]): f"{row['name']} ({row['how']}, {str(row['found_in']).rsplit('/', 1)[-1]})"
        for row in rows
    }
    if len(told) > 1:
        unit.problem(
            f"the names of the onion service in {folder} differ: {'; '.join(told.values())}", severity="error"
        )


def read(kind: str, stream: BinaryIO, item: Item, unit: UnitWriter) -> None:
    """Read Tor's configuration, or a name or key that lies alone."""
    folder = item.path.rpartition("/")[0]
    if kind == "torrc":
        table = unit.table("tor", "onion_ports", PORTS)
        write_rows(unit, table, _ports(stream))
        return
    data = stream.read(_LARGEST)
    name = "hostname" if kind == "onion-name" else "hs_ed25519_secret_key"
    table = unit.table("tor", "onion_services", SERVICES)
    place = {"_offset": 0, "_length": len(data)}
    write_rows(unit, table, [{**row, **place} for row in _names(name, data, folder, item.path, unit)])


def _ports(stream: BinaryIO) -> Iterator[dict[str, object]]:
    folder = None
    for line in lines(stream):
        words = line.data.split(b"#", 1)[0].split() if line.length < LONGEST else []
        if len(words) < 2:
            continue
        name = words[0].lower()
        if name == b"hiddenservicedir":
            folder = shown(b" ".join(words[1:])).strip('"')
        elif name == b"hiddenserviceport" and folder:
            port = int(words[1]) if words[1].isdigit() and len(words[1]) < 6 else None
            target = shown(b" ".join(words[2:])) or f"127.0.0.1:{port}"
            yield {
                "folder": folder,
                "port": port,
                "target": target,
                "_offset": line.offset,
                "_length": line.length,
            }
