"""How the clocks of hosts went, where their records tell; no time in the report is corrected by it."""

import duckdb

from stocktake.findings.answer import decimal_text
from stocktake.findings.figures import evaluate, figures
from stocktake.reports.document import Block, Paragraph, Piece
from stocktake.reports.references import References
from stocktake.reports.wording import shown

MOST = 10


def in_short(connection: duckdb.DuckDBPyConnection, refs: References) -> list[Block]:
    """A paragraph, where any host's clock was compared with another; else nothing."""
    figure = figures()["clocks"]
    found = evaluate(connection, "clocks").rows
    if not found:
        return []
    text: list[str | Piece] = ["The times are those of the hosts' own clocks and are not corrected. "]
    for row in found[:MOST]:
        host = (
            f"The clock of {shown(row['host'], 60)}" if row["host"] else "The clock of a host without a name"
        )
        seconds = row["seconds"]
        way = (
            "right" if not seconds else f"{decimal_text(abs(seconds))} s {'fast' if seconds > 0 else 'slow'}"
        )
        text += [f"{host} was {way} by {shown(row['method'], 120)}", refs(figure, row), ". "]
    if len(found) > MOST:
        text.append(f"The table clock_skew has {len(found) - MOST} more.")
    return [Paragraph(text)]
