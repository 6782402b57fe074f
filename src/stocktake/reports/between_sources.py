"""Several sources of one shop: which were united and why, and what vanished or changed between them."""

import duckdb

from stocktake.findings.figures import evaluate, figures
from stocktake.reports.document import (
    Block,
    Column,
    Heading,
    Paragraph,
    Piece,
    Quote,
    Row,
    Section,
    Table,
    pieces,
)
from stocktake.reports.references import References
from stocktake.reports.wording import count, money, number, shown, stamp

MOST_PAIRS = 20
MOST_CHANGES = 60


def section(connection: duckdb.DuckDBPyConnection, refs: References) -> list[Section]:
    """The section, where sources of the case share rows of a shop; else nothing."""
    pairs = connection.execute(
        "SELECT s.united, s.other_site_id, s.site_id, s.score, s.other_moment, s.moment, s.reasons, t.name "
        "FROM same_site AS s LEFT JOIN sites AS t ON t.site_id = s.site_id ORDER BY ALL"
    ).fetchall()
    if not pairs:
        return []
    blocks: list[Block] = [
        Paragraph(
            pieces(
                "Some exhibits hold one shop more than once: as a backup, a dump, the data of a server. Such "
                "sources were taken together where the rows and what each says of itself show it. Each row "
                "then counts once, in its newest version; what changed or vanished is kept and shown here."
            )
        )
    ]
    for united, earlier, later, score, other_moment, moment, reasons, name in pairs[:MOST_PAIRS]:
        told = "were taken for one shop" if united else "were not taken for one shop"
        blocks.append(
            Paragraph(
                pieces(
                    Piece("mono", shown(earlier, 200)),
                    f" (as of {stamp(other_moment)} UTC) and ",
                    Piece("mono", shown(later, 200)),
                    f" (as of {stamp(moment)} UTC){f', {shown(name, 80)},' if name else ''} {told} "
                    f"(score {score:.2f} of 1):",
                )
            )
        )
        blocks.append(Quote([[shown(reason, 600) + "."] for reason in reasons]))
    if len(pairs) > MOST_PAIRS:
        blocks.append(Paragraph(pieces(f"{count(len(pairs) - MOST_PAIRS, 'more pair')} not printed here.")))
    return [
        Section("Between the sources", [*blocks, *_vanished(connection, refs), *_changes(connection, refs)])
    ]


def _vanished(connection: duckdb.DuckDBPyConnection, refs: References) -> list[Block]:
    """Orders that vanished, by whether they count, a line a currency."""
    figure = figures()["vanished-orders"]
    found = evaluate(connection, "vanished-orders", by=["site_id", "counted", "currency"])
    if not found.rows:
        return []
    whole = evaluate(connection, "vanished-orders", by=[]).rows[0]
    rows = [
        Row(
            [
                [shown(row["site_id"], 120)],
                ["counts" if row["counted"] else "does not count"],
                [number(row["count"])],
                [money(row["amount"], row["currency"])],
                [refs(figure, row)],
            ]
        )
        for row in found
    ]
    columns = [
        Column("Site", width=1.0), Column("Takings"), Column("Orders", "right"), Column("To pay", "right"),
        Column("Ref."),
    ]  # fmt: skip
    return [
        Heading("Orders that vanished"),
        Paragraph(
            pieces(
                count(whole["count"], "order"),
                refs(figure, whole),
                f" placed from {stamp(whole['first'])} to {stamp(whole['last'])} UTC "
                f"{'is' if whole['count'] == 1 else 'are'} in an earlier source and no longer in a later. "
                "They are part of the figures in this report, by the same rules as every other order; here "
                "they stand apart.",
            )
        ),
        Table("Orders that vanished between sources", columns, rows),
    ]


def _changes(connection: duckdb.DuckDBPyConnection, refs: References) -> list[Block]:
    figure = figures()["changes-between-sources"]
    found = evaluate(connection, "changes-between-sources", by=["kind", "table_name", "column_name"]).rows
    if not found:
        return []
    rows = [
        Row(
            [
                [shown(row["table_name"], 60).replace("_", " ")],
                [shown(row["column_name"] or "the whole row", 60).replace("_", " ")],
                [shown(row["kind"], 20)],
                [number(row["count"])],
                [refs(figure, row)],
            ]
        )
        for row in found[:MOST_CHANGES]
    ]
    columns = [
        Column("Rows of", width=1.0),
        Column("What"),
        Column("How"),
        Column("Number", "right"),
        Column("Ref."),
    ]
    note: list[str | Piece] = ["Missing: the later source need not have held the row. Each change: "]
    note += [Piece("mono", "stocktake ask CASE 'SELECT * FROM row_changes'"), "."]
    return [Heading("What changed"), Table("What changed between sources", columns, rows, note=note)]
