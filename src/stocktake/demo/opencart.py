"""The rows of the second made-up shop, Pedlarsgate: OpenCart 3.0, whose clock shows British time."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from stocktake.demo import clock, words
from stocktake.demo.opencart_orders import (
    COUNTRIES,
    Till,
    add_order,
    add_payments,
    customer_of,
    is_wholesale,
)
from stocktake.demo.opencart_stock import (
    ADMIN_EMAIL,
    FIRST_PRODUCT,
    NEVER,
    STAFF,
    digest,
    entities,
    hashed_password,
    latin,
    products,
    settings,
)
from stocktake.demo.tables import Tables

if TYPE_CHECKING:
    from stocktake.demo.trade import Order, Trade

PREFIX = "oc_"


def add_customer(tables: Tables, number: int, made: Order | None) -> None:
    """A customer with their address; without an order behind it, the operators' own."""
    salt = digest(f"customer salt {number}", 9)
    since = clock.local_text(
        made.placed - timedelta(minutes=3) if made else clock.OC_OPENED - timedelta(days=1)
    )
    first = latin(made.billing.first)[:32] if made else "Test"
    last = latin(made.billing.last)[:32] if made else "Test"
    tables.add(
        "customer",
        customer_id=number,
        customer_group_id=2 if made and is_wholesale(made) else 1,
        store_id=0,
        language_id=1,
        firstname=first,
        lastname=last,
        email=made.email if made else ADMIN_EMAIL,
        telephone=made.phone if made else "07700900000",
        fax="",
        password=hashed_password(salt, f"made-up {number}"),
        salt=salt,
        cart=None,
        wishlist=None,
        newsletter=int(number % 4 == 0),
        address_id=number if made else 0,
        custom_field="[]",
        ip=made.ip if made else "10.8.0.2",
        status=int(number % 61 != 7),
        safe=0,
        token="",
        code="",
        date_added=since,
    )
    if made is None:
        return
    address = made.billing
    tables.add(
        "address",
        address_id=number,
        customer_id=number,
        firstname=first,
        lastname=last,
        company=address.company,
        address_1=address.line1,
        address_2=address.line2,
        city=latin(address.city),
        postcode=address.postcode,
        country_id=COUNTRIES[address.country][0],
        zone_id=0,
        custom_field="[]",
    )
    tables.add("customer_ip", customer_ip_id=number, customer_id=number, ip=made.ip, date_added=since)


def _customers(tables: Tables, orders: list[Order]) -> None:
    firsts: dict[int, Order] = {}
    for order in orders:
        if order.account and order.person and order.billing.first and order.state != "deleted":
            firsts.setdefault(order.account, order)
    add_customer(tables, 1, None)
    for account, order in sorted(firsts.items()):
        add_customer(tables, account + 1, order)


def _reviews(tables: Tables, random: Random, done: list[Order], numbers: dict[str, int]) -> None:
    for number, order in enumerate(done[::19], 1):
        rating, text = random.choice(words.REVIEWS)
        slang, wait = random.choice(words.SLANG), timedelta(days=random.randrange(1, 5))
        tables.add(
            "review",
            review_id=number,
            product_id=numbers[order.lines[0].listing.key],
            customer_id=customer_of(order),
            author=latin(order.person.names[1] if order.person else "keeper"),
            text=entities(latin(text.replace("{slang}", slang))),
            rating=rating,
            status=int(rating > 1),
            date_added=clock.local_text((order.completed or order.placed) + wait),
            date_modified="0000-00-00 00:00:00",
        )


def _returns(tables: Tables, done: list[Order], numbers: dict[str, int]) -> None:
    for number, order in enumerate(done[5::211], 1):
        tables.add(
            "return",
            return_id=number,
            order_id=order.number,
            product_id=numbers[order.lines[0].listing.key],
            customer_id=customer_of(order),
            firstname=latin(order.billing.first)[:32],
            lastname=latin(order.billing.last)[:32],
            email=order.email,
            telephone=order.phone,
            product=entities(latin(order.lines[0].listing.oc_title)),
            model="",
            quantity=1,
            opened=0,
            return_reason_id=1,
            return_action_id=0,
            return_status_id=2,
            comment="never arrived",
            date_ordered=NEVER,
            date_added=clock.local_text(clock.CLOSED - timedelta(days=number)),
            date_modified=clock.local_text(clock.CLOSED),
        )


def _traces(tables: Tables) -> None:
    """Baskets left standing, and attempts to sign in."""
    for index in range(30):
        tables.add(
            "cart",
            cart_id=index + 1,
            api_id=0,
            customer_id=0 if index % 3 else index + 2,
            session_id=digest(f"cart {index}", 32),
            product_id=FIRST_PRODUCT + index,
            recurring_id=0,
            option="[]",
            quantity=1 + index % 3,
            date_added=clock.local_text(clock.CLOSED - timedelta(hours=index * 5)),
        )
    for number, (login, *_) in enumerate(STAFF, 1):
        tables.add(
            "customer_login",
            customer_login_id=number,
            email=f"{login}@saltbox.example.net",
            ip="198.51.100.23",
            total=number,
            date_added="2025-07-01 21:10:00",
            date_modified="2025-07-13 22:40:10",
        )


def _labels(tables: Tables, orders: list[Order]) -> None:
    """A table of the group's own: address labels as they were printed."""
    tracked = [order for order in orders if order.tracking and order.state != "deleted"]
    for index, order in enumerate(tracked[:48], 1):
        tables.add(
            "label_printed",
            order_id=order.number,
            printed=clock.utc_text(order.shipped or order.placed),
            label=b"%PDF-1.4\n\x00\xff'\\" + order.tracking.encode(),
            flags=index,
        )


OWN_TABLES = """
CREATE TABLE {p}label_printed (
  order_id int(11) NOT NULL,
  printed timestamp NOT NULL DEFAULT '2000-01-01 00:00:00',
  label mediumblob,
  flags bit(8) DEFAULT NULL,
  PRIMARY KEY (order_id)
) ENGINE=MyISAM DEFAULT CHARSET=utf8;
"""


def rows(seed: str, trade: Trade) -> Tables:
    """All rows of the OpenCart site; of a deleted order only the payment extensions' rows are left."""
    tables = Tables(PREFIX)
    random = Random(f"{seed}/opencart rows")  # noqa: S311 - repeatable on purpose
    settings(tables)
    numbers, options = products(tables)
    till = Till(tables, numbers, options)
    for order in trade.opencart:
        if order.state == "deleted":
            add_payments(till, order)
        else:
            add_order(till, order)
    _customers(tables, trade.opencart)
    done = [order for order in trade.opencart if order.state == "completed" and order.person]
    _reviews(tables, random, done, numbers)
    _returns(tables, done, numbers)
    _traces(tables)
    _labels(tables, trade.opencart)
    return tables
