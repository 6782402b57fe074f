"""Places on networks: addresses, names, onion services, URLs."""

import hashlib
import re
from base64 import b32decode
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from stocktake.observables.candidates import CODE_LIKE, FILE_LIKE, RESERVED, UNKNOWN, label_kinds
from stocktake.observables.finding import FAILED, LOW, MEDIUM, NO_CHECKSUM, PASSED, Finding

_URL = re.compile(r"([A-Za-z]+)://(?:([^/?#@]*)@)?(\[[0-9A-Fa-f:.]+\]|[^/?#:]*)(?::(\d*))?(.*)", re.DOTALL)
_PORTS = {"http": "80", "https": "443", "ftp": "21", "ssh": "22", "ws": "80", "wss": "443"}


def _reach(address: IPv4Address | IPv6Address) -> str:
    if address.is_loopback:
        return "loopback"
    if address.is_multicast:
        return "multicast"
    return "public" if address.is_global else "private or reserved"


def ipv4(text: bytes, _note: int) -> Finding:
    """A dotted IPv4 address. Four small numbers may also be a version, so they count for less."""
    value = text.decode()
    small = len(value) <= 8 and not value.startswith(("10.", "127."))
    confidence = LOW if value.startswith("0.") else MEDIUM if small else "high"
    return Finding("ipv4", value, value, True, _reach(IPv4Address(value)), None, confidence=confidence)


def ipv6(text: bytes, _note: int) -> Finding | None:
    """An IPv6 address in any of its written forms, normalised by RFC 5952."""
    value = text.decode()
    try:
        address = IPv6Address(value)
    except AddressValueError:
        return None
    confidence = "high" if value.count(":") > 2 else MEDIUM
    return Finding("ipv6", value, str(address), True, _reach(address), None, confidence=confidence)


def domain(text: bytes, note: int) -> Finding | None:
    """A name under a last label that is delegated; labels of at most 63 letters (RFC 1035)."""
    value = text.decode()
    if any(len(label) > 63 for label in value.split(".")):
        return None
    valid = None if note == RESERVED else True
    confidence = {RESERVED: LOW, FILE_LIKE: LOW, CODE_LIKE: MEDIUM}.get(note, "high")
    return Finding("domain", value, value.lower(), valid, None, None, confidence=confidence)


def onion_checksum(name: str) -> bool:
    """Whether the 56 letters of a version 3 name bear the checksum of the Tor specification, rend-spec-v3."""
    raw = b32decode(name.upper())
    key, check, version = raw[:32], raw[32:34], raw[34:]
    return version == b"\x03" and hashlib.sha3_256(b".onion checksum" + key + version).digest()[:2] == check


def onion(text: bytes, note: int) -> Finding | None:
    """An onion service: version 3 by its checksum, version 2 by its form only. Note 1: the bare 56 letters."""
    value = text.decode()
    name = value.lower().removesuffix(".onion")
    if len(name) == 16:
        return Finding("onion", value, f"{name}.onion", None, "tor", "version 2", NO_CHECKSUM, MEDIUM)
    if onion_checksum(name):
        return Finding(
            "onion", value, f"{name}.onion", True, "tor", "version 3", PASSED, MEDIUM if note else "high"
        )
    if note:
        return None
    return Finding("onion", value, None, False, "tor", "version 3", FAILED, LOW)


def url(text: bytes, _note: int) -> Finding | None:
    """A URL; scheme and host in lower case, the usual port left out, a password never shown."""
    value = text.decode()
    parts = _URL.fullmatch(value.replace("\\/", "/"))
    if parts is None:
        return None
    scheme, user, host, port, rest = parts.groups()
    scheme, host = scheme.lower(), host.lower()
    valid: bool | None
    last = host.rpartition(".")[2]
    if host.startswith("["):
        valid = True
    elif last.isdigit():
        try:
            IPv4Address(host)
        except AddressValueError:
            return None
        valid = True
    elif last == "onion":
        name = host.split(".")[-2] if "." in host else ""
        valid = None if len(name) == 16 else len(name) == 56 and _is_onion(name)
    else:
        kind = label_kinds().get(last.encode("ascii"), UNKNOWN)
        valid = None if kind == RESERVED or last == host else kind != UNKNOWN
    name = f"{user.split(':', 1)[0]}@" if user else ""
    tail = f":{port}" if port and port != _PORTS.get(scheme) else ""
    normalised = f"{scheme}://{name}{host}{tail}{rest if rest[:1] == '/' else '/' + rest}"
    network = "tor" if last == "onion" else None
    return Finding("url", value, normalised, valid, network, None, confidence="high" if valid else LOW)


def _is_onion(name: str) -> bool:
    try:
        return onion_checksum(name)
    except ValueError:
        return False
