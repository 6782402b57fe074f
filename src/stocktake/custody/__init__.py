"""Exhibits and their hashes, the ledger of every act, its signatures, and the verification of all of it."""
