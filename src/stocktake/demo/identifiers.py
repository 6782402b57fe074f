"""Identifiers that are well formed, checksums included, and belong to nobody.

Each is derived from a text by hashing, so that the same seed gives the same identifiers.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from functools import lru_cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_P = 2**256 - 2**32 - 977  # the field of secp256k1
_Point = tuple[int, int]


def s10(service: str, serial: int, country: str = "GB") -> str:
    """Postal item number of UPU standard S10: two letters, eight digits, check digit, country."""
    digits = f"{serial:08d}"
    weighted = sum(int(d) * w for d, w in zip(digits, (8, 6, 4, 2, 3, 5, 9, 7), strict=True))
    check = 11 - weighted % 11
    return f"{service}{digits}{ {10: 0, 11: 5}.get(check, check) }{country}"


def _onion_key(seed: str) -> tuple[bytes, bytes]:
    secret = hashlib.sha256(seed.encode()).digest()
    key = ed25519.Ed25519PrivateKey.from_private_bytes(secret).public_key()
    return secret, key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def onion_v3(seed: str) -> str:
    """Name of a version 3 onion service whose Ed25519 key is made from `seed` (rend-spec-v3, 6)."""
    _, public = _onion_key(seed)
    check = hashlib.sha3_256(b".onion checksum" + public + b"\x03").digest()[:2]
    return base64.b32encode(public + check + b"\x03").decode().lower() + ".onion"


def onion_v3_folder(seed: str) -> dict[str, bytes]:
    """The files of Tor's folder for the service of `onion_v3`, by name.

    Source: tor, src/feature/hs/hs_service.c and src/lib/crypt_ops/crypto_ed25519.c.
    """
    secret, public = _onion_key(seed)
    expanded = bytearray(hashlib.sha512(secret).digest())
    expanded[0] &= 248
    expanded[31] = expanded[31] & 63 | 64
    return {
        "hostname": f"{onion_v3(seed)}\n".encode(),
        "hs_ed25519_public_key": b"== ed25519v1-public: type0 ==\0\0\0" + public,
        "hs_ed25519_secret_key": b"== ed25519v1-secret: type0 ==\0\0\0" + bytes(expanded),
    }


def base58check(payload: bytes) -> str:
    """Base58 with the first four bytes of a double SHA-256 as its checksum."""
    data = payload + hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4]
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        text = _BASE58[rest] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def _bech32_polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> bit & 1 else 0
    return check


def p2wpkh(key_hash: bytes, network: str = "bc") -> str:
    """Segregated-witness address, version 0, of a 20 byte key hash (BIP 173)."""
    bits = int.from_bytes(key_hash, "big")
    data = [0] + [bits >> shift & 31 for shift in range(155, -1, -5)]
    expanded = [ord(c) >> 5 for c in network] + [0] + [ord(c) & 31 for c in network]
    check = _bech32_polymod([*expanded, *data, 0, 0, 0, 0, 0, 0]) ^ 1
    return f"{network}1" + "".join(_BECH32[d] for d in data + [check >> 5 * (5 - i) & 31 for i in range(6)])


def hash160(data: bytes) -> bytes:
    """RIPEMD-160 of SHA-256, the key hash of Bitcoin addresses."""
    return hashlib.new("ripemd160", hashlib.sha256(data).digest()).digest()


def p2pkh(seed: str) -> str:
    """An address of the oldest kind (`1…`)."""
    return base58check(b"\x00" + hashlib.sha256(seed.encode()).digest()[:20])


def p2sh(seed: str) -> str:
    """A script address (`3…`)."""
    return base58check(b"\x05" + hashlib.sha256(seed.encode()).digest()[:20])


def txid(seed: str) -> str:
    """A transaction id that no transaction has."""
    return hashlib.sha256(b"transaction " + seed.encode()).hexdigest()


@dataclass(frozen=True)
class ExtendedKey:
    """A BIP 32 extended public key. Its point is found by hashing, so that no private key is known."""

    point: _Point
    chain_code: bytes
    depth: int = 0
    parent: bytes = bytes(4)
    child: int = 0

    @classmethod
    def from_seed(cls, seed: str) -> ExtendedKey:
        """An account key (depth 3, hardened child 0) as a wallet's `m/84'/0'/0'` would be."""
        x = int.from_bytes(hashlib.sha256(seed.encode()).digest(), "big") % _P
        while pow(x**3 + 7, (_P - 1) // 2, _P) != 1:
            x += 1
        y = pow(x**3 + 7, (_P + 1) // 4, _P)
        even = y if y % 2 == 0 else _P - y
        digest = hashlib.sha256(b"chain code " + seed.encode()).digest()
        return cls((x, even), digest, depth=3, parent=digest[:4], child=0x80000000)

    def public_key(self) -> bytes:
        """The point, compressed (33 bytes)."""
        return bytes([2 + self.point[1] % 2]) + self.point[0].to_bytes(32, "big")

    def derive(self, index: int) -> ExtendedKey:
        """The public child `index` (BIP 32, CKDpub)."""
        digest = hmac.new(self.chain_code, self.public_key() + index.to_bytes(4, "big"), "sha512").digest()
        tweak = ec.derive_private_key(int.from_bytes(digest[:32], "big"), ec.SECP256K1()).public_key()
        numbers = tweak.public_numbers()
        return ExtendedKey(
            _add((numbers.x, numbers.y), self.point),
            digest[32:],
            self.depth + 1,
            hash160(self.public_key())[:4],
            index,
        )

    def serialised(self, version: int = 0x04B24746) -> str:
        """Base58 text; the default version bytes are those of `zpub` (SLIP 132)."""
        return base58check(
            version.to_bytes(4, "big")
            + bytes([self.depth])
            + self.parent
            + self.child.to_bytes(4, "big")
            + self.chain_code
            + self.public_key()
        )


def _add(a: _Point, b: _Point) -> _Point:
    slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, _P) % _P
    x = (slope * slope - a[0] - b[0]) % _P
    return x, (slope * (a[0] - x) - a[1]) % _P


@lru_cache
def _branch(account: ExtendedKey, number: int) -> ExtendedKey:
    return account.derive(number)


def deposit_address(account: ExtendedKey, index: int) -> str:
    """The wallet's `index`th deposit address (path 0/index)."""
    return p2wpkh(hash160(_branch(account, 0).derive(index).public_key()))


def change_address(account: ExtendedKey, index: int) -> str:
    """The wallet's `index`th address for change (path 1/index)."""
    return p2wpkh(hash160(_branch(account, 1).derive(index).public_key()))
