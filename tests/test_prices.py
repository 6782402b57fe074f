"""What explains the price of a line: each kind of offer, over the canonical tables."""

from datetime import datetime
from decimal import Decimal
from importlib.resources import files

import pytest

from canonical import canonical_tables
from stocktake.commerce import prices

AT = datetime(2025, 3, 1, 12)
BACKUP, LIVE = datetime(2025, 2, 1), datetime(2025, 4, 1)


def explained(*lines, tiers=(), listing=None, changes=(), variations=(), order=None):
    """The explanations of lines of one listing at 10.00, by line id."""
    goods = {"listing_id": "listing:1", "price": Decimal(10), "currency": "GBP"} | (listing or {})
    rows = {
        "listings": [goods],
        "orders": [
            {"order_id": f"order:{n}", "site_id": "site:1", "placed_at": AT, "currency": "GBP"} | (order or {})
            for n in range(len(lines))
        ],
        "order_lines": [
            {"line_id": f"line:{n}", "order_id": f"order:{n}", "listing_id": "listing:1", "currency": "GBP",
             "quantity": Decimal(quantity), "unit_price": Decimal(price),
             "line_total": Decimal(price) * Decimal(quantity)} | more
            for n, (quantity, price, more) in enumerate((*line, {})[:3] for line in lines)
        ],
        "price_tiers": [{"listing_id": "listing:1", "currency": "GBP", "price_kind": "unit"} | tier for tier in tiers],
        "row_changes": list(changes),
        "variations": list(variations),
    }  # fmt: skip
    with canonical_tables(rows) as connection:
        connection.execute(files("stocktake.engine").joinpath("functions.sql").read_text("utf-8"))
        for name, statement in prices.steps():
            connection.execute(f"CREATE OR REPLACE TEMP TABLE made_{name} AS {statement.sql}")
            connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT * FROM made_{name}")
        found = connection.execute(
            "SELECT explanation, explained, discounted, min_quantity, sentence FROM made_price_explanations "
            "ORDER BY line_id"
        ).fetchall()
    assert len(found) == len(lines)
    return found if len(found) > 1 else found[0]


def tier(least, price, **more):
    return {"min_quantity": Decimal(least), "price": Decimal(price), **more}


def test_the_listings_price_and_the_tier_that_the_quantity_reaches():
    bulk = [tier(5, "9"), tier(10, "8"), tier(20, "7")]
    found = explained(("1", "10"), ("28", "7"), ("12", "8"), ("12", "7.50"), tiers=bulk)
    assert [row[:4] for row in found] == [
        ("listing price", True, False, 1),
        ("tier", True, False, 20),
        ("tier", True, False, 10),
        ("not explained", False, False, 10),
    ]
    assert [row[4] for row in found] == [
        "1 at 10.00 GBP: the listing's price.",
        "28 at 7.00 GBP: the tier of 20 or more.",
        "12 at 8.00 GBP: the tier of 10 or more.",
        "12 at 7.50 GBP: not explained; the tier of 10 or more is 8.00 GBP, which is 0.50 more.",
    ]


def test_a_price_of_a_quantity_that_was_not_reached_explains_nothing():
    assert explained(("9", "8"), tiers=[tier(10, "8")])[:2] == ("not explained", False)


@pytest.mark.parametrize(
    ("given", "quantity", "price", "sentence"),
    [
        (tier(10, "80", price_kind="total"), "10", "8", "10 at 8.00 GBP: the tier of 10 or more."),
        (tier(10, "25", price_kind="percent_off"), "12", "7.5",
         "12 at 7.50 GBP: the tier of 10 or more, 25.00 per cent off."),
        (tier(10, "8", customer_group="Wholesale"), "10", "8",
         "10 at 8.00 GBP: the tier of 10 or more, for the customer group Wholesale."),
        (tier(1, "9", valid_from=datetime(2025, 2, 20), valid_to=datetime(2025, 3, 10)), "1", "9",
         "1 at 9.00 GBP: a price for a time, from 2025-02-20 to 2025-03-10."),
    ],
)  # fmt: skip
def test_every_kind_of_tier(given, quantity, price, sentence):
    found = explained((quantity, price), tiers=[given])
    assert (found[1], found[4]) == (True, sentence)


def test_a_price_for_another_time_explains_nothing():
    over = tier(1, "9", valid_from=datetime(2024, 2, 20), valid_to=datetime(2024, 3, 10))
    assert explained(("1", "9"), tiers=[over])[1] is False


def test_what_an_earlier_source_shows_explains_until_the_next_no_longer_does():
    gone = tier(10, "7", valid_to=BACKUP, gone_by=LIVE)
    found = explained(("10", "7"), tiers=[gone, tier(10, "8", valid_from=BACKUP)])
    assert found[4] == "10 at 7.00 GBP: the earlier tier of 10 or more, until 2025-04-01."
    change = {"row_id": "listing:1", "table_name": "listings", "column_name": "price", "old_value": "6",
              "kind": "changed", "from_at": BACKUP, "to_at": LIVE}  # fmt: skip
    old, new = explained(("1", "6"), ("1", "10"), changes=[change])
    assert old[0] == "earlier price"
    assert old[4] == "1 at 6.00 GBP: the listing's earlier price, until 2025-04-01."
    assert new[4] == "1 at 10.00 GBP: the listing's price, from 2025-02-01."
    assert explained(("1", "10"), changes=[change], order={"placed_at": datetime(2025, 1, 1)})[1] is False


def test_a_discount_of_the_order_is_taken_off_in_proportion():
    found = explained(("2", "9"), order={"subtotal": Decimal(20), "discount": Decimal(2)})
    assert found[1:3] == (True, True)
    assert (
        found[4]
        == "2 at 9.00 GBP: the listing's price (10.00 GBP), less 10.0 per cent by the order's discount."
    )


def test_a_variation_costs_what_it_is_sold_for():
    seven = {"listing_id": "listing:1", "variation": "Weight: 7g", "price": Decimal(55)}
    found = explained(("1", "55", {"variation": "Weight: 7g"}), variations=[seven])
    assert (found[0], found[4]) == ("variation", "1 at 55.00 GBP: the price of this variation.")


def test_another_currency_is_turned_by_the_orders_rate():
    euro = {"currency": "EUR", "currency_rate": Decimal("1.17")}
    assert explained(("1", "11.70", {"currency": "EUR"}), order=euro)[1] is True
    assert explained(("1", "11.70", {"currency": "EUR"}), order={"currency": "EUR"})[:2] == (
        "no price there",
        False,
    )


def test_three_orders_at_one_price_show_what_it_was():
    found = explained(("1", "6"), ("2", "6"), ("1", "6"), ("1", "5"))
    assert [row[0] for row in found] == ["as others paid"] * 3 + ["not explained"]
    assert found[0][4] == (
        "1 at 6.00 GBP: no offer that the tables hold, but what 3 lines cost between 2025-03-01 and 2025-03-01; "
        "the listing's price is 10.00 GBP now."
    )


def test_a_line_whose_listing_is_gone_is_told_so():
    found = explained(("1", "6", {"listing_id": None}))
    assert (found[0], found[1]) == ("listing not there", False)
