"""Shop folders that a case has itself: mappings that a person accepted, and proposals nobody confirmed yet.

``mappings/accepted/NAME/`` is what a person decided; it is kept, recorded in the ledger and checked by
``verify``. ``mappings/inferred/EXHIBIT/NAME/`` is derived, and made anew whenever the exhibit is mapped.
Both have the form of any shop folder (``docs/shops.md``).
"""

from pathlib import Path

from stocktake.case import Case, folder_name
from stocktake.shops.folders import ShopSoftware, read_folder, supported

MAPPINGS = "mappings"


def accepted_home(case: Case) -> Path:
    """Where mappings lie that a person accepted."""
    return case.path / MAPPINGS / "accepted"


def inferred_home(case: Case, exhibit: str) -> Path:
    """Where the exhibit's unconfirmed mappings lie."""
    return case.path / MAPPINGS / "inferred" / folder_name(exhibit)


def accepted(case: Case) -> list[ShopSoftware]:
    """The mappings that a person accepted, by name."""
    return _read(case, accepted_home(case))


def inferred(case: Case, exhibit: str) -> list[ShopSoftware]:
    """The exhibit's unconfirmed mappings, by name."""
    return _read(case, inferred_home(case, exhibit))


def folders_by_name(case: Case, exhibit: str) -> dict[str, ShopSoftware]:
    """Every folder that a shop of the exhibit may be recognised by, by name."""
    every = [*supported(), *inferred(case, exhibit), *accepted(case)]
    return {software.name: software for software in every}


def _read(case: Case, home: Path) -> list[ShopSoftware]:
    if not home.is_dir():
        return []
    return [
        read_folder(folder, home=folder.relative_to(case.path).as_posix())
        for folder in sorted(home.iterdir())
        if folder.joinpath("shop.toml").is_file() and not folder.name.startswith(".")
    ]
