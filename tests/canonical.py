"""Canonical tables for tests of what reads them: rows as dicts, and a connection that has them as tables."""

import random
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa

from stocktake.commerce.model import TABLES
from stocktake.engine import duck

Rows = dict[str, list[dict[str, Any]]]

START = datetime(2025, 11, 3, 9, 30)
POSTAGE = Decimal("3.95")
FOUND = [("Assam, loose", "4.50"), ("Jasmine pearls", "12.00"), ("Mint", "3.20")]
STATUSES = ["completed"] * 3 + ["processing", "pending", "cancelled", "refunded", "abandoned"]


ARROW = {
    "VARCHAR": pa.string(), "TIMESTAMP": pa.timestamp("us"), "DECIMAL(38,18)": pa.decimal128(38, 18),
    "BOOLEAN": pa.bool_(), "INTEGER": pa.int32(), "BIGINT": pa.int64(), "DOUBLE": pa.float64(),
    "DATE": pa.date32(), "VARCHAR[]": pa.list_(pa.string()),
}  # fmt: skip


def canonical_tables(rows: Rows) -> duckdb.DuckDBPyConnection:
    """A connection with every canonical table, holding ``rows``; columns left out are NULL."""
    connection = duck.connect(threads=2)
    for table, columns in TABLES.items():
        schema = pa.schema([(name, ARROW[kind]) for name, kind in columns.items()])
        listed = [{name: row.get(name) for name in columns} for row in rows.get(table, [])]
        assert all(set(row) <= set(columns) for row in rows.get(table, []))
        connection.register("given", pa.Table.from_pylist(listed, schema))
        connection.execute(f"CREATE TABLE {duck.quoted(table)} AS SELECT * FROM given")
        connection.unregister("given")
    return connection


def shop_rows(seed: int = 7, orders: int = 60) -> Rows:
    """Two small made-up shops (one in pounds, one in euro) with something for every figure."""
    chance = random.Random(seed)
    rows: Rows = {table: [] for table in TABLES}
    for shop in (
        Shop(rows, "KC/1", "Green Lantern Teas", "WooCommerce", "9.4.1", "GBP", "wp_"),
        Shop(rows, "KC/2", "Lantern Botanicals", "OpenCart", "3.0.3.8", "EUR", "oc_"),
    ):
        shop.open()
        for n in range(orders if shop.currency == "GBP" else orders // 2):
            shop.order(n, chance)
        shop.balance()
    return rows


def add_captured(rows: Rows) -> None:
    """What a capture of the first shop's pages showed: a price that is another now, and one that is gone."""
    site, common = (
        "site:KC/3/captures/green.example",
        {"exhibit": "KC/3", "basis": "derived", "captured": True},
    )
    common |= {
        "source_id": "source:KC/3/crawl.warc.gz/page",
        "rule": "a rule, artefacts/captures/listings.sql:2",
    }
    rows["sites"].append(common | {"site_id": site, "name": "green.example (as captured)"})
    for title, price in ((FOUND[0][0], "3.99"), ("Oolong", "8.00")):
        listing = {
            "listing_id": f"listing:KC/3/captures/green.example/{title}",
            "site_id": site,
            "captured_at": START,
        }
        rows["listings"].append(
            common | listing | {"title": title, "price": Decimal(price), "currency": "GBP"}
        )
        rows["price_tiers"].append(
            common
            | listing
            | {"min_quantity": Decimal(1), "price": Decimal(price), "price_kind": "unit", "currency": "GBP"}
        )


def add_between_sources(rows: Rows) -> None:
    """An earlier backup of the first shop: an order that vanished, a price that changed; and prices of lines."""
    site, common = (
        "site:KC/1/wp_settings/1",
        {"exhibit": "KC/1", "basis": "derived", "rule": "commerce/uniting_rows.py"},
    )
    gone, listing = rows["orders"][0], rows["listings"][0]
    times = {
        "from_source": "KC/0",
        "to_source": "KC/1",
        "from_at": START,
        "to_at": START + timedelta(days=30),
    }
    for kind, table, row_id, values in (
        ("vanished", "orders", gone["order_id"], {}),
        (
            "changed",
            "listings",
            listing["listing_id"],
            {"column_name": "price", "old_value": "4", "new_value": "5"},
        ),
    ):
        change = {"change_id": f"change:KC/0/{table}", "kind": kind, "table_name": table, "row_id": row_id}
        rows["row_changes"].append(common | change | times | values | {"site_id": site, "old_id": row_id})
    rows["superseded"].append(
        common | {"superseded_id": "order:KC/0/wp_orders/1", "table_name": "orders", "site_id": site,
                  "row_id": rows["orders"][1]["order_id"], "reason": "older version of a row in KC/1"}
    )  # fmt: skip
    rows["same_site"].append(
        common | {"site_id": site, "other_site_id": "site:KC/0/wp_settings/1", "united": True, "score": 1.0,
                  "agreeing": 59, "conflicting": 0, "moment": times["to_at"], "other_moment": START,
                  "reasons": ["59 rows in both with the same key and the same moment of making"]}
    )  # fmt: skip
    for at, line in enumerate(rows["order_lines"]):
        told = ("listing price", "tier", "as others paid", "not explained")[at % 4]
        rows["price_explanations"].append(
            common | {name: line[name] for name in ("line_id", "order_id", "listing_id", "quantity", "unit_price", "currency")}
            | {"explanation": told, "explained": at % 4 < 2, "discounted": False, "min_quantity": Decimal(1),
               "site_id": next(o["site_id"] for o in rows["orders"] if o["order_id"] == line["order_id"]),
               "sentence": f"{line['quantity']} at {line['unit_price']}: so."}
        )  # fmt: skip


def add_files(rows: Rows) -> None:
    """Files of the first exhibit: known software, changed, configuration, and of the shop's own."""
    package, by = "dpkg: nginx-common 1.22.1-9", "the seized system's own package list"
    for path, known, changed_from in (
        ("usr/sbin/nginx", package, None),
        ("usr/sbin/sshd", None, "dpkg: openssh-server 1:9.2p1-2"),
        ("etc/nginx/nginx.conf", None, f"{package}, a file of configuration"),
        ("home/keeper/notes.txt", None, None),
    ):
        rows["items"].append(
            {
                "item_id": f"item:KC/1/{path}", "path": path, "size": 1000, "kind": "text/plain", "deleted": False,
                "privileged": False, "known": known, "known_by": by if known else None,
                "changed_from": changed_from, "exhibit": "KC/1", "source_id": f"source:KC/1/{path}",
                "basis": "recorded", "rule": "process.py",
            }
        )  # fmt: skip


def add_clock(rows: Rows) -> None:
    """What a time service said of the first exhibit's clock."""
    rows["clock_skew"].append(
        {
            "skew_id": "skew:KC/1/events/#7", "host": "quill", "method": "statements of chronyd",
            "seconds": Decimal("3.25"), "least": Decimal(-1), "most": Decimal("3.5"), "pairs": 3,
            "exhibit": "KC/1", "source_id": "source:KC/1/events/#7", "basis": "derived",
            "rule": "artefacts/host/clock_skew.sql:2",
        }
    )  # fmt: skip


class Shop:
    """One made-up shop, adding its rows to ``rows``."""

    def __init__(
        self, rows: Rows, exhibit: str, name: str, software: str, version: str, currency: str, prefix: str
    ):
        self.rows, self.exhibit, self.name, self.software = rows, exhibit, name, software
        self.version, self.currency, self.prefix = version, currency, prefix
        self.site = self.id("site", "settings/1")

    def id(self, kind: str, place: str) -> str:
        return f"{kind}:{self.exhibit}/{self.prefix}{place}"

    def add(self, table: str, place: str, **row: Any) -> None:
        rule = f"shops/{self.software.lower()}/{table}.sql:1"
        source = {"exhibit": self.exhibit, "source_id": self.id("source", place)}
        self.rows[table].append(row | source | {"basis": "recorded", "rule": rule})

    def open(self) -> None:
        self.add(
            "sites", "settings/1", site_id=self.site, name=self.name, software=self.software,
            software_version=self.version, tagline="Fine blends by post", currency=self.currency,
            time_zone="Europe/London", admin_email="keeper@example.org",
        )  # fmt: skip
        host = self.name.split()[0].lower()
        for kind, full in (("onion", f"{host:a<56}.onion"), ("clearnet", f"{host}.example")):
            self.add("site_names", "settings/2", site_id=self.site, host=full, kind=kind, evidence="siteurl")
        for n, (title, price) in enumerate(FOUND):
            self.add(
                "listings", f"posts/{n}", listing_id=self.id("listing", f"posts/{n}"), site_id=self.site,
                title=title, price=Decimal(price), currency=self.currency,
                status="published" if n else "draft", created_at=START,
            )  # fmt: skip
            for quantity, off in ((5, "0.95"), (10, "0.90")):
                self.add(
                    "price_tiers", f"tiers/{n}{quantity}", listing_id=self.id("listing", f"posts/{n}"),
                    site_id=self.site, min_quantity=Decimal(quantity), price=Decimal(price) * Decimal(off),
                    price_kind="unit", currency=self.currency,
                    valid_from=START if self.currency == "GBP" else None,
                )  # fmt: skip
        for n in range(12):
            self.add(
                "accounts", f"users/{n}", account_id=self.id("account", f"users/{n}"), site_id=self.site,
                kind=["admin", "staff", "guest", *["customer"] * 9][n], username=f"user{n}",
                email=f"user{n}@example.org", created_at=START + timedelta(days=n),
            )  # fmt: skip

    def order(self, n: int, chance: random.Random) -> None:
        order, account = (
            self.id("order", f"orders/{n}"),
            self.id("account", f"users/{min(11, 2 + int(chance.expovariate(0.3)))}"),
        )
        # A pause after the twentieth order leaves a month with none.
        placed = START + timedelta(days=3 * n + (45 if n > 20 else 0), hours=chance.randrange(12))
        status = STATUSES[chance.randrange(len(STATUSES))]
        product = chance.randrange(len(FOUND))
        title, price = FOUND[product][0], Decimal(FOUND[product][1])
        quantity = chance.choice([1, 1, 2, 5, 10])
        total = price * quantity + POSTAGE
        common = {"order_id": order, "currency": self.currency}
        self.add(
            "orders", f"orders/{n}", **common, site_id=self.site, number=str(1000 + n), account_id=account,
            placed_at=placed, status=status, status_recorded=f"wc-{status}", subtotal=price * quantity,
            shipping=POSTAGE, total=total,
        )  # fmt: skip
        self.add(
            "order_lines", f"lines/{n}", **common, line_id=self.id("line", f"lines/{n}"),
            listing_id=None if n % 17 == 3 else self.id("listing", f"posts/{product}"), title=title,
            quantity=Decimal(quantity), unit_price=price, line_total=price * quantity,
        )  # fmt: skip
        self.add(
            "postal_addresses", f"orders/{n}", address_id=self.id("address", f"orders/{n}"), order_id=order,
            account_id=account, site_id=self.site, kind="shipping", name="A. Buyer",
            line1=f"{n} High Street", country=chance.choice(["GB", "GB", "GB", "IE"]),
            postcode=chance.choice(["M1 1AE", "LS1 4AP", "B33 8TH", "SW1A 1AA", "d08 x2y3"]),
        )  # fmt: skip
        method = chance.choice(["card", "crypto", "bank"])
        paid = status in ("completed", "processing", "refunded")
        reason = None if paid else f"order {status}"
        self.pay(f"payments/{n}", order, method, placed, total, "confirmed" if paid else "pending", reason)
        if status == "refunded":
            self.pay(f"refunds/{n}", order, method, placed + timedelta(days=9), -total, "refunded", None)
        if status == "completed":
            self.send(n, order, account, product, placed, chance)

    def pay(
        self, place: str, order: str, method: str, at: datetime, amount: Decimal, state: str,
        reason: str | None,
    ) -> None:  # fmt: skip
        common = {
            "payment_id": self.id("payment", place), "order_id": order, "site_id": self.site, "at": at,
            "method": method, "amount": amount, "currency": self.currency,
        }  # fmt: skip
        self.add("payments", place, **common, status=state)
        self.add("takings", place, **common, counted=reason is None, reason=reason)

    def send(
        self, n: int, order: str, account: str, product: int, placed: datetime, chance: random.Random
    ) -> None:
        self.add(
            "shipments", f"parcels/{n}", shipment_id=self.id("shipment", f"parcels/{n}"), order_id=order,
            carrier=chance.choice(["Royal Mail", "DPD", None]), tracking_number=f"TT{n:09}GB",
            shipped_at=placed + timedelta(days=1),
        )  # fmt: skip
        self.add(
            "messages", f"comments/{n}", message_id=self.id("message", f"comments/{n}"), site_id=self.site,
            order_id=order, at=placed + timedelta(hours=3), body="Sent today.",
            encrypted_to="0123456789ABCDEF" if n % 5 == 0 else None,
        )  # fmt: skip
        self.add(
            "reviews", f"reviews/{n}", review_id=self.id("review", f"reviews/{n}"), order_id=order,
            listing_id=self.id("listing", f"posts/{product}"), account_id=account, body="Good.",
            at=placed + timedelta(days=6), rating=Decimal(chance.choice([3, 4, 5])),
        )  # fmt: skip

    def balance(self) -> None:
        def account(
            table: str, measure: str, mapped: Decimal | int, aside: Decimal | int, reason: str | None
        ) -> None:
            self.add(
                "completeness", table, site_id=None if measure == "bytes" else self.site, table_name=table,
                measure=measure, found=mapped + aside, mapped=mapped, set_aside=aside, reason=reason,
                currency=self.currency if measure == "money" else None,
            )  # fmt: skip

        own = [taking for taking in self.rows["takings"] if taking["site_id"] == self.site]
        account(f"{self.prefix}orders", "rows", len({taking["order_id"] for taking in own}), 0, None)
        account(f"{self.prefix}posts", "rows", 3, 0, None)
        account(f"{self.prefix}posts", "rows", 0, 41, "revision of a post")
        account(f"{self.prefix}sessions", "rows", 0, 1310, "not used by any mapping")
        account("shop.sql", "bytes", 90210, 0, None)
        for reason in sorted({taking["reason"] for taking in own}, key=str):
            money = sum(taking["amount"] for taking in own if taking["reason"] == reason)
            account("takings", "money", 0 if reason else money, money if reason else 0, reason)
        for n, (severity, message) in enumerate(
            [
                ("warning", "2 values of wp_posts.post_date are no dates; the first is at byte 1,204."),
                ("info", "The file ends with a complete statement."),
            ]
        ):
            self.add(
                "problems", "dump", problem_id=self.id("problem", f"dump/{n}"), path="shop.sql.gz",
                stage="records", severity=severity, message=message,
            )  # fmt: skip
