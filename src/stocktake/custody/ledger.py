"""The ledger: one JSON object a line, chained by the hash of the stored bytes, sealed by a signature.

``verify_case.py`` says what a line and a seal hold, and checks them. A line that a power cut left without
its end stays as it is: the next entry ends it with a newline, says ``"torn": true``, and chains over it.
"""

import fcntl
import hashlib
import json
import os
import pwd
import socket
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from stocktake.case import Case
from stocktake.custody import signing, verify_case
from stocktake.custody.disk import sync_folder, write_whole
from stocktake.custody.verify_case import LINE_LIMIT, NO_HASH, UnreadableError, canonical, stored_lines
from stocktake.errors import UserError

PROGRAM = f"stocktake {version('stocktake')}"


class BrokenLedgerError(UserError):
    """The end of the ledger is not what was recorded; what is wrong with it is for ``verify`` to say."""


@dataclass(frozen=True)
class Entry:
    """A line of the ledger. ``sha256`` is that of its stored bytes; ``reason`` is empty where none is given.

    ``torn`` says that the line before it was cut short, ``unsealed`` how many lines before it had no seal.
    A line that is no entry has the action ``unreadable`` and its first bytes in ``detail``.
    """

    line: int
    at: datetime | None
    actor: str
    program: str
    action: str
    reason: str
    detail: dict[str, Any]
    previous: str
    sha256: str
    torn: bool = False
    unsealed: int = 0


@dataclass(frozen=True)
class Head:
    """The ledger's end, as reports print it.

    ``fingerprint`` and ``signature`` are empty where the last line has no seal.
    """

    count: int
    head: str
    fingerprint: str
    signature: str


def record(case: Case, action: str, detail: Mapping[str, Any], *, reason: str = "") -> Entry:
    """Append an entry and seal it; both are on the disk when this returns.

    ``detail`` is what JSON can hold, with paths relative to the case. Processes and threads may record at
    the same time. A full disk or an unusable key is a UserError, and then the ledger is as it was. So is an
    end of the ledger that no interruption explains (BrokenLedgerError): going on would bury it.
    """
    key = signing.installation_key()  # before anything is written: what can't be signed isn't recorded
    with _opened(case.ledger) as ledger, _opened(case.path / "ledger.sig") as seals:
        length, sealed_length = os.fstat(ledger).st_size, os.fstat(seals).st_size
        last, torn = _last_line(case.ledger, ledger, length)
        sealed, seal_torn = _last_seal(case.path / "ledger.sig", seals, sealed_length)
        if (not last.entry and not torn) or not _fits(sealed, last):
            raise BrokenLedgerError(
                f"The end of the ledger {case.ledger} is not what was recorded, so nothing was done:"
                " run stocktake verify on the case, which says what was changed."
            )
        entry: dict[str, Any] = {
            "line": last.line + 1,
            "at": _now(),
            "actor": _actor(),
            "program": PROGRAM,
            "action": action,
            "detail": detail,
            "previous": last.sha256,
        }
        if reason:
            entry["reason"] = reason
        if torn:
            entry["torn"] = True
        if last.line > sealed.line:
            entry["unsealed"] = last.line - sealed.line
        stored = canonical(entry) + b"\n"
        if len(stored) > LINE_LIMIT:
            raise UserError(f"The entry {action} is too long for the ledger, so nothing was done.")
        written = hashlib.sha256(stored).hexdigest()
        seal: dict[str, Any] = {
            "count": entry["line"],
            "head": written,
            "at": entry["at"],
            "key": signing.public_hex(key),
        }
        if seal_torn:
            seal["torn"] = True
        seal["signature"] = key.sign(verify_case.signed_bytes(seal)).hex()
        try:
            write_whole(ledger, (b"\n" if torn else b"") + stored)
            os.fsync(ledger)
            write_whole(seals, (b"\n" if seal_torn else b"") + canonical(seal) + b"\n")
            os.fsync(seals)
        except OSError as error:
            # The act is told as not done, so the half of it that this call itself wrote must not stay.
            with suppress(OSError):
                os.ftruncate(seals, sealed_length)
                os.ftruncate(ledger, length)
            raise UserError(f"The ledger can't be written, so nothing was done: {error.strerror}.") from error
    return _entry(json.loads(stored), written)


def entries(case: Case) -> Iterator[Entry]:
    """The entries from first to last, read as they are needed. Nothing is checked; that is ``verify``'s."""
    try:
        with case.ledger.open("rb") as file:
            for stored in stored_lines(file):
                try:
                    yield _entry(verify_case.parsed(stored.stored), stored.sha256, stored.number)
                except UnreadableError:
                    start = (stored.stored or b"")[:200].decode("utf-8", "backslashreplace")
                    detail = {"text": start}
                    yield Entry(stored.number, None, "", "", "unreadable", "", detail, "", stored.sha256)
    except FileNotFoundError:
        return
    except OSError as error:
        raise UserError(f"The ledger {case.ledger} can't be read: {error.strerror}.") from error


def newest(case: Case, action: str, exhibit: str) -> Entry | None:
    """The newest entry of this action whose detail names this exhibit."""
    found = None
    for entry in entries(case):
        if entry.action == action and entry.detail.get("exhibit") == exhibit:
            found = entry
    return found


def head(case: Case) -> Head:
    """The ledger's count and head, with the signature over them."""
    if not case.ledger.exists():
        return Head(0, NO_HASH, "", "")
    with _opened(case.ledger, write=False) as ledger:
        last, _ = _last_line(case.ledger, ledger, os.fstat(ledger).st_size)
        if (case.path / "ledger.sig").exists():
            with _opened(case.path / "ledger.sig", write=False) as seals:
                stored, _ = _tail(case.path / "ledger.sig", seals, os.fstat(seals).st_size)
            try:
                seal = verify_case.checked_seal(stored.stored)
            except UnreadableError:
                seal = {}
            if (seal.get("count"), seal.get("head")) == (last.line, last.sha256):
                print_of_key = verify_case.fingerprint(seal["key"])
                return Head(last.line, last.sha256, print_of_key, seal["signature"])
    return Head(last.line, last.sha256, "", "")


@dataclass(frozen=True)
class _Last:
    """The number and hash of a line; ``entry`` says of a line in the ledger whether it is an entry."""

    line: int
    sha256: str
    entry: bool = True


def _fits(sealed: _Last, last: _Last) -> bool:
    """Whether the last seal is for the last line or for one before it, as an interruption leaves it."""
    return sealed.line < last.line or (sealed.line, sealed.sha256) == (last.line, last.sha256)


@contextmanager
def _opened(path: Path, *, write: bool = True) -> Iterator[int]:
    """The file, locked for us (or, to read, for readers) until the end of the block."""
    flags = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    flags |= os.O_RDWR | os.O_APPEND | os.O_CREAT if write else os.O_RDONLY
    try:
        new = write and not path.exists()
        handle = os.open(path, flags, 0o600)
    except OSError as error:
        raise UserError(f"The ledger {path} can't be opened: {error.strerror}.") from error
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise UserError(f"The ledger {path} is not a file.")
        fcntl.flock(handle, fcntl.LOCK_EX if write else fcntl.LOCK_SH)
        if new:
            sync_folder(path.parent)
        yield handle
    finally:
        os.close(handle)


def _last_line(path: Path, handle: int, length: int) -> tuple[_Last, bool]:
    """Number and hash of the last line, and whether it lacks its newline. Reads no more than that line.

    Only where the last line is no entry are the lines counted.
    """
    if not length:
        return _Last(0, NO_HASH), False
    stored, torn = _tail(path, handle, length)
    try:
        return _Last(verify_case.checked_entry(stored.stored)["line"], stored.sha256), torn
    except UnreadableError:
        with path.open("rb") as file:
            line = sum(1 for _ in stored_lines(file))
        return _Last(line, stored.sha256, entry=False), torn


def _last_seal(path: Path, handle: int, length: int) -> tuple[_Last, bool]:
    """The line that the last seal is for, and whether the last line of the file lacks its newline.

    A last line that is no seal was cut short; the seal before it was for one line fewer at least, and it is
    enough to know that the last line of the ledger has none.
    """
    if not length:
        return _Last(0, NO_HASH), False
    end, torn = length, False
    while end > 0:
        stored, open_ended = _tail(path, handle, end)
        torn = torn or open_ended
        try:
            seal = verify_case.checked_seal(stored.stored)
            return _Last(seal["count"], seal["head"]), torn
        except UnreadableError:
            end = _start(handle, end)
    return _Last(0, NO_HASH), torn


def _tail(path: Path, handle: int, end: int) -> tuple[verify_case.StoredLine, bool]:
    """The last line of the first ``end`` bytes of the file, and whether it lacks its newline."""
    with path.open("rb") as file:
        file.seek(_start(handle, end))
        stored = next(stored_lines(file))
    return stored, not stored.ended


def _start(handle: int, end: int) -> int:
    """Where the last line of the first ``end`` bytes begins."""
    at = end - 1  # a newline that ends the line itself does not count
    while at > 0:
        length = min(at, 1 << 16)
        found = os.pread(handle, length, at - length).rfind(b"\n")
        if found >= 0:
            return at - length + found + 1
        at -= length
    return 0


def _entry(stored: Mapping[str, Any], sha256: str, line: int | None = None) -> Entry:
    detail = stored.get("detail")
    return Entry(
        line=line or int(stored["line"]),
        at=_time(stored.get("at")),
        actor=str(stored.get("actor", "")),
        program=str(stored.get("program", "")),
        action=str(stored.get("action", "")),
        reason=str(stored.get("reason", "")),
        detail=detail if isinstance(detail, dict) else {},
        previous=str(stored.get("previous", "")),
        sha256=sha256,
        torn=stored.get("torn") is True,
        unsealed=stored["unsealed"] if isinstance(stored.get("unsealed"), int) else 0,
    )


def _time(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC) if isinstance(text, str) else None
    except (ValueError, OverflowError):
        return None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _actor() -> str:
    """The user by the system's account, not by what the environment states, and the machine."""
    try:
        user = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        user = f"uid {os.getuid()}"
    return f"{user}@{socket.gethostname()}"
