"""Shopware 6 before and since 6.5, from a real database by way of the real dump to the canonical tables."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from servers import MariaDB
from shop_case import Shop, mapped, new_case, take_in
from stocktake.shops.details import details
from stocktake.shops.recognition import recognise

SCHEMA = Path(__file__).parent / "schema" / "shopware6.sql"
LIVE = "0fa91ce3e96a4bc2be4bd9ce752c3425"
ENGLISH = "2fbb5fe2e29a4d70aa5854ce7ce3e20b"
EURO = "b7d2554b0ce847cd82f3ac9bd1c0dfca"
STATES = ["open", "in_progress", "completed", "cancelled", "paid", "paid_partially", "refunded", "refunded_partially",
          "failed", "chargeback", "shipped", "returned", "authorized", "odd"]  # fmt: skip


def money(text: str) -> Decimal:
    return Decimal(text)


def named(text: str) -> str:
    """A key for a thing of the test, as Shopware makes them: 16 bytes, here as hexadecimal digits."""
    return (
        text
        if re.fullmatch("[0-9a-f]{32}", text)
        else hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    )


def amount(total: str, **more: str) -> str:
    """What Shopware keeps of a price: numbers, unquoted."""
    parts = {"unitPrice": total, "totalPrice": total, "netPrice": total, "positionPrice": total, **more}
    return "{" + ", ".join(f'"{name}": {value}' for name, value in parts.items()) + ', "taxStatus": "gross"}'


@dataclass
class Shopware(Shop):
    """Shopware, by the real schema of 6.6, changed to what an earlier version has."""

    version: str = "6.5 or later"

    @classmethod
    def fresh(cls, server: MariaDB, database: str, version: str = "6.5 or later") -> "Shopware":
        shop = cls(server, server.fresh(database), "", version=version)
        server.load(f"SET sql_mode = '';\n{SCHEMA.read_text('utf-8')}".encode(), database)
        if version == "6.0 to 6.4":
            shop.sql("ALTER TABLE state_machine_history DROP referenced_id, DROP referenced_version_id, "
                     "DROP internal_comment, ADD entity_id json NOT NULL")  # fmt: skip
            shop.sql("ALTER TABLE payment_method DROP technical_name")
            shop.sql("DROP TABLE order_transaction_capture, order_transaction_capture_refund")
        for code, key in (("EUR", EURO), ("GBP", "gbp")):
            shop.put("currency", id=key, iso_code=code, factor=1)
        shop.put("country", id="gb", iso="GB")
        shop.put("sales_channel", id="shop", type_id="8a243080f92e4c719546314b577cf82b", currency_id="gbp")
        shop.put("sales_channel_translation", sales_channel_id="shop", language_id=ENGLISH, name="Storefront")
        shop.put(
            "sales_channel_domain",
            id="domain",
            sales_channel_id="shop",
            url="https://example.test/en",
            currency_id="gbp",
        )
        for key, value in (("shopName", "Test Shop"), ("email", "boss@example.test")):
            shop.put("system_config", id=key, configuration_key=f"core.basicInformation.{key}",
                     configuration_value=json.dumps({"_value": value}))  # fmt: skip
        for state in STATES:
            shop.put("state_machine_state", id=state, technical_name=state)
        for name, handler in (
            ("Stripe", "Stripe\\Handler"),
            ("Paid in advance", "PrePayment"),
            ("Cash", "CashPayment"),
        ):
            technical = {} if version == "6.0 to 6.4" else {"technical_name": f"payment_{name.lower()}"}
            shop.put("payment_method", id=name, handler_identifier=f"Shopware\\Core\\{handler}", **technical)
            shop.put("payment_method_translation", payment_method_id=name, language_id=ENGLISH, name=name)
        return shop

    def put(self, table: str, **row: Any) -> None:
        """Put in a row; keys are named in words."""
        given = {
            column: bytes.fromhex(named(value))
            if (column == "id" or column.endswith("_id")) and value is not None
            else value
            for column, value in row.items()
        }
        if "entity_id" in row:
            given["entity_id"] = json.dumps({"id": named(row["entity_id"]), "version_id": LIVE})
        self.insert(table, **given)

    def order(self, number: int, state: str, paid: str | None, total: str, *, version: str = LIVE, method: str = "Stripe",
              delivery: str = "open", **row: Any) -> None:  # fmt: skip
        key = f"order{number}"
        given: dict[str, Any] = {
            "order_number": str(10000 + number), "currency_id": "gbp", "sales_channel_id": "shop", "price": amount(total),
            "shipping_costs": amount("0"), "order_date_time": "2024-07-01 12:00:00.123", "billing_address_id": "none",
        }  # fmt: skip
        self.put("order", id=key, version_id=version, state_id=state, **{**given, **row})
        self.put("order_customer", id=key, version_id=version, order_id=key, email=f"g{number}@example.test",
                 first_name="Guy", last_name="Guest")  # fmt: skip
        if paid:
            self.pay(number, "t", paid, total, method=method, version=version)
        self.put("order_delivery", id=key, version_id=version, order_id=key, state_id=delivery, tracking_codes="[]",
                 shipping_method_id="post", shipping_order_address_id="none", shipping_costs="{}")  # fmt: skip

    def pay(self, order: int, name: str, state: str, total: str, *, method: str = "Stripe", version: str = LIVE,
            at: str = "2024-07-01 12:01:00", **row: Any) -> None:  # fmt: skip
        self.put("order_transaction", id=f"{name}{order}", version_id=version, order_id=f"order{order}", state_id=state,
                 payment_method_id=method, amount=amount(total), created_at=at, **row)  # fmt: skip

    def change(self, entity: str, state: str, at: str, kind: str = "order", **row: Any) -> None:
        which = "entity_id" if self.version == "6.0 to 6.4" else "referenced_id"
        self.put("state_machine_history", id=f"{entity}{state}{at}", entity_name=kind, to_state_id=state, created_at=at,
                 **{which: entity}, **row)  # fmt: skip


@pytest.mark.parametrize("version", ["6.0 to 6.4", "6.5 or later"])
def test_orders_of_each_version_equal_what_the_real_database_says(mariadb: MariaDB, tmp_path, version):
    shop = Shopware.fresh(mariadb, "sw_test", version)
    kinds = [("open", "open", "open"), ("open", "paid", "open"), ("in_progress", "paid", "open"),
             ("in_progress", "paid", "shipped"), ("completed", "paid", "shipped"), ("cancelled", "cancelled", "cancelled"),
             ("cancelled", "refunded", "returned"), ("open", "failed", "open")]  # fmt: skip
    methods = ["Stripe", "Paid in advance", "Cash"]
    for number in range(1, 49):
        state, paid, delivery = kinds[number % 8]
        shop.order(
            number, state, paid, f"{number}.{number:02}", method=methods[number % 3], delivery=delivery,
            currency_id=("gbp", EURO)[number % 2], order_date_time=f"2024-{number % 12 + 1:02}-15 12:00:00.000",
        )  # fmt: skip
        if paid == "refunded":
            shop.change(
                f"t{number}", "refunded", f"2025-{number % 12 + 1:02}-15 12:00:00", "order_transaction"
            )
    shop.order(1, "open", "open", "999", version="draft")
    result = shop.mapped(tmp_path)
    asked = shop.sql(
        "SELECT DATE_FORMAT(o.order_date_time, '%Y-%m'), s.technical_name, c.iso_code, COUNT(*), "
        "CAST(SUM(o.amount_total) AS DECIMAL(10,2)) FROM `order` o JOIN state_machine_state s ON s.id = o.state_id "
        f"JOIN currency c ON c.id = o.currency_id WHERE o.version_id = x'{LIVE}' GROUP BY 1, 2, 3"
    )
    told = result.all(
        "SELECT strftime(placed_at, '%Y-%m'), split_part(status_recorded, '/', 1), currency, count(*), sum(total) "
        "FROM orders GROUP BY 1, 2, 3"
    )
    assert sorted(told) == sorted(asked)
    assert result.dict("SELECT status_recorded, any_value(status) FROM orders GROUP BY 1") == {
        "open/open/open": "pending",
        "open/paid/open": "paid",
        "in_progress/paid/open": "processing",
        "in_progress/paid/shipped": "shipped",
        "completed/paid/shipped": "completed",
        "cancelled/cancelled/cancelled": "cancelled",
        "cancelled/refunded/returned": "refunded",
        "open/failed/open": "failed",
    }
    assert result.dict("SELECT method, count(*) FROM payments WHERE amount > 0 GROUP BY 1") == {
        "card": 16, "bank": 16, "cash": 16,
    }  # fmt: skip
    (back,) = shop.sql(
        "SELECT COUNT(*), CAST(-SUM(JSON_VALUE(t.amount, '$.totalPrice')) AS DECIMAL(10,2)) FROM order_transaction t "
        "JOIN state_machine_state s ON s.id = t.state_id WHERE s.technical_name = 'refunded'"
    )
    assert result.one("SELECT count(*), sum(amount) FROM payments WHERE status = 'refunded'") == back
    assert result.one("SELECT software_version FROM sites") == version
    assert result.dict(
        "SELECT table_name, CAST(set_aside AS INT) FROM completeness WHERE reason LIKE 'drafts:%' AND set_aside > 0"
    ) == {"order": 1, "order_customer": 1, "order_transaction": 1, "order_delivery": 1}
    case = new_case(tmp_path / "again")
    take_in(case, shop.dump("--hex-blob"))
    (found,) = recognise(case, "KC/1")
    assert (found.software, found.version, found.prefix) == ("shopware6", version, "")
    assert mapped(case).all("SELECT order_id, total FROM orders ORDER BY 1") == result.all(
        "SELECT order_id, total FROM orders ORDER BY 1"
    )


def test_the_whole_of_one_order(mariadb, tmp_path):
    shop = Shopware.fresh(mariadb, "sw_whole")
    shop.put("customer", id="ann", sales_channel_id="shop", email="ann@example.test", first_name="Ann", last_name="Lee",
             password="$2y$10$abc", created_at="2024-01-01 10:00:00", last_login="2024-07-04 12:00:00",
             remote_address="203.0.113.0")  # fmt: skip
    shop.put("user", id="boss", username="boss", password="hash", first_name="The", last_name="Boss", admin=1,
             email="boss@example.test", created_at="2024-01-01 09:00:00")  # fmt: skip
    home = {"country_id": "gb", "country_state_id": "york", "first_name": "Ann", "last_name": "Lee", "company": "Lee Ltd",
            "zipcode": "YO1 7AA", "city": "York", "phone_number": "07700"}  # fmt: skip
    shop.put("country_state_translation", country_state_id="york", language_id=ENGLISH, name="Yorkshire")
    shop.put("customer_address", id="old", customer_id="ann", street="3 Old St", **home)
    for key, street in (("a1", "1 High St"), ("a2", "2 Low St")):
        shop.put("order_address", id=key, version_id=LIVE, order_id="order1", street=street,
                 additional_address_line1="Flat 3", additional_address_line2="Back", **home)  # fmt: skip
    prices = {"net": 2, "gross": 2.5, "linked": True, "currencyId": named("gbp")}
    shop.put("product", id="salt", version_id=LIVE, product_number="S9", active=1, stock=7, created_at="2024-01-01 10:00:00",
             price=json.dumps({"c" + named("gbp"): prices}))  # fmt: skip
    shop.put("product", id="salt-l", version_id=LIVE, product_number="S9.1", parent_id="salt", stock=3)
    for language, name in ((ENGLISH, "Salt"), ("de", "Salz")):
        shop.put(
            "product_translation", product_id="salt", product_version_id=LIVE, language_id=language, name=name
        )
    shop.put("product_visibility", id="v", product_id="salt", sales_channel_id="shop")
    shop.put(
        "product_category",
        product_id="salt",
        product_version_id=LIVE,
        category_id="spices",
        category_version_id=LIVE,
    )
    shop.put(
        "category_translation",
        category_id="spices",
        category_version_id=LIVE,
        language_id=ENGLISH,
        name="Spices",
    )
    shop.order(
        1, "completed", None, "23.99", delivery="shipped", billing_address_id="a1", customer_comment="leave it",
        price=amount("23.99", netPrice="21.65", positionPrice="12.87"), shipping_costs=amount("11.12"),
        order_date_time="2024-07-05 12:00:00.000",
    )  # fmt: skip
    shop._put_in()
    shop.sql(f"UPDATE order_customer SET customer_id = x'{named('ann')}', remote_address = '198.51.100.0'")
    shop.sql(
        f"""UPDATE order_delivery SET shipping_order_address_id = x'{named("a2")}', tracking_codes = '["AB1GB", "AB2GB"]'"""
    )
    shop.put(
        "shipping_method_translation", shipping_method_id="post", language_id=ENGLISH, name="Royal Mail 48"
    )
    payload = {
        "productNumber": "S9.1",
        "options": [{"group": "Size", "option": "L"}, {"group": "Colour", "option": "Red"}],
    }
    shop.put("order_line_item", id="l1", version_id=LIVE, order_id="order1", product_id="salt-l", label="Salt", quantity=4,
             price=amount("14.04", unitPrice="3.51"), payload=json.dumps(payload), type="product")  # fmt: skip
    shop.put("order_line_item", id="l2", version_id=LIVE, order_id="order1", label="10 off", quantity=1, type="promotion",
             price=amount("-1.17"))  # fmt: skip
    shop.pay(
        1, "t", "paid", "23.99", custom_fields=json.dumps({"swag_paypal_resource_id": "res_1", "other": 2})
    )
    shop.change("t1", "paid", "2024-07-05 13:00:00", "order_transaction")
    shop.change("order1", "shipped", "2024-07-06 09:00:00", "order_delivery", internal_comment="fragile")
    shop.change("order1", "completed", "2024-07-09 09:00:00")
    shop.put("product_review", id="r", product_id="salt", customer_id="ann", title="Yes", content="good", points=4.5,
             comment="thanks", created_at="2024-08-01 10:00:00")  # fmt: skip
    case = new_case(tmp_path)
    take_in(case, shop.dump())
    result = mapped(case)
    order, ann = f"order:KC/1/order/{named('order1')}/{LIVE}", f"account:KC/1/customer/{named('ann')}"
    assert result.all("SELECT site_id, name, currency, admin_email FROM sites") == [
        (f"site:KC/1/sales_channel/{named('shop')}", "Test Shop", "GBP", "boss@example.test")
    ]
    assert result.all("SELECT host, kind FROM site_names") == [("example.test", "clearnet")]
    assert result.all(
        "SELECT order_id, number, account_id, placed_at, paid_at, shipped_at, completed_at, status, subtotal, shipping, discount,"
        " tax, total, currency, ip, customer_note FROM orders"
    ) == [
        (
            order,
            "10001",
            ann,
            datetime(2024, 7, 5, 12),
            datetime(2024, 7, 5, 13),
            datetime(2024, 7, 6, 9),
            datetime(2024, 7, 9, 9),
            "completed",
            money("14.04"),
            money("11.12"),
            money("1.17"),
            money("2.34"),
            money("23.99"),
            "GBP",
            "198.51.100.0",
            "leave it",
        )
    ]
    assert result.all(
        "SELECT title, variation, quantity, unit_price, line_total, listing_id FROM order_lines"
    ) == [
        (
            "Salt",
            "Size: L, Colour: Red",
            4,
            money("3.51"),
            money("14.04"),
            f"listing:KC/1/product/{named('salt-l')}/{LIVE}",
        )
    ]
    assert result.all("SELECT title, category, price, currency, stock, status FROM listings ORDER BY 1") == [
        ("Salt", "Spices", money("2.5"), "GBP", 7, "enabled"),
        ("Salt (S9.1)", "Spices", money("2.5"), "GBP", 3, "enabled"),
    ]
    assert result.all(
        "SELECT kind, display_name, username, phone, password_hash, last_login_at, last_login_ip FROM accounts ORDER BY 1"
    ) == [
        ("admin", "The Boss", "boss", None, "hash", None, None),
        ("customer", "Ann Lee", None, "07700", "$2y$10$abc", datetime(2024, 7, 4, 12), "203.0.113.0"),
    ]
    assert result.all('SELECT method, provider, amount, currency, txid, status, "at" FROM payments') == [
        ("card", "Stripe", money("23.99"), "GBP", "res_1", "confirmed", datetime(2024, 7, 5, 13))
    ]
    assert result.all(
        "SELECT kind, name, line1, line2, region, country, order_id IS NOT NULL FROM postal_addresses ORDER BY line1"
    ) == [
        ("billing", "Ann Lee, Lee Ltd", "1 High St", "Flat 3, Back", "Yorkshire", "GB", True),
        ("shipping", "Ann Lee, Lee Ltd", "2 Low St", "Flat 3, Back", "Yorkshire", "GB", True),
        ("shipping", "Ann Lee, Lee Ltd", "3 Old St", None, "Yorkshire", "GB", False),
    ]
    assert result.all("SELECT service, tracking_number, shipped_at FROM shipments ORDER BY 2") == [
        ("Royal Mail 48", "AB1GB", datetime(2024, 7, 6, 9)),
        ("Royal Mail 48", "AB2GB", datetime(2024, 7, 6, 9)),
    ]
    assert result.all(
        "SELECT thread, body, order_id = ? IS TRUE FROM messages ORDER BY 1".replace("?", f"'{order}'")
    ) == [
        ("order 10001", "fragile", True),
        ("review of Salt", "thanks", False),
    ]
    assert result.all("SELECT rating, body, account_id FROM reviews") == [(money("4.5"), "Yes: good", ann)]
    assert any("last part set to 0" in message for message in result.messages("info"))
    rows = details(case, "KC/1", "order_transaction", f"{named('t1')}/{LIVE}")
    assert rows == []
    assert {row.table_name for row in details(case, "KC/1", "order", named("order1"))} == {
        "order_line_item", "order_transaction", "order_delivery", "order_address",
    }  # fmt: skip


def test_advanced_prices_in_each_currency(mariadb, tmp_path):
    shop = Shopware.fresh(mariadb, "sw_tiers")
    shop.put("product", id="salt", version_id=LIVE, product_number="S9", active=1, stock=7,
             price=json.dumps({"c" + EURO: {"net": 10, "gross": 11.9, "currencyId": EURO}}))  # fmt: skip
    shop.put("rule", id="trade", name="Trade customers")
    for start, end, gross in ((1, 9, 10), (10, None, 8.5)):
        both = {"c" + key: {"net": 1, "gross": gross + more, "linked": False, "currencyId": key}
                for key, more in ((EURO, 0), (named("gbp"), -1))}  # fmt: skip
        shop.put("product_price", id=f"p{start}", version_id=LIVE, rule_id="trade", product_id="salt", quantity_start=start,
                 quantity_end=end, price=json.dumps(both))  # fmt: skip
    shop.put(
        "product_price",
        id="gone",
        version_id=LIVE,
        rule_id="trade",
        product_id="pepper",
        quantity_start=1,
        price="{}",
    )
    result = shop.mapped(tmp_path)
    assert result.all("SELECT price, currency FROM listings") == [(money("11.9"), "EUR")]
    assert result.all(
        "SELECT min_quantity, max_quantity, price, price_kind, currency, customer_group FROM price_tiers ORDER BY 5, 1"
    ) == [
        (1, 9, 10, "unit", "EUR", "Trade customers"),
        (10, None, money("8.5"), "unit", "EUR", "Trade customers"),
        (1, 9, 9, "unit", "GBP", "Trade customers"),
        (10, None, money("7.5"), "unit", "GBP", "Trade customers"),
    ]


def test_takings_refunds_and_second_attempts(mariadb, tmp_path):
    shop = Shopware.fresh(mariadb, "sw_takings")
    shop.put(
        "user",
        id="boss",
        username="boss",
        password="h",
        first_name="B",
        last_name="B",
        email="BOSS@example.test",
    )
    shop.put(
        "customer",
        id="boss2",
        sales_channel_id="shop",
        email="boss@example.test",
        first_name="B",
        last_name="B",
    )
    shop.order(1, "open", "paid", "100")
    shop.order(2, "completed", "paid", "50")
    shop._put_in()
    shop.sql(f"UPDATE order_customer SET customer_id = x'{named('boss2')}' WHERE email = 'g2@example.test'")
    shop.order(3, "open", "failed", "40")
    shop.pay(3, "second", "paid", "40", at="2024-07-02 12:00:00")
    shop.order(4, "completed", "refunded_partially", "60")
    shop.put(
        "order_transaction_capture",
        id="c",
        version_id=LIVE,
        order_transaction_id="t4",
        state_id="paid",
        amount="{}",
    )
    for key, state, back in (("r1", "completed", "7.5"), ("r2", "failed", "60")):
        shop.put("order_transaction_capture_refund", id=key, version_id=LIVE, capture_id="c", state_id=state,
                 amount=amount(back), external_reference="re_1", created_at="2024-08-02 13:00:00")  # fmt: skip
    shop.order(5, "open", "authorized", "70")
    shop.order(6, "completed", "chargeback", "80")
    shop.change("t6", "chargeback", "2024-09-02 13:00:00", "order_transaction")
    shop.order(7, "open", "paid_partially", "90")
    shop.order(8, "odd", "odd", "95")
    result = shop.mapped(tmp_path)
    assert result.dict(
        "SELECT right(o.number, 1), coalesce(t.reason, 'counted') FROM takings t JOIN orders o USING (order_id) WHERE amount > 0"
    ) == {
        "1": "counted",
        "2": "test order by staff account",
        "3": "counted",
        "4": "counted",
        "5": "unpaid",
        "6": "counted",
        "7": "unpaid",
        "8": "state not known",
    }
    assert result.all(
        'SELECT right(o.number, 1), t.amount, t."at" FROM takings t JOIN orders o USING (order_id) WHERE amount < 0 ORDER BY 3'
    ) == [("4", money("-7.5"), datetime(2024, 8, 2, 13)), ("6", money("-80"), datetime(2024, 9, 2, 13))]
    told = result.messages("warning")
    assert any("made in part" in message for message in told)
    assert any('"odd/odd/open"' in message for message in told)


def test_sales_channels_are_sites(mariadb, tmp_path):
    shop = Shopware.fresh(mariadb, "sw_many")
    shop.put("sales_channel", id="dark", type_id="x", currency_id=EURO)
    shop.put("sales_channel", id="export", type_id="y", currency_id=EURO)
    shop.put("sales_channel_domain", id="d2", sales_channel_id="dark", url="http://abcdef.onion")
    shop.put("system_config", id="n2", configuration_key="core.basicInformation.shopName", sales_channel_id="dark",
             configuration_value='{"_value": "Dark side"}')  # fmt: skip
    shop.order(1, "open", "paid", "1")
    shop.order(2, "open", "paid", "2", sales_channel_id="dark")
    shop.order(3, "open", "paid", "3", sales_channel_id="gone")
    result = shop.mapped(tmp_path)
    assert sorted(result.all("SELECT name, currency FROM sites")) == [
        ("Dark side", "EUR"),
        ("Test Shop", "EUR"),
        ("Test Shop", "GBP"),
    ]
    assert result.one("SELECT count(*) FROM orders JOIN sites USING (site_id)") == 3
    assert result.one("SELECT kind FROM site_names WHERE host = 'abcdef.onion'") == "onion"
    assert result.dict(
        "SELECT table_name, CAST(set_aside AS INT) FROM completeness WHERE reason LIKE 'sales channels%'"
    ) == {"sales_channel": 1}


def test_missing_tables_and_wild_values_do_not_stop_the_mapping(mariadb, tmp_path):
    shop = Shopware.fresh(mariadb, "sw_wild")
    shop.order(1, "open", "paid", "5", order_date_time="0000-00-00 00:00:00")
    shop.order(2, "open", "paid", "5", price='{"totalPrice": "many"}', order_number=None)
    for table in (
        "customer",
        "sales_channel",
        "currency",
        "state_machine_state",
        "order_customer",
        "system_config",
        "country",
    ):
        shop.sql(f"DROP TABLE {table}")
    result = shop.mapped(tmp_path)
    assert result.one("SELECT count(*) FROM orders") == 2
    assert any("has no total" in message for message in result.messages("warning"))
    assert result.messages("error") == []
