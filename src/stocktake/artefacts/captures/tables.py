"""The raw tables of the family. `item` is the path in the exhibit of the page that a row was read from."""

from stocktake.artefacts.gathering import TEXT, TIME, WHOLE, YES_NO, columns

FAMILY = "captures"
TABLES = {
    # Every record of a capture file, those without a body too. `_offset` and `_length` are those of the
    # record in the file as stored, where it has a range of its own. `digest` says whether the stated one
    # agrees.
    "captures": columns(
        item=TEXT, kind=TEXT, url=TEXT, host=TEXT, captured_at=TIME, status=WHOLE, media_type=TEXT,
        size=WHOLE, record_id=TEXT, ip=TEXT, digest=TEXT, note=TEXT, page=YES_NO, title=TEXT, software=TEXT,
        listings=WHOLE,
    ),
    # What each rule found of each listing on each page. `rank` is the rule's: the lowest counts where several
    # read the same. Prices are exact decimals as text.
    "captured_listings": columns(
        item=TEXT, url=TEXT, host=TEXT, captured_at=TIME, rule=TEXT, rank=WHOLE, card=YES_NO,
        listing_url=TEXT, key=TEXT, number=TEXT, slug=TEXT, sku=TEXT, title=TEXT, description=TEXT,
        category=TEXT, price=TEXT, price_most=TEXT, currency=TEXT, price_text=TEXT, status=TEXT, stock=TEXT,
        vendor=TEXT, vendor_url=TEXT,
    ),
    # `listing` is the ordinal of the listing in captured_listings of the same unit, from 1.
    "captured_tiers": columns(
        listing=WHOLE, least=WHOLE, most=WHOLE, price=TEXT, kind=TEXT, currency=TEXT, text=TEXT
    ),
    "captured_reviews": columns(
        listing=WHOLE, item=TEXT, host=TEXT, captured_at=TIME, rule=TEXT, author=TEXT, at=TIME,
        at_text=TEXT, rating=TEXT, best=TEXT, body=TEXT, number=TEXT,
    ),
    "captured_vendors": columns(
        item=TEXT, host=TEXT, captured_at=TIME, rule=TEXT, name=TEXT, url=TEXT, about=TEXT
    ),
}  # fmt: skip
