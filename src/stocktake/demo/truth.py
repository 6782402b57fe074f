"""What is true of the made-up case, worked out from what happened and never from the databases.

`check` then asks a real MariaDB that holds the shops the same questions and fails where an answer differs.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from stocktake.demo import (
    catalogue,
    clock,
    opencart,
    opencart_orders,
    opencart_stock,
    woocommerce,
    woocommerce_orders,
    woocommerce_stock,
)
from stocktake.demo.tables import coins, pounds
from stocktake.demo.trade import (
    COUPONS,
    OPERATOR_KEY,
    WALLET,
    Order,
    Refund,
    Trade,
    buyers_money,
    price_at,
    tiers_at,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stocktake.demo.catalogue import Listing
    from stocktake.demo.parcels import Parcel
    from stocktake.demo.server import Server

Facts = dict[str, Any]

# Words of the canonical vocabulary for what each shop records.
WOO_STATUS = {
    "wc-completed": "completed", "wc-processing": "processing", "wc-on-hold": "pending",
    "wc-pending": "pending",
    "wc-cancelled": "cancelled", "wc-failed": "failed", "wc-refunded": "refunded", "trash": "trashed",
    "wc-checkout-draft": "abandoned",
}  # fmt: skip
OC_STATUS = {
    0: "abandoned", 1: "pending", 2: "processing", 3: "shipped", 5: "completed", 7: "cancelled",
    10: "failed", 11: "refunded",
    13: "disputed", 14: "cancelled", 17: "part_refunded",
}  # fmt: skip
# States that an order of these shops reaches only once it is paid.
_PAID = ("completed", "processing", "part_refunded", "refunded", "disputed")


def recorded_status(order: Order) -> str:
    """The status word that the shop's database holds; "0" where OpenCart has none."""
    if order.site == "woo":
        return woocommerce_orders.STATUS[order.state]
    return opencart_orders.STATUSES.get(opencart_orders.status_id(order), "0")


def canonical_status(order: Order) -> str:
    """The status in stocktake's vocabulary, from the recorded word alone."""
    if order.site == "woo":
        return WOO_STATUS[woocommerce_orders.STATUS[order.state]]
    return OC_STATUS[opencart_orders.status_id(order)]


def recorded_method(order: Order) -> str:
    """The payment method that is recorded: card, crypto, bank, or empty where the buyer chose none."""
    return "" if order.state == "abandoned" and not order.billing.first else order.method


def is_counted(order: Order) -> bool:
    """Whether the order's total counts as taken: its state is one that only a paid order reaches.

    The operators' own tests do not count. Money that came in for an order that was never fully paid is told
    apart (`part_paid_in_bitcoin`).
    """
    return order.state in _PAID and not order.test


def received_pence(order: Order) -> int:
    """The share of an order's total that its Bitcoin came to, in pence."""
    if order.coin is None:
        return 0
    return (order.total * order.satoshi * 2 + order.coin.asked) // (2 * order.coin.asked)


def _visible(orders: Iterable[Order]) -> list[Order]:
    return [order for order in orders if order.state != "deleted"]


def _totals(orders: list[Order], local: bool) -> list[Facts]:
    groups: dict[tuple[str, ...], list[Order]] = defaultdict(list)
    for order in orders:
        at = clock.london(order.placed) if local else order.placed.astimezone(UTC)
        recorded = recorded_status(order)
        key = (f"{at:%Y-%m}", recorded, canonical_status(order), order.currency, recorded_method(order))
        groups[key].append(order)
    return [
        {
            "month": month,
            "status_recorded": recorded,
            "status": status,
            "currency": currency,
            "method": method,
            "orders": len(group),
            "total": str(sum(buyers_money(order.total, order) for order in group)),
            "total_base": pounds(sum(order.total for order in group)),
        }
        for (month, recorded, status, currency, method), group in sorted(groups.items())
    ]


def _refunds(orders: list[Order], whole: bool) -> list[tuple[Order, Refund]]:
    found = [(order, refund) for order in orders for refund in order.refunds if is_counted(order)]
    return [(order, refund) for order, refund in found if (refund.amount == order.total) == whole]


def _takings(orders: list[Order]) -> Facts:
    counted = [order for order in orders if is_counted(order)]
    months: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for order in counted:
        key = (f"{order.paid or order.placed:%Y-%m}", order.currency, order.method)
        months[key] += buyers_money(order.total, order)
    back: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    whole, part = _refunds(orders, whole=True), _refunds(orders, whole=False)
    for order, refund in [*whole, *part]:
        back[f"{refund.at:%Y-%m}", order.currency] += buyers_money(refund.amount, order)
    short = [order for order in orders if order.state == "underpaid" and order.coin]
    return {
        "orders": len(counted),
        "total_base": pounds(sum(order.total for order in counted)),
        "by_month_paid": [
            {"month": month, "currency": currency, "method": method, "total": str(total)}
            for (month, currency, method), total in sorted(months.items())
        ],
        "whole_refunds": {"refunds": len(whole), "total_base": pounds(sum(r.amount for _, r in whole))},
        "part_refunds": {"refunds": len(part), "total_base": pounds(sum(r.amount for _, r in part))},
        "refunds_by_month": [
            {"month": month, "currency": currency, "total": str(total)}
            for (month, currency), total in sorted(back.items())
        ],
        "test_orders": sum(order.test for order in orders),
        "test_total_base": pounds(sum(order.total for order in orders if order.test)),
        "disputed_base": pounds(sum(order.total for order in orders if order.state == "disputed")),
        "part_paid_in_bitcoin": {
            "orders": len(short),
            "asked_base": pounds(sum(order.total for order in short)),
            "received_base": pounds(sum(map(received_pence, short))),
            "received_btc": coins(sum(order.satoshi for order in short)),
        },
        "received_btc": coins(sum(order.satoshi for order in orders)),
    }


def _woo_tiers(listing: Listing) -> list[Facts]:
    if listing.tiers:
        tiers = tiers_at(listing, "woo", clock.CLOSED)
        return [{"min_quantity": q, "price": pounds(price), "price_kind": "unit"} for q, price in tiers]
    return [
        {"min_quantity": q, "price": str(off), "price_kind": "percent_off"}
        for q, off in listing.percent_tiers
    ]


def _oc_tiers(listing: Listing) -> list[Facts]:
    tiers = opencart_stock.product_tiers(listing)
    special = opencart_stock.product_special(listing)
    if special:
        tiers.append((1, 1, *special))
    return [
        {
            "min_quantity": least,
            "price": pounds(price),
            "price_kind": "unit",
            "customer_group": group,
            "valid_from": start,
            "valid_to": end,
        }
        for group, least, price, start, end in tiers
    ]


def _listings(site: str) -> list[Facts]:
    found = []
    for listing in catalogue.LISTINGS:
        title = listing.woo_title if site == "woo" else listing.oc_title
        if title:
            weights = {v.label: pounds(price_at(v.price, site, clock.CLOSED)) for v in listing.variations}
            found.append(
                {
                    "key": listing.key,
                    "title": title,
                    "category": listing.category,
                    "substance": listing.substance,
                    "price": pounds(price_at(listing.price, site, clock.CLOSED)),
                    "variations": weights,
                    "tiers": _woo_tiers(listing) if site == "woo" else _oc_tiers(listing),
                }
            )
    return found


def _site_facts(orders: list[Order], site: str) -> Facts:
    return {
        "orders": len(orders),
        "lines": sum(len(order.lines) for order in orders),
        "accounts": _accounts(site, orders),
        "orders_with_a_parcel_number": sum(bool(order.tracking) for order in orders),
        "sealed_notes": sum(order.note.startswith("-----BEGIN PGP") for order in orders),
        "totals": _totals(orders, local=False),
        "totals_local_month": _totals(orders, local=True),
        "takings": _takings(orders),
        "listings": _listings(site),
    }


def _deleted(orders: list[Order]) -> Facts:
    gone = [order for order in orders if order.state == "deleted"]
    paid_by = [order.number for order in gone if order.coin or (order.method == "card" and order.paid)]
    return {"deleted_orders": [order.number for order in gone], "of_which_a_payment_row_is_left": paid_by}


def _buyers(orders: list[Order]) -> set[int]:
    return {order.person.key for order in _visible(orders) if order.person and order.billing.first}


def facts(trade: Trade, parcels: list[Parcel]) -> Facts:
    """The truth in summary: what `truth.json` holds beside the manifest of files."""
    common = {
        "tagline": woocommerce.TAGLINE,
        "currency": "GBP",
        "time_zone": "Europe/London",
        "admin_email": woocommerce.ADMIN_EMAIL,
    }
    quillbarrow: Facts = {
        "software": "woocommerce",
        "name": woocommerce.NAME,
        "onion": woocommerce_stock.ONION,
        "clearnet": woocommerce_stock.CLEARNET,
        "prefix": woocommerce.PREFIX,
        "staff": [row[0] for row in woocommerce_orders.STAFF],
        "coupons": {code.lower(): percent for code, percent in COUPONS.items()},
    }
    pedlarsgate: Facts = {
        "software": "opencart",
        "name": opencart_orders.NAME,
        "onion": opencart_stock.ONION,
        "clearnet": opencart_stock.CLEARNET,
        "prefix": opencart.PREFIX,
        "staff": [row[0] for row in opencart_stock.STAFF],
        "coupons": COUPONS,
    }
    on_first, on_second = _buyers(trade.woo), _buyers(trade.opencart)
    return {
        "operation": "Operation Saltmarsh",
        "about": "A made-up case. No person, shop or address in it is real.",
        "sites": {
            "quillbarrow": common | quillbarrow | _site_facts(_visible(trade.woo), "woo"),
            "pedlarsgate": common
            | pedlarsgate
            | _site_facts(_visible(trade.opencart), "opencart")
            | _deleted(trade.opencart),
        },
        "persons": {
            "buyers": len(on_first | on_second),
            "on_quillbarrow": len(on_first),
            "on_pedlarsgate": len(on_second),
            "on_both": len(on_first & on_second),
        },
        "parcels": [
            {
                "reference": parcel.reference,
                "site": _site(parcel.order),
                "order": parcel.order.number if parcel.order else None,
                "tracking_number": parcel.order.tracking if parcel.order else parcel.tracking,
                "damage": parcel.damage,
            }
            for parcel in parcels
        ],
        "links_between_the_sites": {
            "tagline": woocommerce.TAGLINE,
            "admin_email": woocommerce.ADMIN_EMAIL,
            "analytics_id": woocommerce.ANALYTICS_ID,
            "extended_public_key": WALLET.serialised(),
            "pgp_fingerprint": OPERATOR_KEY.fingerprint(),
            "pgp_subkey_id": OPERATOR_KEY.subkey_id(),
            "staff": ["keeper", "moss"],
            "staff_addresses": ["203.0.113.77", "198.51.100.23"],
            "bank_account_name": "Hare & Finch Homeware",
        },
    }


def _site(order: Order | None) -> str | None:
    return None if order is None else {"woo": "quillbarrow", "opencart": "pedlarsgate"}[order.site]


def _accounts(site: str, orders: list[Order]) -> Facts:
    made = {order.account for order in orders if order.account and order.person and order.billing.first}
    if site == "woo":
        made = {
            order.account for order in orders if order.account and order.person and order.state != "abandoned"
        }
        gone = {account for account in made if woocommerce.is_deleted(account)}
        return {"customers": len(made - gone), "deleted_but_named_by_orders": len(gone)}
    return {"customers": len(made) + 1, "deleted_but_named_by_orders": 0}


def _account(order: Order) -> int:
    """The number of the account as the shop's orders name it; 0 for a guest."""
    return woocommerce_orders.user_of(order) if order.site == "woo" else opencart_orders.customer_of(order)


def order_rows(trade: Trade) -> list[Facts]:
    """One row an order, deleted ones included, with the person behind it."""
    rows = []
    for order in [*trade.woo, *trade.opencart]:
        gone = order.state == "deleted"
        rows.append({
            "site": _site(order), "number": order.number, "placed_utc": clock.utc_text(order.placed),
            "placed_local": clock.local_text(order.placed),
            "status_recorded": "" if gone else recorded_status(order),
            "status": "deleted" if gone else canonical_status(order), "happened": order.state,
            "method": recorded_method(order),
            "currency": order.currency, "currency_value": order.currency_value,
            "total_base": pounds(order.total),
            "shipping_base": pounds(order.shipping_cost), "discount_base": pounds(order.discount),
            "refunded_base": pounds(sum(refund.amount for refund in order.refunds)),
            "counted": is_counted(order), "test": order.test,
            "person": order.person.key if order.person else None,
            "account": _account(order),
            "tracking_number": order.tracking, "weight_g": order.weight_g,
            "bitcoin_address": order.coin.address if order.coin else "",
            "bitcoin_received": order.satoshi,
        })  # fmt: skip
    return rows


def person_rows(trade: Trade) -> list[Facts]:
    """One row a person who ordered: their names, addresses, and accounts on both sites."""
    accounts: dict[int, dict[str, set[int]]] = defaultdict(lambda: {"woo": set(), "opencart": set()})
    numbers: dict[int, dict[str, list[int]]] = defaultdict(lambda: {"woo": [], "opencart": []})
    for order in _visible([*trade.woo, *trade.opencart]):
        if order.person is None or not order.billing.first:
            continue
        numbers[order.person.key][order.site].append(order.number)
        account = _account(order)
        if account:
            accounts[order.person.key][order.site].add(account)
    rows = []
    for person in trade.people:
        if person.key not in numbers:
            continue
        homes = [home for home in (person.home, person.second_home) if home]
        rows.append({
            "person": person.key, "name": f"{person.first} {person.last}",
            "homes": [", ".join(part for part in (h.line1, h.line2, h.city, h.postcode,
            h.country) if part) for h in homes],
            "emails": person.emails, "phones": person.phones,
            "quillbarrow_users": sorted(accounts[person.key]["woo"]),
            "pedlarsgate_customers": sorted(accounts[person.key]["opencart"]),
            "quillbarrow_orders": numbers[person.key]["woo"],
            "pedlarsgate_orders": numbers[person.key]["opencart"],
        })  # fmt: skip
    return rows


_WOO_TOTALS = """
SELECT DATE_FORMAT(p.post_date_gmt, '%Y-%m'), p.post_status, c.meta_value, IFNULL(g.meta_value, ''), COUNT(*),
       SUM(CAST(t.meta_value AS DECIMAL(20,2)))
FROM {p}posts p
JOIN {p}postmeta t ON t.post_id = p.ID AND t.meta_key = '_order_total'
JOIN {p}postmeta c ON c.post_id = p.ID AND c.meta_key = '_order_currency'
LEFT JOIN {p}postmeta g ON g.post_id = p.ID AND g.meta_key = '_payment_method'
WHERE p.post_type = 'shop_order' GROUP BY 1, 2, 3, 4
"""
_WOO_REFUNDS = """
SELECT COUNT(*), SUM(CAST(m.meta_value AS DECIMAL(20,2))) FROM {p}posts r
JOIN {p}postmeta m ON m.post_id = r.ID AND m.meta_key = '_refund_amount'
JOIN {p}posts o ON o.ID = r.post_parent AND o.post_status IN ('wc-completed', 'wc-processing', 'wc-refunded')
LEFT JOIN {p}postmeta c ON c.post_id = o.ID AND c.meta_key = '_customer_user'
WHERE r.post_type = 'shop_order_refund' AND IFNULL(c.meta_value, '0') NOT IN ('1', '2', '3', '4')
"""
_WOO_CUSTOMERS = """
SELECT COUNT(*) FROM {p}users u JOIN {p}usermeta m ON m.user_id = u.ID AND m.meta_key = '{p}capabilities'
WHERE m.meta_value LIKE '%"customer"%'
"""
_OC_TOTALS = """
SELECT DATE_FORMAT(o.date_added, '%Y-%m'), IFNULL(s.name, '0'), o.currency_code, o.payment_code, COUNT(*),
       SUM(o.total),
       SUM(ROUND(o.total * o.currency_value, 2))
FROM {p}order o LEFT JOIN {p}order_status s ON s.order_status_id = o.order_status_id AND s.language_id = 1
GROUP BY 1, 2, 3, 4
"""


def check(server: Server, found: Facts) -> None:
    """Ask the server that holds the shops; raise where it disagrees with the truth."""
    woo, oc = found["sites"]["quillbarrow"], found["sites"]["pedlarsgate"]
    methods = {
        code: method
        for method, (code, _) in [*woocommerce_orders.GATEWAY.items(), *opencart_orders.METHODS.items()]
    } | {"": ""}

    answer = {
        (month, status, currency, methods[gateway]): (int(count), Decimal(total))
        for month, status, currency, gateway, count, total in server.ask(
            _WOO_TOTALS.format(p=woocommerce.PREFIX), "quillbarrow"
        )
    }
    truth = {
        (row["month"], row["status_recorded"], row["currency"], row["method"]): (
            row["orders"],
            Decimal(row["total"]),
        )
        for row in woo["totals"]
    }
    _same("WooCommerce totals", truth, answer)

    [[count, amount]] = server.ask(_WOO_REFUNDS.format(p=woocommerce.PREFIX), "quillbarrow")
    refunds = [woo["takings"][kind] for kind in ("whole_refunds", "part_refunds")]
    truth_of = (
        sum(kind["refunds"] for kind in refunds),
        sum(Decimal(kind["total_base"]) for kind in refunds),
    )
    _same("WooCommerce refunds", truth_of, (int(count), Decimal(amount if int(count) else 0)))
    [[count]] = server.ask(_WOO_CUSTOMERS.format(p=woocommerce.PREFIX), "quillbarrow")
    _same("WooCommerce customers", woo["accounts"]["customers"], int(count))

    sums = {
        (month, status, currency, methods[code]): (int(count), Decimal(base), Decimal(exact))
        for month, status, currency, code, count, base, exact in server.ask(
            _OC_TOTALS.format(p=opencart.PREFIX), "pedlarsgate"
        )
    }
    expected = {
        (row["month"], row["status_recorded"], row["currency"], row["method"]): (
            row["orders"],
            Decimal(row["total_base"]),
            Decimal(row["total"]),
        )
        for row in oc["totals_local_month"]
    }
    _same("OpenCart totals", expected, sums)
    [[count]] = server.ask(f"SELECT COUNT(*) FROM {opencart.PREFIX}customer", "pedlarsgate")
    _same("OpenCart customers", oc["accounts"]["customers"], int(count))


def _same(what: str, truth: object, answer: object) -> None:
    if truth != answer:
        raise RuntimeError(f"{what}: the model says {truth!r:.600}, the server {answer!r:.600}")
