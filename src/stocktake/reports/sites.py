"""The sites that were found: what each says of itself, and its figures with their labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import duckdb

from stocktake.findings.figures import FigureRow, evaluate, figures, nothing
from stocktake.reports.document import Block, Facts, Paragraph, Piece, Row, Section, Text, pieces
from stocktake.reports.references import References
from stocktake.reports.wording import count, day, listed, money, number, shown, stamp

MOST_SITES = 12  # printed one by one
MOST_HOSTS = 20


@dataclass(frozen=True)
class Site:
    """A site as the canonical tables have it; hosts are (host, kind, evidence, how much more of it)."""

    hosts: Sequence[tuple[str, str, str, int]]
    site_id: str
    name: str
    software: str
    version: str
    tagline: str
    currency: str
    time_zone: str
    admin_email: str
    exhibit: str


@dataclass(frozen=True)
class Sites:
    """The case's sites in the order of exhibits, their figures, and the labels that those get."""

    every: Sequence[Site]
    printed: Sequence["SiteFigures"]
    whole: FigureRow
    refs: References


def read(connection: duckdb.DuckDBPyConnection, refs: References) -> Sites:
    """Every site of the case."""
    hosts: dict[str, list[tuple[str, str, str, int]]] = {}
    for site_id, host, kind, evidence, places in connection.execute(
        "SELECT site_id, host, kind, min(evidence), count(DISTINCT evidence) FROM site_names "
        "GROUP BY ALL ORDER BY ALL"
    ).fetchall():
        hosts.setdefault(site_id, []).append((host or "", kind or "", evidence or "", max(places - 1, 0)))
    found = connection.execute(
        "SELECT site_id, name, software, software_version, tagline, currency, time_zone, admin_email, "
        "exhibit FROM sites WHERE captured IS NOT TRUE ORDER BY exhibit, site_id"
    ).fetchall()
    every = [
        Site(tuple(hosts.get(site_id, ())), site_id or "", *(str(value or "") for value in stated))
        for site_id, *stated in found
    ]
    whole = evaluate(connection, "sites", by=[]).rows
    computed = _BySite(connection)
    return Sites(
        every=every,
        printed=[SiteFigures(computed, refs, site) for site in every[:MOST_SITES]],
        whole=whole[0] if whole else nothing(figures()["sites"], {}),
        refs=refs,
    )


class _BySite:
    """Figures of all sites, each computed once and parted by site."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._computed: dict[tuple[str, ...], dict[str, list[FigureRow]]] = {}

    def rows(self, name: str, by: tuple[str, ...], site_id: str) -> list[FigureRow]:
        if (name, *by) not in self._computed:
            parted: dict[str, list[FigureRow]] = {}
            for row in evaluate(self._connection, name, by=[*by, "site_id"]):
                parted.setdefault(row["site_id"] or "", []).append(row)
            self._computed[name, *by] = parted
        return self._computed[name, *by].get(site_id, [])


class SiteFigures:
    """One site's figures, each with its label."""

    def __init__(self, computed: _BySite, refs: References, site: Site) -> None:
        self._computed, self._refs, self.site = computed, refs, site

    @property
    def name(self) -> str:
        """The site's name, for a line of text."""
        return shown(self.site.name, 60) or "(a site without a name)"

    def rows(self, name: str, *by: str) -> list[FigureRow]:
        """The site's groups of a figure by these keys."""
        return self._computed.rows(name, by, self.site.site_id)

    def one(self, name: str) -> FigureRow:
        """The site's one group, all keys taken together."""
        rows = self.rows(name)
        return rows[0] if rows else self.nothing(name)

    def nothing(self, name: str, **keys: object) -> FigureRow:
        """The group with these keys of which the site has nothing."""
        return nothing(figures()[name], {"site_id": self.site.site_id, **keys})

    def ref(self, name: str, row: FigureRow) -> Piece:
        """The label of the row."""
        return self._refs(figures()[name], row)

    def line(self, name: str, row: FigureRow, *cells: str, total: bool = False) -> Row:
        """A line of a table: the cells, then the row's label."""
        return Row([*([cell] for cell in cells), [self.ref(name, row)]], kind="total" if total else "plain")

    def currencies(self, name: str) -> list[str | None]:
        """The currencies of a figure: the site's own first, then by how many rows they have."""
        rows = sorted(self.rows(name, "currency"), key=lambda row: (-row["count"], row["currency"] or ""))
        return [row["currency"] for row in self._site_currency_first(rows)]

    def _site_currency_first(self, rows: list[FigureRow]) -> list[FigureRow]:
        return sorted(rows, key=lambda row: row["currency"] != self.site.currency)

    def sums(self, name: str, *, turned: bool = False) -> Text:
        """``£1,234.50 (F7) and €20.00 (F8)``: the site's money of a figure, currency by currency.

        ``turned`` prints a negative sum, such as of refunds, without its minus.
        """
        rows = self._site_currency_first(self.rows(name, "currency"))
        if not rows:
            return [money(Decimal(0), self.site.currency), self.ref(name, self.one(name))]
        text: list[str | Piece] = []
        for n, row in enumerate(rows):
            joint = "" if n == 0 else " and " if n == len(rows) - 1 else ", "
            amount = -row["amount"] if turned else row["amount"]
            text += [joint + money(amount, row["currency"]), self.ref(name, row)]
        return text


def in_short(sites: Sites) -> list[Block]:
    """A paragraph on the sites together, and one on each."""
    if not sites.every:
        return [Paragraph(pieces("No shop was recognised in what was read: there are no figures of trade."))]
    names = [figures.name for figures in sites.printed]
    if left := len(sites.every) - len(names):
        names.append(f"{number(left)} more")
    told = pieces(
        f"The exhibits hold the data of {count(len(sites.every), 'site')}",
        sites.refs(figures()["sites"], sites.whole),
        f": {listed(names)}.",
    )
    return [Paragraph(told), *(Paragraph(_in_short(site)) for site in sites.printed)]


def _in_short(site: SiteFigures) -> Text:
    orders = site.one("orders")
    if not orders["count"]:
        return pieces(Piece("strong", site.name), " recorded no order", site.ref("orders", orders), ".")
    text: list[str | Piece] = [Piece("strong", site.name)]
    placed = [row for row in site.rows("activity", "kind") if row["kind"] == "order placed"]
    if placed:
        first, last = day(placed[0]["first"]), day(placed[0]["last"])
        text.append(f" between {first} and {last}" if first != last else f" on {first}")
    text += [f" recorded {count(orders['count'], 'order')}", site.ref("orders", orders), "."]
    buyers: list[str | Piece] = []
    for row in site.rows("accounts-by-kind", "kind"):
        if row["kind"] in ("customer", "guest"):
            what = "customer account" if row["kind"] == "customer" else "guest buyer"
            joint = " and " if buyers else ""
            buyers += [joint + count(row["count"], what), site.ref("accounts-by-kind", row)]
    if buyers:
        text += [" It had ", *buyers, "."]
    text += [" Its takings that count are ", *site.sums("takings")]
    if site.rows("refunds"):
        text += [", refunds of ", *site.sums("refunds", turned=True), " taken off"]
    text.append(".")
    if site.rows("not-counted-by-reason"):
        rest = site.sums("not-counted-by-reason")
        text += [" A further ", *rest, " is recorded but does not count; section\u00a05 has the reasons."]
    return text


def section(sites: Sites) -> Section:
    """What is known of each site."""
    told = pieces(
        count(len(sites.every), "site"),
        sites.refs(figures()["sites"], sites.whole),
        " was found." if len(sites.every) == 1 else " were found.",
        " What stands here is as the site's own tables state it. First and last activity are the first and "
        "last dated record of any kind."
        if sites.every
        else "",
    )
    return Section("The sites", [Paragraph(told), *map(_facts, sites.printed), *more(sites)])


def more(sites: Sites) -> list[Block]:
    """Where the sites are that are not printed."""
    left = len(sites.every) - len(sites.printed)
    if not left:
        return []
    command = Piece("mono", "stocktake ask CASE 'SELECT * FROM sites'")
    return [Paragraph(pieces(f"{count(left, 'more site')} not printed here: ", command, " lists all."))]


def _facts(figures: SiteFigures) -> Facts:
    site = figures.site
    rows: list[tuple[str, Text]] = []
    for host, kind, evidence, more_of_it in site.hosts[:MOST_HOSTS]:
        words = {"onion": "onion service", "clearnet": "open internet"}.get(kind, shown(kind, 20))
        told = f"{words}, from {shown(evidence, 80)}" if evidence else words
        told += f" and {count(more_of_it, 'more place')}" if more_of_it else ""
        rows.append(
            ("" if rows else "Address", [Piece("mono", shown(host, 120)), Piece("soft", f" ({told})")])
        )
    if (left := len(site.hosts) - MOST_HOSTS) > 0:
        rows.append(("", [Piece("soft", f"and {count(left, 'more address', 'more addresses')}")]))
    stated = {
        "Software": " ".join(part for part in (shown(site.software, 60), shown(site.version, 40)) if part),
        "Tagline": shown(site.tagline),
        "Currency": shown(site.currency, 20),
        "Time zone": shown(site.time_zone, 60),
        "Administrator's email": shown(site.admin_email, 120),
    }
    rows += [(name, [text or Piece("soft", "not recorded")]) for name, text in stated.items()]
    activity = figures.one("activity")
    if activity["count"]:
        ref = figures.ref("activity", activity)
        rows.append(("First activity", [f"{stamp(activity['first'])} UTC", ref]))
        rows.append(("Last activity", [f"{stamp(activity['last'])} UTC", ref]))
    rows.append(("Exhibit and id", [f"{shown(site.exhibit, 40)}, ", Piece("mono", shown(site.site_id, 200))]))
    return Facts(rows, title=[figures.name])
