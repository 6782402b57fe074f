"""Bitcoin Core's wallet.dat and that of its descendants (Litecoin, Dogecoin): Berkeley DB and SQLite.

Both hold records whose key begins with a word for what they are; source: Bitcoin Core, wallet/walletdb.h,
walletdb.cpp, transaction.h. Labels, purposes and transactions are in clear even where keys are encrypted.
Addresses are derived from public keys alone: single ones, and the extended ones of a descriptor wallet.
"""

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import IO, NamedTuple

from stocktake.artefacts import berkeleydb
from stocktake.artefacts.fingerprints import fingerprint
from stocktake.artefacts.gathering import Gathering, moment
from stocktake.artefacts.wallets import addresses
from stocktake.artefacts.wallets.addresses import BITCOIN, Extended, Network
from stocktake.artefacts.wallets.serialised import Bytes, transaction
from stocktake.artefacts.wallets.tables import FAMILY, TABLES
from stocktake.observables import wallets
from stocktake.records.raw import UnitWriter

# The application id of a SQLite wallet is the magic of the network's messages (kernel/chainparams.cpp).
MAGIC = {
    bytes.fromhex("f9beb4d9"): "bitcoin",
    bytes.fromhex("0b110907"): "bitcoin testnet",
    bytes.fromhex("1c163f28"): "bitcoin testnet",
    bytes.fromhex("0a03cf40"): "bitcoin testnet",
    bytes.fromhex("fabfb5da"): "bitcoin regtest",
    bytes.fromhex("fbc0b6db"): "litecoin",
}
_MOST_DERIVED = 20_000  # addresses of one descriptor
_EXTENDED_PUBLIC = re.compile(r"\b[xtyzuvYZUV]pub[1-9A-HJ-NP-Za-km-z]{100,112}")
_EXTENDED_PRIVATE = re.compile(r"\b[xtyzuvYZUV]prv[1-9A-HJ-NP-Za-km-z]{100,112}")
_WIF = re.compile(r"(?<=[(,\]/])[5KL9c][1-9A-HJ-NP-Za-km-z]{50,51}(?=[),/])")
_DESCRIPTOR = re.compile(r"(pkh|wpkh|sh\(wpkh|tr)\((?:\[[^\]]*\])?[^(),{}]+\)+(?:#[a-z0-9]{8})?")


class Entry(NamedTuple):
    """A record of the wallet, and its place in the file where it has one."""

    key: bytes
    value: bytes
    offset: int | None = None
    length: int | None = None
    deleted: bool = False


def read_berkeleydb(file: IO[bytes], path: str, unit: UnitWriter) -> None:
    """Read a wallet in Berkeley DB."""

    def tell(message: str, offset: int, length: int) -> None:
        unit.problem(f"wallet: {message}", table="wallets", offset=offset, length=length)

    def entries() -> Iterator[Entry]:
        for record in berkeleydb.records(file, tell):
            if record.key != b"main":  # the name of the table itself, in the file's directory
                yield Entry(*record)

    _read(entries, "Berkeley DB", None, path, unit)


def read_sqlite(database: Path, path: str, unit: UnitWriter) -> None:
    """Read a wallet in SQLite, from a private copy with its -wal and -journal beside it."""
    with closing(sqlite3.connect(f"file:{database}?mode=rw", uri=True)) as connection:
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        number = connection.execute("PRAGMA application_id").fetchone()[0]
        network = MAGIC.get((number & 0xFFFFFFFF).to_bytes(4))

        def entries() -> Iterator[Entry]:
            found = connection.execute("SELECT key, value FROM main ORDER BY rowid")
            try:
                for key, value in found:
                    if isinstance(key, bytes) and isinstance(value, bytes):
                        yield Entry(key, value)
            except sqlite3.DatabaseError as error:
                unit.problem(
                    f"wallet: the database is damaged, what follows is lost: {error}", severity="error"
                )

        _read(entries, "SQLite", network, path, unit)


def _read(
    entries: Callable[[], Iterator[Entry]], form: str, network: str | None, path: str, unit: UnitWriter
) -> None:
    first = _Survey()
    for entry in entries():
        first.see(entry)
    if network is None:
        network, basis = first.network(path)
    else:
        basis = "application id of the file"
    rows = Gathering(unit, FAMILY, TABLES)
    wallet = _Wallet(rows, unit, addresses.of_network(network) or BITCOIN, first)
    for entry in entries():
        wallet.take(entry)
    wallet.derive()
    wallet.close(form, network, basis)
    rows.finish()


class _Survey:
    """A first look over all records: what later records need of others."""

    def __init__(self) -> None:
        self.assets: dict[str, int] = {}
        self.created: dict[bytes, tuple[datetime | None, str]] = {}
        self.pool: set[bytes] = set()
        self.active: dict[bytes, str] = {}
        self.labelled: set[str] = set()
        self.caches: dict[bytes, dict[int, Extended]] = {}
        self.derived: dict[bytes, dict[int, bytes]] = {}
        self.version: int | None = None

    def see(self, entry: Entry) -> None:
        try:
            key, value = Bytes(entry.key), Bytes(entry.value)
            word = key.vector()
            if word == b"name":
                address = addresses.judge(key.text())
                self.labelled.add(address.address)
                if address.network:
                    self.assets[address.network] = self.assets.get(address.network, 0) + 1
            elif word == b"keymeta":
                self.created[key.vector()] = _key_metadata(value)
            elif word == b"pool":
                value.take(12)
                self.pool.add(value.vector())
            elif word in (b"activeexternalspk", b"activeinternalspk"):
                used = "receiving" if word == b"activeexternalspk" else "change"
                self.active[value.take(32)] = used
            elif word == b"walletdescriptorcache":
                self._cache(key, value)
            elif word == b"version":
                self.version = value.whole(4)
        except ValueError:
            return

    def _cache(self, key: Bytes, value: Bytes) -> None:
        descriptor = key.take(32)
        expression = key.whole(4)
        extended = Bytes(value.vector())
        extended.take(9)  # depth, parent's fingerprint, number
        found = Extended(extended.take(32), extended.take(33))
        if key.left >= 4:
            self.derived.setdefault(descriptor, {})[key.whole(4)] = found.key
        else:
            self.caches.setdefault(descriptor, {})[expression] = found

    def network(self, path: str) -> tuple[str, str]:
        if self.assets:
            return max(
                self.assets, key=lambda name: (self.assets[name], name)
            ), "addresses in the address book"
        place = path.lower()
        for name, words in (
            ("bitcoin testnet", ("testnet3/", "testnet4/", "signet/")),
            ("bitcoin regtest", ("regtest/",)),
            ("litecoin", ("litecoin",)),
            ("dogecoin", ("dogecoin",)),
            ("bitcoin", ("bitcoin",)),
        ):
            if any(word in place for word in words):
                return name, "name of the file's folder"
        return "bitcoin", "assumed"


def _key_metadata(value: Bytes) -> tuple[datetime | None, str]:
    version = value.whole(4)
    created = moment(value.whole(8))
    return created, value.text() if version >= 10 and value.left else ""


class _Wallet:
    def __init__(self, rows: Gathering, unit: UnitWriter, network: Network, survey: _Survey) -> None:
        self._rows = rows
        self._unit = unit
        self._network = network
        self._survey = survey
        self._encrypted = False
        self._clear = False
        self._version: str | None = None
        self._earliest: datetime | None = None
        self._master = False
        self._flags = 0
        self._seed = "none"
        self._descriptors: list[tuple[bytes, str, int, int, datetime | None, Entry]] = []
        self._damaged = 0
        self._unknown: dict[str, int] = {}

    def take(self, entry: Entry) -> None:
        """Make the record's rows; what is damaged is counted."""
        try:
            key = Bytes(entry.key)
            word = key.vector().decode("ascii")
            act = _RECORDS.get(word)
            if act is not None:
                act(self, key, Bytes(entry.value), entry)
            elif word not in _KNOWN:
                self._unknown[word[:20]] = self._unknown.get(word[:20], 0) + 1
        except (ValueError, OverflowError):
            self._damaged += 1
            if self._damaged == 1:
                self._unit.problem(
                    "wallet: a record can't be read, this is the first",
                    table="wallets", offset=entry.offset, length=entry.length,
                )  # fmt: skip

    def _add(self, table: str, entry: Entry, **row: object) -> None:
        self._rows.add(table, _offset=entry.offset, _length=entry.length, **row)

    def _secret(self, entry: Entry, place: str, kind: str, state: str, secret: bytes) -> None:
        if state == "encrypted":
            self._encrypted = True
        elif kind != "encryption key":
            self._clear = True
        print_ = fingerprint(kind if state == "in clear" else f"{kind}, encrypted", secret, self._unit)
        self._add("wallet_secrets", entry, place=place, kind=kind, state=state, fingerprint=print_)

    def name(self, key: Bytes, value: Bytes, entry: Entry) -> None:
        """An entry of the address book."""
        self._label(key, value, entry, label=True)

    def purpose(self, key: Bytes, value: Bytes, entry: Entry) -> None:
        """Whether an address of the book is one's own (receive) or another's (send)."""
        self._label(key, value, entry, label=False)

    def _label(self, key: Bytes, value: Bytes, entry: Entry, *, label: bool) -> None:
        address, text = key.text(), value.text()
        found = addresses.judge(address)
        self._add(
            "wallet_labels", entry, subject=address, subject_kind="address",
            label=text if label else None, purpose=None if label else text,
        )  # fmt: skip
        if label:
            self._add(
                "wallet_addresses", entry, address=found.address, asset=found.asset, network=found.network,
                valid=found.valid, form=found.form, used_as="address book", basis="recorded",
            )  # fmt: skip

    def destination(self, key: Bytes, value: Bytes, entry: Entry) -> None:
        """What the wallet notes of an address beside its label: requests for payment."""
        address, what = key.text(), key.text()
        if what.startswith("rr"):
            self._request(address, Bytes(value.vector()), entry)
        else:
            self._add("wallet_labels", entry, subject=address, subject_kind="address", purpose=what)

    def _request(self, address: str, value: Bytes, entry: Entry) -> None:
        # qt/recentrequeststablemodel.h and sendcoinsrecipient.h: id, date, and the recipient's fields
        value.take(4)
        value.whole(8)
        at = moment(value.whole(4))
        value.take(4)
        stated, label = value.text(), value.text()
        amount, message = value.whole(8, signed=True), value.text()
        found = addresses.judge(stated or address)
        self._add(
            "wallet_requests", entry, direction="asked for", address=found.address, asset=found.asset,
            amount=amount or None, message=" / ".join(filter(None, (label, message))) or None, at=at,
        )  # fmt: skip

    def transaction(self, key: Bytes, value: Bytes, entry: Entry) -> None:
        """A transaction of the wallet, with when it was first seen and what was noted of it."""
        txid = key.take(32)[::-1].hex()
        at, note = None, None
        try:
            at, note = _wallet_transaction(value)
        finally:
            self._add(
                "wallet_transactions", entry, txid=txid, asset=self._network.asset,
                network=self._network.name, at=at, note=note, basis="recorded",
            )  # fmt: skip

    def key(self, key: Bytes, value: Bytes, entry: Entry) -> None:
        """A private key in clear: its public key gives addresses, of the key itself only its place."""
        public = key.vector()
        # the secret in wallet import format, so that it is seen to be equal to one that is found as text
        private = re.search(rb"\x02\x01\x01\x04\x20(.{32})", value.vector(), re.DOTALL)
        if private:
            suffix = b"\x01" if len(public) == 33 else b""
            secret = addresses.base58check(bytes([self._network.private_key]) + private[1] + suffix).encode()
        else:
            secret = entry.value
        self._secret(entry, f"key record of {public.hex()}", "wif_key", "in clear", secret)
        self._public_key(public, entry)

    def encrypted_key(self, key: Bytes, value: Bytes, entry: Entry) -> None:
        """A private key as ciphertext."""
        public = key.vector()
        place = f"ckey record of {public.hex()}"
        self._secret(entry, place, "wif_key", "encrypted", value.vector())
        self._public_key(public, entry)

    def master_key(self, key: Bytes, value: Bytes, entry: Entry) -> None:
        """The key that encrypts the others, itself encrypted under a passphrase."""
        number = key.whole(4)
        self._encrypted = self._master = True
        self._secret(entry, f"mkey record {number}", "encryption key", "encrypted", value.vector())

    def _public_key(self, public: bytes, entry: Entry) -> None:
        if not addresses.is_public_key(public):
            raise ValueError("no public key")
        created, path = self._survey.created.get(public, (None, ""))
        self._seen(created)
        if path in ("s", "m"):
            self._seed = "encrypted" if self._encrypted or entry.key[1:5] == b"ckey" else "in clear"
            return  # the seed of the others, which is used for no address
        used = (
            "change"
            if re.match(r"m/0'/1'/", path)
            else "not issued yet"
            if public in self._survey.pool
            else None
        )
        # Software before 0.16 knew no witness addresses of its own keys.
        witness = self._survey.version is None or self._survey.version >= 160000
        for form, address in addresses.of_key(public, self._network, witness=witness):
            self._add(
                "wallet_addresses", entry, address=address, asset=self._network.asset,
                network=self._network.name, valid=True, form=form,
                used_as="address book" if address in self._survey.labelled else used or "own key",
                basis="derived", public_key=public.hex(), derivation=path or None, created_at=created,
            )  # fmt: skip

    def _seen(self, created: datetime | None) -> None:
        # 1 stands for "unknown, watch from the first block on"
        if created and created.year >= 2009 and (self._earliest is None or created < self._earliest):
            self._earliest = created

    def script(self, key: Bytes, value: Bytes, entry: Entry) -> None:
        """A script of which the wallet knows the content: a shared address, or a nested witness."""
        script_hash = key.take(20)
        script = value.vector()
        self._add(
            "wallet_addresses", entry, address=addresses.pay_to_script_hash(script_hash, self._network),
            asset=self._network.asset, network=self._network.name, valid=True,
            form="P2SH-P2WPKH" if len(script) == 22 and script[:2] == b"\0\x14" else "P2SH",
            used_as="own script", basis="derived",
        )  # fmt: skip

    def watched(self, key: Bytes, _value: Bytes, entry: Entry) -> None:
        """A script that is watched without the key."""
        address = address_of_script(key.vector(), self._network)
        if address:
            self._add(
                "wallet_addresses", entry, address=address, asset=self._network.asset,
                network=self._network.name, valid=True, used_as="watched", basis="derived",
            )  # fmt: skip

    def metadata(self, _key: Bytes, value: Bytes, _entry: Entry) -> None:
        """When a key was made, and how it was derived: shown with the key's addresses."""
        self._seen(_key_metadata(value)[0])

    def chain(self, key: Bytes, value: Bytes, _entry: Entry) -> None:
        """The state of a wallet whose keys come from one seed."""
        del key
        value.take(8)
        if self._seed == "none":
            self._seed = "encrypted" if self._master else "in clear"

    def account_entry(self, key: Bytes, value: Bytes, entry: Entry) -> None:
        """A transfer between accounts inside the wallet (until 2018)."""
        account = key.text()
        value.take(4)
        value.take(8)
        value.take(8)
        other, comment = value.text(), value.text()
        label = " / ".join(
            filter(None, (f"account {account!r}", f"with {other!r}" if other else "", comment))
        )
        self._add("wallet_labels", entry, subject=account, subject_kind="account", label=label)

    def version(self, _key: Bytes, value: Bytes, _entry: Entry) -> None:
        """The software's version that last wrote the file."""
        number = value.whole(4)
        parts = [number // 1000000, number // 10000 % 100, number // 100 % 100, number % 100]
        self._version = ".".join(map(str, parts))

    def flags(self, _key: Bytes, value: Bytes, _entry: Entry) -> None:
        """What the wallet may do."""
        self._flags = value.whole(8)

    def descriptor(self, key: Bytes, value: Bytes, entry: Entry) -> None:
        """How a range of addresses comes from an extended public key."""
        identity = key.take(32)
        text = value.text()
        created = moment(value.whole(8))
        issued, start, end = (value.whole(4, signed=True) for _ in range(3))
        self._seen(created)
        for pattern, kind in ((_EXTENDED_PRIVATE, "extended_private_key"), (_WIF, "wif_key")):
            for found in pattern.findall(text):
                self._secret(entry, "walletdescriptor record", kind, "in clear", found.encode())
                text = text.replace(found, "[private key]")
        used = self._survey.active.get(identity, "not in use")
        self._add(
            "wallet_public_keys", entry, kind="descriptor", value=text, network=self._network.name,
            place="walletdescriptor record", derivation=f"{used}; {issued} issued, range {start} to {end}",
            created_at=created,
        )  # fmt: skip
        for one in dict.fromkeys(_EXTENDED_PUBLIC.findall(text)):
            judged = wallets.extended_key(one.encode(), 0)
            self._add(
                "wallet_public_keys", entry, kind="extended_public_key", value=one, valid=judged.valid,
                network=self._network.name, place="walletdescriptor record", created_at=created,
            )  # fmt: skip
        self._descriptors.append((identity, text, issued, end, created, entry))

    def descriptor_key(self, key: Bytes, value: Bytes, entry: Entry) -> None:
        """The private key behind a descriptor, in clear."""
        place = f"walletdescriptorkey record of descriptor {key.take(32)[::-1].hex()}"
        private = re.search(rb"\x02\x01\x01\x04\x20(.{32})", value.vector(), re.DOTALL)
        secret = entry.value
        if private:
            plain = bytes([self._network.private_key]) + private[1] + b"\x01"
            secret = addresses.base58check(plain).encode()
        self._seed = "in clear"
        self._secret(entry, place, "wif_key", "in clear", secret)

    def encrypted_descriptor_key(self, key: Bytes, value: Bytes, entry: Entry) -> None:
        """The private key behind a descriptor, as ciphertext."""
        place = f"walletdescriptorckey record of descriptor {key.take(32)[::-1].hex()}"
        self._seed = "encrypted"
        self._secret(entry, place, "wif_key", "encrypted", value.vector())

    def derive(self) -> None:
        """The addresses of descriptors with one key, from the extended public keys kept for them."""
        for identity, text, issued, end, created, entry in self._descriptors:
            form = _DESCRIPTOR.fullmatch(text)
            if form is None:
                told = "wallet: the addresses of a descriptor that is not of one key alone are not derived"
                self._unit.problem(told, severity="info", table="wallet_public_keys")
                continue
            name, make = addresses.SINGLE_KEY[form[1]]
            used = self._survey.active.get(identity, "not in use")
            for index, key in self._descriptor_keys(identity, end):
                address = make(key, self._network)
                if address:
                    state = "issued" if index < issued else "not issued yet"
                    self._add(
                        "wallet_addresses", entry, address=address, asset=self._network.asset,
                        network=self._network.name, valid=True, form=name, used_as=f"{used}, {state}",
                        basis="derived", public_key=key.hex(), derivation=f"descriptor, {index}",
                        created_at=created,
                    )  # fmt: skip

    def _descriptor_keys(self, identity: bytes, end: int) -> Iterable[tuple[int, bytes]]:
        kept = self._survey.derived.get(identity)
        if kept:
            return sorted(kept.items())
        parents = self._survey.caches.get(identity, {})
        if len(parents) != 1:
            return []
        (parent,) = parents.values()
        if end > _MOST_DERIVED:
            told = f"wallet: of a descriptor's {end} addresses the first {_MOST_DERIVED} were derived"
            self._unit.problem(told, table="wallet_addresses")
        return ((index, parent.child(index).key) for index in range(min(end, _MOST_DERIVED)))

    def close(self, form: str, network: str, basis: str) -> None:
        """The wallet's own row, and what was not read."""
        if self._damaged > 1:
            self._unit.problem(f"wallet: {self._damaged} records can't be read", table="wallets")
        if self._unknown:
            told = ", ".join(f"{word!r} ({count})" for word, count in sorted(self._unknown.items())[:20])
            self._unit.problem(f"wallet: records of unknown kinds: {told}", severity="info", table="wallets")
        encryption = "private keys" if self._encrypted else "none" if self._clear else "no private keys seen"
        if self._encrypted and self._clear:
            encryption = "some private keys"
        kind = "descriptors" if self._flags >> 34 & 1 or self._descriptors else "keys"
        if self._flags >> 32 & 1:
            kind += ", without private keys"
        self._rows.add(
            "wallets", software="Bitcoin Core or a descendant", format=form, version=self._version, kind=kind,
            network=network, network_basis=basis, encryption=encryption, seed=self._seed,
            created_at=self._earliest,
            created_basis="earliest time of a key or descriptor" if self._earliest else None,
        )  # fmt: skip


def _wallet_transaction(value: Bytes) -> tuple[datetime | None, str | None]:
    _merkle_transaction(value)
    for _ in range(value.count()):  # what older versions kept of earlier transactions
        _merkle_transaction(value)
    notes = {value.text(): value.text() for _ in range(value.count())}
    for _ in range(value.count()):
        value.text()
        value.text()
    value.take(4)
    received = moment(value.whole(4))
    told = [f"{word}: {notes[word]}" for word in ("comment", "to", "message", "from") if notes.get(word)]
    if notes.get("fromaccount"):
        told.append(f"account: {notes['fromaccount']}")
    return moment(notes.get("timesmart")) or received, "; ".join(told) or None


def _merkle_transaction(value: Bytes) -> None:
    transaction(value)
    value.take(32)
    for _ in range(value.count()):
        value.take(32)
    value.take(4)


def address_of_script(script: bytes, network: Network) -> str | None:
    """The address that a script pays to; None where there is none for it."""
    if len(script) == 25 and script[:3] == b"\x76\xa9\x14" and script[23:] == b"\x88\xac":
        return addresses.base58check(bytes([network.key_hash]) + script[3:23])
    if len(script) == 23 and script[:2] == b"\xa9\x14" and script[22:] == b"\x87":
        return addresses.pay_to_script_hash(script[2:22], network)
    if (
        4 <= len(script) <= 42
        and script[1] == len(script) - 2
        and (script[0] == 0 or 0x51 <= script[0] <= 0x60)
    ):
        return addresses.pay_to_witness(script[0] - 0x50 if script[0] else 0, script[2:], network)
    return None


_RECORDS: dict[str, Callable[[_Wallet, Bytes, Bytes, Entry], None]] = {
    "name": _Wallet.name,
    "purpose": _Wallet.purpose,
    "destdata": _Wallet.destination,
    "tx": _Wallet.transaction,
    "key": _Wallet.key,
    "wkey": _Wallet.key,
    "ckey": _Wallet.encrypted_key,
    "mkey": _Wallet.master_key,
    "keymeta": _Wallet.metadata,
    "watchmeta": _Wallet.metadata,
    "cscript": _Wallet.script,
    "watchs": _Wallet.watched,
    "hdchain": _Wallet.chain,
    "acentry": _Wallet.account_entry,
    "version": _Wallet.version,
    "flags": _Wallet.flags,
    "walletdescriptor": _Wallet.descriptor,
    "walletdescriptorkey": _Wallet.descriptor_key,
    "walletdescriptorckey": _Wallet.encrypted_descriptor_key,
}
# What is known and says nothing more.
_KNOWN = {
    "acc", "pool", "defaultkey", "minversion", "bestblock", "bestblock_nomerkle", "orderposnext", "settings",
    "setting", "lockedutxo", "lastopenedfeatures", "activeexternalspk", "activeinternalspk",
    "walletdescriptorcache", "walletdescriptorlhcache", "hdseed", "hdpubkey",
}  # fmt: skip
