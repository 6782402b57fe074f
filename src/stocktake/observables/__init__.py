"""Addresses, wallets, keys, phones, postcodes … found in any text, validated, normalised."""

from stocktake.observables.checks import KINDS
from stocktake.observables.scanning import (
    CONTEXT_BYTES,
    SCHEMA,
    TABLE_SCHEMA,
    Hit,
    scan,
    scan_batches,
    scan_table,
)
from stocktake.observables.unwrapping import Depth

__all__ = [
    "CONTEXT_BYTES",
    "KINDS",
    "SCHEMA",
    "TABLE_SCHEMA",
    "Depth",
    "Hit",
    "scan",
    "scan_batches",
    "scan_table",
]
