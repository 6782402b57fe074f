"""Files that are known software: how many can be looked past, on whose word, and which were changed."""

import duckdb

from stocktake.findings.figures import evaluate, figures
from stocktake.reports.document import Block, Paragraph, Piece
from stocktake.reports.references import References
from stocktake.reports.wording import count, shown


def in_short(connection: duckdb.DuckDBPyConnection, refs: References) -> list[Block]:
    """A paragraph, where any file was declared by a package list or a hash set; else nothing."""
    figure = figures()["files"]
    found = [row for row in evaluate(connection, "files", by=["state"]) if row["state"] != "other"]
    if not found:
        return []
    text: list[str | Piece] = ["Of the files in them, "]
    for number, row in enumerate(found):
        joint = "" if number == 0 else " and " if number == len(found) - 1 else ", "
        state = shown(row["state"], 120)
        told = f"{count(row['count'], 'file')} {'is' if row['count'] == 1 else 'are'}"
        if state.startswith("known by "):
            text += [f"{joint}{told} known software by {state.removeprefix('known by ')}", refs(figure, row)]
        else:
            what = state if state.startswith("changed") else "configuration that was changed"
            text += [f"{joint}{told} {what}", refs(figure, row)]
    return [Paragraph([*text, "."])]
