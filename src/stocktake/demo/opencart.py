"""The rows of the second made-up shop: OpenCart 3.0, whose clock is the server's, in British time."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Final

from stocktake.demo import catalogue, clock, identifiers, words
from stocktake.demo.catalogue import Listing
from stocktake.demo.people import Address
from stocktake.demo.tables import Tables, pounds
from stocktake.demo.trade import (
    COUPONS,
    OPERATOR_KEY,
    SALE,
    SALE_KEYS,
    WALLET,
    Order,
    Trade,
    price_at,
    sale_price,
    tiers_at,
)
from stocktake.demo.woocommerce import ADMIN_EMAIL, ANALYTICS_ID, TAGLINE

PREFIX: Final = "oc_"
NAME: Final = "Pedlarsgate"
ONION: Final = identifiers.onion_v3("stocktake demo pedlarsgate")
CLEARNET: Final = "pedlarsgate.example"

STATUSES: Final = {
    1: "Pending", 2: "Processing", 3: "Shipped", 5: "Complete", 7: "Canceled", 8: "Denied", 9: "Canceled Reversal", 10: "Failed",
    11: "Refunded", 12: "Reversed", 13: "Chargeback", 14: "Expired", 15: "Processed", 16: "Voided", 17: "Part Refunded",
}  # fmt: skip
STAFF: Final = (
    ("keeper", "Keeper", "", ADMIN_EMAIL, 1, "203.0.113.77"),
    ("moss", "Moss", "", "moss@saltbox.example.net", 2, "198.51.100.23"),
    ("tab", "Tab", "", "tab@cipherbox.example.net", 2, "192.0.2.61"),
)
METHODS: Final = {
    "card": ("worldpay", "Credit Card / Debit Card (WorldPay)"),
    "crypto": ("blockonomics", "Bitcoin"),
    "bank": ("bank_transfer", "Bank Transfer"),
}
_COUNTRIES: Final = {
    "GB": (222, "United Kingdom"), "IE": (103, "Ireland"), "DE": (81, "Germany"), "NL": (150, "Netherlands"),
    "FR": (74, "France, Metropolitan"), "ES": (195, "Spain"), "US": (223, "United States"), "": (0, ""),
}  # fmt: skip
_NEVER: Final = "0000-00-00"


def status_id(order: Order) -> int:
    """The shop's number for what became of an order."""
    if order.state == "completed":
        recent = order.shipped is not None and order.shipped > clock.CLOSED - timedelta(days=6)
        return 3 if recent else 5
    if order.state == "cancelled":
        return 14 if order.method == "crypto" and order.number % 3 == 0 else 7
    return {
        "abandoned": 0, "processing": 2, "on_hold": 1, "pending": 1, "underpaid": 1, "failed": 10, "refunded": 11,
        "part_refunded": 17, "disputed": 13,
    }[order.state]  # fmt: skip


def latin(text: str) -> str:
    """The text as this shop's database holds it: what Windows-1252 lacks has become a question mark."""
    return text.encode("cp1252", "replace").decode("cp1252")


def _entities(text: str) -> str:
    """OpenCart keeps what comes from a form with HTML's special characters escaped."""
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")


def _digest(text: str, length: int) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def _ten_thousandths(pence: int) -> str:
    return pounds(pence) + "00"


class _Shop:
    def __init__(self, seed: str) -> None:
        self.tables = Tables(PREFIX)
        self.random = Random(f"{seed}/opencart rows")
        self.products: dict[str, int] = {}
        self.options: dict[tuple[str, str], tuple[int, int]] = {}
        self.settings = self.histories = self.totals = self.lines = self.order_options = self.coins = (
            self.cards
        ) = 0
        self.worldpay = self.worldpay_rows = 0

    def setting(self, code: str, key: str, value: str | list[str]) -> None:
        self.settings += 1
        serialized = not isinstance(value, str)
        self.tables.add(
            "setting", setting_id=self.settings, store_id=0, code=code, key=key,
            value=json.dumps(value, separators=(",", ":")) if serialized else value, serialized=int(serialized),
        )  # fmt: skip

    def history(self, order: int, status: int, at: datetime, comment: str = "", notify: int = 0) -> None:
        self.histories += 1
        self.tables.add(
            "order_history", order_history_id=self.histories, order_id=order, order_status_id=status, notify=notify,
            comment=latin(comment), date_added=clock.local_text(at),
        )  # fmt: skip


def _base(shop: _Shop) -> None:
    for key, value in (
        ("config_meta_title", NAME), ("config_meta_description", TAGLINE), ("config_theme", "default"), ("config_country_id", "222"),
        ("config_zone_id", "3563"), ("config_language", "en-gb"), ("config_admin_language", "en-gb"), ("config_currency", "GBP"),
        ("config_currency_auto", "1"), ("config_weight_class_id", "2"), ("config_checkout_guest", "1"), ("config_customer_group_id", "1"),
        ("config_invoice_prefix", "INV-2024-00"), ("config_order_status_id", "1"), ("config_processing_status", ["2", "3", "15", "13"]),
        ("config_complete_status", ["5", "3"]), ("config_fraud_status_id", "8"), ("config_name", NAME), ("config_owner", "P. Gate"),
        ("config_address", "Unit 4, Gallowtree Yard\r\nSaltersby"), ("config_email", ADMIN_EMAIL), ("config_telephone", "01632 960114"),
        ("config_comment", TAGLINE), ("config_error_filename", "error.log"), ("config_maintenance", "0"), ("config_customer_online", "0"),
        ("config_google_analytics", ANALYTICS_ID), ("config_mail_engine", "smtp"), ("config_mail_smtp_hostname", "mail.saltbox.example.net"),
        ("config_mail_smtp_username", ADMIN_EMAIL), ("config_mail_smtp_password", "made-up-password"), ("config_login_attempts", "5"),
        ("config_encryption", _digest("encryption", 64)), ("config_url", f"http://{ONION}/"), ("config_ssl", f"https://{CLEARNET}/"),
        ("config_captcha_page", ["review", "contact"]), ("config_customer_group_display", ["1", "2"]),
    ):  # fmt: skip
        shop.setting("config", key, value)
    for code, key, value in (
        ("payment_worldpay", "payment_worldpay_status", "1"), ("payment_worldpay", "payment_worldpay_service_key", "T_S_made_up"),
        ("payment_worldpay", "payment_worldpay_client_key", "T_C_made_up"), ("payment_blockonomics", "payment_blockonomics_status", "1"),
        ("payment_blockonomics", "payment_blockonomics_api_key", "made-up-api-key"),
        ("payment_bank_transfer", "payment_bank_transfer_bank1",
         "Hare & Finch Homeware\r\nMade-up Bank 00-00-00 00000000\r\nReference: your order number ONLY"),
        ("shipping_flat", "shipping_flat_cost", "6.50"), ("shipping_free", "shipping_free_total", "150"),
    ):  # fmt: skip
        shop.setting(code, key, value)
    tables = shop.tables
    for number, name in STATUSES.items():
        tables.add("order_status", order_status_id=number, language_id=1, name=name)
    for number, title, code, left, right, value in (
        (1, "Pound Sterling", "GBP", "£", "", "1.00000000"), (2, "US Dollar", "USD", "$", "", "1.27840000"),
        (3, "Euro", "EUR", "", "€", "1.17210000"),
    ):  # fmt: skip
        tables.add(
            "currency", currency_id=number, title=title, code=code, symbol_left=left, symbol_right=right, decimal_place="2",
            value=Decimal(value), status=1, date_modified="2025-07-14 06:00:01",
        )  # fmt: skip
    tables.add(
        "language", language_id=1, name="English", code="en-gb", locale="en-GB,en_GB.UTF-8,english", image="gb.png", directory="english",
        sort_order=1, status=1,
    )  # fmt: skip
    for iso, (number, name) in _COUNTRIES.items():
        if number:
            tables.add(
                "country",
                country_id=number,
                name=name,
                iso_code_2=iso,
                iso_code_3=iso + "X",
                address_format="",
                postcode_required=1,
                status=1,
            )
    for group, name in ((1, "Default"), (2, "Wholesale")):
        tables.add("customer_group", customer_group_id=group, approval=int(group == 2), sort_order=group)
        tables.add(
            "customer_group_description", customer_group_id=group, language_id=1, name=name,
            description="trade, ask keeper" if group == 2 else "",
        )  # fmt: skip
    for number, title, unit, value in (
        (1, "Kilogram", "kg", "1"),
        (2, "Gram", "g", "1000"),
        (6, "Ounce", "oz", "35.274"),
    ):
        tables.add("weight_class", weight_class_id=number, value=Decimal(value))
        tables.add("weight_class_description", weight_class_id=number, language_id=1, title=title, unit=unit)
    for number, name in ((1, "Administrator"), (2, "Packing")):
        tables.add(
            "user_group",
            user_group_id=number,
            name=name,
            permission=json.dumps({"access": ["sale/order"], "modify": []}),
        )
    for number, (login, first, last, email, group, ip) in enumerate(STAFF, 1):
        salt = _digest(f"salt {login}", 9)
        tables.add(
            "user", user_id=number, user_group_id=group, username=login, password=_password(salt, f"made-up {login}"), salt=salt,
            firstname=first, lastname=last, email=email, image="", code="", ip=ip, status=1,
            date_added=clock.local_text(clock.OC_OPENED - timedelta(days=6 - number)),
        )  # fmt: skip
    tables.add(
        "store", store_id=1, name=f"{NAME} (clearnet)", url=f"https://{CLEARNET}/", ssl=f"https://{CLEARNET}/"
    )
    for number, kind in enumerate(
        ("payment", "payment", "payment", "shipping", "shipping", "total", "analytics"), 1
    ):
        code = ("worldpay", "blockonomics", "bank_transfer", "flat", "free", "coupon", "google")[number - 1]
        tables.add("extension", extension_id=number, type=kind, code=code)
    for number, code in enumerate(COUPONS, 1):
        tables.add(
            "coupon", coupon_id=number, name=f"{code} {COUPONS[code]}%", code=code, type="P", discount=Decimal(COUPONS[code]), logged=0,
            shipping=0, total=Decimal(0), date_start="2024-02-05", date_end=_NEVER, uses_total=0, uses_customer="", status=1,
            date_added="2024-02-05 12:00:00",
        )  # fmt: skip
    for number, (title, text) in enumerate(
        (
            ("About", f"{NAME}: {TAGLINE}. Encrypt to the key below.\n{OPERATOR_KEY.public_block()}"),
            ("Delivery", "Posted from the UK Mon-Fri. Lost post reshipped once."),
            ("~notes", "KEEPER ONLY: stock count Sundays. Same wallet as Quillbarrow, watch the gap limit: " + WALLET.serialised()),
        ), 1,
    ):  # fmt: skip
        tables.add("information", information_id=number, bottom=1, sort_order=number, status=int(number < 3))
        tables.add(
            "information_description", information_id=number, language_id=1, title=title,
            description=_entities(f"<p>{text}</p>"), meta_title=title, meta_description="", meta_keyword="",
        )  # fmt: skip


def _password(salt: str, password: str) -> str:
    """OpenCart 2 and 3: sha1(salt + sha1(salt + sha1(password)))."""

    def sha1(text: str) -> str:
        return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()

    return sha1(salt + sha1(salt + sha1(password)))


def _products(shop: _Shop) -> None:
    tables, now = shop.tables, clock.CLOSED
    for number, (key, name) in enumerate(catalogue.CATEGORIES.items(), 20):
        tables.add(
            "category", category_id=number, image="", parent_id=0, top=1, column=1, sort_order=0, status=1,
            date_added="2024-02-01 11:00:00", date_modified="2024-02-01 11:00:00",
        )  # fmt: skip
        tables.add(
            "category_description", category_id=number, language_id=1, name=name, description="", meta_title=key, meta_description="",
            meta_keyword="",
        )  # fmt: skip
        tables.add("category_to_store", category_id=number, store_id=0)
        tables.add("category_path", category_id=number, path_id=number, level=0)
    categories = {key: number for number, key in enumerate(catalogue.CATEGORIES, 20)}
    tables.add("option", option_id=13, type="select", sort_order=1)
    tables.add("option_description", option_id=13, language_id=1, name="Weight")
    values: dict[str, int] = {}
    discounts = specials = product_options = product_values = 0
    for place, listing in enumerate(item for item in catalogue.LISTINGS if item.oc_title):
        product = shop.products[listing.key] = 50 + place
        base = price_at(listing.variations[0].price if listing.variations else listing.price, "opencart", now)
        added = clock.OC_OPENED - timedelta(days=3) + timedelta(hours=place * 9)
        tables.add(
            "product", product_id=product, model=f"PG{product:03d}", sku=f"PG-{product}", upc="", ean="", jan="", isbn="", mpn="",
            location="", quantity=40 + place * 53 % 500, stock_status_id=7, image=f"catalog/p/{listing.key}.jpg" if place % 5 else None,
            manufacturer_id=0, shipping=1, price=Decimal(_ten_thousandths(base)), points=0, tax_class_id=0,
            date_available="2024-02-05" if place % 4 else _NEVER, weight=Decimal(listing.grams), weight_class_id=2, length=Decimal(0),
            width=Decimal(0), height=Decimal(0), length_class_id=1, subtract=1, minimum=1, sort_order=place,
            status=int(listing.key != "shake"), viewed=place * 311 % 9000, date_added=clock.local_text(added),
            date_modified=clock.local_text(now - timedelta(days=place * 5 % 120 + 1)),
        )  # fmt: skip
        tables.add(
            "product_description", product_id=product, language_id=1, name=_entities(latin(str(listing.oc_title))),
            description=_entities(latin(f"<p>{listing.description}</p>")), tag="", meta_title=_entities(latin(str(listing.oc_title))),
            meta_description="", meta_keyword="",
        )  # fmt: skip
        tables.add("product_to_category", product_id=product, category_id=categories[listing.category])
        tables.add("product_to_store", product_id=product, store_id=0)
        for group, least, price, start, end in product_tiers(listing):
            discounts += 1
            tables.add(
                "product_discount", product_discount_id=discounts, product_id=product, customer_group_id=group, quantity=least,
                priority=1, price=Decimal(_ten_thousandths(price)), date_start=start, date_end=end,
            )  # fmt: skip
        special = product_special(listing)
        if special:
            specials += 1
            tables.add(
                "product_special", product_special_id=specials, product_id=product, customer_group_id=1, priority=1,
                price=Decimal(_ten_thousandths(special[0])), date_start=special[1], date_end=special[2],
            )  # fmt: skip
        if not listing.variations:
            continue
        product_options += 1
        tables.add(
            "product_option",
            product_option_id=product_options,
            product_id=product,
            option_id=13,
            value="",
            required=1,
        )
        for variation in listing.variations:
            if variation.label not in values:
                values[variation.label] = 60 + len(values)
                tables.add(
                    "option_value",
                    option_value_id=values[variation.label],
                    option_id=13,
                    image="",
                    sort_order=len(values),
                )
                tables.add(
                    "option_value_description",
                    option_value_id=values[variation.label],
                    language_id=1,
                    option_id=13,
                    name=variation.label,
                )
            product_values += 1
            shop.options[listing.key, variation.label] = (product_options, product_values)
            tables.add(
                "product_option_value", product_option_value_id=product_values, product_option_id=product_options, product_id=product,
                option_id=13, option_value_id=values[variation.label], quantity=100, subtract=1,
                price=Decimal(_ten_thousandths(price_at(variation.price, "opencart", now) - base)), price_prefix="+", points=0,
                points_prefix="+", weight=Decimal(variation.grams), weight_prefix="+",
            )  # fmt: skip


def product_tiers(listing: Listing) -> list[tuple[int, int, int, str, str]]:
    """Bulk prices as the shop keeps them: customer group, least quantity, price of one in pence, from, until."""
    found = []
    for least, unit in tiers_at(listing, "opencart", clock.CLOSED):
        found.append((1, least, unit, _NEVER, _NEVER))
        found.append((2, least, unit * 92 // 100, _NEVER, _NEVER))
        if listing.key in ("pills-tesla", "vallies"):
            before = dict(tiers_at(listing, "opencart", clock.OC_OPENED))[least]
            found.append((1, least, before, "2024-02-05", "2024-03-31"))
    return found


def product_special(listing: Listing) -> tuple[int, str, str] | None:
    """A price for a time: pence, from, until."""
    if listing.key in SALE_KEYS:
        return sale_price(listing, SALE[0]), f"{SALE[0]:%Y-%m-%d}", f"{SALE[1]:%Y-%m-%d}"
    return None


def _address(kind: str, address: Address) -> dict[str, str | int]:
    country, name = _COUNTRIES[address.country if address.first else ""]
    return {
        f"{kind}_firstname": latin(address.first)[:32], f"{kind}_lastname": latin(address.last)[:32], f"{kind}_company": address.company,
        f"{kind}_address_1": address.line1, f"{kind}_address_2": address.line2, f"{kind}_city": latin(address.city),
        f"{kind}_postcode": address.postcode, f"{kind}_country": name, f"{kind}_country_id": country, f"{kind}_zone": "",
        f"{kind}_zone_id": 0, f"{kind}_address_format": "", f"{kind}_custom_field": "[]",
    }  # fmt: skip


def customer_of(order: Order) -> int:
    """`customer_id` of an order: 0 for a guest. The operators try the shop with the first account."""
    if order.test:
        return 1
    return order.account + 1 if order.account else 0


def _order(shop: _Shop, order: Order) -> None:
    number = order.number
    status = status_id(order)
    code, method = METHODS[order.method]
    bare = not order.billing.first
    last = max(
        [order.placed, *[at for at in (order.paid, order.completed) if at], *[r.at for r in order.refunds]]
    )
    currency = {"GBP": 1, "USD": 2, "EUR": 3}[order.currency]
    cells: dict[str, str | int | Decimal] = {
        "order_id": number, "invoice_no": number if status == 5 and number % 2 else 0, "invoice_prefix": "INV-2024-00", "store_id": 0,
        "store_name": NAME, "store_url": f"http://{ONION}/", "customer_id": customer_of(order),
        "customer_group_id": 2 if order.person and order.person.appetite > 24 else 1, "firstname": latin(order.billing.first)[:32],
        "lastname": latin(order.billing.last)[:32], "email": order.email, "telephone": order.phone, "fax": "", "custom_field": "[]",
    }  # fmt: skip
    cells |= _address("payment", order.billing)
    cells |= {"payment_method": "" if bare else method, "payment_code": "" if bare else code}
    cells |= _address("shipping", order.shipping)
    cells |= {
        "shipping_method": "" if bare else order.shipping_title, "shipping_code": "" if bare else order.shipping_code,
        "comment": latin(order.note), "total": Decimal(_ten_thousandths(order.total)), "order_status_id": status, "affiliate_id": 0,
        "commission": Decimal(0), "marketing_id": 0, "tracking": "", "language_id": 1, "currency_id": currency,
        "currency_code": order.currency, "currency_value": Decimal(order.currency_value), "ip": order.ip,
        "forwarded_ip": "127.0.0.1" if order.ip.startswith("10.8.") else "", "user_agent": order.user_agent,
        "accept_language": ("en-GB,en;q=0.5", "en-US,en;q=0.5", "en-GB,en-US;q=0.9,en;q=0.8")[number % 3],
        "date_added": clock.local_text(order.placed), "date_modified": clock.local_text(last),
    }  # fmt: skip
    shop.tables.add("order", **cells)
    for line in order.lines:
        shop.lines += 1
        shop.tables.add(
            "order_product", order_product_id=shop.lines, order_id=number, product_id=shop.products[line.listing.key],
            name=_entities(latin(str(line.listing.oc_title))), model=f"PG{shop.products[line.listing.key]:03d}", quantity=line.quantity,
            price=Decimal(_ten_thousandths(line.unit)), total=Decimal(_ten_thousandths(line.amount)), tax=Decimal(0), reward=0,
        )  # fmt: skip
        if line.variation:
            option, value = shop.options[line.listing.key, line.variation.label]
            shop.order_options += 1
            shop.tables.add(
                "order_option", order_option_id=shop.order_options, order_id=number, order_product_id=shop.lines,
                product_option_id=option, product_option_value_id=value, name="Weight", value=line.variation.label, type="select",
            )  # fmt: skip
    for place, (kind, title, value) in enumerate(
        (("sub_total", "Sub-Total", order.subtotal), ("coupon", f"Coupon ({order.coupon})", -order.discount),
         ("shipping", order.shipping_title, order.shipping_cost), ("total", "Total", order.total)), 1
    ):  # fmt: skip
        if kind == "coupon" and not order.coupon:
            continue
        shop.totals += 1
        shop.tables.add(
            "order_total", order_total_id=shop.totals, order_id=number, code=kind, title=title, value=Decimal(_ten_thousandths(value)),
            sort_order=place,
        )  # fmt: skip
    _payment(shop, order)
    _history(shop, order, status)


def _history(shop: _Shop, order: Order, status: int) -> None:
    if status == 0:
        return
    number = order.number
    bank = (
        "Please pay within 48 h. Reference: order number ONLY, nothing about goods."
        if order.method == "bank"
        else ""
    )
    shop.history(number, 1, order.placed, bank, notify=1)
    if order.paid:
        text = {"card": "", "bank": "money in"}.get(order.method, "")
        if order.coin and order.coin.received:
            text = (
                f"Bitcoin address {order.coin.address} txid {order.coin.received[0][1]}"
                if number % 3 == 0
                else ""
            )
        shop.history(number, 2, order.paid, text)
    if order.shipped and not order.test:
        if order.tracking:
            styles = (
                "Royal Mail {}",
                "tracking: {}",
                "RM24 no. {} - posted Tab",
                "{}",
                "Your parcel is on its way! <b>{}</b>",
            )
            shop.history(number, 3, order.shipped, styles[number % 5].format(order.tracking), notify=1)
        else:
            shop.history(number, 3, order.shipped, "2nd class, no tracking")
        if status == 5:
            shop.history(number, 5, order.shipped + timedelta(hours=1))
    for at, by, text in order.staff_notes:
        shop.history(number, status, at, f"{by}: {text.replace('Pedlarsgate', 'Quillbarrow')}")
    for refund in order.refunds:
        shop.history(number, status, refund.at, f"refund £{pounds(refund.amount)} {refund.reason}".strip())
    if status in (7, 10, 13, 14):
        shop.history(number, status, order.placed + timedelta(hours=3))


def _payment(shop: _Shop, order: Order) -> None:
    tables, number = shop.tables, order.number
    if order.coin and order.state != "abandoned":
        shop.coins += 1
        received = sum(amount for *_, amount in order.coin.received)
        tables.add(
            "blockonomics_bitcoin_orders", id=shop.coins, id_order=number, timestamp=int(order.placed.timestamp()) + 2,
            addr=order.coin.address, txid=order.coin.received[0][1] if order.coin.received else "",
            status=2 if order.coin.received else -1, value=float(pounds(order.total)), bits=order.coin.asked, bits_payed=received,
        )  # fmt: skip
    if order.method != "card" or not order.paid or order.test:
        return
    shop.worldpay += 1
    at = clock.local_text(order.paid)
    back = sum(refund.amount for refund in order.refunds)
    tables.add(
        "worldpay_order", worldpay_order_id=shop.worldpay, order_id=number, order_code=f"{_digest(f'worldpay {number}', 32)}",
        date_added=at, date_modified=at, refund_status=int(back == order.total), currency_code=order.currency,
        total=Decimal(_ten_thousandths(order.total)),
    )  # fmt: skip
    for kind, when, amount in [("payment", order.paid, order.total)] + [
        ("refund", r.at, r.amount) for r in order.refunds
    ]:
        shop.worldpay_rows += 1
        tables.add(
            "worldpay_order_transaction", worldpay_order_transaction_id=shop.worldpay_rows, worldpay_order_id=shop.worldpay,
            date_added=clock.local_text(when), type=kind, amount=Decimal(_ten_thousandths(amount)),
        )  # fmt: skip
    if order.account and number % 2:
        shop.cards += 1
        tables.add(
            "worldpay_card", card_id=shop.cards, customer_id=customer_of(order), order_id=number, token=_digest(f"card {order.email}", 36),
            digits=f"**** **** **** {order.card[1]}", expiry=f"{number % 12 + 1:02d}/{26 + number % 4}", type=order.card[0].upper(),
        )  # fmt: skip


def _customers(shop: _Shop, trade: Trade) -> None:
    tables = shop.tables
    firsts: dict[int, Order] = {}
    for order in trade.opencart:
        if order.account and order.person and order.billing.first and order.state != "deleted":
            firsts.setdefault(order.account, order)
    opened = clock.local_text(clock.OC_OPENED - timedelta(days=1))
    people: list[tuple[int, Order | None]] = [
        (1, None),
        *[(account + 1, order) for account, order in sorted(firsts.items())],
    ]
    ips = 0
    for number, made in people:
        salt = _digest(f"customer salt {number}", 9)
        first, last = (
            ("Test", "Test")
            if made is None
            else (latin(made.billing.first)[:32], latin(made.billing.last)[:32])
        )
        since = opened if made is None else clock.local_text(made.placed - timedelta(minutes=3))
        wholesale = made is not None and made.person is not None and made.person.appetite > 24
        tables.add(
            "customer", customer_id=number, customer_group_id=2 if wholesale else 1, store_id=0, language_id=1, firstname=first,
            lastname=last, email=ADMIN_EMAIL if made is None else made.email, telephone="07700900000" if made is None else made.phone,
            fax="", password=_password(salt, f"made-up {number}"), salt=salt, cart=None, wishlist=None,
            newsletter=number % 4 == 0, address_id=number, custom_field="[]", ip="10.8.0.2" if made is None else made.ip,
            status=int(number % 61 != 7), safe=0, token="", code="", date_added=since,
        )  # fmt: skip
        if made is None:
            continue
        address = made.billing
        tables.add(
            "address", address_id=number, customer_id=number, firstname=first, lastname=last, company=address.company,
            address_1=address.line1, address_2=address.line2, city=latin(address.city), postcode=address.postcode,
            country_id=_COUNTRIES[address.country][0], zone_id=0, custom_field="[]",
        )  # fmt: skip
        ips += 1
        tables.add("customer_ip", customer_ip_id=ips, customer_id=number, ip=made.ip, date_added=since)


def _others(shop: _Shop, trade: Trade) -> None:
    tables, random = shop.tables, shop.random
    reviews = 0
    done = [
        order
        for order in trade.opencart
        if order.state == "completed" and order.person and order.completed and not order.test
    ]
    for order in done[::19]:
        assert order.person is not None
        assert order.completed is not None
        rating, text = random.choice(words.REVIEWS)
        at = order.completed + timedelta(days=random.randrange(1, 5))
        reviews += 1
        tables.add(
            "review", review_id=reviews, product_id=shop.products[order.lines[0].listing.key], customer_id=customer_of(order),
            author=latin(order.person.names[1]), text=_entities(latin(text.replace("{slang}", random.choice(words.SLANG)))), rating=rating,
            status=int(rating > 1), date_added=clock.local_text(at), date_modified="0000-00-00 00:00:00",
        )  # fmt: skip
    for index, order in enumerate(done[5::211], 1):
        tables.add(
            "return", return_id=index, order_id=order.number, product_id=shop.products[order.lines[0].listing.key],
            customer_id=customer_of(order), firstname=latin(order.billing.first)[:32], lastname=latin(order.billing.last)[:32],
            email=order.email, telephone=order.phone, product=_entities(latin(str(order.lines[0].listing.oc_title))), model="", quantity=1,
            opened=0, return_reason_id=1, return_action_id=0, return_status_id=2, comment="never arrived", date_ordered=_NEVER,
            date_added=clock.local_text(clock.CLOSED - timedelta(days=index)), date_modified=clock.local_text(clock.CLOSED),
        )  # fmt: skip
    for index in range(30):
        tables.add(
            "cart", cart_id=index + 1, api_id=0, customer_id=0 if index % 3 else index + 2, session_id=_digest(f"cart {index}", 32),
            product_id=50 + index, recurring_id=0, option="[]", quantity=1 + index % 3,
            date_added=clock.local_text(clock.CLOSED - timedelta(hours=index * 5)),
        )  # fmt: skip
    for index, (login, *_rest) in enumerate(STAFF, 1):
        tables.add(
            "customer_login", customer_login_id=index, email=f"{login}@saltbox.example.net", ip="198.51.100.23", total=index,
            date_added="2025-07-01 21:10:00", date_modified="2025-07-13 22:40:10",
        )  # fmt: skip
    for index, order in enumerate((o for o in trade.opencart if o.tracking and o.state != "deleted"), 1):
        if index > 48:
            break
        stamp = order.shipped or order.placed
        tables.add(
            "label_printed", order_id=order.number, printed=clock.utc_text(stamp), label=b"%PDF-1.4\n\x00\xff'\\" + order.tracking.encode(),
            flags=index % 256,
        )  # fmt: skip


OWN_TABLES: Final = """
CREATE TABLE {p}label_printed (
  order_id int(11) NOT NULL,
  printed timestamp NOT NULL DEFAULT '2000-01-01 00:00:00',
  label mediumblob,
  flags bit(8) DEFAULT NULL,
  PRIMARY KEY (order_id)
) ENGINE=MyISAM DEFAULT CHARSET=utf8;
"""


def rows(seed: str, trade: Trade) -> Tables:
    """All rows of the OpenCart site. Of an order that was deleted only the payment extension's row is left."""
    shop = _Shop(seed)
    _base(shop)
    _products(shop)
    for order in trade.opencart:
        if order.state == "deleted":
            _payment(shop, order)
        else:
            _order(shop, order)
    _customers(shop, trade)
    _others(shop, trade)
    return shop.tables
