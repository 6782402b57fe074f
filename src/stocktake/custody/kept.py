"""Small files that a person gives to a case to go by: copied into ``review/``, and known by their hash."""

import hashlib
import os

from stocktake.case import Case
from stocktake.custody.disk import sync_folder
from stocktake.errors import UserError


def keep(case: Case, stored: bytes, kind: str, called: str) -> tuple[str, str]:
    """Bring the bytes to the disk as ``review/KIND-….toml``; the path in the case and the SHA-256.

    It counts once the ledger names it, which is the caller's to do. ``called`` is what it is to a person.
    """
    sha256 = hashlib.sha256(stored).hexdigest()
    home = case.path / "review"
    kept = home / f"{kind}-{sha256[:16]}.toml"
    try:
        home.mkdir(exist_ok=True)
        beside = kept.with_suffix(".new")
        with beside.open("wb") as copy:
            copy.write(stored)
            copy.flush()
            os.fsync(copy.fileno())
        beside.replace(kept)
        sync_folder(home)
    except OSError as error:
        raise UserError(f"The {called} can't be copied into the case: {error.strerror or error}.") from error
    return kept.relative_to(case.path).as_posix(), sha256


def read_kept(case: Case, file: str, sha256: str, called: str, changed: str) -> bytes:
    """The bytes that were kept as ``file``. Raises UserError where they are not those of ``sha256``.

    ``changed`` is the sentence for a file that is another one now.
    """
    try:
        stored = (case.path / file).read_bytes()
    except OSError as error:
        raise UserError(f"The {called} {file} can't be read: {error.strerror or error}.") from error
    if hashlib.sha256(stored).hexdigest() != sha256:
        raise UserError(changed)
    return stored
