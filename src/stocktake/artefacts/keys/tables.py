"""The raw tables of the family."""

from stocktake.artefacts.gathering import TEXT, TIME, WHOLE, columns

FAMILY = "keys"
TABLES = {
    # `secret`: none, in clear, encrypted, elsewhere (a stub: the secret is on a card or another machine).
    "pgp_keys": columns(
        fingerprint=TEXT, key_id=TEXT, primary_fingerprint=TEXT, role=TEXT, version=WHOLE, algorithm=TEXT,
        created_at=TIME, secret=TEXT,
    ),
    "pgp_user_ids": columns(user_id=TEXT, email=TEXT, primary_fingerprint=TEXT),
    # Key ids, with spaces between; all zeros is a recipient that the sender hid.
    "pgp_messages": columns(kind=TEXT, encrypted_to=TEXT, passphrases=WHOLE, signed_by=TEXT, signed_at=TIME),
    # `fingerprint` is OpenSSH's, of the public key; `key_sha256` that of its X.509 form.
    "key_files": columns(
        form=TEXT, part=TEXT, algorithm=TEXT, fingerprint=TEXT, key_sha256=TEXT, comment=TEXT, state=TEXT
    ),
    "key_secrets": columns(place=TEXT, kind=TEXT, state=TEXT, fingerprint=TEXT),
}  # fmt: skip
