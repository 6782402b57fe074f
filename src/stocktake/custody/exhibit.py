"""Exhibits: taking one into the case, and knowing those that are in it.

An exhibit is one file or one folder. Its folder ``exhibits/REF/`` holds

``exhibit.toml``     what is known of it; its SHA-256 is in the ledger, so nothing in it changes unseen
``manifest.jsonl``   of a folder: one line an entry in the order of ``verify_case.walk``; the SHA-256 of this
                     file is that of the exhibit
``copy/NAME``        the bytes, where they were copied

Adding goes through ``exhibit.toml.new``, which is also the lock of the one who adds: what has no name yet and
no lock was interrupted. The ledger's entry decides: with it the adding is finished, without it cleared away.
"""

import fcntl
import hashlib
import os
import re
import shutil
import stat
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, NoReturn
from zoneinfo import ZoneInfo

import tomli_w

from stocktake.case import Case, folder_name
from stocktake.custody import ledger, verify_case
from stocktake.custody.disk import sync_folder, write_whole
from stocktake.custody.hashing import read_once
from stocktake.errors import UserError

Kind = Literal["file", "folder"]
Purpose = Literal["evidence", "parcels"]
Progress = Callable[[int, int], None]

_REFERENCE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._/-]{0,62}[A-Za-z0-9])?")
_PENDING = "exhibit.toml.new"
_ALGORITHMS = ("sha256", "md5", "sha1")


@dataclass(frozen=True)
class Exhibit:
    """What is known of an exhibit; there is no way to change it once it is in the case.

    ``size`` is in bytes, of all files of a folder together; ``files`` counts them. The digests are those of
    the file, or of a folder's ``manifest.jsonl``. ``seized_at`` is UTC, from the zone given or else the
    case's; ``seized_at_recorded`` is the text as given. ``added`` is UTC. ``source`` is the absolute
    path as it was; ``path`` leads to the bytes from the case folder. In both, bytes that are no UTF-8 stand
    as lone surrogates, as Python has them in file names.
    """

    reference: str
    kind: Kind
    purpose: Purpose
    note: str
    seized_at: datetime | None
    seized_at_recorded: str
    seized_by: str
    seized_from: str
    added: datetime
    source: str
    path: str
    copied: bool
    name: str
    size: int
    files: int
    sha256: str
    md5: str
    sha1: str
    passphrase_file: str = ""

    def passphrases(self) -> list[bytes]:
        """What the passphrase file holds, a passphrase a line; it is read each time and kept nowhere."""
        if not self.passphrase_file:
            return []
        try:
            lines = Path(self.passphrase_file).read_bytes().splitlines()
        except OSError as error:
            raise UserError(f"{self.passphrase_file} can't be read: {error.strerror}.") from error
        return [line for line in lines if line]

    def location(self, case: Case) -> Path:
        """Where the bytes lie now: the copy, else the path from the case folder, else the path of old."""
        here = Path(os.path.normpath(case.path / self.path))
        return here if self.copied or here.exists() else Path(self.source)


def add(
    case: Case,
    path: Path,
    *,
    reference: str | None = None,
    seized_at: str | datetime | None = None,
    seized_by: str | None = None,
    seized_from: str | None = None,
    note: str | None = None,
    copy: bool = False,
    parcels: bool = False,
    passphrase_file: Path | None = None,
    progress: Progress | None = None,
) -> Exhibit:
    """Take the file or folder at ``path`` into the case as one exhibit.

    Without a ``reference`` it is the next free after the last exhibit's, ``EX/1`` in an empty case. The
    source is read once and never written. Whatever stands against it is a UserError, and then the case is
    as it was. Several may be added at the same time, by several processes. An adding that was interrupted
    after the ledger had it is finished by the same call, which then returns that exhibit.
    """
    source = _source(case, path)
    when, recorded = _seized_at(case, seized_at)
    purpose: Purpose = "parcels" if parcels else "evidence"
    texts: dict[str, Any] = {
        "note": _sentence(note, "note"),
        "seized_at_recorded": recorded,
        "seized_by": _sentence(seized_by, "name of who seized it"),
        "seized_from": _sentence(seized_from, "place it was seized from"),
        "source": str(source),
        "passphrase_file": _passphrase_file(passphrase_file),
    }
    if reference is not None:
        _check_reference(reference)
    with _reserved(case, reference, {**texts, "purpose": purpose, "copied": copy}) as place:
        if isinstance(place, Exhibit):
            return place
        try:
            taken = _take(source, place, copy, progress)
            exhibit = Exhibit(
                reference=place.reference,
                purpose=purpose,
                seized_at=when,
                added=datetime.now(UTC),
                path=_path_from_case(case, place.folder / "copy" / source.name if copy else source),
                copied=copy,
                name=source.name,
                **texts,
                **taken,
            )
            _commit(case, place, exhibit)
        except OSError as error:
            reason = error.strerror or str(error)
            raise UserError(f"Exhibit {place.reference} was not added: {reason}.") from error
    return exhibit


def exhibits(case: Case) -> list[Exhibit]:
    """The exhibits in natural order, KC/2 before KC/10; a damaged exhibit.toml is a UserError."""
    found = []
    for folder in _folders(case):
        stated = folder / "exhibit.toml"
        if not os.path.lexists(stated):
            stated = folder / _PENDING
            if not os.path.lexists(stated) or not _is_committed(stated, _recorded(case)):
                continue
        found.append(_read(stated))
    return sorted(found, key=lambda exhibit: _natural(exhibit.reference))


def moved(case: Case) -> dict[str, str]:
    """By reference, the place of exhibits that are not where the path from the case leads, but of old.

    An exhibit.toml that can't be read is left out: this is for ``verify``, which names it itself.
    """
    places = {}
    for folder in _folders(case):
        with suppress(UserError):
            exhibit = _read(folder / "exhibit.toml")
            place = exhibit.location(case)
            if place != Path(os.path.normpath(case.path / exhibit.path)) and place.exists():
                places[exhibit.reference] = str(place)
    return places


# ------------------------------------------------------------------------------------ what may be added


def _source(case: Case, path: Path) -> Path:
    """The path with every link in it followed, if it can be an exhibit."""
    try:
        source = path.resolve(strict=True)
        mode = source.stat().st_mode
        empty = stat.S_ISDIR(mode) and not any(source.iterdir())
    except FileNotFoundError as error:
        raise UserError(f"{path} is not there.") from error
    except (OSError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "its links lead in a circle"
        raise UserError(f"{path} can't be read: {reason}.") from error
    except ValueError as error:
        raise UserError(f"{path} is no path that a file can have.") from error
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        kind = verify_case.kind_of(mode)
        raise UserError(f"{path} is a {kind}, not a file or folder; make an image of it and add that.")
    if empty:
        raise UserError(f"{path} is an empty folder; see that what belongs there is mounted.")
    if source == case.path or case.path in source.parents:
        raise UserError(f"{path} lies in the case folder itself.")
    if source in case.path.parents:
        raise UserError(f"{path} holds the case folder; an exhibit can't.")
    return source


def _seized_at(case: Case, given: str | datetime | None) -> tuple[datetime | None, str]:
    """The time with a zone, the case's where it has none of its own, and the text as given."""
    if given is None:
        return None, ""
    try:
        when = given if isinstance(given, datetime) else datetime.fromisoformat(given.strip())
        if when.tzinfo is None:
            when = when.replace(tzinfo=ZoneInfo(case.settings.time_zone))
        when = when.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UserError(
            f"{given!r} is no time such as 2025-03-01T14:30 or 2025-03-01T14:30+01:00."
        ) from error
    return when, given.isoformat() if isinstance(given, datetime) else given.strip()


def _sentence(text: str | None, what: str) -> str:
    try:
        (text or "").encode("utf-8")
    except UnicodeEncodeError as error:
        raise UserError(f"The {what} holds characters that are no text.") from error
    return text or ""


def _passphrase_file(path: Path | None) -> str:
    """Where the passphrases are read from when they are needed: the case keeps the place, not the words."""
    if path is None:
        return ""
    if not path.is_file():
        raise UserError(f"{path} is not a file that holds passphrases.")
    return _sentence(str(path.resolve()), "path of the passphrase file")


def _check_reference(reference: str) -> None:
    if not _REFERENCE.fullmatch(reference) or any(
        part in ("", ".", "..") or part != part.strip(" .") for part in reference.split("/")
    ):
        raise UserError(
            f"{reference!r} can't be an exhibit's reference: use up to 64 letters, digits, blanks"
            " and . _ - / as in KC/1."
        )


# --------------------------------------------------------------------------------- who adds what, and where


@dataclass(frozen=True)
class _Place:
    """A reference and folder that are this call's alone, as long as ``pending`` is open."""

    reference: str
    folder: Path
    pending: int


@contextmanager
def _reserved(case: Case, reference: str | None, stated: dict[str, Any]) -> Iterator[_Place | Exhibit]:
    """A place for a new exhibit; or the exhibit, where this very adding was interrupted and is now finished.

    When the block fails, what it left is finished if the ledger has it and else cleared away.
    """
    try:
        with _choosing(case):
            recorded = _recorded(case)
            for finished in _settle_interrupted(case, recorded):
                same = all(getattr(finished, name) == value for name, value in stated.items())
                if same and reference in (None, finished.reference):
                    place: _Place | Exhibit = finished
                    break
            else:
                chosen = reference or _next_reference(case, recorded)
                _check_free(case, chosen, recorded)
                place = _take_place(chosen, case.exhibits / folder_name(chosen))
    except OSError as error:
        raise UserError(f"Nothing was added: {error.strerror or error}.") from error
    if isinstance(place, Exhibit):
        yield place
        return
    try:
        yield place
    except BaseException:
        with suppress(OSError, UserError), _choosing(case):
            _settle(place.folder, _recorded(case))
        raise
    finally:
        os.close(place.pending)


@contextmanager
def _choosing(case: Case) -> Iterator[None]:
    """Hold the lock under which references are given out; it is held for moments, so one waits for it."""
    case.exhibits.mkdir(exist_ok=True)
    handle = os.open(case.path / ".adding", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _take_place(reference: str, folder: Path) -> _Place:
    folder.mkdir()
    try:
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        pending = os.open(folder / _PENDING, flags, 0o644)
    except OSError:
        folder.rmdir()
        raise
    fcntl.flock(pending, fcntl.LOCK_EX)
    return _Place(reference, folder, pending)


def _recorded(case: Case) -> dict[str, str]:
    """The references that the ledger knows, in the order of adding, and the SHA-256 of their exhibit.toml."""
    if not case.ledger.exists():
        return {}
    recorded = {}
    with case.ledger.open("rb") as file:
        for line in verify_case.stored_lines(file):
            if line.stored is None or b'"action":"add"' not in line.stored:
                continue  # most lines, and parsing is what costs
            try:
                entry = verify_case.parsed(line.stored)
            except verify_case.UnreadableError:
                continue
            detail = entry.get("detail")
            if entry.get("action") == "add" and isinstance(detail, dict):
                recorded[str(detail.get("exhibit"))] = str(detail.get("exhibit_toml"))
    return recorded


def _settle_interrupted(case: Case, recorded: dict[str, str]) -> list[Exhibit]:
    """Settle what interrupted calls left; the exhibits that were finished by it."""
    finished = []
    for folder in _folders(case):
        if os.path.lexists(folder / "exhibit.toml"):
            continue
        if not any(folder.iterdir()):
            folder.rmdir()
            continue
        if _being_added(folder) is False:
            exhibit = _settle(folder, recorded)
            finished += [exhibit] if exhibit else []
    return finished


def _being_added(folder: Path) -> bool | None:
    """Whether a call is at work on the folder now; None where it never was one's."""
    try:
        pending = os.open(folder / _PENDING, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(pending, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(pending)
    return False


def _settle(folder: Path, recorded: dict[str, str]) -> Exhibit | None:
    """Finish an adding that the ledger has, and return the exhibit; clear any other away."""
    pending = folder / _PENDING
    if os.path.lexists(folder / "exhibit.toml"):
        return None
    if _is_committed(pending, recorded):
        pending.rename(folder / "exhibit.toml")
        sync_folder(folder)
        return _read(folder / "exhibit.toml")
    for inside in sorted(folder.iterdir()):
        if inside != pending:
            shutil.rmtree(inside) if inside.is_dir() and not inside.is_symlink() else inside.unlink()
    pending.unlink()  # last: as long as it is there, the next call knows that this was an interrupted adding
    folder.rmdir()
    return None


def _is_committed(pending: Path, recorded: dict[str, str]) -> bool:
    try:
        return verify_case.hash_file(str(pending))[1] in recorded.values()
    except (OSError, verify_case.UnreadableError):
        return False


def _next_reference(case: Case, recorded: dict[str, str]) -> str:
    """The last exhibit's reference counted on to the next free one: KC/1, KC/2 …"""
    taken = {folder.name.casefold() for folder in _folders(case)}
    taken |= {folder_name(reference).casefold() for reference in recorded}
    last = next(reversed(recorded), "EX/0")
    counted = re.fullmatch(r"(.*?)(\d+)", last)
    before, digits = counted.groups() if counted else (f"{last}/", "1")
    number = int(digits) + 1
    while folder_name(f"{before}{number:0{len(digits)}d}").casefold() in taken:
        number += 1
    reference = f"{before}{number:0{len(digits)}d}"
    _check_reference(reference)
    return reference


def _check_free(case: Case, reference: str, recorded: dict[str, str]) -> None:
    if reference in recorded:
        raise UserError(f"Exhibit {reference} is already in the case.")
    # "KC/1" and "KC-1" share a folder, and so would "kc/1" on many disks; one of them has to give way.
    name = folder_name(reference).casefold()
    for other in recorded:
        if folder_name(other).casefold() == name:
            raise UserError(f"{reference} is too like {other}, which is already in the case.")
    for folder in _folders(case):
        if folder.name.casefold() == name and _being_added(folder):
            raise UserError(f"Exhibit {reference} is being added by another stocktake right now.")
    if any(inside.name.casefold() == name for inside in case.exhibits.iterdir()):
        raise UserError(f"exhibits/{folder_name(reference)} is in the way: the ledger does not know it.")


def _folders(case: Case) -> list[Path]:
    if not case.exhibits.exists():
        return []
    return sorted(path for path in case.exhibits.iterdir() if path.is_dir() and not path.is_symlink())


# ------------------------------------------------------------------------------------- reading the source


def _take(source: Path, place: _Place, copy: bool, progress: Progress | None) -> dict[str, Any]:
    """Read the source, copy it where asked; the exhibit's kind, size, count of files, and digests."""
    folder = source.is_dir()
    total = 0
    if progress:
        total = _size_of_tree(source) if folder else source.stat().st_size
    done = 0

    def tick(length: int) -> None:
        nonlocal done
        done += length
        if progress:
            progress(done, max(total, done))

    target = place.folder / "copy" / source.name if copy else None
    if target:
        target.parent.mkdir()
    if folder:
        taken = _take_folder(source, place.folder / "manifest.jsonl", target, tick)
    else:
        reading = read_once(source, _ALGORITHMS, copy_to=target, tick=tick)
        taken = {"kind": "file", "size": reading.size, "files": 1, **reading.digests}
    if target:
        sync_folder(target.parent)
    return taken


def _take_folder(
    source: Path, manifest: Path, target: Path | None, tick: Callable[[int], None]
) -> dict[str, Any]:
    """Write the manifest of a folder, and copy it where asked; links are noted and never followed."""
    digests = [hashlib.new(name, usedforsecurity=False) for name in _ALGORITHMS]
    size = files = 0
    made = []
    if target:
        target.mkdir()
        made.append(target)
    with manifest.open("xb") as file:
        for below, seen in verify_case.walk(os.fsencode(source), _refuse):
            status = seen
            place = source / os.fsdecode(below)
            there = target / os.fsdecode(below) if target else None
            kind = verify_case.kind_of(status.st_mode)
            entry: dict[str, Any] = {**_named("path", below), "kind": kind}
            if kind == "file":
                reading = read_once(place, ("sha256",), copy_to=there, tick=tick)
                size, files = size + reading.size, files + 1
                status = reading.status  # of the very file that was read
                entry |= {"size": reading.size, "sha256": reading.digests["sha256"]}
            elif kind == "link":
                goal = _link(place)
                entry |= _named("target", goal)
                if there:
                    there.symlink_to(os.fsdecode(goal))
            elif kind == "folder" and there:
                there.mkdir()
                made.append(there)
            elif kind.endswith("device"):
                entry["device"] = f"{os.major(status.st_rdev)},{os.minor(status.st_rdev)}"
            entry |= {"mtime": _time(status.st_mtime_ns), "mode": f"{stat.S_IMODE(status.st_mode):04o}"}
            line = verify_case.canonical(entry) + b"\n"
            file.write(line)
            for digest in digests:
                digest.update(line)
        file.flush()
        os.fsync(file.fileno())
    for folder in made:
        sync_folder(folder)
    return {"kind": "folder", "size": size, "files": files, **{d.name: d.hexdigest() for d in digests}}


def _refuse(path: bytes, error: OSError) -> NoReturn:
    where = os.fsdecode(error.filename or path)
    raise UserError(f"{where} can't be read: {error.strerror}; nothing was added.") from error


def _link(place: Path) -> bytes:
    try:
        return os.readlink(os.fsencode(place))  # noqa: PTH115 -- Path.readlink tidies what it reads
    except OSError as error:
        _refuse(os.fsencode(place), error)


def _size_of_tree(source: Path) -> int:
    tree = verify_case.walk(os.fsencode(source), _refuse)
    return sum(status.st_size for _, status in tree if stat.S_ISREG(status.st_mode))


def _time(nanoseconds: int) -> str:
    """A file's time as UTC to the nanosecond; one that no calendar reaches as seconds after ``@``."""
    seconds, rest = divmod(nanoseconds, 10**9)
    try:
        return f"{datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).isoformat()}.{rest:09d}Z"
    except (OverflowError, ValueError, OSError):
        return f"@{seconds}.{rest:09d}"


# ------------------------------------------------------------------------------------------ exhibit.toml


def _commit(case: Case, place: _Place, exhibit: Exhibit) -> None:
    """Bring exhibit.toml to the disk under its first name, then the ledger's entry, then give it its own."""
    stored = _toml(exhibit)
    write_whole(place.pending, stored)
    os.fsync(place.pending)
    sync_folder(place.folder)
    sync_folder(case.exhibits)
    detail = {
        "exhibit": exhibit.reference,
        "kind": exhibit.kind,
        "purpose": exhibit.purpose,
        **_named("path", os.fsencode(exhibit.path)),
        "copied": exhibit.copied,
        "size": exhibit.size,
        "files": exhibit.files,
        "sha256": exhibit.sha256,
        "md5": exhibit.md5,
        "sha1": exhibit.sha1,
        "exhibit_toml": hashlib.sha256(stored).hexdigest(),
    }
    ledger.record(case, "add", detail)
    (place.folder / _PENDING).rename(place.folder / "exhibit.toml")
    sync_folder(place.folder)


def _toml(exhibit: Exhibit) -> bytes:
    of = "the file" if exhibit.kind == "file" else "manifest.jsonl, which lists the SHA-256 of every file"
    stated: dict[str, Any] = {
        "reference": exhibit.reference,
        "kind": exhibit.kind,
        "purpose": exhibit.purpose,
        "note": exhibit.note,
        "seized_at": exhibit.seized_at,
        "seized_at_recorded": exhibit.seized_at_recorded,
        "seized_by": exhibit.seized_by,
        "seized_from": exhibit.seized_from,
        "added": exhibit.added,
        "passphrase_file": exhibit.passphrase_file,
        "program": ledger.PROGRAM,
        **_named("source", os.fsencode(exhibit.source)),
        **_named("path", os.fsencode(exhibit.path)),
        "copied": exhibit.copied,
        **_named("name", os.fsencode(exhibit.name)),
        "size": exhibit.size,
        "files": exhibit.files,
        "digests_of": of,
        "sha256": exhibit.sha256,
        "md5": exhibit.md5,
        "sha1": exhibit.sha1,
    }
    return tomli_w.dumps({key: value for key, value in stated.items() if value not in (None, "")}).encode()


def _read(path: Path) -> Exhibit:
    """The exhibit that an exhibit.toml states."""
    try:
        stated = tomllib.loads(path.read_text("utf-8"))
        fields: dict[str, Any] = {
            name: _expect(stated, name, str)
            for name in ("reference", "kind", "purpose", "sha256", "md5", "sha1")
        }
        fields |= {name: _unnamed(stated, name) for name in ("source", "path", "name")}
        for name in ("note", "seized_at_recorded", "seized_by", "seized_from", "passphrase_file"):
            fields[name] = _expect(stated, name, str) if name in stated else ""
        fields["seized_at"] = _expect(stated, "seized_at", datetime) if "seized_at" in stated else None
        for name, kind in (("added", datetime), ("copied", bool), ("size", int), ("files", int)):
            fields[name] = _expect(stated, name, kind)
        if folder_name(fields["reference"]) != path.parent.name:
            raise ValueError(f"it is that of {fields['reference']}")
    except OSError as error:
        raise UserError(f"{path} can't be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:  # TOML's and UTF-8's errors are ValueErrors
        raise UserError(f"{path} is damaged: {error}.") from error
    return Exhibit(**fields)


def _expect(stated: dict[str, Any], name: str, kind: type) -> Any:
    if not isinstance(stated.get(name), kind):
        raise ValueError(f"it states no {name}")
    return stated[name]


def _named(key: str, name: bytes) -> dict[str, str]:
    """A file name as text, and where it is no UTF-8 also as hex digits under ``KEY_hex``."""
    try:
        return {key: name.decode("utf-8")}
    except UnicodeDecodeError:
        return {key: name.decode("utf-8", "backslashreplace"), f"{key}_hex": name.hex()}


def _unnamed(stated: dict[str, Any], key: str) -> str:
    if f"{key}_hex" in stated:
        return os.fsdecode(bytes.fromhex(str(stated[f"{key}_hex"])))
    return str(_expect(stated, key, str))


def _path_from_case(case: Case, path: Path) -> str:
    return os.path.relpath(path, case.path)


def _natural(reference: str) -> list[tuple[int, int, str]]:
    """Key that sorts by the numbers in a reference, not by their digits."""
    return [
        (0, int(part), part) if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", reference)
    ]
