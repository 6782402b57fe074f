"""The trade of each site in figures: orders, takings, buyers, listings, prices."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal

from stocktake.findings.figures import FigureRow, figures
from stocktake.reports.charts import STATUS_CLASSES, month_labels, months_between, scale
from stocktake.reports.document import (
    Beside,
    Block,
    Chart,
    Column,
    Heading,
    Paragraph,
    Piece,
    Row,
    Section,
    Series,
    Table,
    Text,
    pieces,
)
from stocktake.reports.sites import SiteFigures, Sites, more
from stocktake.reports.wording import count, listed, money, number, shown

MOST_LISTINGS = 20
MOST_TIERS = 60
MOST_PLACES = 10
MOST_MONTHS = 180  # in a row; where there would be more, only months that have something are printed
MOST_CURRENCIES = 4  # columns of a table of sums
MOST_STATUSES = 6  # columns of the table by month
MANY_ROWS = 30  # a table that is longer is set closer

_REF = Column("Ref.")
_EXPLAINED_BY = {
    "listing price": "The listing's price",
    "earlier price": "An earlier price of the listing, in an earlier source",
    "tier": "A tier by quantity",
    "earlier tier": "An earlier tier, in an earlier source",
    "price for a time": "A price for a time",
    "price of a group": "A price of its own, such as of a customer group",
    "variation": "The price of the variation",
    "as others paid": "None held any more, but what others paid then",
    "not explained": "None",
    "listing not there": "None: the listing is no longer there",
    "no price there": "None: no price in that quantity and currency",
}


def section(sites: Sites) -> Section:
    """All figures, site by site."""
    blocks = [block for site in sites.printed for block in _trade(site)]
    if not sites.every:
        blocks = [Paragraph(pieces("There are no figures: no shop was recognised in what was read."))]
    return Section("The shops in figures", [*blocks, *more(sites)])


def _trade(site: SiteFigures) -> list[Block]:
    return [
        Heading(site.name),
        *_orders(site),
        *_orders_by_month(site),
        *_takings(site),
        *_not_counted(site),
        *_takings_by_month(site),
        *_buyers(site),
        *_places(site),
        *_best_selling(site),
        *_tiers(site),
        *_explained(site),
        _also(site),
    ]


def _explained(site: SiteFigures) -> list[Block]:
    """How many lines have a price that the tables explain."""
    rows = site.rows("prices-explained", "explained", "explanation")
    if not rows:
        return []
    lines = [
        site.line(
            "prices-explained",
            row,
            _EXPLAINED_BY.get(row["explanation"], shown(row["explanation"], 60).capitalize()),
            "yes" if row["explained"] else "no",
            number(row["count"]),
        )
        for row in rows
    ]
    lines.append(
        site.line("prices-explained", site.one("prices-explained"), "All lines", "",
                  number(site.one("prices-explained")["count"]), total=True)
    )  # fmt: skip
    columns = [Column("By", width=1.0), Column("Explained"), Column("Lines", "right"), _REF]
    note = pieces(
        "The sentence for each line: ",
        Piece("mono", "stocktake ask CASE 'SELECT * FROM price_explanations'"),
        ".",
    )
    return [Table("What explains the prices of lines", columns, lines, note=note)]


# ---- orders


def _orders(site: SiteFigures) -> list[Block]:
    whole = site.one("orders")
    text: list[str | Piece] = [count(whole["count"], "order"), site.ref("orders", whole)]
    text.append(f" {'stands' if whole['count'] == 1 else 'stand'} in the tables of this site.")
    if not whole["count"]:
        return [Paragraph(text)]
    text += [" What buyers were to pay adds up to ", *site.sums("orders"), ", whether it was paid or not."]
    table = _money_table(
        site, "orders-by-status", "status", _status, ("Status", "Orders", "To pay"), "Orders by status",
        total=("orders", "All orders"),
    )  # fmt: skip
    return [Paragraph(text), table]


def _money_table(
    site: SiteFigures,
    name: str,
    key: str,
    worded: Callable[[str | None], str],
    heads: tuple[str, str, str],
    caption: str,
    total: tuple[str, str] | None = None,
    groups: Sequence[FigureRow] | None = None,
    note: Text = (),
) -> Table:
    """A line a group of a figure, with its count and its sums, a column a currency.

    ``heads`` are over key, count and sums. ``total`` is the figure and the words of the last line. ``groups``
    are the lines where they are not all of the figure's.
    """
    currencies = site.currencies(name)
    shown_currencies = currencies[:MOST_CURRENCIES]
    sums: dict[object, dict[str | None, FigureRow]] = {}
    for row in site.rows(name, key, "currency"):
        sums.setdefault(row[key], {})[row["currency"]] = row

    def line(figure: str, row: FigureRow, words: str, own: Mapping[str | None, FigureRow], last: bool) -> Row:
        cells = [words, number(row["count"])]
        cells += [
            money(own[currency]["amount"], currency) if currency in own else "\u2013"
            for currency in shown_currencies
        ]
        if len(currencies) > MOST_CURRENCIES:
            rest = [own[currency] for currency in currencies[MOST_CURRENCIES:] if currency in own]
            told = [money(each["amount"], each["currency"]) for each in rest[:3]]
            cells.append("; ".join(told) + (f"; {number(len(rest) - 3)} more" if len(rest) > 3 else ""))
        return site.line(figure, row, *cells, total=last)

    rows = [
        line(name, row, worded(row[key]), sums.get(row[key], {}), last=False)
        for row in (site.rows(name, key) if groups is None else groups)
    ]
    if total:
        figure, words = total
        own = {row["currency"]: row for row in site.rows(figure, "currency")}
        rows.append(line(figure, site.one(figure), words, own, last=True))
    titles = [heads[2]]
    if len(currencies) > 1:
        titles = [f"{heads[2]}, {shown(currency, 12) or 'none'}" for currency in shown_currencies]
        note = [
            *note,
            " " if note else "",
            "The reference is of all currencies; one alone has its code at the end.",
        ]
    if len(currencies) > MOST_CURRENCIES:
        titles.append("Others")
    columns = [Column(heads[0], width=1.0), *(Column(title, "right") for title in [heads[1], *titles]), _REF]
    return Table(caption, columns, rows, small=len(rows) > MANY_ROWS, note=note)


def _status(status: str | None) -> str:
    return shown(status, 30).replace("_", " ").capitalize() or "Not stated"


def _orders_by_month(site: SiteFigures) -> list[Block]:
    totals = {row["month"]: row for row in site.rows("orders-by-month", "month")}
    cells = {(row["month"], row["status"]): row for row in site.rows("orders-by-month", "month", "status")}
    if not totals:
        return []
    months, unbroken = _months(totals)
    statuses = [row["status"] for row in site.rows("orders-by-status", "status")]
    kept = len(statuses) if len(statuses) <= MOST_STATUSES + 1 else MOST_STATUSES
    rows = []
    for month in months:
        total = totals.get(month) or site.nothing("orders-by-month", month=month)
        counts = [cells[month, status]["count"] if (month, status) in cells else 0 for status in statuses]
        if kept < len(statuses):
            counts = [*counts[:kept], sum(counts[kept:])]
        line: list[Text] = [[month or "no date"]]
        line += [[number(amount) if amount else Piece("soft", "0")] for amount in [*counts, total["count"]]]
        rows.append(Row([*line, [site.ref("orders-by-month", total)]]))
    names = [_status(status) for status in statuses[:kept]]
    note: list[str | Piece] = []
    if kept < len(statuses):
        names.append("Other")
        note.append(f"Other: {listed([_status(status).lower() for status in statuses[kept:]])}. ")
    if not unbroken:
        note.append("Months in which no order was placed are left out. ")
    note += ["One status in one month: ", Piece("mono", "figure:orders-by-month/MONTH/STATUS/SITE"), "."]
    columns = [Column("Month", width=1.0), *(Column(name, "right") for name in [*names, "All"]), _REF]
    table = Table("Orders by month and status", columns, rows, small=len(rows) > MANY_ROWS, note=note)
    return [_status_chart(months, cells), table] if unbroken else [table]


def _months(found: Iterable[str | None]) -> tuple[list[str | None], bool]:
    """All months to print, in order, and whether they follow on each other without a gap.

    A month that has nothing stands between those that have, unless a wild date makes the row too long.
    """
    dated = sorted(month for month in found if month is not None)
    undated: list[str | None] = [None] if None in set(found) else []
    regular = bool(dated) and all(re.fullmatch(r"\d{4}-\d{2}", month) for month in dated)
    if regular and (int(dated[-1][:4]) - int(dated[0][:4])) * 12 <= MOST_MONTHS:
        return [*months_between(dated[0], dated[-1]), *undated], True
    return [*dated, *undated], False


def _status_chart(
    months: Sequence[str | None], cells: Mapping[tuple[str | None, str | None], FigureRow]
) -> Chart:
    dated = [month for month in months if month is not None]
    class_of = {status: name for name, statuses in STATUS_CLASSES.items() for status in statuses}
    last = list(STATUS_CLASSES)[-1]
    counts = {name: dict.fromkeys(dated, 0) for name in STATUS_CLASSES}
    for (month, status), row in cells.items():
        if month is not None:
            counts[class_of.get(status, last)][month] += row["count"]
    totals = {month: sum(by_month[month] for by_month in counts.values()) for month in dated}
    busiest = max(dated, key=lambda month: totals[month])
    return Chart(
        caption="Orders by month, as they ended",
        labels=month_labels(dated),
        series=[
            Series(name, shade, [float(by_month[month]) for month in dated])
            for shade, (name, by_month) in enumerate(counts.items())
            if any(by_month.values())
        ],
        ticks=[
            (value, number(Decimal(repr(value))))
            for value in scale(0, float(totals[busiest]), smallest=Decimal(1))
        ],
        alternative=f"Bars of orders by month from {dated[0]} to {dated[-1]}. The most, "
        f"{number(totals[busiest])}, were placed in {busiest}. The table that follows has the numbers.",
    )


# ---- money


def _takings(site: SiteFigures) -> list[Block]:
    if not site.one("money-recorded")["count"]:
        return []
    text: list[str | Piece] = ["Money received adds up to ", *site.sums("receipts")]
    if site.rows("refunds"):
        text += ["; refunds of ", *site.sums("refunds", turned=True), " are taken off"]
    text += [", so that the takings are ", *site.sums("takings"), ". Section\u00a06 gives the rule."]
    if not site.rows("takings"):
        return [Paragraph(text)]
    table = _money_table(
        site, "takings-by-method", "method", _method, ("Paid by", "Orders and refunds", "Takings"),
        "Takings by currency and method of payment", total=("takings", "All takings"),
    )  # fmt: skip
    return [Paragraph(text), table]


def _not_counted(site: SiteFigures) -> list[Block]:
    name = "not-counted-by-reason"
    if not site.rows(name):
        return []
    text = [*site.sums("money-recorded"), " is recorded in all, counted or not. Of this, "]
    text += [*site.sums(name), " does not count."]
    table = _money_table(
        site, name, "reason", lambda reason: shown(reason) or "no reason stated",
        ("Reason", "Orders and refunds", "Not counted"), "Money recorded but not counted, by reason",
        total=(name, "All that does not count"),
    )  # fmt: skip
    return [Paragraph(text), table]


def _method(method: str | None) -> str:
    words = {"crypto": "cryptocurrency", "bank": "bank transfer", "balance": "balance held with the shop"}
    return words.get(method or "", shown(method, 40)).capitalize() or "Not stated"


def _takings_by_month(site: SiteFigures) -> list[Block]:
    name = "takings-by-month"
    totals = {row["month"]: row for row in site.rows(name, "month")}
    if not totals:
        return []
    months, unbroken = _months(totals)
    table = _money_table(
        site, name, "month", lambda month: shown(month) or "no date",
        ("Month", "Orders and refunds", "Takings"), "Takings by month",
        groups=[totals.get(month) or site.nothing(name, month=month) for month in months],
        note=() if unbroken else pieces("Months without takings or refunds are left out."),
    )  # fmt: skip
    if not unbroken:
        return [table]
    # Sums in different currencies can't stand in one chart: that of the site's own, or of the most rows.
    currency = site.currencies(name)[0]
    own = {row["month"]: row for row in site.rows(name, "month", "currency") if row["currency"] == currency}
    return [_takings_chart(months, own, currency, shown(currency, 12) or "no currency stated"), table]


def _takings_chart(
    months: Sequence[str | None], own: Mapping[str | None, FigureRow], currency: str | None, code: str
) -> Chart:
    dated = [month for month in months if month is not None]
    amounts = {month: Decimal(own[month]["amount"]) if month in own else Decimal(0) for month in dated}
    best = max(dated, key=lambda month: amounts[month])
    ticks = scale(float(min(amounts.values())), float(amounts[best]))
    whole = all(value.is_integer() for value in ticks)
    return Chart(
        caption=f"Takings by month, {code}",
        labels=month_labels(dated),
        series=[Series("Takings", 0, [float(amounts[month]) for month in dated])],
        ticks=[(value, money(Decimal(repr(value)), currency, whole=whole)) for value in ticks],
        alternative=f"Bars of takings by month from {dated[0]} to {dated[-1]}. The most, "
        f"{money(amounts[best], currency)}, were in {best}. The table that follows has the sums.",
    )


# ---- buyers


def _buyers(site: SiteFigures) -> list[Block]:
    kinds = [
        site.line("accounts-by-kind", row, _status(row["kind"]), number(row["count"]))
        for row in site.rows("accounts-by-kind", "kind")
    ]
    paid = [
        site.line("customers-by-orders", row, str(row["bracket"]), number(row["count"]))
        for row in site.rows("customers-by-orders", "at_least")
    ]
    tables = []
    if kinds:
        columns = [Column("Kind", width=1.0), Column("Accounts", "right"), _REF]
        tables.append(Table("Accounts by kind", columns, kinds))
    if paid:
        columns = [Column("Paid orders", width=1.0), Column("Customers", "right"), _REF]
        tables.append(Table("Customers by number of paid orders", columns, paid))
    return [Beside(tables)] if tables else []


def _places(site: SiteFigures) -> list[Block]:
    tables = []
    for name, key, head, caption in (
        ("addresses-by-country", "country", "Country", "Delivery addresses by country"),
        ("addresses-by-postcode-area", "area", "Postcode area", "Delivery addresses in the UK"),
    ):
        found = site.rows(name, key)
        if not found:
            continue
        rows = [
            site.line(name, row, shown(row[key], 40) or "not stated", number(row["count"]))
            for row in found[:MOST_PLACES]
        ]
        if left := found[MOST_PLACES:]:
            rows.append(Row([[f"{number(len(left))} more"], [number(sum(r["count"] for r in left))], []]))
        whole = site.one(name)
        rows.append(site.line(name, whole, "All", number(whole["count"]), total=True))
        columns = [Column(head, width=1.0), Column("Addresses", "right"), _REF]
        tables.append(Table(caption, columns, rows))
    return [Beside(tables)] if tables else []


# ---- what was for sale


def _best_selling(site: SiteFigures) -> list[Block]:
    name = "best-selling-listings"
    found = site.rows(name, "listing", "currency")
    if not found:
        return []
    rows = []
    for n, row in enumerate(found[:MOST_LISTINGS], start=1):
        title: list[str | Piece] = [shown(row["title"], 120) or "(no title)"]
        if not str(row["listing"]).startswith("listing:"):
            title.append(Piece("soft", " (its listing is not in the tables)"))
        numbers = [[number(row["quantity"])], [money(row["amount"], row["currency"])]]
        rows.append(Row([[number(n)], title, *numbers, [site.ref(name, row)]]))
    columns = [
        Column("", "right"), Column("Listing", width=1.0), Column("Quantity", "right"),
        Column("Sold for", "right"), _REF,
    ]  # fmt: skip
    note = figures()[name].note
    if len(found) > MOST_LISTINGS:
        note += f" The first {number(MOST_LISTINGS)} of {number(len(found))} are printed."
    return [Table("Best-selling listings", columns, rows, note=[note])]


def _tiers(site: SiteFigures) -> list[Block]:
    name = "price-tiers"
    found = site.rows(name, *(key for key in figures()[name].keys if key != "site_id"))
    if not found:
        return []
    found = sorted(
        found, key=lambda row: (row["title"] or "", row["listing_id"] or "", row["min_quantity"] or 0)
    )
    rows = []
    listing: object = found
    for row in found[:MOST_TIERS]:
        title = shown(row["title"], 80) or shown(row["listing_id"], 80)
        cells = ["" if row["listing_id"] == listing else title, _quantity(row), _price(row), _only(row)]
        listing = row["listing_id"]
        rows.append(site.line(name, row, *cells))
    columns = [
        Column("Listing", width=1.0), Column("Quantity", "right"), Column("Price", "right"),
        Column("Only", width=0.5), _REF,
    ]  # fmt: skip
    note: Text = ()
    if len(found) > MOST_TIERS:
        command = Piece("mono", "stocktake ask CASE 'SELECT * FROM price_tiers'")
        note = pieces(f"The first {number(MOST_TIERS)} of {number(len(found))}; ", command, " lists all.")
    return [Table("Prices by quantity", columns, rows, small=len(rows) > MANY_ROWS, note=note)]


def _quantity(row: FigureRow) -> str:
    least, most = row["min_quantity"], row["max_quantity"]
    if least is None:
        return "any" if most is None else f"up to {number(most)}"
    return f"from {number(least)}" if most is None else f"{number(least)} to {number(most)}"


def _price(row: FigureRow) -> str:
    if row["price"] is None:
        return "not stated"
    if row["price_kind"] == "percent_off":
        return f"{number(row['price'])}% off"
    price = money(row["price"], row["currency"])
    return f"{price} for all" if row["price_kind"] == "total" else f"{price} each"


def _only(row: FigureRow) -> str:
    parts = []
    if row["customer_group"]:
        parts.append(f"group {shown(row['customer_group'], 40)}")
    if row["valid_from"]:
        parts.append(f"from {row['valid_from']:%Y-%m-%d}")
    if row["valid_to"]:
        parts.append(f"until {row['valid_to']:%Y-%m-%d}")
    return ", ".join(parts)


# ---- what else there is


def _also(site: SiteFigures) -> Paragraph:
    """Listings, parcels, messages and reviews, in a sentence."""
    listings, parcels = site.one("listings-by-status"), site.one("shipments-by-carrier")
    messages, reviews = site.one("messages"), site.one("reviews-by-rating")
    text: list[str | Piece] = ["The tables of this site also hold "]
    text += [count(listings["count"], "listing"), site.ref("listings-by-status", listings), ", "]
    text.append(count(parcels["count"], "record of a parcel sent", "records of parcels sent"))
    text.append(site.ref("shipments-by-carrier", parcels))
    carriers = [
        f"{shown(row['carrier'], 30) or 'no carrier named'} {number(row['count'])}"
        for row in site.rows("shipments-by-carrier", "carrier")[:4]
    ]
    text.append(f" ({', '.join(carriers)}), " if carriers else ", ")
    text.append(count(messages["count"], "message or note", "messages and notes"))
    text.append(site.ref("messages", messages))
    for row in site.rows("messages", "form"):
        if row["form"] == "encrypted":
            text += [f" ({number(row['count'])} encrypted", site.ref("messages", row), ")"]
    text += [" and ", count(reviews["count"], "review"), site.ref("reviews-by-rating", reviews), "."]
    return Paragraph(text)
