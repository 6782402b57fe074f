"""Names of onion services, computed from their keys.

Version 3: Tor, "Rendezvous Specification - Version 3", section 6 (ENCODING ONION ADDRESSES):
``base32(PUBKEY | CHECKSUM | VERSION) + ".onion"`` with ``CHECKSUM = SHA3-256(".onion checksum" | PUBKEY |
VERSION)[:2]`` and VERSION 3. Version 2 (retired in 2021): "Rendezvous Specification - Version 2", section
1.5: the base32 of the first ten bytes of the SHA-1 of the DER of the PKCS#1 public key.

Files of version 3: ``tagged_fmt`` of ``crypto_util.c``: 32 bytes of tag, then the key. The secret key is
the expanded one of RFC 8032: the clamped scalar and the prefix; its public key is the scalar times the base
point.
"""

import base64
import hashlib

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

PUBLIC_TAG = b"== ed25519v1-public: type0 ==\0\0\0"
SECRET_TAG = b"== ed25519v1-secret: type0 ==\0\0\0"

# The curve of RFC 8032, section 5.1.
_P = 2**255 - 19
_D = -121665 * pow(121666, -1, _P) % _P
_BASE_Y = 4 * pow(5, -1, _P) % _P
_BASE_X = 15112221349535400772501151409588531511454012693041857206046113283949847762202


def v3_name(public_key: bytes) -> str:
    """The name of a version 3 service from its 32-byte public key."""
    checksum = hashlib.sha3_256(b".onion checksum" + public_key + b"\x03").digest()[:2]
    return base64.b32encode(public_key + checksum + b"\x03").decode().lower() + ".onion"


def is_v3_name(name: str) -> bool:
    """Whether the name is one of version 3 and its checksum holds."""
    label = name.lower().removesuffix(".onion").rsplit(".", 1)[-1]
    if len(label) != 56 or not name.lower().endswith(".onion"):
        return False
    try:
        raw = base64.b32decode(label.upper())
    except ValueError:
        return False
    return v3_name(raw[:32]) == f"{label}.onion"


def public_key_of(file: bytes) -> bytes | None:
    """The key in a file hs_ed25519_public_key; None where it is no such file."""
    return file[32:64] if file.startswith(PUBLIC_TAG) and len(file) == 64 else None


def public_of_secret(file: bytes) -> bytes | None:
    """The public key of a file hs_ed25519_secret_key; None where it is no such file."""
    if not file.startswith(SECRET_TAG) or len(file) != 96:
        return None
    scalar = int.from_bytes(file[32:64], "little")
    return _encoded(_times(scalar))


def v2_name(pem: bytes) -> str | None:
    """The name of a version 2 service from its private_key file; None where it holds no such key."""
    try:
        key = load_pem_private_key(pem, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    if not isinstance(key, RSAPrivateKey):
        return None
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)
    return (
        base64.b32encode(hashlib.sha1(der, usedforsecurity=False).digest()[:10]).decode().lower() + ".onion"
    )


_Point = tuple[int, int, int, int]


def _add(a: _Point, b: _Point) -> _Point:
    # RFC 8032, section 5.1.4: extended homogeneous coordinates
    one = (a[1] - a[0]) * (b[1] - b[0]) % _P
    two = (a[1] + a[0]) * (b[1] + b[0]) % _P
    three = 2 * a[3] * b[3] * _D % _P
    four = 2 * a[2] * b[2] % _P
    e, f, g, h = two - one, four - three, four + three, two + one
    return (e * f % _P, g * h % _P, f * g % _P, e * h % _P)


def _times(scalar: int) -> _Point:
    found: _Point = (0, 1, 1, 0)
    point: _Point = (_BASE_X, _BASE_Y, 1, _BASE_X * _BASE_Y % _P)
    while scalar:
        if scalar & 1:
            found = _add(found, point)
        point = _add(point, point)
        scalar >>= 1
    return found


def _encoded(point: _Point) -> bytes:
    inverse = pow(point[2], -1, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")
