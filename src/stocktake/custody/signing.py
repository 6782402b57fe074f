"""The installation's Ed25519 key, which signs the ledger's head and count."""

import os
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from stocktake.custody.disk import sync_folder
from stocktake.custody.verify_case import fingerprint
from stocktake.errors import UserError


def key_path() -> Path:
    """Where the key lies: ``$STOCKTAKE_KEY``, else ``stocktake/key.pem`` in the user's data folder."""
    named = os.environ.get("STOCKTAKE_KEY")
    if named:
        return Path(named)
    data = os.environ.get("XDG_DATA_HOME")
    try:
        return (Path(data) if data else Path.home() / ".local" / "share") / "stocktake" / "key.pem"
    except RuntimeError as error:
        raise UserError("This user has no home for the signing key: set STOCKTAKE_KEY.") from error


def installation_key() -> Ed25519PrivateKey:
    """The installation's key, made if there is none yet. One that can't be read or made is a UserError."""
    path = key_path()
    try:
        if not path.exists():
            _make(path)
        stored = path.read_bytes()
    except OSError as error:
        raise UserError(f"The signing key {path} can't be used: {error.strerror}.") from error
    return _loaded(path, stored)


def own_fingerprint() -> str | None:
    """The fingerprint of the installation's key, or None where there is no key or it can't be read."""
    try:
        path = key_path()
        return fingerprint(public_hex(_loaded(path, path.read_bytes())))
    except (OSError, UserError):
        return None


def public_hex(key: Ed25519PrivateKey) -> str:
    """The 32 bytes of the public key as hex digits."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def _loaded(path: Path, stored: bytes) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(stored, password=None)
    except (ValueError, TypeError) as error:
        raise UserError(f"The signing key {path} is damaged; put back the saved one.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise UserError(f"The signing key {path} is no Ed25519 key.")
    return key


def _make(path: Path) -> None:
    """Write a new key, whole or not at all, and never over one that another process made meanwhile."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    stored = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(stored)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(beside, path)
        except FileExistsError:
            return
        sync_folder(path.parent)
    finally:
        beside.unlink()
