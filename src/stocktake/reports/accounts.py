"""The accounts of what was read: rows found, used and set aside; money; problems; and whether it balances."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import duckdb

from stocktake.findings.figures import FigureResult, FigureRow, evaluate, figures, nothing
from stocktake.findings.holding import held
from stocktake.reports.document import Block, Column, Paragraph, Piece, Row, Section, Table, Text, pieces
from stocktake.reports.references import References
from stocktake.reports.wording import count, listed, money, number, shown

MOST_ROWS = 400  # rows of the table of tables
MOST_PROBLEMS = 300
_LONGEST_LIST = 4000  # characters of the names of tables that have no row
_ALL = "stocktake ask CASE 'SELECT * FROM {table}'"


@dataclass(frozen=True)
class Accounts:
    """What was found, used and set aside, and each place where that does not add up."""

    rows: FigureResult
    found: Decimal
    mapped: Decimal
    set_aside: Decimal
    wrong: Sequence[str]
    problems: FigureResult


def read(connection: duckdb.DuckDBPyConnection) -> Accounts:
    """Add up the accounts and check them."""
    rows = evaluate(connection, "rows-read", by=["exhibit", "table_name", "reason"])
    wrong = [
        f"{shown(row['exhibit'], 40)}, {shown(row['table_name'], 80)}: {count(row['found'], 'row')} found, "
        f"{number(row['mapped'])} used, {number(row['set_aside'])} set aside"
        for row in evaluate(connection, "rows-read", by=["exhibit", "table_name", "lies_in"])
        if row["found"] != row["mapped"] + row["set_aside"]
    ]
    wrong += [
        f"money of {shown(row['site_id'], 120)}: {money(row['found'], row['currency'])} found, "
        f"{money(row['mapped'], row['currency'])} counted, "
        f"{money(row['set_aside'], row['currency'])} not counted"
        for row in evaluate(connection, "money-account", by=["site_id", "currency"])
        if row["found"] != row["mapped"] + row["set_aside"]
    ]
    return Accounts(
        rows=rows,
        found=sum((row["found"] for row in rows), Decimal(0)),
        mapped=sum((row["mapped"] for row in rows), Decimal(0)),
        set_aside=sum((row["set_aside"] for row in rows), Decimal(0)),
        wrong=wrong,
        problems=evaluate(connection, "problems", by=["severity", "stage"]),
    )


def in_short(connection: duckdb.DuckDBPyConnection, refs: References, read: Accounts) -> list[Block]:
    """The accounts in two paragraphs."""
    rows = refs(figures()["rows-read"], _whole(connection, "rows-read"))
    if not read.rows.rows:
        told = pieces("No table has been read from them", rows, ".")
    else:
        told = pieces(
            f"Their tables hold {count(read.found, 'row')}",
            rows,
            f". Of these, {number(read.mapped)} were used and {number(read.set_aside)} were set aside, each "
            "for a reason that section\u00a03 gives. ",
            "The accounts balance: nothing is missing without a reason."
            if not read.wrong
            else f"The accounts do not balance in {count(len(read.wrong), 'place')}, see section\u00a03.",
        )
    return [
        Paragraph(told),
        *(Paragraph(pieces(shown(sentence, 1000))) for sentence in held(connection).sentences),
        Paragraph(_problems_sentence(connection, refs)),
    ]


def _whole(connection: duckdb.DuckDBPyConnection, name: str) -> FigureRow:
    rows = evaluate(connection, name, by=[]).rows
    return rows[0] if rows else nothing(figures()[name], {})


def _problems_sentence(connection: duckdb.DuckDBPyConnection, refs: References) -> Text:
    figure = figures()["problems"]
    found = {row["severity"]: row for row in evaluate(connection, "problems", by=["severity"])}
    if not found:
        return ["No problem was met in reading", refs(figure, nothing(figure, {})), "."]
    words = {"error": "error", "warning": "warning", "info": "remark"}
    order = sorted(found, key=lambda severity: [*words, severity].index(severity))
    text: list[str | Piece] = ["In reading, the following was met: "]
    for n, severity in enumerate(order):
        row = found[severity]
        joint = "" if n == 0 else " and " if n == len(order) - 1 else ", "
        name = words.get(severity, f"problem of severity {shown(severity, 20) or 'unknown'}")
        text += [joint + count(row["count"], name, None if severity in words else name), refs(figure, row)]
    return [*text, ". Annex\u00a0B lists them."]


def section(
    connection: duckdb.DuckDBPyConnection, refs: References, read: Accounts, unread: Sequence[str]
) -> Section:
    """What was read and what was not; ``unread`` are the references of exhibits that were not processed."""
    blocks: list[Block] = [
        Paragraph(
            pieces(
                "Every row found in a table of the exhibits was either used, which means that it went into "
                "the tables that figures are counted from, or set aside for a reason. Found must equal used "
                "and set aside together."
            )
        )
    ]
    if unread:
        names = listed([shown(reference, 40) for reference in unread[:50]])
        more = f" and {number(len(unread) - 50)} more" if len(unread) > 50 else ""
        blocks.append(
            Paragraph(
                pieces(
                    Piece("strong", "Not processed: "),
                    f"{names}{more}. Nothing of this is in the figures; run ",
                    Piece("mono", "stocktake process CASE"),
                    " and make the report again.",
                )
            )
        )
    if read.wrong:
        blocks.append(
            Paragraph(pieces(Piece("strong", "The accounts do not balance: "), "; ".join(read.wrong), "."))
        )
    elif read.rows.rows:
        blocks.append(
            Paragraph(
                pieces(
                    Piece("strong", "The accounts balance. "),
                    f"{count(read.found, 'row')} found, {number(read.mapped)} used and "
                    f"{number(read.set_aside)} set aside, over all tables.",
                )
            )
        )
    blocks += [
        Paragraph(
            pieces(
                Piece("strong", "Held back: "),
                shown(sentence, 1000),
                " No figure of this report counts them, though the rows above were read and are kept.",
            )
        )
        for sentence in held(connection).sentences
    ]
    if read.rows.rows:
        blocks += _rows_table(connection, refs, read)
    blocks += _bytes_table(connection, refs)
    blocks += _problems_table(connection, refs, read)
    return Section("What was read and what was not", blocks)


def _rows_table(connection: duckdb.DuckDBPyConnection, refs: References, read: Accounts) -> list[Block]:
    figure = figures()["rows-read"]
    by_exhibit: dict[str, list[FigureRow]] = {}
    for row in read.rows:
        by_exhibit.setdefault(row["exhibit"], []).append(row)
    empty = {
        (row["exhibit"], row["reason"]): row
        for row in evaluate(connection, "rows-read", by=["exhibit", "reason"])
    }
    rows: list[Row] = []
    left = 0
    for exhibit, found in by_exhibit.items():
        rows.append(Row([[f"Exhibit {shown(exhibit, 40)}"]], kind="group"))
        full = [row for row in found if row["found"]]
        printed = full[: max(MOST_ROWS - len(rows), 0)]
        left += len(full) - len(printed)
        table: object = found
        for row in printed:
            name: Text = [] if row["table_name"] == table else _table(row)
            table = row["table_name"]
            rows.append(_account(name, _fate(row["reason"]), row, refs(figure, row)))
        without: dict[str | None, list[str]] = {}
        for row in found:
            if not row["found"]:
                without.setdefault(row["reason"], []).append(shown(row["table_name"], 80))
        for reason, names in without.items():
            told = f"{count(len(names), 'table')} without a row: {shown(listed(names), _LONGEST_LIST)}"
            whole = empty[exhibit, reason]
            ref = pieces(refs(figure, whole)) if not whole["found"] else ()
            rows.append(Row([[Piece("soft", told)], ref], kind="span"))
    whole = _whole(connection, "rows-read")
    totals = [[number(read.found)], [number(read.mapped)], [number(read.set_aside)]]
    rows.append(Row([["All tables"], [], *totals, [refs(figure, whole)]], kind="total"))
    columns = [
        Column("Table", width=1.0), Column("What became of the rows", width=1.35), Column("Found", "right"),
        Column("Used", "right"), Column("Set aside", "right"), Column("Ref."),
    ]  # fmt: skip
    note: Text = ()
    if left:
        more = f"{count(left, 'more line')} not printed: the total counts them, and "
        note = pieces(more, Piece("mono", _ALL.format(table="completeness")), " lists all.")
    return [Table("Rows read, table by table", columns, rows, small=True, note=note)]


def _table(row: FigureRow) -> Text:
    """A table's name, and where it lies if there may be several of the name."""
    name = shown(row["table_name"], 80)
    if row["place"] is None:
        return [name]
    where = shown(row["place"], 60) if row["count"] == 1 else f"{number(row['count'])} files"
    return [name, Piece("soft", f" in {where}")]


def _fate(reason: str | None) -> Text:
    return ["used"] if reason is None else [Piece("soft", "set aside: "), shown(reason)]


def _account(name: Text, fate: Text, row: FigureRow, ref: Piece) -> Row:
    return Row(
        [name, fate, [number(row["found"])], [number(row["mapped"])], [number(row["set_aside"])], [ref]]
    )


def _bytes_table(connection: duckdb.DuckDBPyConnection, refs: References) -> list[Block]:
    figure = figures()["bytes-read"]
    found = evaluate(connection, "bytes-read", by=["exhibit"])
    if not found.rows:
        return []
    rows = [
        Row([[f"Exhibit {shown(row['exhibit'], 40)}"], [number(row["found"])], [number(row["mapped"])],
             [number(row["set_aside"])], [refs(figure, row)]])
        for row in found
    ]  # fmt: skip
    columns = [Column("", width=1.0), *(Column(name, "right") for name in ("Found", "Read", "Set aside"))]
    return [Table("Bytes read, after unpacking", [*columns, Column("Ref.")], rows)]


def _problems_table(connection: duckdb.DuckDBPyConnection, refs: References, read: Accounts) -> list[Block]:
    blocks: list[Block] = [Paragraph(_problems_sentence(connection, refs))]
    if read.problems.rows:
        rows = [
            Row([[shown(row["severity"], 20)], [shown(row["stage"], 40)], [number(row["count"])],
                 [refs(read.problems.figure, row)]])
            for row in read.problems
        ]  # fmt: skip
        columns = [
            Column("Severity"),
            Column("Stage", width=1.0),
            Column("Problems", "right"),
            Column("Ref."),
        ]
        blocks.append(Table("Problems by severity and stage", columns, rows))
    return blocks


def problems_annex(connection: duckdb.DuckDBPyConnection) -> Section:
    """Every problem, up to a number, the gravest first."""
    found = connection.execute(
        "SELECT problem_id, exhibit, path, stage, severity, message FROM problems "
        "ORDER BY CASE severity WHEN 'error' THEN 1 WHEN 'warning' THEN 2 ELSE 3 END, "
        f"exhibit, path, problem_id LIMIT {MOST_PROBLEMS}"
    ).fetchall()
    (total,) = connection.execute("SELECT count(*) FROM problems").fetchone() or (0,)
    if not found:
        return Section("Problems in full", [Paragraph(pieces("No problem was met."))], annex=True)
    rows = []
    for identifier, exhibit, path, stage, severity, message in found:
        place = " ".join(part for part in (shown(exhibit, 40), shown(path, 120)) if part)
        rows.append(
            Row([[shown(severity, 20)], [place, Piece("soft", f" {shown(stage, 20)}")],
                 [shown(message, 400), " ", Piece("mono", shown(identifier, 200))]])
        )  # fmt: skip
    columns = [Column("Severity"), Column("Place and stage", width=0.8), Column("Problem", width=2.0)]
    note: Text = ()
    if left := total - len(found):
        more = f"{count(left, 'more problem')} {'is' if left == 1 else 'are'} not printed; "
        note = pieces(more, Piece("mono", _ALL.format(table="problems")), " lists all.")
    return Section(
        "Problems in full",
        [
            Paragraph(
                pieces(
                    f"{count(total, 'problem')} in all. A problem costs what it names and nothing more; its "
                    "id resolves with ",
                    Piece("mono", "stocktake why"),
                    ".",
                )
            ),
            Table("Problems, the gravest first", columns, rows, small=True, note=note),
        ],
        annex=True,
    )


def basis_table(connection: duckdb.DuckDBPyConnection, refs: References) -> Table:
    """How many rows of each table are recorded, derived, inferred."""
    figure = figures()["rows-by-basis"]
    found: dict[str, dict[str, FigureRow]] = {}
    for row in evaluate(connection, "rows-by-basis"):
        found.setdefault(row["table_name"], {})[row["basis"] or "not stated"] = row
    kinds = ["recorded", "derived", "inferred"]
    kinds += sorted({kind for bases in found.values() for kind in bases} - set(kinds))
    rows = []
    for table, bases in found.items():
        cells: list[Text] = [[table.replace("_", " ")]]
        cells += [
            [number(bases[kind]["count"]), refs(figure, bases[kind])] if kind in bases else ["0"]
            for kind in kinds
        ]
        rows.append(Row(cells))
    columns = [Column("Table", width=1.0), *(Column(kind.capitalize(), "right") for kind in kinds)]
    return Table("Rows that figures are counted from", columns, rows)
