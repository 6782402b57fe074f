"""What explains the price of an order line: the listing's price, a tier, a variation, a discount.

Three steps over the canonical tables, the same for every shop:

``offered_prices``
    every price at which the tables show that a listing was to be had: from how many on, when, for whom
``matched_lines``
    every order line with the offer that explains it best, or with the one that would have applied
``price_explanations``
    the canonical table: what explains each line, in a sentence

A price is explained where an offer that was open to the line gives its sum, to the penny for each piece. A
line without such an offer is told so; where others paid the same at that quantity, their number and dates are
given: that is how an earlier price shows that no source holds any more.
"""

from importlib.resources import files

from stocktake.commerce.statements import Statement, read_statements


def steps() -> list[tuple[str, Statement]]:
    """The tables to be made one after the other, `price_explanations` last; each is one SELECT."""
    home = files(__package__)
    found = []
    for name in ("offered_prices", "matched_lines", "price_explanations"):
        (statement,) = read_statements(home / f"{name}.sql", f"commerce/prices/{name}.sql")
        found.append((name, statement))
    return found
