"""Named figures against plain sums over the same rows, and the way back from each printed number."""

import time
from collections import Counter
from decimal import Decimal

import pytest
import sqlglot

from canonical import add_between_sources, add_captured, add_clock, add_files, canonical_tables, shop_rows
from stocktake.errors import UserError
from stocktake.findings.figures import evaluate, explain, figures

ROWS = shop_rows()
add_captured(ROWS)
add_between_sources(ROWS)
add_files(ROWS)
add_clock(ROWS)


@pytest.fixture(scope="module")
def shop():
    connection = canonical_tables(ROWS)
    yield connection
    connection.close()


def test_every_figure_states_itself():
    for name, figure in figures().items():
        assert figure.name == name
        assert figure.title
        assert figure.note.endswith(".")
        assert figure.unit
        assert figure.keys


@pytest.mark.parametrize("name", figures())
def test_every_row_of_every_figure_resolves_to_its_own_value(shop, name):
    result = evaluate(shop, name)
    assert result.rows, "the test's shop must have something for every figure"
    for row in result:
        explained = explain(shop, row.reference, limit=5)
        assert explained.value.values == row.values
        assert explained.count == row["count"]
        assert explained.sql == figures()[name].sql
        assert len(explained.subjects) <= 5
    assert sum(row["count"] for row in result) == explain(shop, f"figure:{name}").count


@pytest.mark.parametrize("name", figures())
def test_every_figure_of_a_case_with_nothing_in_it(name):
    with canonical_tables({}) as connection:
        assert evaluate(connection, name).rows == ()
        explained = explain(connection, f"figure:{name}")
        assert explained.count == 0
        assert explained.subjects == ()


@pytest.mark.parametrize("name", figures())
def test_every_figure_can_be_written_in_spark_s_dialect(name):
    (statement,) = sqlglot.transpile(figures()[name].sql, read="duckdb", write="spark")
    assert "subject_id" in statement


def test_orders_by_status_are_those_of_the_rows(shop):
    expected = Counter()
    sums = Counter()
    for order in ROWS["orders"]:
        key = (order["status"], order["site_id"], order["currency"])
        expected[key] += 1
        sums[key] += order["total"]
    found = evaluate(shop, "orders-by-status")
    assert {(r["status"], r["site_id"], r["currency"]): r["count"] for r in found} == dict(expected)
    assert {(r["status"], r["site_id"], r["currency"]): r["amount"] for r in found} == dict(sums)


def test_a_reference_with_fewer_keys_counts_all_below_it(shop):
    explained = explain(shop, "figure:orders-by-status/completed", limit=1000)
    expected = sorted(o["order_id"] for o in ROWS["orders"] if o["status"] == "completed")
    assert list(explained.subjects) == expected
    assert explained.count == len(expected)


def test_a_star_stands_for_every_value_of_a_key(shop):
    explained = explain(shop, "figure:orders-by-status/completed/*/GBP", limit=1000)
    chosen = [o for o in ROWS["orders"] if o["status"] == "completed" and o["currency"] == "GBP"]
    assert explained.count == len(chosen)
    assert explained.value["amount"] == sum(o["total"] for o in chosen)


def test_money_in_several_currencies_is_never_added_up(shop):
    explained = explain(shop, "figure:takings")
    assert explained.value["amount"] is None
    found = {row["currency"]: row["amount"] for row in explained.by_currency}
    expected = Counter()
    for taking in ROWS["takings"]:
        if taking["counted"]:
            expected[taking["currency"]] += taking["amount"]
    assert found == dict(expected)


def test_money_recorded_is_money_counted_and_not_counted(shop):
    def sums(name):
        return {
            (row["site_id"], row["currency"]): row["amount"]
            for row in evaluate(shop, name, by=["site_id", "currency"])
        }

    recorded, counted, rest = sums("money-recorded"), sums("takings"), sums("not-counted-by-reason")
    assert recorded == {key: counted.get(key, 0) + rest.get(key, 0) for key in recorded}
    received, refunded = sums("receipts"), sums("refunds")
    assert counted == {key: received.get(key, 0) + refunded.get(key, 0) for key in counted}


def test_activity_spans_all_kinds_of_record(shop):
    (row, *_) = evaluate(shop, "activity", by=["site_id"]).rows
    times = [o["placed_at"] for o in ROWS["orders"] if o["site_id"] == row["site_id"] and o["placed_at"]]
    assert row["first"] <= min(times)
    assert row["last"] >= max(times)


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "*",
        "(none)",
        "(empty)",
        "a/b",
        "%2F",
        "a b?c#d",
        "é 😀",
        "é" * 121,
        "(sha256:" + "0" * 64 + ")",
        "'; DROP TABLE orders; --",
        "\x01\n",
    ],
)
def test_a_reference_survives_whatever_a_key_holds(value):
    order = {"order_id": "order:X/o/1", "status": value, "site_id": "site:X/s/1", "currency": "GBP"}
    other = {"order_id": "order:X/o/2", "status": "other", "site_id": "site:X/s/1", "currency": "GBP"}
    with canonical_tables({"orders": [order, other]}) as connection:
        (row,) = [r for r in evaluate(connection, "orders-by-status") if r["status"] == value]
        explained = explain(connection, row.reference)
        assert explained.subjects == ("order:X/o/1",)
        assert explained.value.values == row.values


def test_sums_beyond_the_digits_of_the_column_are_exact():
    large = Decimal("99999999999999999999.999999999999999999")
    rows = [
        {"order_id": f"order:X/o/{n}", "status": "paid", "currency": "GBP", "total": large} for n in range(50)
    ]
    with canonical_tables({"orders": rows}) as connection:
        (row,) = evaluate(connection, "orders-by-status").rows
        assert row["amount"] == Decimal("4999999999999999999999.99999999999999995")


def test_addresses_count_by_the_letters_of_a_real_postcode():
    postcodes = ["M1 1AE", "m11ae", " SW1A 1AA ", "EC1A1BB", "nonsense", "M", None, "90210"]
    rows = [
        {"address_id": f"address:X/a/{n}", "order_id": "order:X/o/1", "kind": "shipping", "postcode": code}
        for n, code in enumerate(postcodes)
    ]
    with canonical_tables({"postal_addresses": rows}) as connection:
        found = {row["area"]: row["count"] for row in evaluate(connection, "addresses-by-postcode-area")}
    assert found == {"M": 2, "SW": 1, "EC": 1}


@pytest.mark.parametrize(
    "reference",
    [
        "figure:orders/a/b/c/d", "figure:customers-by-orders/many", "figure:price-tiers/*/x",
    ],
)  # fmt: skip
def test_a_wrong_reference_is_one_sentence(shop, reference):
    with pytest.raises(UserError) as caught:
        explain(shop, reference)
    assert "\n" not in str(caught.value)


def test_a_group_of_which_there_is_nothing_counts_nothing(shop):
    explained = explain(shop, "figure:orders-by-month/1999-01/*/site:X")
    assert explained.count == 0
    assert explained.value["amount"] == 0
    assert explained.subjects == ()


def test_a_reference_copied_over_a_line_break_is_the_same(shop):
    whole = explain(shop, "figure:orders-by-status/completed/*/GBP")
    assert explain(shop, "figure:orders-by-\n  status/completed/ */GBP").value == whole.value


def test_an_unknown_key_is_one_sentence(shop):
    with pytest.raises(UserError):
        evaluate(shop, "orders", by=["colour"])


def test_a_million_orders_are_counted_in_seconds():
    with canonical_tables({}) as connection:
        connection.execute(
            "CREATE OR REPLACE TABLE orders AS SELECT * REPLACE ("
            "'order:X/o/' || i AS order_id, 'site:X/s/' || i % 2 AS site_id, 'GBP' AS currency, "
            "CASE WHEN i % 3 = 0 THEN 'paid' ELSE 'completed' END AS status, "
            "TIMESTAMP '2024-01-01' + to_minutes(i) AS placed_at, CAST(i % 100 AS DECIMAL(38,18)) AS total) "
            "FROM range(1000000) AS numbers(i) LEFT JOIN orders ON false"
        )
        started = time.monotonic()
        result = evaluate(connection, "orders-by-month")
        explained = explain(connection, result.rows[0].reference)
        assert time.monotonic() - started < 20
        assert sum(row["count"] for row in result) == 1_000_000
        assert explained.count == result.rows[0]["count"]
