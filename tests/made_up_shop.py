"""Shops of any schema, filled with made-up trade: for measuring what is inferred from names and values alone.

``schemas/NAME.toml`` holds a schema as facts (tables, columns, types) with what each column means, which makes
both the data and the truth that a proposal is compared with. A table's text has a first line that says what
its rows are (`@order`, `@line`, `@account`, `@other 40` …), then one column a line::

    name type [key] [-> table] [| meaning, ?meaning]

A meaning is a canonical column (`orders.total`), or one of an address (`shipping.city`); a question mark says
that reading it so is right and not needed. A column without a meaning gets values as its type and name have
them: it is there to mislead.

The trade is messy on purpose: several countries, blank and missing values, guests, late and part payments.
"""

import hashlib
import random
import re
import tomllib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from mapping_measure import Wanted

SCHEMAS = Path(__file__).parent / "schemas"
START = datetime(2024, 1, 3, 9, 0, 0)
PLACES = [
    ("GB", "United Kingdom", "{n} High Street", ["London", "York", "Leeds", "Stoke-on-Trent"], "AB{d} {d}CD", "+44 7700 900{n:03}"),
    ("DE", "Germany", "Lange Straße {n}", ["Berlin", "München", "Köln", "Frankfurt am Main"], "{p5}", "0171 55{n:05}"),
    ("FR", "France", "{n} rue de la Paix", ["Paris", "Lyon", "Saint-Étienne"], "{p5}", "+33 6 12 34 {d}{d} {d}{d}"),
    ("NL", "Netherlands", "Dorpsstraat {n}", ["Amsterdam", "'s-Hertogenbosch"], "{p4} AB", "06-1234{n:04}"),
    ("PL", "Poland", "ul. Długa {n}/{d}", ["Warszawa", "Łódź"], "0{d}-{p3}", "600 {p3} {p3}"),
    ("ES", "Spain", "Calle Mayor, {n}", ["Madrid", "Sevilla"], "{p5}", "+34 6{p4}{p4}"),
    ("US", "United States", "{n} Oak Ave Apt {d}", ["Springfield", "Portland"], "{p5}", "(555) 01{d}-{p4}"),
]  # fmt: skip
FIRST = [
    "Anna",
    "Jürgen",
    "Zoë",
    "Piotr",
    "María José",
    "Liam",
    "Chloé",
    "Mehmet",
    "Ivana",
    "Søren",
    "Grace",
    "Tom",
]
LAST = [
    "Müller",
    "O'Neill",
    "van der Berg",
    "Kowalski",
    "García López",
    "Smith",
    "Dupont",
    "Øster",
    "Novak",
    "Lee",
]
GOODS = ["Green Tea", "Blue Kush 2g", "Espresso Beans", "Herbal Mix XL", "Silver Ring", "Seed Pack", "Notebook A5",
         "Vape Cartridge", "Honey 500g", "Wool Scarf", "Desk Lamp", "Pepper Sauce"]  # fmt: skip
WORDS = "please leave the parcel with the neighbour ring twice it arrived late but the quality is very good thanks".split()
METHODS = ["credit_card", "paypal", "bank_transfer", "bitcoin", "cod"]
CARRIERS = ["DHL", "Royal Mail", "UPS", "La Poste"]
AGENTS = ["Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0",
          "Mozilla/5.0 (iPhone; CPU iPhone OS 16_5 like Mac OS X) AppleWebKit/605.1.15"]  # fmt: skip
STATES = ["pending", "paid", "processing", "shipped", "completed", "cancelled", "refunded"]
PAID = {1, 2, 3, 4, 6}
CURRENCIES = ["EUR", "GBP", "USD"]
# What the numbers of other tables stand for: the word at that place, counted from 1.
NAMED: dict[str, list[str]] = {
    "status": STATES, "method": METHODS, "currency": CURRENCIES, "carrier": CARRIERS, "country": [p[1] for p in PLACES],
    "region": ["Kent", "Bayern", "Île-de-France", "Oregon"], "category": ["Tea", "Books", "Other"],
    "provider": METHODS,
}  # fmt: skip
B58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


@dataclass
class Column:
    name: str
    type: str
    key: bool
    to: str | None
    meanings: list[str]
    optional: list[str]


@dataclass
class Table:
    name: str
    of: str
    many: int
    columns: list[Column]


@dataclass
class Schema:
    """A schema with what its columns mean. ``seen`` says whether it was looked at while the model was made."""

    name: str
    title: str
    source: str
    seen: bool
    tables: list[Table]
    states: list[str]

    @property
    def wanted(self) -> list[Wanted]:
        """What a proposal should say: every meaning of every column."""
        found = []
        for table in self.tables:
            if table.of == "total":
                found += _of_totals(table)
            for column in table.columns:
                optional = [
                    *column.optional,
                    *(_told_too(column) if table.of in ("order", "payment") else ()),
                ]
                for meaning in [*column.meanings, *optional]:
                    canonical = _canonical(meaning)
                    if canonical is not None:
                        right = frozenset({(table.name, column.name, None)})
                        found.append(Wanted(*canonical, right, needed=meaning in column.meanings))
        return found


def _told_too(column: Column) -> list[str]:
    """What an order's column tells of a guest, of its payment and of where it goes, as known folders read it."""
    found = []
    for meaning in column.meanings:
        table, _, name = meaning.partition(".")
        name = name.partition("=")[0]
        if table in ("shipping", "billing", "customer") and name in (
            "first_name",
            "last_name",
            "full_name",
            "email",
            "phone",
        ):
            found.append(f"accounts.{name}")
        if table == "accounts" and name in ("first_name", "last_name", "full_name", "email", "phone"):
            found.append(f"customer.{name}")
        found += {"orders.placed_at": ["accounts.created_at", "payments.at"], "orders.total": ["payments.amount"],
                  "orders.currency": ["payments.currency"], "orders.paid_at": ["payments.at"],
                  "orders.account_id": ["customer.account_id"], "orders.status": ["payments.status"],
                  "payments.method": ["payments.provider", "payments.asset"]}.get(f"{table}.{name}", [])  # fmt: skip
    return found


def _canonical(meaning: str) -> tuple[str, str] | None:
    table, _, column = meaning.partition(".")
    column = column.partition("=")[0]
    if table in ("shipping", "billing", "customer", "address"):
        table = "postal_addresses"
    if column in ("first_name", "last_name", "full_name"):
        column = "display_name" if table == "accounts" else "name"
    column = "line1" if column == "house_number" else column
    return (
        None
        if column in ("kind", "id", "pgp_key") or table in ("lookup", "ref", "total")
        else (table, column)
    )


def _of_totals(table: Table) -> list[Wanted]:
    value = next(c.name for c in table.columns if "total.value" in c.meanings)
    keys = {"subtotal": "ot_subtotal", "shipping": "ot_shipping", "tax": "ot_tax", "total": "ot_total"}
    return [Wanted("orders", name, frozenset({(table.name, value, key)})) for name, key in keys.items()]


def schemas() -> list[Schema]:
    """All of them, by name."""
    return [read(path) for path in sorted(SCHEMAS.glob("*.toml"))]


def read(path: Path) -> Schema:
    stated = tomllib.loads(path.read_text("utf-8"))
    tables = [_table(name, text) for name, text in stated["tables"].items()]
    states = stated.get("states", STATES)
    return Schema(path.stem, stated["title"], stated["source"], stated["seen"], tables, states)


def _table(name: str, text: str) -> Table:
    first, *lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    of, _, many = first.removeprefix("@").partition(" ")
    columns = []
    for line in lines:
        head, _, meant = line.partition("|")
        words = head.split()
        stated = [one.strip() for one in meant.split(",") if one.strip()]
        columns.append(
            Column(
                name=words[0].replace("~", " "),
                type=words[1],
                key="key" in words[2:],
                to=words[words.index("->") + 1] if "->" in words else None,
                meanings=[one for one in stated if not one.startswith("?")],
                optional=[one[1:] for one in stated if one.startswith("?")],
            )
        )
    return Table(name, of, int(many or 0), columns)


# -------------------------------------------------------------------------------------------------- the trade


@dataclass
class World:
    accounts: list[dict[str, Any]] = field(default_factory=list)
    staff: list[dict[str, Any]] = field(default_factory=list)
    listings: list[dict[str, Any]] = field(default_factory=list)
    orders: list[dict[str, Any]] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)
    payments: list[dict[str, Any]] = field(default_factory=list)


def world(seed: int, orders: int) -> World:
    dice = random.Random(seed)
    made = World()
    made.accounts = [_person(dice, n) for n in range(1, 1 + max(20, orders // 3))]
    made.staff = [_person(dice, 900 + n) | {"id": n, "username": f"admin{n}"} for n in range(1, 4)]
    made.listings = [
        {"id": n + 10, "title": f"{dice.choice(GOODS)} {n}", "price": Decimal(dice.randint(150, 9900)) / 100,
         "stock": dice.randint(0, 80), "description": _words(dice, 30), "created": START + timedelta(days=n)}
        for n in range(1, 31)
    ]  # fmt: skip
    for n in range(1, orders + 1):
        made.orders.append(_order(dice, made, n))
    return made


def _person(dice: random.Random, n: int) -> dict[str, Any]:
    first, last = dice.choice(FIRST), dice.choice(LAST)
    handle = re.sub(r"[^a-z]", "", f"{first}{last}".lower())[:12] + str(n)
    created = START - timedelta(days=dice.randint(1, 400), seconds=dice.randint(0, 86_000))
    return {
        "id": n, "first": first, "last": last, "username": handle, "email": f"{handle}@example.{dice.choice(['com', 'de', 'org'])}",
        "password": "$2y$10$" + "".join(dice.choices(B58, k=53)), "created": created, "ip": f"203.0.113.{n % 250}",
        "seen": created + timedelta(days=dice.randint(1, 300)) if dice.random() < 0.8 else None,
        "address": _address(dice, first, last), "balance": Decimal(dice.randint(0, 9000)) / 100,
        "pgp": "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQINBF" + "".join(dice.choices(B58, k=80)),
    }  # fmt: skip


def _address(dice: random.Random, first: str, last: str) -> dict[str, Any]:
    code, country, street, cities, postcode, phone = dice.choice(PLACES)
    facts = {"n": dice.randint(1, 240), "d": dice.randint(1, 9), "p3": dice.randint(100, 999),
             "p4": dice.randint(1000, 9999), "p5": dice.randint(10_000, 98_999)}  # fmt: skip
    return {
        "first": first, "last": last, "line1": street.format(**facts), "street": street.split("{")[0].strip(" ,") or "High Street",
        "house": f"{facts['n']}{dice.choice(['', 'a', 'b', ''])}", "line2": dice.choice(["", "", "", "2nd floor", "c/o Novak", "Hinterhaus"]),
        "city": dice.choice(cities), "postcode": postcode.format(**facts), "country": country, "code": code,
        "region": dice.choice(["", "", "Kent", "Bayern", "Île-de-France", "Oregon"]), "phone": phone.format(**facts),
    }  # fmt: skip


def _order(dice: random.Random, made: World, n: int) -> dict[str, Any]:
    account = dice.choice(made.accounts)
    state = dice.choices(range(7), weights=[3, 2, 3, 3, 8, 2, 1])[0]
    placed = START + timedelta(hours=9 * n, seconds=dice.randint(0, 20_000))
    order: dict[str, Any] = {
        "id": 100 + n, "number": f"{placed:%Y%m}-{n:05}", "account": account, "guest": dice.random() < 0.15, "state": state,
        "placed": placed, "paid": placed + timedelta(hours=dice.randint(0, 30)) if state in PAID else None,
        "shipped": placed + timedelta(days=2) if state in (3, 4) else None,
        "completed": placed + timedelta(days=5) if state == 4 else None,
        "currency": dice.choice(["EUR", "EUR", "GBP", "USD"]), "method": dice.choice(METHODS),
        "shipping": Decimal(dice.choice([0, 395, 490, 1250])) / 100, "ip": f"198.51.100.{n % 250}",
        "agent": dice.choice(AGENTS), "note": _words(dice, dice.randint(3, 12)) if dice.random() < 0.3 else "",
        "tracking": f"RM{n:09}GB" if state in (3, 4) else "", "carrier": dice.choice(CARRIERS),
        "ship": account["address"], "bill": account["address"] if dice.random() < 0.7 else _address(dice, "Max", "Muster"),
        "wallet": "bc1q" + "".join(dice.choices("acdefghjklmnpqrstuvwxyz023456789", k=38)),
        "txid": hashlib.sha256(str(n).encode()).hexdigest(), "reference": f"PAY-{n * 7919:08X}",
        "coins": Decimal(dice.randint(10_000, 9_000_000)) / 10**8, "lines": [],
    }  # fmt: skip
    for _ in range(dice.randint(1, 4)):
        listing = dice.choice(made.listings)
        quantity = dice.choice([1, 1, 1, 2, 3, 5, 10])
        line = {"id": len(made.lines) + 1, "order": order, "listing": listing, "quantity": quantity,
                "price": listing["price"], "total": listing["price"] * quantity,
                "variation": dice.choice(["", "Size: L", "Colour: red"])}  # fmt: skip
        made.lines.append(line)
        order["lines"].append(line)
    order["subtotal"] = sum((line["total"] for line in order["lines"]), Decimal(0))
    order["discount"] = (
        (order["subtotal"] / 10).quantize(Decimal("0.01")) if dice.random() < 0.2 else Decimal(0)
    )
    order["tax"] = (order["subtotal"] * Decimal("0.19")).quantize(Decimal("0.01"))
    order["total"] = order["subtotal"] + order["shipping"] - order["discount"]
    if state not in (0, 5) or dice.random() < 0.4:
        made.payments.append({"id": len(made.payments) + 1, "order": order, "amount": order["total"],
                              "state": "confirmed" if order["paid"] else "pending", "at": order["paid"] or order["placed"]})  # fmt: skip
    return order


def _words(dice: random.Random, many: int) -> str:
    return " ".join(dice.choice(WORDS) for _ in range(many)).capitalize()


# --------------------------------------------------------------------------------------------- into the schema


def dump(schema: Schema, seed: int = 7, orders: int = 150) -> bytes:
    """A dump of the schema's shop, as mysqldump writes one."""
    made = world(seed, orders)
    dice = random.Random(seed + 1)
    out = [f"-- MariaDB dump 10.19\n-- Host: localhost    Database: {schema.name}\n"]
    for table in schema.tables:
        rows = [
            [_cell(dice, schema, column, context, number) for column in table.columns]
            for number, context in enumerate(_contexts(dice, schema, table, made), 1)
        ]
        out.append(_sql(table, rows))
    return "\n".join([*out, "-- Dump completed on 2026-01-02  3:04:05\n"]).encode("utf-8")


def _contexts(dice: random.Random, schema: Schema, table: Table, made: World) -> list[dict[str, Any]]:  # noqa: C901
    of = table.of
    if of == "other":
        return [{"n": n} for n in range(table.many or 20)]
    if of in NAMED:
        words = schema.states if of == "status" else NAMED[of]
        return [{"named": n, "word": word} for n, word in enumerate(words, of != "status")]
    if of == "order":
        return [{"order": o, "line": o["lines"][0], "listing": o["lines"][0]["listing"]} for o in made.orders]
    if of == "line":
        return [{"line": line, "order": line["order"], "listing": line["listing"]} for line in made.lines]
    if of in ("account", "staff"):
        return [{"account": one} for one in (made.accounts if of == "account" else made.staff)]
    if of == "listing":
        return [{"listing": listing} for listing in made.listings]
    if of == "tier":
        return [
            {"listing": one, "from": q, "tier": one["price"] * (100 - q) / 100}
            for one in made.listings
            for q in (5, 10)
        ]
    if of == "address":
        return [{"account": one, "place": one["address"]} for one in made.accounts]
    if of == "order_address":
        return [
            {"order": order, "place": order["ship" if kind == "shipping" else "bill"], "part": kind}
            for order in made.orders for kind in ("billing", "shipping")
        ]  # fmt: skip
    if of == "payment":
        return [{"payment": one, "order": one["order"]} for one in made.payments]
    if of == "shipment":
        return [{"order": order, "shipment": True} for order in made.orders if order["tracking"]]
    if of == "history":
        return [{"order": order, "step": step} for order in made.orders for step in (0, order["state"])]
    if of == "total":
        kinds = ("subtotal", "shipping", "tax", "total")
        return [{"order": order, "kind": kind} for order in made.orders for kind in kinds]
    if of in ("message", "review"):
        chosen = dice.sample(made.orders, min(len(made.orders), 60))
        return [
            {
                "order": o,
                "listing": o["lines"][0]["listing"],
                "text": _words(dice, 15),
                "title": _words(dice, 3),
            }
            for o in chosen
        ]
    raise ValueError(f"{table.name}: {of}?")


_OWN = {
    "order": "order",
    "line": "line",
    "account": "account",
    "staff": "account",
    "listing": "listing",
    "payment": "payment",
}


def _cell(dice: random.Random, schema: Schema, column: Column, context: dict[str, Any], number: int) -> Any:
    if column.key:
        table = next(t for t in schema.tables if any(c is column for c in t.columns))
        own = context.get(_OWN.get(table.of, ""), {})
        return _typed(column.type, own.get("id", context.get("named", number)))
    if column.to is not None:
        there = next((t for t in schema.tables if t.name == column.to), None)
        return dice.randint(1, max(1, min(20, there.many or 20))) if there else 1
    for meaning in [*column.meanings, *column.optional]:
        try:
            return _typed(column.type, _meant(dice, schema, meaning, context))
        except (KeyError, TypeError, IndexError):
            if schema.source.startswith("shops/"):  # a meaning that this trade has nothing of
                break
            raise
    return _typed(column.type, _misleading(dice, column, number))


def _meant(dice: random.Random, schema: Schema, meaning: str, context: dict[str, Any]) -> Any:  # noqa: C901
    table, _, name = meaning.partition(".")
    name, _, how = name.partition("=")
    if how == "id" and table in ("shipping", "billing", "address", "customer") and name == "region":
        return dice.randint(1, 4)
    if how == "id" and (table, name) in (
        ("listings", "category"),
        ("shipments", "carrier"),
        ("payments", "provider"),
    ):
        return dice.randint(1, 3)
    order, account = context.get("order"), context.get("account")
    if table in ("shipping", "billing", "customer", "address"):
        place = context.get("place") or (
            order["bill" if table == "billing" else "ship"] if order else account["address"]
        )
        if name == "email":
            return (order["account"] if order else account)["email"]
        return {"first_name": place["first"], "last_name": place["last"], "full_name": f"{place['first']} {place['last']}",
                "line1": place["street"] if how == "street" else place["line1"], "house_number": place["house"],
                "line2": place["line2"], "city": place["city"], "postcode": place["postcode"], "region": place["region"],
                "country": place["code"] if how == "code" else [p[0] for p in PLACES].index(place["code"]) + 1 if how == "id" else place["country"],
                "phone": place["phone"], "account_id": account and account["id"], "order_id": order and order["id"],
                "kind": context.get("part", "shipping")}[name]  # fmt: skip
    if table == "orders":
        values = {**order, "account_id": 0 if order["guest"] else order["account"]["id"], "placed_at": order["placed"],
                  "paid_at": order["paid"], "shipped_at": order["shipped"], "completed_at": order["completed"],
                  "currency": CURRENCIES.index(order["currency"]) + 1 if how == "id" else order["currency"],
                  "user_agent": order["agent"], "customer_note": order["note"],
                  "status": order["state"] if how == "id" else schema.states[order["state"]]}  # fmt: skip
        return values[name]
    if table == "order_lines":
        line = context["line"]
        return {"order_id": order["number" if how == "number" else "id"], "listing_id": line["listing"]["id"],
                "title": line["listing"]["title"], "variation": line["variation"], "quantity": line["quantity"],
                "unit_price": line["price"], "line_total": line["total"]}[name]  # fmt: skip
    if table == "accounts":
        who = account or order["account"]
        return {"username": who["username"], "email": who["email"], "first_name": who["first"], "last_name": who["last"],
                "full_name": f"{who['first']} {who['last']}", "phone": who["address"]["phone"], "password_hash": who["password"],
                "created_at": who["created"], "last_login_at": who["seen"], "last_login_ip": who["ip"], "balance": who["balance"],
                "pgp_key": who["pgp"], "kind": "customer"}[name]  # fmt: skip
    if table == "listings":
        one = context["listing"]
        return {"title": one["title"], "description": one["description"], "price": one["price"], "stock": one["stock"],
                "created_at": one["created"], "updated_at": one["created"] + timedelta(days=9), "id": one["id"],
                "category": dice.choice(["Tea", "Books", "Other"]), "status": 1, "vendor_account_id": dice.randint(1, 5)}[name]  # fmt: skip
    if table == "price_tiers":
        return {"listing_id": context["listing"]["id"], "min_quantity": context["from"], "price": context["tier"],
                "valid_from": START, "valid_to": START + timedelta(days=900), "customer_group": 1}[name]  # fmt: skip
    if table == "payments":
        paid = context.get("payment", {"amount": order["total"], "state": "pending", "at": order["paid"]})
        coin = order["method"] == "bitcoin"
        return {"order_id": order["number" if how == "number" else "id"], "method": METHODS.index(order["method"]) + 1 if how == "id" else order["method"],
                "provider": order["method"].replace("_", " ").title(), "amount": paid["amount"],
                "currency": CURRENCIES.index(order["currency"]) + 1 if how == "id" else order["currency"],
                "asset": "BTC", "asset_amount": int(order["coins"] * 10**8) if how == "satoshi" else order["coins"],
                "address": order["wallet"] if coin or how == "all" else None, "txid": order["txid"] if how == "chain" else order["reference"] if order["paid"] else None,
                "card_brand": "Visa" if order["method"] == "credit_card" else None,
                "card_last4": f"{order['id'] % 10_000:04}" if order["method"] == "credit_card" else None,
                "status": paid["state"], "at": paid["at"]}[name]  # fmt: skip
    if table == "shipments":
        return {"order_id": order["id"], "tracking_number": order["tracking"] or None, "carrier": order["carrier"],
                "shipped_at": order["shipped"], "weight_g": 500}[name]  # fmt: skip
    if table in ("messages", "reviews"):
        history = "step" in context
        return {"order_id": order["id"], "listing_id": context.get("listing", {}).get("id"), "account_id": order["account"]["id"],
                "from_account_id": order["account"]["id"], "to_account_id": order["account"]["id"] % 5 + 1, "at": order["placed"] + timedelta(days=3),
                "subject": context.get("title"), "body": order["note"] if history else context.get("text"),
                "rating": dice.randint(1, 5)}[name]  # fmt: skip
    if table == "ref":
        listing = context.get("listing") or (order and order["lines"][0]["listing"])
        who = account or (order and order["account"])
        return {"order": order and order["id"], "account": who and who["id"], "listing": listing and listing["id"],
                "line": context.get("line", {}).get("id"), "payment": context.get("payment", {}).get("id"),
                "status": context.get("named", order and order["state"]),
                "currency": order and CURRENCIES.index(order["currency"]) + 1}.get(name, context.get("named"))  # fmt: skip
    if table == "total":
        return order[context["kind"]] if name == "value" else f"ot_{context['kind']}"
    if table == "lookup":
        return context["word"]
    raise ValueError(meaning)


def _misleading(dice: random.Random, column: Column, number: int) -> Any:
    """A value for a column that means nothing here: what its type and name would have."""
    name, kind = column.name.lower(), column.type
    if re.search(r"image|img|pic|photo|file|logo|avatar|bild", name):
        return f"img_{number}.jpg"
    if re.search(r"url|link|website|href", name):
        return f"https://example.org/p/{number}"
    if kind.startswith(("datetime", "timestamp", "date")):
        return (
            START + timedelta(days=number % 300, seconds=dice.randint(0, 80_000))
            if dice.random() < 0.7
            else None
        )
    if kind.startswith(("tinyint", "bool")):
        return dice.choice([0, 1])
    if kind.startswith(("decimal", "double", "float")):
        return dice.choice([Decimal(0), Decimal(0), Decimal(dice.randint(0, 2000)) / 100])
    if kind.startswith(("int", "bigint", "smallint", "mediumint")):
        return dice.choice([0, 0, 1, 2, dice.randint(0, 50)])
    if kind.startswith(("char", "enum")):
        return dice.choice(["m", "f", ""]) if "gender" in name else dice.choice(["a", "b", ""])
    if kind.startswith(("text", "longtext", "mediumtext")):
        return _words(dice, 12) if dice.random() < 0.4 else None
    if re.search(r"fax|phone|tel", name):
        return ""
    return dice.choice(["", "standard", "default", f"x{number}", _words(dice, 2)])


def _typed(kind: str, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, datetime):
        if kind.startswith("date") and not kind.startswith("datetime"):
            return f"{value:%Y-%m-%d}"
        if kind.startswith("int"):
            return int(value.timestamp())
        if kind.startswith("bigint"):
            return int(value.timestamp() * 1000)
        if kind.startswith("dmy"):
            return f"{value:%d.%m.%Y %H:%M}"
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if kind.startswith("int") and isinstance(value, Decimal):
        return int(value * 100)
    if kind.startswith("comma"):
        return f"{value:.2f} €".replace(".", ",")
    return value


def _sql(table: Table, rows: list[list[Any]]) -> str:
    real = {"dmy": "varchar(40)", "comma": "varchar(40)", "bool": "tinyint(1)", "enum": "varchar(40)"}
    lines = []
    for column in table.columns:
        kind = real.get(column.type, column.type)
        kind = {
            "int": "int(11)",
            "varchar": "varchar(255)",
            "decimal": "decimal(15,4)",
            "char": "char(3)",
        }.get(kind, kind)
        lines.append(f"  `{column.name}` {kind}{' NOT NULL' if column.key else ' DEFAULT NULL'}")
    keys = [f"`{column.name}`" for column in table.columns if column.key]
    if keys:
        lines.append(f"  PRIMARY KEY ({','.join(keys)})")
    made = (
        f"CREATE TABLE `{table.name}` (\n"
        + ",\n".join(lines)
        + "\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;\n"
    )
    for start in range(0, len(rows), 200):
        values = ",\n".join(
            "(" + ",".join(_literal(cell) for cell in row) + ")" for row in rows[start : start + 200]
        )
        made += f"INSERT INTO `{table.name}` VALUES\n{values};\n"
    return made


def _literal(cell: Any) -> str:
    if cell is None:
        return "NULL"
    if isinstance(cell, int | float | Decimal):
        return str(cell)
    text = str(cell).replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
    return f"'{text}'"
