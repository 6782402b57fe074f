"""Addresses and keys of cryptocurrencies, checked by what their specifications publish.

base58check: Bitcoin wiki, "Base58Check encoding". bech32 and bech32m: BIP-173, BIP-350. Extended keys:
BIP-32, SLIP-132. Seed phrases: BIP-39, and Electrum's "Seed version". Ethereum: EIP-55. Bitcoin Cash:
cashaddr specification. Monero: "Address" in the Monero documentation (Keccak-256, base58 in blocks of 8
bytes). Tron: TIP-28 (base58check, version 0x41). Version bytes: the chain parameters of each coin's node.
"""

import functools
import hashlib
import hmac
import re
from collections.abc import Iterator

from Crypto.Hash import keccak
from mnemonic import Mnemonic

from stocktake.observables.finding import ABSENT, FAILED, LOW, MEDIUM, NO_CHECKSUM, PASSED, Finding

_BASE58 = {
    letter: value
    for value, letter in enumerate(b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")
}
_BECH32 = {letter: value for value, letter in enumerate(b"qpzry9x8gf2tvdw0s3jn54khce6mua7l")}

# Version byte of a base58check address: kind, network, what it pays to.
_VERSIONS = {
    0x00: ("btc", "bitcoin", "P2PKH"),
    0x05: ("btc", "bitcoin", "P2SH"),
    0x6F: ("btc", "bitcoin testnet", "P2PKH"),
    0xC4: ("btc", "bitcoin testnet", "P2SH"),
    0x30: ("ltc", "litecoin", "P2PKH"),
    0x32: ("ltc", "litecoin", "P2SH"),
    0x1E: ("doge", "dogecoin", "P2PKH"),
    0x16: ("doge", "dogecoin", "P2SH"),
    0x41: ("usdt_tron", "tron", "account"),
}
_KEY_VERSIONS = {0x80: "bitcoin", 0xEF: "testnet", 0xB0: "litecoin", 0x9E: "dogecoin"}

# Version of an extended key (SLIP-132): its first letters, network, whether private.
_EXTENDED = {
    bytes.fromhex(version): (head, network, private)
    for version, head, network, private in (
        ("0488b21e", "xpub", "bitcoin", False), ("0488ade4", "xprv", "bitcoin", True),
        ("049d7cb2", "ypub", "bitcoin", False), ("049d7878", "yprv", "bitcoin", True),
        ("04b24746", "zpub", "bitcoin", False), ("04b2430c", "zprv", "bitcoin", True),
        ("0295b43f", "Ypub", "bitcoin", False), ("0295b005", "Yprv", "bitcoin", True),
        ("02aa7ed3", "Zpub", "bitcoin", False), ("02aa7a99", "Zprv", "bitcoin", True),
        ("043587cf", "tpub", "bitcoin testnet", False), ("04358394", "tprv", "bitcoin testnet", True),
        ("044a5262", "upub", "bitcoin testnet", False), ("044a4e28", "uprv", "bitcoin testnet", True),
        ("045f1cf6", "vpub", "bitcoin testnet", False), ("045f18bc", "vprv", "bitcoin testnet", True),
        ("024289ef", "Upub", "bitcoin testnet", False), ("024285b5", "Uprv", "bitcoin testnet", True),
        ("02575483", "Vpub", "bitcoin testnet", False), ("02575048", "Vprv", "bitcoin testnet", True),
        ("019da462", "Ltub", "litecoin", False), ("019d9cfe", "Ltpv", "litecoin", True),
        ("01b26ef6", "Mtub", "litecoin", False), ("01b26792", "Mtpv", "litecoin", True),
        ("02facafd", "dgub", "dogecoin", False), ("02fac398", "dgpv", "dogecoin", True),
    )
}  # fmt: skip

_MONERO = {
    18: ("monero", "standard"),
    19: ("monero", "integrated"),
    42: ("monero", "subaddress"),
    24: ("monero stagenet", "standard"),
    25: ("monero stagenet", "integrated"),
    36: ("monero stagenet", "subaddress"),
    53: ("monero testnet", "standard"),
    54: ("monero testnet", "integrated"),
    63: ("monero testnet", "subaddress"),
}
_HEADS = {
    b"bc": ("btc", "bitcoin"),
    b"tb": ("btc", "bitcoin testnet"),
    b"bcrt": ("btc", "bitcoin regtest"),
    b"ltc": ("ltc", "litecoin"),
}

_PROGRAMS = {(0, 20): "P2WPKH", (0, 32): "P2WSH", (1, 32): "P2TR"}
_CASHADDR_GENERATORS = (0x98F2BC8E61, 0x79B76D99E2, 0xF33E5FB3C4, 0xAE2EABE2A8, 0x1E4F43E470)

_LETTERS = re.compile(rb"[A-Za-z]+")
_SEED_LENGTHS = (24, 21, 18, 15, 12)
_ELECTRUM = {"01": "standard", "100": "segwit", "101": "2fa", "102": "2fa segwit"}


def base58check(text: bytes) -> bytes | None:
    """The payload of ``text``, version included; None where its checksum fails or it is no base58."""
    value = 0
    try:
        for letter in text:
            value = value * 58 + _BASE58[letter]
    except KeyError:
        return None
    zeros = len(text) - len(text.lstrip(b"1"))
    whole = bytes(zeros) + value.to_bytes((value.bit_length() + 7) // 8)
    payload, check = whole[:-4], whole[-4:]
    if len(check) < 4 or hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4] != check:
        return None
    return payload


def base58_address(text: bytes, _note: int) -> Finding | None:
    """An address of Bitcoin, Litecoin, Dogecoin or Tron; chance text passes once in 4 thousand million."""
    payload = base58check(text)
    if payload is None or len(payload) != 21 or payload[0] not in _VERSIONS:
        return None
    kind, network, pays = _VERSIONS[payload[0]]
    value = text.decode()
    return Finding(kind, value, value, True, network, f"base58check {pays}", PASSED)


def wif_key(text: bytes, _note: int) -> Finding:
    """A private key in wallet import format: its place only, and the bytes for the keyed fingerprint."""
    payload = base58check(text)
    if (
        payload
        and payload[0] in _KEY_VERSIONS
        and (len(payload) == 33 or (len(payload) == 34 and payload[33] == 1))
    ):
        shape = "compressed" if len(payload) == 34 else "uncompressed"
        network = _KEY_VERSIONS[payload[0]]
        return Finding("wif_key", "[private key]", None, True, network, f"WIF {shape}", PASSED, secret=text)
    return Finding("wif_key", "[form of a private key]", None, False, None, "WIF", FAILED, LOW, secret=text)


def extended_key(text: bytes, _note: int) -> Finding:
    """An extended public key (value kept) or private key (place only): BIP-32, SLIP-132."""
    payload = base58check(text)
    private = text[1:4].lower() == b"prv" or text[1:4].lower() == b"tpv" or text[1:4].lower() == b"gpv"
    head, network = text[:4].decode(), None
    valid = False
    if payload and len(payload) == 78 and payload[:4] in _EXTENDED:
        head, network, private = _EXTENDED[payload[:4]]
        valid = payload[45] == 0 if private else payload[45] in (2, 3)
    checksum, confidence = (PASSED, "high") if valid else (FAILED, LOW)
    if private:
        label = "[extended private key]" if valid else "[form of an extended private key]"
        return Finding(
            "extended_private_key", label, None, valid, network, head, checksum, confidence, secret=text
        )
    value = text.decode()
    return Finding(
        "extended_public_key", value, value if valid else None, valid, network, head, checksum, confidence
    )


def _to_bytes(fives: list[int]) -> bytes | None:
    """Five-bit values as bytes; None where the padding is longer than needed or not zero."""
    value = 0
    for five in fives:
        value = value << 5 | five
    spare = len(fives) * 5 % 8
    if spare >= 5 or value & ((1 << spare) - 1):
        return None
    return (value >> spare).to_bytes(len(fives) * 5 // 8)


def bech32_address(text: bytes, note: int) -> Finding:
    """A segregated-witness address: BIP-173 (version 0, bech32), BIP-350 (version 1 and on, bech32m).

    Note: whose checksum it bears, 1 bech32, 2 bech32m, 0 neither (``candidates`` computed it).
    """
    value = text.decode()
    plain = text.lower()
    head, _, rest = plain.rpartition(b"1")
    kind, network = _HEADS[head]
    encoding = ("bech32", "bech32", "bech32m")[note]
    size, spare = divmod((len(rest) - 7) * 5, 8)
    version = _BECH32[rest[0]]
    fits = (
        note > 0
        and version <= 16
        and 2 <= size <= 40
        and (note == 1) == (version == 0)
        and (version != 0 or size in (20, 32))
        and spare < 5
        and _BECH32[rest[-7]] & ((1 << spare) - 1) == 0
    )
    if not fits:
        return Finding(kind, value, None, False, network, encoding, PASSED if note else FAILED, LOW)
    pays = _PROGRAMS.get((version, size)) or f"witness version {version}"
    return Finding(kind, value, plain.decode(), True, network, f"{encoding} {pays}", PASSED)


def cash_address(text: bytes, _note: int) -> Finding | None:
    """A Bitcoin Cash address, with its prefix or without; without, a failing checksum means it is none."""
    plain = text.lower()
    prefix, _, rest = plain.rpartition(b":")
    values = [_BECH32[letter] for letter in rest]
    check = 1
    for five in [b & 31 for b in b"bitcoincash"] + [0] + values:
        top = check >> 35
        check = (check & 0x07FFFFFFFF) << 5 ^ five
        for bit, generator in enumerate(_CASHADDR_GENERATORS):
            if top >> bit & 1:
                check ^= generator
    payload = _to_bytes(values[:-8])
    sizes = (20, 24, 28, 32, 40, 48, 56, 64)
    if check == 1 and payload and not payload[0] & 0x80 and len(payload) - 1 == sizes[payload[0] & 7]:
        pays = {0: "P2PKH", 1: "P2SH", 2: "P2PKH with tokens", 3: "P2SH with tokens"}.get(payload[0] >> 3)
        if pays:
            return Finding(
                "bch",
                text.decode(),
                f"bitcoincash:{rest.decode()}",
                True,
                "bitcoin cash",
                f"cashaddr {pays}",
                PASSED,
            )
    if prefix:
        return Finding("bch", text.decode(), None, False, "bitcoin cash", "cashaddr", FAILED, LOW)
    return None


def _keccak(data: bytes) -> bytes:
    return keccak.new(digest_bits=256, data=data).digest()


def ethereum_address(text: bytes, _note: int) -> Finding:
    """An Ethereum address; its mixed case is its checksum (EIP-55), in one case it bears none."""
    digits = text[2:].decode()
    low = digits.lower()
    nibbles = _keccak(low.encode()).hex()
    mixed = "".join(c.upper() if int(n, 16) > 7 else c for c, n in zip(low, nibbles, strict=False))
    normalised = f"0x{mixed}"
    value = text.decode()
    if digits in (low, low.upper()):
        return Finding("eth", value, normalised, None, "ethereum", "hexadecimal", ABSENT, MEDIUM)
    if digits == mixed:
        return Finding("eth", value, normalised, True, "ethereum", "hexadecimal EIP-55", PASSED)
    return Finding("eth", value, None, False, "ethereum", "hexadecimal EIP-55", FAILED, LOW)


def monero_address(text: bytes, _note: int) -> Finding:
    """A Monero address: base58 in blocks of 11 letters for 8 bytes, Keccak-256, network byte."""
    value = text.decode()
    raw = bytearray()
    for start in range(0, len(text), 11):
        block = text[start : start + 11]
        number = 0
        for letter in block:
            number = number * 58 + _BASE58[letter]
        size = {11: 8, 10: 7, 9: 6, 7: 5, 6: 4, 5: 3, 3: 2, 2: 1}.get(len(block), 0)
        if size == 0 or number >> (8 * size):
            return Finding("xmr", value, None, False, "monero", "monero base58", FAILED, LOW)
        raw += number.to_bytes(size)
    network, shape = _MONERO.get(raw[0], (None, ""))
    size_fits = len(raw) == (77 if shape == "integrated" else 69)
    if network and size_fits and _keccak(bytes(raw[:-4]))[:4] == raw[-4:]:
        return Finding("xmr", value, value, True, network, f"monero base58 {shape}", PASSED)
    return Finding("xmr", value, None, False, "monero", "monero base58", FAILED, LOW)


def transaction_id(text: bytes, _note: int) -> Finding:
    """64 hexadecimal digits that the text before them calls a transaction; nothing off line can tell more."""
    value = text.decode()
    network = "ethereum" if value[:2] in ("0x", "0X") else None
    return Finding("txid", value, value.lower(), None, network, "hexadecimal", NO_CHECKSUM, MEDIUM)


@functools.cache
def _english() -> dict[str, int]:
    return {word: place for place, word in enumerate(Mnemonic("english").wordlist)}


def bip39_checksum(words: list[str]) -> bool:
    """Whether the last bits of a phrase of English words are the first of the others' SHA-256 (BIP-39)."""
    places = _english()
    number = 0
    for word in words:
        number = number << 11 | places[word]
    check = len(words) * 11 // 33
    entropy = (number >> check).to_bytes(len(words) * 4 // 3)
    return number & ((1 << check) - 1) == hashlib.sha256(entropy).digest()[0] >> (8 - check)


def seed_phrases(text: bytes) -> Iterator[tuple[int, int, Finding]]:
    """Seed phrases in a run of words: first and last byte (exclusive) of each in ``text``, and the finding.

    English words of BIP-39 that follow one another are taken as they stand: at each word the longest phrase
    whose checksum fits. Electrum's own phrases use the same words with another check. Where nothing fits but
    the words alone number as a phrase does, they are found as the form of one.
    """
    known = _english()
    words = [(m.start(), m.end(), m.group().lower().decode()) for m in _LETTERS.finditer(text)]
    # "\nword", as dumps write a word on a line of its own
    words = [
        (start + 1, end, word[1:])
        if text[start - 1 : start] == b"\\" and word[0] in "nrt"
        else (start, end, word)
        for start, end, word in words
    ]
    first = 0
    while first < len(words):
        last = first
        while last < len(words) and words[last][2] in known:
            last += 1
        yield from _phrases(words[first:last])
        first = last + 1


def _phrases(words: list[tuple[int, int, str]]) -> Iterator[tuple[int, int, Finding]]:
    found = False
    at = 0
    while at + 12 <= len(words) <= 40:
        for length in _SEED_LENGTHS:
            phrase = " ".join(word for _, _, word in words[at : at + length])
            encoding = None
            if at + length > len(words):
                continue
            if bip39_checksum([word for _, _, word in words[at : at + length]]):
                encoding = "BIP-39 English"
            elif length == 12:
                version = hmac.new(b"Seed version", phrase.encode(), "sha512").hexdigest()
                encoding = next(
                    (f"Electrum {name}" for head, name in _ELECTRUM.items() if version.startswith(head)), None
                )
            if encoding:
                confidence = "high" if len(words) == length else MEDIUM
                label = f"[seed phrase of {length} words]"
                finding = Finding(
                    "seed_phrase",
                    label,
                    None,
                    True,
                    None,
                    encoding,
                    PASSED,
                    confidence,
                    secret=phrase.encode(),
                )
                yield words[at][0], words[at + length - 1][1], finding
                found = True
                at += length - 1
                break
        at += 1
    if not found and len(words) in _SEED_LENGTHS:
        phrase = " ".join(word for _, _, word in words)
        label = f"[form of a seed phrase of {len(words)} words]"
        finding = Finding(
            "seed_phrase", label, None, False, None, "BIP-39 English", FAILED, LOW, secret=phrase.encode()
        )
        yield words[0][0], words[-1][1], finding
