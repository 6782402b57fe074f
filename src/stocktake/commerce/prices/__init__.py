"""What explains the price of an order line: the listing's price, a tier, a variation, a discount.

Steps over the canonical tables, the same for every shop:

``offered_prices``
    every price at which the tables show that a listing was to be had: from how many on, when, for whom
``priced_lines``
    every order line with what its price depends on
``matched_prices``
    lines of one listing, quantity and sum, with the offer that explains them best, or that would have applied
``explained_prices``
    what explains them, in a sentence
``price_explanations``
    the canonical table: the same for each line

A price is explained where an offer that was open to the line gives its sum, to the penny for each piece. A
line without such an offer is told so; where others paid the same at that quantity, their number and dates are
given: that is how an earlier price shows that no source holds any more.
"""

from importlib.resources import files

from stocktake.commerce.statements import Statement, read_statements

_STEPS = ("offered_prices", "priced_lines", "matched_prices", "explained_prices", "price_explanations")


def steps() -> list[tuple[str, Statement]]:
    """The tables to be made one after the other, `price_explanations` last; each is one SELECT."""
    home = files(__package__)
    found = []
    for name in _STEPS:
        (statement,) = read_statements(home / f"{name}.sql", f"commerce/prices/{name}.sql")
        found.append((name, statement))
    return found
