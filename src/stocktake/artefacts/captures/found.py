"""What a page offers, as any of the rules that read pages gives it."""

from dataclasses import dataclass, field

from stocktake.artefacts.captures.prices import Price


@dataclass
class Tier:
    """A price from a quantity on; ``kind`` is unit, total or percent_off."""

    least: int | None
    price: Price | None
    most: int | None = None
    kind: str = "unit"
    text: str = ""


@dataclass
class Review:
    """What somebody wrote of a listing; ``at`` and ``rating`` as they stand in the page."""

    body: str = ""
    author: str = ""
    at: str = ""
    rating: str = ""
    best: str = ""
    number: str = ""


@dataclass
class Listing:
    """Something offered for sale. ``is_card`` where it is one of several on a page, as in a category.

    ``number`` is the shop's own. ``rule`` names what read it.
    """

    rule: str
    title: str = ""
    url: str = ""
    description: str = ""
    category: str = ""
    number: str = ""
    sku: str = ""
    price: Price | None = None
    price_text: str = ""
    stock: str = ""
    status: str = ""
    vendor: str = ""
    vendor_url: str = ""
    is_card: bool = False
    tiers: list[Tier] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)


@dataclass
class Vendor:
    """Somebody who sells, by a page of their own."""

    rule: str
    name: str
    url: str = ""
    about: str = ""


@dataclass
class Offered:
    """All of it that one page has."""

    listings: list[Listing] = field(default_factory=list)
    reviews: list[tuple[str, Review]] = field(default_factory=list)  # of the page's own listing, by rule
    vendors: list[Vendor] = field(default_factory=list)
