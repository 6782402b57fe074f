"""An examiner's own selectors: taken into the case, recorded in the ledger, and in force until replaced."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from stocktake.artefacts.captures.selectors import read
from stocktake.case import Case
from stocktake.custody import ledger
from stocktake.custody.disk import sync_folder
from stocktake.errors import UserError

ACTION = "selectors"
_LARGEST = 1 << 20


@dataclass(frozen=True)
class TakenIn:
    """Selectors in force: their own name, where the copy lies in the case, its hash and text, who gave it."""

    name: str
    file: str
    sha256: str
    by: str
    text: str


def take_in(case: Case, path: Path, by: str) -> TakenIn:
    """Copy the TOML at ``path`` into the case and record it; those of the same name are in force no longer.

    Raises UserError where it can't be read as selectors, or nobody is named.
    """
    person = " ".join(by.split())
    if not person:
        raise UserError("Say who takes the selectors in: --by NAME.")
    try:
        with path.open("rb") as file:
            stored = file.read(_LARGEST + 1)
    except OSError as error:
        raise UserError(f"{path} can't be read: {error.strerror or error}.") from error
    if len(stored) > _LARGEST:
        raise UserError(f"{path} is larger than selectors can be.")
    try:
        text = stored.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is no UTF-8 text.") from error
    name = read(text, path.name).name
    sha256 = hashlib.sha256(stored).hexdigest()
    home = case.path / "review"
    kept = home / f"selectors-{sha256[:16]}.toml"
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
        raise UserError(f"The selectors can't be copied into the case: {error.strerror or error}.") from error
    taken = TakenIn(name, kept.relative_to(case.path).as_posix(), sha256, person, text)
    ledger.record(
        case, ACTION, {"name": name, "file": taken.file, "sha256": sha256, "bytes": len(stored), "by": person}
    )
    return taken


def in_force(case: Case) -> list[TakenIn]:
    """The newest selectors of each name, by name. Raises UserError where a copy is not what was recorded."""
    newest: dict[str, dict[str, str]] = {}
    for entry in ledger.entries(case):
        if entry.action == ACTION:
            newest[str(entry.detail["name"])] = {
                key: str(entry.detail[key]) for key in ("file", "sha256", "by")
            }
    found = []
    for name, facts in sorted(newest.items()):
        try:
            stored = (case.path / facts["file"]).read_bytes()
        except OSError as error:
            said = error.strerror or error
            raise UserError(f"The selectors {facts['file']} can't be read: {said}.") from error
        if hashlib.sha256(stored).hexdigest() != facts["sha256"]:
            raise UserError(
                f"The selectors {facts['file']} were changed since they were taken in: they are taken in "
                "anew with stocktake captures CASE --selectors FILE --by NAME."
            )
        found.append(TakenIn(name, facts["file"], facts["sha256"], facts["by"], stored.decode("utf-8")))
    return found
