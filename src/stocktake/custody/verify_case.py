#!/usr/bin/env python3
"""Checks a stocktake case folder. One file, nothing but Python's own library, Python 3.8 or newer.

    python3 verify_case.py CASE [--head HEX] [--count N] [--key FINGERPRINT] [--exhibit REF=PATH] [--json]

It only reads. It says what it checked and, in a sentence each, what FAILED, what it could not check
(UNCHECKED), and what is worth knowing (NOTE). Exit code 0: all that was checked is as recorded; 1: something
needs a person; 2: it was used wrongly, or CASE is no case folder.

What it checks
  1. The chain. ledger.jsonl has one JSON object a line. Each holds its own number ("line") and the SHA-256 of
     the stored bytes, newline included, of the line before it ("previous"; 64 zeros in the first).
  2. The seals. ledger.sig has one JSON object a line, written after every entry: the number of ledger lines
     ("count"), the SHA-256 of the last of them ("head"), the time ("at"), an Ed25519 public key ("key") and
     the "signature" over the bytes of SEAL_PREFIX followed by the seal without its signature as JSON with
     sorted keys, no blanks and nothing but ASCII. With seals the changed line itself can be named.
     Signatures are checked where Python's "cryptography" package is there; else that is said.
  3. The exhibits. Every "add" entry states an exhibit's SHA-256. A file is hashed again. A folder's hash is
     that of its manifest.jsonl, which lists the SHA-256 of every file in it, and each is hashed again.
     The entry also states the SHA-256 of the exhibit's exhibit.toml.
  4. What was derived. The newest "process" entry of an exhibit states the SHA-256 of manifests, which state
     those of the Parquet parts beside them.
     The newest "withhold" entry does so for held/manifest.json, by which what may be privileged, or is out of
     the scope of the case's authority, is held back from view.
  5. Reports and exports, by the SHA-256 in their entries.
  6. case.toml. The "new" entry, or a later "settings" entry, states its SHA-256; that of an older case states
     some of the settings, which are compared, and the others are named.
  7. The privilege lists, and the selectors by which web captures are read. Every "privilege" and "selectors"
     entry states the SHA-256 of a file, which lies under review/. The hash sets of known software, which lie
     under known/: every "known" entry states those of its files.
  8. The mappings that a person accepted. Every "map" entry states the SHA-256 of the files of one, which lie
     under mappings/accepted/; the newest entry of a folder counts.

What it cannot see
  - That the ends of ledger.jsonl AND ledger.sig were cut off together: what is left is whole in itself. Every
    report prints the head and the count of its day: compare them, or give them as --head and --count.
  - That somebody who holds the signing key wrote everything anew. Again, compare with a printed report.
  - Whether a key is whose it is said to be. Compare its fingerprint with a printed one.
  - A change of the very last entry where an interruption kept it from being sealed; that is UNCHECKED.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import stat
import sys
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

try:
    import fcntl
except ImportError:  # not on Windows; then nothing is locked while the ledger is read
    fcntl = None  # type: ignore[assignment]
try:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    CAN_CHECK_SIGNATURES = True
except ImportError:
    CAN_CHECK_SIGNATURES = False
try:
    import tomllib
except ImportError:  # before Python 3.11
    tomllib = None  # type: ignore[assignment]

NO_HASH = "0" * 64
SEAL_PREFIX = b"stocktake ledger seal 1\n"
BLOCK = 1 << 20
LINE_LIMIT = 64 << 20  # a longer ledger line is hashed, and not parsed
MANIFEST_LIMIT = 256 << 20
SETTINGS_LIMIT = 1 << 20
FINDINGS_OF_A_KIND = 200  # a case turned upside down need not print a million sentences

_HASH = re.compile(r"[0-9a-f]{64}\Z")
_SIGNATURE = re.compile(r"[0-9a-f]{128}\Z")
_TIME = re.compile(r"[0-9T:.+-]{20,40}\Z")


class UnreadableError(Exception):
    """Something in the case is not what it has to be; the text says what, without subject."""


@dataclass(frozen=True)
class Finding:
    """One thing found: its kind, what it is about, the line of the ledger or seal file, and a sentence."""

    kind: str  # "ledger", "seal", "signature", "settings", "exhibit", "derived", "report" or "list"
    subject: str
    line: int | None
    message: str


@dataclass
class Verification:
    """All that was found, and how much was checked."""

    failures: list[Finding] = field(default_factory=list)
    unchecked: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)
    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(
            ("ledger_lines", "seals", "signatures", "settings", "exhibits", "files", "parts", "reports"), 0
        )
    )
    count: int = 0
    head: str = NO_HASH
    keys: dict[str, int] = field(default_factory=dict)  # fingerprint to number of seals

    @property
    def exit_code(self) -> int:
        """0, or 1 where something needs a person.

        Signatures that could not be checked for want of a library say nothing about the case.
        """
        return int(bool(self.failures or any(found.kind != "signature" for found in self.unchecked)))

    def fail(self, kind: str, subject: str, message: str, line: int | None = None) -> None:
        """Record that something is not as recorded."""
        self._add(self.failures, Finding(kind, _plain(subject), line, _plain(message)))

    def could_not(self, kind: str, subject: str, message: str, line: int | None = None) -> None:
        """Record that something could not be checked."""
        self._add(self.unchecked, Finding(kind, _plain(subject), line, _plain(message)))

    def note(self, kind: str, subject: str, message: str, line: int | None = None) -> None:
        """Record something worth knowing that is no failure."""
        self._add(self.notes, Finding(kind, _plain(subject), line, _plain(message)))

    def _add(self, findings: list[Finding], finding: Finding) -> None:
        same = sum(found.kind == finding.kind for found in findings)
        if same < FINDINGS_OF_A_KIND:
            findings.append(finding)
        elif same == FINDINGS_OF_A_KIND:
            more = f"There is more of this kind than the {same} named; it is not listed."
            findings.append(Finding(finding.kind, finding.subject, None, more))

    def as_dict(self) -> dict[str, Any]:
        """Everything, as JSON can hold it."""
        return {**asdict(self), "exit_code": self.exit_code}

    def lines(self) -> list[str]:
        """Everything as lines of plain text."""
        counts = self.counts
        said = [f"Ledger: {self.count} lines, head {self.head}"]
        for key, seals in sorted(self.keys.items()):
            unproven = "" if counts["signatures"] else ", signatures not checked"
            said.append(f"Sealed: {_number(seals, 'time')} with key {key}{unproven}")
        said.append(
            "Checked: "
            + ", ".join(
                (
                    _number(counts["ledger_lines"], "ledger line"),
                    _number(counts["seals"], "seal"),
                    _number(counts["signatures"], "signature"),
                    _number(counts["settings"], "case.toml", "case.toml"),
                    _number(counts["exhibits"], "exhibit"),
                    _number(counts["files"], "exhibit file"),
                    _number(counts["parts"], "derived file"),
                    _number(counts["reports"], "report or export", "reports and exports"),
                    *([_number(counts["lists"], "privilege list")] if "lists" in counts else ()),
                    *(
                        [_number(counts["hash sets"], "file of hash sets", "files of hash sets")]
                        if "hash sets" in counts
                        else ()
                    ),
                    *([_number(counts["selectors"], "file of selectors")] if "selectors" in counts else ()),
                    *([_number(counts["mappings"], "accepted mapping")] if "mappings" in counts else ()),
                )
            )
        )
        for label, findings in (
            ("FAILED", self.failures),
            ("UNCHECKED", self.unchecked),
            ("NOTE", self.notes),
        ):
            said += [f"{label:<9} {found.message}" for found in findings]
        if self.failures:
            said.append(f"Result: NOT as recorded ({_number(len(self.failures), 'failure')}).")
        elif self.exit_code:
            said.append("Result: what was checked is as recorded, but not everything could be checked.")
        else:
            said.append("Result: everything that was checked is as recorded.")
        return said


def verify(
    case: str,
    *,
    head: str | None = None,
    count: int | None = None,
    key: str | None = None,
    own_key: str | None = None,
    locations: Mapping[str, str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Verification:
    """Check the case folder at ``case``; it must be one (``is_case``).

    ``head``, ``count`` and ``key`` are those of a printed report. ``own_key`` is the fingerprint of this
    installation's key. ``locations`` says where exhibits lie that are no longer where the case says.
    ``progress`` is called with bytes done and bytes to do.
    """
    found = Verification()
    seen = _Ledger()
    try:
        with _ledger_at_rest(case):
            seals = _read_seals(case, found)
            _walk_ledger(case, seals, seen, found)
    except UnreadableError as problem:
        found.fail("ledger", "ledger.jsonl", f"ledger.jsonl {problem}.")
    _compare_with_print(seen, head, count, key, found)
    if own_key:
        for other in sorted(set(found.keys) - {own_key}):
            found.note("seal", "ledger.sig", f"Key {other} is not the key of this installation.")

    _check_settings(case, seen, found)
    parts = _derived_parts(case, seen, found)
    total = sum(_integer(detail.get("size")) for _, detail in seen.exhibits.values())
    total += sum(size for _, _, size in parts)
    total += sum(_integer(detail.get("bytes")) for _, detail in seen.documents.values())
    done = 0

    def tick(length: int) -> None:
        nonlocal done
        done += length
        if progress:
            progress(done, max(total, done))

    _check_exhibits(case, seen, dict(locations or {}), tick, found)
    for path, stated, _ in parts:
        _check_file(case, path, stated, "derived", tick, found)
    _check_documents(case, seen, tick, found)
    _check_lists(case, seen, found)
    _check_mappings(case, seen, found)
    _check_hash_sets(case, seen, found)
    return found


def is_case(case: str) -> bool:
    """Whether there is a case folder at ``case``."""
    return os.path.isfile(os.path.join(case, "case.toml"))


# ---------------------------------------------------------------------------------------------- the ledger


@dataclass
class _Ledger:
    """What the walk over the ledger leaves: the hash of every line, and the entries that state hashes."""

    hashes: list[str] = field(default_factory=list)
    settings: tuple[int, str, dict[str, Any]] | None = None  # line, action, detail
    exhibits: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    processed: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    documents: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    lists: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    withheld: tuple[int, dict[str, Any]] | None = None
    mappings: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    hash_sets: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)


@dataclass(frozen=True)
class StoredLine:
    """A line as stored: its number in the file, its bytes with newline, and the SHA-256 of those.

    ``stored`` is None for a line longer than ``LINE_LIMIT``. ``ended`` says whether it has its newline; one
    without is hashed as if it had, because the next writer puts one after it.
    """

    number: int
    stored: bytes | None
    sha256: str
    ended: bool


@dataclass(frozen=True)
class _Chained:
    """Of a ledger line, what the chain needs; ``line`` is None for a line that is no entry."""

    sha256: str
    ended: bool
    line: int | None
    previous: str
    torn: bool
    unsealed: int
    at: str
    problem: str


def stored_lines(file: BinaryIO) -> Iterator[StoredLine]:
    """The lines of a file opened for bytes; at most ``LINE_LIMIT`` bytes are held at a time."""
    number = 0
    while True:
        stored = file.readline(LINE_LIMIT)
        if not stored:
            return
        number += 1
        digest = hashlib.sha256(stored)
        whole = stored.endswith(b"\n") or len(stored) < LINE_LIMIT
        tail = stored
        while not tail.endswith(b"\n"):
            tail = file.readline(BLOCK)
            if not tail:
                break
            digest.update(tail)
        ended = tail.endswith(b"\n")
        if not ended:
            digest.update(b"\n")
        yield StoredLine(number, stored if whole else None, digest.hexdigest(), ended)


def parsed(stored: bytes | None) -> dict[str, Any]:
    """The JSON object on a line.

    Anything else is an UnreadableError: no JSON, a key twice, NaN, nested too deep, too long.
    """
    if stored is None:
        raise UnreadableError(f"is longer than {LINE_LIMIT} bytes")

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name for name, _ in pairs}) != len(pairs):
            raise UnreadableError("has a key twice")
        return dict(pairs)

    def whole(digits: str) -> int:
        if len(digits) > 20:
            raise UnreadableError("has a number of too many digits")
        return int(digits)

    def never(word: str) -> None:
        raise UnreadableError(f"has {word}, which is no JSON")

    try:
        text = stored.decode("utf-8")
        value = json.loads(text, object_pairs_hook=once, parse_int=whole, parse_constant=never)
    except (ValueError, RecursionError, MemoryError) as error:
        raise UnreadableError("is no JSON") from error
    if not isinstance(value, dict):
        raise UnreadableError("is no JSON object")
    return value


def canonical(value: Mapping[str, Any]) -> bytes:
    """The JSON that seals are signed over and ledger lines are stored as: sorted, no blanks, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")


def fingerprint(key: str) -> str:
    """A public key's fingerprint: the first 32 hex digits of the SHA-256 of its 32 bytes."""
    return hashlib.sha256(bytes.fromhex(key)).hexdigest()[:32]


@contextmanager
def _ledger_at_rest(case: str) -> Iterator[None]:
    """Keep stocktake from writing to the ledger while it is read, where locks work; nothing is written."""
    handle = None
    if fcntl is not None:
        try:
            handle = _open_regular(os.path.join(case, "ledger.jsonl"))
            fcntl.flock(handle, fcntl.LOCK_SH)
        except (OSError, UnreadableError):
            pass
    try:
        yield
    finally:
        if handle is not None:
            os.close(handle)


@dataclass(frozen=True)
class _Seal:
    """A line of ledger.sig; ``problem`` says what is wrong with it, and is empty for a good seal."""

    line: int
    ended: bool
    problem: str
    count: int = 0
    head: str = ""
    key: str = ""
    torn: bool = False


def _read_seals(case: str, found: Verification) -> dict[int, list[str]]:
    """The heads sealed for each count of lines, from seals whose signature is good or can't be checked."""
    try:
        seals = _seals(case)
    except (OSError, UnreadableError) as problem:
        found.fail("seal", "ledger.sig", f"ledger.sig {_why(problem)}.")
        return {}
    heads: dict[int, list[str]] = {}
    highest = 0
    for index, seal in enumerate(seals):
        if seal.problem:
            torn_off = not seal.ended if index + 1 == len(seals) else seals[index + 1].torn
            if torn_off:
                message = f"Line {seal.line} of ledger.sig was cut short, as by a power cut."
                found.note("seal", "ledger.sig", message, seal.line)
            else:
                _fail_seal(found, seal.line, seal.problem)
            continue
        found.keys[seal.key] = found.keys.get(seal.key, 0) + 1
        if seal.count <= highest:
            _fail_seal(found, seal.line, f"seals {seal.count} ledger lines after one that sealed {highest}")
        highest = max(highest, seal.count)
        if seal.head not in heads.setdefault(seal.count, []):
            heads[seal.count].append(seal.head)
    found.counts["seals"] = sum(found.keys.values())
    if CAN_CHECK_SIGNATURES:
        found.counts["signatures"] = found.counts["seals"]
    elif found.counts["seals"]:
        message = (
            f"{_number(found.counts['seals'], 'signature')} in ledger.sig could not be checked:"
            " Python's cryptography package is not here."
        )
        found.could_not("signature", "ledger.sig", message)
    return heads


def _seals(case: str) -> list[_Seal]:
    path = os.path.join(case, "ledger.sig")
    if not os.path.lexists(path):
        return []
    seals = []
    with os.fdopen(_open_regular(path), "rb") as file:
        for stored in stored_lines(file):
            try:
                seal = checked_seal(stored.stored)
            except UnreadableError as problem:
                seals.append(_Seal(stored.number, stored.ended, str(problem)))
            else:
                key = fingerprint(seal["key"])
                torn = "torn" in seal
                seals.append(_Seal(stored.number, stored.ended, "", seal["count"], seal["head"], key, torn))
    return seals


def _fail_seal(found: Verification, line: int, what: str) -> None:
    found.fail("seal", "ledger.sig", f"Line {line} of ledger.sig {what}.", line)


def checked_seal(stored: bytes | None) -> dict[str, Any]:
    """The seal on a line of ledger.sig, its signature checked where that can be done.

    There is one form that it may have; anything else is an UnreadableError.
    """
    seal = parsed(stored)
    forms = {"at": _TIME, "head": _HASH, "key": _HASH, "signature": _SIGNATURE}
    sound = all(isinstance(seal.get(name), str) and form.match(seal[name]) for name, form in forms.items())
    sound = sound and type(seal.get("count")) is int and seal["count"] >= 1
    sound = sound and seal.get("torn", True) is True and set(seal) <= {*forms, "count", "torn"}
    if not sound or stored is None or stored.rstrip(b"\n") != canonical(seal):
        raise UnreadableError("can't be read as a seal")
    if CAN_CHECK_SIGNATURES:
        try:
            public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(seal["key"]))
            public.verify(bytes.fromhex(seal["signature"]), signed_bytes(seal))
        except (InvalidSignature, UnsupportedAlgorithm, ValueError) as error:
            raise UnreadableError("has a signature that does not fit it") from error
    return seal


def signed_bytes(seal: Mapping[str, Any]) -> bytes:
    """The bytes that a seal's signature is over."""
    return SEAL_PREFIX + canonical({name: value for name, value in seal.items() if name != "signature"})


def _walk_ledger(case: str, seals: dict[int, list[str]], seen: _Ledger, found: Verification) -> None:
    """Check every line against the one before it and against the seals, and gather what entries state."""
    chained: list[_Chained] = []
    if os.path.lexists(os.path.join(case, "ledger.jsonl")):
        try:
            with os.fdopen(_open_regular(os.path.join(case, "ledger.jsonl")), "rb") as file:
                for stored in stored_lines(file):
                    chained.append(_chained(stored, seen, found))
                    seen.hashes.append(stored.sha256)
        except OSError as error:
            raise UnreadableError(f"can't be read: {error.strerror}") from error
    elif seals:
        found.fail("ledger", "ledger.jsonl", f"ledger.jsonl is gone; {max(seals)} lines were sealed.", 1)
    if not chained:
        if not seals:
            found.note("ledger", "ledger.jsonl", "The ledger has no entry yet.")
        elif os.path.lexists(os.path.join(case, "ledger.jsonl")):
            found.fail("ledger", "ledger.jsonl", f"ledger.jsonl is empty; {max(seals)} lines were sealed.", 1)
        return
    found.counts["ledger_lines"] = found.count = len(chained)
    found.head = chained[-1].sha256
    _check_chain(chained, seals, found)


def checked_entry(stored: bytes | None) -> dict[str, Any]:
    """The entry on a line of ledger.jsonl; UnreadableError where the line is none."""
    entry = parsed(stored)
    if type(entry.get("line")) is not int or entry["line"] < 1:
        raise UnreadableError("has no line number")
    if not isinstance(entry.get("previous"), str) or not _HASH.match(entry["previous"]):
        raise UnreadableError("does not hold the hash of the line before")
    if not isinstance(entry.get("action"), str) or not isinstance(entry.get("detail"), dict):
        raise UnreadableError("has no action and detail")
    return entry


def _chained(stored: StoredLine, seen: _Ledger, found: Verification) -> _Chained:
    """Take from a line what the chain needs, and into ``seen`` what its entry states."""
    try:
        entry = checked_entry(stored.stored)
    except UnreadableError as problem:
        return _Chained(stored.sha256, stored.ended, None, "", False, 0, "", str(problem))
    action, detail = entry["action"], entry["detail"]
    if (action == "new" and seen.settings is None) or (action == "settings" and "settings_sha256" in detail):
        seen.settings = (stored.number, action, detail)
    name = detail.get("exhibit")
    if action == "add" and isinstance(name, str):
        if name in seen.exhibits:
            message = f"Exhibit {name} is added a second time on ledger line {stored.number}."
            found.fail("exhibit", name, message, stored.number)
        seen.exhibits[name] = (stored.number, detail)
    elif action == "process" and isinstance(name, str):
        seen.processed[name] = (stored.number, detail)
    elif action in ("report", "export") and isinstance(detail.get("file"), str):
        seen.documents[detail["file"]] = (stored.number, detail)
    elif action in ("privilege", "selectors") and isinstance(detail.get("file"), str):
        seen.lists[detail["file"]] = (stored.number, detail)
    elif action == "map" and isinstance(detail.get("folder"), str):
        seen.mappings[detail["folder"]] = (stored.number, detail)
    elif action == "known":
        _note_hash_set(stored.number, detail, seen)
    elif action == "withhold":
        seen.withheld = (stored.number, detail)
    return _Chained(
        stored.sha256,
        stored.ended,
        entry["line"],
        entry["previous"],
        entry.get("torn") is True,
        _integer(entry.get("unsealed")),
        _words(entry.get("at")),
        "",
    )


def _check_chain(chained: list[_Chained], seals: dict[int, list[str]], found: Verification) -> None:
    """Walk the lines along their numbers: what was changed, removed, put in, moved or cut off is named.

    ``want`` is the number of the line that has to come next. Where a line has a seal, the seal says which
    line it is; else its own number does.
    """
    sealed_as = {head: count for count in sorted(seals, reverse=True) for head in seals[count]}
    numbers = [sealed_as.get(entry.sha256) for entry in chained]
    following = _following(numbers)
    unsealed: list[int] = []
    want = 1
    previous: str | None = NO_HASH  # None after a line with which something is wrong
    latest = ""
    for index, entry in enumerate(chained):
        here = index + 1
        number = numbers[index]
        if number is None and want not in seals:
            unsealed.append(here)
            number = entry.line
            if number is None and (not entry.ended if here == len(chained) else chained[here].torn):
                _note_line(found, here, "was cut short, as by a power cut; no other line is touched")
                previous, want = entry.sha256, want + 1
                continue
        wrong, then = _judge(entry, number, want, following[index], previous)
        if wrong:
            found.fail("ledger", "ledger.jsonl", f"Ledger line {here} {wrong}.", min(here, want))
        elif entry.at < latest:
            _note_line(found, here, "has an earlier time than a line before it: the clock was set back")
        latest = latest if wrong else max(latest, entry.at)
        previous, want = None if wrong else entry.sha256, then
    _check_end(chained, seals, want, unsealed, found)
    _check_unsealed(chained, seals, unsealed, found)


def _judge(
    entry: _Chained, number: int | None, want: int, following: int | None, previous: str | None
) -> tuple[str, int]:
    """What is wrong with a line, if anything, and the number that has to come after it.

    ``number`` is which line it is, ``following`` the number of the next line that has a seal.
    """
    if number is None and entry.problem:
        wrong = f"{entry.problem}, so it is no ledger entry"
        return wrong, want if following == want else want + 1
    if number is None and following == want:
        return "was put in: the line after it was sealed in its place", want
    if number is None:
        return f"is not what was sealed as line {want}: it was changed", want + 1
    if number > want:
        gone = f"line {want} was" if number == want + 1 else f"lines {want} to {number - 1} were"
        return f"is entry {number}: {gone} removed or moved", number + 1
    if number < want:
        return f"is entry {number} again or out of its order", want
    if previous is not None and entry.previous != previous:
        return f"does not follow from line {want - 1}: one of the two was changed", want + 1
    return "", want + 1


def _following(numbers: list[int | None]) -> list[int | None]:
    """For every line the number of the next line after it that has one."""
    following: list[int | None] = []
    latest: int | None = None
    for number in reversed(numbers):
        following.append(latest)
        latest = number if number is not None else latest
    return following[::-1]


def _check_end(
    chained: list[_Chained],
    seals: dict[int, list[str]],
    want: int,
    unsealed: list[int],
    found: Verification,
) -> None:
    highest = max(seals, default=0)
    if highest >= want:
        cut = f"line {want} was" if highest == want else f"lines {want} to {highest} were"
        message = f"The ledger ends after line {len(chained)}, but {cut} sealed: the end was cut off."
        found.fail("ledger", "ledger.jsonl", message, want)
    elif not chained[-1].ended and len(chained) not in unsealed:
        message = f"Ledger line {len(chained)} was sealed with its newline, which is gone."
        found.fail("ledger", "ledger.jsonl", message, len(chained))
    elif not chained[-1].ended and not chained[-1].problem:
        _note_line(found, len(chained), "lacks its newline, as after a power cut; nothing of it is lost")
    twice = [count for count in sorted(seals) if len(seals[count]) > 1]
    if twice:
        message = (
            f"Line {twice[0]} of the ledger was sealed more than once with different content:"
            " the ledger was cut off or rewritten, and then went on."
        )
        found.fail("ledger", "ledger.jsonl", message, twice[0])


def _check_unsealed(
    chained: list[_Chained], seals: dict[int, list[str]], unsealed: list[int], found: Verification
) -> None:
    """A line without a seal is explained by an interruption, which the next entry then tells.

    Only the last line can be without seal and without such an entry.
    """
    if not seals:
        if len(chained) > 1:
            message = f"None of the {len(chained)} ledger lines has a good seal in ledger.sig."
            found.fail("seal", "ledger.sig", message)
        elif unsealed:
            _not_sealed_yet(1, found)
        return
    for first, last in _runs(unsealed):
        which = f"Line {first} has" if first == last else f"Lines {first} to {last} have"
        length = last - first + 1
        if last == len(chained) and length == 1:
            _not_sealed_yet(last, found)
        elif last == len(chained):
            message = f"{which} no signature, so it can't be checked who wrote them."
            found.could_not("seal", "ledger.sig", message, first)
        elif chained[last].unsealed >= length:
            message = f"{which} no seal, as line {last + 1} says: stocktake was interrupted there."
            found.note("seal", "ledger.sig", message, first)
        else:
            message = f"{which} no seal, and no entry tells of an interruption: ledger.sig was changed."
            found.fail("seal", "ledger.sig", message, first)


def _not_sealed_yet(line: int, found: Verification) -> None:
    """An interruption leaves the last line so, and so does somebody who puts a line behind it."""
    message = (
        f"Ledger line {line} has no seal yet, as after an interruption, so it can't be checked who wrote it."
    )
    found.could_not("seal", "ledger.sig", message, line)


def _note_line(found: Verification, here: int, what: str) -> None:
    found.note("ledger", "ledger.jsonl", f"Ledger line {here} {what}.", here)


def _runs(numbers: list[int]) -> Iterator[tuple[int, int]]:
    first = last = 0
    for number in numbers:
        if first and number == last + 1:
            last = number
            continue
        if first:
            yield first, last
        first = last = number
    if first:
        yield first, last


def _compare_with_print(
    seen: _Ledger, head: str | None, count: int | None, key: str | None, found: Verification
) -> None:
    """Compare with what a report prints: the only way to see that all was rewritten, or both ends cut off."""
    lines = len(seen.hashes)
    head = head.strip().lower() if head else None
    if count is not None and count > lines:
        message = f"The ledger has {lines} lines, but {count} were printed: its end was cut off."
        found.fail("ledger", "ledger.jsonl", message, lines + 1)
    elif head is not None and count:
        if seen.hashes[count - 1] == head:
            message = f"Ledger line {count} is the one whose head was printed."
            found.note("ledger", "ledger.jsonl", message, count)
        else:
            message = f"Ledger line {count} is not the one whose head was printed: the ledger was rewritten."
            found.fail("ledger", "ledger.jsonl", message, count)
    elif head is not None and head not in (NO_HASH, *seen.hashes):
        found.fail("ledger", "ledger.jsonl", "No line of the ledger has the head that was printed.")
    if key is not None:
        _compare_key(key.strip().lower(), found)


def _compare_key(key: str, found: Verification) -> None:
    for other in sorted(set(found.keys) - {key}):
        message = f"{_number(found.keys[other], 'seal')} by key {other}, which is not the one printed."
        found.fail("seal", "ledger.sig", message)
    if not CAN_CHECK_SIGNATURES:
        message = "Seals name the printed key, but that they are by it could not be checked."
        found.could_not("seal", "ledger.sig", message)


# -------------------------------------------------------------------------------------------- the settings


def _check_settings(case: str, seen: _Ledger, found: Verification) -> None:
    if seen.settings is None:  # the count of what was checked says so
        return
    line, action, detail = seen.settings
    since = "the case was made" if action == "new" else "its settings were recorded"
    try:
        if "settings_sha256" not in detail:
            _compare_settings(case, line, detail, found)
        else:
            if hash_file(within(case, "case.toml"))[1] != detail["settings_sha256"]:
                message = f"case.toml was changed since {since} (ledger line {line})."
                found.fail("settings", "case.toml", message)
            found.counts["settings"] = 1
    except (OSError, UnreadableError) as problem:
        found.fail("settings", "case.toml", f"case.toml {_why(problem)}.")


def _compare_settings(case: str, line: int, detail: dict[str, Any], found: Verification) -> None:
    """Compare what the entry of an older case, which states no hash, says of the settings."""
    if tomllib is None:
        message = "case.toml could not be checked: that of an older case needs Python 3.11 or newer."
        found.could_not("settings", "case.toml", message)
        return
    with os.fdopen(_open_regular(within(case, "case.toml")), "rb") as file:
        content = file.read(SETTINGS_LIMIT + 1)
    if len(content) > SETTINGS_LIMIT:
        raise UnreadableError(f"is longer than {SETTINGS_LIMIT} bytes")
    try:
        settings = tomllib.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise UnreadableError("can't be read as settings") from error
    found.counts["settings"] = 1
    known = [name for name in ("reference", "name", "lead_force", "authority", "time_zone") if name in detail]
    for name in known:
        if settings.get(name, "") != detail[name]:
            message = f"case.toml was changed since the case was made (ledger line {line}): {name} differs."
            found.fail("settings", "case.toml", message)
    rest = ", ".join(sorted(set(settings) - set(known)))
    if rest:
        message = f"Ledger line {line} does not state these settings in case.toml, so they were not checked:"
        found.note("settings", "case.toml", f"{message} {rest}.")


# -------------------------------------------------------------------------------------------- the exhibits


def _check_exhibits(
    case: str,
    seen: _Ledger,
    locations: dict[str, str],
    tick: Callable[[int], None],
    found: Verification,
) -> None:
    known = set()
    for name, (line, detail) in seen.exhibits.items():
        folder = name.replace("/", "-")
        known.add(folder)
        found.counts["exhibits"] += 1
        _check_exhibit_toml(case, name, folder, line, detail, found)
        if detail.get("kind") == "folder":
            _check_folder(case, name, folder, detail, locations, tick, found)
        else:
            _check_single(case, name, detail, locations, tick, found)
    for folder in _listing(os.path.join(case, "exhibits")):
        path = os.path.join(case, "exhibits", folder)
        if folder in known:
            continue
        if os.path.lexists(os.path.join(path, "exhibit.toml")):
            message = f"exhibits/{folder} is an exhibit that the ledger does not know."
            found.fail("exhibit", folder, message)
        elif os.path.lexists(os.path.join(path, "exhibit.toml.new")):
            message = f"exhibits/{folder} was being added when stocktake was interrupted, or is now."
            found.note("exhibit", folder, message)
        else:
            found.note("exhibit", folder, f"exhibits/{folder} is nothing that the ledger knows.")


def _check_exhibit_toml(
    case: str, name: str, folder: str, line: int, detail: dict[str, Any], found: Verification
) -> None:
    stated = detail.get("exhibit_toml")
    path = f"exhibits/{folder}/exhibit.toml"
    try:
        within(case, path)
        others = os.listdir(os.path.join(case, "exhibits", folder))
        if not os.path.lexists(os.path.join(case, path)):
            # The ledger's entry comes before the file gets its name; in between there may be a power cut.
            if hash_file(within(case, path + ".new"))[1] == stated:
                message = (
                    f"Exhibit {name} was interrupted at the end of its adding; the next add finishes it."
                )
                found.note("exhibit", name, message)
                return
            found.fail("exhibit", name, f"The exhibit.toml of {name} is not the one of ledger line {line}.")
        elif hash_file(within(case, path))[1] != stated:
            message = f"The exhibit.toml of {name} was changed since ledger line {line}."
            found.fail("exhibit", name, message)
    except (OSError, UnreadableError) as problem:
        message = f"Exhibit {name} is in the ledger (line {line}), but {path} {_why(problem)}."
        found.fail("exhibit", name, message)
        return
    known = {"exhibit.toml" if "exhibit.toml" in others else "exhibit.toml.new"}
    if detail.get("kind") == "folder":
        known.add("manifest.jsonl")
    beside = [other for other in others if other not in known]
    if detail.get("copied") and "copy" in beside:
        # What lies within a copied folder is compared with its manifest.
        try:
            copied = os.fsdecode(_name(detail, "path").rpartition(b"/")[2])
        except UnreadableError:  # told where the bytes are looked for
            copied = ""
        beside.remove("copy")
        inside = _listing(os.path.join(case, "exhibits", folder, "copy"))
        beside += [f"copy/{other}" for other in inside if other != copied]
    for other in sorted(beside):
        found.note("exhibit", name, f"exhibits/{folder}/{other} is nothing that the ledger knows.")


def _place(case: str, detail: dict[str, Any], moved: str | None) -> bytes:
    """Where an exhibit's bytes have to be: a copy lies in the case, anything else wherever the entry says."""
    if moved is not None:
        return os.fsencode(os.path.abspath(moved))
    try:
        stated = _name(detail, "path")
    except UnreadableError as problem:
        raise UnreadableError(f"has an entry that {problem}") from problem
    if detail.get("copied"):
        return os.fsencode(within(case, os.fsdecode(stated)))
    return os.path.normpath(os.path.join(os.fsencode(os.path.realpath(case)), stated))


def _check_single(
    case: str,
    name: str,
    detail: dict[str, Any],
    locations: dict[str, str],
    tick: Callable[[int], None],
    found: Verification,
) -> None:
    try:
        path = _place(case, detail, locations.get(name))
        size, sha256 = hash_file(path, tick)
    except FileNotFoundError:
        _gone(name, detail, found)
        return
    except OSError as error:
        found.could_not("exhibit", name, f"Exhibit {name} could not be read: {error.strerror}.")
        return
    except UnreadableError as problem:
        found.fail("exhibit", name, f"Exhibit {name} {problem}.")
        return
    found.counts["files"] += 1
    if sha256 != detail.get("sha256"):
        message = f"Exhibit {name} was changed: its SHA-256 is {sha256}, not {_words(detail.get('sha256'))}."
        found.fail("exhibit", name, message)
    elif size != detail.get("size"):
        message = f"Exhibit {name} has {size} bytes; the ledger says {_integer(detail.get('size'))}."
        found.fail("exhibit", name, message)


def _gone(name: str, detail: dict[str, Any], found: Verification) -> None:
    if detail.get("copied"):
        found.fail("exhibit", name, f"The copy of exhibit {name} is gone from the case.")
    else:
        place = _words(detail.get("path"))
        message = f"Exhibit {name} could not be checked: it is not at {place}, seen from the case folder."
        found.could_not("exhibit", name, message)


def _check_folder(
    case: str,
    name: str,
    folder: str,
    detail: dict[str, Any],
    locations: dict[str, str],
    tick: Callable[[int], None],
    found: Verification,
) -> None:
    path = f"exhibits/{folder}/manifest.jsonl"
    try:
        manifest = within(case, path)
        if hash_file(manifest)[1] != detail.get("sha256"):
            message = f"The manifest of exhibit {name} was changed, so its files could not be checked."
            found.fail("exhibit", name, message)
            return
    except (OSError, UnreadableError) as problem:
        found.fail("exhibit", name, f"Exhibit {name}: {path} {_why(problem)}.")
        return
    try:
        root = _place(case, detail, locations.get(name))
        if not stat.S_ISDIR(os.lstat(root).st_mode):
            raise UnreadableError("is not a folder any more")
    except FileNotFoundError:
        _gone(name, detail, found)
        return
    except OSError as error:
        found.could_not("exhibit", name, f"Exhibit {name} could not be read: {error.strerror}.")
        return
    except UnreadableError as problem:
        found.fail("exhibit", name, f"Exhibit {name} {problem}.")
        return
    try:
        _compare_tree(name, root, manifest, bool(detail.get("copied")), tick, found)
    except UnreadableError as problem:
        found.fail("exhibit", name, f"The manifest of exhibit {name} {problem}.")


def _compare_tree(
    name: str, root: bytes, manifest: str, copied: bool, tick: Callable[[int], None], found: Verification
) -> None:
    """Walk the folder and its manifest side by side; both are in the order of ``walk``."""
    unread: list[bytes] = []

    def lost(path: bytes, error: OSError) -> None:
        unread.append(path)
        where = os.fsdecode(path) or "the folder"
        found.could_not("exhibit", name, f"Exhibit {name}: {where} could not be read: {error.strerror}.")

    def missing(path: bytes) -> None:
        if not any(path == above or path.startswith(above + b"/") or not above for above in unread):
            found.fail("exhibit", name, f"Exhibit {name} has lost {os.fsdecode(path)}.")

    listed = _listed(manifest, copied)
    entry = next(listed, None)
    for path, status in walk(root, lost):
        here = path.split(b"/")
        while entry is not None and entry[0].split(b"/") < here:
            missing(entry[0])
            entry = next(listed, None)
        if entry is not None and entry[0] == path:
            _compare_entry(name, root, entry, status, tick, found)
            entry = next(listed, None)
        else:
            found.fail("exhibit", name, f"Exhibit {name} has a new entry: {os.fsdecode(path)}.")
    while entry is not None:
        missing(entry[0])
        entry = next(listed, None)


def _listed(manifest: str, copied: bool) -> Iterator[tuple[bytes, dict[str, Any]]]:
    with open(manifest, "rb") as file:
        for stored in stored_lines(file):
            try:
                entry = parsed(stored.stored)
                path = _name(entry, "path")
            except UnreadableError as problem:
                raise UnreadableError(f"has a line {stored.number} that {problem}") from problem
            # Devices, pipes and sockets are noted and never copied.
            if not (copied and entry.get("kind") not in ("file", "folder", "link")):
                yield path, entry


def _compare_entry(
    name: str,
    root: bytes,
    entry: tuple[bytes, dict[str, Any]],
    status: os.stat_result,
    tick: Callable[[int], None],
    found: Verification,
) -> None:
    path, listed = entry
    shown = f"{os.fsdecode(path)} in exhibit {name}"
    kind = kind_of(status.st_mode)
    if kind != listed.get("kind"):
        found.fail("exhibit", name, f"{shown} was a {_words(listed.get('kind'))} and is a {kind}.")
        return
    try:
        if kind == "file":
            size, sha256 = hash_file(os.path.join(root, path), tick)
            found.counts["files"] += 1
            if (size, sha256) != (listed.get("size"), listed.get("sha256")):
                found.fail("exhibit", name, f"{shown} was changed.")
        elif kind == "link" and os.readlink(os.path.join(root, path)) != _name(listed, "target"):
            found.fail("exhibit", name, f"{shown} is a link that was changed.")
    except OSError as error:
        found.could_not("exhibit", name, f"{shown} could not be read: {error.strerror}.")
    except UnreadableError as problem:
        found.fail("exhibit", name, f"{shown} {problem}.")


def walk(root: bytes, lost: Callable[[bytes, OSError], None]) -> Iterator[tuple[bytes, os.stat_result]]:
    """Everything below ``root``: path from it, and status; links are not followed.

    In the order of the paths' components as bytes, a folder before what it holds, so the order is the same
    on every machine. What cannot be listed is told to ``lost``, and the walk goes on.
    """
    pending = [b""]
    while pending:
        path = pending.pop()
        whole = os.path.join(root, path) if path else root
        try:
            status = os.lstat(whole)
            if path:
                yield path, status
            if stat.S_ISDIR(status.st_mode):
                inside = sorted(os.listdir(whole), reverse=True)
                pending += [path + b"/" + name if path else name for name in inside]
        except OSError as error:
            lost(path, error)


def kind_of(mode: int) -> str:
    """What a file mode says an entry is, in the manifest's words."""
    for test, kind in (
        (stat.S_ISREG, "file"),
        (stat.S_ISDIR, "folder"),
        (stat.S_ISLNK, "link"),
        (stat.S_ISBLK, "block device"),
        (stat.S_ISCHR, "character device"),
        (stat.S_ISFIFO, "pipe"),
        (stat.S_ISSOCK, "socket"),
    ):
        if test(mode):
            return kind
    return "unknown"


# ----------------------------------------------------------------- what was derived, and what was printed


def _derived_parts(case: str, seen: _Ledger, found: Verification) -> list[tuple[str, str, int]]:
    """The files that the newest process entries vouch for: path from the case, SHA-256, bytes.

    Manifests are checked here; files beside them that they do not list are named.
    """
    parts: list[tuple[str, str, int]] = []
    vouched: set[str] = set()
    for name in seen.exhibits:
        if name not in seen.processed:
            if seen.exhibits[name][1].get("purpose") != "parcels":
                found.note("derived", name, f"Exhibit {name} is not recorded as processed.")
            continue
        parts += _vouched_parts(case, f"exhibit {name}", seen.processed[name], vouched, found)
    if seen.withheld is not None:
        parts += _vouched_parts(case, "what is held back", seen.withheld, vouched, found)
    for name in sorted(set(seen.processed) - set(seen.exhibits)):
        line = seen.processed[name][0]
        found.fail("derived", name, f"Ledger line {line} processes {name}, which was never added.", line)
    for path in _derived_files(case):
        if path not in vouched:
            _unvouched(case, path, seen, found)
    return parts


def _vouched_parts(
    case: str,
    subject: str,
    entry: tuple[int, dict[str, Any]],
    vouched: set[str],
    found: Verification,
) -> list[tuple[str, str, int]]:
    """The parts that the manifests of a ledger entry list; ``vouched`` gets them and the manifests."""
    line, detail = entry
    parts: list[tuple[str, str, int]] = []
    manifests = detail.get("manifests")
    if not isinstance(manifests, dict):
        found.fail("derived", subject, f"Ledger line {line} names no manifests for {subject}.", line)
        return parts
    for path, stated in manifests.items():
        vouched.add(path)
        try:
            listed = _parts_of(case, path, stated, found)
        except (OSError, UnreadableError) as problem:
            found.fail("derived", path, f"{path} {_why(problem)}.")
            continue
        vouched.update(part for part, _, _ in listed)
        parts += listed
    return parts


def _parts_of(case: str, path: str, stated: object, found: Verification) -> list[tuple[str, str, int]]:
    """The parts that a manifest lists, once it has the stated hash; paths in it start at its own folder."""
    manifest = within(case, path)
    if os.stat(manifest).st_size > MANIFEST_LIMIT:
        raise UnreadableError(f"is too large for a manifest (over {MANIFEST_LIMIT} bytes)")
    with os.fdopen(_open_regular(manifest), "rb") as file:
        content = file.read(MANIFEST_LIMIT + 1)
    found.counts["parts"] += 1
    if hashlib.sha256(content).hexdigest() != stated:
        raise UnreadableError("was changed since it was processed, so its parts could not be checked")
    try:
        listing = json.loads(content.decode("utf-8"))
        tables = listing.get("tables", [])
        listed = [*listing.get("parts", []), *listing.get("replaced", [])]
        listed += [part for table in tables for part in table.get("parts", [])]
        parts = [(str(part["file"]), str(part["sha256"]), _integer(part.get("bytes"))) for part in listed]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise UnreadableError("can't be read as a manifest") from error
    folder = path.rpartition("/")[0]
    return [(f"{folder}/{file}", sha256, size) for file, sha256, size in parts]


def _derived_files(case: str) -> Iterator[str]:
    """All but folders under raw/, tables/ and held/, as paths from the case."""
    for top in ("raw", "tables", "held"):
        root = os.fsencode(os.path.join(case, top))
        if os.path.isdir(root):
            for path, status in walk(root, lambda *_: None):
                if not stat.S_ISDIR(status.st_mode):
                    yield f"{top}/{os.fsdecode(path)}"


def _unvouched(case: str, path: str, seen: _Ledger, found: Verification) -> None:
    """Say of a derived file that no manifest vouches for whether an interruption explains it."""
    parts = path.split("/")
    if parts[1].startswith(".new-") or parts[0] == "held":
        found.note("derived", path, f"{path} is left from an interrupted processing; nothing reads it.")
        return
    if not path.endswith((".parquet", ".json")):
        message = f"{path} is no derived file, and nothing that the ledger vouches for; nothing reads it."
        found.note("derived", path, message)
        return
    # raw/KC-1/UNIT/…, tables/KC-1.json, tables/orders/KC-1/…
    folders = {parts[1]} if parts[0] == "raw" else {parts[-1].rpartition(".")[0], *parts[2:-1]}
    if folders & {name.replace("/", "-") for name in seen.processed}:
        if parts[0] == "raw" and not os.path.lexists(os.path.join(case, *parts[:3], "manifest.json")):
            found.note("derived", path, f"{path} is left from an interrupted processing; nothing reads it.")
        else:
            message = f"{path} is not listed by any manifest that the ledger vouches for."
            found.fail("derived", path, message)
    elif folders & {name.replace("/", "-") for name in seen.exhibits}:
        message = f"{path} belongs to a processing that has not come to its end."
        found.note("derived", path, message)
    else:
        found.fail("derived", path, f"{path} belongs to no exhibit of this case.")


def _check_file(
    case: str, path: str, stated: str, kind: str, tick: Callable[[int], None], found: Verification
) -> None:
    try:
        sha256 = hash_file(within(case, path), tick)[1]
        found.counts["parts"] += 1
        if sha256 != stated:
            found.fail(kind, path, f"{path} was changed.")
    except (OSError, UnreadableError) as problem:
        found.fail(kind, path, f"{path} {_why(problem)}.")


def _check_documents(case: str, seen: _Ledger, tick: Callable[[int], None], found: Verification) -> None:
    for path, (line, detail) in seen.documents.items():
        try:
            sha256 = hash_file(within(case, path), tick)[1]
        except FileNotFoundError:
            found.note("report", path, f"{path} (ledger line {line}) is no longer there.")
        except OSError as error:
            found.could_not("report", path, f"{path} could not be read: {error.strerror}.")
        except UnreadableError as problem:
            found.note("report", path, f"{path} (ledger line {line}) was not checked: it {problem}.")
        else:
            found.counts["reports"] += 1
            if sha256 != detail.get("sha256"):
                found.fail("report", path, f"{path} was changed since ledger line {line}.")


def _check_lists(case: str, seen: _Ledger, found: Verification) -> None:
    for path, (line, detail) in seen.lists.items():
        is_list = not path.startswith("review/selectors-")
        what = "The privilege list" if is_list else "The file of selectors"
        kind = "lists" if is_list else "selectors"
        try:
            if hash_file(within(case, path))[1] != detail.get("sha256"):
                message = f"{what} {path} was changed since ledger line {line}."
                found.fail("list", path, message, line)
            found.counts[kind] = found.counts.get(kind, 0) + 1
        except (OSError, UnreadableError) as problem:
            found.fail("list", path, f"{what} {path} (ledger line {line}) {_why(problem)}.", line)


def _note_hash_set(line: int, detail: dict[str, Any], seen: _Ledger) -> None:
    files, dropped = detail.get("files"), detail.get("dropped")
    if isinstance(files, dict):
        seen.hash_sets |= {str(name): (line, detail) for name in files}
    for name in dropped if isinstance(dropped, list) else ():
        seen.hash_sets.pop(str(name), None)


def _check_hash_sets(case: str, seen: _Ledger, found: Verification) -> None:
    """The hash sets of known software: each file as recorded, none missing and none besides."""
    for path, (line, detail) in seen.hash_sets.items():
        try:
            if hash_file(within(case, path))[1] != detail["files"].get(path):
                told = f"The hash set {path} was changed since ledger line {line}."
                found.fail("hash set", path, told, line)
            found.counts["hash sets"] = found.counts.get("hash sets", 0) + 1
        except (OSError, UnreadableError) as problem:
            found.fail("hash set", path, f"The hash set {path} (ledger line {line}) {_why(problem)}.", line)
    root = os.fsencode(os.path.join(case, "known"))
    if os.path.isdir(root):
        for place, status in walk(root, lambda *_: None):
            name = f"known/{os.fsdecode(place)}"
            if not stat.S_ISDIR(status.st_mode) and name not in seen.hash_sets:
                told = f"{name} is in no entry of the ledger, and files may be passed over because of it."
                if name.endswith(".json"):
                    found.fail("hash set", name, told)
                else:
                    found.note("hash set", name, f"{name} is left from an interrupted act; nothing reads it.")


def _check_mappings(case: str, seen: _Ledger, found: Verification) -> None:
    """The mappings that a person accepted: each file as recorded, none missing and none besides."""
    for folder, (line, detail) in seen.mappings.items():
        stated = detail.get("files")
        if not isinstance(stated, dict):
            found.fail("mapping", folder, f"Ledger line {line} names no files of the mapping {folder}.", line)
            continue
        found.counts["mappings"] = found.counts.get("mappings", 0) + 1
        for name, digest in stated.items():
            path = f"{folder}/{name}"
            try:
                if hash_file(within(case, path))[1] != digest:
                    found.fail("mapping", path, f"{path} was changed since ledger line {line}.", line)
            except (OSError, UnreadableError) as problem:
                found.fail("mapping", path, f"{path} (ledger line {line}) {_why(problem)}.", line)
        for path in _files_under(case, folder):
            if path[len(folder) + 1 :] not in stated:
                found.fail(
                    "mapping", path, f"{path} is not in the mapping that ledger line {line} accepts.", line
                )
    for folder in _folders_under(case, "mappings/accepted"):
        if folder not in seen.mappings:
            found.fail("mapping", folder, f"{folder} is a mapping that no ledger line accepts.")


def _folders_under(case: str, folder: str) -> list[str]:
    try:
        with os.scandir(os.path.join(case, folder)) as entries:
            return sorted(f"{folder}/{e.name}" for e in entries if e.is_dir() and not e.name.startswith("."))
    except OSError:
        return []


def _files_under(case: str, folder: str) -> list[str]:
    files = []
    for here, _, names in os.walk(os.path.join(case, folder)):
        files += [os.path.relpath(os.path.join(here, name), case) for name in names]
    return sorted(files)


# ----------------------------------------------------------------------------------------------- files


def within(case: str, path: str) -> str:
    """The file that a path from the case folder names; one that leads out or over a link is refused."""
    parts = path.split("/")
    if not path or "\0" in path or os.path.isabs(path) or any(part in ("", ".", "..") for part in parts):
        raise UnreadableError("leads out of the case folder")
    if os.sep != "/" and any(os.sep in part or ":" in part for part in parts):
        raise UnreadableError("leads out of the case folder")
    try:
        os.fsencode(path)
    except UnicodeError as error:
        raise UnreadableError("is no name that a file can have") from error
    whole = case
    for part in parts:
        whole = os.path.join(whole, part)
        if os.path.islink(whole):
            raise UnreadableError("is, or lies behind, a symbolic link")
    return whole


def hash_file(path: str | bytes, tick: Callable[[int], None] | None = None) -> tuple[int, str]:
    """Size and SHA-256 of a regular file."""
    digest = hashlib.sha256()
    size = 0
    handle = _open_regular(path)
    try:
        while True:
            block = os.read(handle, BLOCK)
            if not block:
                return size, digest.hexdigest()
            size += len(block)
            digest.update(block)
            if tick:
                tick(len(block))
    finally:
        os.close(handle)


def _open_regular(path: str | bytes) -> int:
    """Open a regular file to read; anything else is refused: a link, a device, a pipe that would wait."""
    flags = os.O_RDONLY
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):
        flags |= getattr(os, name, 0)
    try:
        if os.path.islink(path):
            raise UnreadableError("is a symbolic link")
        try:  # leave even the time of last access as it was, where the system lets us
            handle = os.open(path, flags | getattr(os, "O_NOATIME", 0))
        except PermissionError:
            handle = os.open(path, flags)
    except ValueError as error:
        raise UnreadableError("is no name that a file can have") from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise UnreadableError("is not a file")
    return handle


def _listing(path: str) -> list[str]:
    try:
        return sorted(os.listdir(path))
    except OSError:
        return []


def _why(problem: Exception) -> str:
    if isinstance(problem, FileNotFoundError):
        return "is gone"
    if isinstance(problem, OSError):
        return f"can't be read: {problem.strerror or problem}"
    return str(problem)


def _name(entry: Mapping[str, Any], key: str) -> bytes:
    """A file name that an entry states: as text, or where it is not UTF-8 as hex digits in KEY_hex."""
    text, digits = entry.get(key), entry.get(f"{key}_hex")
    try:
        name = bytes.fromhex(digits) if isinstance(digits, str) else str(text).encode("utf-8")
    except ValueError as error:
        raise UnreadableError(f"states no {key}") from error
    if not name or b"\0" in name or (text is None and digits is None):
        raise UnreadableError(f"states no {key}")
    return name


def _words(value: object) -> str:
    return value if isinstance(value, str) else ""


def _integer(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _number(count: int, noun: str, plural: str | None = None) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {plural or noun + 's'}"


def _plain(text: str) -> str:
    """Text that is safe to print: names found in evidence may hold control characters or no UTF-8 at all."""
    shown = (
        char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode("ascii")
        for char in text[:2000]
    )
    return "".join(shown)


def _count(text: str) -> int:
    count = int(text)
    if count < 0:
        raise ValueError
    return count


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        description="Check a stocktake case folder without stocktake. It only reads.",
        epilog="A head, count and key are printed in every report that stocktake makes.",
    )
    parser.add_argument("case", help="the case folder")
    parser.add_argument("--head", help="the ledger's head as printed in a report (64 hex digits)")
    parser.add_argument("--count", type=_count, help="the number of ledger lines as printed beside it")
    parser.add_argument("--key", help="the fingerprint of the signing key as printed in a report")
    parser.add_argument(
        "--exhibit",
        action="append",
        default=[],
        metavar="REF=PATH",
        help="where an exhibit lies now, if not where the case says; may be given several times",
    )
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    given = parser.parse_args(arguments)
    if not is_case(given.case):
        parser.exit(2, f"{given.case} is not a case folder: it has no case.toml.\n")
    if given.head is not None and not _HASH.match(given.head.strip().lower()):
        parser.exit(2, "--head takes the 64 hex digits that a report prints.\n")
    if any("=" not in moved for moved in given.exhibit):
        parser.exit(2, "--exhibit takes a reference and a path, as in KC/1=/mnt/KC1.dd.\n")
    locations = dict(moved.split("=", 1) for moved in given.exhibit)
    found = verify(given.case, head=given.head, count=given.count, key=given.key, locations=locations)
    text = json.dumps(found.as_dict(), indent=1) if given.json else "\n".join(found.lines())
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace") + b"\n")
    return found.exit_code


if __name__ == "__main__":
    sys.exit(main())
