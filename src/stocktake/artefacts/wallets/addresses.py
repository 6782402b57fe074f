"""Addresses of wallets: what kind one is, and those that public keys and extended public keys give.

Rules: Bitcoin wiki "Technical background of version 1 Bitcoin addresses"; BIP-13 (P2SH), BIP-32 (child keys),
BIP-67 (keys of a shared wallet in order), BIP-141 and BIP-173 (witness), BIP-341 and BIP-350 (taproot);
Ethereum yellow paper, appendix F. No private key takes part.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from coincurve import PublicKey, PublicKeyXOnly
from Crypto.Hash import RIPEMD160

from stocktake.observables import wallets

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_BECH32M = 0x2BC830A3
_HARDENED = 1 << 31


@dataclass(frozen=True)
class Network:
    """What a coin's addresses begin with; ``head`` is None where it has no witness addresses."""

    name: str
    asset: str
    key_hash: int
    script_hash: int
    head: str | None
    private_key: int = 0x80


BITCOIN = Network("bitcoin", "btc", 0x00, 0x05, "bc")
TESTNET = Network("bitcoin testnet", "btc", 0x6F, 0xC4, "tb", 0xEF)
REGTEST = Network("bitcoin regtest", "btc", 0x6F, 0xC4, "bcrt", 0xEF)
LITECOIN = Network("litecoin", "ltc", 0x30, 0x32, "ltc", 0xB0)
DOGECOIN = Network("dogecoin", "doge", 0x1E, 0x16, None, 0x9E)
NETWORKS = {network.name: network for network in (BITCOIN, TESTNET, REGTEST, LITECOIN, DOGECOIN)}


class Judged(NamedTuple):
    """An address with what its check says; ``asset`` is None where it is of no known kind."""

    address: str
    asset: str | None
    network: str | None
    valid: bool | None
    form: str | None


_HEADS = ("bc1", "tb1", "bcrt1", "ltc1")


def judge(text: str) -> Judged:
    """Say what the address is, by the checks of ``observables``."""
    plain = text.strip()
    found = None
    try:
        raw = plain.encode("ascii")
        if plain.lower().startswith(_HEADS):
            found = wallets.bech32_address(raw, _checksum(plain))
        elif plain[:2] in ("0x", "0X") and len(plain) == 42:
            bytes.fromhex(plain[2:])
            found = wallets.ethereum_address(raw, 0)
        elif len(plain) in (95, 106):
            found = wallets.monero_address(raw, 0)
        elif 25 <= len(plain) <= 36:
            found = wallets.base58_address(raw, 0)
        elif plain.lower().startswith("bitcoincash:") or len(plain) == 42:
            found = wallets.cash_address(raw, 0)
    except (ValueError, KeyError):  # letters that no such address has
        found = None
    if found is None:
        return Judged(plain, None, None, None, None)
    return Judged(found.normalised or plain, found.kind, found.network, found.valid, found.encoding)


def base58check(payload: bytes) -> str:
    """Base58 of the payload and its checksum."""
    whole = payload + hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4]
    value = int.from_bytes(whole)
    letters = ""
    while value:
        value, digit = divmod(value, 58)
        letters = _BASE58[digit] + letters
    return "1" * (len(whole) - len(whole.lstrip(b"\0"))) + letters


def hash160(data: bytes) -> bytes:
    """RIPEMD-160 of SHA-256."""
    return bytes(RIPEMD160.new(hashlib.sha256(data).digest()).digest())


def pay_to_key_hash(key: bytes, network: Network) -> str:
    """P2PKH address of a public key."""
    return base58check(bytes([network.key_hash]) + hash160(key))


def pay_to_script_hash(script_hash: bytes, network: Network) -> str:
    """P2SH address of a script's hash (20 bytes)."""
    return base58check(bytes([network.script_hash]) + script_hash)


def pay_to_witness(version: int, program: bytes, network: Network) -> str | None:
    """Segregated-witness address; None where the coin has none."""
    if network.head is None:
        return None
    fives = _fives(program)
    check = _polymod(network.head, [version, *fives, 0, 0, 0, 0, 0, 0]) ^ (_BECH32M if version else 1)
    data = [version, *fives, *(check >> 5 * (5 - i) & 31 for i in range(6))]
    return f"{network.head}1{''.join(_BECH32[value] for value in data)}"


def _polymod(head: str, values: list[int]) -> int:
    """The checksum of BIP-173 over the part before the last 1 and the five-bit values after it."""
    check = 1
    for value in [*(ord(c) >> 5 for c in head), 0, *(ord(c) & 31 for c in head), *values]:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATORS):
            check ^= generator if top >> bit & 1 else 0
    return check


def _checksum(text: str) -> int:
    """Whose checksum an address bears: 1 bech32, 2 bech32m, 0 neither. ValueError where it is too short."""
    head, _, rest = text.lower().rpartition("1")
    if len(rest) < 8:
        raise ValueError("too short for a checksum")
    check = _polymod(head, [_BECH32.index(letter) for letter in rest])
    return {1: 1, _BECH32M: 2}.get(check, 0)


def _fives(data: bytes) -> list[int]:
    bits = len(data) * 8
    value = int.from_bytes(data) << (-bits % 5)
    return [value >> shift & 31 for shift in range((bits + 4) // 5 * 5 - 5, -1, -5)]


def nested_witness(key: bytes, network: Network) -> str | None:
    """P2SH-P2WPKH address of a compressed public key."""
    return pay_to_script_hash(hash160(b"\0\x14" + hash160(key)), network) if network.head else None


def taproot(key: bytes, network: Network) -> str | None:
    """P2TR address of a key that is spent by itself alone: BIP-341, no script tree."""
    inner = key[1:] if len(key) == 33 else key
    tag = hashlib.sha256(b"TapTweak").digest()
    output = PublicKeyXOnly(inner)
    output.tweak_add(hashlib.sha256(tag + tag + inner).digest())
    return pay_to_witness(1, output.format(), network)


def shared(keys: list[bytes], needed: int, network: Network) -> str | None:
    """P2SH address of a wallet that ``needed`` of the keys can spend from, keys in order (BIP-67)."""
    if not 1 <= needed <= len(keys) <= 16:
        return None
    script = bytes([0x50 + needed]) + b"".join(bytes([len(key)]) + key for key in sorted(keys))
    return pay_to_script_hash(hash160(script + bytes([0x50 + len(keys), 0xAE])), network)


# How a descriptor names them, and what each is called.
SINGLE_KEY: dict[str, tuple[str, Callable[[bytes, Network], str | None]]] = {
    "pkh": ("P2PKH", pay_to_key_hash),
    "wpkh": ("P2WPKH", lambda key, network: pay_to_witness(0, hash160(key), network)),
    "sh(wpkh": ("P2SH-P2WPKH", nested_witness),
    "tr": ("P2TR", taproot),
}


def of_key(key: bytes, network: Network, *, witness: bool = True) -> list[tuple[str, str]]:
    """Form and address for each way in which Bitcoin Core watches a single public key."""
    if len(key) == 65 or not witness:
        return [("P2PKH", pay_to_key_hash(key, network))]
    found = [(name, make(key, network)) for form, (name, make) in SINGLE_KEY.items() if form != "tr"]
    return [(name, address) for name, address in found if address]


def is_public_key(key: bytes) -> bool:
    """Whether this is a point of the curve, compressed or not."""
    if not (len(key) == 33 and key[0] in (2, 3)) and not (len(key) == 65 and key[0] == 4):
        return False
    try:
        PublicKey(key)
    except ValueError:
        return False
    return True


class Extended(NamedTuple):
    """The part of an extended public key that children come from: BIP-32."""

    chain_code: bytes
    key: bytes

    def child(self, index: int) -> "Extended":
        """The child of a number below 2^31."""
        if not 0 <= index < _HARDENED:
            raise ValueError("hardened children need the private key")
        left = hmac.new(self.chain_code, self.key + index.to_bytes(4), "sha512").digest()
        return Extended(left[32:], PublicKey(self.key).add(left[:32]).format(compressed=True))


def of_network(name: str | None) -> Network | None:
    """The network that addresses can be derived for."""
    return NETWORKS.get(name or "")
