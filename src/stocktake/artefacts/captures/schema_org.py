"""schema.org's Product, Offer and Review (https://schema.org/Product) to listings, reviews and vendors."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from urllib.parse import urljoin, urlsplit

from stocktake.artefacts.captures.found import Listing, Review, Tier, Vendor
from stocktake.artefacts.captures.prices import Price, currency_code, decimal, read_price
from stocktake.artefacts.captures.structured import Node, every, first, inner, types

_PRODUCTS = {"Product", "ProductModel", "ProductGroup", "IndividualProduct", "SomeProducts"}
_OFFERS = {"Offer", "AggregateOffer", "OfferForPurchase"}


def listings(found: Iterable[tuple[str, Node]], url: str) -> Iterator[Listing]:
    """Yield the products of a page whose nodes are given; ``url`` is the page's."""
    products = [(syntax, node) for syntax, outer in found for node in every(outer) if types(node) & _PRODUCTS]
    seen: set[int] = set()
    by_syntax: dict[str, list[Node]] = {}
    for syntax, node in products:
        if id(node) not in seen and (first(node, "name") or node.get("offers")):
            seen.add(id(node))
            by_syntax.setdefault(syntax, []).append(node)
    for syntax, every_product in by_syntax.items():
        own = [node for node in every_product if _address(node, url) in ("", url)]
        for node in every_product:
            listing = _listing(node, f"schema.org {syntax}", url)
            # Of several products on a page those with an address of their own are cards.
            listing.is_card = len(every_product) > 1 and not (len(own) == 1 and node is own[0])
            yield listing


def vendors(found: Iterable[Listing], url: str) -> Iterator[Vendor]:
    """Yield who is named as seller, but for the shop itself."""
    known: set[str] = set()
    for listing in found:
        if listing.vendor and listing.vendor not in known:
            known.add(listing.vendor)
            yield Vendor(listing.rule, listing.vendor, urljoin(url, listing.vendor_url))


def _listing(node: Node, rule: str, url: str) -> Listing:
    listing = Listing(
        rule=rule,
        title=first(node, "name"),
        url=_address(node, url) or url,
        description=first(node, "description"),
        category=first(node, "category"),
        number=first(node, "productID").rpartition(":")[2],
        sku=first(node, "sku"),
    )
    _offers([*inner(node, "offers"), *inner(node, "hasVariant")], listing, url)
    listing.reviews = [_review(review) for review in [*inner(node, "review"), *inner(node, "reviews")]]
    return listing


def _address(node: Node, url: str) -> str:
    stated = first(node, "url", "@id").partition("#")[0]
    return urljoin(url, stated) if stated and not stated.startswith("_:") else ""


def _offers(offers: list[Node], listing: Listing, url: str) -> None:
    prices: list[Price] = []
    for offer in (one for outer in offers for one in every(outer) if types(one) & _OFFERS):
        price = _price(offer)
        least = _quantity(offer)
        if price is not None and least is not None and least > 1:
            listing.tiers.append(Tier(least, price, text=f"{least}: {_shown(price)}"))
        elif price is not None:
            prices.append(price)
        listing.status = listing.status or _last(first(offer, "availability"))
        level = next(iter(inner(offer, "inventoryLevel")), {})
        listing.stock = listing.stock or first(level, "value")
        seller = next(iter(inner(offer, "seller")), {})
        if not listing.vendor and seller and not _is_shop(seller, url):
            listing.vendor, listing.vendor_url = first(seller, "name"), first(seller, "url")
    if prices:
        currency = prices[0].currency
        same = [price for price in prices if price.currency == currency]
        least_price = min(price.amount for price in same)
        most = max(price.most or price.amount for price in same)
        listing.price = Price(least_price, currency, most if most != least_price else None)
        listing.price_text = _shown(listing.price)


def _price(offer: Node) -> Price | None:
    """The price asked now: the offer's own, or that of its specification that is no list price."""
    code = currency_code(first(offer, "priceCurrency"))
    low, high = first(offer, "lowPrice"), first(offer, "highPrice")
    if low:
        price, most = _amount(low, code), _amount(high, code) if high else None
        if price and most and most.amount != price.amount:
            return Price(price.amount, price.currency, most.amount)
        return price
    if stated := first(offer, "price"):
        return _amount(stated, code)
    for specification in inner(offer, "priceSpecification"):
        if _last(first(specification, "priceType")) in ("ListPrice", "StrikethroughPrice", "MSRP", "SRP"):
            continue
        if stated := first(specification, "price"):
            return _amount(stated, currency_code(first(specification, "priceCurrency")) or code)
    return None


def _amount(text: str, currency: str | None) -> Price | None:
    exact = decimal(text)
    if exact is not None:
        return Price(exact, currency) if 0 <= exact < Decimal("1e20") else None
    return read_price(text, currency)


def _quantity(offer: Node) -> int | None:
    for holder in [offer, *inner(offer, "priceSpecification")]:
        for eligible in inner(holder, "eligibleQuantity"):
            stated = first(eligible, "minValue", "value")
            if re.fullmatch(r"\d{1,9}(?:\.0+)?", stated):
                return int(stated.partition(".")[0])
    return None


def _is_shop(seller: Node, url: str) -> bool:
    """A seller whose address is the shop's front page is the shop."""
    stated = first(seller, "url")
    if not stated:
        return False
    place = urlsplit(urljoin(url, stated))
    return place.hostname == urlsplit(url).hostname and place.path in ("", "/") and not place.query


def _review(node: Node) -> Review:
    rating = next(iter(inner(node, "reviewRating")), {})
    return Review(
        body=first(node, "reviewBody", "description"),
        author=first(node, "author"),
        at=first(node, "datePublished", "dateCreated"),
        rating=first(rating, "ratingValue"),
        best=first(rating, "bestRating"),
    )


def _last(name: str) -> str:
    return re.split(r"[/#]", name.rstrip("/"))[-1]


def _shown(price: Price) -> str:
    most = f" to {price.most}" if price.most is not None else ""
    return f"{price.amount}{most} {price.currency or ''}".strip()
