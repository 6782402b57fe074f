"""Layout of the case folder, and the two ways to get one: create it, or open it."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from stocktake.case.settings import Settings
from stocktake.errors import UserError


def folder_name(reference: str) -> str:
    """Folder of an exhibit: ``KC/1`` lies in ``KC-1``; the reference itself keeps its slash."""
    return reference.replace("/", "-")


@dataclass(frozen=True)
class Case:
    """An open case folder. Holds no state but where it is and what case.toml says."""

    path: Path
    settings: Settings

    @property
    def ledger(self) -> Path:
        """The append-only, hash-chained record of every act."""
        return self.path / "ledger.jsonl"

    @property
    def exhibits(self) -> Path:
        """One folder an exhibit, with its exhibit.toml."""
        return self.path / "exhibits"

    @property
    def raw(self) -> Path:
        """Derived: raw tables as recovered, one folder an exhibit."""
        return self.path / "raw"

    @property
    def tables(self) -> Path:
        """Derived: canonical tables, one folder a table, in it one folder an exhibit."""
        return self.path / "tables"

    @property
    def reports(self) -> Path:
        """Documents made from the case."""
        return self.path / "reports"

    def fingerprint_key(self) -> bytes:
        """The case's own key: secrets and card numbers are known by their fingerprint under it alone."""
        path = self.path / ".fingerprint-key"
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except FileExistsError:
            return path.read_bytes()
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(32))
            file.flush()
            os.fsync(file.fileno())
        return path.read_bytes()

    def writable(self, out: Path) -> Path:
        """``out`` as a place that a result may be written to; a UserError where it may not.

        Inside of the case that is ``reports/`` alone: exhibits, ledger and tables are written by their own
        acts. What lies there already is replaced only where it is a result of the same name in ``reports/``
        or outside of the case, and never where it is an exhibit's own bytes (`Exhibit.location`), which the
        caller checks.
        """
        place = out.resolve()
        if place.is_dir():
            raise UserError(f"{out} is a folder; name a file.")
        if not place.parent.is_dir():
            raise UserError(f"The folder {out.parent} is not there.")
        if self.path in place.parents and self.reports not in place.parents:
            raise UserError(f"{out} lies in the case; inside of it only reports/ takes results.")
        return place

    @classmethod
    def create(cls, path: Path, settings: Settings) -> "Case":
        """Lay out a new case folder at ``path``, which must not exist or be empty."""
        try:
            path.mkdir(parents=True, exist_ok=True)
            if any(path.iterdir()):
                raise UserError(f"{path} is not empty; a new case needs a folder of its own.")
            for name in ("exhibits", "raw", "tables", "reports"):
                (path / name).mkdir()
            settings.write(path / "case.toml")
            made = cls(path.resolve(), settings)
            made.fingerprint_key()
        except OSError as error:
            raise UserError(f"A case can't be made at {path}: {error.strerror or error}.") from error
        return made

    @classmethod
    def open(cls, path: Path) -> "Case":
        """Open the case at ``path``; anything that is not a case folder is a UserError."""
        if not (path / "case.toml").is_file():
            raise UserError(f"{path} is not a case folder: it has no case.toml.")
        return cls(path.resolve(), Settings.read(path / "case.toml"))

    @contextmanager
    def locked(self, act: str) -> Iterator[None]:
        """Hold the case's lock for an act that only one process may do at a time.

        The kernel drops the lock with the process, so a kill leaves nothing behind to clear.
        """
        handle = os.open(self.path / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise UserError(
                    f"Another stocktake is at work on {self.path}; {act} when it has ended."
                ) from error
            yield
        finally:
            os.close(handle)
