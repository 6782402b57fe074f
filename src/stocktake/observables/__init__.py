"""Addresses, wallets, keys, phones, postcodes … found in any text, validated, normalised."""
