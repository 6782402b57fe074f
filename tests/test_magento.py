"""Magento of each version, from a real database by way of the real dump to the canonical tables."""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from servers import MariaDB
from shop_case import Shop, mapped, new_case, take_in
from stocktake.shops.recognition import recognise

SCHEMA = Path(__file__).parent / "schema" / "magento.sql"

# Status, state, and what they mean.
STATES = [
    ("pending", "new", "pending"),
    ("pending_payment", "pending_payment", "pending"),
    ("processing", "processing", "processing"),
    ("awaiting_picking", "processing", "processing"),
    ("complete", "complete", "completed"),
    ("closed", "closed", "refunded"),
    ("canceled", "canceled", "cancelled"),
    ("holded", "holded", "pending"),
]
VERSIONS = ["1.4 to 1.6", "1.7 to 1.9", "2.0 or 2.1", "2.2", "2.3 or later"]
_FLAT = ("order", "order_item", "order_address", "order_payment", "order_status_history", "order_grid", "invoice",
         "invoice_comment", "shipment", "shipment_comment", "shipment_track", "creditmemo", "creditmemo_comment")  # fmt: skip
_EAV = ("catalog_product_entity", "catalog_product_entity_varchar", "catalog_product_entity_text",
        "catalog_product_entity_int", "catalog_product_entity_decimal", "catalog_product_entity_datetime",
        "catalog_category_entity_varchar", "customer_entity", "customer_entity_varchar", "customer_address_entity",
        "customer_address_entity_varchar", "customer_address_entity_text")  # fmt: skip
_TO_1 = [
    *(f"RENAME TABLE {{p}}sales_{name} TO {{p}}sales_flat_{name}" for name in _FLAT),
    *(f"ALTER TABLE {{p}}{name} ADD entity_type_id smallint(5) unsigned NOT NULL DEFAULT 0" for name in _EAV),
    "RENAME TABLE {p}store TO {p}core_store, {p}store_website TO {p}core_website, {p}store_group TO {p}core_store_group, "
    "{p}authorization_role TO {p}admin_role, {p}quote TO {p}sales_flat_quote, {p}customer_log TO {p}log_customer",
    "ALTER TABLE {p}log_customer ADD visitor_id bigint(20) unsigned DEFAULT NULL AFTER log_id, "
    "CHANGE last_login_at login_at datetime NOT NULL, CHANGE last_logout_at logout_at datetime DEFAULT NULL",
    "ALTER TABLE {p}sales_flat_order_payment CHANGE cc_last_4 cc_last4 varchar(255) DEFAULT NULL",
    "ALTER TABLE {p}catalog_product_entity_tier_price DROP percentage_value",
    "ALTER TABLE {p}customer_entity DROP firstname, DROP lastname, DROP password_hash, DROP dob, DROP rp_token",
    "ALTER TABLE {p}customer_address_entity DROP city, DROP company, DROP country_id, DROP firstname, DROP lastname, "
    "DROP postcode, DROP region, DROP region_id, DROP street, DROP telephone",
    "DROP TABLE {p}admin_user_session, {p}vault_payment_token, {p}vault_payment_token_order_payment_link, "
    "{p}setup_module, {p}patch_list",
    "CREATE TABLE {p}core_resource (code varchar(50) NOT NULL PRIMARY KEY, version varchar(50), data_version varchar(50))",
    "CREATE TABLE {p}log_url (url_id bigint(20) unsigned NOT NULL PRIMARY KEY, visitor_id bigint(20) unsigned, "
    "visit_time datetime NOT NULL)",
    "CREATE TABLE {p}log_url_info (url_id bigint(20) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, "
    "url varchar(255) NOT NULL DEFAULT '', referer varchar(255) DEFAULT NULL)",
    "CREATE TABLE {p}log_visitor (visitor_id bigint(20) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, "
    "session_id char(64) NOT NULL DEFAULT '', first_visit_at datetime DEFAULT NULL, last_visit_at datetime NOT NULL, "
    "last_url_id bigint(20) unsigned NOT NULL DEFAULT 0, store_id smallint(5) unsigned NOT NULL)",
    "CREATE TABLE {p}log_visitor_info (visitor_id bigint(20) unsigned NOT NULL DEFAULT 0 PRIMARY KEY, "
    "http_referer varchar(255) DEFAULT NULL, http_user_agent varchar(255) DEFAULT NULL, "
    "server_addr bigint(20) DEFAULT NULL, remote_addr bigint(20) DEFAULT NULL)",
]  # fmt: skip
CHANGES = {
    "1.4 to 1.6": [*_TO_1, "ALTER TABLE {p}sales_flat_shipment_track CHANGE track_number number text DEFAULT NULL"],
    "1.7 to 1.9": [
        *_TO_1,
        "ALTER TABLE {p}log_visitor_info MODIFY server_addr varbinary(16), MODIFY remote_addr varbinary(16)",
        "CREATE TABLE {p}catalog_product_entity_group_price (value_id int(11) NOT NULL AUTO_INCREMENT PRIMARY KEY, "
        "entity_id int(10) unsigned NOT NULL DEFAULT 0, all_groups smallint(5) unsigned NOT NULL DEFAULT 1, "
        "customer_group_id smallint(5) unsigned NOT NULL DEFAULT 0, value decimal(12,4) NOT NULL DEFAULT 0, "
        "website_id smallint(5) unsigned NOT NULL)",
    ],
    "2.0 or 2.1": [
        "DROP TABLE {p}patch_list",
        "ALTER TABLE {p}catalog_product_entity_tier_price DROP percentage_value",
        "ALTER TABLE {p}sales_order MODIFY grand_total decimal(12,4)",
    ],
    "2.2": ["DROP TABLE {p}patch_list", "ALTER TABLE {p}sales_order MODIFY grand_total decimal(12,4)"],
    "2.3 or later": [],
}  # fmt: skip
ATTRIBUTES = {
    "customer": (1, {"firstname": 5, "lastname": 7, "password_hash": 12, "taxvat": 15}),
    "customer_address": (2, {"firstname": 20, "lastname": 22, "company": 24, "street": 25, "city": 26,
                             "country_id": 27, "region": 28, "postcode": 30, "telephone": 31}),
    "catalog_category": (3, {"name": 41}),
    "catalog_product": (4, {"name": 71, "description": 72, "short_description": 73, "price": 75, "special_price": 76,
                            "special_from_date": 77, "special_to_date": 78, "status": 96, "color": 92}),
}  # fmt: skip


def money(text: str) -> Decimal:
    return Decimal(text)


@dataclass
class Magento(Shop):
    """Magento, by the real schema of 2.4, changed to what another version has."""

    version: str = "2.3 or later"

    @classmethod
    def fresh(
        cls, server: MariaDB, database: str, prefix: str = "", version: str = "2.3 or later"
    ) -> "Magento":
        shop = cls(server, server.fresh(database), prefix, version=version)
        schema = SCHEMA.read_text("utf-8").replace("{p}", prefix)
        server.load(f"SET sql_mode = '';\n{schema}".encode(), database)
        for change in CHANGES[version]:
            shop.sql(f"SET STATEMENT sql_mode = '' FOR {change}")
        shop.insert(shop.named("store_website"), website_id=1, code="base", name="Main Website",
                    is_default=1)  # fmt: skip
        shop.insert(shop.named("store"), store_id=1, code="default", website_id=1, name="Default Store View")
        shop.settings(
            **{
                "web/unsecure/base_url": "http://example.test/",
                "web/secure/base_url": "{{base_url}}",
                "currency/options/base": "GBP",
                "general/locale/timezone": "Europe/London",
                "general/store_information/name": "Test Shop",
                "trans_email/ident_general/email": "boss@example.test",
                "payment/stripe/api_key": "hidden",
            }
        )
        for entity, (number, codes) in ATTRIBUTES.items():
            shop.insert("eav_entity_type", entity_type_id=number, entity_type_code=entity)
            for code, attribute in codes.items():
                shop.insert(
                    "eav_attribute", attribute_id=attribute, entity_type_id=number, attribute_code=code
                )
        for number, name in ((1, "General"), (2, "Wholesale")):
            shop.insert("customer_group", customer_group_id=number, customer_group_code=name)
        return shop

    @property
    def is_1(self) -> bool:
        return self.version.startswith("1")

    def named(self, table: str) -> str:
        """The table's name in this version."""
        if not self.is_1:
            return table
        if table.removeprefix("sales_") in _FLAT:
            return table.replace("sales_", "sales_flat_")
        return {"store": "core_store", "store_website": "core_website", "authorization_role": "admin_role",
                "customer_log": "log_customer"}.get(table, table)  # fmt: skip

    def put(self, table: str, **row: Any) -> None:
        self.insert(self.named(table), **row)

    def settings(self, scope: str = "default", scope_id: int = 0, **settings: str) -> None:
        for path, value in settings.items():
            self.insert("core_config_data", scope=scope, scope_id=scope_id, path=path, value=value)

    def attribute(
        self, entity: str, number: int, code: str, value: Any, kind: str = "varchar", store: int = 0
    ) -> None:
        place = {"store_id": store} if entity.startswith("catalog") else {}
        table = f"{entity}_entity_{kind}"
        attribute = ATTRIBUTES[entity][1][code]
        self.insert(table, entity_id=number, attribute_id=attribute, value=value, **place)

    def product(self, number: int, name: str, price: str, **row: Any) -> None:
        self.insert(
            "catalog_product_entity",
            entity_id=number,
            sku=f"S{number}",
            created_at="2024-01-01 10:00:00",
            **row,
        )
        self.attribute("catalog_product", number, "name", name)
        self.attribute("catalog_product", number, "price", price, "decimal")
        self.attribute("catalog_product", number, "status", 1, "int")

    def customer(self, number: int, email: str) -> None:
        names = {"firstname": "Ann", "lastname": "Lee", "password_hash": "abc:salt:1"}
        self.insert("customer_entity", entity_id=number, website_id=1, email=email, created_at="2024-01-01 10:00:00",
                    **({} if self.is_1 else names))  # fmt: skip
        if self.is_1:
            for code, value in names.items():
                self.attribute("customer", number, code, value)

    def order(self, number: int, status: str, state: str, total: str, *, paid: str | None = None,
              method: str = "stripe_payments", **row: Any) -> None:  # fmt: skip
        given: dict[str, Any] = {
            "increment_id": f"1{number:08}", "store_id": 1, "customer_is_guest": 1, "total_paid": paid,
            "customer_email": f"g{number}@example.test", "customer_firstname": "Guy", "customer_lastname": "Guest",
            "order_currency_code": "GBP", "base_currency_code": "GBP", "created_at": "2024-07-01 12:00:00",
        }  # fmt: skip
        self.put(
            "sales_order", entity_id=number, status=status, state=state, grand_total=total, **{**given, **row}
        )
        self.put("sales_order_payment", entity_id=number, parent_id=number, method=method, amount_ordered=total,
                 amount_paid=paid)  # fmt: skip


@pytest.mark.parametrize("version", VERSIONS)
def test_orders_of_each_version_equal_what_the_real_database_says(mariadb: MariaDB, tmp_path, version):
    shop = Magento.fresh(mariadb, "mg_test", "m_", version)
    shop.customer(4, "ann@example.test")
    methods = ["stripe_payments", "banktransfer", "cashondelivery", "blockonomics"]
    for number in range(1, 49):
        status, state, _ = STATES[number % 8]
        total = f"{number}.{number:02}"
        shop.order(
            number, status, state, total, method=methods[number // 8 % 4],
            paid=total if state in ("processing", "complete", "closed") else None,
            order_currency_code=["GBP", "EUR"][number % 2], customer_id=(4, None, 99)[number % 3],
            created_at=f"2024-{number % 12 + 1:02}-15 12:00:00",
        )  # fmt: skip
        if state == "closed":
            shop.put("sales_creditmemo", entity_id=number, order_id=number, grand_total=total, state=2,
                     order_currency_code="GBP", created_at=f"2025-{number % 12 + 1:02}-15 12:00:00")  # fmt: skip
    result = shop.mapped(tmp_path)
    order, payment = shop.named("sales_order"), shop.named("sales_order_payment")
    asked = shop.sql(
        "SELECT DATE_FORMAT(created_at, '%Y-%m'), status, order_currency_code, COUNT(*), SUM(grand_total) "
        f"FROM {{p}}{order} GROUP BY 1, 2, 3"
    )
    told = result.all(
        "SELECT strftime(placed_at, '%Y-%m'), status_recorded, currency, count(*), sum(total) FROM orders GROUP BY 1, 2, 3"
    )
    assert sorted(told) == sorted(asked)
    assert result.dict("SELECT status_recorded, any_value(status) FROM orders GROUP BY 1") == {
        status: meaning for status, _, meaning in STATES
    }
    used = dict(shop.sql(f"SELECT method, COUNT(*) FROM {{p}}{payment} GROUP BY 1"))
    assert result.dict("SELECT method, count(*) FROM payments WHERE amount > 0 GROUP BY 1") == {
        kind: used[code] for kind, code in zip(("card", "bank", "cash", "crypto"), methods, strict=True)
    }
    (paid,) = shop.sql(f"SELECT COUNT(*), SUM(amount_paid) FROM {{p}}{payment} WHERE amount_paid > 0")
    assert result.one("SELECT count(*), sum(amount) FROM payments WHERE status = 'confirmed'") == paid
    memo = shop.named("sales_creditmemo")
    (given_back,) = shop.sql(f"SELECT COUNT(*), -SUM(grand_total) FROM {{p}}{memo}")
    assert result.one("SELECT count(*), sum(amount) FROM payments WHERE status = 'refunded'") == given_back
    assert result.one("SELECT software_version FROM sites") == version
    assert result.dict("SELECT kind, count(*) FROM accounts GROUP BY 1") == {"customer": 2, "guest": 16}
    case = new_case(tmp_path / "again")
    take_in(case, shop.dump())
    (found,) = recognise(case, "KC/1")
    assert (found.software, found.version, found.prefix) == ("magento", version, "m_")


@pytest.mark.parametrize("version", ["1.4 to 1.6", "1.7 to 1.9", "2.0 or 2.1", "2.3 or later"])
def test_the_whole_of_one_order(mariadb, tmp_path, version):
    shop = Magento.fresh(mariadb, "mg_whole", version=version)
    shop.settings(**{"general/locale/weight_unit": "kgs"})
    shop.customer(4, "ann@example.test")
    home = {"firstname": "Ann", "lastname": "Lee", "company": "Lee Ltd", "city": "York", "country_id": "GB",
            "region": "Yorkshire", "postcode": "YO1 7AA", "telephone": "07700"}  # fmt: skip
    if shop.is_1:
        shop.insert("customer_address_entity", entity_id=6, parent_id=4)
        for code, value in home.items():
            shop.attribute("customer_address", 6, code, value)
        shop.attribute("customer_address", 6, "street", "3 Old St", "text")
        shop.attribute("customer", 4, "taxvat", "GB1")
    else:
        shop.insert("customer_address_entity", entity_id=6, parent_id=4, street="3 Old St", **home)
    shop.insert("admin_user", user_id=1, username="boss", firstname="The", lastname="Boss", email="boss@example.test",
                password="hash", created="2024-01-01 09:00:00", logdate="2024-08-01 09:00:00")  # fmt: skip
    shop.put("authorization_role", role_id=1, role_type="G", role_name="Administrators")
    shop.put("authorization_role", role_id=2, parent_id=1, role_type="U", user_id=1, role_name="boss")
    shop.product(9, "Salt", "2.5")
    shop.attribute("catalog_product", 9, "name", "Salz", store=1)
    shop.attribute("catalog_product", 9, "description", "<b>x</b>", "text")
    shop.attribute("catalog_product", 9, "color", 7, "int")
    shop.insert("catalog_product_website", product_id=9, website_id=1)
    shop.insert("cataloginventory_stock_item", item_id=1, product_id=9, qty=7)
    shop.attribute("catalog_category", 2, "name", "Spices")
    shop.insert("catalog_category_product", entity_id=1, category_id=2, product_id=9)
    shop.order(
        1, "complete", "complete", "23.99", paid="23.99", order_currency_code="EUR", customer_id=4, customer_is_guest=0,
        subtotal="11.7", shipping_amount="11.12", discount_amount="-1.17", tax_amount="2.34", remote_ip="198.51.100.2",
        customer_note="leave it", gift_message_id=3, created_at="2024-07-05 12:00:00",
    )  # fmt: skip
    choices = {"info_buyRequest": {"qty": 4}, "attributes_info": [{"label": "Size", "value": "L", "option_id": 1},
               {"label": "Colour", "value": "Red"}]}  # fmt: skip
    php = (
        'a:1:{s:15:"attributes_info";a:2:{i:0;a:2:{s:5:"label";s:4:"Size";s:5:"value";s:1:"L";}'
        'i:1;a:2:{s:5:"label";s:6:"Colour";s:5:"value";s:3:"Red";}}}'
    )
    stored = json.dumps(choices) if version == "2.3 or later" else php
    shop.put("sales_order_item", item_id=3, order_id=1, product_id=9, name="Salt", sku="S9", qty_ordered=4, price="2.925",
             row_total="11.7", product_options=stored)  # fmt: skip
    shop.put(
        "sales_order_item",
        item_id=4,
        order_id=1,
        parent_item_id=3,
        product_id=10,
        name="Salt-L",
        qty_ordered=4,
    )
    for number, kind, street in ((1, "billing", "1 High St"), (2, "shipping", "2 Low St\nFlat 3\nBack")):
        shop.put("sales_order_address", entity_id=number, parent_id=1, address_type=kind, street=street,
                 email="ann@example.test", **home)  # fmt: skip
    shop.put("sales_invoice", entity_id=1, order_id=1, state=2, created_at="2024-07-05 13:00:00")
    shop.put("sales_shipment", entity_id=1, order_id=1, created_at="2024-07-06 09:00:00")
    number = "number" if version == "1.4 to 1.6" else "track_number"
    shop.put("sales_shipment_track", entity_id=5, parent_id=1, order_id=1, title="Royal Mail", carrier_code="custom",
             weight="0.25", created_at="2024-07-06 09:01:00", **{number: "AB1GB"})  # fmt: skip
    for status, at, text, notice in (
        ("processing", "2024-07-05 13:00:00", "paid", 1),
        ("complete", "2024-07-09 09:00:00", None, 0),
    ):
        shop.put("sales_order_status_history", parent_id=1, status=status, created_at=at, comment=text,
                 is_customer_notified=notice)  # fmt: skip
    shop.put("sales_shipment_comment", parent_id=1, comment="on its way", created_at="2024-07-06 09:02:00")
    shop.insert("gift_message", gift_message_id=3, sender="Ann", recipient="Bo", message="enjoy")
    shop.insert("review_entity", entity_id=1, entity_code="product")
    shop.insert("review", review_id=1, entity_id=1, entity_pk_value=9, created_at="2024-08-01 10:00:00")
    shop.insert("review_detail", review_id=1, title="Yes", detail="good", nickname="A", customer_id=4)
    for value in (5, 4):
        shop.insert("rating_option_vote", review_id=1, value=value, remote_ip="")
    if shop.is_1:
        shop.put("customer_log", log_id=1, visitor_id=8, customer_id=4, login_at="2024-07-04 12:00:00")
        shop.insert("log_visitor", visitor_id=8, store_id=1)
        address = 3405803780 if version == "1.4 to 1.6" else bytes([203, 0, 113, 4])
        shop.insert("log_visitor_info", visitor_id=8, http_user_agent="UA", remote_addr=address)
        shop.insert("log_url_info", url_id=2, url="http://example.test/salt", referer="http://search.test/")
        shop.insert("log_url", url_id=2, visitor_id=8, visit_time="2024-07-04 12:00:01")
        shop.sql(
            "UPDATE {p}sales_flat_order_payment SET cc_type = 'VI', cc_last4 = '4242', last_trans_id = 'ch_1'"
        )
    else:
        shop.put("customer_log", log_id=1, customer_id=4, last_login_at="2024-07-04 12:00:00")
        shop.insert("admin_user_session", user_id=1, ip="203.0.113.1", updated_at="2024-08-01 09:00:00")
        shop.sql("UPDATE {p}sales_order_payment SET last_trans_id = 'ch_1'")
        shop.insert("vault_payment_token", entity_id=1, public_hash="x", gateway_token="t",
                    details='{"type":"VI","maskedCC":"4242","expirationDate":"01\\/2026"}')  # fmt: skip
        shop.insert("vault_payment_token_order_payment_link", order_payment_id=1, payment_token_id=1)
    result = shop.mapped(tmp_path)
    ann = "account:KC/1/customer_entity/4"
    assert result.all("SELECT site_id, name, currency, time_zone, admin_email FROM sites") == [
        ("site:KC/1/website/1", "Test Shop", "GBP", "Europe/London", "boss@example.test")
    ]
    assert result.all("SELECT host, evidence FROM site_names") == [
        ("example.test", "setting web/unsecure/base_url")
    ]
    assert result.all(
        "SELECT number, account_id, placed_at, paid_at, shipped_at, completed_at, status, subtotal, shipping, discount, "
        "tax, total, currency, ip, customer_note FROM orders"
    ) == [
        (
            "100000001",
            ann,
            datetime(2024, 7, 5, 12),
            datetime(2024, 7, 5, 13),
            datetime(2024, 7, 6, 9),
            datetime(2024, 7, 9, 9),
            "completed",
            money("11.7"),
            money("11.12"),
            money("1.17"),
            money("2.34"),
            money("23.99"),
            "EUR",
            "198.51.100.2",
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
            money("2.925"),
            money("11.7"),
            "listing:KC/1/catalog_product_entity/9",
        )
    ]
    assert result.all(
        "SELECT title, description, category, price, currency, stock, status FROM listings"
    ) == [("Salt", "<b>x</b>", "Spices", money("2.5"), "GBP", 7, "enabled")]
    assert result.all(
        "SELECT kind, display_name, username, phone, password_hash, last_login_at, last_login_ip FROM accounts ORDER BY 1"
    ) == [
        (
            "admin",
            "The Boss",
            "boss",
            None,
            "hash",
            datetime(2024, 8, 1, 9),
            None if shop.is_1 else "203.0.113.1",
        ),
        ("customer", "Ann Lee", None, "07700", "abc:salt:1", datetime(2024, 7, 4, 12), None),
    ]
    assert result.all(
        'SELECT method, amount, currency, txid, card_brand, card_last4, status, "at" FROM payments'
    ) == [("card", money("23.99"), "EUR", "ch_1", "Visa", "4242", "confirmed", datetime(2024, 7, 5, 13))]
    assert result.all(
        "SELECT kind, name, line1, line2, country, order_id IS NOT NULL FROM postal_addresses ORDER BY line1"
    ) == [
        ("billing", "Ann Lee, Lee Ltd", "1 High St", None, "GB", True),
        ("shipping", "Ann Lee, Lee Ltd", "2 Low St", "Flat 3, Back", "GB", True),
        ("shipping", "Ann Lee, Lee Ltd", "3 Old St", None, "GB", False),
    ]
    assert result.all("SELECT carrier, tracking_number, shipped_at, weight_g FROM shipments") == [
        ("Royal Mail", "AB1GB", datetime(2024, 7, 6, 9, 1), 250)
    ]
    assert result.all("SELECT subject, body, from_account_id, to_account_id FROM messages ORDER BY 1") == [
        ("gift message to Bo", "enjoy", ann, None),
        ("processing", "paid", None, ann),
        ("shipment", "on its way", None, None),
    ]
    assert result.all("SELECT rating, body, account_id FROM reviews") == [(money("4.5"), "Yes: good", ann)]
    assert result.all('SELECT account_id, "at", ip, path, host, user_agent FROM visits') == (
        [(ann, datetime(2024, 7, 4, 12, 0, 1), "203.0.113.4", "/salt", "example.test", "UA")]
        if shop.is_1
        else []
    )
    reasons = result.dict(
        "SELECT DISTINCT table_name, reason FROM completeness WHERE measure = 'rows' AND set_aside > 0"
    )
    assert reasons[shop.named("sales_order_item")].startswith("parts of a line")
    assert reasons["catalog_product_entity_int"] == "attributes that the mapping does not use"
    assert reasons["core_config_data"] == "settings that the mapping does not use"


def test_tiers_group_prices_and_prices_for_a_time(mariadb, tmp_path):
    for version in ("1.7 to 1.9", "2.3 or later"):
        shop = Magento.fresh(mariadb, "mg_tiers", version=version)
        shop.put("store_website", website_id=2, code="second", name="Second")
        shop.settings("websites", 2, **{"currency/options/base": "EUR"})
        shop.product(9, "Salt", "10")
        shop.attribute("catalog_product", 9, "special_price", "7.5", "decimal")
        shop.attribute("catalog_product", 9, "special_from_date", "2024-07-01 00:00:00", "datetime")
        for qty, value, group, website in ((10, "9", None, 0), (50, "8", None, 0), (10, "6", 2, 2)):
            shop.insert("catalog_product_entity_tier_price", entity_id=9, qty=qty, value=value, website_id=website,
                        all_groups=int(group is None), customer_group_id=group or 0)  # fmt: skip
        shop.insert("catalog_product_entity_tier_price", entity_id=8, qty=1, value=1, website_id=0)
        if shop.is_1:
            shop.insert("catalog_product_entity_group_price", entity_id=9, all_groups=0, customer_group_id=2, value="8.8",
                        website_id=0)  # fmt: skip
            last = (1, None, money("8.8"), "unit", "GBP", "Wholesale", None)
        else:
            shop.insert("catalog_product_entity_tier_price", entity_id=9, qty=5, value=0, percentage_value=12,
                        all_groups=0, customer_group_id=2, website_id=0)  # fmt: skip
            last = (5, None, 12, "percent_off", "GBP", "Wholesale", None)
        result = shop.mapped(tmp_path / version)
        assert result.all(
            "SELECT min_quantity, max_quantity, price, price_kind, currency, customer_group, valid_from FROM price_tiers "
            "ORDER BY customer_group NULLS FIRST, currency, min_quantity"
        ) == [
            (1, None, money("7.5"), "unit", "GBP", None, datetime(2024, 6, 30, 23)),
            (10, 49, 9, "unit", "GBP", None, None),
            (50, None, 8, "unit", "GBP", None, None),
            (10, None, 6, "unit", "EUR", "Wholesale", None),
            last,
        ]
        assert result.dict(
            "SELECT reason, CAST(found AS INT) FROM completeness "
            "WHERE table_name = 'catalog_product_entity_tier_price' AND set_aside > 0"
        ) == {"parts of products that are no longer there": 1}


def test_takings_and_refunds(mariadb, tmp_path):
    shop = Magento.fresh(mariadb, "mg_takings")
    shop.customer(5, "BOSS@example.test")
    shop.insert("admin_user", user_id=1, username="boss", email="boss@example.test", password="h")
    shop.order(1, "processing", "processing", "100", paid="100")
    shop.order(2, "complete", "complete", "50", paid="50", customer_id=5)
    shop.order(3, "closed", "closed", "40", paid="40")
    shop.order(4, "complete", "complete", "60", paid="60")
    shop.order(5, "processing", "processing", "70", method="checkmo")
    shop.order(6, "canceled", "canceled", "80", paid="80")
    shop.order(7, "paypal_reversed", "payment_review", "90", paid="90", method="paypal_express")
    for order, amount, state in ((3, "40", 2), (4, "7.5", 2), (4, "60", 3)):
        shop.put("sales_creditmemo", order_id=order, grand_total=amount, state=state, order_currency_code="GBP",
                 created_at=f"2024-08-0{order} 13:00:00")  # fmt: skip
    result = shop.mapped(tmp_path)
    assert result.dict(
        "SELECT right(o.number, 1), coalesce(t.reason, 'counted') FROM takings t JOIN orders o USING (order_id) "
        "WHERE amount > 0"
    ) == {
        "1": "counted",
        "2": "test order by staff account",
        "3": "counted",
        "4": "counted",
        "5": "unpaid",
        "6": "cancelled",
        "7": "counted",
    }
    assert result.all(
        'SELECT right(o.number, 1), t.amount, t."at" FROM takings t JOIN orders o USING (order_id) WHERE amount < 0 ORDER BY 3'
    ) == [("3", money("-40"), datetime(2024, 8, 3, 13)), ("4", money("-7.5"), datetime(2024, 8, 4, 13))]
    assert any("cancelled after they had been paid" in message for message in result.messages("warning"))


def test_websites_are_sites_and_two_shops_in_one_database_are_told_apart(mariadb, tmp_path):
    shop = Magento.fresh(mariadb, "mg_many")
    shop.put("store_website", website_id=2, code="second", name="Second")
    shop.put("store", store_id=2, code="two", website_id=2, name="Two")
    shop.put("store", store_id=3, code="three", website_id=2, name="Three")
    shop.settings("websites", 2, **{"web/unsecure/base_url": "http://abcdef.onion/"})
    shop.settings(
        "stores",
        3,
        **{"web/unsecure/base_url": "http://other.test/", "general/store_information/name": "Zwei"},
    )
    for number, store in ((1, 1), (2, 2), (3, 3)):
        shop.order(number, "processing", "processing", "1", store_id=store)
    shop.order(4, "processing", "processing", "1", store_id=None, store_name="Second\nSecond Store\nGone")
    shop.order(5, "processing", "processing", "1", store_id=None)
    older = Magento(mariadb, shop.database, "old_", version="1.7 to 1.9")
    for name in ("sales_order", "sales_order_item", "sales_order_payment", "core_config_data"):
        older.sql(f"CREATE TABLE old_{older.named(name)} LIKE {name}")
    older.order(1, "complete", "complete", "9", paid="9")
    older.sql("SELECT 1")
    case = new_case(tmp_path)
    take_in(case, shop.dump())
    assert [(found.prefix, found.ref) for found in recognise(case, "KC/1")] == [
        ("", "KC/1/"),
        ("old_", "KC/1/old_"),
    ]
    result = mapped(case)
    assert result.dict(
        "SELECT site_id, string_agg(right(number, 1), '' ORDER BY number) FROM orders GROUP BY 1"
    ) == {
        "site:KC/1/website/1": "15",
        "site:KC/1/website/2": "234",
        "site:KC/1/old_website/1": "1",
    }
    assert sorted(result.all("SELECT site_id, host, kind FROM site_names")) == [
        ("site:KC/1/website/1", "example.test", "clearnet"),
        ("site:KC/1/website/2", "abcdef.onion", "onion"),
        ("site:KC/1/website/2", "other.test", "clearnet"),
    ]


def test_versions_of_a_product_count_once_in_adobes_edition(mariadb, tmp_path):
    shop = Magento.fresh(mariadb, "mg_adobe")
    shop.sql("ALTER TABLE {p}catalog_product_entity DROP PRIMARY KEY, MODIFY entity_id int(10) unsigned NOT NULL, "
             "ADD row_id int(10) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY")  # fmt: skip
    for kind in ("varchar", "text", "int", "decimal", "datetime", "tier_price"):
        shop.sql(
            f"ALTER TABLE {{p}}catalog_product_entity_{kind} CHANGE entity_id row_id int(10) unsigned NOT NULL"
        )
    for row, name in ((1, "Salt"), (2, "Best Salt")):
        shop.insert("catalog_product_entity", row_id=row, entity_id=9, sku="S9")
        shop.insert("catalog_product_entity_varchar", row_id=row, attribute_id=71, value=name)
        shop.insert("catalog_product_entity_tier_price", row_id=row, qty=10, value=row, website_id=0)
    result = shop.mapped(tmp_path)
    assert result.all("SELECT title FROM listings") == [("Best Salt",)]
    assert result.all("SELECT price FROM price_tiers") == [(2,)]
    assert any("other versions of a product" in message for message in result.messages("info"))


def test_missing_tables_and_wild_values_do_not_stop_the_mapping(mariadb, tmp_path):
    shop = Magento.fresh(mariadb, "mg_wild")
    shop.order(1, "gone_fishing", None, "5", created_at="0000-00-00 00:00:00", store_id=77)
    shop.order(2, None, "processing", "-99999999999999.9999", order_currency_code=None)
    shop.order(3, "complete", "complete", "5", paid="5", customer_id=99)
    shop.put("sales_order_item", item_id=3, order_id=3, product_options='{"label": broken', qty_ordered=1)
    for table in (
        "store",
        "store_website",
        "customer_entity",
        "eav_attribute",
        "catalog_product_entity",
        "core_config_data",
    ):
        shop.sql(f"DROP TABLE {{p}}{table}")
    result = shop.mapped(tmp_path)
    assert result.dict("SELECT right(number, 1), status FROM orders") == {
        "1": "unknown",
        "2": "processing",
        "3": "completed",
    }
    assert result.one("SELECT count(*) FROM accounts WHERE basis = 'derived'") == 1
    assert any("gone_fishing" in message for message in result.messages("warning"))
    assert any("damaged" in message for message in result.messages("warning"))
    assert result.messages("error") == []
