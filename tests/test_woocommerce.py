"""WooCommerce, from a real database by way of the real dump to the canonical tables."""

from datetime import datetime
from decimal import Decimal

import pytest

from servers import MariaDB
from shop_case import WooCommerce, mapped, new_case, take_in
from stocktake.findings.figures import evaluate

CORE = "SELECT number, status, total, currency FROM orders ORDER BY length(number), number"


def money(text: str) -> Decimal:
    return Decimal(text)


@pytest.fixture
def shop(mariadb: MariaDB) -> WooCommerce:
    return WooCommerce.fresh(mariadb, "woo_test")


def test_orders_equal_what_the_real_database_says(shop, tmp_path):
    shop.user(7, "bob")
    states = [
        "wc-completed",
        "wc-processing",
        "wc-on-hold",
        "wc-pending",
        "wc-cancelled",
        "wc-failed",
        "trash",
    ]
    for number in range(100, 170):
        month = number % 12 + 1
        shop.order(
            number,
            states[number % 7],
            f"{number * 7 % 90}.{number % 100:02}",
            post={"post_date_gmt": f"2023-{month:02}-28 23:30:00"},
            payment_method=["stripe", "bacs", "cod"][number % 3],
            customer_user=str(7 if number % 2 else 0),
            billing_email=f"guest{number}@example.test",
        )
    result = shop.mapped(tmp_path)
    asked = shop.sql(
        "SELECT DATE_FORMAT(p.post_date_gmt, '%Y-%m'), p.post_status, COUNT(*), "
        "SUM(CAST(m.meta_value AS DECIMAL(26,8))) FROM {p}posts p JOIN {p}postmeta m ON m.post_id = p.ID "
        "AND m.meta_key = '_order_total' WHERE p.post_type = 'shop_order' GROUP BY 1, 2"
    )
    told = result.all(
        "SELECT strftime(placed_at, '%Y-%m'), status_recorded, count(*), sum(total) FROM orders GROUP BY 1, 2"
    )
    assert sorted(told) == sorted(asked)
    assert result.dict("SELECT status_recorded, any_value(status) FROM orders GROUP BY 1") == {
        "wc-completed": "completed",
        "wc-processing": "processing",
        "wc-on-hold": "pending",
        "wc-pending": "pending",
        "wc-cancelled": "cancelled",
        "wc-failed": "failed",
        "trash": "trashed",
    }
    # every order is one row of posts: what the books call mapped is what cites the table
    cited = result.one("SELECT count(DISTINCT source_id) FROM orders")
    assert cited == 70
    assert result.all("SELECT mapped FROM completeness WHERE table_name = 'wp_posts' AND reason IS NULL") == [
        (70,)
    ]


def test_the_whole_of_one_order(shop, tmp_path):
    shop.user(7, "bob", wc_last_active="1720000000", billing_address_1="9 Old Rd", billing_city="Leeds")
    shop.post(5, "product", "publish", post_title="Tea")
    shop.meta(5, _price="4.50", _stock="12")
    shop.order(
        10,
        "wc-completed",
        "27.49",
        post={"post_excerpt": "Leave with Zoë £ \U0001f34b"},
        customer_user="7",
        billing_first_name="Bob",
        billing_last_name="Jones",
        billing_address_1="1 High St",
        billing_city="York",
        billing_postcode="YO1 7AA",
        billing_country="GB",
        billing_email="bob@example.test",
        billing_phone="07700 900123",
        shipping_first_name="R.",
        shipping_last_name="Jones",
        shipping_company="Depot",
        shipping_address_1="2 Low St",
        shipping_city="York",
        shipping_postcode="YO1 7AB",
        shipping_country="GB",
        order_shipping="3.99",
        order_shipping_tax="0.80",
        order_tax="1.20",
        cart_discount="5.00",
        date_paid="1719900000",
        date_completed="1720000000",
        customer_ip_address="203.0.113.9",
        customer_user_agent="Mozilla/5.0",
        transaction_id="ch_123",
        order_number="A-77",
        stripe_source_id="pm_1",
        wc_shipment_tracking_items=(
            'a:1:{i:0;a:3:{s:24:"custom_tracking_provider";s:7:"Coureur";s:15:"tracking_number";'
            's:13:"AB123456789GB";s:12:"date_shipped";s:10:"1719950000";}}'
        ),
    )
    shop.line(10, "Tea – loose", "3", "10.00", _product_id="5", pa_weight="100g", Note="gift")
    shop.insert(
        "woocommerce_payment_tokens", token_id=1, gateway_id="stripe", token="pm_1", user_id=7, type="CC"
    )
    for key, value in {"last4": "4242", "card_type": "visa"}.items():
        shop.insert("woocommerce_payment_tokenmeta", payment_token_id=1, meta_key=key, meta_value=value)
    comment = {
        "comment_post_ID": 10,
        "comment_author": "bob",
        "comment_date": "2024-07-02 11:00:00",
        "comment_date_gmt": "2024-07-02 10:00:00",
        "comment_type": "order_note",
    }
    shop.insert("comments", comment_ID=1, comment_content="sent <b>today</b>", **comment)
    shop.insert("comments", comment_ID=2, comment_content="known buyer", **comment)
    shop.insert("commentmeta", comment_id=1, meta_key="is_customer_note", meta_value="1")
    result = shop.mapped(tmp_path)
    assert result.all(
        "SELECT order_id, number, account_id, placed_at, paid_at, shipped_at, completed_at, subtotal, shipping, "
        "discount, tax, total, currency, ip, customer_note, placed_at_recorded FROM orders"
    ) == [
        (
            "order:KC/1/wp_posts/10",
            "A-77",
            "account:KC/1/wp_users/7",
            datetime(2024, 7, 1, 12),
            datetime(2024, 7, 2, 6),
            datetime(2024, 7, 2, 19, 53, 20),
            datetime(2024, 7, 3, 9, 46, 40),
            money("10"),
            money("3.99"),
            money("5"),
            money("2"),
            money("27.49"),
            "GBP",
            "203.0.113.9",
            "Leave with Zoë £ \U0001f34b",
            None,
        )
    ]
    assert result.all(
        "SELECT listing_id, title, variation, quantity, unit_price, line_total FROM order_lines"
    ) == [
        (
            "listing:KC/1/wp_posts/5",
            "Tea – loose",
            "weight: 100g, Note: gift",
            money("3"),
            money("3.33333333"),
            money("10"),
        )
    ]
    assert result.all(
        'SELECT method, provider, amount, txid, card_brand, card_last4, status, "at", source_id FROM payments'
    ) == [
        (
            "card",
            "Stripe",
            money("27.49"),
            "ch_123",
            "visa",
            "4242",
            "confirmed",
            datetime(2024, 7, 2, 6),
            result.one("SELECT source_id FROM payments"),
        )
    ]
    assert result.all(
        "SELECT kind, order_id IS NULL, name, line1, postcode, email FROM postal_addresses ORDER BY 1, 2"
    ) == [
        ("billing", False, "Bob Jones", "1 High St", "YO1 7AA", "bob@example.test"),
        ("billing", True, None, "9 Old Rd", None, None),
        ("shipping", False, "R. Jones, Depot", "2 Low St", "YO1 7AB", None),
    ]
    assert result.all("SELECT carrier, tracking_number FROM shipments") == [("Coureur", "AB123456789GB")]
    assert result.all("SELECT body, from_account_id, to_account_id, thread FROM messages ORDER BY 1") == [
        ("known buyer", "account:KC/1/wp_users/7", None, "order A-77"),
        ("sent <b>today</b>", "account:KC/1/wp_users/7", "account:KC/1/wp_users/7", "order A-77"),
    ]
    assert result.all("SELECT title, price, stock, status FROM listings") == [
        ("Tea", money("4.5"), money("12"), "publish")
    ]
    assert result.one("SELECT last_login_at FROM accounts") == datetime(2024, 7, 3, 9, 46, 40)
    assert result.messages() == []


def test_sources_lead_to_the_very_bytes(shop, tmp_path):
    shop.order(10, "wc-completed", "27.49", billing_address_1="1 High St; DROP 'x'")
    dump = shop.dump()
    case = new_case(tmp_path)
    take_in(case, dump)
    result = mapped(case)
    (offset, length) = result.one('SELECT "offset", length FROM payments JOIN sources USING (source_id)')
    row = dump[offset : offset + length]
    assert b"'_order_total','27.49'" in row
    assert row.startswith(b"(")
    assert row.endswith(b")")
    (offset, length) = result.one(
        'SELECT "offset", length FROM postal_addresses JOIN sources USING (source_id)'
    )
    assert rb"1 High St; DROP \'x\'" in dump[offset : offset + length]


@pytest.mark.parametrize("in_force", ["posts", "wc_orders"])
def test_both_stores_count_each_order_once(mariadb, tmp_path, in_force):
    enabled = "yes" if in_force == "wc_orders" else "no"
    shop = WooCommerce.fresh(mariadb, "woo_both", woocommerce_custom_orders_table_enabled=enabled)
    shop.order(1, "wc-completed", "10.00")
    shop.hpos(1, "wc-completed", "10.00")
    shop.order(2, "wc-processing", "20.00")
    shop.hpos(2, "wc-completed", "21.00", paid="2024-07-01 12:30:00")
    shop.order(3, "wc-completed", "30.00")
    shop.hpos(4, "wc-completed", "40.00")
    shop.post(5, "shop_order_placehold", "draft")
    shop.hpos(5, "wc-completed", "50.00")
    result = shop.mapped(tmp_path)
    two = ("processing", "20") if in_force == "posts" else ("completed", "21")
    assert result.all(CORE) == [
        ("1", "completed", money("10"), "GBP"),
        ("2", two[0], money(two[1]), "GBP"),
        ("3", "completed", money("30"), "GBP"),
        ("4", "completed", money("40"), "GBP"),
        ("5", "completed", money("50"), "GBP"),
    ]
    assert result.one("SELECT count(*) FROM payments") == 5
    differs = [message for message in result.messages("warning") if message.startswith("Order 2 stands in")]
    assert len(differs) == 1
    assert f"what {in_force} holds was taken" in differs[0]
    assert any("only in the store that is not in force" in message for message in result.messages("warning"))
    reasons = result.dict(
        "SELECT reason, CAST(found AS BIGINT) FROM completeness WHERE table_name IN ('wp_posts', 'wp_wc_orders')"
        " AND reason IS NOT NULL"
    )
    other = (
        "orders that are taken from wc_orders"
        if in_force == "wc_orders"
        else "orders that are taken from posts"
    )
    assert reasons == {other: 2, "placeholders for orders that stand in wc_orders": 1}


def test_high_performance_orders_in_full(mariadb, tmp_path):
    shop = WooCommerce.fresh(mariadb, "woo_hpos", "x9_", woocommerce_custom_orders_table_enabled="yes")
    shop.user(3, "eve")
    shop.hpos(
        8,
        "wc-completed",
        "19.99",
        customer_id=3,
        payment_method="btcpaygf_default",
        ip_address="198.51.100.7",
        customer_note="ring twice",
        billing_email="eve@example.test",
        tax_amount="1.50",
    )
    shop.sql(
        "UPDATE {p}wc_order_operational_data SET date_paid_gmt = '2024-07-01 12:05:00', shipping_tax_amount = 0.5,"
        " shipping_total_amount = 3, discount_total_amount = 2"
    )
    shop.insert(
        "wc_order_addresses", order_id=8, address_type="shipping", first_name="E", last_name="V",
        address_1="5 Quay", city="Hull", postcode="HU1 1AA", country="GB",
    )  # fmt: skip
    prefix = "BTCPay_BTC-CHAIN"
    for key, value in {
        f"{prefix}_0_id": "f" * 64 + "-0",
        f"{prefix}_0_timestamp": "1719835500",
        f"{prefix}_0_destination": "bc1qexample",
        f"{prefix}_0_amount": "0.00040000",
        f"{prefix}_0_status": "Settled",
        f"{prefix}_rate": "49975.00",
        f"{prefix}_total_amount": "0.0004",
        "_tracking_number": "TT1",
        "_tracking_provider": "royal-mail",
    }.items():
        shop.insert("wc_orders_meta", order_id=8, meta_key=key, meta_value=value)
    shop.hpos(9, "wc-completed", "-5.00", type="shop_order_refund", parent_order_id=8)
    result = shop.mapped(tmp_path)
    assert result.all("SELECT order_id, tax, shipping, discount, customer_note FROM orders") == [
        ("order:KC/1/x9_wc_orders/8", money("2"), money("3"), money("2"), "ring twice")
    ]
    assert result.all(
        'SELECT method, amount, asset, asset_amount, address, txid, status, "at" FROM payments '
        "ORDER BY amount DESC"
    ) == [
        (
            "crypto",
            money("19.99"),
            "BTC",
            money("0.0004"),
            "bc1qexample",
            "f" * 64,
            "confirmed",
            datetime(2024, 7, 1, 12, 5),
        ),
        ("crypto", money("-5"), None, None, None, None, "refunded", datetime(2024, 7, 1, 12)),
    ]
    assert result.all("SELECT line1, source_id FROM postal_addresses") == [
        ("5 Quay", "source:KC/1/x9_wc_order_addresses/1")
    ]
    assert result.all("SELECT carrier, tracking_number FROM shipments") == [("royal-mail", "TT1")]


def test_takings_and_why_orders_do_not_count(shop, tmp_path):
    shop.user(1, "boss", "administrator")
    shop.user(2, "packer", "shop_manager")
    shop.user(7, "bob")
    paid = {"date_paid": "1719900000"}
    shop.order(10, "wc-completed", "100.00", **paid)
    shop.order(11, "wc-processing", "50.00", customer_user="1", **paid)
    shop.order(12, "wc-completed", "20.00", customer_user="2", **paid)
    shop.order(13, "wc-cancelled", "30.00", **paid)
    shop.order(14, "wc-failed", "31.00")
    shop.order(15, "trash", "32.00")
    shop.order(16, "wc-checkout-draft", "33.00")
    shop.order(17, "wc-on-hold", "34.00", payment_method="bacs")
    shop.order(18, "wc-processing", "35.00", payment_method="cod", **paid)
    shop.order(19, "wc-completed", "36.00", payment_method="cod", **paid)
    shop.order(20, "wc-refunded", "40.00", **paid)
    shop.refund(21, 20, "40.00", post_date_gmt="2024-09-01 10:00:00")
    shop.order(22, "wc-completed", "60.00", **paid)
    shop.refund(23, 22, "10.00", post_date_gmt="2024-10-01 10:00:00")
    shop.order(24, "wc-refunded", "70.00", **paid)  # and no record of the refund
    shop.order(25, "wc-cancelled", "15.00", **paid)
    shop.refund(26, 25, "15.00")
    shop.order(27, "wc-weird", "80.00")
    result = shop.mapped(tmp_path)
    assert result.dict(
        "SELECT o.number, t.reason FROM takings t JOIN orders o USING (order_id) WHERE NOT counted AND amount > 0"
    ) == {
        "11": "test order by staff account",
        "12": "test order by staff account",
        "13": "cancelled",
        "14": "failed",
        "15": "trashed",
        "16": "abandoned",
        "17": "unpaid",
        "18": "unpaid",
        "25": "cancelled",
        "27": "state not known",
    }
    assert result.all(
        "SELECT o.number, t.amount, t.counted, t.at FROM takings t JOIN orders o USING (order_id) "
        "WHERE amount < 0 ORDER BY 1, 2"
    ) == [
        ("20", money("-40"), True, datetime(2024, 9, 1, 10)),
        ("22", money("-10"), True, datetime(2024, 10, 1, 10)),
        ("24", money("-70"), True, datetime(2024, 7, 2, 6)),
        ("25", money("-15"), False, datetime(2024, 7, 1, 12)),
    ]
    assert result.one("SELECT sum(amount) FROM takings WHERE counted") == money("186")
    assert result.dict(
        "SELECT coalesce(reason, 'counted'), set_aside + mapped FROM completeness "
        "WHERE measure = 'money' AND table_name = 'orders'"
    ) == {
        "counted": money("306"),
        "test order by staff account": money("70"),
        "cancelled": money("45"),
        "failed": money("31"),
        "trashed": money("32"),
        "abandoned": money("33"),
        "unpaid": money("69"),
        "state not known": money("80"),
    }
    assert result.all("SELECT number, status, status_recorded FROM orders WHERE status = 'unknown'") == [
        ("27", "unknown", "wc-weird")
    ]
    assert any("wc-weird" in message for message in result.messages("warning"))
    assert any("2 orders were cancelled" in message for message in result.messages("warning"))


@pytest.mark.parametrize(
    ("options", "zone", "utc"),
    [
        ({"timezone_string": "Europe/London"}, "Europe/London", {"1": 12, "2": 12}),
        ({"timezone_string": "", "gmt_offset": "5.5"}, "+05:30", {"1": 7.5, "2": 6.5}),
        ({"timezone_string": "", "gmt_offset": "-3"}, "-03:00", {"1": 16, "2": 15}),
        ({"timezone_string": "Mars/Base", "gmt_offset": "0"}, "UTC", {"1": 13, "2": 12}),
    ],
)
def test_local_times_follow_the_shops_own_zone(mariadb, tmp_path, options, zone, utc):
    shop = WooCommerce.fresh(mariadb, "woo_zone", **options)
    # July: an hour ahead in London; January: not. Without a time in UTC the local one has to do.
    for number, local in ((1, "2024-07-01 13:00:00"), (2, "2024-01-01 12:00:00")):
        shop.order(number, "wc-completed", "1.00", post={"post_date": local})
    shop.sql("SET STATEMENT sql_mode = '' FOR UPDATE {p}posts SET post_date_gmt = '0000-00-00 00:00:00'")
    result = shop.mapped(tmp_path)
    assert result.one("SELECT time_zone FROM sites") == zone
    for number, recorded in (("1", "2024-07-01 13:00:00"), ("2", "2024-01-01 12:00:00")):
        at, text = result.one(f"SELECT placed_at, placed_at_recorded FROM orders WHERE number = '{number}'")
        assert at.hour + at.minute / 60 == utc[number]
        assert text == recorded
    assert any("no time in UTC" in message for message in result.messages("info"))
    assert any("Mars/Base" in message for message in result.messages("warning")) == ("Mars" in str(options))


def test_tiers_of_two_plugins(mariadb, tmp_path):
    shop = WooCommerce.fresh(mariadb, "woo_tiers")
    for number in (1, 2, 3):
        shop.post(number, "product", "publish", post_title=f"P{number}")
    shop.meta(1, _price="5", _fixed_price_rules='a:2:{i:50;s:4:"3.50";i:10;d:4.25;}')
    shop.meta(
        2, _price="5", _tiered_price_rules_type="percentage", _percentage_price_rules='a:1:{i:5;s:2:"10";}',
        _fixed_price_rules='a:1:{i:9;s:1:"1";}',
    )  # fmt: skip
    shop.meta(
        3, _price="8", _bulkdiscount_enabled="yes", _bulkdiscount_quantity_1="5", _bulkdiscount_discount_1="5",
        _bulkdiscount_quantity_2="20", _bulkdiscount_discount_2="12.5", _bulkdiscount_quantity_3="",
    )  # fmt: skip
    result = shop.mapped(tmp_path)
    tiers = "SELECT min_quantity, max_quantity, price, price_kind FROM price_tiers WHERE listing_id LIKE '%/{}' ORDER BY 1"
    assert result.all(tiers.format(1)) == [
        (money("10"), money("49"), money("4.25"), "unit"),
        (money("50"), None, money("3.5"), "unit"),
    ]
    assert result.all(tiers.format(2)) == [(money("5"), None, money("10"), "percent_off")]
    assert result.all(tiers.format(3)) == [
        (money("5"), money("19"), money("5"), "percent_off"),
        (money("20"), None, money("12.5"), "percent_off"),
    ]


def test_prices_for_a_time_for_a_role_and_of_dynamic_pricing(mariadb, tmp_path):
    shop = WooCommerce.fresh(mariadb, "woo_more_tiers")
    for number in (1, 2, 3):
        shop.post(number, "product", "publish", post_title=f"P{number}")
    shop.meta(1, _price="5", _sale_price="4", _sale_price_dates_from="1719788400", _sale_price_dates_to="")
    shop.meta(2, _price="8", wholesale_customer_wholesale_price="6.5", _sale_price="")
    rules = (
        'a:1:{s:5:"set_1";a:5:{s:10:"conditions";a:1:{i:1;a:2:{s:4:"type";s:8:"apply_to";s:4:"args";a:2:{'
        's:10:"applies_to";s:5:"roles";s:5:"roles";a:1:{i:0;s:5:"trade";}}}}s:4:"mode";s:10:"continuous";'
        's:9:"date_from";s:10:"2024-07-01";s:7:"date_to";s:0:"";s:5:"rules";a:3:{'
        'i:1;a:4:{s:4:"from";s:1:"5";s:2:"to";s:1:"9";s:4:"type";s:14:"price_discount";s:6:"amount";s:1:"2";}'
        'i:2;a:4:{s:4:"from";s:2:"10";s:2:"to";s:2:"19";s:4:"type";s:19:"percentage_discount";s:6:"amount";s:2:"25";}'
        'i:3;a:4:{s:4:"from";s:2:"20";s:2:"to";s:0:"";s:4:"type";s:11:"fixed_price";s:6:"amount";s:4:"5.50";}}}}'
    )
    shop.meta(3, _price="9", _pricing_rules=rules)
    result = shop.mapped(tmp_path)
    assert result.all(
        "SELECT right(listing_id, 1), min_quantity, max_quantity, price, price_kind, customer_group, valid_from, basis "
        "FROM price_tiers ORDER BY 1, 2"
    ) == [
        ("1", 1, None, 4, "unit", None, datetime(2024, 6, 30, 23), "recorded"),
        ("2", 1, None, money("6.5"), "unit", "wholesale_customer", None, "recorded"),
        ("3", 5, 9, 7, "unit", "trade", datetime(2024, 6, 30, 23), "derived"),
        ("3", 10, 19, 25, "percent_off", "trade", datetime(2024, 6, 30, 23), "recorded"),
        ("3", 20, None, money("5.5"), "unit", "trade", datetime(2024, 6, 30, 23), "recorded"),
    ]


def test_damaged_serialised_text_is_told_and_costs_nothing_else(shop, tmp_path):
    shop.order(1, "wc-completed", "1.00", wc_shipment_tracking_items='a:1:{i:0;a:1:{s:3:"tracking_number";}}')
    shop.order(2, "wc-completed", "2.00", wc_shipment_tracking_items='[{"tracking_number":"J1"}]')
    result = shop.mapped(tmp_path)
    assert result.all("SELECT tracking_number FROM shipments") == [("J1",)]
    (told,) = [message for message in result.messages("warning") if "damaged" in message]
    assert told.startswith("1 values of wp_postmeta.meta_value")
    assert result.all(
        "SELECT table_name, row_key IS NOT NULL FROM problems JOIN sources USING (source_id) "
        "WHERE message LIKE '%damaged%'"
    ) == [("wp_postmeta", True)]


def test_a_network_of_sites_shares_its_users(mariadb, tmp_path):
    shop = WooCommerce.fresh(mariadb, "woo_network")
    second = WooCommerce(mariadb, "woo_network", "wp_2_")
    second.tables("wp_2_")
    second.sql("DROP TABLE {p}users")
    second.sql("DROP TABLE {p}usermeta")
    for name, value in {
        "siteurl": "http://abc.onion",
        "blogname": "Second",
        "woocommerce_currency": "EUR",
    }.items():
        second.option(name, value)
    shop.user(7, "bob")
    shop.user(8, "eve")
    shop.insert(
        "usermeta", user_id=8, meta_key="wp_2_capabilities", meta_value='a:1:{s:12:"shop_manager";b:1;}'
    )
    shop.order(1, "wc-completed", "10.00", customer_user="7")
    second.order(1, "wc-completed", "20.00", customer_user="8")
    second.sql("DELETE FROM {p}postmeta WHERE meta_key = '_order_currency'")
    result = shop.mapped(tmp_path)
    assert result.all("SELECT site_id, account_id, total, currency FROM orders ORDER BY total") == [
        ("site:KC/1/wp_options", "account:KC/1/wp_users/7", money("10"), "GBP"),
        ("site:KC/1/wp_2_options", "account:KC/1/wp_users/8@wp_2_", money("20"), "EUR"),
    ]
    assert result.all("SELECT account_id, kind FROM accounts ORDER BY 1") == [
        ("account:KC/1/wp_users/7", "customer"),
        ("account:KC/1/wp_users/8", "customer"),
        ("account:KC/1/wp_users/8@wp_2_", "staff"),
    ]
    assert result.dict("SELECT host, kind FROM site_names WHERE site_id LIKE '%wp_2_%'") == {
        "abc.onion": "onion"
    }


def test_a_parcel_number_is_one_wherever_plugins_keep_it(shop, tmp_path):
    items = 'a:1:{i:0;a:2:{s:4:"slug";s:3:"dpd";s:15:"tracking_number";s:3:"AB1";}}'
    shop.order(1, "wc-completed", "1.00", aftership_tracking_items=items, tracking_number="AB1")
    shop.order(2, "wc-completed", "1.00", tracking_number=" CD2 ", date_shipped="2024-07-05 10:00:00")
    shop.meta(2, ywot_tracking_code="EF3", ywot_carrier_name="Evri")
    result = shop.mapped(tmp_path)
    assert result.all("SELECT tracking_number, carrier FROM shipments ORDER BY 1") == [
        ("AB1", "dpd"),
        ("CD2", None),
        ("EF3", "Evri"),
    ]


def test_earlier_hosts_are_found_in_the_first_addresses_of_posts(shop, tmp_path):
    shop.order(1, "wc-completed", "1.00", post={"guid": "https://old.onion/?post_type=shop_order&p=1"})
    result = shop.mapped(tmp_path)
    assert result.all("SELECT host, kind, evidence FROM site_names ORDER BY 1, 3") == [
        ("example.test", "clearnet", "option home"),
        ("example.test", "clearnet", "option siteurl"),
        ("old.onion", "onion", "first address of posts"),
    ]


def test_missing_tables_cost_their_rows_only(shop, tmp_path):
    shop.user(7, "bob")
    shop.order(1, "wc-completed", "10.00", customer_user="7")
    shop.line(1, "Tea", "1", "10.00")
    for table in (
        "users",
        "usermeta",
        "comments",
        "terms",
        "wc_orders",
        "woocommerce_order_itemmeta",
        "options",
    ):
        shop.sql("DROP TABLE {p}" + table)
    result = shop.mapped(tmp_path)
    assert result.all("SELECT account_id, total, currency FROM orders") == [
        ("account:KC/1/wp_users/7", money("10"), "GBP")
    ]
    assert result.all("SELECT kind, basis FROM accounts") == [("customer", "derived")]
    assert result.all("SELECT title, line_total FROM order_lines") == [("Tea", None)]
    assert result.messages("error") == []


def test_blockonomics_rows_of_both_versions(shop, tmp_path):
    shop.sql(
        "CREATE TABLE {p}blockonomics_payments (order_id int NOT NULL, payment_status int NOT NULL, crypto "
        "varchar(4) NOT NULL, address varchar(191) NOT NULL, expected_satoshi bigint, expected_fiat double, "
        "currency varchar(3), paid_satoshi bigint, paid_fiat double, txid varchar(191), "
        "PRIMARY KEY (order_id, crypto, address, txid))"
    )
    shop.sql(
        "CREATE TABLE {p}blockonomics_orders (order_id int NOT NULL, status int NOT NULL, crypto varchar(3) NOT NULL,"
        " address varchar(191) NOT NULL, timestamp int, satoshi int, currency varchar(3), value longtext, txid text,"
        " PRIMARY KEY (order_id, crypto, address))"
    )
    for number in (1, 2, 3):
        shop.order(
            number,
            ["wc-processing", "wc-pending", "wc-completed"][number - 1],
            "99.90",
            payment_method="blockonomics",
        )
    shop.sql(
        "INSERT INTO {p}blockonomics_payments VALUES (1, 2, 'btc', 'addr1', 200000, 99.9, 'GBP', 200000, 99.9, 'tx1'),"
        "(1, 0, 'btc', 'addr0', 200000, 99.9, 'GBP', NULL, NULL, ''),"
        "(2, 0, 'btc', 'addr2', 200000, 99.9, 'GBP', NULL, NULL, '')"
    )
    shop.sql(
        "INSERT INTO {p}blockonomics_orders VALUES (3, 2, 'btc', 'addr3', 1719835500, 300000, 'GBP', '99.90', 'tx3')"
    )
    result = shop.mapped(tmp_path)
    assert result.all(
        "SELECT address, amount, asset_amount, txid, status FROM payments WHERE address IS NOT NULL ORDER BY 1"
    ) == [
        ("addr0", money("99.9"), money("0.002"), None, "pending"),
        ("addr1", money("99.9"), money("0.002"), "tx1", "confirmed"),
        ("addr2", money("99.9"), money("0.002"), None, "pending"),
        ("addr3", money("99.9"), money("0.003"), "tx3", "confirmed"),
    ]
    assert result.dict("SELECT o.number, t.counted FROM takings t JOIN orders o USING (order_id)") == {
        "1": True,
        "2": False,
        "3": True,
    }


def test_the_same_again_is_the_same_to_the_byte(shop, tmp_path):
    for number in range(1, 60):
        shop.order(number, "wc-completed", f"{number}.10", billing_address_1=f"{number} High St")
        shop.line(number, "Tea", "2", f"{number}.10", colour="red", size="L")
    case = new_case(tmp_path)
    take_in(case, shop.dump())

    def parts():
        out = mapped(case).out
        return {path.relative_to(out): path.read_bytes() for path in sorted(out.glob("*/*"))}

    assert parts() == parts()


def test_totals_that_are_no_plain_number_are_told_one_by_one(shop, tmp_path):
    recorded = {1: "1e400", 2: "9" * 29, 3: "1,234.50", 4: "1,234", 5: "12.0000000000000000019", 6: "5.00"}
    for number, total in recorded.items():
        shop.order(number, "wc-completed", total)
    shop.order(7, "wc-completed", "x")
    shop.sql("DELETE FROM {p}postmeta WHERE post_id = 7 AND meta_key = '_order_total'")
    shop.meta(6, _order_total="6.00")
    result = shop.mapped(tmp_path)
    assert result.dict("SELECT number, total FROM orders WHERE total IS NOT NULL") == {
        "3": money("1234.5"),
        "5": money("12.000000000000000002"),
        "6": money("5"),
    }
    told = result.dict("SELECT message, source_id FROM problems WHERE message LIKE 'Order % no total%'")
    assert {message.partition(": ")[2] for message in told} == {
        '"1e400" is recorded.', f'"{"9" * 29}" is recorded.', '"1,234" is recorded.', "none is recorded."
    }  # fmt: skip
    assert len(set(told.values())) == 4
    assert any(m.startswith("1 rows repeat the _order_total") for m in result.messages("warning"))
    assert any(
        m.startswith("1 values of _order_total have more than 18 decimals")
        for m in result.messages("warning")
    )
    assert result.all(
        "SELECT CAST(found AS BIGINT) FROM completeness WHERE reason LIKE 'repeats of an order%'"
    ) == [(1,)]


def test_more_unread_totals_than_are_told_one_by_one(shop, tmp_path):
    for number in range(1, 1004):
        shop.order(number, "wc-completed", "n/a")
    result = shop.mapped(tmp_path)
    assert len([m for m in result.messages("warning") if m.startswith("Order ")]) == 1000
    assert len([m for m in result.messages("warning") if m.startswith("3 more orders have no total")]) == 1


def test_a_user_that_is_gone_has_the_id_of_the_table_that_sites_share(mariadb, tmp_path):
    shop = WooCommerce.fresh(mariadb, "woo_gone")
    second = WooCommerce(mariadb, "woo_gone", "wp_2_")
    second.tables("wp_2_")
    for table in ("users", "usermeta"):
        second.sql("DROP TABLE {p}" + table)
    second.option("siteurl", "http://abc.onion")
    shop.user(7, "bob")
    shop.order(1, "wc-completed", "10.00", customer_user="11", billing_email="a@example.test")
    second.order(1, "wc-completed", "20.00", customer_user="11", billing_email="a@example.test")
    shop.dump()
    second.dump()
    other = WooCommerce.fresh(mariadb, "woo_gone_other")
    case = new_case(tmp_path)
    take_in(case, shop.dump("--databases"), path="one.sql")
    take_in(case, other.dump("--databases"), path="two.sql")
    result = mapped(case)
    assert result.all("SELECT account_id FROM orders ORDER BY total") == [
        ("account:KC/1/woo_gone.wp_users/11",),
        ("account:KC/1/woo_gone.wp_users/11@wp_2_",),
    ]


def test_activity_of_a_site_is_that_of_all_its_dated_records(shop, tmp_path):
    shop.user(7, "bob")
    shop.order(1, "wc-completed", "10.00")
    result = shop.mapped(tmp_path)
    assert result.all("SELECT first_activity, last_activity FROM sites") == [
        (datetime(2024, 1, 2, 3, 4, 5), datetime(2024, 7, 1, 12))
    ]
    (row,) = evaluate(result.connection, "activity", by=["site_id"]).rows
    assert result.all("SELECT first_activity, last_activity FROM sites") == [(row["first"], row["last"])]
