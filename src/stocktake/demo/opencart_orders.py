"""The orders of the made-up OpenCart shop with their lines, totals, histories and payments."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from stocktake.demo import clock
from stocktake.demo.opencart_stock import ONION, SETTINGS, digest, entities, latin, money
from stocktake.demo.tables import Cell, Tables, pounds
from stocktake.demo.trade import Order, buyers_money

if TYPE_CHECKING:
    from stocktake.demo.people import Address

NAME: str = SETTINGS["settings"]["config"]["config_name"]
STATUSES: dict[int, str] = {int(number): name for number, name in SETTINGS["order_status"].items()}
METHODS = {
    "card": ("worldpay", "Credit Card / Debit Card (WorldPay)"),
    "crypto": ("blockonomics", "Bitcoin"),
    "bank": ("bank_transfer", "Bank Transfer"),
}
COUNTRIES: dict[str, tuple[int, str]] = {iso: (row[0], row[1]) for iso, row in SETTINGS["countries"].items()}
_STATES = {
    "abandoned": 0,
    "processing": 2,
    "on_hold": 1,
    "pending": 1,
    "underpaid": 1,
    "failed": 10,
    "refunded": 11,
    "part_refunded": 17,
    "disputed": 13,
}
_LANGUAGES = ("en-GB,en;q=0.5", "en-US,en;q=0.5", "en-GB,en-US;q=0.9,en;q=0.8")
_TRACKED = (
    "Royal Mail {}",
    "tracking: {}",
    "RM24 no. {} - posted Tab",
    "{}",
    "Your parcel is on its way! <b>{}</b>",
)


@dataclass
class Till:
    """Where orders are written: the tables, what the goods are numbered, and how far rows are numbered."""

    tables: Tables
    products: dict[str, int]
    options: dict[tuple[str, str], tuple[int, int]]
    _last: dict[str, int] = field(default_factory=dict)

    def next(self, table: str) -> int:
        """The next number of a table's rows."""
        self._last[table] = self._last.get(table, 0) + 1
        return self._last[table]

    def history(self, order: int, status: int, at: datetime, comment: str = "", notify: int = 0) -> None:
        """A row of `order_history`."""
        self.tables.add(
            "order_history",
            order_history_id=self.next("order_history"),
            order_id=order,
            order_status_id=status,
            notify=notify,
            comment=latin(comment),
            date_added=clock.local_text(at),
        )


def status_id(order: Order) -> int:
    """The shop's number for what became of an order."""
    if order.state == "completed":
        recent = order.shipped is not None and order.shipped > clock.CLOSED - timedelta(days=6)
        return 3 if recent else 5
    if order.state == "cancelled":
        return 14 if order.method == "crypto" and order.number % 3 == 0 else 7
    return _STATES[order.state]


def customer_of(order: Order) -> int:
    """`customer_id` of an order: 0 for a guest. The operators try the shop with the first account."""
    if order.test:
        return 1
    return order.account + 1 if order.account else 0


def is_wholesale(order: Order) -> bool:
    """Whether the buyer is in the shop's customer group Wholesale."""
    return order.person is not None and order.person.wholesale


def _address(kind: str, address: Address) -> dict[str, Cell]:
    country, name = COUNTRIES[address.country] if address.first else (0, "")
    return {
        f"{kind}_firstname": latin(address.first)[:32],
        f"{kind}_lastname": latin(address.last)[:32],
        f"{kind}_company": address.company,
        f"{kind}_address_1": address.line1,
        f"{kind}_address_2": address.line2,
        f"{kind}_city": latin(address.city),
        f"{kind}_postcode": address.postcode,
        f"{kind}_country": name,
        f"{kind}_country_id": country,
        f"{kind}_zone": "",
        f"{kind}_zone_id": 0,
        f"{kind}_address_format": "",
        f"{kind}_custom_field": "[]",
    }


def _order_row(order: Order, status: int) -> dict[str, Cell]:
    number, bare = order.number, not order.billing.first
    code, method = METHODS[order.method]
    times = [order.placed, order.paid, order.completed, *(refund.at for refund in order.refunds)]
    cells: dict[str, Cell] = {
        "order_id": number,
        "invoice_no": number if status == 5 and number % 2 else 0,
        "invoice_prefix": "INV-2024-00",
        "store_id": 0,
        "store_name": NAME,
        "store_url": f"http://{ONION}/",
        "customer_id": customer_of(order),
        "customer_group_id": 2 if is_wholesale(order) else 1,
        "firstname": latin(order.billing.first)[:32],
        "lastname": latin(order.billing.last)[:32],
        "email": order.email,
        "telephone": order.phone,
        "fax": "",
        "custom_field": "[]",
    }
    cells |= _address("payment", order.billing)
    cells |= {"payment_method": "" if bare else method, "payment_code": "" if bare else code}
    cells |= _address("shipping", order.shipping)
    cells |= {
        "shipping_method": "" if bare else order.shipping_title,
        "shipping_code": "" if bare else order.shipping_code,
        "comment": latin(order.note),
        "total": money(order.total),
        "order_status_id": status,
        "affiliate_id": 0,
        "commission": "0.0000",
        "marketing_id": 0,
        "tracking": "",
        "language_id": 1,
        "currency_id": {"GBP": 1, "USD": 2, "EUR": 3}[order.currency],
        "currency_code": order.currency,
        "currency_value": order.currency_value,
        "ip": order.ip,
        "forwarded_ip": "127.0.0.1" if order.ip.startswith("10.8.") else "",
        "user_agent": order.user_agent,
        "accept_language": _LANGUAGES[number % 3],
        "date_added": clock.local_text(order.placed),
        "date_modified": clock.local_text(max(at for at in times if at)),
    }
    return cells


def add_order(till: Till, order: Order) -> None:
    """One order with all that hangs on it."""
    tables, number, status = till.tables, order.number, status_id(order)
    tables.add("order", **_order_row(order, status))
    for line in order.lines:
        product, place = till.products[line.listing.key], till.next("order_product")
        tables.add(
            "order_product",
            order_product_id=place,
            order_id=number,
            product_id=product,
            name=entities(latin(line.listing.oc_title)),
            model=f"PG{product:03d}",
            quantity=line.quantity,
            price=money(line.unit),
            total=money(line.amount),
            tax="0.0000",
            reward=0,
        )
        if line.variation:
            option, value = till.options[line.listing.key, line.variation.label]
            tables.add(
                "order_option",
                order_option_id=till.next("order_option"),
                order_id=number,
                order_product_id=place,
                product_option_id=option,
                product_option_value_id=value,
                name="Weight",
                value=line.variation.label,
                type="select",
            )
    totals = [("sub_total", "Sub-Total", order.subtotal)]
    if order.coupon:
        totals.append(("coupon", f"Coupon ({order.coupon})", -order.discount))
    totals += [("shipping", order.shipping_title, order.shipping_cost), ("total", "Total", order.total)]
    for place, (code, title, value) in enumerate(totals, 1):
        tables.add(
            "order_total",
            order_total_id=till.next("order_total"),
            order_id=number,
            code=code,
            title=title,
            value=money(value),
            sort_order=place,
        )
    add_payments(till, order)
    if status:
        _add_history(till, order, status)


def _add_history(till: Till, order: Order, status: int) -> None:
    number = order.number
    bank = "Please pay within 48 h. Reference: order number ONLY, nothing about goods."
    till.history(number, 1, order.placed, bank if order.method == "bank" else "", notify=1)
    if order.paid:
        text = "money in" if order.method == "bank" else ""
        if order.coin and order.coin.received and number % 3 == 0:
            text = f"Bitcoin address {order.coin.address} txid {order.coin.received[0][1]}"
        till.history(number, 2, order.paid, text)
    if order.shipped and not order.test:
        text = _TRACKED[number % 5].format(order.tracking) if order.tracking else "2nd class, no tracking"
        till.history(number, 3, order.shipped, text, notify=int(bool(order.tracking)))
        if status == 5:
            till.history(number, 5, order.shipped + timedelta(hours=1))
    if order.test:
        till.history(number, 5, order.completed or order.placed, "test")
    for at, by, text in order.staff_notes:
        till.history(number, status, at, f"{by}: {text.replace('Pedlarsgate', 'Quillbarrow')}")
    for refund in order.refunds:
        text = f"refund £{pounds(refund.amount)} {refund.reason}".strip()
        till.history(number, status, refund.at, text)
    if status in (7, 10, 13, 14):
        till.history(number, status, order.placed + timedelta(hours=3))


def add_payments(till: Till, order: Order) -> None:
    """What the payment extensions keep; it stays when the order itself is deleted."""
    tables, number = till.tables, order.number
    if order.coin and order.state != "abandoned":
        tables.add(
            "blockonomics_bitcoin_orders",
            id=till.next("blockonomics"),
            id_order=number,
            timestamp=int(order.placed.timestamp()) + 2,
            addr=order.coin.address,
            txid=order.coin.received[0][1] if order.coin.received else "",
            status=2 if order.coin.received else -1,
            value=str(buyers_money(order.total, order)),
            bits=order.coin.asked,
            bits_payed=order.satoshi,
        )
    if order.method != "card" or not order.paid or order.test:
        return
    place = till.next("worldpay_order")
    at = clock.local_text(order.paid)
    tables.add(
        "worldpay_order",
        worldpay_order_id=place,
        order_id=number,
        order_code=digest(f"worldpay {number}", 32),
        date_added=at,
        date_modified=at,
        refund_status=int(sum(refund.amount for refund in order.refunds) == order.total),
        currency_code=order.currency,
        total=str(buyers_money(order.total, order)),
    )
    moves = [("payment", order.paid, order.total)]
    moves += [("refund", refund.at, refund.amount) for refund in order.refunds]
    for kind, when, amount in moves:
        tables.add(
            "worldpay_order_transaction",
            worldpay_order_transaction_id=till.next("worldpay_order_transaction"),
            worldpay_order_id=place,
            date_added=clock.local_text(when),
            type=kind,
            amount=str(buyers_money(amount, order)),
        )
    if order.account and number % 2:
        tables.add(
            "worldpay_card",
            card_id=till.next("worldpay_card"),
            customer_id=customer_of(order),
            order_id=number,
            token=digest(f"card {order.email}", 36),
            digits=f"**** **** **** {order.card[1]}",
            expiry=f"{number % 12 + 1:02d}/{26 + number % 4}",
            type=order.card[0].upper(),
        )
