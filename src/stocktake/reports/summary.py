"""The report ``summary``: what was seized, what was read of it, and the shops in figures, for the officer in
the case.
"""

import os
import pwd
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from stocktake.case import Case, Settings
from stocktake.commerce.tables import open_case, read_manifest
from stocktake.custody import ledger
from stocktake.custody.exhibit import Exhibit, exhibits
from stocktake.reports import accounts, between_sources, clocks, sites, software, trade
from stocktake.reports.document import (
    Block,
    Document,
    Facts,
    Paragraph,
    Piece,
    Quote,
    Section,
    Text,
    pieces,
)
from stocktake.reports.references import References
from stocktake.reports.rules import commerce_rule
from stocktake.reports.typeset import typeset
from stocktake.reports.wording import count, listed, moment, number, shown, size
from stocktake.review.decisions import decisions

_SENTENCES = (
    (
        "Refunds are taken off on their own date and are shown. All money recorded is either counted or not "
        "counted, under the reason that keeps it out, so that the two together are always the whole."
    ),
    (
        "Takings are what came in, not profit: no cost is taken off. Sums in different currencies are never "
        "added up, and nothing is converted by a rate from outside of the exhibits."
    ),
    (
        "Months are calendar months in UTC, and so are times, unless a zone is named. Where the shop "
        "recorded local time, it was turned into UTC by the time zone in the shop's own settings, or by the "
        "case's where the shop states none, which a problem then says; the time as recorded is kept."
    ),
    (
        "Sums are exact. They are rounded to the currency's smallest coin only where they are printed, half "
        "a coin upwards."
    ),
    (
        "Texts are as found. One that is too long to print ends in […]. A sign that can't be seen, or that "
        "the fonts of this document lack, stands as its code point, such as [U+202E]."
    ),
)

# Exhibits whose particulars are printed in full; all of them are in the exhibits' own report.
MOST_EXHIBITS = 200


def summary(case: Case, out: Path | None = None) -> Path:
    """Make the report and return where it is: ``out``, or a name of its own under the case's reports.

    The report tells the case as it stands at the ledger's head, and is the same, byte for byte, whenever
    it is made from the same case by the same account. Recording it in the ledger is the caller's act.
    """
    head = ledger.head(case)
    made = _time_of(case, head)
    connection = open_case(case)
    try:
        document, _ = compose(case, connection, head, made, exhibits(case))
    finally:
        connection.close()
    name = f"summary-{made.astimezone(UTC):%Y%m%dT%H%M%SZ}-{head.head[:8]}.pdf"
    return typeset(document, out or case.reports / name)


def compose(
    case: Case,
    connection: duckdb.DuckDBPyConnection,
    head: ledger.Head,
    made: datetime,
    seized: Sequence[Exhibit],
) -> tuple[Document, References]:
    """The report before it is typeset, and the figures that it prints."""
    refs = References()
    read = accounts.read(connection)
    found = sites.read(connection, refs)
    sections = [
        _in_short(connection, refs, seized, read, found),
        _seized(seized, case.settings),
        accounts.section(connection, refs, read, _unread(case, seized)),
        sites.section(found),
        trade.section(found),
        _rules(connection, refs),
        *between_sources.section(connection, refs),
        _integrity(head, made),
    ]
    sections += [refs.annex(), accounts.problems_annex(connection)]
    settings = case.settings
    document = Document(
        kind="Summary of what was seized and read",
        title=shown(settings.name, 80) or "Unnamed case",
        subtitle=f"Case {shown(settings.reference, 80)}",
        marking=shown(settings.marking, 60),
        running=f"Case {shown(settings.reference, 40)}",
        footer=f"Ledger entry {number(head.count)}, {head.head[:16]}…",
        made=made,
        cover=_cover(case, head, made),
        sections=sections,
    )
    return document, refs


def _cover(case: Case, head: ledger.Head, made: datetime) -> list[tuple[str, Text]]:
    settings = case.settings
    local = made.astimezone(ZoneInfo(settings.time_zone))
    return [
        ("Case reference", [Piece("strong", shown(settings.reference))]),
        ("Name", [shown(settings.name) or "not stated"]),
        ("Lead force", [shown(settings.lead_force) or "not stated"]),
        ("Authority", [shown(settings.authority, 600) or "not stated"]),
        *_scope(case),
        ("Prepared by", [shown(_account()), Piece("soft", " (account on the computer that made it)")]),
        ("Case as it stood at", [f"{moment(made.astimezone(UTC))} UTC"]),
        ("", [f"{moment(local)} {shown(settings.time_zone)}"]),
        ("Ledger", [f"{count(head.count, 'entry', 'entries')}, of which the last has the SHA-256"]),
        ("", [Piece("mono", head.head)]),
        ("Made with", [f"stocktake {version('stocktake')}"]),
    ]


def _scope(case: Case) -> list[tuple[str, Text]]:
    """The scope that the figures keep to, where one is recorded."""
    scope = decisions(case).scope
    if scope is None:
        return []
    return [("Scope", [shown(scope.text, 600)]), ("", [shown(scope.authority, 600)])]


def _unread(case: Case, seized: Sequence[Exhibit]) -> list[str]:
    """References of exhibits that were not processed, or not wholly, so that none of their rows counts."""
    return [exhibit.reference for exhibit in seized if read_manifest(case, exhibit.reference) is None]


def _time_of(case: Case, head: ledger.Head) -> datetime:
    """When the ledger's last entry was made; the case's creation where it has none that can be read."""
    times = [entry.at for entry in ledger.entries(case) if entry.sha256 == head.head and entry.at]
    return times[-1] if times else case.settings.created


def _account() -> str:
    """By the system's account, not by what the environment states."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"


def _in_short(
    connection: duckdb.DuckDBPyConnection,
    refs: References,
    seized: Sequence[Exhibit],
    read: accounts.Accounts,
    found: sites.Sites,
) -> Section:
    blocks: list[Block] = []
    if seized:
        names = listed([shown(exhibit.reference, 40) for exhibit in seized[:6]])
        if len(seized) > 6:
            names += f" and {number(len(seized) - 6)} more"
        total = sum(exhibit.size for exhibit in seized)
        blocks.append(
            Paragraph(
                pieces(
                    f"This report covers {count(len(seized), 'exhibit')} ({names}), {size(total)} in all. "
                    "Section\u00a02 names them with their hashes."
                )
            )
        )
        blocks += accounts.in_short(connection, refs, read)
        blocks += software.in_short(connection, refs)
        blocks += clocks.in_short(connection, refs)
    else:
        blocks.append(Paragraph(pieces("No exhibit has been taken into this case yet.")))
    blocks += sites.in_short(found)
    blocks.append(
        Paragraph(
            pieces(
                "A small label after a figure, such as ",
                Piece("strong", "F1"),
                ", leads to its line in Annex\u00a0A, and from there to the rows and bytes in the exhibit "
                "that it rests on.",
            )
        )
    )
    return Section("Summary", blocks)


def _seized(seized: Sequence[Exhibit], settings: Settings) -> Section:
    if not seized:
        return Section("What was seized", [Paragraph(pieces("No exhibit has been taken in."))])
    blocks: list[Block] = [
        Paragraph(
            pieces(
                "Each exhibit was hashed when it was taken into the case. SHA-256 is the hash relied on; "
                "SHA-1 and MD5 are given so that it can be matched with older labels. Where, when and by "
                "whom an exhibit was seized is as stated by the person who took it in."
            )
        )
    ]
    blocks += [_exhibit(exhibit, settings) for exhibit in seized[:MOST_EXHIBITS]]
    if left := len(seized) - MOST_EXHIBITS if len(seized) > MOST_EXHIBITS else 0:
        blocks.append(
            Paragraph(
                pieces(
                    f"{count(left, 'more exhibit')} not printed here: the file exhibit.toml of each, in the "
                    "case, has the same particulars."
                )
            )
        )
    return Section("What was seized", blocks)


def _exhibit(exhibit: Exhibit, settings: Settings) -> Facts:
    stated = {
        "Description": shown(exhibit.note, 600),
        "Seized from": shown(exhibit.seized_from, 300),
        "Seized at": _seized_at(exhibit, settings),
        "Seized by": shown(exhibit.seized_by, 300),
    }
    rows: list[tuple[str, Text]] = [(name, [text]) for name, text in stated.items() if text]
    missing = [name.lower() for name, text in stated.items() if not text]
    if missing:
        rows.append(("Not stated", [listed(missing)]))
    what = f"a folder of {count(exhibit.files, 'file')}" if exhibit.kind == "folder" else "a file"
    if exhibit.purpose == "parcels":
        what += " that lists intercepted parcels"
    rows.append(("Taken in as", [f"{shown(exhibit.name)}, {what}, {size(exhibit.size)}"]))
    rows.append(("Taken in at", [f"{moment(exhibit.added.astimezone(UTC))} UTC"]))
    rows.append(("SHA-256", [Piece("mono", exhibit.sha256)]))
    if exhibit.kind == "folder":
        rows.append(
            ("", [Piece("soft", "The hashes are of the list of the folder's files and their hashes.")])
        )
    if exhibit.sha1:
        rows.append(("SHA-1", [Piece("mono", exhibit.sha1)]))
    if exhibit.md5:
        rows.append(("MD5", [Piece("mono", exhibit.md5)]))
    return Facts(rows, title=[f"Exhibit {shown(exhibit.reference)}"])


def _seized_at(exhibit: Exhibit, settings: Settings) -> str:
    """In the case's zone, for that is how a label has it."""
    if exhibit.seized_at is None:
        return shown(exhibit.seized_at_recorded)
    local = exhibit.seized_at.astimezone(ZoneInfo(settings.time_zone))
    return f"{moment(local)} {shown(settings.time_zone)}"


def _rules(connection: duckdb.DuckDBPyConnection, refs: References) -> Section:
    rule = commerce_rule("judged_orders.sql")
    blocks: list[Block] = [
        Paragraph(
            pieces(
                "An order stands once, whatever became of it, under the last status that the shop gave it. "
                "The shop's own word for the status is kept beside the word used here. A checkout that was "
                "never finished is called abandoned."
            )
        ),
        Paragraph(
            pieces(
                "Money counts as takings once, on the evidence of payment. This is the rule, as it stands in "
                "the file that makes it so (",
                Piece("mono", rule.file),
                ", SHA-256 ",
                Piece("mono", rule.sha256),
                "):",
            )
        ),
        Quote([[shown(part, 2000)] for part in rule.parts]),
    ]
    blocks += [Paragraph(pieces(sentence)) for sentence in _SENTENCES]
    blocks.append(
        Paragraph(
            pieces(
                "Every row of the tables that figures are counted from is of one of three kinds. ",
                Piece("strong", "Recorded"),
                " is as found in the exhibit. ",
                Piece("strong", "Derived"),
                " follows from what is recorded by a named rule, and always gives the same. ",
                Piece("strong", "Inferred"),
                " is the likeliest reading, with a probability and its reasons. The table says how many rows "
                "of each kind there are.",
            )
        )
    )
    blocks.append(accounts.basis_table(connection, refs))
    return Section("How figures are counted", blocks)


def _integrity(head: ledger.Head, made: datetime) -> Section:
    rows: list[tuple[str, Text]] = [
        ("Entries", [number(head.count)]),
        ("Hash of the last", [Piece("mono", head.head)]),
        ("Its time", [f"{moment(made.astimezone(UTC))} UTC"]),
        (
            "Signing key",
            [Piece("mono", head.fingerprint)] if head.fingerprint else ["none: its last entry is not signed"],
        ),
    ]
    if head.signature:
        rows.append(("Signature", [Piece("mono", head.signature)]))
    return Section(
        "Integrity",
        [
            Paragraph(
                pieces(
                    "All acts on the case stand in its ledger: exhibits taken in, processing, consultation, "
                    "reports. Each entry holds the hash of the one before it, so that none can be changed, "
                    "added, removed or moved without a trace. The number of entries and the hash of the last "
                    "are signed (Ed25519), so that the ledger's end can't be cut off without a trace either."
                )
            ),
            Facts(rows, title=["The ledger when this report was made"]),
            Paragraph(
                pieces(
                    "To verify the case, run ",
                    Piece("mono", "stocktake verify CASE"),
                    ". It hashes every exhibit and every derived file again, walks through the ledger, "
                    "checks the signatures, and names whatever does not agree. The other side can do the "
                    "same without stocktake: ",
                    Piece("mono", "python3 verify_case.py CASE"),
                    " is one file that needs nothing but Python, and the package cryptography to check "
                    "signatures. The ledger is the one that this report was made from if its entry "
                    f"{number(head.count)} has the hash printed above.",
                )
            ),
            Paragraph(
                pieces(
                    "Exhibits are only ever read. All tables and figures are derived from them, can be "
                    "deleted, and come out the same when they are made again."
                )
            ),
        ],
    )
