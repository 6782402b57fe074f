"""The table of listings, and one listing with its prices, orders and reviews."""

from starlette.requests import Request
from starlette.responses import Response

from stocktake.findings.figures import figures
from stocktake.web.data import record, records
from stocktake.web.pages import tables
from stocktake.web.pages.orders import SITES
from stocktake.web.pages.subject import LONG, MOST, REVIEWS, UnknownIdError, asked_id, rules, sources
from stocktake.web.respond import consulted, desk, page
from stocktake.web.table import Column, Filter, Table, counted

_ROWS = """listings AS l
  LEFT JOIN (SELECT listing_id, count(DISTINCT order_id) AS orders, sum(quantity) AS quantity
               FROM order_lines GROUP BY listing_id) AS n ON n.listing_id = l.listing_id"""

_DETAIL = """
SELECT l.listing_id, left(l.title, 400) AS title, l.category, l.status, l.price, l.currency, l.stock, l.basis,
       s.name AS site, coalesce(n.orders, 0) AS orders, coalesce(n.quantity, 0) AS quantity,
       (SELECT count(*) FROM price_tiers AS p WHERE p.listing_id = l.listing_id) AS tiers
  FROM listings AS l
  LEFT JOIN sites AS s ON s.site_id = l.site_id
  LEFT JOIN (SELECT listing_id, count(DISTINCT order_id) AS orders, sum(quantity) AS quantity
               FROM order_lines WHERE listing_id IN (SELECT unnest($keys)) GROUP BY listing_id) AS n
         ON n.listing_id = l.listing_id
 WHERE l.listing_id IN (SELECT unnest($keys))"""

TABLE = Table(
    path="/listings",
    title="Listings",
    one="listing",
    many="listings",
    key="l.listing_id",
    rows=_ROWS,
    detail=_DETAIL,
    export=f"SELECT l.*, coalesce(n.orders, 0) AS orders, coalesce(n.quantity, 0) AS quantity FROM {_ROWS}",
    columns=(
        Column("title", "Title", "listing", ("lower(l.title)",)),
        Column("category", "Category", "text", ("lower(l.category)",)),
        Column("site", "Site", "text", ("l.site_id",), wide=True),
        Column("status", "Status", "kind", ("l.status",)),
        Column("price", "Price", "money", ("l.price",)),
        Column("tiers", "Tiers", "number"),
        Column("stock", "Stock", "number", ("l.stock",), wide=True),
        Column("orders", "Orders", "number", ("coalesce(n.orders, 0)",)),
        Column("quantity", "Sold", "number", ("coalesce(n.quantity, 0)",)),
    ),
    filters=(
        Filter(
            "text",
            "Text",
            "contains(lower(concat_ws(chr(10), l.listing_id, l.title, l.category, l.description)), $text)",
            "text",
            hint="title, category, description",
        ),
        Filter("site", "Site", "l.site_id = $site", options=SITES),
        Filter(
            "status",
            "Status",
            "l.status = $status",
            options=counted("listings", "status"),
        ),
        Filter("from", "Listed from", "l.created_at >= $from", "from"),
        Filter("to", "Listed to", "l.created_at < $to", "to"),
    ),
    sort="-orders",
)


def table(request: Request) -> Response:
    """The table of listings."""
    return tables.show(request, TABLE, personal=False)


def download(request: Request) -> Response:
    """The filtered listings as CSV."""
    return tables.download(request, TABLE, personal=False)


def listing(request: Request) -> Response:
    """One listing: what it says, what it costs, who ordered it and what they wrote of it."""
    at = desk(request)
    identifier = asked_id(request.query_params)
    this = {"id": identifier, "most": MOST}
    with at.tables.cursor() as cursor:
        found = record(
            cursor,
            f"SELECT l.* REPLACE (left(title, {LONG}) AS title, left(description, {LONG}) AS description), "
            "s.name AS site FROM listings AS l LEFT JOIN sites AS s ON s.site_id = l.site_id "
            "WHERE listing_id = $id",
            {"id": identifier},
        )
        if found is None:
            raise UnknownIdError(f"The case has no {identifier}.")
        tiers = records(
            cursor,
            "SELECT * FROM price_tiers WHERE listing_id = $id "
            "ORDER BY customer_group NULLS FIRST, captured_at, min_quantity, valid_from LIMIT $most",
            this,
        )
        seen = records(
            cursor,
            f"SELECT * FROM ({figures()['seen-and-stored'].sql}) "
            "WHERE subject_id = $id OR stored_listing_id = $id "
            "ORDER BY captured_at, host, min_quantity, site_id LIMIT $most",
            this,
        )
        sold = records(
            cursor,
            "SELECT currency, count(DISTINCT order_id) AS orders, sum(quantity) AS quantity, "
            "sum(line_total) AS amount FROM order_lines WHERE listing_id = $id "
            "GROUP BY currency ORDER BY currency",
            {"id": identifier},
        )
        lines = records(
            cursor,
            "SELECT o.order_id, o.number, o.placed_at, o.status, o.status_recorded, n.variation, n.quantity, "
            "n.unit_price, n.line_total, n.currency, n.basis, n.line_id "
            "FROM order_lines AS n LEFT JOIN orders AS o ON o.order_id = n.order_id WHERE n.listing_id = $id "
            "ORDER BY o.placed_at DESC NULLS LAST, n.line_id LIMIT $most",
            this,
        )
        reviews = records(
            cursor,
            f"{REVIEWS} WHERE r.listing_id = $id ORDER BY r.at DESC NULLS LAST, r.review_id LIMIT $most",
            this,
        )
        groups = [[found], tiers, reviews]
        places = sources(cursor, *groups)
    consulted(request, {}, [identifier])
    return page(
        request, "listing.html", listing=found, tiers=tiers, seen=seen, sold=sold, lines=lines,
        reviews=reviews, sources=places, rules=rules(*groups), most=MOST,
    )  # fmt: skip
