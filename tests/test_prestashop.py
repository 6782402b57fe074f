"""PrestaShop of each version, from a real database by way of the real dump to the canonical tables."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from servers import MariaDB
from shop_case import Shop, mapped, new_case, take_in
from stocktake.shops.recognition import recognise

SCHEMA = Path(__file__).parent / "schema" / "prestashop.sql"

# The states of the installer: name, mail, and the flags paid, shipped, delivery.
STATES = {
    1: ("Awaiting check payment", "cheque", 0, 0, 0),
    2: ("Payment accepted", "payment", 1, 0, 0),
    3: ("Processing in progress", "preparation", 1, 0, 1),
    4: ("Shipped", "shipped", 1, 1, 1),
    5: ("Delivered", "", 1, 1, 1),
    6: ("Canceled", "order_canceled", 0, 0, 0),
    7: ("Refunded", "refund", 0, 0, 0),
    8: ("Payment error", "payment_error", 0, 0, 0),
    10: ("Awaiting bank wire payment", "bankwire", 0, 0, 0),
}


def money(text: str) -> Decimal:
    return Decimal(text)


@dataclass
class PrestaShop(Shop):
    """PrestaShop, by the real schema of 1.7, changed to what another version has."""

    @classmethod
    def fresh(cls, server: MariaDB, database: str, prefix: str = "ps_", version: str = "1.7") -> "PrestaShop":
        shop = cls(server, server.fresh(database), prefix)
        shop.tables(prefix, version)
        return shop

    def tables(self, prefix: str, version: str) -> None:
        """Make the tables, and put in what the installer does."""
        schema = SCHEMA.read_text("utf-8").replace("{p}", prefix)
        self.server.load(f"SET sql_mode = '';\n{schema}".encode(), self.database)
        for change in CHANGES[version]:
            self.sql(f"SET STATEMENT sql_mode = '' FOR {change}")
        self.settings(
            PS_SHOP_NAME="Test Shop", PS_SHOP_EMAIL="boss@example.test", PS_SHOP_DOMAIN="example.test",
            PS_TIMEZONE="Europe/London", PS_CURRENCY_DEFAULT="1", PS_LANG_DEFAULT="1", PS_COUNTRY_DEFAULT="17",
            PS_WEIGHT_UNIT="kg", PS_TAX="1", PS_VERSION_DB=FULL[version], PS_OS_CANCELED="6", PS_OS_DELIVERED="5",
        )  # fmt: skip
        self.insert("shop", id_shop=1, id_shop_group=1, name="Test Shop", active=1)
        self.insert("lang", id_lang=1, name="English", iso_code="en", active=1)
        for number, (code, rate) in enumerate((("GBP", 1), ("EUR", 1.17)), 1):
            self.insert("currency", id_currency=number, iso_code=code, conversion_rate=rate)
        self.insert("country", id_country=17, iso_code="GB")
        for number, (name, mail, paid, shipped, delivery) in STATES.items():
            self.insert("order_state", id_order_state=number, paid=paid, shipped=shipped, delivery=delivery,
                        logable=paid)  # fmt: skip
            self.insert("order_state_lang", id_order_state=number, id_lang=1, name=name, template=mail)

    def settings(self, shop: int | None = None, **settings: str) -> None:
        for name, value in settings.items():
            self.insert("configuration", id_shop=shop, name=name, value=value)

    def order(
        self, number: int, state: int, total: str, *, module: str = "stripe_official", **row: Any
    ) -> None:
        given: dict[str, Any] = {
            "reference": f"REF{number:06}", "id_shop": 1, "id_customer": 4, "id_currency": 1, "payment": module.title(),
            "total_paid": total, "total_paid_tax_incl": total, "total_paid_tax_excl": total, "total_products": total,
            "date_add": "2024-07-01 13:00:00",
        }  # fmt: skip
        self.insert("orders", id_order=number, current_state=state, module=module, **{**given, **row})

    def paid(self, order: int, amount: str, at: str = "2024-07-01 14:00:00", **row: Any) -> None:
        given = {"order_reference": f"REF{order:06}", "id_currency": 1, "payment_method": "Stripe_Official"}
        self.insert("order_payment", amount=amount, date_add=at, **{**given, **row})

    def history(self, order: int, state: int, at: str) -> None:
        self.insert("order_history", id_order=order, id_order_state=state, date_add=at)

    def customer(self, number: int, email: str, **row: Any) -> None:
        given = {
            "id_shop": 1,
            "firstname": "Ann",
            "lastname": "Lee",
            "passwd": "h",
            "date_add": "2024-01-01 10:00:00",
        }
        self.insert("customer", id_customer=number, email=email, **{**given, **row})


FULL = {"1.6": "1.6.1.24", "1.7": "1.7.6.5", "8": "8.1.2"}
CHANGES = {
    "1.6": [
        "ALTER TABLE {p}order_slip DROP total_products_tax_excl, DROP total_products_tax_incl, "
        "DROP total_shipping_tax_excl, DROP total_shipping_tax_incl, DROP order_slip_type",
        "ALTER TABLE {p}order_slip_detail DROP unit_price_tax_excl, DROP unit_price_tax_incl, "
        "DROP total_price_tax_excl, DROP total_price_tax_incl",
        "ALTER TABLE {p}specific_price DROP reduction_tax",
        "ALTER TABLE {p}currency ADD name varchar(32) NOT NULL, ADD sign varchar(8) NOT NULL, "
        "CHANGE numeric_iso_code iso_code_num varchar(3) NOT NULL DEFAULT '0', DROP `precision`, "
        "ADD blank tinyint(1) unsigned NOT NULL DEFAULT 0, ADD format tinyint(1) unsigned NOT NULL DEFAULT 0, "
        "ADD decimals tinyint(1) unsigned NOT NULL DEFAULT 1",
        "ALTER TABLE {p}lang DROP locale",
        "ALTER TABLE {p}shop DROP theme_name, ADD id_theme int(1) unsigned NOT NULL",
        "ALTER TABLE {p}customer DROP reset_password_token, DROP reset_password_validity, MODIFY passwd varchar(32) NOT NULL",
        "ALTER TABLE {p}employee MODIFY passwd varchar(32) NOT NULL",
        "ALTER TABLE {p}product DROP state",
        "ALTER TABLE {p}cart DROP checkout_session_data",
    ],
    "1.7": [],
    "8": [
        "ALTER TABLE {p}orders DROP shipping_number, MODIFY reference varchar(255), ADD note mediumtext",
        "ALTER TABLE {p}order_payment MODIFY order_reference varchar(255), MODIFY amount decimal(20,6) NOT NULL, "
        "ADD id_employee int(11) DEFAULT NULL",
        "ALTER TABLE {p}order_slip MODIFY amount decimal(20,6) NOT NULL DEFAULT 0, "
        "MODIFY shipping_cost_amount decimal(20,6) NOT NULL DEFAULT 0",
        "ALTER TABLE {p}order_detail MODIFY product_name mediumtext NOT NULL, "
        "ADD total_refunded_tax_incl decimal(20,6) NOT NULL DEFAULT 0",
        "ALTER TABLE {p}order_cart_rule ADD deleted tinyint(1) unsigned NOT NULL DEFAULT 0",
        "ALTER TABLE {p}product ADD product_type enum('standard','pack','virtual','combinations','') NOT NULL DEFAULT ''",
    ],
}  # fmt: skip


@pytest.mark.parametrize("version", ["1.6", "1.7", "8"])
def test_orders_of_each_version_equal_what_the_real_database_says(mariadb: MariaDB, tmp_path, version):
    shop = PrestaShop.fresh(mariadb, "ps_test", "zz_", version)
    shop.customer(4, "ann@example.test")
    states = [1, 2, 3, 4, 5, 6, 7, 8]
    modules = ["stripe_official", "ps_wirepayment", "ps_cashondelivery", "blockonomics"]
    for number in range(1, 49):
        state = states[number % 8]
        shop.order(
            number, state, f"{number}.{number:02}0000", module=modules[number // 8 % 4], id_currency=number % 2 + 1,
            id_customer=4 if number % 3 else 99, date_add=f"2024-{number % 12 + 1:02}-15 12:00:00",
        )  # fmt: skip
        if STATES[state][2]:
            shop.paid(number, f"{number}.{number:02}", payment_method=modules[number // 8 % 4].title())
        if state == 7:
            shop.insert("order_slip", id_order_slip=number, id_order=number, amount=f"{number}.{number:02}",
                        shipping_cost_amount="0", date_add=f"2025-{number % 12 + 1:02}-15 12:00:00")  # fmt: skip
            shop.insert("order_slip_detail", id_order_slip=number, id_order_detail=1,
                        amount_tax_incl=f"{number}.{number:02}")  # fmt: skip
    result = shop.mapped(tmp_path)
    asked = shop.sql(
        "SELECT DATE_FORMAT(o.date_add, '%Y-%m'), s.name, c.iso_code, COUNT(*), SUM(o.total_paid_tax_incl) "
        "FROM {p}orders o JOIN {p}order_state_lang s ON s.id_order_state = o.current_state "
        "JOIN {p}currency c USING (id_currency) GROUP BY 1, 2, 3"
    )
    told = result.all(
        "SELECT strftime(placed_at, '%Y-%m'), status_recorded, currency, count(*), sum(total) FROM orders GROUP BY 1, 2, 3"
    )
    assert sorted(told) == sorted(asked)
    assert result.dict("SELECT status_recorded, any_value(status) FROM orders GROUP BY 1") == {
        "Awaiting check payment": "pending",
        "Payment accepted": "paid",
        "Processing in progress": "processing",
        "Shipped": "shipped",
        "Delivered": "completed",
        "Canceled": "cancelled",
        "Refunded": "refunded",
        "Payment error": "failed",
    }
    (given_back,) = shop.sql("SELECT COUNT(*), -SUM(amount) FROM {p}order_slip")
    assert result.one("SELECT count(*), sum(amount) FROM payments WHERE status = 'refunded'") == given_back
    (got,) = shop.sql("SELECT COUNT(*), SUM(amount) FROM {p}order_payment")
    assert (
        result.one("SELECT count(*), sum(amount) FROM payments WHERE source_id LIKE '%order_payment%'") == got
    )
    assert result.one("SELECT software_version FROM sites") == FULL[version]
    assert result.one("SELECT count(*) FROM accounts WHERE basis = 'derived'") == 1
    shop.sql("DELETE FROM {p}configuration WHERE name = 'PS_VERSION_DB'")
    case = new_case(tmp_path / "again")
    take_in(case, shop.dump())
    (found,) = recognise(case, "KC/1")
    assert (found.software, found.version, found.prefix) == ("prestashop", version, "zz_")


def test_the_whole_of_one_order(mariadb, tmp_path):
    shop = PrestaShop.fresh(mariadb, "ps_whole")
    shop.customer(4, "ann@example.test", passwd="$2y$10$abc", note="pays late")
    shop.customer(5, "guest@example.test", is_guest=1, firstname="Bo")
    shop.insert("employee", id_employee=1, id_profile=1, firstname="The", lastname="Boss", email="boss@example.test",
                passwd="e" * 60)  # fmt: skip
    shop.insert("state", id_state=3, id_country=17, name="Yorkshire", iso_code="YK")
    for number, street in ((1, "1 High St"), (2, "2 Low St")):
        shop.insert("address", id_address=number, id_customer=4, id_country=17, id_state=3, firstname="Ann",
                    lastname="Lee", company="Lee Ltd", address1=street, city="York", postcode="YO1 7AA",
                    phone_mobile="07700", alias="home")  # fmt: skip
    shop.insert("address", id_address=3, id_customer=0, id_supplier=1, id_country=17, address1="9 Mill", city="Leeds",
                alias="s", firstname="S", lastname="S")  # fmt: skip
    shop.insert("product", id_product=9, id_tax_rules_group=1, price="2.5", active=1, date_add="2024-07-01 10:00:00",
                date_upd="2024-07-01 10:00:00", id_shop_default=1)  # fmt: skip
    shop.insert("product_shop", id_product=9, id_shop=1, id_tax_rules_group=1, price="2.6", active=1)
    shop.insert("product_lang", id_product=9, id_shop=1, id_lang=1, name="Salt", description="<b>x</b>")
    shop.insert("stock_available", id_product=9, id_product_attribute=0, id_shop=1, quantity=7)
    shop.insert("stock_available", id_product=9, id_product_attribute=1, id_shop=1, quantity=7)
    shop.insert("category_lang", id_category=2, id_shop=1, id_lang=1, name="Spices")
    shop.insert("category_product", id_category=2, id_product=9)
    shop.insert("carrier", id_carrier=2, name="Royal Mail")
    shop.order(
        1, 5, "23.99", total_paid_tax_excl="21.65", total_products="11.7", total_shipping_tax_excl="11.12",
        total_discounts_tax_excl="1.17", id_currency=2, id_address_invoice=1, id_address_delivery=2, id_carrier=2,
        date_add="2024-01-05 12:00:00",
    )  # fmt: skip
    shop.insert("order_detail", id_order_detail=3, id_order=1, product_id=9, product_name="Salt - Size : Large",
                product_quantity=4, unit_price_tax_excl="2.925", total_price_tax_excl="11.7")  # fmt: skip
    shop.history(1, 1, "2024-01-05 12:00:00")
    shop.history(1, 2, "2024-01-05 13:00:00")
    shop.history(1, 4, "2024-01-06 09:00:00")
    shop.history(1, 5, "2024-01-09 09:00:00")
    shop.paid(1, "23.99", "2024-01-05 13:00:00", id_currency=2, transaction_id="ch_1", card_brand="VISA",
              card_number="**** **** **** 4242")  # fmt: skip
    shop.insert(
        "order_carrier", id_order_carrier=5, id_order=1, id_carrier=2, weight="0.25", tracking_number="AB1GB"
    )
    shop.insert("message", id_message=6, id_order=1, id_customer=4, id_employee=0, message="leave it", private=0,
                date_add="2024-01-05 12:00:00")  # fmt: skip
    shop.insert(
        "customer_thread",
        id_customer_thread=7,
        id_shop=1,
        id_customer=4,
        id_order=1,
        email="ann@example.test",
    )
    for number, (employee, private, text) in enumerate(
        ((0, 0, "where is it"), (1, 0, "sent"), (1, 1, "a nuisance")), 1
    ):
        shop.insert("customer_message", id_customer_message=number, id_customer_thread=7, id_employee=employee,
                    message=text, private=private, date_add=f"2024-01-0{number + 5} 10:00:00")  # fmt: skip
    shop.insert("order_return", id_order_return=8, id_order=1, id_customer=4, question="broken",
                date_add="2024-02-02 10:00:00")  # fmt: skip
    shop.insert("mail", id_mail=1, recipient="ann@example.test", template="shipped", subject="Shipped",
                date_add="2024-01-06 09:00:01")  # fmt: skip
    shop.insert("product_comment", id_product=9, id_customer=4, title="Yes", content="good", grade=5, validate=1,
                date_add="2024-02-01 10:00:00")  # fmt: skip
    shop.insert("guest", id_guest=11, id_customer=4)
    shop.insert("connections", id_connections=1, id_guest=11, id_shop=1, ip_address=3405803780,
                date_add="2024-07-05 12:00:00", http_referer="http://search.test/")  # fmt: skip
    shop.insert("meta", id_meta=1, page="index")
    shop.insert("meta_lang", id_meta=1, id_shop=1, id_lang=1, description="the best")
    result = shop.mapped(tmp_path)
    assert result.all("SELECT name, tagline, currency, time_zone, admin_email FROM sites") == [
        ("Test Shop", "the best", "GBP", "Europe/London", "boss@example.test")
    ]
    assert result.all("SELECT host, kind, evidence FROM site_names") == [
        ("example.test", "clearnet", "setting PS_SHOP_DOMAIN")
    ]
    assert result.all(
        "SELECT order_id, number, account_id, placed_at, paid_at, shipped_at, completed_at, status, subtotal, shipping,"
        " discount, tax, total, currency, customer_note FROM orders"
    ) == [
        (
            "order:KC/1/ps_orders/1",
            "REF000001",
            "account:KC/1/ps_customer/4",
            datetime(2024, 1, 5, 12),
            datetime(2024, 1, 5, 13),
            datetime(2024, 1, 6, 9),
            datetime(2024, 1, 9, 9),
            "completed",
            money("11.7"),
            money("11.12"),
            money("1.17"),
            money("2.34"),
            money("23.99"),
            "EUR",
            "leave it",
        )
    ]
    assert result.all("SELECT title, quantity, unit_price, line_total, listing_id FROM order_lines") == [
        ("Salt - Size : Large", 4, money("2.925"), money("11.7"), "listing:KC/1/ps_product/9")
    ]
    assert result.all("SELECT title, category, price, currency, stock, status FROM listings") == [
        ("Salt", "Spices", money("2.6"), "GBP", 7, "enabled")
    ]
    assert result.all(
        "SELECT kind, display_name, email, phone, password_hash, created_at FROM accounts ORDER BY 1"
    ) == [
        ("admin", "The Boss", "boss@example.test", None, "e" * 60, None),
        ("customer", "Ann Lee", "ann@example.test", "07700", "$2y$10$abc", datetime(2024, 1, 1, 10)),
        ("guest", "Bo Lee", "guest@example.test", None, None, datetime(2024, 1, 1, 10)),
    ]
    assert result.all(
        'SELECT method, provider, amount, currency, txid, card_brand, card_last4, status, "at" FROM payments'
    ) == [
        (
            "card",
            "Stripe",
            money("23.99"),
            "EUR",
            "ch_1",
            "VISA",
            "4242",
            "confirmed",
            datetime(2024, 1, 5, 13),
        )
    ]
    assert result.all(
        "SELECT kind, name, line1, region, country, phone, order_id IS NOT NULL FROM postal_addresses ORDER BY address_id"
    ) == [
        ("shipping", "Ann Lee, Lee Ltd", "1 High St", "Yorkshire", "GB", "07700", False),
        ("shipping", "Ann Lee, Lee Ltd", "2 Low St", "Yorkshire", "GB", "07700", False),
        ("billing", "Ann Lee, Lee Ltd", "1 High St", "Yorkshire", "GB", "07700", True),
        ("shipping", "Ann Lee, Lee Ltd", "2 Low St", "Yorkshire", "GB", "07700", True),
    ]
    assert result.all("SELECT carrier, tracking_number, shipped_at, weight_g FROM shipments") == [
        ("Royal Mail", "AB1GB", datetime(2024, 1, 6, 9), 250)
    ]
    ann, boss = "account:KC/1/ps_customer/4", "account:KC/1/ps_employee/1"
    assert result.all(
        "SELECT body, from_account_id, to_account_id, thread FROM messages ORDER BY 1 NULLS FIRST"
    ) == [
        (None, None, ann, "mail to ann@example.test"),
        ("a nuisance", boss, None, "thread 7"),
        ("broken", ann, None, "return 8"),
        ("leave it", ann, None, "order 1"),
        ("pays late", None, None, "customer 4"),
        ("sent", boss, ann, "thread 7"),
        ("where is it", ann, None, "thread 7"),
    ]
    assert result.all("SELECT rating, body, account_id FROM reviews") == [(5, "Yes: good", ann)]
    assert result.all('SELECT account_id, "at", ip, referrer FROM visits') == [
        (ann, datetime(2024, 7, 5, 11), "203.0.113.4", "http://search.test/")
    ]
    assert result.dict(
        "SELECT table_name, reason FROM completeness WHERE measure = 'rows' AND set_aside > 0"
    ) == {
        "ps_address": "addresses of suppliers, makers and warehouses, and of customers that are no longer there",
        "ps_stock_available": "stock of a choice; the product's own is mapped",
    }


def test_tiers_and_prices_of_groups_customers_and_periods(mariadb, tmp_path):
    shop = PrestaShop.fresh(mariadb, "ps_tiers")
    shop.customer(4, "ann@example.test")
    shop.insert("tax", id_tax=1, rate="20.000")
    shop.insert("tax_rule", id_tax_rules_group=1, id_country=17, id_state=0, id_tax=1)
    shop.insert("group", id_group=3, reduction="5")
    shop.insert("group_lang", id_group=3, id_lang=1, name="Trade")
    shop.insert("product", id_product=9, id_tax_rules_group=1, price="10", active=1, id_shop_default=1)
    shop.insert("product_attribute", id_product_attribute=2, id_product=9, price="1.5")

    def rule(**row: Any) -> None:
        given = {
            "id_product": 9,
            "price": "-1",
            "from_quantity": 1,
            "reduction": 0,
            "reduction_type": "amount",
        }
        shop.insert("specific_price", **{**given, **row})

    rule(from_quantity=10, price="9.25")
    rule(from_quantity=50, price="8")
    rule(from_quantity=5, reduction="0.1", reduction_type="percentage", id_group=3)
    rule(reduction="1.2", reduction_tax=1, id_customer=4, id_currency=2)
    rule(reduction="1", reduction_tax=0, **{"from": "2024-07-01 00:00:00", "to": "2024-12-31 00:00:00"})
    rule(price="20", reduction="0.25", reduction_type="percentage", id_product_attribute=2)
    rule(id_product=0, reduction="0.5", reduction_type="percentage", from_quantity=100)
    rule(id_cart=3, price="1")
    rule(id_product=8, price="1")
    rule(id_product=0, reduction="2")
    result = shop.mapped(tmp_path)
    told = result.all(
        "SELECT min_quantity, max_quantity, price, price_kind, currency, customer_group, valid_from, valid_to, basis, "
        "listing_id IS NULL FROM price_tiers ORDER BY customer_group NULLS FIRST, min_quantity, price"
    )
    assert told == [
        (
            1,
            None,
            9,
            "unit",
            "GBP",
            None,
            datetime(2024, 6, 30, 23),
            datetime(2024, 12, 31),
            "derived",
            False,
        ),
        (1, None, 15, "unit", "GBP", None, None, None, "derived", False),
        (10, 49, money("9.25"), "unit", "GBP", None, None, None, "recorded", False),
        (50, None, 8, "unit", "GBP", None, None, None, "recorded", False),
        (100, None, 50, "percent_off", "GBP", None, None, None, "recorded", True),
        (1, None, 5, "percent_off", "GBP", "Trade", None, None, "recorded", True),
        (5, None, 10, "percent_off", "GBP", "Trade", None, None, "recorded", False),
        (1, None, 9, "unit", "EUR", "customer ann@example.test", None, None, "derived", False),
    ]
    assert result.dict(
        "SELECT coalesce(reason, ''), CAST(found AS INT) FROM completeness WHERE table_name = 'ps_specific_price'"
    ) == {
        "": 7,
        "amounts off every product, which are no price": 1,
        "parts of products that are no longer there": 1,
        "prices of one basket": 1,
    }


def test_takings_refunds_coins_and_cash(mariadb, tmp_path):
    shop = PrestaShop.fresh(mariadb, "ps_takings")
    shop.customer(4, "ann@example.test")
    shop.customer(5, "BOSS@example.test")
    shop.insert("employee", id_employee=1, id_profile=2, firstname="B", lastname="B", email="boss@example.test",
                passwd="e")  # fmt: skip
    shop.sql(
        "CREATE TABLE ps_blockonomics_bitcoin_orders (id int AUTO_INCREMENT PRIMARY KEY, id_order int, "
        "timestamp int, addr varchar(191), txid varchar(191), status int, value double, bits bigint, bits_payed bigint)"
    )
    shop.order(1, 2, "100")
    shop.paid(1, "100", card_number="4242")
    shop.order(2, 5, "50", id_customer=5)
    shop.paid(2, "50")
    shop.order(3, 7, "40")
    shop.paid(3, "40")
    shop.insert("order_slip", id_order_slip=1, id_order=3, amount="25.00", total_products_tax_excl="25",
                total_products_tax_incl="30", total_shipping_tax_incl="10", shipping_cost_amount="10",
                order_slip_type=2, date_add="2024-08-01 13:00:00")  # fmt: skip
    shop.order(4, 5, "60")
    shop.paid(4, "60")
    shop.insert("order_slip", id_order_slip=2, id_order=4, amount="7.50", total_products_tax_excl="25",
                total_products_tax_incl="30", total_shipping_tax_incl="0", shipping_cost_amount="0",
                order_slip_type=2, date_add="2024-08-02 13:00:00")  # fmt: skip
    shop.paid(4, "-2.50", "2024-08-03 13:00:00", payment_method="Bank transfer")
    shop.order(5, 10, "70", module="ps_wirepayment")
    shop.order(6, 3, "80", module="ps_cashondelivery", payment="Cash on delivery")
    shop.paid(6, "80", payment_method="Cash on delivery")
    shop.order(7, 5, "81", module="ps_cashondelivery", payment="Cash on delivery")
    shop.paid(7, "81", payment_method="Cash on delivery")
    shop.order(8, 2, "90", module="blockonomics")
    shop.paid(8, "90", payment_method="Blockonomics")
    shop.insert("blockonomics_bitcoin_orders", id_order=8, timestamp=1719835500, addr="addr8", txid="tx8", status=2,
                value=90, bits=60000, bits_payed=60000)  # fmt: skip
    for number in (9, 10):  # one purchase in two parcels, paid at once
        shop.order(number, 2, "10", reference="SPLIT")
    shop.insert("order_payment", id_order_payment=77, order_reference="SPLIT", id_currency=1, amount="20",
                payment_method="Stripe_Official", date_add="2024-07-01 14:00:00")  # fmt: skip
    shop.insert("order_invoice_payment", id_order_invoice=1, id_order_payment=77, id_order=10)
    shop.order(11, 6, "11")
    result = shop.mapped(tmp_path)
    assert result.dict(
        "SELECT o.number, coalesce(t.reason, 'counted') FROM takings t JOIN orders o USING (order_id) WHERE amount > 0"
    ) == {
        "REF000001": "counted",
        "REF000002": "test order by staff account",
        "REF000003": "counted",
        "REF000004": "counted",
        "REF000005": "unpaid",
        "REF000006": "unpaid",
        "REF000007": "counted",
        "REF000008": "counted",
        "SPLIT#1": "counted",
        "SPLIT#2": "counted",
        "REF000011": "cancelled",
    }
    assert result.all(
        'SELECT o.number, t.amount, t."at", t.method FROM takings t JOIN orders o USING (order_id) WHERE amount < 0 ORDER BY 3'
    ) == [
        ("REF000003", money("-40"), datetime(2024, 8, 1, 12), "card"),
        ("REF000004", money("-7.5"), datetime(2024, 8, 2, 12), "card"),
        ("REF000004", money("-2.5"), datetime(2024, 8, 3, 12), "bank"),
    ]
    assert result.all(
        "SELECT amount, asset, asset_amount, address, txid FROM payments WHERE method = 'crypto'"
    ) == [(90, "BTC", money("0.0006"), "addr8", "tx8")]
    assert any("credit slips" in message for message in result.messages("info"))


def test_states_of_the_shops_own_are_read_by_their_settings_mails_and_flags(mariadb, tmp_path):
    shop = PrestaShop.fresh(mariadb, "ps_states")
    for number, name, mail, paid, shipped in (
        (20, "Zahlung eingegangen", "payment", 1, 0),
        (21, "Gone fishing", "", 0, 0),
        (22, "Parti", "", 1, 1),
        (23, "Storno", "", 0, 0),
    ):
        shop.insert("order_state", id_order_state=number, paid=paid, shipped=shipped)
        shop.insert("order_state_lang", id_order_state=number, id_lang=1, name=name, template=mail)
    shop.settings(PS_OS_ERROR="23")
    for number, state in enumerate((20, 21, 22, 23, 99), 1):
        shop.order(number, state, "10")
    result = shop.mapped(tmp_path)
    assert result.dict("SELECT status_recorded, status FROM orders") == {
        "Zahlung eingegangen": "paid",
        "Gone fishing": "unknown",
        "Parti": "shipped",
        "Storno": "failed",
        "99": "unknown",
    }
    told = [message for message in result.messages("warning") if "shop.toml" in message]
    assert len(told) == 3
    assert any("Parti" in message and "taken for shipped" in message for message in told)


def test_each_shop_of_an_installation_is_a_site(mariadb, tmp_path):
    shop = PrestaShop.fresh(mariadb, "ps_many")
    other = PrestaShop(mariadb, shop.database, "other")
    other.tables("other", "8")
    other.sql("SELECT 1")
    shop.insert("shop", id_shop=2, id_shop_group=1, name="Second", active=1)
    shop.insert("shop_url", id_shop=2, domain="abcdef.onion", domain_ssl="abcdef.onion", main=1, active=1)
    shop.settings(2, PS_CURRENCY_DEFAULT="2", PS_TIMEZONE="Asia/Tokyo")
    shop.order(1, 5, "1")
    shop.order(2, 5, "2", id_shop=2)
    shop.insert("employee", id_employee=1, id_profile=1, email="boss@example.test")
    case = new_case(tmp_path)
    take_in(case, shop.dump())
    assert [(found.prefix, found.version) for found in recognise(case, "KC/1")] == [
        ("other", "8.1.2"),
        ("ps_", "1.7.6.5"),
    ]
    result = mapped(case)
    assert result.all("SELECT site_id, name, currency, time_zone FROM sites ORDER BY 1") == [
        ("site:KC/1/othershop/1", "Test Shop", "GBP", "Europe/London"),
        ("site:KC/1/ps_shop/1", "Test Shop", "GBP", "Europe/London"),
        ("site:KC/1/ps_shop/2", "Second", "EUR", "Asia/Tokyo"),
    ]
    assert result.all("SELECT site_id, host, kind FROM site_names WHERE host LIKE '%onion'") == [
        ("site:KC/1/ps_shop/2", "abcdef.onion", "onion")
    ]
    assert result.all("SELECT site_id, hour(placed_at) FROM orders ORDER BY 1") == [
        ("site:KC/1/ps_shop/1", 12),
        ("site:KC/1/ps_shop/2", 4),
    ]


def test_missing_tables_and_wild_values_do_not_stop_the_mapping(mariadb, tmp_path):
    shop = PrestaShop.fresh(mariadb, "ps_wild")
    shop.order(
        1, 5, "5", date_add="0000-00-00 00:00:00", id_shop=77, id_currency=99, payment="'); DROP TABLE x;--"
    )
    shop.order(2, 0, "-99999999999999.999999", reference=None)
    shop.paid(1, "5", card_number="4111111111111111 ", order_reference="REF000001")
    for table in ("customer", "shop", "configuration", "order_history", "currency", "address", "lang"):
        shop.sql(f"DROP TABLE {{p}}{table}")
    result = shop.mapped(tmp_path)
    assert result.one("SELECT count(*) FROM orders") == 2
    assert result.one("SELECT count(*) FROM sites") == 2
    assert (
        result.one("SELECT card_last4 FROM payments WHERE method = 'card' AND card_last4 IS NOT NULL")
        == "1111"
    )
    assert result.messages("error") == []
