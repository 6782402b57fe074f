"""The raw tables of the family, one set for all software. Amounts are in the asset's smallest unit."""

from stocktake.artefacts.gathering import TEXT, TIME, WHOLE, YES_NO, columns

FAMILY = "wallets"
TABLES = {
    # What the file is. `encryption`: none, private keys, whole file; `seed`: in clear, encrypted, none.
    "wallets": columns(
        software=TEXT, format=TEXT, version=TEXT, kind=TEXT, network=TEXT, network_basis=TEXT,
        encryption=TEXT, seed=TEXT, created_at=TIME, created_basis=TEXT, remark=TEXT,
    ),
    # `basis`: recorded as an address, or derived from public data of the wallet by the rule in `form`.
    "wallet_addresses": columns(
        address=TEXT, asset=TEXT, network=TEXT, valid=YES_NO, form=TEXT, used_as=TEXT, basis=TEXT,
        public_key=TEXT, derivation=TEXT, created_at=TIME, transactions=WHOLE,
    ),
    "wallet_labels": columns(subject=TEXT, subject_kind=TEXT, label=TEXT, purpose=TEXT),
    "wallet_transactions": columns(
        txid=TEXT, asset=TEXT, network=TEXT, at=TIME, height=WHOLE, fee=WHOLE, note=TEXT, basis=TEXT
    ),
    "wallet_requests": columns(
        direction=TEXT, address=TEXT, asset=TEXT, amount=WHOLE, amount_recorded=TEXT, message=TEXT, at=TIME,
        expires_seconds=WHOLE, txid=TEXT, requestor=TEXT,
    ),
    "wallet_public_keys": columns(
        kind=TEXT, value=TEXT, valid=YES_NO, network=TEXT, place=TEXT, derivation=TEXT,
        master_fingerprint=TEXT, created_at=TIME,
    ),
    "wallet_secrets": columns(place=TEXT, kind=TEXT, state=TEXT, fingerprint=TEXT),
}  # fmt: skip
