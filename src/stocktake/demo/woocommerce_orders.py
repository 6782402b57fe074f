"""The orders of the made-up WooCommerce shop, as posts with their meta rows, lines, notes and refunds."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from stocktake.demo import clock, php
from stocktake.demo.tables import coins, pounds, trimmed
from stocktake.demo.woocommerce_stock import VERSION, slug_of
from stocktake.demo.wordpress import EMPTY, NO_TAX_OF_LINE, NO_TAX_OF_SHIPPING, Comment, Post, Site, token

if TYPE_CHECKING:
    from stocktake.demo.people import Address
    from stocktake.demo.trade import Order, Refund

# What the group's own clean-up job leaves: traces of visitors, and details that are empty or nought, only for
# the last weeks; the software's own notes only for the last three.
TRACES_KEPT = clock.CLOSED - timedelta(days=45)
_SYSTEM_NOTES_KEPT = clock.CLOSED - timedelta(days=21)
# Sales analytics ran for the first weeks only.
ANALYTICS_UNTIL = clock.WOO_OPENED + timedelta(days=70)
_BTCPAY_2 = datetime(2024, 11, 4, tzinfo=UTC)  # BTCPay Server 2.0 renamed its payment methods

STATUS = {
    "completed": "wc-completed",
    "part_refunded": "wc-completed",
    "processing": "wc-processing",
    "on_hold": "wc-on-hold",
    "pending": "wc-pending",
    "cancelled": "wc-cancelled",
    "failed": "wc-failed",
    "underpaid": "wc-failed",
    "refunded": "wc-refunded",
    "trashed": "trash",
    "abandoned": "wc-checkout-draft",
}
GATEWAY = {
    "card": ("stripe", "Credit / Debit Card"),
    "crypto": ("btcpaygf_default", "Bitcoin (BTCPay)"),
    "bank": ("bacs", "Direct bank transfer"),
}
# login, shown name, e-mail, role, registered, last address, number of browser
STAFF = (
    (
        "keeper",
        "Keeper",
        "keeper@saltbox.example.net",
        "administrator",
        clock.WOO_OPENED - timedelta(days=9),
        "203.0.113.77",
        1,
    ),
    (
        "moss",
        "Moss",
        "moss@saltbox.example.net",
        "shop_manager",
        clock.WOO_OPENED - timedelta(days=3),
        "198.51.100.23",
        5,
    ),
    (
        "packer2",
        "packer",
        "packer2@cipherbox.example.net",
        "shop_manager",
        clock.WOO_OPENED + timedelta(days=190),
        "192.0.2.140",
        7,
    ),
    (
        "dev_l",
        "L.",
        "l.dev@tidymail.example.com",
        "administrator",
        clock.WOO_OPENED - timedelta(days=11),
        "2001:db8:7::51",
        2,
    ),
)

_Meta = tuple[str, str | int]


def customer_user(account: int) -> int:
    """The WordPress user of a buyer's account; the staff stand before them."""
    return account + len(STAFF)


def user_of(order: Order) -> int:
    """`_customer_user` of an order: 0 for a guest."""
    if order.test:
        return 1 + order.number % 2
    return customer_user(order.account) if order.account else 0


def _titled(kind: str, at: datetime) -> tuple[str, str]:
    """Title and name that WooCommerce gives an order or refund, from its time on the shop's clock."""
    local = clock.london(at)
    name = f"{kind}-{local:%b-%d-%Y-%I%M-%p}".lower()
    return f"{kind.capitalize()} &ndash; {local:%B %d, %Y @ %I:%M %p}", name


def _address_metas(kind: str, address: Address) -> list[_Meta]:
    parts = {
        "first_name": address.first,
        "last_name": address.last,
        "company": address.company,
        "address_1": address.line1,
        "address_2": address.line2,
        "city": address.city,
        "postcode": address.postcode,
        "country": address.country,
    }
    return [(f"_{kind}_{part}", text) for part, text in parts.items() if text]


def _address_index(address: Address) -> str:
    parts = (address.first, address.last, address.company, address.line1, address.line2, address.city)
    return " ".join((*parts, address.postcode))


def _core_metas(order: Order, key: str) -> list[_Meta]:
    """What WooCommerce itself keeps of an order."""
    traces = order.placed >= TRACES_KEPT
    metas: list[_Meta] = [("_order_key", key), ("_customer_user", user_of(order))]
    if order.state != "abandoned" or order.billing.first:
        gateway, title = GATEWAY[order.method]
        metas += [("_payment_method", gateway), ("_payment_method_title", title)]
    if traces:
        cart = hashlib.md5(key.encode(), usedforsecurity=False).hexdigest()
        metas += [("_customer_ip_address", order.ip), ("_customer_user_agent", order.user_agent)]
        metas.append(("_cart_hash", cart))
    metas.append(("_created_via", "checkout"))
    metas += _address_metas("billing", order.billing)
    metas += [("_billing_email", order.email)] if order.email else []
    metas += [("_billing_phone", order.phone)] if order.phone else []
    metas += _address_metas("shipping", order.shipping)
    metas += [
        ("_order_currency", "GBP"),
        ("_cart_discount", trimmed(order.discount)),
        ("_cart_discount_tax", 0),
        ("_order_shipping", pounds(order.shipping_cost)),
        ("_order_shipping_tax", 0),
        ("_order_tax", 0),
        ("_order_total", pounds(order.total)),
        ("_order_version", VERSION),
        ("_prices_include_tax", "no"),
    ]
    if traces:
        metas.append(("_billing_address_index", _address_index(order.billing)))
        metas.append(("_shipping_address_index", _address_index(order.shipping)))
    done = None if order.state == "processing" else order.completed
    for name, at in (("paid", order.paid), ("completed", done)):
        if at:
            metas.append((f"_date_{name}", int(at.timestamp())))
        if at and traces:
            metas.append((f"_{name}_date", clock.local_text(at)))
    return [(name, value) for name, value in metas if traces or value not in EMPTY]


def _card_metas(order: Order) -> list[_Meta]:
    """What the Stripe plugin keeps of a charge."""
    if order.method != "card" or not order.paid:
        return []
    fee = order.total * 15 // 1000 + 20
    metas: list[_Meta] = [
        ("_transaction_id", f"ch_3{token(f'charge {order.number}', 23)}"),
        ("_stripe_customer_id", f"cus_{token(order.email.lower(), 14)}"),
        ("_stripe_charge_captured", "yes"),
        ("_stripe_fee", pounds(fee)),
        ("_stripe_net", pounds(order.total - fee)),
        ("_stripe_currency", "GBP"),
    ]
    if order.placed >= TRACES_KEPT:
        metas.append(("_stripe_intent_id", f"pi_3{token(f'intent {order.number}', 23)}"))
        metas.append(("_stripe_card_brand", order.card[0]))
    return metas


def _coin_metas(order: Order) -> list[_Meta]:
    """What the BTCPay plugin keeps of an invoice and the payments to it."""
    coin = order.coin
    if coin is None:
        return []
    metas: list[_Meta] = [("BTCPay_id", token(f"btcpay {order.number}", 22))]
    if not coin.received:
        return metas
    name = f"BTCPay_{'BTC' if order.placed < _BTCPAY_2 else 'BTC-CHAIN'}_"
    total = sum(amount for *_, amount in coin.received)
    metas += [
        (f"{name}total_paid", coins(total)),
        (f"{name}total_amount", coins(coin.asked)),
        (f"{name}total_due", coins(max(coin.asked - total, 0))),
        (f"{name}rate", f"{coin.rate}.00"),
    ]
    for index, (at, txid, amount) in enumerate(coin.received):
        metas += [
            (f"{name}{index}_id", f"{txid}-{int(txid[0], 16) % 3}"),
            (f"{name}{index}_timestamp", int(at.timestamp())),
            (f"{name}{index}_destination", coin.address),
            (f"{name}{index}_amount", coins(amount)),
            (f"{name}{index}_status", "Settled"),
        ]
    return metas


def add_order(site: Site, order: Order) -> None:
    """One order with all that hangs on it."""
    number = order.number
    status = STATUS[order.state]
    times = [order.placed, order.paid, order.completed, *(refund.at for refund in order.refunds)]
    changed = max(at for at in times if at)
    key = f"wc_order_{token(f'key {number}', 13)}"
    title, name = _titled("order", order.placed)
    if status == "trash":
        name += "__trashed"
    site.post(
        Post(
            number,
            "shop_order",
            order.placed,
            title,
            status=status,
            excerpt=order.note,
            name=name,
            password=key,
            changed=changed,
        )
    )
    site.meta(number, _core_metas(order, key) + _card_metas(order) + _coin_metas(order))
    if order.tracking and order.shipped:
        sent: php.Value = {
            "tracking_provider": "royal-mail",
            "custom_tracking_provider": "",
            "custom_tracking_link": "",
            "tracking_number": order.tracking,
            "date_shipped": str(int(order.shipped.timestamp()) // 86400 * 86400),
        }
        site.meta(number, [("_wc_shipment_tracking_items", php.serialize([sent]))])
    if status == "trash":
        site.meta(number, [("_wp_trash_meta_status", STATUS[order.binned_from])])
        site.meta(number, [("_wp_trash_meta_time", int((changed + timedelta(days=9)).timestamp()))])
    _add_items(site, order)
    _add_notes(site, order)


def line_discounts(order: Order) -> list[int]:
    """The coupon's discount spread over the lines, in pence; the last line takes the rest."""
    shares = [order.discount * line.amount // max(order.subtotal, 1) for line in order.lines]
    shares[-1] = order.discount - sum(shares[:-1])
    return shares


def _add_items(site: Site, order: Order) -> None:
    whole = order.placed >= TRACES_KEPT
    for line, off in zip(order.lines, line_discounts(order), strict=True):
        product = site.products[line.listing.key]
        name, variation = line.listing.woo_title, 0
        if line.variation:
            variation = site.variations[line.listing.key, line.variation.label]
            name = f"{name} - {line.variation.label}"
        metas: list[_Meta] = [
            ("_product_id", product),
            ("_variation_id", variation),
            ("_qty", line.quantity),
            ("_tax_class", ""),
            ("_line_subtotal", trimmed(line.amount)),
            ("_line_subtotal_tax", 0),
            ("_line_total", trimmed(line.amount - off)),
            ("_line_tax", 0),
            ("_line_tax_data", NO_TAX_OF_LINE),
        ]
        if line.variation:
            metas.append(("pa_weight", slug_of(line.variation.label)))
        number = site.order_item(order.number, "line_item", name, metas, whole)
        if order.placed < ANALYTICS_UNTIL:
            site.tables.add(
                "wc_order_product_lookup",
                order_item_id=number,
                order_id=order.number,
                product_id=product,
                variation_id=variation,
                customer_id=user_of(order) or None,
                date_created=clock.local_text(order.placed),
                product_qty=line.quantity,
                product_net_revenue=trimmed(line.amount - off),
                product_gross_revenue=trimmed(line.amount - off),
            )
    method, _, instance = order.shipping_code.partition(":")
    metas = [("method_id", method), ("instance_id", instance), ("cost", pounds(order.shipping_cost))]
    metas += [("total_tax", 0), ("taxes", NO_TAX_OF_SHIPPING)]
    site.order_item(order.number, "shipping", order.shipping_title, metas, whole)
    if order.coupon:
        metas = [("discount_amount", trimmed(order.discount)), ("discount_amount_tax", 0)]
        site.order_item(order.number, "coupon", order.coupon.lower(), metas, whole)


_PAID_NOTES = {
    "card": "Stripe charge complete.",
    "crypto": "Invoice payment settled.",
    "bank": "Payment seen at bank.",
}


def _add_notes(site: Site, order: Order) -> None:
    def say(at: datetime, author: str, email: str, text: str, user: int = 0, to_buyer: bool = False) -> None:
        comment = Comment(order.number, "order_note", at, author, text, email, user=user)
        site.comment(comment, [("is_customer_note", 1)] if to_buyer else [])

    system = "woocommerce@saltbox.example.net"
    if order.placed >= _SYSTEM_NOTES_KEPT and order.paid:
        text = f"{_PAID_NOTES[order.method]} Order status changed from Pending payment to Processing."
        say(order.paid, "WooCommerce", system, text)
    elif order.placed >= _SYSTEM_NOTES_KEPT and order.state == "cancelled":
        text = "Unpaid order cancelled - time limit reached."
        say(order.placed + timedelta(hours=1), "WooCommerce", system, text)
    if order.tracking and order.shipped and order.number % 29 == 0:
        text = f"Hi {order.shipping.first}, it's on its way 📦 Royal Mail {order.tracking}. Delete this."
        say(order.shipped, "Moss", STAFF[1][2], text, user=2, to_buyer=True)
    for at, by, text in order.staff_notes:
        user = {"keeper": 1, "moss": 2}.get(by, 3)
        say(at, STAFF[user - 1][1], STAFF[user - 1][2], text, user=user)
    for refund in order.refunds:
        text = f"Refunded £{pounds(refund.amount)} - {refund.reason or 'no reason given'}"
        say(refund.at, "WooCommerce", system, text)


def add_refunds(site: Site, orders: list[Order]) -> None:
    """Refunds take the numbers that lie free between the orders of their time."""
    used = {order.number for order in orders}
    wanted = sorted((refund.at, order.number, refund) for order in orders for refund in order.refunds)
    place = 0
    for at, parent, refund in wanted:
        while place < len(orders) and orders[place].placed <= at:
            place += 1
        number = orders[place - 1].number
        while number in used:
            number += 1
        used.add(number)
        _add_refund(site, number, parent, refund)


def _add_refund(site: Site, number: int, parent: int, refund: Refund) -> None:
    by = 1 if refund.by == "keeper" else 2
    title, name = _titled("refund", refund.at)
    site.post(
        Post(
            number,
            "shop_order_refund",
            refund.at,
            title,
            status="wc-completed",
            author=by,
            excerpt=refund.reason,
            name=name,
            parent=parent,
            password=f"wc_order_{token(f'refund {number}', 13)}",
        )
    )
    site.meta(
        number,
        [
            ("_order_currency", "GBP"),
            ("_cart_discount", 0),
            ("_order_shipping", 0),
            ("_order_tax", 0),
            ("_order_total", pounds(-refund.amount)),
            ("_order_version", VERSION),
            ("_prices_include_tax", "no"),
            ("_refund_amount", pounds(refund.amount)),
            ("_refunded_by", by),
            ("_refund_reason", refund.reason),
        ],
    )
