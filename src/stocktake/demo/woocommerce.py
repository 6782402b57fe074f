"""The rows of the first made-up shop, Quillbarrow: WooCommerce on WordPress, orders kept as posts."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from random import Random

from stocktake.demo import clock, php, words
from stocktake.demo.openpgp import Key
from stocktake.demo.tables import Tables, pounds, trimmed
from stocktake.demo.trade import OPERATOR_KEY, Order, Trade
from stocktake.demo.woocommerce_orders import (
    ANALYTICS_UNTIL,
    GATEWAY,
    STAFF,
    STATUS,
    TRACES_KEPT,
    add_order,
    add_refunds,
    customer_user,
    user_of,
)
from stocktake.demo.woocommerce_stock import ONION, SETTINGS, VERSION, pages, products, settings
from stocktake.demo.wordpress import Comment, Site, token

PREFIX = "qb7_"
NAME: str = SETTINGS["options"]["blogname"]
TAGLINE: str = SETTINGS["options"]["blogdescription"]
ADMIN_EMAIL: str = SETTINGS["options"]["admin_email"]
ANALYTICS_ID: str = SETTINGS["serialised"]["googlesitekit_analytics-4_settings"]["measurementID"]

# For three days the group tried WooCommerce's newer order tables.
_TABLES_TRIED = (clock.CLOSED - timedelta(days=40), clock.CLOSED - timedelta(days=37))


def is_deleted(account: int) -> bool:
    """Whether the shop deleted this account's user row."""
    return account % 47 == 11


def _staff(site: Site) -> None:
    for number, (login, shown, email, role, since, ip, browser) in enumerate(STAFF, 1):
        site.user(number, login, f"$wp$2y$10${token(login, 53)}", email, since, shown)
        signed_in = int((clock.CLOSED - timedelta(hours=3 * number)).timestamp())
        session: dict[str, php.Value] = {
            "expiration": signed_in + 172800,
            "ip": ip,
            "ua": words.USER_AGENTS[browser],
            "login": signed_in,
        }
        site.user_meta(
            number,
            [
                ("nickname", login),
                ("first_name", ""),
                ("last_name", ""),
                (f"{PREFIX}capabilities", php.serialize({role: True})),
                (f"{PREFIX}user_level", 10 if role == "administrator" else 9),
                ("session_tokens", php.serialize({hashlib.sha256(login.encode()).hexdigest(): session})),
                ("wc_last_active", signed_in // 86400 * 86400),
                ("show_admin_bar_front", "true"),
            ],
        )
    site.user_meta(1, [("pgp_fingerprint", OPERATOR_KEY.fingerprint())])


def _customers(site: Site, orders: list[Order]) -> None:
    firsts: dict[int, Order] = {}
    lasts: dict[int, Order] = {}
    for order in orders:
        if order.account and order.person and order.state != "abandoned":
            firsts.setdefault(order.account, order)
            lasts[order.account] = order
    logins: set[str] = set()
    for account, order in sorted(firsts.items()):
        person = order.person
        if person is None or is_deleted(account):
            continue  # the orders of a deleted user still name the number
        user = customer_user(account)
        login = person.names[0] if account % 3 else order.email.split("@", maxsplit=1)[0].lower()
        if login in logins:
            login += str(account)
        logins.add(login)
        since = order.placed - timedelta(minutes=4)
        shown = f"{person.first} {person.last}" if account % 2 else login
        site.user(user, login, f"$P$B{token(f'pass {user}', 31)}", order.email, since, shown)
        last = lasts[account]
        address = last.billing
        metas: list[tuple[str, str | int]] = [
            (f"{PREFIX}capabilities", php.serialize({"customer": True})),
            ("wc_last_active", int(last.placed.timestamp()) // 86400 * 86400),
            ("billing_first_name", address.first),
            ("billing_last_name", address.last),
            ("billing_address_1", address.line1),
            ("billing_city", address.city),
            ("billing_postcode", address.postcode),
            ("billing_country", address.country),
            ("billing_email", last.email),
            ("billing_phone", last.phone),
        ]
        if address.line2:
            metas.append(("billing_address_2", address.line2))
        if person.has_key:
            key = Key(f"{person.names[0]} <{person.emails[0]}>", since, f"stocktake demo buyer {person.key}")
            metas.append(("pgp_public_key", key.public_block()))
        site.user_meta(user, metas)


def _reviews(site: Site, orders: list[Order]) -> None:
    random = site.random
    done = [order for order in orders if order.state == "completed" and order.person and order.completed]
    for order in done[::17]:
        rating, text = random.choice(words.REVIEWS)
        wait = timedelta(days=random.randrange(1, 6), seconds=random.randrange(9000))
        slang = random.choice(words.SLANG)
        if order.person is None or order.completed is None or order.completed + wait > clock.CLOSED:
            continue
        at = order.completed + wait
        comment = Comment(
            site.products[order.lines[0].listing.key],
            "review",
            at,
            order.person.names[0],
            text.replace("{slang}", slang),
            order.email,
            ip=order.ip if at >= TRACES_KEPT else "127.0.0.1",
            user=user_of(order),
            agent=order.user_agent,
            approved="0" if rating == 1 else "1",
        )
        site.comment(comment, [("rating", rating), ("verified", 1)])


def _saved_cards(tables: Tables, orders: list[Order]) -> None:
    cards = [order for order in orders if order.method == "card" and order.paid and order.account]
    metas = 0
    for number, order in enumerate((order for order in cards if order.number % 5 == 0), 1):
        tables.add(
            "woocommerce_payment_tokens",
            token_id=number,
            gateway_id="stripe",
            token=f"pm_1{token(f'pm {order.email}', 23)}",
            user_id=user_of(order),
            type="CC",
            is_default=1,
        )
        for key, value in (
            ("last4", order.card[1]),
            ("card_type", order.card[0]),
            ("expiry_month", f"{order.number % 12 + 1:02d}"),
            ("expiry_year", str(2025 + order.number % 4)),
        ):
            metas += 1
            tables.add(
                "woocommerce_payment_tokenmeta",
                meta_id=metas,
                payment_token_id=number,
                meta_key=key,
                meta_value=value,
            )


def _analytics(tables: Tables, orders: list[Order]) -> None:
    """WooCommerce's own copies for its sales figures, from the weeks in which they were kept."""

    def copy(number: int, status: str, placed: str, placed_utc: str, paid: str | None, sold: int, net: int,
             shipping: int, customer: int) -> None:  # fmt: skip
        tables.add(
            "wc_order_stats",
            order_id=number,
            parent_id=0,
            date_created=placed,
            date_created_gmt=placed_utc,
            date_paid=paid,
            date_completed=None,
            num_items_sold=sold,
            total_sales=trimmed(net + shipping),
            shipping_total=trimmed(shipping),
            net_total=trimmed(net),
            returning_customer=None,
            status=status,
            customer_id=customer,
        )

    # An order that is no longer there: only this copy tells of it.
    opening = clock.WOO_OPENED + timedelta(minutes=2)
    copy(499, "wc-completed", clock.local_text(opening), clock.utc_text(opening), None, 4, 124_000, 0, 2)
    for order in orders:
        if order.placed >= ANALYTICS_UNTIL or order.state == "abandoned":
            continue
        copy(
            order.number,
            STATUS[order.state],
            clock.local_text(order.placed),
            clock.utc_text(order.placed),
            clock.local_text(order.paid) if order.paid else None,
            sum(line.quantity for line in order.lines),
            order.total - order.shipping_cost,
            order.shipping_cost,
            user_of(order) or order.number,
        )


def _tried_tables(tables: Tables, orders: list[Order]) -> None:
    """What is left in the newer order tables; it has gone stale since."""
    number = 0
    for order in orders:
        if not _TABLES_TRIED[0] <= order.placed < _TABLES_TRIED[1] or order.state == "abandoned":
            continue
        gateway, title = GATEWAY[order.method]
        tables.add(
            "wc_orders",
            id=order.number,
            status=STATUS[order.state] if order.number % 4 else "wc-processing",
            currency="GBP",
            type="shop_order",
            tax_amount="0.00000000",
            total_amount=pounds(order.total),
            customer_id=user_of(order),
            billing_email=order.email,
            date_created_gmt=clock.utc_text(order.placed),
            date_updated_gmt=clock.utc_text(order.placed),
            parent_order_id=0,
            payment_method=gateway,
            payment_method_title=title,
            transaction_id="",
            ip_address=order.ip,
            user_agent=order.user_agent,
            customer_note=order.note,
        )
        for kind, address in (("billing", order.billing), ("shipping", order.shipping)):
            number += 1
            tables.add(
                "wc_order_addresses",
                id=number,
                order_id=order.number,
                address_type=kind,
                first_name=address.first,
                last_name=address.last,
                address_1=address.line1,
                address_2=address.line2,
                city=address.city,
                postcode=address.postcode,
                country=address.country,
                email=order.email if kind == "billing" else None,
                phone=order.phone if kind == "billing" else None,
            )
        tables.add(
            "wc_order_operational_data",
            order_id=order.number,
            created_via="checkout",
            woocommerce_version=VERSION,
            order_key=f"wc_order_{token(f'key {order.number}', 13)}",
            date_paid_gmt=clock.utc_text(order.paid) if order.paid else None,
            shipping_total_amount=pounds(order.shipping_cost),
            discount_total_amount=pounds(order.discount),
        )


_HOOKS = (
    "wc_admin_daily",
    "woocommerce_cleanup_draft_orders",
    "woocommerce_cancel_unpaid_orders",
    "qb_purge_traces",
)
_LOGGED = (
    (500, "stripe", "Error: Your account cannot currently make live charges."),
    (300, "btcpay", "Webhook signature missing"),
    (500, "fatal-errors", "Allowed memory size of 268435456 bytes exhausted"),
)


def _housekeeping(tables: Tables) -> None:
    """Scheduled jobs, sessions with abandoned baskets, the software's log."""
    for index in range(60):
        at = clock.CLOSED - timedelta(hours=index * 7)
        stamp = f"i:{int(at.timestamp())};"
        schedule = "ActionScheduler_SimpleSchedule"
        tables.add(
            "actionscheduler_actions",
            action_id=index + 1,
            hook=_HOOKS[index % 4],
            status="complete",
            scheduled_date_gmt=clock.utc_text(at),
            scheduled_date_local=clock.local_text(at),
            args="[]",
            # PHP writes the names of an object's protected and private properties with zero bytes.
            schedule=f'O:30:"{schedule}":2:{{s:22:"\0*\0scheduled_timestamp";{stamp}'
            f's:41:"\0{schedule}\0timestamp";{stamp}}}',
            group_id=1,
            attempts=1,
            last_attempt_gmt=clock.utc_text(at),
            last_attempt_local=clock.local_text(at),
            claim_id=index,
        )
        tables.add(
            "actionscheduler_logs",
            log_id=index + 1,
            action_id=index + 1,
            message="action complete via WP Cron",
            log_date_gmt=clock.utc_text(at),
            log_date_local=clock.local_text(at),
        )
    tables.add("actionscheduler_groups", group_id=1, slug="woocommerce")
    for index in range(25):
        basket = php.serialize({token(f"cart {index}", 32): {"product_id": 10 + index, "quantity": 1}})
        buyer = php.serialize({"postcode": "", "city": "", "country": "GB", "email": ""})
        tables.add(
            "woocommerce_sessions",
            session_id=index + 1,
            session_key=f"t_{token(f'session {index}', 30).lower()}",
            session_value=php.serialize({"cart": basket, "customer": buyer}),
            session_expiry=int(clock.CLOSED.timestamp()) + 3600 * index,
        )
    for number, (level, source, text) in enumerate(_LOGGED, 1):
        at_text = f"2024-03-0{3 + number} 09:1{number}:00"
        tables.add(
            "woocommerce_log", log_id=number, timestamp=at_text, level=level, source=source, message=text
        )


def _old_customers(tables: Tables) -> None:
    """Buyers carried over from an earlier shop, in the character set of that time."""
    names = ("José Müller", "Siân Price", "Renée O\u2019Dell", "Zoë Ward", "Æthel Crowe", "Seán Byrne")
    notes = ("paid £20 \u2013 ok", "owes €15", "½ oz regular", "didn\u2019t turn up")
    for index in range(36):
        tables.add(
            "old_customers",
            id=index + 1,
            name=names[index % 6],
            town=("Köln", "Møn", "Málaga", "Bangor")[index % 4],
            note=notes[index % 4],
            last_seen=f"2022-0{index % 9 + 1}-11",
        )


OWN_TABLES = """
CREATE TABLE {p}old_customers (
  id int(11) NOT NULL,
  name varchar(80) NOT NULL,
  town varchar(60) DEFAULT NULL,
  note tinytext,
  last_seen date DEFAULT NULL,
  PRIMARY KEY (id)
) ENGINE=MyISAM DEFAULT CHARSET=latin1;
"""
# Added once the rows are in: what the group built into its database. None of it changes what is there.
OWN_OBJECTS = """
CREATE VIEW {p}to_pack AS SELECT ID, post_date, post_status FROM {p}posts
  WHERE post_type = 'shop_order' AND post_status = 'wc-processing';
DELIMITER ;;
CREATE TRIGGER {p}forget_ip BEFORE INSERT ON {p}comments FOR EACH ROW
BEGIN
  IF NEW.comment_type = 'order_note' THEN SET NEW.comment_author_IP = ''; END IF;
END ;;
DELIMITER ;
"""


def rows(seed: str, trade: Trade) -> Tables:
    """All rows of the WooCommerce site."""
    tables = Tables(PREFIX)
    site = Site(tables, Random(f"{seed}/woocommerce rows"), ONION)  # noqa: S311 - repeatable on purpose
    settings(site)
    _staff(site)
    products(site)
    pages(site)
    for order in trade.woo:
        add_order(site, order)
    add_refunds(site, trade.woo)
    _customers(site, trade.woo)
    _reviews(site, trade.woo)
    _saved_cards(tables, trade.woo)
    _analytics(tables, trade.woo)
    _tried_tables(tables, trade.woo)
    _housekeeping(tables)
    _old_customers(tables)
    return tables
