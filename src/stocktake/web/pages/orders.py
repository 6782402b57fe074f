"""The table of orders, and one order with all that hangs on it."""

from starlette.requests import Request
from starlette.responses import Response

from stocktake.findings.history import history
from stocktake.web.data import record, records
from stocktake.web.pages import tables
from stocktake.web.pages.subject import (
    LONG,
    MESSAGES,
    MOST,
    REVIEWS,
    UnknownIdError,
    asked_id,
    ids,
    rules,
    sources,
)
from stocktake.web.respond import consulted, desk, page
from stocktake.web.table import Column, Filter, Table, counted

# What the text filter looks through. Postcodes are found with and without their space.
_TEXT = """o.order_id IN (
  SELECT order_id FROM orders
   WHERE contains(lower(concat_ws(chr(10), order_id, number, ip, status_recorded, customer_note)), $text)
  UNION ALL
  SELECT order_id FROM postal_addresses
   WHERE contains(lower(concat_ws(chr(10), name, line1, line2, city, region, postcode, country, phone,
                                  email)), $text)
      OR contains(replace(lower(postcode), ' ', ''), replace($text, ' ', ''))
  UNION ALL
  SELECT held.order_id FROM orders AS held JOIN accounts AS a ON a.account_id = held.account_id
   WHERE contains(lower(concat_ws(chr(10), a.account_id, a.username, a.display_name, a.email,
                                  a.phone)), $text)
  UNION ALL
  SELECT order_id FROM payments
   WHERE contains(lower(concat_ws(chr(10), address, txid, card_last4)), $text)
  UNION ALL
  SELECT order_id FROM shipments WHERE contains(lower(tracking_number), $text))"""

_DETAIL = """
SELECT o.order_id, o.number, o.placed_at, o.status, o.status_recorded, o.total, o.currency, o.basis,
       o.account_id, a.username, a.display_name, a.email, s.name AS site, p.methods,
       d.name AS delivery_name, d.postcode AS delivery_postcode, t.counted, t.reason
  FROM orders AS o
  LEFT JOIN sites AS s ON s.site_id = o.site_id
  LEFT JOIN accounts AS a ON a.account_id = o.account_id
  LEFT JOIN (SELECT order_id, string_agg(DISTINCT method, ', ' ORDER BY method) AS methods
               FROM payments WHERE order_id IN (SELECT unnest($keys)) GROUP BY order_id) AS p
         ON p.order_id = o.order_id
  LEFT JOIN (SELECT order_id, arg_min(name, (kind <> 'shipping', address_id)) AS name,
                    arg_min(postcode, (kind <> 'shipping', address_id)) AS postcode
               FROM postal_addresses WHERE order_id IN (SELECT unnest($keys)) GROUP BY order_id) AS d
         ON d.order_id = o.order_id
  LEFT JOIN (SELECT order_id, bool_or(counted) AS counted,
                    string_agg(DISTINCT reason, '; ' ORDER BY reason) AS reason
               FROM takings WHERE order_id IN (SELECT unnest($keys)) GROUP BY order_id) AS t
         ON t.order_id = o.order_id
 WHERE o.order_id IN (SELECT unnest($keys))"""

_EXPORT = """
SELECT o.*, s.name AS site_name, a.username AS account_username, a.email AS account_email,
       p.methods AS payment_methods
  FROM orders AS o
  LEFT JOIN sites AS s ON s.site_id = o.site_id
  LEFT JOIN accounts AS a ON a.account_id = o.account_id
  LEFT JOIN (SELECT order_id, string_agg(DISTINCT method, ', ' ORDER BY method) AS methods
               FROM payments GROUP BY order_id) AS p ON p.order_id = o.order_id"""

SITES = "SELECT site_id AS value, coalesce(name, site_id) AS label FROM sites ORDER BY 2, 1"

TABLE = Table(
    path="/orders",
    title="Orders",
    one="order",
    many="orders",
    key="o.order_id",
    rows="orders AS o",
    detail=_DETAIL,
    export=_EXPORT,
    columns=(
        Column("placed_at", "Placed", "moment", ("o.placed_at",)),
        Column("number", "Order", "order", ("try_cast(o.number AS BIGINT)", "o.number")),
        Column("site", "Site", "text", ("o.site_id",), wide=True),
        Column("account", "Account", "account"),
        Column("delivery", "Delivered to", "delivery", wide=True),
        Column("status", "Status", "status", ("o.status",)),
        Column("methods", "Paid by", "text"),
        Column("total", "Total", "money", ("o.total",)),
        Column("counted", "Takings", "counted"),
    ),
    filters=(
        Filter("text", "Text", _TEXT, "text", hint="number, name, e-mail, postcode, parcel, wallet"),
        Filter("site", "Site", "o.site_id = $site", options=SITES),
        Filter(
            "status",
            "Status",
            "o.status = $status",
            options=counted("orders", "status"),
        ),
        Filter(
            "method",
            "Paid by",
            "o.order_id IN (SELECT order_id FROM payments WHERE method = $method)",
            options="SELECT DISTINCT method AS value, method AS label FROM payments "
            "WHERE method IS NOT NULL ORDER BY 1",
        ),
        Filter("account", "Account", "o.account_id = $account", "id"),
        Filter(
            "listing",
            "Listing",
            "o.order_id IN (SELECT order_id FROM order_lines WHERE listing_id = $listing)",
            "id",
        ),
        Filter("from", "Placed from", "o.placed_at >= $from", "from"),
        Filter("to", "Placed to", "o.placed_at < $to", "to"),
    ),
    sort="-placed_at",
)


def table(request: Request) -> Response:
    """The table of orders."""
    return tables.show(request, TABLE)


def download(request: Request) -> Response:
    """The filtered orders as CSV."""
    return tables.download(request, TABLE)


def order(request: Request) -> Response:
    """One order and all that hangs on it, each row with its source."""
    at = desk(request)
    identifier = asked_id(request.query_params)
    this = {"id": identifier, "most": MOST}
    with at.tables.cursor() as cursor:
        found = record(
            cursor,
            f"SELECT o.* REPLACE (left(customer_note, {LONG}) AS customer_note), s.name AS site "
            "FROM orders AS o LEFT JOIN sites AS s ON s.site_id = o.site_id WHERE order_id = $id",
            {"id": identifier},
        )
        if found is None:
            raise UnknownIdError(f"The case has no {identifier}.")
        account = records(
            cursor, "SELECT * FROM accounts WHERE account_id = $id", {"id": found["account_id"]}
        )
        lines = records(
            cursor,
            f"SELECT l.* REPLACE (left(l.title, {LONG}) AS title), p.sentence FROM order_lines AS l "
            "LEFT JOIN price_explanations AS p ON p.line_id = l.line_id WHERE l.order_id = $id "
            "ORDER BY l.line_id LIMIT $most",
            this,
        )
        payments = records(
            cursor,
            'SELECT * FROM payments WHERE order_id = $id ORDER BY "at" NULLS LAST, payment_id LIMIT $most',
            this,
        )
        takings = records(
            cursor,
            'SELECT * FROM takings WHERE order_id = $id ORDER BY "at" NULLS LAST, payment_id LIMIT $most',
            this,
        )
        addresses = records(
            cursor,
            "SELECT * FROM postal_addresses WHERE order_id = $id ORDER BY kind DESC, address_id LIMIT $most",
            this,
        )
        shipments = records(
            cursor,
            "SELECT * FROM shipments WHERE order_id = $id "
            "ORDER BY shipped_at NULLS LAST, shipment_id LIMIT $most",
            this,
        )
        messages = records(
            cursor,
            f"{MESSAGES} WHERE m.order_id = $id ORDER BY m.at NULLS LAST, m.message_id LIMIT $most",
            this,
        )
        reviews = records(
            cursor,
            f"{REVIEWS} WHERE r.order_id = $id ORDER BY r.at NULLS LAST, r.review_id LIMIT $most",
            this,
        )
        told = history(cursor, [identifier, *ids(lines, "line_id"), *ids(addresses, "address_id")])
        groups = [[found], lines, payments, takings, addresses, shipments, messages, reviews, account]
        places = sources(cursor, *groups)
    consulted(request, {}, [identifier])
    return page(
        request, "order.html", order=found, account=account[0] if account else None, lines=lines,
        payments=payments, takings=takings, addresses=addresses, shipments=shipments, messages=messages,
        reviews=reviews, told=told, sources=places, rules=rules(*groups), most=MOST,
    )  # fmt: skip
