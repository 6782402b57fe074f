"""What is true of the made-up case, worked out from what happened and never from the databases.

`check` then asks a real MariaDB that holds the shops the same questions and fails where an answer differs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC
from decimal import Decimal
from typing import Any

from stocktake.demo import catalogue, clock, opencart, woocommerce
from stocktake.demo.parcels import Parcel
from stocktake.demo.server import Server
from stocktake.demo.tables import coins, pounds
from stocktake.demo.trade import COUPONS, OPERATOR_KEY, WALLET, Order, Trade, price_at, tiers_at

Facts = dict[str, Any]

# Words of the canonical vocabulary for what each shop records.
WOO_STATUS = {
    "wc-completed": "completed", "wc-processing": "processing", "wc-on-hold": "pending", "wc-pending": "pending",
    "wc-cancelled": "cancelled", "wc-failed": "failed", "wc-refunded": "refunded", "trash": "trashed",
    "wc-checkout-draft": "abandoned",
}  # fmt: skip
OC_STATUS = {
    0: "abandoned", 1: "pending", 2: "processing", 3: "shipped", 5: "completed", 7: "cancelled", 10: "failed", 11: "refunded",
    13: "disputed", 14: "cancelled", 17: "part_refunded",
}  # fmt: skip
# States that an order of these shops reaches only once it is paid.
_PAID = ("completed", "processing", "part_refunded", "refunded", "disputed")


def recorded_status(order: Order) -> str:
    """The status word that the shop's database holds; empty for OpenCart's 0."""
    if order.site == "woo":
        return woocommerce.STATUS[order.state]
    return opencart.STATUSES.get(opencart.status_id(order), "")


def canonical_status(order: Order) -> str:
    """The status in stocktake's vocabulary, from the recorded word alone."""
    if order.site == "woo":
        return WOO_STATUS[woocommerce.STATUS[order.state]]
    return OC_STATUS[opencart.status_id(order)]


def recorded_method(order: Order) -> str:
    """The payment method that is recorded: card, crypto, bank, or empty where the buyer chose none."""
    return "" if order.state == "abandoned" and not order.billing.first else order.method


def buyers_total(order: Order) -> Decimal:
    """What the buyer was to pay, in the order's currency, not rounded."""
    return Decimal(pounds(order.total)) * Decimal(order.currency_value)


def is_counted(order: Order) -> bool:
    """Whether the order's total counts as taken: its state is one that only a paid order reaches, and it is no test."""
    return order.state in _PAID and not order.test


def _visible(orders: Iterable[Order]) -> list[Order]:
    return [order for order in orders if order.state != "deleted"]


def _totals(orders: list[Order], local: bool) -> list[Facts]:
    groups: dict[tuple[str, ...], list[Order]] = defaultdict(list)
    for order in orders:
        at = clock.london(order.placed) if local else order.placed.astimezone(UTC)
        key = (
            f"{at:%Y-%m}",
            recorded_status(order),
            canonical_status(order),
            order.currency,
            recorded_method(order),
        )
        groups[key].append(order)
    return [
        {
            "month": month, "status_recorded": recorded, "status": status, "currency": currency, "method": method,
            "orders": len(group), "total": str(sum(map(buyers_total, group))),
            "total_base": pounds(sum(order.total for order in group)),
        }
        for (month, recorded, status, currency, method), group in sorted(groups.items())
    ]  # fmt: skip


def _takings(orders: list[Order]) -> Facts:
    counted = [order for order in orders if is_counted(order)]
    refunds = [(order, refund) for order in orders for refund in order.refunds if is_counted(order)]
    months: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for order in counted:
        months[f"{order.placed:%Y-%m}", order.currency, order.method] += buyers_total(order)
    back: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for order, refund in refunds:
        back[f"{refund.at:%Y-%m}", order.currency] += Decimal(pounds(refund.amount)) * Decimal(
            order.currency_value
        )
    part = [order for order in orders if order.state == "underpaid" and order.coin]
    return {
        "orders": len(counted),
        "total_base": pounds(sum(order.total for order in counted)),
        "refunds": len(refunds),
        "refunds_base": pounds(sum(refund.amount for _, refund in refunds)),
        "by_month": [
            {"month": m, "currency": c, "method": w, "total": str(v)}
            for (m, c, w), v in sorted(months.items())
        ],
        "refunds_by_month": [
            {"month": m, "currency": c, "total": str(v)} for (m, c), v in sorted(back.items())
        ],
        "test_orders": sum(order.test for order in orders),
        "test_total_base": pounds(sum(order.total for order in orders if order.test)),
        "disputed_base": pounds(sum(order.total for order in orders if order.state == "disputed")),
        "part_paid_in_bitcoin": {
            "orders": len(part),
            "asked_base": pounds(sum(order.total for order in part)),
            "received_btc": coins(
                sum(amount for order in part if order.coin for *_, amount in order.coin.received)
            ),
        },
        "received_btc": coins(
            sum(
                amount
                for order in orders
                if order.coin
                for *_, amount in order.coin.received
                if order.state != "abandoned"
            )
        ),
    }


def _listings(site: str) -> list[Facts]:
    found = []
    for listing in catalogue.LISTINGS:
        title = listing.woo_title if site == "woo" else listing.oc_title
        if not title:
            continue
        tiers: list[Facts] = []
        if site == "woo":
            tiers = [
                {"min_quantity": q, "price": pounds(p), "price_kind": "unit"}
                for q, p in tiers_at(listing, "woo", clock.CLOSED)
                if listing.tiers
            ]
            tiers += [
                {"min_quantity": q, "price": str(off), "price_kind": "percent_off"}
                for q, off in listing.percent_tiers
            ]
        else:
            tiers = [
                {
                    "min_quantity": q,
                    "price": pounds(p),
                    "price_kind": "unit",
                    "customer_group": group,
                    "valid_from": a,
                    "valid_to": b,
                }
                for group, q, p, a, b in opencart.product_tiers(listing)
            ]
            special = opencart.product_special(listing)
            if special:
                tiers.append({"min_quantity": 1, "price": pounds(special[0]), "price_kind": "unit", "customer_group": 1,
                              "valid_from": special[1], "valid_to": special[2]})  # fmt: skip
        found.append({
            "key": listing.key, "title": title, "category": listing.category, "substance": listing.substance,
            "price": pounds(price_at(listing.price, site, clock.CLOSED)),
            "variations": {v.label: pounds(price_at(v.price, site, clock.CLOSED)) for v in listing.variations}, "tiers": tiers,
        })  # fmt: skip
    return found


def facts(trade: Trade, parcels: list[Parcel]) -> Facts:
    """The truth in summary: what `truth.json` holds beside the manifest of files."""
    sites: Facts = {}
    for name, orders, module in (
        ("quillbarrow", trade.woo, woocommerce),
        ("pedlarsgate", trade.opencart, opencart),
    ):
        shown = _visible(orders)
        sites[name] = {
            "software": "woocommerce" if module is woocommerce else "opencart",
            "name": module.NAME, "tagline": woocommerce.TAGLINE, "currency": "GBP", "time_zone": "Europe/London",
            "admin_email": woocommerce.ADMIN_EMAIL, "onion": module.ONION, "clearnet": module.CLEARNET, "prefix": module.PREFIX,
            "orders": len(shown), "lines": sum(len(order.lines) for order in shown),
            "accounts": _accounts(name, shown), "staff": [row[0] for row in module.STAFF],
            "orders_with_a_parcel_number": sum(bool(order.tracking) for order in shown),
            "sealed_notes": sum(order.note.startswith("-----BEGIN PGP") for order in shown),
            "totals": _totals(shown, local=False), "totals_local_month": _totals(shown, local=True),
            "takings": _takings(shown), "listings": _listings("woo" if module is woocommerce else "opencart"),
            "coupons": {code.lower() if module is woocommerce else code: percent for code, percent in COUPONS.items()},
        }  # fmt: skip
        if module is opencart:
            gone = [order for order in orders if order.state == "deleted"]
            sites[name]["deleted_orders"] = [order.number for order in gone]
            sites[name]["deleted_orders_with_a_payment_left"] = [
                order.number for order in gone if order.coin or (order.method == "card" and order.paid)
            ]
    people = {side: {o.person.key for o in _visible(orders) if o.person and o.billing.first}
              for side, orders in (("woo", trade.woo), ("opencart", trade.opencart))}  # fmt: skip
    return {
        "operation": "Operation Saltmarsh",
        "about": "A made-up case. No person, shop or address in it is real.",
        "sites": sites,
        "persons": {
            "buyers": len(people["woo"] | people["opencart"]), "on_quillbarrow": len(people["woo"]),
            "on_pedlarsgate": len(people["opencart"]), "on_both": len(people["woo"] & people["opencart"]),
        },
        "parcels": [
            {"reference": p.reference, "site": _site(p.order), "order": p.order.number if p.order else None,
             "tracking_number": p.order.tracking if p.order else p.tracking, "damage": p.damage}
            for p in parcels
        ],
        "links_between_the_sites": {
            "tagline": woocommerce.TAGLINE, "admin_email": woocommerce.ADMIN_EMAIL, "analytics_id": woocommerce.ANALYTICS_ID,
            "extended_public_key": WALLET.serialised(), "pgp_fingerprint": OPERATOR_KEY.fingerprint(),
            "pgp_subkey_id": OPERATOR_KEY.subkey_id(), "staff": ["keeper", "moss"], "staff_addresses": ["203.0.113.77", "198.51.100.23"],
            "bank_account_name": "Hare & Finch Homeware",
        },
    }  # fmt: skip


def _site(order: Order | None) -> str | None:
    return None if order is None else {"woo": "quillbarrow", "opencart": "pedlarsgate"}[order.site]


def _accounts(site: str, orders: list[Order]) -> Facts:
    made = {order.account for order in orders if order.account and order.person and order.billing.first}
    if site == "quillbarrow":
        made = {
            order.account for order in orders if order.account and order.person and order.state != "abandoned"
        }
        gone = {account for account in made if woocommerce.is_deleted(account)}
        return {"customers": len(made - gone), "deleted_but_named_by_orders": len(gone)}
    return {"customers": len(made) + 1, "deleted_but_named_by_orders": 0}


def order_rows(trade: Trade) -> list[Facts]:
    """One row an order, deleted ones included, with the person behind it."""
    rows = []
    for order in [*trade.woo, *trade.opencart]:
        gone = order.state == "deleted"
        rows.append({
            "site": _site(order), "number": order.number, "placed_utc": clock.utc_text(order.placed),
            "placed_local": clock.local_text(order.placed), "status_recorded": "" if gone else recorded_status(order),
            "status": "deleted" if gone else canonical_status(order), "happened": order.state, "method": recorded_method(order),
            "currency": order.currency, "currency_value": order.currency_value, "total_base": pounds(order.total),
            "shipping_base": pounds(order.shipping_cost), "discount_base": pounds(order.discount),
            "refunded_base": pounds(sum(refund.amount for refund in order.refunds)), "counted": is_counted(order), "test": order.test,
            "person": order.person.key if order.person else None,
            "account": woocommerce.user_of(order) if order.site == "woo" else opencart.customer_of(order),
            "tracking_number": order.tracking, "weight_g": order.weight_g,
            "bitcoin_address": order.coin.address if order.coin else "",
            "bitcoin_received": sum(amount for *_, amount in order.coin.received) if order.coin else 0,
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
        account = woocommerce.user_of(order) if order.site == "woo" else opencart.customer_of(order)
        if account:
            accounts[order.person.key][order.site].add(account)
    rows = []
    for person in trade.people:
        if person.key not in numbers:
            continue
        homes = [home for home in (person.home, person.second_home) if home]
        rows.append({
            "person": person.key, "name": f"{person.first} {person.last}",
            "homes": [", ".join(part for part in (h.line1, h.line2, h.city, h.postcode, h.country) if part) for h in homes],
            "emails": person.emails, "phones": person.phones,
            "quillbarrow_users": sorted(accounts[person.key]["woo"]), "pedlarsgate_customers": sorted(accounts[person.key]["opencart"]),
            "quillbarrow_orders": numbers[person.key]["woo"], "pedlarsgate_orders": numbers[person.key]["opencart"],
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
WHERE r.post_type = 'shop_order_refund'
"""
_WOO_CUSTOMERS = """
SELECT COUNT(*) FROM {p}users u JOIN {p}usermeta m ON m.user_id = u.ID AND m.meta_key = '{p}capabilities'
WHERE m.meta_value LIKE '%"customer"%'
"""
_OC_TOTALS = """
SELECT DATE_FORMAT(o.date_added, '%Y-%m'), IFNULL(s.name, ''), o.currency_code, o.payment_code, COUNT(*), SUM(o.total),
       SUM(o.total * o.currency_value)
FROM {p}order o LEFT JOIN {p}order_status s ON s.order_status_id = o.order_status_id AND s.language_id = 1
GROUP BY 1, 2, 3, 4
"""


def check(server: Server, found: Facts) -> None:
    """Ask the server that holds the shops; raise where it disagrees with the truth."""
    woo, oc = found["sites"]["quillbarrow"], found["sites"]["pedlarsgate"]
    methods = {
        code: method for method, (code, _) in [*woocommerce.GATEWAY.items(), *opencart.METHODS.items()]
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
    takings = woo["takings"]
    _same(
        "WooCommerce refunds",
        (takings["refunds"], Decimal(takings["refunds_base"])),
        (int(count), Decimal(amount if count != "0" else 0)),
    )
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
