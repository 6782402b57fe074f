"""Drupal Commerce 2, from a real database by way of the real dump to the canonical tables."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from servers import MariaDB
from shop_case import Shop, mapped, new_case, take_in
from stocktake.shops.recognition import recognise

SCHEMA = Path(__file__).parent / "schema" / "drupal_commerce.sql"


def money(text: str) -> Decimal:
    return Decimal(text)


def at(text: str) -> int:
    """A time in UTC as Drupal keeps it."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def adjustment(kind: str, amount: str) -> str:
    """An amount put on or off, as Commerce serialises it: an object with protected members."""
    price = (
        f'O:27:"Drupal\\commerce_price\\Price":2:{{s:9:"\0*\0number";s:{len(amount)}:"{amount}";'
        's:15:"\0*\0currencyCode";s:3:"GBP";}'
    ).replace("O:27", f"O:{len('Drupal/commerce_price/Price')}")
    name = "Drupal\\commerce_order\\Adjustment"
    return f'O:{len(name)}:"{name}":3:{{s:7:"\0*\0type";s:{len(kind)}:"{kind}";s:9:"\0*\0amount";{price}s:11:"\0*\0included";b:0;}}'


@dataclass
class Commerce(Shop):
    """Drupal Commerce, by the tables that its fields make."""

    @classmethod
    def fresh(cls, server: MariaDB, database: str, prefix: str = "") -> "Commerce":
        shop = cls(server, server.fresh(database), prefix)
        schema = SCHEMA.read_text("utf-8").replace("{p}", prefix)
        server.load(f"SET sql_mode = '';\n{schema}".encode(), database)
        shop.insert(
            "config",
            name="system.site",
            data='a:3:{s:4:"name";s:4:"Site";s:6:"slogan";s:4:"best";s:4:"mail";s:3:"a@b";}',
        )
        shop.insert(
            "config",
            name="system.date",
            data='a:1:{s:8:"timezone";a:1:{s:7:"default";s:13:"Europe/London";}}',
        )
        shop.insert(
            "config",
            name="commerce_payment.commerce_payment_gateway.stripe",
            data='a:1:{s:6:"secret";s:2:"sk";}',
        )
        shop.insert("commerce_store_field_data", store_id=1, langcode="en", name="Test Shop", mail="boss@example.test",
                    default_currency="GBP", is_default=1)  # fmt: skip
        shop.insert("users_field_data", uid=0, langcode="en", name="")
        return shop

    def order(self, number: int, state: str, total: str, *, paid: str | None = None, **row: Any) -> None:
        given: dict[str, Any] = {
            "order_number": str(100 + number), "store_id": 1, "uid": 0, "mail": f"g{number}@example.test",
            "total_price__currency_code": "GBP", "created": at("2024-07-01 11:00:00"), "placed": at("2024-07-01 12:00:00"),
        }  # fmt: skip
        self.insert(
            "commerce_order", order_id=number, state=state, total_price__number=total, **{**given, **row}
        )
        if paid:
            self.pay(number, paid, total)

    def pay(self, order: int, state: str, amount: str, *, gateway: str = "stripe", **row: Any) -> None:
        given = {
            "amount__currency_code": "GBP",
            "payment_gateway_mode": "live",
            "completed": at("2024-07-01 12:05:00"),
        }
        self.insert("commerce_payment", order_id=order, state=state, amount__number=amount, payment_gateway=gateway,
                    **{**given, **row})  # fmt: skip


def test_orders_equal_what_the_real_database_says(mariadb: MariaDB, tmp_path):
    shop = Commerce.fresh(mariadb, "dc_test", "dr_")
    states = ["draft", "validation", "fulfillment", "completed", "canceled"]
    for number in range(1, 41):
        shop.order(number, states[number % 5], f"{number}.{number:02}", uid=number % 2 * 9,
                   total_price__currency_code=("GBP", "EUR")[number % 2], placed=at(f"2024-{number % 12 + 1:02}-15 12:00:00"),
                   paid="completed" if number % 5 in (2, 3) else None)  # fmt: skip
    result = shop.mapped(tmp_path)
    asked = shop.sql(
        "SELECT DATE_FORMAT(FROM_UNIXTIME(placed), '%Y-%m'), state, total_price__currency_code, COUNT(*), "
        "SUM(total_price__number) FROM {p}commerce_order GROUP BY 1, 2, 3"
    )
    told = result.all(
        "SELECT strftime(placed_at, '%Y-%m'), status_recorded, currency, count(*), sum(total) FROM orders GROUP BY 1, 2, 3"
    )
    assert sorted(told) == sorted(asked)
    assert result.dict("SELECT status_recorded, any_value(status) FROM orders GROUP BY 1") == {
        "draft": "abandoned",
        "validation": "pending",
        "fulfillment": "processing",
        "completed": "completed",
        "canceled": "cancelled",
    }
    (paid,) = shop.sql("SELECT COUNT(*), SUM(amount__number) FROM {p}commerce_payment")
    assert result.one("SELECT count(*), sum(amount) FROM payments WHERE status = 'confirmed'") == paid
    assert result.dict("SELECT kind, count(*) FROM accounts GROUP BY 1") == {"customer": 1, "guest": 20}
    case = new_case(tmp_path / "again")
    take_in(case, shop.dump())
    (found,) = recognise(case, "KC/1")
    assert (found.software, found.version, found.prefix) == ("drupal_commerce", "2 or 3", "dr_")


def test_the_whole_of_one_order(mariadb, tmp_path):
    shop = Commerce.fresh(mariadb, "dc_whole")
    shop.insert("users_field_data", uid=1, langcode="en", name="root", mail="boss@example.test", **{"pass": "$S$abc"},
                created=at("2024-01-01 09:00:00"), login=at("2024-08-01 09:00:00"))  # fmt: skip
    shop.insert("users_field_data", uid=4, langcode="en", name="ann", mail="ann@example.test", **{"pass": "$S$def"},
                created=at("2024-01-01 10:00:00"))  # fmt: skip
    shop.insert(
        "users_field_data",
        uid=5,
        langcode="en",
        name="bea",
        mail="bea@example.test",
        created=at("2024-01-01 10:00:00"),
    )
    shop.insert(
        "user__roles", entity_id=5, revision_id=5, delta=0, langcode="en", roles_target_id="shop_manager"
    )
    home = {"address_country_code": "GB", "address_administrative_area": "YK", "address_locality": "York",
            "address_postal_code": "YO1 7AA", "address_given_name": "Ann", "address_family_name": "Lee",
            "address_organization": "Lee Ltd"}  # fmt: skip
    for number, owner, street in ((1, 0, "1 New St"), (2, 0, "2 Low St"), (3, 4, "3 Old St")):
        shop.insert("profile", profile_id=number, revision_id=number, type="customer", uid=owner)
        shop.insert(
            "profile__address",
            entity_id=number,
            revision_id=number,
            delta=0,
            address_address_line1=street,
            **home,
        )
    shop.insert(
        "profile_revision__address",
        entity_id=1,
        revision_id=7,
        delta=0,
        address_address_line1="1 High St",
        **home,
    )
    shop.insert("commerce_product_field_data", product_id=9, langcode="en", title="Salt", status=1)
    shop.insert(
        "commerce_product_field_data", product_id=9, langcode="de", title="Salz", status=1, default_langcode=0
    )
    shop.insert("commerce_product__body", entity_id=9, revision_id=9, delta=0, body_value="<b>x</b>")
    shop.insert("commerce_product__stores", entity_id=9, revision_id=9, delta=0, stores_target_id=1)
    shop.insert("commerce_product_variation_field_data", variation_id=8, langcode="en", product_id=9, sku="S9", title="Salt, large",
                status=1, price__number="2.5", price__currency_code="GBP", created=at("2024-01-01 10:00:00"))  # fmt: skip
    shop.order(1, "completed", "23.99", uid=4, mail="ann@example.test", ip_address="198.51.100.2", billing_profile__target_id=1,
               billing_profile__target_revision_id=7, completed=at("2024-07-09 09:00:00"))  # fmt: skip
    shop.insert("commerce_order_item", order_item_id=3, order_id=1, purchased_entity=8, title="Salt, large", quantity=4,
                unit_price__number="3.51", total_price__number="14.04")  # fmt: skip
    for delta, (kind, amount) in enumerate((("shipping", "11.12"), ("promotion", "-1.17"))):
        shop.insert(
            "commerce_order__adjustments",
            entity_id=1,
            revision_id=1,
            delta=delta,
            adjustments_value=adjustment(kind, amount),
        )
    shop.insert(
        "commerce_order_item__adjustments",
        entity_id=3,
        revision_id=3,
        delta=0,
        adjustments_value=adjustment("tax", "2.34"),
    )
    shop.insert("commerce_payment_method", method_id=6, type="credit_card", payment_gateway="stripe")
    shop.insert(
        "commerce_payment_method__card_type", entity_id=6, revision_id=6, delta=0, card_type_value="visa"
    )
    shop.insert(
        "commerce_payment_method__card_number", entity_id=6, revision_id=6, delta=0, card_number_value="4242"
    )
    shop.pay(
        1, "partially_refunded", "23.99", payment_method=6, remote_id="ch_1", refunded_amount__number="5"
    )
    shop.insert("commerce_log", template_id="payment_refunded", source_entity_id=1, source_entity_type="commerce_order",
                params="a:0:{}", created=at("2024-08-02 13:00:00"))  # fmt: skip
    shop.insert("commerce_log", uid=1, template_id="commerce_order_admin_comment", source_entity_id=1,
                source_entity_type="commerce_order", params='a:1:{s:7:"comment";s:7:"be kind";}',
                created=at("2024-07-02 13:00:00"))  # fmt: skip
    shop.insert(
        "commerce_log",
        template_id="order_placed",
        source_entity_id=1,
        source_entity_type="commerce_order",
        params="a:0:{}",
    )
    shop.insert("commerce_shipment", shipment_id=2, order_id=1, shipping_service="tracked", shipping_profile__target_id=2,
                shipping_profile__target_revision_id=2, weight__number="0.25", weight__unit="kg", tracking_code="AB1GB",
                shipped=at("2024-07-06 09:00:00"))  # fmt: skip
    result = shop.mapped(tmp_path)
    ann = "account:KC/1/users_field_data/4/en"
    assert result.all("SELECT name, tagline, currency, time_zone, admin_email FROM sites") == [
        ("Test Shop", "best", "GBP", "Europe/London", "boss@example.test")
    ]
    assert result.all(
        "SELECT number, account_id, placed_at, paid_at, shipped_at, completed_at, status, subtotal, shipping, discount, tax, "
        "total, currency, ip FROM orders"
    ) == [
        (
            "101",
            ann,
            datetime(2024, 7, 1, 12),
            datetime(2024, 7, 1, 12, 5),
            datetime(2024, 7, 6, 9),
            datetime(2024, 7, 9, 9),
            "completed",
            money("14.04"),
            money("11.12"),
            money("1.17"),
            money("2.34"),
            money("23.99"),
            "GBP",
            "198.51.100.2",
        )
    ]
    assert result.all(
        "SELECT title, quantity, unit_price, line_total, listing_id IS NOT NULL FROM order_lines"
    ) == [("Salt, large", 4, money("3.51"), money("14.04"), True)]
    assert result.all("SELECT title, description, price, currency, status FROM listings") == [
        ("Salt, large", "<b>x</b>", money("2.5"), "GBP", "enabled")
    ]
    assert result.all(
        "SELECT kind, username, email, password_hash, last_login_at FROM accounts ORDER BY 1"
    ) == [
        ("admin", "root", "boss@example.test", "$S$abc", datetime(2024, 8, 1, 9)),
        ("customer", "ann", "ann@example.test", "$S$def", None),
        ("staff", "bea", "bea@example.test", None, None),
    ]
    assert result.all(
        'SELECT method, amount, reference, card_brand, card_last4, status, "at", basis FROM payments ORDER BY amount DESC'
    ) == [
        (
            "card",
            money("23.99"),
            "ch_1",
            "visa",
            "4242",
            "confirmed",
            datetime(2024, 7, 1, 12, 5),
            "recorded",
        ),
        ("card", -5, "ch_1", None, None, "refunded", datetime(2024, 8, 2, 13), "derived"),
    ]
    assert result.all(
        "SELECT kind, name, line1, country, order_id IS NOT NULL FROM postal_addresses ORDER BY line1"
    ) == [
        ("billing", "Ann Lee, Lee Ltd", "1 High St", "GB", True),
        ("shipping", "Ann Lee, Lee Ltd", "2 Low St", "GB", True),
        ("shipping", "Ann Lee, Lee Ltd", "3 Old St", "GB", False),
    ]
    assert result.all("SELECT service, tracking_number, shipped_at, weight_g FROM shipments") == [
        ("tracked", "AB1GB", datetime(2024, 7, 6, 9), 250)
    ]
    assert result.all("SELECT thread, body, from_account_id FROM messages") == [
        ("order 101", "be kind", "account:KC/1/users_field_data/1/en")
    ]
    assert result.dict(
        "SELECT table_name, reason FROM completeness WHERE measure = 'rows' AND set_aside > 0"
    ) == {
        "config": "settings that the mapping does not use",
        "users_field_data": "the account of everybody who is not logged in",
        "commerce_log": "steps of an order, without a comment",
        "profile__address": "addresses that no order and no account has",
    }


def test_takings_without_trusting_the_orders_state(mariadb, tmp_path):
    shop = Commerce.fresh(mariadb, "dc_takings")
    shop.order(1, "completed", "100", paid="completed")
    shop.order(2, "completed", "50")  # placed in the simplest workflow, and never paid
    shop.order(3, "completed", "40", total_paid__number="40")
    shop.order(4, "fulfillment", "60", paid="authorization")
    shop.order(5, "canceled", "70", paid="voided")
    shop.order(6, "completed", "80")
    shop.pay(6, "completed", "80", payment_gateway_mode="test")
    shop.order(7, "completed", "90", changed=at("2024-09-03 13:00:00"))
    shop.pay(7, "refunded", "90", refunded_amount__number="90")
    shop.order(8, "odd", "95")
    shop.pay(8, "odd", "95")
    shop.order(9, "draft", "96")
    result = shop.mapped(tmp_path)
    assert result.dict(
        "SELECT right(o.number, 1), coalesce(t.reason, 'counted') FROM takings t JOIN orders o USING (order_id) WHERE amount > 0"
    ) == {
        "1": "counted",
        "2": "unpaid",
        "3": "counted",
        "4": "unpaid",
        "5": "cancelled",
        "6": "unpaid",
        "7": "counted",
        "8": "state not known",
        "9": "abandoned",
    }
    assert result.all(
        'SELECT right(o.number, 1), t.amount, t."at" FROM takings t JOIN orders o USING (order_id) WHERE amount < 0'
    ) == [("7", -90, datetime(2024, 9, 3, 13))]
    told = result.messages()
    assert any("test mode" in message for message in told)
    assert any("no date of their own" in message for message in told)


def test_stores_are_sites_and_missing_tables_cost_their_rows_only(mariadb, tmp_path):
    shop = Commerce.fresh(mariadb, "dc_many")
    shop.insert(
        "commerce_store_field_data",
        store_id=2,
        langcode="en",
        name="Second",
        default_currency="EUR",
        timezone="Asia/Tokyo",
    )
    shop.order(1, "completed", "1", paid="completed")
    shop.order(2, "completed", "2", store_id=2)
    shop.order(3, "completed", "3", store_id=77, uid=99)
    for table in (
        "users_field_data",
        "profile__address",
        "commerce_order__adjustments",
        "commerce_log",
        "commerce_shipment",
    ):
        shop.sql(f"DROP TABLE {{p}}{table}")
    case = new_case(tmp_path)
    take_in(case, shop.dump())
    result = mapped(case)
    assert result.all("SELECT site_id, name, currency, time_zone FROM sites ORDER BY 1") == [
        ("site:KC/1/store/1", "Test Shop", "GBP", "Europe/London"),
        ("site:KC/1/store/2", "Second", "EUR", "Asia/Tokyo"),
        ("site:KC/1/store/77", "Site", "GBP", "Europe/London"),
    ]
    assert result.one("SELECT count(*) FROM orders JOIN sites USING (site_id)") == 3
    assert result.messages("error") == []
