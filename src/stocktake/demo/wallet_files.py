"""The group's wallet files: Electrum's, for watching only."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from stocktake.demo import identifiers
from stocktake.demo.trade import WALLET

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from stocktake.demo.trade import Order

_SHOWN, _CHANGE = 40, 10
_FIRST_BLOCK = 790_000  # about May 2023


def _file(wallet_type: str, made: datetime, orders: Sequence[Order], **parts: Any) -> bytes:
    """A wallet as Electrum 4.5 writes it, with the payments to these orders as its history."""
    history: dict[str, list[list[str | int]]] = {}
    verified: dict[str, list[str | int]] = {}
    labels: dict[str, str] = {}
    for order in orders:
        for at, transaction, _ in order.coin.received if order.coin else ():
            height = _FIRST_BLOCK + int((at - made).total_seconds()) // 600
            history.setdefault(order.coin.address if order.coin else "", []).append([transaction, height])
            verified[transaction] = [
                height,
                int(at.timestamp()),
                order.number % 2000,
                identifiers.txid(f"{height}"),
            ]
            labels[transaction] = f"#{order.number}"
    whole = {
        "addr_history": history,
        "channels": {},
        "db_metadata": {"creation_timestamp": int(made.timestamp()), "first_electrum_version_used": "4.5.5"},
        "fiat_value": {},
        "frozen_coins": {},
        "invoices": {},
        "labels": labels,
        "payment_requests": {},
        "seed_version": 57,
        "spent_outpoints": {},
        "stored_height": _FIRST_BLOCK + 115_000,
        "transactions": {},
        "tx_fees": {},
        "txi": {},
        "txo": {},
        "use_encryption": False,
        "verified_tx3": verified,
        "wallet_type": wallet_type,
        **parts,
    }
    return json.dumps(whole, indent=4, sort_keys=True).encode()


def addresses_of_account() -> tuple[list[str], list[str]]:
    """The account's first deposit addresses and its first for change."""
    receiving = [identifiers.deposit_address(WALLET, index) for index in range(_SHOWN)]
    return receiving, [identifiers.change_address(WALLET, index) for index in range(_CHANGE)]


def watching_account(made: datetime, orders: Sequence[Order]) -> bytes:
    """A wallet that watches the account: its extended public key and first addresses, used by `orders`."""
    receiving, change = addresses_of_account()
    keystore = {
        "derivation": "m/84'/0'/0'",
        "pw_hash_version": 1,
        "root_fingerprint": WALLET.parent.hex(),
        "type": "bip32",
        "xprv": None,
        "xpub": WALLET.serialised(),
    }
    own = [order for order in orders if order.coin and order.coin.address in set(receiving)]
    return _file(
        "standard", made, own, keystore=keystore, addresses={"receiving": receiving, "change": change}
    )


def watching_addresses(made: datetime, orders: Sequence[Order]) -> bytes:
    """A wallet that watches the addresses of single orders, which lie too far on to be found by the key."""
    return _file(
        "imported", made, orders, addresses={order.coin.address: {} for order in orders if order.coin}
    )
