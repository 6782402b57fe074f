"""Each kind of observable against the vectors that its specification or its keeper publishes."""

import base64
import hashlib
import hmac
import json
import re
from pathlib import Path

import phonenumbers
import pytest
from bip_utils import (
    BchP2PKHAddrEncoder,
    Bip32KeyNetVersions,
    Bip32Secp256k1,
    Bip39Languages,
    Bip39MnemonicGenerator,
    EthAddrEncoder,
    Monero,
    P2PKHAddrEncoder,
    P2SHAddrEncoder,
    P2TRAddrEncoder,
    P2WPKHAddrEncoder,
    TrxAddrEncoder,
    WifEncoder,
    WifPubKeyModes,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from mnemonic import Mnemonic

from stocktake.observables import KINDS, scan
from stocktake.observables.contacts import international, national
from stocktake.observables.openpgp import crc24
from stocktake.observables.wallets import bip39_checksum

KEY = b"a key of the case, for tests"
EVIDENCE = Path(__file__).parents[2] / "shared/evidence"


def hits(text: str | bytes, **options):
    return list(scan([text.encode() if isinstance(text, str) else text], key=KEY, **options))


def one(text, kind):
    found = [hit for hit in hits(text) if hit.kind == kind]
    assert len(found) == 1, (text, hits(text))
    return found[0]


def none(text, kind):
    assert not [hit for hit in hits(text) if hit.kind == kind], text


# --- what is found, and how it is written down ---

FOUND = [
    # text, kind, value, normalised, valid
    ("to Bob.Smith+x@Example.co.uk, please", "email", "Bob.Smith+x@Example.co.uk", "bob.smith+x@example.co.uk", True),
    ("<o'neil@example.org>", "email", "neil@example.org", "neil@example.org", True),
    (r"'a\nbob@example.com\r\n'", "email", "bob@example.com", "bob@example.com", True),
    ("to=mailto%3Abob@example.com", "email", "bob@example.com", "bob@example.com", True),
    ("bob@shop.test", "email", "bob@shop.test", "bob@shop.test", None),
    ("vww6ybal4bd7szmgncyruucpgfkqahzddi37ktceo3ah7ngmcopnpyyd.onion", "onion", "vww6ybal4bd7szmgncyruucpgfkqahzddi37ktceo3ah7ngmcopnpyyd.onion", "vww6ybal4bd7szmgncyruucpgfkqahzddi37ktceo3ah7ngmcopnpyyd.onion", True),
    ("call 020 7946 0958 now", "phone", "020 7946 0958", "+442079460958", True),
    ("(0161) 496 0000", "phone", "(0161) 496 0000", "+441614960000", True),
    ("07911 123456 or", "phone", "07911 123456", "+447911123456", True),
    ("07911-123-456", "phone", "07911-123-456", "+447911123456", True),
    ("tel:+44 (0)20 7946 0958.", "phone", "+44 (0)20 7946 0958", "+442079460958", True),
    ("0044 is 00447911123456 here", "phone", "00447911123456", "+447911123456", True),
    ("447911123456", "phone", "447911123456", "+447911123456", True),
    ("+49 30 901820", "phone", "+49 30 901820", "+4930901820", True),
    ("+39 06 6982 1", "phone", "+39 06 6982 1", "+390669821", True),
    ("+447911123456 2 items", "phone", "+447911123456", "+447911123456", True),
    ("07700 900123", "phone", "07700 900123", "+447700900123", None),  # Ofcom's for drama
    ("flat 2, SW1A 1AA, London", "uk_postcode", "SW1A 1AA", "SW1A 1AA", True),
    ("m11ae\n", "uk_postcode", "m11ae", "M1 1AE", True),
    ("'ec1a 1bb'", "uk_postcode", "ec1a 1bb", "EC1A 1BB", True),
    ("postcode=W1A+0AX&", "uk_postcode", "W1A+0AX", "W1A 0AX", True),
    ("postcode=CR2%206XH&", "uk_postcode", "CR2%206XH", "CR2 6XH", True),
    ("DN55 1PT", "uk_postcode", "DN55 1PT", "DN55 1PT", True),
    ("from 203.0.113.9:8080", "ipv4", "203.0.113.9", "203.0.113.9", True),
    ("10.0.0.1-10.0.0.9", "ipv4", "10.0.0.1", "10.0.0.1", True),
    ("[2001:0DB8::0001]", "ipv6", "2001:0DB8::0001", "2001:db8::1", True),
    ("::ffff:192.0.2.128", "ipv6", "::ffff:192.0.2.128", "::ffff:c000:280", True),
    ("fe80::1%eth0", "ipv6", "fe80::1", "fe80::1", True),
    ("see shop.example.co.uk.", "domain", "shop.example.co.uk", "shop.example.co.uk", True),
    ("WWW.EXAMPLE.COM", "domain", "WWW.EXAMPLE.COM", "www.example.com", True),
    ("xn--bcher-kva.example.com", "domain", "xn--bcher-kva.example.com", "xn--bcher-kva.example.com", True),
    ("(see https://Example.com/a_(b)?c=1).", "url", "https://Example.com/a_(b)?c=1", "https://example.com/a_(b)?c=1", True),
    ('"https:\\/\\/example.com\\/a"', "url", "https:\\/\\/example.com\\/a", "https://example.com/a", True),
    ("HTTP://example.com:80", "url", "HTTP://example.com:80", "http://example.com/", True),
    ("http://[2001:db8::1]/x", "url", "http://[2001:db8::1]/x", "http://[2001:db8::1]/x", True),
    ("http://no-such-label.zzzz/", "url", "http://no-such-label.zzzz/", "http://no-such-label.zzzz/", False),
    ("expyuzz4wqqyqhjn.onion", "onion", "expyuzz4wqqyqhjn.onion", "expyuzz4wqqyqhjn.onion", None),  # version 2
    ("on DUCKDUCKGOGG42XJOC72X3SJASOWOARFBGCMVFIMAFTT6TWAGSWZCZAD.onion!", "onion", "DUCKDUCKGOGG42XJOC72X3SJASOWOARFBGCMVFIMAFTT6TWAGSWZCZAD.onion", "duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion", True),
    ("PGP 8DB1 2D2F 4A19 AEA2 C97D  6E3C 8DB1 2D2F 4A19 AEA2", "pgp_fingerprint", "8DB1 2D2F 4A19 AEA2 C97D  6E3C 8DB1 2D2F 4A19 AEA2", "8DB12D2F4A19AEA2C97D6E3C8DB12D2F4A19AEA2", None),
    ("my gpg key: 8db12d2f4a19aea2c97d6e3c8db12d2f4a19aea2", "pgp_fingerprint", "8db12d2f4a19aea2c97d6e3c8db12d2f4a19aea2", "8DB12D2F4A19AEA2C97D6E3C8DB12D2F4A19AEA2", None),
    ("txid: 4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b", "txid", "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b", "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b", None),
    ("https://explorer.example.com/tx/0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060", "txid", "0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060", "0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060", None),
    ("telegram: @Blue_Vendor", "telegram", "@Blue_Vendor", "@blue_vendor", None),
    ("write to https://t.me/blue_vendor", "telegram", "t.me/blue_vendor", "@blue_vendor", None),
    ("t.me/joinchat/AAAAAEwF1-Y8sQxvhd9wAA", "telegram", "t.me/joinchat/AAAAAEwF1-Y8sQxvhd9wAA", "t.me/+AAAAAEwF1-Y8sQxvhd9wAA", None),
    ("Wickr Me: bluevendor", "wickr", "bluevendor", "bluevendor", None),
    ("wickrme = blue_vendor.", "wickr", "blue_vendor", "blue_vendor", None),
    ("05" + "d871fc80ca007eed9b2f4df72853e2a2d5465a92fcb1889fb5c84aa2833b3b40", "session_id", "05d871fc80ca007eed9b2f4df72853e2a2d5465a92fcb1889fb5c84aa2833b3b40", "05d871fc80ca007eed9b2f4df72853e2a2d5465a92fcb1889fb5c84aa2833b3b40", None),
    ("https://signal.me/#p/+447911123456", "signal", "signal.me/#p/+447911123456", "+447911123456", True),
    ("https://signal.me/#eu/q7Vfh_Xk-abcdefgh", "signal", "signal.me/#eu/q7Vfh_Xk-abcdefgh", "signal.me/#eu/q7Vfh_Xk-abcdefgh", None),
    ("xmpp:blue@exploit.im", "jabber", "blue@exploit.im", "blue@exploit.im", True),
    ("Jabber (OTR): Blue@Exploit.im", "jabber", "Blue@Exploit.im", "blue@exploit.im", True),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind", "value", "normalised", "valid"), FOUND)
def test_found(text, kind, value, normalised, valid):
    found = [hit for hit in hits(text) if hit.kind == kind and hit.value == value]
    assert found, hits(text)
    assert found[0].normalised == normalised
    assert found[0].valid is valid
    assert text.encode()[found[0].offset : found[0].offset + found[0].length].decode() == value


def test_every_kind_has_an_example_here():
    made_elsewhere = {
        "pgp_block",
        "btc",
        "ltc",
        "bch",
        "doge",
        "eth",
        "xmr",
        "usdt_tron",
        "tracking_number",
        "iban",
        "card",
    }
    secrets = {"extended_public_key", "extended_private_key", "wif_key", "seed_phrase"}
    assert {kind for _, kind, *_ in FOUND} | made_elsewhere | secrets == set(KINDS)


# --- addresses of cryptocurrencies ---

BIP_350_VALID = """
BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4
tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7
bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y
BC1SW50QGDZ25J
bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs
tb1qqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesrxh6hy
tb1pqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesf3hn0c
bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0
""".split()
BIP_350_INVALID = """
bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd
tb1z0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqglt7rf
BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL
bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh
tb1q0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq24jc47
bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4
BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R
bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v8n0nx0muaewav253zgeav
BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P
tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq47Zagq
bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf
tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vpggkg4j
""".split()


@pytest.mark.parametrize("address", BIP_350_VALID)
def test_bech32_addresses_that_bip_350_calls_valid(address):
    hit = one(f"pay {address} now", "btc")
    assert (hit.valid, hit.checksum, hit.normalised) == (True, "passed", address.lower())
    assert hit.encoding.startswith(
        "bech32 " if address.lower()[address.lower().index("1") + 1] == "q" else "bech32m "
    )


@pytest.mark.parametrize("address", BIP_350_INVALID)
def test_bech32_addresses_that_bip_350_calls_invalid(address):
    assert not [hit for hit in hits(f"pay {address} now") if hit.kind == "btc" and hit.valid]


ADDRESSES = [
    ("btc", "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", "bitcoin"),
    ("btc", "1111111111111111111114oLvT2", "bitcoin"),
    ("btc", "3P14159f73E4gFr7JterCCQh9QjiTjiZrG", "bitcoin"),
    ("btc", "mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn", "bitcoin testnet"),
    ("btc", "2MzQwSSnBHWHqSAqtTVQ6v47XtaisrJa1Vc", "bitcoin testnet"),
    ("ltc", "LM2WMpR1Rp6j3Sa59cMXMs1SPzj9eXpGc1", "litecoin"),
    ("doge", "DH5yaieqoZN36fDVciNyRueRGvGLR3mr7L", "dogecoin"),
    ("usdt_tron", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", "tron"),
    ("bch", "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a", "bitcoin cash"),
    ("bch", "qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a", "bitcoin cash"),
    ("eth", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "ethereum"),
    ("eth", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359", "ethereum"),
    ("eth", "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB", "ethereum"),
    ("eth", "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb", "ethereum"),
    ("xmr", "44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A", "monero"),
    ("xmr", "888tNkZrPN6JsEgekjMnABU4TBzc2Dt29EPAvkRxbANsAnjyPbb3iQ1YBRk1UXcdRsiKc9dhwMVgN5S9cQUiyoogDavup3H", "monero"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "address", "network"), ADDRESSES)
def test_addresses(kind, address, network):
    hit = one(f"to:{address},", kind)
    assert (hit.value, hit.valid, hit.checksum, hit.network) == (address, True, "passed", network)


def test_an_ethereum_address_in_one_case_bears_no_checksum():
    low = one("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", "eth")
    assert (low.valid, low.checksum) == (None, "absent")
    assert low.normalised == "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
    wrong = one("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD", "eth")
    assert (wrong.valid, wrong.checksum, wrong.confidence) == (False, "failed", "low")


PRIVATE = st.integers(1, 2**250).map(lambda number: number.to_bytes(32))


def encoders():
    return {
        "btc": [
            lambda key: P2PKHAddrEncoder.EncodeKey(key, net_ver=b"\x00"),
            lambda key: P2SHAddrEncoder.EncodeKey(key, net_ver=b"\x05"),
            lambda key: P2WPKHAddrEncoder.EncodeKey(key, hrp="bc"),
            lambda key: P2TRAddrEncoder.EncodeKey(key, hrp="bc"),
        ],
        "ltc": [
            lambda key: P2PKHAddrEncoder.EncodeKey(key, net_ver=b"\x30"),
            lambda key: P2WPKHAddrEncoder.EncodeKey(key, hrp="ltc"),
        ],
        "doge": [lambda key: P2PKHAddrEncoder.EncodeKey(key, net_ver=b"\x1e")],
        "bch": [lambda key: BchP2PKHAddrEncoder.EncodeKey(key, hrp="bitcoincash", net_ver=b"\x00")],
        "eth": [EthAddrEncoder.EncodeKey],
        "usdt_tron": [TrxAddrEncoder.EncodeKey],
    }


def mutations(text: str, first: int) -> list[str]:
    """The text with one letter or digit made another of its own class, at three places."""
    made = []
    for place in (first, (first + len(text)) // 2, len(text) - 1):
        old = text[place]
        others = "023456789" if old.isdigit() else "acdefghjk" if old.islower() else "ACDEFGHJK"
        made.append(text[:place] + next(c for c in others if c != old) + text[place + 1 :])
    return made


@settings(max_examples=25, deadline=None)
@given(key=PRIVATE)
def test_addresses_that_another_library_makes_are_valid_and_with_a_letter_changed_are_not(key):
    public = Bip32Secp256k1.FromPrivateKey(key).PublicKey().KeyObject()
    for kind, makers in encoders().items():
        for maker in makers:
            address = maker(public)
            hit = one(f"[{address}]", kind)
            assert (hit.value, hit.valid, hit.checksum) == (address, True, "passed")
            for changed in mutations(address, address.find(":") + 6):
                assert not [hit for hit in hits(changed) if hit.kind == kind and hit.valid], (
                    address,
                    changed,
                )


@settings(max_examples=15, deadline=None)
@given(
    seed=PRIVATE,
    index=st.integers(1, 9),
    payment=st.binary(min_size=8, max_size=8),
)
def test_monero_addresses_that_another_library_makes(seed, index, payment):
    wallet = Monero.FromSeed(seed)
    made = {
        "standard": wallet.PrimaryAddress(),
        "subaddress": wallet.Subaddress(index, 1),
        "integrated": wallet.IntegratedAddress(payment),
    }
    for shape, address in made.items():
        hit = one(address, "xmr")
        assert (hit.valid, hit.encoding) == (True, f"monero base58 {shape}")
        for changed in mutations(address, 5):
            assert not [hit for hit in hits(changed) if hit.valid], changed


# --- keys and seeds: their place, and nothing of them ---


def assert_nowhere(secret: str, found):
    for hit in found:
        for field in (hit.value, hit.normalised, hit.network, hit.encoding, hit.fingerprint, hit.context):
            assert secret not in (field or "")


@settings(max_examples=15, deadline=None)
@given(key=PRIVATE, compressed=st.booleans())
def test_private_keys_are_known_by_place_and_keyed_fingerprint_only(key, compressed):
    mode = WifPubKeyModes.COMPRESSED if compressed else WifPubKeyModes.UNCOMPRESSED
    secret = WifEncoder.Encode(key, pub_key_mode=mode)
    text = f"mail bob@example.com key={secret} see https://example.com/?k={secret} end"
    found = hits(text)
    assert_nowhere(secret, found)
    assert_nowhere(secret[8:20], found)
    keys = [hit for hit in found if hit.kind == "wif_key"]
    assert [hit.offset for hit in keys] == [m.start() for m in re.finditer(secret, text)]
    expected = hmac.new(KEY, b"wif_key\0" + secret.encode(), "sha256").hexdigest()
    assert {hit.fingerprint for hit in keys} == {f"hmac-sha256:{expected}"}
    assert all(hit.valid and hit.length == len(secret) for hit in keys)
    changed = mutations(secret, 5)[1]
    found = hits(f"key={changed}")
    assert_nowhere(changed, found)
    assert not [hit for hit in found if hit.valid]


@settings(max_examples=10, deadline=None)
@given(seed=st.binary(min_size=16, max_size=64))
def test_extended_keys(seed):
    for public, private in (("0488b21e", "0488ade4"), ("04b24746", "04b2430c"), ("043587cf", "04358394")):
        versions = Bip32KeyNetVersions(bytes.fromhex(public), bytes.fromhex(private))
        account = Bip32Secp256k1.FromSeed(seed, key_net_ver=versions).DerivePath("84'/0'/0'")
        watch, secret = account.PublicKey().ToExtended(), account.PrivateKey().ToExtended()
        hit = one(f'"xpub": "{watch}"', "extended_public_key")
        assert (hit.value, hit.valid, hit.encoding) == (watch, True, watch[:4])
        found = hits(f'"xprv": "{secret}", "next": "bob@example.com"')
        assert (found[0].kind, found[0].valid, found[0].length) == (
            "extended_private_key",
            True,
            len(secret),
        )
        assert_nowhere(secret[:30], found)
        assert_nowhere(secret[-30:], found)


SEEDS = [
    "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about",
    "legal winner thank year wave sausage worth useful legal winner thank yellow",
    "letter advice cage absurd amount doctor acoustic avoid letter advice cage above",
    "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong",
    "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon agent",
    "void come effort suffer camp survey warrior heavy shoot primary clutch crush open amazing screen patrol group space point ten exist slush involve unfold",
]  # BIP-39, test vectors


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "layout", ["words are {} ok?", "{lines}", "{numbered}", "'{dumped}'", "SEED {upper}."]
)
def test_seed_phrases_in_the_ways_they_are_kept(seed, layout):
    words = seed.split()
    text = layout.format(
        seed,
        lines="\n".join(words),
        numbered="\n".join(f"{place}. {word}" for place, word in enumerate(words, 1)),
        dumped="\\n".join(words),
        upper=seed.upper(),
    )
    found = hits(f"{text}\n\nbob@example.com")
    seeds = [hit for hit in found if hit.kind == "seed_phrase"]
    assert len(seeds) == 1, found
    assert seeds[0].valid
    assert text[seeds[0].offset :].lower().startswith(words[0])
    expected = hmac.new(KEY, b"seed_phrase\0" + seed.encode(), "sha256").hexdigest()
    assert seeds[0].fingerprint == f"hmac-sha256:{expected}"
    assert_nowhere(words[-1], found)


@settings(max_examples=30, deadline=None)
@given(entropy=st.sampled_from([16, 20, 24, 28, 32]).flatmap(lambda n: st.binary(min_size=n, max_size=n)))
def test_seed_phrases_that_another_library_makes(entropy):
    phrase = Bip39MnemonicGenerator(Bip39Languages.ENGLISH).FromEntropy(entropy).ToStr()
    words = phrase.split()
    assert bip39_checksum(words)
    assert one(f"> {phrase} <", "seed_phrase").valid
    changed = ["zoo" if words[0] != "zoo" else "able", *words[1:]]
    assert bip39_checksum(changed) == Mnemonic("english").check(" ".join(changed))


def test_seeds_of_electrum_have_their_own_check():
    # electrum/tests/test_mnemonic.py and its documentation: standard, and segwit
    standard = "wild father tree among universe such mobile favorite target dynamic credit identify"
    segwit = "bitter grass shiver impose acquire brush forget axis eager alone wine silver"
    assert one(standard, "seed_phrase").encoding.startswith(("Electrum segwit", "Electrum standard"))
    assert one(segwit, "seed_phrase").encoding.startswith(("Electrum segwit", "Electrum standard"))


def test_seeds_one_a_line_are_found_each():
    phrases = SEEDS[1:4]
    found = [hit for hit in hits("\n".join(phrases)) if hit.kind == "seed_phrase"]
    assert [hit.length for hit in found] == [len(phrase) for phrase in phrases]


def test_a_list_of_the_words_is_no_seed():
    words = Mnemonic("english").wordlist
    none("\n".join(words), "seed_phrase")
    none(" ".join(words), "seed_phrase")


# --- OpenPGP ---


def armour(name: str, data: bytes, check: bool = True) -> str:
    body = base64.encodebytes(data).decode()
    tail = f"={base64.b64encode(crc24(data).to_bytes(3)).decode()}\n" if check else ""
    return f"-----BEGIN PGP {name}-----\nVersion: test\n\n{body}{tail}-----END PGP {name}-----"


def test_crc24_of_a_published_armour():
    # RFC 4880, 6.6: its example of an armoured message
    text = (
        "-----BEGIN PGP MESSAGE-----\nVersion: OpenPrivacy 0.99\n\n"
        "yDgBO22WxBHv7O8X7O/jygAEzol56iUKiXmV+XmpCtmpqQUKiQrFqclFqUDBovzS\nvBSFjNSiVHsuAA==\n=njUN\n"
        "-----END PGP MESSAGE-----"
    )
    hit = one(f"before\n{text}\nafter", "pgp_block")
    assert (hit.valid, hit.checksum, hit.length) == (True, "passed", len(text))
    wrong = one(text.replace("=njUN", "=njUM"), "pgp_block")
    assert (wrong.valid, wrong.checksum) == (False, "failed")
    dumped = text.replace("\n", "\\n")
    assert one(dumped, "pgp_block").normalised == hit.normalised


def test_places_of_blocks():
    message = armour("MESSAGE", b"\xc1" + bytes(range(200)))
    public = armour("PUBLIC KEY BLOCK", b"\xc6" + bytes(300), check=False)
    text = f"{message}\n\n{public}\n-----BEGIN PGP MESSAGE-----\ncut off"
    found = [hit for hit in hits(text) if hit.kind == "pgp_block"]
    assert [(hit.value, hit.length, hit.checksum, hit.valid) for hit in found] == [
        ("[OpenPGP message]", len(message), "passed", True),
        ("[OpenPGP public key]", len(public), "absent", None),
        ("[OpenPGP message]", 27, "absent", None),
    ]


def test_nothing_of_a_private_key_is_shown():
    block = armour("PRIVATE KEY BLOCK", b"\xc5" + hashlib.sha512(b"x").digest() * 9)
    found = hits(f"a@example.com\n{block}\nb@example.com")
    assert [hit.kind for hit in found] == ["email", "pgp_block", "email"]
    for line in block.splitlines()[3:-1]:
        assert_nowhere(line[:12], found)
        assert_nowhere(line[-4:], found)


# --- numbers ---

S10 = ["RB123456785GB", "RN123456785GB", "RK123456785GB", "EE000000005GB", "CP000000005DE"]
CARDS = [  # test numbers that the brands and payment services publish
    ("4111111111111111", "Visa"),
    ("4012 8888 8888 1881", "Visa"),
    ("5555-5555-5555-4444", "Mastercard"),
    ("2223003122003222", "Mastercard"),
    ("378282246310005", "American Express"),
    ("3714 496353 98431", "American Express"),
    ("6011111111111117", "Discover"),
    ("30569309025904", "Diners Club"),
    ("3530111333300000", "JCB"),
    ("6200000000000005", "UnionPay"),
]
IBANS = """AD1200012030200359100100 AE070331234567890123456 AL47212110090000000235698741 AT611904300234573201
BE68539007547034 BG80BNBG96611020345678 BR1800360305000010009795493C1 CH9300762011623852957 CR05015202001026284066
CY17002001280000001200527600 CZ6508000000192000145399 DE89370400440532013000 DK5000400440116243 DO28BAGR00000001212453611324
EE382200221020145685 ES9121000418450200051332 FI2112345600000785 FR1420041010050500013M02606 GB29NWBK60161331926819
GE29NB0000000101904917 GI75NWBK000000007099453 GR1601101250000000012300695 HR1210010051863000160 HU42117730161111101800000000
IE29AIBK93115212345678 IL620108000000099999999 IS140159260076545510730339 IT60X0542811101000000123456 KW81CBKU0000000000001234560101
KZ86125KZT5004100100 LB62099900000001001901229114 LI21088100002324013AA LT121000011101001000 LU280019400644750000
LV80BANK0000435195001 MC5811222000010123456789030 MD24AG000225100013104168 ME25505000012345678951 MK07250120000058984
MT84MALT011000012345MTLCAST001S MU17BOMM0101101030300200000MUR NL91ABNA0417164300 NO9386011117947 PK36SCBL0000001123456702
PL61109010140000071219812874 PT50000201231234567890154 RO49AAAA1B31007593840000 RS35260005601001611379 SA0380000000608010167519
SE4550000000058398257466 SI56263300012039086 SK3112000000198742637541 SM86U0322509800000000270100 TN5910006035183598478831
TR330006100519786457841326 UA213223130000026007233566001 VA59001123000012345678 VG96VPVG0000012345678901 XK051212012345678906""".split()


@pytest.mark.parametrize("number", S10)
def test_s10(number):
    hit = one(f"sent {number}.", "tracking_number")
    assert (hit.normalised, hit.valid, hit.checksum) == (number, True, "passed")
    assert hit.network == ("Royal Mail" if number.endswith("GB") else "post of DE")
    spaced = f"{number[:2]} {number[2:5]} {number[5:8]} {number[8:11]} {number[11:]}"
    assert one(spaced, "tracking_number").normalised == number
    for digit in "0123456789":
        if digit != number[10]:
            none(number[:10] + digit + number[11:], "tracking_number")
    none(number[:11] + "QQ", "tracking_number")


@pytest.mark.parametrize(
    ("number", "carrier"),
    [
        ("1Z5R89390357567127", "UPS"),
        ("1Z879E930346834440", "UPS"),
        ("1Z410E7W0392751591", "UPS"),
        ("1Z8V92A70367203024", "UPS"),
        ("008182709980000020033350276C", "DPD"),
        ("008182709980000020045327276N", "DPD"),
        ("DHL waybill 3318810025", "DHL"),
        ("track your parcel 73891051146", "DHL"),
        ("00340434161094042557", "DHL"),
        ("JJD0099999999", "DHL"),
        ("JVGL0999999990", "DHL"),
        ("Evri: T00A1A0123456789", "Evri"),
    ],
)
def test_tracking_numbers_of_carriers(number, carrier):
    hit = one(f"{number}, thanks", "tracking_number")
    assert hit.network == carrier
    assert hit.valid is (None if number.startswith(("J", "Evri")) else True)


@pytest.mark.parametrize(
    "text",
    [
        "1Z1111111111111111",
        "1Z5R89390357567128",
        "008182709980000020033350276A",
        "parcel 3318810010",
        "3318810025",
        "order 1234567890",
        "T00A1A0123456789",
    ],
)
def test_no_tracking_numbers(text):
    none(text, "tracking_number")


@pytest.mark.parametrize(("number", "brand"), CARDS)
def test_cards_are_masked(number, brand):
    found = hits(f"12:00 {number} 12/27 {number}")
    digits = re.sub(r"\D", "", number)
    masked = f"{digits[:6]}{'*' * (len(digits) - 10)}{digits[-4:]}"
    cards = [hit for hit in found if hit.kind == "card"]
    assert [(hit.value, hit.network, hit.length) for hit in cards] == [(masked, brand, len(number))] * 2
    assert cards[0].fingerprint == cards[1].fingerprint
    assert_nowhere(digits, found)
    assert_nowhere(number, found)
    assert not {hit.kind for hit in found} - {"card"}


def test_cards_that_fail_luhn_or_have_no_brand():
    for number in (
        "4111111111111112",
        "5555 5555 5555 4445",
        "9111111111111111",
        "1700000000000",
        "4444444444444444",
    ):
        none(f"card {number}", "card")


@pytest.mark.parametrize("iban", IBANS)
def test_ibans_of_the_registry(iban):
    hit = one(f"to {iban}.", "iban")
    assert (hit.normalised, hit.valid, hit.network) == (iban, True, iban[:2])
    groups = " ".join(iban[place : place + 4] for place in range(0, len(iban), 4))
    assert one(f"to {groups}, please", "iban").normalised == iban
    none(iban[:-1] + ("1" if iban[-1] != "1" else "2"), "iban")
    none(iban + "0", "iban")


@settings(max_examples=400, deadline=None)
@given(digits=st.from_regex("[1-9][0-9]{8,9}", fullmatch=True))
def test_phones_of_the_country_are_judged_as_libphonenumber_does(digits):
    number = phonenumbers.parse("0" + digits, "GB")
    found = national(b"0" + digits.encode(), 0)
    drama = re.fullmatch("(7700900|1632960)[0-9]{3}", digits)
    assert (found is not None) == (phonenumbers.is_valid_number(number) or bool(drama)), digits
    if found:
        assert found.normalised == phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@pytest.mark.parametrize(
    "region",
    [
        "GB",
        "IE",
        "FR",
        "DE",
        "NL",
        "ES",
        "IT",
        "US",
        "CA",
        "PL",
        "RO",
        "AU",
        "IN",
        "CN",
        "RU",
        "KZ",
        "GG",
        "IM",
    ],
)
def test_example_numbers_of_other_countries(region):
    for kind in (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE):
        number = phonenumbers.example_number_for_type(region, kind)
        e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
        assert international(written.encode(), 0).normalised == e164
        if re.fullmatch(r"[+0-9 ()-]+", written):
            assert one(f"call {written}!", "phone").normalised == e164


# --- what must not be found ---


@pytest.mark.parametrize(
    "text",
    [
        hashlib.sha256(b"x").hexdigest(),
        f"sha256: {hashlib.sha256(b'x').hexdigest()}",
        f"sha1 {hashlib.sha1(b'x').hexdigest()}",
        f"commit {hashlib.sha1(b'y').hexdigest()}",
        hashlib.md5(b"x").hexdigest(),
        "550e8400-e29b-41d4-a716-446655440000",
        "$2y$10$92IXUNpkjO0rOQ5byMi.Ye4oKoEa3Ro9llC/.og/at2.uheWG/igi",
        "$P$BVbptZxEcZV2yeLyYeN.O4ZeG8225d.",
        "U2FsdGVkX1+vupppZksvRf5pq5g5XjFRlipRkwB0K1Y96Qsv2Lm+31cmzaAILwyt",  # ciphertext is no wallet
        "version 10.11.6-MariaDB, Chrome/120.0.0.0 Safari/537.36, PHP/8.2.1, 1.2.3",
        "2024-02-11 10:20:30.123456 12:34:56",
        "00:1a:2b:3c:4d:5e",
        "std::vector<a::b> Foo::Bar c::d",
        "index.php style.css setup.py run.sh lib.so notes.md foo.bar(x) this.id $obj.name e.target",
        "It rained cats and dogs.It was wet. See fig.2 and no.5.",
        "@media screen { } @param string $x foo@2x.png user@localhost @username",
        "price 12.50, 1,234.56, 1700000000, 1700000000000, 0.07700900123",
        "1st 2nd 3rd e1 2nd b3 4th #b12abc",
        "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3",
        "L" * 34,
        "the quick brown fox jumps over the lazy dog and then some more words that are not in any list",
        'a:4:{s:8:"quantity";i:1;s:4:"name";s:9:"Blue 10mg";}',
        "0000 0000 0000 0000 0000 0000 0000 0000 0000 0000",
        "wickr is closed; jabber is old; telegram too",
        "gpgv: new option. + commit fb88f37c40dc156fa0b5bfba4ac85f1e553fd7e9",
        "4431 4461 4492 4522 4553 4584 4615 4646 4677 4709 4740 4771 4803 4835 4867 4899",
        "imagemagick (8:6.9.11.60+dfsg-1.6) 1.2.3.4~rc1",
        "10.0.0.256 1.2.3 01.02.03.04 1.2.3.4.5",
    ],
)  # fmt: skip
def test_negative_controls(text):
    assert hits(text) == []


def test_bad_checksums_of_unmistakable_forms_are_told_and_not_believed():
    for text, kind in (
        ("bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdp", "btc"),
        ("duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczae.onion", "onion"),
        ("bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6q", "bch"),
    ):
        hit = one(text, kind)
        assert (hit.valid, hit.checksum, hit.confidence, hit.normalised) == (False, "failed", "low", None)


# --- shared evidence ---


def shared(name: str) -> Path:
    path = EVIDENCE / name
    if not path.exists():
        pytest.skip(f"../shared/evidence/{name} is not there")
    return path


def test_shared_evidence_bitcoinlib_vectors():
    folder = shared("bitcoinlib-vectors") / "bitcoin/tests/data"
    for _, text in json.loads((folder / "base58_encode_decode.json").read_text()):
        assert not [hit for hit in hits(text) if hit.valid and hit.kind == "btc"]  # base58, no check
    invalid = json.loads((folder / "bech32_invalid.json").read_text())
    assert len(invalid) > 5
    for row in invalid:
        assert not [hit for hit in hits(row[0]) if hit.kind in ("btc", "ltc") and hit.valid], row
    for row in json.loads((folder / "bech32_encode_decode.json").read_text()):
        # these are of BIP-173: version 1 and on then had bech32, which BIP-350 replaced
        for hit in hits(row[1]):
            assert hit.valid is (row[1].lower()[row[1].lower().rindex("1") + 1] == "q")


def test_shared_evidence_tagpacks():
    folder = shared("tagpacks") / "packs"
    kinds = {
        "BTC": "btc",
        "LTC": "ltc",
        "BCH": "bch",
        "ETH": "eth",
        "XMR": "xmr",
        "DOGE": "doge",
        "TRX": "usdt_tron",
    }
    counts: dict[str, int] = {}
    for pack in sorted(folder.glob("*.yaml")):
        data = pack.read_bytes()
        found = {hit.value: hit for hit in scan([data], key=KEY)}
        default = re.search(rb"^currency: (\w+)", data, re.MULTILINE)
        entry = re.compile(rb"address: ['\"]?(\w+)['\"]?((?:\n(?!\s*- address).*)*)")
        for address, rest in entry.findall(data):
            own = re.search(rb"currency: (\w+)", rest)
            currency = (own or default).group(1).decode() if own or default else ""
            kind = kinds.get(currency)
            if kind is None:
                continue
            hit = found.get(address.decode())
            assert hit is not None, (pack.name, address)
            if kind != "bch":  # written in the old form, which is Bitcoin's too
                assert hit.kind == kind, (pack.name, address, hit)
            assert hit.valid is not False, (pack.name, address, hit)
            counts[kind] = counts.get(kind, 0) + 1
    assert counts["btc"] > 7000
    assert counts["eth"] > 500


def test_shared_evidence_openpgp_blocks():
    folder = shared("pgpy")
    seen = 0
    for path in sorted(folder.rglob("*.asc")):
        data = path.read_bytes()
        begins = len(re.findall(rb"^-----BEGIN PGP (?:MESSAGE|P\\w+ KEY BLOCK)-", data, re.MULTILINE))
        found = [hit for hit in scan([data], key=KEY) if hit.kind == "pgp_block"]
        assert len(found) >= begins, path
        seen += len(found)
        for hit in found:
            assert hit.valid is not False, (path, hit)
    assert seen > 20
