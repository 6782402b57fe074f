"""Keyed fingerprints of secrets: equal secrets are seen to be equal, and no more."""

import hmac

from stocktake.records.raw import UnitWriter


def fingerprint(kind: str, secret: bytes, unit: UnitWriter) -> str | None:
    """HMAC-SHA-256 of a secret under the case's key; None where the unit was given no key.

    The construction is that of ``observables``: a secret found in text and the same one found in a wallet
    have one fingerprint.
    """
    return None if unit.fingerprint_key is None else keyed(kind, secret, unit.fingerprint_key)


def keyed(kind: str, secret: bytes, key: bytes) -> str:
    """HMAC-SHA-256 of a secret of a kind under ``key``."""
    plain = kind.encode() + b"\0" + secret
    return f"hmac-sha256:{hmac.new(key, plain, 'sha256').hexdigest()}"
