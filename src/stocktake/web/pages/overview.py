"""The case at a glance: the figures of the summary report, each leading to what it counts."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb
from starlette.requests import Request
from starlette.responses import Response

from stocktake.findings.figures import Figure, FigureResult, FigureRow, evaluate, figures
from stocktake.findings.holding import held
from stocktake.web.chart import Chart, Value, columns
from stocktake.web.data import records
from stocktake.web.respond import desk, page

MOST_CURRENCIES = 4  # with a chart of their own


@dataclass(frozen=True)
class MonthChart:
    """A chart, what it shows, and its values as rows of a table (month, a FigureRow a series, sum)."""

    title: str
    note: str
    currency: str | None
    chart: Chart
    rows: list[tuple[str, list[FigureRow | None], Decimal]]


@dataclass(frozen=True)
class Grouped:
    """A figure's rows as (key, row, the same in each currency)."""

    figure: Figure
    rows: list[tuple[Any, FigureRow, list[FigureRow]]]


def overview(request: Request) -> Response:
    """Figures, charts and sites. No one's data is on it, so no look is recorded."""
    found = desk(request).tables.once("overview", _look)
    return page(request, "overview.html", **found)


def _look(cursor: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    sites = records(cursor, "SELECT * FROM sites WHERE captured IS NOT TRUE ORDER BY name, site_id")
    shared = Counter(site["name"] for site in sites)
    names = {
        site["site_id"]: site["name"]
        if shared[site["name"]] == 1 and site["name"]
        else f"{site['name'] or 'Site'} ({site['site_id']})"
        for site in sites
    }
    parts = {
        "orders": evaluate(cursor, "orders", ["site_id"]),
        "accounts": evaluate(cursor, "accounts-by-kind", ["site_id"]),
        "listings": evaluate(cursor, "listings-by-status", ["site_id"]),
        "messages": evaluate(cursor, "messages", ["site_id"]),
        "activity": evaluate(cursor, "activity", ["site_id"]),
        "vanished": evaluate(cursor, "vanished-orders", ["site_id"]),
    }
    takings = evaluate(cursor, "takings")
    for site in sites:
        site["hosts"] = records(
            cursor,
            "SELECT DISTINCT host, kind FROM site_names WHERE site_id = $site "
            "ORDER BY kind DESC, host LIMIT 20",
            {"site": site["site_id"]},
        )
        site["sources"] = records(
            cursor,
            "SELECT other_site_id, united, reasons FROM same_site WHERE site_id = $site "
            "ORDER BY other_moment",
            {"site": site["site_id"]},
        )
        for part, result in parts.items():
            site[part] = next((row for row in result if row["site_id"] == site["site_id"]), None)
        site["takings"] = [row for row in takings if row["site_id"] == site["site_id"]]
    return {
        "held_back": held(cursor).sentences,
        "figures": figures(),
        "sites": sites,
        "site_names": names,
        "orders": _only(evaluate(cursor, "orders", [])),
        "accounts": _only(evaluate(cursor, "accounts-by-kind", [])),
        "listings": _only(evaluate(cursor, "listings-by-status", [])),
        "messages": _only(evaluate(cursor, "messages", [])),
        "problems": {row["severity"]: row for row in evaluate(cursor, "problems", ["severity"])},
        "takings": evaluate(cursor, "takings", ["currency"]),
        "refunds": evaluate(cursor, "refunds", ["currency"]),
        "receipts": evaluate(cursor, "receipts", ["currency"]),
        "account_kinds": evaluate(cursor, "accounts-by-kind", ["kind"]),
        "statuses": _grouped(cursor, "orders-by-status", "status"),
        "methods": _grouped(cursor, "takings-by-method", "method"),
        "not_counted": _grouped(cursor, "not-counted-by-reason", "reason"),
        "best": evaluate(cursor, "best-selling-listings").rows[:10],
        "charts": _charts(cursor, names),
    }


def _grouped(cursor: duckdb.DuckDBPyConnection, name: str, key: str) -> Grouped:
    """A figure by one of its keys: its rows, most first, each with its money in each currency."""
    money: dict[Any, list[FigureRow]] = {}
    split = evaluate(cursor, name, [key, "currency"])
    for row in sorted(split, key=lambda row: str(row["currency"])):
        money.setdefault(row[key], []).append(row)
    rows = sorted(evaluate(cursor, name, [key]), key=lambda row: (-row["count"], str(row[key])))
    return Grouped(split.figure, [(row[key], row, money.get(row[key], [])) for row in rows])


def _only(result: FigureResult) -> FigureRow | None:
    return result.rows[0] if result.rows else None


def _charts(cursor: duckdb.DuckDBPyConnection, names: dict[str, str]) -> list[MonthChart]:
    found = [_chart(evaluate(cursor, "orders-by-month", ["month", "site_id"]), "count", names, None)]
    takings = evaluate(cursor, "takings-by-month")
    rows: dict[str | None, int] = {}
    for row in takings:
        rows[row["currency"]] = rows.get(row["currency"], 0) + row["count"]
    most = sorted(rows, key=lambda code: (-rows[code], code or ""))[:MOST_CURRENCIES]
    found += [_chart(takings, "amount", names, currency) for currency in most]
    return [chart for chart in found if chart]


def _chart(
    result: FigureResult, measure: str, names: dict[str, str], currency: str | None
) -> MonthChart | None:
    rows = [row for row in result if measure == "count" or row["currency"] == currency]
    values = [
        Value(
            month=row["month"],
            series=names.get(row["site_id"], row["site_id"] or "no site"),
            value=Decimal(row[measure]),
            reference=row.reference,
        )
        for row in rows
        if row["month"] is not None and row[measure] is not None
    ]
    drawn = columns(values, [*names.values(), *sorted({v.series for v in values} - set(names.values()))])
    if drawn is None:
        return None
    months = sorted({row["month"] for row in rows}, key=lambda month: (month is None, month))
    table = []
    for month in months:
        of_month = {
            names.get(row["site_id"], row["site_id"] or "no site"): row
            for row in rows
            if row["month"] == month
        }
        total = sum((Decimal(row[measure] or 0) for row in of_month.values()), Decimal(0))
        table.append((month, [of_month.get(series) for series, _ in drawn.series], total))
    title = "Orders by month" if measure == "count" else f"Takings by month, {currency or 'no currency'}"
    return MonthChart(title, result.figure.note, currency if measure != "count" else None, drawn, table)
