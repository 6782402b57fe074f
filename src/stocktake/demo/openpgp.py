"""OpenPGP keys and messages (RFC 4880, RFC 6637), as buyers and operators paste them into a shop.

Keys are Ed25519 with a Curve25519 subkey for encryption, made from a text, so the demo's own keys are the
only ones that open the demo's messages.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives import keywrap, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, x25519
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms

if TYPE_CHECKING:
    from datetime import datetime

_ED25519_OID = bytes.fromhex("2b06010401da470f01")
_CURVE25519_OID = bytes.fromhex("2b060104019755010501")
_EDDSA, _ECDH = 22, 18
_SHA256, _AES256 = 8, 9
_RAW = (serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def _packet(tag: int, body: bytes) -> bytes:
    size = len(body)
    if size < 192:
        length = bytes([size])
    elif size < 8384:
        length = bytes([(size - 192 >> 8) + 192, size - 192 & 255])
    else:
        length = b"\xff" + size.to_bytes(4, "big")
    return bytes([0xC0 | tag]) + length + body


def _mpi(data: bytes) -> bytes:
    number = int.from_bytes(data, "big")
    return number.bit_length().to_bytes(2, "big") + number.to_bytes((number.bit_length() + 7) // 8, "big")


def _subpacket(kind: int, data: bytes) -> bytes:
    return bytes([len(data) + 1, kind]) + data


def armour(kind: str, data: bytes) -> str:
    """ASCII armour with its CRC-24; `kind` is the word of the header, such as `MESSAGE`."""
    crc = 0xB704CE
    for byte in data:
        crc ^= byte << 16
        for _ in range(8):
            crc <<= 1
            if crc & 0x1000000:
                crc ^= 0x1864CFB
    text = base64.b64encode(data).decode()
    lines = [text[i : i + 64] for i in range(0, len(text), 64)]
    check = "=" + base64.b64encode(crc.to_bytes(3, "big")).decode()
    return "\n".join(
        [f"-----BEGIN PGP {kind}-----", "", *lines, check, f"-----END PGP {kind}-----"],
    )


@dataclass(frozen=True)
class Key:
    """A key pair for signing with a subkey for encryption."""

    user_id: str
    created: datetime
    seed: str

    def _secret(self, part: str) -> bytes:
        return hashlib.sha256(f"openpgp {part} {self.seed}".encode()).digest()

    def _signing(self) -> ed25519.Ed25519PrivateKey:
        return ed25519.Ed25519PrivateKey.from_private_bytes(self._secret("sign"))

    def _encrypting(self) -> x25519.X25519PrivateKey:
        return x25519.X25519PrivateKey.from_private_bytes(self._secret("encrypt"))

    def _stamp(self) -> bytes:
        return int(self.created.timestamp()).to_bytes(4, "big")

    def _primary_body(self) -> bytes:
        point = b"\x40" + self._signing().public_key().public_bytes(*_RAW)
        oid = bytes([len(_ED25519_OID)]) + _ED25519_OID
        return b"\x04" + self._stamp() + bytes([_EDDSA]) + oid + _mpi(point)

    def _subkey_body(self) -> bytes:
        point = b"\x40" + self._encrypting().public_key().public_bytes(*_RAW)
        oid = bytes([len(_CURVE25519_OID)]) + _CURVE25519_OID
        kdf = bytes([3, 1, _SHA256, _AES256])
        return b"\x04" + self._stamp() + bytes([_ECDH]) + oid + _mpi(point) + kdf

    @staticmethod
    def _fingerprint_of(body: bytes) -> bytes:
        return hashlib.sha1(b"\x99" + len(body).to_bytes(2, "big") + body, usedforsecurity=False).digest()

    def fingerprint(self) -> str:
        """Fingerprint of the primary key: 40 upper-case hexadecimal digits."""
        return self._fingerprint_of(self._primary_body()).hex().upper()

    def subkey_id(self) -> str:
        """Key id of the subkey for encryption, as messages name it: 16 upper-case hexadecimal digits."""
        return self._fingerprint_of(self._subkey_body())[-8:].hex().upper()

    def _signature(self, kind: int, signed: bytes, extra: bytes) -> bytes:
        fingerprint = self._fingerprint_of(self._primary_body())
        hashed = _subpacket(33, b"\x04" + fingerprint) + _subpacket(2, self._stamp()) + extra
        head = bytes([4, kind, _EDDSA, _SHA256]) + len(hashed).to_bytes(2, "big") + hashed
        digest = hashlib.sha256(signed + head + b"\x04\xff" + len(head).to_bytes(4, "big")).digest()
        issuer = _subpacket(16, fingerprint[-8:])
        proof = self._signing().sign(digest)
        body = (
            head + len(issuer).to_bytes(2, "big") + issuer + digest[:2] + _mpi(proof[:32]) + _mpi(proof[32:])
        )
        return _packet(2, body)

    def _assembled(self, primary: bytes, subkey: bytes) -> bytes:
        name = self.user_id.encode()
        hashed_primary = b"\x99" + len(self._primary_body()).to_bytes(2, "big") + self._primary_body()
        hashed_subkey = b"\x99" + len(self._subkey_body()).to_bytes(2, "big") + self._subkey_body()
        hashed_name = b"\xb4" + len(name).to_bytes(4, "big") + name
        preferences = _subpacket(27, b"\x03") + _subpacket(11, bytes([_AES256])) + _subpacket(30, b"\x01")
        return (
            primary
            + _packet(13, name)
            + self._signature(0x13, hashed_primary + hashed_name, preferences)
            + subkey
            + self._signature(0x18, hashed_primary + hashed_subkey, _subpacket(27, b"\x0c"))
        )

    def public_block(self) -> str:
        """The armoured public key with its self-signatures."""
        data = self._assembled(_packet(6, self._primary_body()), _packet(14, self._subkey_body()))
        return armour("PUBLIC KEY BLOCK", data)

    def secret_block(self) -> str:
        """The armoured secret key, not protected: for checking the demo's messages with another program."""

        def unprotected(secret: bytes) -> bytes:
            number = _mpi(secret)
            return b"\x00" + number + (sum(number) % 65536).to_bytes(2, "big")

        # RFC 6637 keeps a Curve25519 secret with its bytes the other way round, clamped.
        scalar = bytearray(self._secret("encrypt"))
        scalar[0] &= 248
        scalar[31] = scalar[31] & 127 | 64
        primary = self._primary_body() + unprotected(self._secret("sign"))
        subkey = self._subkey_body() + unprotected(bytes(reversed(scalar)))
        return armour("PRIVATE KEY BLOCK", self._assembled(_packet(5, primary), _packet(7, subkey)))

    def encrypt(self, text: str, entropy: bytes) -> str:
        """`text` as an armoured message that only this key opens; `entropy` stands for the random choices."""
        session = hashlib.sha256(b"session" + entropy).digest()
        ephemeral = x25519.X25519PrivateKey.from_private_bytes(hashlib.sha256(b"ecdh" + entropy).digest())
        shared = ephemeral.exchange(self._encrypting().public_key())
        recipient = self._fingerprint_of(self._subkey_body())
        parameters = (
            bytes([len(_CURVE25519_OID)])
            + _CURVE25519_OID
            + bytes([_ECDH, 3, 1, _SHA256, _AES256])
            + b"Anonymous Sender    "
            + recipient
        )
        wrapping = hashlib.sha256(b"\0\0\0\x01" + shared + parameters).digest()
        block = bytes([_AES256]) + session + (sum(session) % 65536).to_bytes(2, "big")
        padding = 8 - len(block) % 8
        wrapped = keywrap.aes_key_wrap(wrapping, block + bytes([padding]) * padding)
        point = b"\x40" + ephemeral.public_key().public_bytes(*_RAW)
        pkesk = b"\x03" + recipient[-8:] + bytes([_ECDH]) + _mpi(point) + bytes([len(wrapped)]) + wrapped

        literal = _packet(11, b"u\x00" + bytes(4) + text.encode())
        prefix = hashlib.sha256(b"prefix" + entropy).digest()[:16]
        plain = prefix + prefix[-2:] + literal + b"\xd3\x14"
        plain += hashlib.sha1(plain, usedforsecurity=False).digest()
        cipher = Cipher(algorithms.AES(session), CFB(bytes(16))).encryptor()
        sealed = b"\x01" + cipher.update(plain) + cipher.finalize()
        return armour("MESSAGE", _packet(1, pkesk) + _packet(18, sealed))
