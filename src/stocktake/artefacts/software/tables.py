"""The raw tables of the family."""

from stocktake.artefacts.gathering import TEXT, YES_NO, columns

FAMILY = "software"
TABLES = {
    # `path` is the file's own, from the root of its system; where that lies in the exhibit is `root`, empty
    # or ending in a slash. `file` is the item that says so.
    "declared_files": columns(
        root=TEXT, path=TEXT, algorithm=TEXT, digest=TEXT, package=TEXT, version=TEXT, origin=TEXT,
        configuration=YES_NO, file=TEXT,
    ),
    "applications": columns(software=TEXT, version=TEXT, folder=TEXT),
}  # fmt: skip
