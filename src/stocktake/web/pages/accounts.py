"""The table of accounts, and one account with what it ordered, where it had it sent and what it wrote."""

from starlette.requests import Request
from starlette.responses import Response

from stocktake.web.data import record, records
from stocktake.web.pages import tables
from stocktake.web.pages.orders import SITES
from stocktake.web.pages.subject import (
    MESSAGES,
    MOST,
    REVIEWS,
    UnknownIdError,
    asked_id,
    rules,
    sources,
)
from stocktake.web.respond import consulted, desk, page
from stocktake.web.table import Column, Filter, Table, counted

_TEXT = """contains(lower(concat_ws(chr(10), a.account_id, a.username, a.display_name, a.email, a.phone,
                                    a.last_login_ip, a.pgp_fingerprint)), $text)
  OR a.account_id IN (
  SELECT account_id FROM postal_addresses
   WHERE contains(lower(concat_ws(chr(10), name, line1, line2, city, region, postcode, country, phone,
                                  email)), $text)
      OR contains(replace(lower(postcode), ' ', ''), replace($text, ' ', '')))"""

_ROWS = """accounts AS a
  LEFT JOIN (SELECT account_id, count(*) AS orders FROM orders GROUP BY account_id) AS n
         ON n.account_id = a.account_id"""

_DETAIL = """
SELECT a.account_id, a.kind, a.username, a.display_name, a.email, a.created_at, a.last_login_at, a.basis,
       s.name AS site, coalesce(n.orders, 0) AS orders
  FROM accounts AS a
  LEFT JOIN sites AS s ON s.site_id = a.site_id
  LEFT JOIN (SELECT account_id, count(*) AS orders FROM orders
              WHERE account_id IN (SELECT unnest($keys)) GROUP BY account_id) AS n
         ON n.account_id = a.account_id
 WHERE a.account_id IN (SELECT unnest($keys))"""

TABLE = Table(
    path="/accounts",
    title="Accounts",
    one="account",
    many="accounts",
    key="a.account_id",
    rows=_ROWS,
    detail=_DETAIL,
    # Password hashes stay out of the download: they are no use in a spreadsheet and easy to lose there.
    export=f"SELECT a.* EXCLUDE (password_hash), coalesce(n.orders, 0) AS orders FROM {_ROWS}",
    columns=(
        Column("username", "User name", "account", ("lower(a.username)",)),
        Column("display_name", "Name", "text", ("lower(a.display_name)",)),
        Column("email", "E-mail", "text", ("lower(a.email)",)),
        Column("kind", "Kind", "kind", ("a.kind",)),
        Column("site", "Site", "text", ("a.site_id",), wide=True),
        Column("created_at", "Opened", "moment", ("a.created_at",), wide=True),
        Column("last_login_at", "Last log-in", "moment", ("a.last_login_at",), wide=True),
        Column("orders", "Orders", "number", ("coalesce(n.orders, 0)",)),
    ),
    filters=(
        Filter("text", "Text", _TEXT, "text", hint="name, e-mail, phone, address, postcode"),
        Filter("site", "Site", "a.site_id = $site", options=SITES),
        Filter(
            "kind",
            "Kind",
            "a.kind = $kind",
            options=counted("accounts", "kind"),
        ),
        Filter("from", "Opened from", "a.created_at >= $from", "from"),
        Filter("to", "Opened to", "a.created_at < $to", "to"),
    ),
    sort="-orders",
)


def table(request: Request) -> Response:
    """The table of accounts."""
    return tables.show(request, TABLE)


def download(request: Request) -> Response:
    """The filtered accounts as CSV."""
    return tables.download(request, TABLE)


def account(request: Request) -> Response:
    """One account: who, its orders, addresses and messages, each row with its source."""
    at = desk(request)
    identifier = asked_id(request.query_params)
    this = {"id": identifier, "most": MOST}
    with at.tables.cursor() as cursor:
        found = record(
            cursor,
            "SELECT a.*, s.name AS site FROM accounts AS a LEFT JOIN sites AS s ON s.site_id = a.site_id "
            "WHERE account_id = $id",
            {"id": identifier},
        )
        if found is None:
            raise UnknownIdError(f"The case has no {identifier}.")
        orders = records(
            cursor,
            "SELECT * FROM orders WHERE account_id = $id "
            "ORDER BY placed_at DESC NULLS LAST, order_id LIMIT $most",
            this,
        )
        ordered = record(
            cursor, "SELECT count(*) AS orders FROM orders WHERE account_id = $id", {"id": identifier}
        )
        takings = records(
            cursor,
            "SELECT t.currency, t.counted, count(*) AS n, sum(t.amount) AS amount "
            "FROM takings AS t JOIN orders AS o ON o.order_id = t.order_id WHERE o.account_id = $id "
            "GROUP BY ALL ORDER BY t.counted DESC, t.currency",
            {"id": identifier},
        )
        # One row for each different address, with the rows that hold it counted.
        addresses = records(
            cursor,
            """
            WITH used AS (
              SELECT min(address_id) AS address_id, count(*) AS times,
                     string_agg(DISTINCT kind, ', ' ORDER BY kind DESC) AS kinds
                FROM postal_addresses
               WHERE account_id = $id OR order_id IN (SELECT order_id FROM orders WHERE account_id = $id)
               GROUP BY name, line1, line2, city, region, postcode, country, phone, email)
            SELECT p.* REPLACE (used.kinds AS kind), used.times
              FROM used JOIN postal_addresses AS p ON p.address_id = used.address_id
             ORDER BY used.times DESC, p.address_id LIMIT $most
            """,
            this,
        )
        messages = records(
            cursor,
            f"{MESSAGES} WHERE m.from_account_id = $id OR m.to_account_id = $id "
            "ORDER BY m.at DESC NULLS LAST, m.message_id LIMIT $most",
            this,
        )
        reviews = records(
            cursor,
            f"{REVIEWS} WHERE r.account_id = $id ORDER BY r.at DESC NULLS LAST, r.review_id LIMIT $most",
            this,
        )
        listings = records(
            cursor,
            "SELECT listing_id, title, status, price, currency, basis, source_id, rule FROM listings "
            "WHERE vendor_account_id = $id ORDER BY listing_id LIMIT $most",
            this,
        )
        groups = [[found], addresses, messages, reviews]
        places = sources(cursor, *groups)
    consulted(request, {}, [identifier])
    return page(
        request, "account.html", account=found, orders=orders, ordered=ordered["orders"] if ordered else 0,
        takings=takings, addresses=addresses, messages=messages, reviews=reviews, listings=listings,
        sources=places, rules=rules(*groups), most=MOST,
    )  # fmt: skip
