"""OpenCart of each version, from a real database by way of the real dump to the canonical tables."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from servers import MariaDB
from shop_case import OpenCart, mapped, new_case, take_in
from stocktake.shops.recognition import recognise

EVIDENCE = Path(__file__).parents[2] / "shared" / "evidence" / "opencart"


def money(text: str) -> Decimal:
    return Decimal(text)


@pytest.mark.parametrize("version", ["1.5", "2", "3", "4.0", "4.1"])
def test_orders_of_each_version_equal_what_the_real_database_says(mariadb: MariaDB, tmp_path, version):
    shop = OpenCart.fresh(mariadb, "oc_test", "shop_", version)
    shop.insert("customer", customer_id=4, customer_group_id=1, firstname="Ann", lastname="Lee",
                email="ann@example.test", password="0" * 40, date_added="2024-01-01 10:00:00")  # fmt: skip
    states = [0, 1, 2, 3, 5, 7, 10, 11]
    for number in range(1, 49):
        shop.order(
            number,
            states[number % 8],
            f"{number}.{number:02}50",
            code=["stripe", "bank_transfer", "cod", "blockonomics"][number % 4],
            customer_id=4 if number % 3 else 0,
            currency_code=["GBP", "EUR"][number % 2],
            currency_value=["1.0", "1.17000000"][number % 2],
            date_added=f"2024-{number % 12 + 1:02}-15 12:00:00",
        )
    result = shop.mapped(tmp_path)
    asked = shop.sql(
        "SELECT DATE_FORMAT(o.date_added, '%Y-%m'), IFNULL(s.name, '0'), o.currency_code, COUNT(*), "
        "SUM(ROUND(o.total * o.currency_value, 2)) FROM {p}order o "
        "LEFT JOIN {p}order_status s ON s.order_status_id = o.order_status_id GROUP BY 1, 2, 3"
    )
    told = result.all(
        "SELECT strftime(placed_at, '%Y-%m'), status_recorded, currency, count(*), sum(total) "
        "FROM orders GROUP BY 1, 2, 3"
    )
    assert sorted(told) == sorted(asked)
    assert result.dict("SELECT status_recorded, any_value(status) FROM orders GROUP BY 1") == {
        "0": "abandoned",
        "Pending": "pending",
        "Processing": "processing",
        "Shipped": "shipped",
        "Complete": "completed",
        "Canceled": "cancelled",
        "Failed": "failed",
        "Refunded": "refunded",
    }
    assert result.dict("SELECT method, count(*) FROM payments WHERE amount > 0 GROUP BY 1") == {
        "bank": 12,
        "card": 12 - 6,
        "cash": 12,
        "crypto": 12,
    }
    assert result.one("SELECT software_version FROM sites") == version
    assert result.one("SELECT count(DISTINCT source_id) FROM orders") == 48
    assert result.all(
        "SELECT CAST(mapped AS BIGINT) FROM completeness WHERE table_name = 'shop_order' AND reason IS NULL"
    ) == [(48,)]


def test_the_whole_of_one_order(mariadb, tmp_path):
    shop = OpenCart.fresh(mariadb, "oc_whole")
    shop.insert("customer", customer_id=4, store_id=0, firstname="Ann", lastname="O&#039;Lee", salt="s4lt",
                email="ann@example.test", telephone="07700", password="a" * 40, ip="203.0.113.4",
                date_added="2024-07-01 10:00:00")  # fmt: skip
    shop.insert("customer_transaction", customer_id=4, amount="12.5000", date_added="2024-07-01 10:00:00")
    shop.insert("user", user_id=1, user_group_id=1, username="boss", password="b" * 40, email="boss@example.test",
                firstname="The", lastname="Boss", ip="203.0.113.1", date_added="2024-01-01 10:00:00")  # fmt: skip
    shop.insert("user_group", user_group_id=1, name="Administrator")
    shop.insert("product", product_id=9, model="M9", quantity=5, price="2.5000", status=1,
                date_added="2024-07-01 10:00:00", date_modified="2024-07-01 10:00:00")  # fmt: skip
    shop.insert(
        "product_description", product_id=9, language_id=1, name="Salt &amp; Pepper", description="&lt;b&gt;x"
    )
    shop.order(
        1, 5, "20.5000", customer_id=4, currency_code="EUR", currency_value="1.17000000",
        comment="leave &quot;there&quot;", payment_firstname="Ann", payment_lastname="O&#039;Lee",
        payment_address_1="1 High St", payment_city="York", payment_postcode="YO1 7AA",
        payment_country="United Kingdom", shipping_firstname="A", shipping_address_1="2 Low St",
        shipping_city="York", ip="198.51.100.2", user_agent="UA", email="ann@example.test",
        date_added="2024-01-05 12:00:00",
    )  # fmt: skip
    shop.insert("order_product", order_product_id=3, order_id=1, product_id=9, name="Salt &amp; Pepper", model="M9",
                quantity=4, price="2.5000", total="10.0000", tax="0.5000")  # fmt: skip
    for number, value in ((1, "Large"), (2, "Red")):
        shop.insert("order_option", order_option_id=number, order_id=1, order_product_id=3, name="Choice",
                    value=value, type="select")  # fmt: skip
    for code, value in (
        ("sub_total", "10"),
        ("shipping", "9.5"),
        ("coupon", "-1"),
        ("tax", "2"),
        ("total", "20.5"),
    ):
        shop.insert("order_total", order_id=1, code=code, title=code, value=value)
    shop.history(1, 1, "2024-01-05 12:00:00", "pay in &lt;an hour&gt;", notify=1)
    shop.history(1, 2, "2024-01-05 13:00:00")
    shop.history(
        1, 3, "2024-01-06 09:00:00", "Sent today, tracking number: JD0002123456789 with Evri", notify=1
    )
    shop.history(1, 5, "2024-01-09 09:00:00", "RM AB123456789GB")
    shop.insert("review", product_id=9, customer_id=4, author="Ann", text="good", rating=5,
                date_added="2024-02-01 10:00:00")  # fmt: skip
    shop.insert("return", return_id=6, order_id=1, customer_id=4, product="Salt", comment="broken",
                date_added="2024-02-02 10:00:00")  # fmt: skip
    result = shop.mapped(tmp_path)
    assert result.all(
        "SELECT order_id, number, account_id, placed_at, placed_at_recorded, paid_at, shipped_at, completed_at, status,"
        " subtotal, shipping, discount, tax, total, currency, customer_note FROM orders"
    ) == [
        (
            "order:KC/1/oc_order/1",
            "1",
            "account:KC/1/oc_customer/4",
            datetime(2024, 1, 5, 12),
            "2024-01-05 12:00:00",
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
            'leave "there"',
        )
    ]
    assert result.all("SELECT title, variation, quantity, unit_price, line_total FROM order_lines") == [
        ("Salt & Pepper", "Choice: Large, Choice: Red", money("4"), money("2.93"), money("11.7"))
    ]
    assert result.all("SELECT title, description, price, status FROM listings") == [
        ("Salt & Pepper", "<b>x", money("2.5"), "enabled")
    ]
    assert result.all(
        "SELECT kind, display_name, username, password_hash, balance, last_login_ip, created_at FROM accounts ORDER BY 1"
    ) == [
        ("admin", "The Boss", "boss", "b" * 40, None, "203.0.113.1", datetime(2024, 1, 1, 10)),
        (
            "customer",
            "Ann O'Lee",
            None,
            "a" * 40 + ":s4lt",
            money("12.5"),
            "203.0.113.4",
            datetime(2024, 7, 1, 9),
        ),
    ]
    assert result.all("SELECT carrier, tracking_number, shipped_at, basis FROM shipments ORDER BY 3") == [
        ("Evri", "JD0002123456789", datetime(2024, 1, 6, 9), "derived"),
        ("Royal Mail", "AB123456789GB", datetime(2024, 1, 9, 9), "derived"),
    ]
    assert result.all("SELECT body, to_account_id IS NOT NULL, thread FROM messages ORDER BY 1") == [
        ("RM AB123456789GB", False, "order 1"),
        ("Sent today, tracking number: JD0002123456789 with Evri", True, "order 1"),
        ("broken", False, "return 6"),
        ("pay in <an hour>", True, "order 1"),
    ]
    assert result.all("SELECT kind, name, line1, country FROM postal_addresses ORDER BY 1") == [
        ("billing", "Ann O'Lee", "1 High St", "United Kingdom"),
        ("shipping", "A", "2 Low St", None),
    ]
    assert result.all("SELECT rating, body, account_id FROM reviews") == [
        (money("5"), "good", "account:KC/1/oc_customer/4")
    ]
    assert any("does not say in which time zone" in message for message in result.messages("info"))


@pytest.mark.parametrize("form", ['["3","20"]', 'a:2:{i:0;s:1:"3";i:1;s:2:"20";}', "20"])
def test_states_of_the_shops_own(mariadb, tmp_path, form):
    version = {"[": "3", "a": "2", "2": "1.5"}[form[0]]
    shop = OpenCart.fresh(mariadb, "oc_states", version=version)
    shop.sql("DELETE FROM {p}setting WHERE `key` = 'config_complete_status'")
    shop.settings(**{"config_complete_status_id" if version == "1.5" else "config_complete_status": form})
    shop.insert("order_status", order_status_id=20, language_id=1, name="Mission accomplished")
    shop.insert("order_status", order_status_id=21, language_id=1, name="Gone fishing")
    shop.insert("order_status", order_status_id=22, language_id=2, name="Storniert")
    for number, status in enumerate((20, 21, 22, 99), 1):
        shop.order(number, status, "10.0000")
    result = shop.mapped(tmp_path)
    assert result.dict("SELECT status_recorded, status FROM orders") == {
        "Mission accomplished": "completed",
        "Gone fishing": "unknown",
        "Storniert": "cancelled",
        "99": "unknown",
    }
    told = [message for message in result.messages("warning") if "shop.toml" in message]
    assert len(told) == 3
    assert any("Mission accomplished" in message and "taken for completed" in message for message in told)


def test_takings_refunds_and_money_paid_in_part(mariadb, tmp_path):
    shop = OpenCart.fresh(mariadb, "oc_takings")
    shop.insert("user", user_id=1, user_group_id=2, username="pat", email="Pat@example.test",
                date_added="2024-01-01 10:00:00")  # fmt: skip
    shop.insert(
        "customer", customer_id=4, email="pat@example.test", firstname="Pat", date_added="2024-01-01 10:00:00"
    )
    shop.order(1, 5, "100.0000")
    shop.history(1, 2, "2024-07-02 13:00:00")
    shop.order(2, 5, "50.0000", customer_id=4)
    shop.order(3, 11, "40.0000")
    shop.history(3, 2, "2024-07-02 13:00:00")
    shop.history(3, 11, "2024-08-01 13:00:00")
    shop.order(4, 17, "30.0000", code="bank_transfer")
    shop.history(4, 2, "2024-07-02 13:00:00")
    shop.history(4, 17, "2024-08-02 13:00:00", "Refund £7.50 for one of four")
    shop.order(5, 17, "31.0000")
    shop.history(5, 17, "2024-08-03 13:00:00", "some of it went back")
    shop.order(6, 1, "60.0000", code="blockonomics")
    shop.order(7, 1, "60.0000", code="blockonomics")
    shop.order(8, 2, "61.0000", code="cod")
    shop.order(9, 13, "62.0000")
    shop.history(9, 2, "2024-07-02 13:00:00")
    shop.order(10, 7, "63.0000")
    shop.order(11, 0, "64.0000")
    shop.order(12, 5, "65.0000", code="worldpay")
    shop.insert(
        "worldpay_order", worldpay_order_id=1, order_id=12, order_code="wp1", currency_code="GBP", total="65"
    )
    for kind, amount, at in (
        ("payment", "65", "2024-07-01 13:05:00"),
        ("refund", "15", "2024-09-01 13:00:00"),
    ):
        shop.insert(
            "worldpay_order_transaction", worldpay_order_id=1, type=kind, amount=amount, date_added=at
        )
    shop.insert("worldpay_card", order_id=12, customer_id=0, digits="**** **** **** 4242", type="VISA")
    for order, paid in ((6, 60000), (7, 20000)):
        shop.insert("blockonomics_bitcoin_orders", id_order=order, timestamp=1719835500, addr=f"addr{order}",
                    txid=f"tx{order}", status=2, value="60", bits=60000, bits_payed=paid)  # fmt: skip
    result = shop.mapped(tmp_path)
    assert result.dict(
        "SELECT o.number, coalesce(t.reason, 'counted') FROM takings t JOIN orders o USING (order_id) WHERE amount > 0"
    ) == {
        "1": "counted",
        "2": "test order by staff account",
        "3": "counted",
        "4": "counted",
        "5": "counted",
        "6": "counted",
        "7": "paid in part",
        "8": "unpaid",
        "9": "counted",
        "10": "cancelled",
        "11": "abandoned",
        "12": "counted",
    }
    assert result.all(
        'SELECT o.number, t.amount, t."at" FROM takings t JOIN orders o USING (order_id) WHERE amount < 0 ORDER BY 3'
    ) == [
        ("3", money("-40"), datetime(2024, 8, 1, 12)),
        ("4", money("-7.5"), datetime(2024, 8, 2, 12)),
        ("12", money("-15"), datetime(2024, 9, 1, 12)),
    ]
    assert result.all(
        "SELECT amount, asset_amount, address, basis FROM payments WHERE asset = 'BTC' ORDER BY address"
    ) == [
        (money("60"), money("0.0006"), "addr6", "recorded"),
        (money("20"), money("0.0002"), "addr7", "derived"),
    ]
    assert result.all(
        "SELECT card_brand, card_last4, txid, \"at\" FROM payments WHERE provider = 'Worldpay' AND amount > 0"
    ) == [("VISA", "4242", "wp1", datetime(2024, 7, 1, 12, 5))]
    assert any(
        "1 orders were refunded in part; how much" in message for message in result.messages("warning")
    )


def test_payments_that_recur_and_where_customers_came_from(mariadb, tmp_path):
    shop = OpenCart.fresh(mariadb, "oc_recurring")
    shop.insert("customer", customer_id=4, email="ann@example.test", date_added="2024-01-01 10:00:00")
    shop.order(1, 5, "10.0000", customer_id=4)
    shop.insert("order_recurring", order_recurring_id=2, order_id=1)
    for kind, amount in (("0", "0"), ("1", "10"), ("4", "10"), ("2", "12.5")):
        shop.insert("order_recurring_transaction", order_recurring_id=2, type=kind, amount=amount, reference="sub_1",
                    date_added="2024-08-01 13:00:00")  # fmt: skip
    shop.insert("customer_ip", customer_id=4, ip="203.0.113.4", date_added="2024-07-01 13:00:00")
    shop.insert("customer_online", customer_id=0, ip="203.0.113.5", url="http://example.test/index.php?route=x",
                referer="http://search.test/", date_added="2024-07-01 13:00:00")  # fmt: skip
    result = shop.mapped(tmp_path)
    assert result.all(
        "SELECT amount, status, reference FROM payments WHERE reference = 'sub_1' ORDER BY 1"
    ) == [
        (10, "confirmed", "sub_1"),
        (money("12.5"), "confirmed", "sub_1"),
    ]
    assert result.one("SELECT sum(amount) FROM takings WHERE counted") == 10
    assert any("2 payments of orders that recur" in message for message in result.messages("warning"))
    assert result.all('SELECT account_id, ip, path, host, hour("at") FROM visits ORDER BY ip') == [
        ("account:KC/1/oc_customer/4", "203.0.113.4", None, None, 12),
        (None, "203.0.113.5", "/index.php?route=x", "example.test", 12),
    ]


def test_currencies_round_as_the_shop_shows_them(mariadb, tmp_path):
    shop = OpenCart.fresh(mariadb, "oc_money")
    shop.order(1, 5, "10.0049", currency_code="JPY", currency_value="190.5")
    shop.order(2, 5, "1.0050", currency_code="GBP", currency_value="1.0")
    shop.order(3, 5, "10.0000", currency_code="EUR", currency_value="0")
    shop.order(4, 5, "999999999.9999", currency_code="EUR", currency_value="999999.99999999")
    result = shop.mapped(tmp_path)
    assert result.dict("SELECT number, total FROM orders") == {
        "1": money("1906"),
        "2": money("1.01"),
        "3": money("11.70"),
        "4": money("999999999999890"),
    }


@pytest.mark.parametrize(
    ("zone", "case_zone", "summer", "winter", "assumed"),
    [
        (None, "Europe/London", 12, 12, True),
        (None, "Europe/Berlin", 11, 11, True),
        ("Asia/Tokyo", "Europe/London", 4, 3, False),
        ("Moon/Far", "Europe/London", 12, 12, False),
    ],
)
def test_times_follow_the_shops_zone_or_that_of_the_case(
    mariadb, tmp_path, zone, case_zone, summer, winter, assumed
):
    shop = OpenCart.fresh(mariadb, "oc_zone", version="4.0")
    if zone:
        shop.settings(config_timezone=zone)
    shop.order(1, 5, "1.0000", date_added="2024-07-01 13:00:00")
    shop.order(2, 5, "1.0000", date_added="2024-01-01 12:00:00")
    result = shop.mapped(tmp_path, case_zone)
    hours = result.dict("SELECT number, hour(placed_at) FROM orders")
    assert hours == {"1": summer, "2": winter}
    known = zone == "Asia/Tokyo"
    assert result.one("SELECT time_zone FROM sites") == (zone if known else None)
    assert (result.one("SELECT count(placed_at_recorded) FROM orders") == 0) == known
    assert any("does not say in which" in message for message in result.messages("info")) == assumed
    assert any("Moon/Far" in message for message in result.messages("warning")) == (zone == "Moon/Far")


def test_each_store_is_a_site(mariadb, tmp_path):
    shop = OpenCart.fresh(mariadb, "oc_stores")
    shop.insert("store", store_id=1, name="Second", url="http://abcdef.onion/", ssl="")
    shop.settings(1, config_currency="EUR", config_name="Second &amp; last")
    shop.order(1, 5, "1.0000")
    shop.order(2, 5, "2.0000", store_id=1, store_url="http://abcdef.onion/")
    result = shop.mapped(tmp_path)
    assert result.all("SELECT site_id, name, currency FROM sites ORDER BY 1") == [
        ("site:KC/1/oc_store/0", "Test Shop", "GBP"),
        ("site:KC/1/oc_store/1", "Second & last", "EUR"),
    ]
    assert result.dict("SELECT number, site_id FROM orders") == {
        "1": "site:KC/1/oc_store/0",
        "2": "site:KC/1/oc_store/1",
    }
    assert result.dict("SELECT host, kind FROM site_names") == {
        "abcdef.onion": "onion",
        "example.test": "clearnet",
    }


@pytest.mark.parametrize("version", ["3", "4.1"])
def test_tiers_with_groups_and_dates(mariadb, tmp_path, version):
    shop = OpenCart.fresh(mariadb, "oc_tiers", version=version)
    shop.insert("product", product_id=9, model="M9", price="10.0000", status=1, date_added="2024-07-01 10:00:00",
                date_modified="2024-07-01 10:00:00")  # fmt: skip
    shop.insert("product_description", product_id=9, language_id=1, name="Thing")
    for group, name in ((1, "Default"), (2, "Trade")):
        shop.insert("customer_group_description", customer_group_id=group, language_id=1, name=name)
    tier = {"product_id": 9, "priority": 1}
    shop.insert("product_discount", **tier, customer_group_id=1, quantity=10, price="9")
    shop.insert("product_discount", **tier, customer_group_id=1, quantity=50, price="8")
    shop.insert("product_discount", **tier, customer_group_id=2, quantity=10, price="7", date_start="2024-07-01",
                date_end="2024-12-31")  # fmt: skip
    if version == "4.1":
        shop.insert("product_discount", **tier, customer_group_id=1, quantity=1, price="6.5", special=1)
        shop.insert("product_discount", **tier, customer_group_id=2, quantity=99, price="25", type="P")
        shop.insert("product_discount", **tier, customer_group_id=2, quantity=100, price="4", type="S")
    else:
        shop.insert("product_special", **tier, customer_group_id=1, price="6.5")
    result = shop.mapped(tmp_path)
    rows = result.all(
        "SELECT min_quantity, max_quantity, price, price_kind, customer_group, valid_from, valid_to FROM price_tiers "
        "ORDER BY customer_group, min_quantity"
    )
    start, end = datetime(2024, 6, 30, 23), datetime(2024, 12, 31)
    common = [
        (money("1"), None, money("6.5"), "unit", "Default", None, None),
        (money("10"), money("49"), money("9"), "unit", "Default", None, None),
        (money("50"), None, money("8"), "unit", "Default", None, None),
        (money("10"), None, money("7"), "unit", "Trade", start, end),
    ]
    more = [
        (money("99"), money("99"), money("25"), "percent_off", "Trade", None, None),
        (money("100"), None, money("6"), "unit", "Trade", None, None),
    ]
    assert rows == (common + more if version == "4.1" else common)


def test_wild_values_do_not_stop_the_mapping(mariadb, tmp_path):
    shop = OpenCart.fresh(mariadb, "oc_wild")
    shop.order(
        1, 5, "5.0000", date_added="0000-00-00 00:00:00", firstname="'); DROP TABLE x;--", comment="a\0b\x1a"
    )
    shop.order(2, -7, "-99999999999.9999", currency_code="", currency_value="-1")
    shop.order(3, 2147483647, "5.0000", customer_id=999, store_id=77)
    shop.history(1, 5, "0000-00-00 00:00:00", "tracking " + "9" * 500)
    result = shop.mapped(tmp_path)
    assert result.one("SELECT count(*) FROM orders") == 3
    assert result.one("SELECT count(*) FROM sites") == 2
    assert result.all("SELECT kind, account_id FROM accounts WHERE basis = 'derived'") == [
        ("customer", "account:KC/1/oc_customer/999")
    ]
    assert result.messages("error") == []


@pytest.mark.skipif(not EVIDENCE.is_dir(), reason="../shared/evidence is absent")
@pytest.mark.parametrize(
    ("name", "version"), [("opencart-2013-1.5.sql", "1.5"), ("opencart-2017-3.0.sql", "3")]
)
def test_installer_databases_of_the_shared_evidence(tmp_path, name, version):
    case = new_case(tmp_path)
    take_in(case, (EVIDENCE / name).read_bytes())
    (found,) = recognise(case, "KC/1")
    assert (found.software, found.version, found.prefix) == ("opencart", version, "oc_")
    result = mapped(case)
    assert result.one("SELECT count(*) FROM listings") == 19
    assert result.all("SELECT name, currency FROM sites") == [("Your Store", "USD")]
    assert result.dict("SELECT min_quantity, price FROM price_tiers WHERE min_quantity > 1") == {
        money("10"): money("88"),
        money("20"): money("77"),
        money("30"): money("66"),
    }


def test_countries_are_codes_where_the_shop_has_them(mariadb, tmp_path):
    shop = OpenCart.fresh(mariadb, "oc_countries")
    shop.insert("country", country_id=222, name="United Kingdom", iso_code_2="GB", status=1)
    where = {"payment_address_1": "1 High St", "payment_city": "York"}
    shop.order(1, 5, "1.00", payment_country="United Kingdom", **where)
    shop.order(2, 5, "1.00", payment_country="England", payment_country_id=222, **where)
    shop.order(3, 5, "1.00", payment_country="Sealand", **where)
    result = shop.mapped(tmp_path)
    assert result.all("SELECT country FROM postal_addresses ORDER BY order_id") == [
        ("GB",),
        ("GB",),
        ("Sealand",),
    ]
