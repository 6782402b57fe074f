"""Wallets: real ones of tests' makers, and ones laid down here by the published formats."""

import hashlib
import io
import json
import sqlite3
import struct
from contextlib import closing

import pytest
from bip_utils import Bip32Slip10Secp256k1, P2PKHAddr, P2TRAddrEncoder, P2WPKHAddrEncoder
from hypothesis import given, settings
from hypothesis import strategies as st

from artefact_case import every_value, evidence, read_and_mapped, take_in
from shop_case import mapped, new_case
from stocktake import artefacts
from stocktake.artefacts.wallets import addresses, bitcoincore, electrum, ethereum, monero
from stocktake.artefacts.wallets.serialised import Bytes, transaction
from stocktake.records.raw import UnitWriter

XPUB_84 = "xpub6CatWdiZiodmUeTDp8LT5or8nmbKNcuyvz7WyksVFkKB4RHwCD3XyuvPEbvqAQY3rAPshWcMLoP2fMFMKHPJ4ZeZXYVUhLv1VMrjPC7PW6V"
WIF = "L2sED74axVXC4H8szBJ4rQJrkfem7UMc6usLCPUoEWxDCFGUaGUM"


def vector(data: bytes) -> bytes:
    return bytes([len(data)]) + data if len(data) < 253 else b"\xfd" + struct.pack("<H", len(data)) + data


def word(name: str, *rest: bytes) -> bytes:
    return vector(name.encode()) + b"".join(rest)


def sqlite_wallet(path, records, magic="f9beb4d9"):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA application_id = {int.from_bytes(bytes.fromhex(magic), signed=True)}")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("CREATE TABLE main(key BLOB PRIMARY KEY NOT NULL, value BLOB NOT NULL)")
        connection.executemany("INSERT INTO main VALUES (?, ?)", records)
        connection.commit()


def descriptor(identity: bytes, text: str, created: int, issued: int, end: int):
    value = vector(text.encode()) + struct.pack("<Qiii", created, issued, 0, end)
    return word("walletdescriptor", identity), value


def test_addresses_of_extended_keys_are_those_of_another_library():
    account = Bip32Slip10Secp256k1.FromExtendedKey(XPUB_84)
    chain = account.ChildKey(0)
    ours = addresses.Extended(bytes(chain.ChainCode()), bytes(chain.PublicKey().RawCompressed()))
    for index in (0, 1, 19, 2**31 - 1):
        theirs = chain.ChildKey(index).PublicKey()
        key = ours.child(index).key
        assert key == bytes(theirs.RawCompressed())
        assert addresses.pay_to_witness(0, addresses.hash160(key), addresses.BITCOIN) == (
            P2WPKHAddrEncoder.EncodeKey(theirs.KeyObject(), hrp="bc")
        )
        assert addresses.taproot(key, addresses.BITCOIN) == P2TRAddrEncoder.EncodeKey(
            theirs.KeyObject(), hrp="bc"
        )
        assert addresses.pay_to_key_hash(key, addresses.LITECOIN) == (
            P2PKHAddr.EncodeKey(theirs.KeyObject(), net_ver=b"\x30")
        )
        for form, address in addresses.of_key(key, addresses.BITCOIN):
            judged = addresses.judge(address)
            assert judged.valid, form
            assert judged.asset == "btc", form


def test_the_first_addresses_of_bip_84_are_those_that_it_publishes(tmp_path):
    chain = Bip32Slip10Secp256k1.FromExtendedKey(XPUB_84).ChildKey(0)
    extended = bytes(9) + bytes(chain.ChainCode()) + bytes(chain.PublicKey().RawCompressed())
    (tmp_path / "evidence").mkdir()
    one, two = b"\x01" * 32, b"\x02" * 32
    sqlite_wallet(
        tmp_path / "evidence" / "wallet.dat",
        [
            descriptor(one, f"wpkh([73c5da0a/84'/0'/0']{XPUB_84}/0/*)#wc3n3van", 1577836800, 2, 30),
            (word("walletdescriptorcache", one, struct.pack("<I", 0)), vector(extended)),
            (word("activeexternalspk", b"\x01"), one),
            descriptor(two, f"wsh(multi(2,{XPUB_84},{XPUB_84}))", 1577836801, 0, 0),
            (word("walletdescriptorkey", one, vector(b"\x02" * 33)), vector(b"\x30\x81\xd3\x02\x01\x01\x04\x20" + b"\x77" * 32) + bytes(32)),
            (word("name", vector(b"bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu")), vector(b"shop till")),
            (word("purpose", vector(b"bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu")), vector(b"receive")),
            (word("flags"), struct.pack("<Q", 1 << 34)),
            (word("tx", b"\xff" * 32), b"cut off"),
        ],
    )  # fmt: skip
    result = read_and_mapped(tmp_path / "evidence", tmp_path)
    first = result.all(
        "SELECT value, context, basis FROM observables WHERE kind = 'btc' AND context LIKE '%descriptor, %' "
        "ORDER BY CAST(regexp_extract(context, 'descriptor, ([0-9]+)', 1) AS INTEGER)"
    )
    assert len(first) == 30
    assert first[0][0] == "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu"
    assert "receiving, issued" in first[0][1]
    assert 'label "shop till"' in first[0][1]
    assert "receive" in first[0][1]
    assert first[1][0] == "bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g"
    assert "not issued yet" in first[2][1]
    assert {basis for _, _, basis in first} == {"derived"}
    wallet = result.one("SELECT context FROM observables WHERE kind = 'wallet'")
    assert "seed: in clear" in wallet
    assert "made 2020-01-01 00:00:00 UTC" in wallet
    secrets = result.all("SELECT value, context FROM observables WHERE kind = 'wif_key'")
    assert [value for value, _ in secrets] == ["[wif_key, in clear]"]
    assert "hmac-sha256:" in secrets[0][1]
    told = " ".join(result.messages())
    assert "not of one key alone" in told
    assert "can't be read" in told
    written = every_value(tmp_path)
    assert "77" * 20 not in written
    assert r"wwwwww" not in written
    assert addresses.base58check(b"\x80" + b"\x77" * 32 + b"\x01") not in written


def test_a_descriptor_wallet_is_no_plain_database_for_the_whole_program(tmp_path):
    from command import stocktake

    sqlite_wallet(
        tmp_path / "wallet.dat",
        [(word("walletdescriptorkey", b"\x01" * 32, vector(b"\x02" * 33)), vector(b"\x30\x81\xd3\x02\x01\x01\x04\x20" + b"Q" * 32))],
    )  # fmt: skip
    case = tmp_path / "op.case"
    stocktake("new", case, "--ref", "R/1", "--name", "Operation Test", home=tmp_path)
    stocktake("add", case, tmp_path / "wallet.dat", "--ref", "KC/1", home=tmp_path)
    assert stocktake("process", case, home=tmp_path).code == 0
    ran = stocktake("ask", case, "SELECT kind FROM items", "--format", "csv", home=tmp_path)
    assert "wallets:bitcoincore-sqlite" in ran.out
    ran = stocktake("ask", case, "SELECT kind, context FROM observables", "--format", "csv", home=tmp_path)
    assert "wallet,SQLite" in ran.out
    assert "hmac-sha256:" in ran.out
    assert "QQQQQQ" not in every_value(case)


def test_bitcoin_core_of_2014_in_berkeley_db_of_shared_evidence(tmp_path):
    case = new_case(tmp_path)
    kinds = take_in(case, evidence("btcrecover-wallets"))
    assert kinds["test-wallets/bitcoincore-wallet.dat"] == "wallets:bitcoincore-berkeleydb"
    assert kinds["test-wallets/bitcoincore-0.21.1-wallet.dat"] == "wallets:bitcoincore-sqlite"
    assert kinds["test-wallets/electrum28-wallet"] == "wallets:electrum-sealed"
    assert kinds["test-wallets/electrum-wallet"] == "wallets:electrum"
    assert kinds["test-wallets/electrum2-wallet"] == "wallets:electrum"
    assert kinds["test-wallets/utc-keystore-v3-scrypt-myetherwallet.json"] == "wallets:ethereum-keystore"
    result = mapped(case)

    def of(name: str, kind: str, where: str = "TRUE") -> int:
        item = f"item:KC/1/test-wallets/{name}"
        return result.one(
            f"SELECT count(*) FROM observables WHERE item_id = '{item}' AND kind = '{kind}' AND ({where})"
        )

    old = "bitcoincore-wallet.dat"
    assert of(old, "btc", "basis = 'derived'") == 201  # one a key: 2014 knew no witness addresses
    assert of(old, "btc", "basis = 'recorded' AND value = '1BUUVEhegMJqGhwBM1AUrZjrYsymEJRzEf'") == 1
    assert of(old, "btc", "context LIKE '%not issued yet%'") == 100  # its pool of keys
    assert of(old, "wif_key", "value = '[wif_key, encrypted]'") == 201
    assert of(old, "encryption key") == 1
    assert of(old, "wallet", "context LIKE '%made 2014-05-20 18:46:43 UTC%'") == 1
    assert of(old, "wallet", "context LIKE '%encryption: private keys%'") == 1
    place = result.one(
        "SELECT s.offset, s.length FROM observables o JOIN sources s USING (source_id) "
        "WHERE o.context LIKE '%02067ce5fede56166ebc67b2b3580f57b2dc0b73cb3ff1bc395ff8978b781612f4%'"
    )
    raw = (evidence("btcrecover-wallets") / "test-wallets" / old).read_bytes()[place[0] : place[0] + place[1]]
    assert b"\x04ckey\x21\x02\x06\x7c" in raw

    new = "bitcoincore-0.21.1-wallet.dat"
    assert of(new, "btc", "context LIKE '%P2WPKH%' AND value LIKE 'bc1q%'") == 2000
    assert of(new, "btc", "value LIKE '1%'") == 2000
    assert of(new, "btc", "value LIKE '3%'") == 2000
    assert of(new, "wif_key") == 6
    assert of(new, "extended_public_key", "valid") == 6
    assert of(new, "wallet", "context LIKE '%seed: encrypted; made 2022-03-15 11:11:10 UTC%'") == 1

    assert of("electrum-wallet", "btc", "basis = 'recorded'") == 8
    assert of("electrum-wallet", "seed_phrase", "value = '[seed_phrase, encrypted]'") == 1
    assert of("electrum-wallet", "master_public_key") == 1
    assert of("electrum2-wallet", "btc", "basis = 'derived'") == 23
    assert of("electrum28-wallet", "ciphertext", "value NOT LIKE '%wallet%'") == 1
    assert of("electrum28-wallet", "wallet") == 0  # ciphertext alone is never called a wallet
    eth = "value = '0xaB28206d93e0B1C4CeDf4302351a206777056c4c' AND valid"
    assert of("utc-keystore-v3-scrypt-myetherwallet.json", "eth", eth) == 1
    assert of("utc-keystore-v3-scrypt-myetherwallet.json", "ethereum private key") == 1
    written = every_value(tmp_path)
    assert "kLJxTDF7LxneT7c5DblJ9k9WYwV6YUIUQO" not in written
    assert "49a9b15096d0113c5fbef9f3da454286f0760cc307f205d836aef92dbbc906ec" not in written
    assert "9433f125815aba9def3d0c1dc5f65a0bb20f6bbbb3573f72bc14debb8cdde2c7" not in written


@pytest.fixture(scope="module")
def electrums(tmp_path_factory):
    where = tmp_path_factory.mktemp("electrum")
    case = new_case(where)
    kinds = take_in(case, evidence("electrum"))
    return where, kinds, mapped(case)


def test_every_wallet_of_electrum_2_of_shared_evidence_is_read(electrums):
    _, kinds, result = electrums
    wallets = {path for path in kinds if "client_" in path}
    assert len(wallets) == 58
    assert {kinds[path] for path in wallets} == {"wallets:electrum"}
    counted = result.dict(
        "SELECT regexp_extract(item_id, 'client_.*'), count(*) FROM observables WHERE kind = 'btc' GROUP BY 1"
    )
    for version in ("2_0_4", "2_4_3", "2_9_3"):
        assert counted[f"client_{version}_importedkeys"] == 3
        assert counted[f"client_{version}_watchaddresses"] == 3
    assert counted["client_2_0_4_seeded"] == 23
    assert counted["client_2_9_3_seeded"] == 26
    assert counted["client_2_9_3_multisig"] == 26
    item = "item:KC/1/test_storage_upgrade/client_2_0_4_importedkeys"
    assert {
        v for (v,) in result.all(f"SELECT value FROM observables WHERE item_id = '{item}' AND kind = 'btc'")
    } == {
        "1364Js2VG66BwRdkaoxAaFtdPb1eQgn8Dr",
        "15CyDgLffJsJgQrhcyooFH4gnVDG82pUrA",
        "1Exet2BhHsFxKTwhnfdsBMkPYLGvobxuW6",
    }
    assert result.one(f"SELECT count(*) FROM observables WHERE item_id = '{item}' AND kind = 'wif_key'") == 3
    # what a version derives from public keys is what it records in its history
    item = "item:KC/1/test_storage_upgrade/client_2_7_18_multisig"
    bases = result.dict(
        f"SELECT basis, count(*) FROM observables WHERE item_id = '{item}' AND kind = 'btc' GROUP BY 1"
    )
    assert bases == {"recorded": 26}


def test_an_electrum_history_of_shared_evidence_has_its_transactions_and_times(electrums):
    _, _, result = electrums
    item = "item:KC/1/test_storage_upgrade/client_2_9_3_old_seeded_with_realistic_history"
    found = result.dict(f"SELECT value, context FROM observables WHERE item_id = '{item}' AND kind = 'txid'")
    stored = json.loads((evidence("electrum") / item.removeprefix("item:KC/1/")).read_text())
    assert set(stored["transactions"]) <= set(found)
    context = found["0f4972c84974b908a58dda2614b68cf037e6c03e8291898c719766f213217b67"]
    assert "2017-11-12 23:21:29 UTC; block 1230168" in context
    assert "bitcoin testnet" in context
    address = result.one(
        f"SELECT context FROM observables WHERE item_id = '{item}' AND value = 'mmL4aJtiAPVUQca9AaZZdPUht9FvS2eb4a'"
    )
    assert "2 transactions in its history" in address


def test_no_secret_of_the_electrum_wallets_of_shared_evidence_is_in_any_table(electrums):
    where, _, _ = electrums
    written = every_value(where)
    secrets = set()

    def gather(value, name=""):
        if isinstance(value, dict):
            for key, inner in value.items():
                gather(inner, f"{name}.{key}")
        elif isinstance(value, list):
            for inner in value:
                gather(inner, name)
        elif isinstance(value, str) and (
            value[:4] == "xprv"
            or name.endswith((".seed", ".xprv"))
            or (51 <= len(value) <= 52 and value[0] in "5KL")
        ):
            secrets.add(value)

    for path in (evidence("electrum") / "test_storage_upgrade").iterdir():
        gather(json.loads(path.read_text()))
    assert len(secrets) > 20
    assert not [secret for secret in secrets if secret in written]


def test_electrum_4_with_changes_behind_it_and_electrum_ltc(tmp_path):
    folder = tmp_path / "evidence" / ".electrum-ltc" / "wallets"
    folder.mkdir(parents=True)
    stored = {
        "addr_history": {},
        "addresses": {"receiving": ["ltc1qcr8te4kr609gcawutmrza0j4xv80jy8zqxmfdd"], "change": []},
        "contacts": {"someone@example.test": ["alias", "Some One"]},
        "db_metadata": {"creation_timestamp": 1700000000, "first_electrum_version_used": "4.4.6"},
        "keystore": {
            "type": "bip32", "xpub": XPUB_84, "xprv": "aW1wb3J0YW50Y2lwaGVydGV4dA==", "derivation": "m/84'/2'/0'",
            "root_fingerprint": "73c5da0a", "seed": "c2VjcmV0c2VjcmV0", "pw_hash_version": 1,
        },
        "labels": {},
        "payment_requests": {
            "abc": {
                "amount_msat": 150000000, "message": "order 12, two of the blue", "time": 1700000100, "exp": 3600,
                "outputs": [[0, "LM2WMpR1Rp6j3Sa59cMXMs1SPzj9eXpGc1", 150000]],
            }
        },
        "invoices": {"i": {"amount_msat": "!", "message": "supplier", "time": 1700000200, "outputs": []}},
        "seed_version": 71, "use_encryption": True, "wallet_type": "standard",
        "lightning_privkey2": "00ff" * 16,
    }  # fmt: skip
    address = addresses.pay_to_witness(0, b"\x11" * 20, addresses.LITECOIN)
    stored["addresses"]["receiving"] = [address]
    stored["payment_requests"]["abc"]["outputs"][0][1] = addresses.pay_to_key_hash(
        b"\x02" + b"\x22" * 32, addresses.LITECOIN
    )
    patches = [
        {"op": "add", "path": f"/labels/{address}", "value": "rent"},
        {"op": "add", "path": "/addresses/receiving/-", "value": addresses.pay_to_witness(0, b"\x33" * 20, addresses.LITECOIN)},
        {"op": "replace", "path": "/invoices/i/message", "value": "the supplier"},
        {"op": "remove", "path": "/invoices/nothing"},
    ]  # fmt: skip
    text = ",\n".join(json.dumps(one) for one in (stored, *patches))
    (folder / "till").write_text(text)
    result = read_and_mapped(tmp_path / "evidence", tmp_path)
    found = result.dict("SELECT value, context FROM observables WHERE kind = 'ltc'")
    assert len(found) == 3
    assert 'label "rent"' in found[address]
    request = next(context for context in found.values() if "asked for" in context)
    assert "order 12, two of the blue" in request
    assert "amount 150000 in the smallest unit" in request
    assert "2023-11-14 22:15:00 UTC" in request
    assert (
        result.one("SELECT value FROM observables WHERE kind = 'wallet'")
        == "Electrum-LTC, standard, litecoin"
    )
    states = result.dict("SELECT context, value FROM observables WHERE value LIKE '[%'")
    assert sorted(set(states.values())) == [
        "[extended_private_key, encrypted]", "[seed_phrase, encrypted]", "[wif_key, encrypted]",
    ]  # fmt: skip
    assert any("1 of 4 changes" in message for message in result.messages("warning"))
    assert "c2VjcmV0c2VjcmV0" not in every_value(tmp_path)
    assert "00ff00ff" not in every_value(tmp_path)


def test_monero_by_its_names_says_no_more_than_can_be_seen(tmp_path):
    folder = tmp_path / "evidence"
    folder.mkdir()
    # the address of the Monero project's donations, published at getmonero.org
    address = (
        "888tNkZrPN6JsEgekjMnABU4TBzc2Dt29EPAvkRxbANsAnjyPbb3iQ1YBRk1UXcdRsiKc9dhwMVgN5S9cQUiyoogDavup3H"
    )
    sealed = bytes(range(8)) + b"\xc8\x02" + b"\x5a" * 328
    for name in ("till", "other"):
        (folder / f"{name}.keys").write_bytes(sealed)
        (folder / name).write_bytes(b"cache")
    (folder / "till.address.txt").write_text(address)
    (folder / "ssh.keys").write_bytes(b"not of that form")
    (folder / "ssh").write_bytes(b"x")
    case = new_case(tmp_path)
    kinds = take_in(case, folder)
    assert kinds["till"] == kinds["till.keys"] == kinds["till.address.txt"] == "wallets:monero"
    assert kinds["ssh.keys"] == "unknown"
    result = mapped(case)
    assert result.all("SELECT value, valid FROM observables WHERE kind = 'xmr'") == [(address, True)]
    assert result.dict("SELECT item_id, kind FROM observables WHERE kind IN ('wallet', 'ciphertext') AND value NOT LIKE '[%'") == {
        "item:KC/1/till.keys": "wallet", "item:KC/1/other.keys": "ciphertext",
    }  # fmt: skip


def test_an_ethereum_key_file_gives_when_it_was_made_by_its_name(tmp_path):
    folder = tmp_path / "evidence" / "keystore"
    folder.mkdir(parents=True)
    sealed = {
        "cipher": "aes-128-ctr",
        "ciphertext": "ab" * 32,
        "kdf": "pbkdf2",
        "kdfparams": {},
        "mac": "cd" * 32,
    }
    name = "UTC--2021-03-04T05-06-07.123456789Z--ab28206d93e0b1c4cedf4302351a206777056c4c"
    (folder / name).write_text(json.dumps({"version": 3, "id": "x", "Crypto": sealed}))
    result = read_and_mapped(tmp_path / "evidence", tmp_path)
    assert (
        result.one("SELECT value FROM observables WHERE kind = 'eth'")
        == "0xaB28206d93e0B1C4CeDf4302351a206777056c4c"
    )
    context = result.one("SELECT context FROM observables WHERE kind = 'wallet'")
    assert "made 2021-03-04 05:06:07.123456 UTC by the file's name" in context
    assert "pbkdf2" in context


def test_the_transaction_of_bip_143_has_an_id_without_its_witnesses():
    raw = bytes.fromhex(
        "01000000000102fff7f7881a8099afa6940d42d1e7f6362bec38171ea3edf433541db4e4ad969f00000000494830450221008b9d1dc2"
        "6ba6a9cb62127b02742fa9d754cd3bebf337f7a55d114c8e5cdd30be022040529b194ba3f9281a99f2b1c0a19c0489bc22ede944ccf"
        "4ecbab4cc618ef3ed01eeffffffef51e1b804cc89d182d279655c3aa89e815b1b309fe287d9b2b55d57b90ec68a0100000000ffffff"
        "ff02202cb206000000001976a9148280b37df378db99f66f85c95a783a76ac7a6d5988ac9093510d000000001976a9143bde42dbee7"
        "e4dbe6a21b2d50ce2f0167faa815988ac000247304402203609e17b84f6a7d30c80bfa610b5b4542f32a8a0d5447a12fb1366d7f01c"
        "c44a0220573a954c4518331561406f90300e8f3358f51928d43c212a8caed02de67eebee0121025476c2e83188368da1ff3e292e7ac"
        "afcdb3566bb0ad253f62fc70f07aeee635711000000"
    )  # fmt: skip
    read = transaction(Bytes(raw))
    plain = raw[:4] + raw[6 : raw.index(b"\x88\xac\x00\x02\x47\x30") + 2] + raw[-4:]
    assert read.txid == hashlib.sha256(hashlib.sha256(plain).digest()).digest()[::-1].hex()
    assert [value for value, _ in read.outputs] == [112340000, 223450000]
    assert (
        bitcoincore.address_of_script(read.outputs[0][1], addresses.BITCOIN)
        == "1Cu32FVupVCgHkMMRJdYJugxwo2Aprgk7H"
    )


wild = settings(max_examples=60, deadline=None)


@wild
@given(st.binary(max_size=400))
def test_no_bytes_make_the_recognition_fail(data):
    for head in (
        data,
        b"{" + data,
        b"QklFMQ" + data,
        b"SQLite format 3\0" + data,
        b"\0" * 12 + b"\x62\x31\x05\0" + data,
    ):
        artefacts.recognise(head, "a/b.c")
    monero.is_keys_file(data)
    ethereum.is_keystore(data)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=70) | st.sampled_from([WIF, XPUB_84]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["addresses", "receiving", "imported", "0", "x/", "keypairs", "xpub", "outputs", "time", "pubkeys"])
        | st.text(max_size=5), inner, max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip
NAMES = [
    "accounts", "addr_history", "addresses", "contacts", "invoices", "keystore", "labels", "payment_requests", "pubkeys",
    "master_public_keys", "seed", "seed_version", "transactions", "tx_fees", "verified_tx3", "wallet_type", "x1/",
    "imported_keys", "genesis_blockhash", "db_metadata",
]  # fmt: skip


@wild
@given(st.dictionaries(st.sampled_from(NAMES), json_values, max_size=8), st.lists(json_values, max_size=2))
def test_no_content_makes_the_reader_of_electrum_fail(tmp_path_factory, stored, patches):
    data = ",".join(json.dumps(one) for one in (stored, *patches)).encode()
    with UnitWriter(tmp_path_factory.mktemp("unit") / "u") as unit:
        electrum.read(io.BytesIO(data), "till", unit)
        electrum.read(io.BytesIO(repr(stored).encode()), "till", unit)
        unit.finish()


@wild
@given(
    st.lists(
        st.tuples(
            st.sampled_from(sorted(bitcoincore._RECORDS)), st.binary(max_size=120), st.binary(max_size=200)
        ),
        max_size=6,
    )
)
def test_no_record_makes_the_reader_of_bitcoin_core_fail(tmp_path_factory, records):
    path = tmp_path_factory.mktemp("wallet") / "wallet.dat"
    unique = {word(name, key): value for name, key, value in records}
    sqlite_wallet(path, list(unique.items()))
    with UnitWriter(path.parent / "u") as unit:
        bitcoincore.read_sqlite(path, "wallet.dat", unit)
        unit.finish()


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_damage_to_a_berkeley_db_of_shared_evidence_costs_records_only(tmp_path_factory, data):
    raw = bytearray((evidence("btcrecover-wallets") / "test-wallets" / "bitcoincore-wallet.dat").read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(8192, len(raw) - 1) | st.integers(4 * 8192, 4 * 8192 + 400))
        raw[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(3 * 8192, len(raw)))
    with UnitWriter(tmp_path_factory.mktemp("unit") / "u") as unit:
        bitcoincore.read_berkeleydb(io.BytesIO(bytes(raw[:cut])), "wallet.dat", unit)
        unit.finish()


def test_long_values_lie_on_pages_of_their_own():
    """A file by hand: a leaf whose value is on two overflow pages, and one whose pages run in a circle."""
    from stocktake.artefacts import berkeleydb

    size = 512

    def page(number, kind, following=0, entries=0, free=0, body=b""):
        head = struct.pack("<8xIIIHHBB", number, 0, following, entries, free, 1 if kind == 5 else 0, kind)
        return (head + body).ljust(size, b"\0")

    value = hashlib.sha512(b"x").digest() * 10
    room = size - 26

    def leaf(number, first, total):
        items = (struct.pack("<HB", 4, 1) + b"\x03key", struct.pack("<HBBII", 0, 3, 0, first, total))
        at = (size - 7, size - 7 - 12)
        body = struct.pack("<2H", *at).ljust(at[1] - 26, b"\0") + items[1] + items[0]
        return page(number, 5, entries=2, free=at[1], body=body)

    meta = struct.pack("<8xIIIIBBBB", 0, 0x53162, 9, size, 0, 9, 0, 0).ljust(size, b"\0")
    pages = [
        meta,
        leaf(1, 2, len(value)),
        page(2, 7, following=3, free=room, body=value[:room]),
        page(3, 7, free=len(value) - room, body=value[room:]),
        leaf(4, 5, 5000),
        page(5, 7, following=5, free=room),
        leaf(6, 2, 1 << 31),
    ]
    told = []
    found = list(berkeleydb.records(io.BytesIO(b"".join(pages)), lambda *args: told.append(args)))
    assert [(record.key, record.value) for record in found] == [(b"\x03key", value)]
    assert len(told) == 2
    assert "circle" in told[0][0]
    assert "longer than is read" in told[1][0]
