"""Electrum's wallet file and those of its descendants (Electrum-LTC), of all versions.

The file is one JSON object, from 4.5 on with JSON patches behind it (RFC 6902); before 1.9 the literal of a
Python dictionary. Source: Electrum, electrum/wallet_db.py and json_db.py, whose upgrades tell what every
version kept. An encrypted file is base64 of a message in Electrum's own scheme (electrum/storage.py: BIE1
under a password, BIE2 under a hardware device).
"""

import ast
import io
import json
import re
import tokenize
from collections.abc import Iterator
from typing import Any, BinaryIO

from stocktake.artefacts.fingerprints import fingerprint
from stocktake.artefacts.gathering import Gathering, moment
from stocktake.artefacts.wallets import addresses
from stocktake.artefacts.wallets.addresses import BITCOIN, LITECOIN, Judged, Network
from stocktake.artefacts.wallets.tables import FAMILY, TABLES
from stocktake.observables import wallets
from stocktake.records.raw import UnitWriter

MOST_BYTES = 128 << 20
_DEEPEST = 60

_WORDS = re.compile(
    rb"""["'](accounts|accounts_expanded|addr_history|addresses|channels|db_metadata|fiat_value|frozen_coins
    |genesis_blockhash|keystore|labels|lightning_xprv|master_private_keys|master_public_keys?|payment_requests
    |prevouts_by_scripthash|pruned_txo|pubkeys|seed_type|seed_version|spent_outpoints|stored_height|transactions
    |tx_fees|txi|txo|use_encryption|verified_tx3?|wallet_type|winpos-qt|x1/)["']\s*:""",
    re.VERBOSE,
)
# In the order of its names the history of addresses comes first, and may fill all that is looked at.
_HISTORY = re.compile(
    rb"""\{\s*(?:["']\w+["']\s*:\s*\{\s*\},?\s*)*["']addr_history["']\s*:\s*\{\s*["']\w{25,90}["']\s*:\s*\["""
)
SEALED = re.compile(rb"QklF[A-Za-z0-9+/]{60,}")
_GENESIS = {
    "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f": "bitcoin",
    "000000000933ea01ad0ee984209779baaec3ced90fa3f408719526f8d77f4943": "bitcoin testnet",
    "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206": "bitcoin regtest",
    "12a765e31ffd4059bada1e25190f6e98c99d9714d334efa41a195a7e7e04bfe2": "litecoin",
}
_PRIVATE = re.compile(r"[xtyzuvYZUV]prv[1-9A-HJ-NP-Za-km-z]{100,112}|Ltpv[1-9A-HJ-NP-Za-km-z]{100,112}")
_WIF = re.compile(r"(?:\w+(?:-\w+)?:)?[5KL9cTQ6][1-9A-HJ-NP-Za-km-z]{50,51}")
_WORD_LIST = re.compile(r"\s*\w+(?:\s+\w+){5,47}\s*")
_HEX = re.compile(r"[0-9a-f]+")
_TXID = re.compile(r"[0-9a-f]{64}")


def is_wallet(head: bytes) -> bool:
    """Whether a file that begins so is a wallet of Electrum."""
    if not re.match(rb"""\s*\{\s*["']""", head):
        return False
    words = {found[1] for found in _WORDS.finditer(head)}
    telling = words - {
        b"addresses",
        b"channels",
        b"labels",
        b"transactions",
        b"accounts",
        b"pubkeys",
        b"keystore",
    }
    return (len(words) >= 3 and len(telling) >= 2) or _HISTORY.match(head) is not None


def read(stream: BinaryIO, path: str, unit: UnitWriter) -> None:
    """Read a wallet file that is not encrypted."""
    data = stream.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        unit.problem(f"the wallet is larger than {MOST_BYTES >> 20} MiB and is not read", severity="error")
        return
    stored, form = _parsed(data, unit)
    if stored is None:
        unit.problem("looks like a wallet of Electrum, but can't be read as one", severity="error")
        return
    rows = Gathering(unit, FAMILY, TABLES)
    _Reader(stored, form, data, path, rows).read()
    rows.finish()


def read_sealed(stream: BinaryIO, path: str, unit: UnitWriter) -> None:
    """Say what is known of a file encrypted in Electrum's scheme, which is little."""
    head = stream.read(8)
    mark = {b"QklFMQ": "BIE1", b"QklFMg": "BIE2"}.get(head[:6], "BIE")
    rows = Gathering(unit, FAMILY, TABLES)
    how = {"BIE1": "under a password", "BIE2": "under a hardware device"}.get(
        mark, "in a way that is not known"
    )
    rows.add(
        "wallets", software="Electrum or a descendant", format=f"{mark} ciphertext", encryption="whole file",
        seed="unknown", network="unknown", network_basis="nothing is in clear",
        remark=f"sealed {how}: a wallet file, or a message that Electrum encrypted; nothing shows which",
        _offset=0, _length=None,
    )  # fmt: skip
    rows.finish()
    unit.problem(f"is encrypted in Electrum's scheme {mark}; nothing in it can be read", severity="info")
    del path


def _parsed(data: bytes, unit: UnitWriter) -> tuple[dict[str, Any] | None, str]:
    text = data.decode("utf-8", "backslashreplace")
    try:
        first, *patches = json.loads(f"[{text}]")
    except (ValueError, RecursionError):
        return _literal(text), "Python literal"
    if not isinstance(first, dict):
        return None, ""
    failed = 0
    for patch in patches:
        try:
            _apply(first, patch)
        except (KeyError, IndexError, TypeError, ValueError, AttributeError):
            failed += 1
    if failed:
        unit.problem(f"{failed} of {len(patches)} changes at the end of the wallet can't be applied")
    return first, f"JSON and {len(patches)} changes" if patches else "JSON"


def _apply(whole: Any, patch: Any) -> None:
    """Apply one operation of RFC 6902; Electrum writes add, replace and remove."""
    if isinstance(patch, list):
        for one in patch:
            _apply(whole, one)
        return
    steps = [step.replace("~1", "/").replace("~0", "~") for step in patch["path"].split("/")[1:]]
    place = whole
    for step in steps[:-1]:
        place = place[int(step)] if isinstance(place, list) else place[step]
    last: Any = steps[-1]
    if isinstance(place, list):
        last = len(place) if last == "-" else int(last)
        if patch["op"] == "add":
            place.insert(last, patch["value"])
            return
    if patch["op"] in ("add", "replace"):
        place[last] = patch["value"]
    elif patch["op"] == "remove":
        del place[last]
    else:
        raise ValueError("an operation that Electrum does not write")


def _literal(text: str) -> dict[str, Any] | None:
    """The dictionary of a file that is a Python literal, if it is nothing but one."""
    depth = 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.OP:
                if token.string not in "{}[]():,":
                    return None
                depth += {"{": 1, "[": 1, "(": 1, "}": -1, "]": -1, ")": -1}.get(token.string, 0)
            foreign = token.type == tokenize.NAME and token.string not in ("True", "False", "None")
            if (
                foreign
                or depth > _DEEPEST
                or (token.type == tokenize.STRING and token.string[:1] in "fFbBrR")
            ):
                return None
        found = ast.literal_eval(text.strip())
    except (tokenize.TokenError, SyntaxError, ValueError, RecursionError, MemoryError, TypeError):
        return None
    return found if isinstance(found, dict) else None


class _Reader:
    def __init__(self, stored: dict[str, Any], form: str, data: bytes, path: str, rows: Gathering) -> None:
        self._stored = stored
        self._form = form
        self._data = data
        self._path = path
        self._rows = rows
        self._secrets: list[tuple[str, str, str]] = []  # kind, state, place
        self._known: set[str] = set()
        self._network: Network = BITCOIN
        self._history = _object(stored.get("addr_history"))

    def read(self) -> None:
        recorded = list(self._recorded())
        name, basis = self._find_network([found for _, found, _ in recorded])
        self._network = addresses.of_network(name) or BITCOIN
        for used, found, detail in recorded:
            self._address(found, used, "recorded", **detail)
        for used, address, form, key, place in self._derived():
            found = addresses.judge(address)
            self._address(found, used, "derived", form=form, public_key=key, derivation=place)
        self._keystores()
        self._labels()
        self._transactions()
        self._requests()
        self._other_secrets()
        self._wallet(name, basis)

    def _at(self, *needles: str) -> dict[str, int | None]:
        """Where the first of the texts stands in the file, for the row's place."""
        for needle in needles:
            raw = json.dumps(needle)[1:-1].encode() if needle else b""
            at = self._data.find(raw) if raw else -1
            if at >= 0:
                return {"_offset": at, "_length": len(raw)}
        return {"_offset": 0, "_length": len(self._data)}

    # Addresses

    def _recorded(self) -> Iterator[tuple[str, Judged, dict[str, Any]]]:
        yield from self._listed(self._stored.get("addresses"))
        for name, account in _object(self._stored.get("accounts")).items():
            yield from self._of_account(str(name), _object(account))
        for address in _object(self._stored.get("imported_keys")):
            yield "imported", addresses.judge(str(address)), {}
        for address in self._history:
            yield "in the history", addresses.judge(str(address)), {}

    def _listed(self, stored: Any) -> Iterator[tuple[str, Judged, dict[str, Any]]]:
        if isinstance(stored, list):
            for address in _texts(stored):
                yield "imported", addresses.judge(address), {}
        for used, listed in _object(stored).items():
            if used in ("receiving", "change"):
                for address in _texts(listed):
                    yield used, addresses.judge(address), {}
            elif isinstance(listed, dict | type(None)):  # from 3.0 on: address to its public key
                public = _object(listed).get("pubkey")
                yield (
                    "imported",
                    addresses.judge(used),
                    {"public_key": public if isinstance(public, str) else None},
                )

    def _of_account(self, name: str, account: dict[Any, Any]) -> Iterator[tuple[str, Judged, dict[str, Any]]]:
        for used, listed in account.items():
            if used == "imported":
                for address, pair in _object(listed).items():
                    public = pair[0] if isinstance(pair, list) and pair else None
                    detail = {"public_key": public if isinstance(public, str) else None}
                    yield "imported", addresses.judge(str(address)), detail
            elif used in (0, 1, "0", "1"):  # before 2.0: addresses themselves
                for address in _texts(listed):
                    if not _HEX.fullmatch(address):
                        detail = {"derivation": f"account {name}"}
                        yield ("change" if int(used) else "receiving"), addresses.judge(address), detail

    def _derived(self) -> Iterator[tuple[str, str, str, str | None, str | None]]:
        """Addresses of versions that kept public keys in place of them."""
        for name, account in _object(self._stored.get("accounts")).items():
            for used in ("receiving", "change"):
                yield from self._of_keys(used, _object(account).get(used), f"account {name}")
        for used in ("receiving", "change"):
            yield from self._of_keys(used, _object(self._stored.get("pubkeys")).get(used), None)

    def _of_keys(
        self, used: str, listed: Any, place: str | None
    ) -> Iterator[tuple[str, str, str, str | None, str | None]]:
        kind = str(self._stored.get("wallet_type", ""))
        of = re.fullmatch(r"(\d+)of(\d+)", kind)
        needed = int(of[1]) if of else 2 if kind == "2fa" else 0
        for number, entry in enumerate(listed if isinstance(listed, list) else []):
            where = ", ".join(filter(None, (place, f"{used} {number}")))
            keys = [
                bytes.fromhex(k) for k in _texts(entry if isinstance(entry, list) else [entry]) if _is_hex(k)
            ]
            if not keys or not all(map(addresses.is_public_key, keys)):
                continue
            if isinstance(entry, list):
                address = addresses.shared(keys, needed, self._network)
                if address:
                    yield (
                        used,
                        address,
                        f"P2SH {needed} of {len(keys)}",
                        " ".join(k.hex() for k in keys),
                        where,
                    )
            else:
                yield used, addresses.pay_to_key_hash(keys[0], self._network), "P2PKH", keys[0].hex(), where

    def _find_network(self, found: list[Judged]) -> tuple[str, str]:
        genesis = _GENESIS.get(str(self._stored.get("genesis_blockhash", "")))
        if genesis:
            return genesis, "genesis block named in the file"
        named = [one.network for one in found if one.network and one.valid]
        if named:
            return max(sorted(set(named)), key=named.count), "addresses in the file"
        if "electrum-ltc" in self._path.lower():
            return LITECOIN.name, "name of the file's folder"
        return BITCOIN.name, "assumed"

    def _address(
        self, found: Judged, used: str, basis: str, *, form: str | None = None, public_key: str | None = None,
        derivation: str | None = None,
    ) -> None:  # fmt: skip
        if found.address in self._known:
            return
        self._known.add(found.address)
        history = self._history.get(found.address)
        self._rows.add(
            "wallet_addresses", address=found.address, asset=found.asset, network=found.network,
            valid=found.valid, form=form or found.form, used_as=used, basis=basis,
            public_key=public_key, derivation=derivation,
            transactions=len(history) if isinstance(history, list) else None,
            **self._at(found.address, (public_key or "").split(" ")[0]),
        )  # fmt: skip

    # Keys, and where secrets lie

    def _keystores(self) -> None:
        for name, store in self._stored.items():
            if name == "keystore" or re.fullmatch(r"x\d+/", str(name)):
                self._keystore(str(name), _object(store))
        for name, value in _object(self._stored.get("master_public_keys")).items():
            self._public(value, f"master_public_keys.{name}", str(name))
        self._public(self._stored.get("master_public_key"), "master_public_key", None)
        for name, account in _object(self._stored.get("accounts")).items():
            for word in ("xpub", "xpub2", "xpub3", "mpk"):
                self._public(_object(account).get(word), f"accounts.{name}.{word}", None)

    def _keystore(self, name: str, store: dict[str, Any]) -> None:
        derivation, root = store.get("derivation"), store.get("root_fingerprint")
        for word in ("xpub", "mpk"):
            self._public(store.get(word), f"{name}.{word}", derivation, root)
        for word in ("seed", "passphrase", "xprv", "mpk_private"):
            self._secret(store.get(word), f"{name}.{word}")
        for public, private in _object(store.get("keypairs")).items():
            self._secret(private, f"{name}.keypairs of {public}")
            if _is_hex(str(public)) and addresses.is_public_key(key := bytes.fromhex(str(public))):
                address = addresses.pay_to_key_hash(key, self._network)
                self._address(
                    addresses.judge(address), "imported", "derived", form="P2PKH", public_key=key.hex()
                )

    def _public(self, value: Any, place: str, derivation: Any, root: Any = None) -> None:
        if not isinstance(value, str) or not value or _PRIVATE.search(value):
            return
        judged = (
            wallets.extended_key(value.encode("utf-8", "replace"), 0)
            if len(value) > 100 and value[1:4] in ("pub", "tub")
            else None
        )
        self._rows.add(
            "wallet_public_keys", kind="extended_public_key" if judged else "master_public_key", value=value,
            valid=judged.valid if judged else None,
            network=judged.network if judged else self._network.name, place=place,
            derivation=derivation if isinstance(derivation, str) else None,
            master_fingerprint=root if isinstance(root, str) else None, **self._at(value),
        )  # fmt: skip

    def _other_secrets(self) -> None:
        self._secret(self._stored.get("seed"), "seed")
        for name, value in _object(self._stored.get("master_private_keys")).items():
            self._secret(value, f"master_private_keys.{name}")
        for name, account in _object(self._stored.get("accounts")).items():
            for address, pair in _object(_object(account).get("imported")).items():
                if isinstance(pair, list) and len(pair) > 1:
                    self._secret(pair[1], f"accounts.{name}.imported of {address}")
        for address, value in _object(self._stored.get("imported_keys")).items():
            self._secret(value, f"imported_keys of {address}")
        for word in ("lightning_xprv", "lightning_privkey2", "lightning_privkey"):
            self._secret(self._stored.get(word), word)
        self._secret(_object(self._stored.get("keystore")).get("lightning_xprv"), "keystore.lightning_xprv")

    def _secret(self, value: Any, place: str) -> None:
        if not isinstance(value, str) or not value:
            return
        kind, state = self._kind(value, place)
        plain = " ".join(value.lower().split()) if kind == "seed_phrase" and state == "in clear" else value
        marked = kind if state == "in clear" else f"{kind}, encrypted"
        self._secrets.append((kind, state, place))
        self._rows.add(
            "wallet_secrets", place=place, kind=kind, state=state,
            fingerprint=fingerprint(marked, plain.encode("utf-8", "replace"), self._rows.unit),
            **self._at(value),
        )  # fmt: skip

    def _kind(self, value: str, place: str) -> tuple[str, str]:
        said = "encrypted" if self._stored.get("use_encryption") else "not known to be encrypted"
        if _PRIVATE.fullmatch(value):
            return "extended_private_key", "in clear"
        if _WIF.fullmatch(value):
            return "wif_key", "in clear"
        word = place.rpartition(".")[2]
        if word == "seed":
            plain = _WORD_LIST.fullmatch(value) or re.fullmatch(r"[0-9a-f]{32}|[0-9a-f]{64}", value)
            if plain and not self._stored.get("use_encryption"):
                return "seed_phrase", "in clear"
            return "seed_phrase", said if not plain else "in clear"
        if word == "passphrase":
            return "seed passphrase", said if said == "encrypted" else "in clear"
        if "xprv" in place or "master_private" in place:
            return "extended_private_key", said
        return "wif_key", said

    # The rest

    def _labels(self) -> None:
        for subject, label in _object(self._stored.get("labels")).items():
            if isinstance(label, str) and label:
                kind = "transaction" if _TXID.fullmatch(str(subject)) else "address"
                if kind == "address" and addresses.judge(str(subject)).asset is None:
                    kind = "other"
                self._rows.add(
                    "wallet_labels",
                    subject=str(subject),
                    subject_kind=kind,
                    label=label,
                    **self._at(str(subject)),
                )
        for subject, contact in _object(self._stored.get("contacts")).items():
            name = contact[1] if isinstance(contact, list) and len(contact) == 2 else contact
            if isinstance(name, str):
                self._rows.add(
                    "wallet_labels", subject=str(subject), subject_kind="contact", label=name,
                    purpose="contact", **self._at(str(subject)),
                )  # fmt: skip

    def _transactions(self) -> None:
        verified = _object(self._stored.get("verified_tx3")) or _object(self._stored.get("verified_tx"))
        fees = _object(self._stored.get("tx_fees")) | _object(self._stored.get("fees"))
        held = [*_object(self._stored.get("transactions")), *verified]
        for history in self._history.values():
            held += (
                [one[0] for one in history if isinstance(one, list) and one]
                if isinstance(history, list)
                else []
            )
        for txid in dict.fromkeys(str(one) for one in held):
            if not _TXID.fullmatch(txid):
                continue
            proof, fee = verified.get(txid), fees.get(txid)
            proof = proof if isinstance(proof, list) else []
            fee = fee[0] if isinstance(fee, list) and fee else fee
            self._rows.add(
                "wallet_transactions", txid=txid, asset=self._network.asset, network=self._network.name,
                at=moment(proof[1]) if len(proof) > 1 else None,
                height=_whole(proof[0]) if proof and _positive(proof[0]) else None,
                fee=_whole(fee), basis="recorded", **self._at(txid),
            )  # fmt: skip

    def _requests(self) -> None:
        for word, direction in (("payment_requests", "asked for"), ("invoices", "to pay")):
            stored = self._stored.get(word)
            listed = (
                list(stored.items())
                if isinstance(stored, dict)
                else list(enumerate(stored if isinstance(stored, list) else []))
            )
            for name, request in listed:
                if isinstance(request, dict):
                    self._request(direction, str(name), request)

    def _request(self, direction: str, name: str, request: dict[str, Any]) -> None:
        outputs = request.get("outputs")
        pays = (
            [one[1] for one in outputs if isinstance(one, list) and len(one) == 3 and isinstance(one[1], str)]
            if isinstance(outputs, list)
            else []
        )
        stated = request.get("address")
        named = name if addresses.judge(name).asset else ""
        listed = [stated] if isinstance(stated, str) else pays or [named]
        amount = request.get("amount_sat", request.get("amount"))
        if _whole(amount) is None and _whole(request.get("amount_msat")) is not None:
            amount = int(request["amount_msat"]) // 1000
        message = request.get("message") or request.get("memo")
        txid = request.get("txid")
        for address in listed:
            found = addresses.judge(address) if address else None
            self._rows.add(
                "wallet_requests", direction=direction, address=found.address if found else None,
                asset=found.asset if found else self._network.asset, amount=_whole(amount),
                amount_recorded=None if request.get("amount_msat", request.get("amount")) is None
                else str(request.get("amount_msat", request.get("amount"))),
                message=message if isinstance(message, str) else None,
                at=moment(request.get("time", request.get("timestamp"))),
                expires_seconds=_whole(request.get("exp", request.get("expiration"))),
                txid=txid if isinstance(txid, str) and _TXID.fullmatch(txid) else None,
                requestor=request.get("requestor") if isinstance(request.get("requestor"), str) else None,
                **self._at(name, address),
            )  # fmt: skip

    def _wallet(self, network: str, basis: str) -> None:
        seeds = [state for kind, state, _ in self._secrets if kind == "seed_phrase"]
        states = {state for kind, state, _ in self._secrets}
        encryption = (
            "no private keys" if not states else "private keys" if states == {"encrypted"} else "none"
        )
        if len(states) > 1:
            encryption = "some private keys"
        metadata = _object(self._stored.get("db_metadata"))
        made = moment(metadata.get("creation_timestamp"))
        version = self._stored.get("seed_version")
        stores = [
            _object(store)
            for name, store in self._stored.items()
            if name == "keystore" or re.fullmatch(r"x\d+/", str(name))
        ]
        devices = sorted({str(store["hw_type"]) for store in stores if store.get("hw_type")})
        self._rows.add(
            "wallets", software="Electrum-LTC" if network == LITECOIN.name else "Electrum", format=self._form,
            version=None if version is None else f"wallet version {version}",
            kind=str(self._stored.get("wallet_type", "")) or None, network=network, network_basis=basis,
            encryption=encryption, seed=seeds[0] if seeds else "none", created_at=made,
            created_basis="creation time in the file" if made else None,
            remark=f"keys on a hardware device: {', '.join(devices)}" if devices else None,
            _offset=0, _length=len(self._data),
        )  # fmt: skip


def _object(value: Any) -> dict[Any, Any]:
    return value if isinstance(value, dict) else {}


def _texts(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list | tuple) else []


def _is_hex(text: str) -> bool:
    return len(text) % 2 == 0 and _HEX.fullmatch(text) is not None


def _positive(value: Any) -> bool:
    return isinstance(value, int) and value > 0


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 62 else None
