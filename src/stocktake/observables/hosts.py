"""Places on networks: addresses, names, onion services, URLs."""

import functools
import hashlib
import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from stocktake.observables.candidates import CODE_LIKE, FILE_LIKE, RESERVED, UNKNOWN, label_kinds
from stocktake.observables.finding import FAILED, LOW, MEDIUM, NO_CHECKSUM, PASSED, Finding

_URL = re.compile(r"([A-Za-z]+)://(?:([^/?#@]*)@)?(\[[0-9A-Fa-f:.]+\]|[^/?#:]*)(?::(\d*))?(.*)", re.DOTALL)
# Letters of base32 (RFC 4648) as Python's digits of a number to the base 32.
_BASE32 = str.maketrans("abcdefghijklmnopqrstuvwxyz234567", "0123456789abcdefghijklmnopqrstuv")
_NAME = re.compile(r"[a-z2-7]{56}")
# First octets of networks that hold reserved ones: IANA, IPv4 Special-Purpose Address Registry.
_SPECIAL = {"0", "10", "100", "127", "169", "172", "192", "198", "203", *map(str, range(224, 256))}
_PORTS = {"http": "80", "https": "443", "ftp": "21", "ssh": "22", "ws": "80", "wss": "443"}


def _reach(address: IPv4Address | IPv6Address) -> str:
    if address.is_loopback:
        return "loopback"
    if address.is_multicast:
        return "multicast"
    return "public" if address.is_global else "private or reserved"


@functools.lru_cache(1 << 16)  # logs name the same ones again and again
def ipv4(text: bytes, _note: int) -> Finding:
    """A dotted IPv4 address. Four small numbers may also be a version, so they count for less."""
    value = text.decode()
    first = value[: value.index(".")]
    reach = _reach(IPv4Address(value)) if first in _SPECIAL else "public"
    small = len(value) <= 8 and first not in ("10", "127")
    confidence = LOW if first == "0" else MEDIUM if small else "high"
    return Finding("ipv4", value, value, True, reach, None, NO_CHECKSUM, confidence)


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
    raw = int(name.translate(_BASE32), 32).to_bytes(35)
    key, check, version = raw[:32], raw[32:34], raw[34:]
    return version == b"\x03" and hashlib.sha3_256(b".onion checksum" + key + version).digest()[:2] == check


def onion(text: bytes, note: int) -> Finding | None:
    """An onion service: version 3 by its checksum, version 2 by its form. Note 1: the bare 56 letters."""
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
    parts = _URL.fullmatch(value.replace("\\/", "/") if "\\" in value else value)
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
        valid = None if len(name) == 16 else bool(_NAME.fullmatch(name)) and onion_checksum(name)
    else:
        kind = label_kinds().get(last.encode("ascii"), UNKNOWN)
        valid = None if kind == RESERVED or last == host else kind != UNKNOWN
    name = f"{user.split(':', 1)[0]}@" if user else ""
    tail = f":{port}" if port and port != _PORTS.get(scheme) else ""
    normalised = f"{scheme}://{name}{host}{tail}{rest if rest[:1] == '/' else '/' + rest}"
    network = "tor" if last == "onion" else None
    return Finding("url", value, normalised, valid, network, None, confidence="high" if valid else LOW)
