"""An examiner's own selectors: taken into the case, recorded in the ledger, and in force until replaced."""

from dataclasses import dataclass
from pathlib import Path

from stocktake.artefacts.captures.selectors import read
from stocktake.case import Case
from stocktake.custody import ledger
from stocktake.custody.kept import keep, read_kept
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
    kept, sha256 = keep(case, stored, "selectors", "selectors")
    ledger.record(
        case, ACTION, {"name": name, "file": kept, "sha256": sha256, "bytes": len(stored), "by": person}
    )
    return TakenIn(name, kept, sha256, person, text)


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
        changed = (
            f"The selectors {facts['file']} were changed since they were taken in: they are taken in "
            "anew with stocktake captures CASE --selectors FILE --by NAME."
        )
        stored = read_kept(case, facts["file"], facts["sha256"], "selectors", changed)
        found.append(TakenIn(name, facts["file"], facts["sha256"], facts["by"], stored.decode("utf-8")))
    return found
