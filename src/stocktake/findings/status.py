"""What a case holds, in a screenful: exhibits, rows, the books, problems."""

from dataclasses import dataclass
from decimal import Decimal

from stocktake.case import Case
from stocktake.commerce.tables import open_case, read_manifest
from stocktake.custody.exhibit import exhibits
from stocktake.evidence.names import text as name_text
from stocktake.findings.answer import decimal_text, visible
from stocktake.findings.holding import Held, held
from stocktake.review.decisions import decisions


@dataclass(frozen=True)
class ExhibitStatus:
    """An exhibit, and whether its canonical rows are there. ``size`` is in bytes."""

    reference: str
    name: str
    size: int
    sha256: str
    processed: bool


@dataclass(frozen=True)
class Account:
    """One line of the books: a measure of one exhibit, summed over its tables.

    ``found = mapped + set_aside`` where the books balance; ``currency`` is there for money only.
    """

    exhibit: str
    measure: str
    currency: str | None
    found: Decimal
    mapped: Decimal
    set_aside: Decimal


@dataclass(frozen=True)
class Clock:
    """How a host's clock went against others: seconds fast where above 0, and between which values."""

    host: str | None
    method: str
    seconds: Decimal
    least: Decimal
    most: Decimal
    pairs: int


@dataclass(frozen=True)
class Status:
    """The facts that ``stocktake status`` prints."""

    reference: str
    name: str
    exhibits: list[ExhibitStatus]
    rows: dict[str, int]
    accounts: list[Account]
    unbalanced: int
    problems: dict[str, int]
    files: dict[str, int]
    clocks: list[Clock]
    scope: str
    held_back: Held


def status(case: Case) -> Status:
    """Look at the case as it stands."""
    with open_case(case) as connection:
        manifests = {exhibit.reference: read_manifest(case, exhibit.reference) for exhibit in exhibits(case)}
        processed = [manifest for manifest in manifests.values() if manifest]
        tables = sorted({part["table"] for manifest in processed for part in manifest["parts"]})
        rows: dict[str, int] = {}
        for table in tables:
            counted = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
            rows[table] = counted[0] if counted else 0
        held_back = held(connection)
        accounts = connection.execute(
            """
            SELECT exhibit, measure, currency, sum(found), sum(mapped), sum(set_aside)
            FROM completeness GROUP BY ALL ORDER BY ALL
            """
        ).fetchall()
        unbalanced = connection.execute(
            "SELECT count(*) FROM completeness WHERE found IS DISTINCT FROM mapped + set_aside"
        ).fetchone()
        files = connection.execute(
            """
            SELECT
              CASE
                WHEN changed_from LIKE '%a file of configuration' THEN 'configuration changed'
                WHEN changed_from IS NOT NULL THEN 'changed'
                WHEN known IS NOT NULL THEN 'known by ' || known_by
                ELSE 'others'
              END, count(*)
            FROM items GROUP BY ALL ORDER BY ALL
            """
        ).fetchall()
        clocks = connection.execute(
            "SELECT host, method, seconds, least, most, pairs FROM clock_skew ORDER BY host, method"
        ).fetchall()
        problems = connection.execute(
            "SELECT severity, count(*) FROM problems GROUP BY ALL ORDER BY ALL"
        ).fetchall()
    return Status(
        reference=case.settings.reference,
        name=case.settings.name,
        exhibits=[
            ExhibitStatus(e.reference, e.name, e.size, e.sha256, manifests[e.reference] is not None)
            for e in exhibits(case)
        ],
        rows=dict(sorted(rows.items())),
        accounts=[Account(*account) for account in accounts],
        unbalanced=unbalanced[0] if unbalanced else 0,
        problems=dict(problems),
        files=dict(files),
        clocks=[Clock(*clock) for clock in clocks],
        scope=scope.text if (scope := decisions(case).scope) is not None else "",
        held_back=held_back,
    )


def text(status: Status) -> str:
    """The facts as a page for a terminal."""
    lines = [f"{visible(status.name)} ({visible(status.reference)})", "", "Exhibits"]
    if not status.exhibits:
        lines.append("  none yet: stocktake add CASE PATH takes one in")
    for exhibit in status.exhibits:
        state = "processed" if exhibit.processed else "not processed"
        lines.append(
            f"  {exhibit.reference:10} {exhibit.size:>16,} bytes  {state:13}  {name_text(exhibit.name)}"
        )
    if status.rows:
        lines += ["", "Rows"]
        lines += [f"  {table:18} {rows:>12,}" for table, rows in status.rows.items()]
    if status.accounts:
        lines += ["", "The books          found = mapped + set aside"]
    for account in status.accounts:
        unit = account.currency or account.measure
        found, mapped, aside = (
            _amount(value) for value in (account.found, account.mapped, account.set_aside)
        )
        lines.append(f"  {account.exhibit:10} {unit:6} {found:>18} = {mapped:>18} + {aside:>18}")
    if status.accounts:
        lines.append(
            "  They balance." if not status.unbalanced else f"  {status.unbalanced} lines do not balance."
        )
    if status.scope or status.held_back.sentences:
        lines += ["", "Held back"]
        lines += [f"  scope: {visible(status.scope)}"] if status.scope else []
        lines += [f"  {visible(sentence)}" for sentence in status.held_back.sentences]
    if set(status.files) - {"others"}:
        lines += ["", "Files that are known software, or were changed from what was declared of them"]
        lines += [f"  {count:>12,}  {visible(state)}" for state, count in status.files.items()]
    if status.clocks:
        lines += ["", "Clocks, in seconds that each was fast (+) or slow (-); no time is corrected"]
        lines += [
            f"  {visible(one.host or 'host not named')}: {_signed(one.seconds)} "
            f"({_signed(one.least)} to {_signed(one.most)}), "
            f"{one.pairs} by {visible(one.method)}"
            for one in status.clocks
        ]
    lines += ["", "Problems"]
    lines += [f"  {severity:10} {count:>8,}" for severity, count in status.problems.items()] or ["  none"]
    return "\n".join(lines)


def _signed(seconds: Decimal) -> str:
    return decimal_text(seconds) if seconds < 0 else f"+{decimal_text(seconds)}"


def _amount(value: Decimal | None) -> str:
    if value is None:
        return "-"
    text = decimal_text(value)
    whole, _, fraction = text.partition(".")
    grouped = f"{int(whole):,}"
    return f"{grouped}.{fraction}" if fraction.rstrip("0") else grouped
