"""Addresses, wallets, keys, phones, postcodes … found in any text, validated, normalised."""

from stocktake.observables.checks import KINDS
from stocktake.observables.scanning import SCHEMA, TABLE_SCHEMA, Hit, scan, scan_batches, scan_table

__all__ = ["KINDS", "SCHEMA", "TABLE_SCHEMA", "Hit", "scan", "scan_batches", "scan_table"]
