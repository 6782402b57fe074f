"""Rules that say by CSS selectors what a page offers: those shipped in ``markup/``, and an examiner's own.

``docs/captures.md`` describes the TOML. A value is found by a selector, by several (the first that finds a
text counts), or by a table ``{ css, match, without, decimal, count }``. ``::attr(NAME)`` at a selector's end
takes an attribute, ``::own`` only text that is not in an inner element; a selector that is empty but for that
is the element itself.
"""

import fnmatch
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urljoin, urlsplit

from cssselect import SelectorError
from lxml.cssselect import CSSSelector
from lxml.etree import XPathError

from stocktake.artefacts.captures.document import said
from stocktake.artefacts.captures.found import Listing, Offered, Review, Tier, Vendor
from stocktake.artefacts.captures.prices import Price, currency_code, decimal, read_price
from stocktake.errors import UserError

MOST_LISTINGS, MOST_TIERS, MOST_REVIEWS, MOST_VENDORS = 2_000, 100, 2_000, 500
_LONGEST = 20_000
_NAME = re.compile(r"[A-Za-z0-9][\w .-]{0,59}")
_NAME_TOLD = "letters, digits, spaces, full stops and hyphens"
_PSEUDO = re.compile(r"(?s)(?P<css>.*?)(?:::(?P<own>own)|::attr\((?P<attribute>[\w:.-]+)\))?\s*")
_LISTING = {"name", "where", "card", "url", "title", "description", "category", "number", "sku", "price",
            "stock", "status", "vendor", "vendor_url", "tiers"}  # fmt: skip
_TIER = {"rows", "least", "most", "price", "total", "percent_off"}
_REVIEW = {"name", "where", "author", "at", "rating", "best", "body", "number"}
_VENDOR = {"name", "where", "title", "url", "about"}
_TOP = {"name", "title", "hosts", "page", "currency", "listing", "review", "vendor"}


@dataclass(frozen=True)
class Value:
    """One way to find a text in an element."""

    select: Callable[[Any], list[Any]] | None
    attribute: str | None = None
    own: bool = False
    match: "re.Pattern[str] | None" = None
    without: Callable[[Any], list[Any]] | None = None
    decimal: bool = False
    count: bool = False

    def texts(self, element: Any) -> Iterator[str]:
        """Yield every text that it finds."""
        found = [element] if self.select is None else self.select(element)
        if self.count:
            yield str(len(found)) if found else ""
            return
        for one in found:
            if self.attribute is not None:
                text = str(one.get(self.attribute) or "").strip()
            elif self.own:
                text = " ".join(" ".join([one.text or "", *((child.tail or "") for child in one)]).split())
            else:
                text = said(one, self.without)
            if self.match is not None:
                matched = self.match.search(text[:_LONGEST])
                text = (matched[1] if matched.re.groups else matched[0]) if matched else ""
            if text:
                yield text[:_LONGEST]


Values = tuple[Value, ...]


@dataclass(frozen=True)
class Block:
    """What is read of each element that ``where`` finds: values by name, and rows of tiers."""

    rule: str
    where: Callable[[Any], list[Any]]
    card: bool
    values: dict[str, Values]
    tiers: tuple[tuple[Callable[[Any], list[Any]], dict[str, Values]], ...] = ()

    def text(self, element: Any, name: str) -> str:
        """The first text of that name, empty where there is none."""
        return _first(self.values.get(name, ()), element)[0]


@dataclass(frozen=True)
class Selectors:
    """One TOML of rules."""

    name: str
    hosts: tuple[str, ...]
    page: Callable[[Any], list[Any]] | None
    currency: str | None
    listing: tuple[Block, ...] = ()
    review: tuple[Block, ...] = ()
    vendor: tuple[Block, ...] = ()
    own: bool = field(default=False, compare=False)

    def serves(self, root: Any, url: str) -> bool:
        """Whether the page is one that the rules are for."""
        host = (urlsplit(url).hostname or "").lower()
        if self.hosts and not any(fnmatch.fnmatchcase(host, glob) for glob in self.hosts):
            return False
        return self.page is None or bool(self.page(root))

    def read(self, root: Any, url: str) -> Offered:
        """Everything that the rules find on a page."""
        offered = Offered()
        for block in self.listing:
            for element in block.where(root)[:MOST_LISTINGS]:
                listing = self._listing(block, element, url)
                if listing.title or listing.price:
                    offered.listings.append(listing)
        for block in self.review:
            for element in block.where(root)[:MOST_REVIEWS]:
                review = _review(block, element)
                if review.body or review.rating:
                    offered.reviews.append((block.rule, review))
        for block in self.vendor:
            for element in block.where(root)[:MOST_VENDORS]:
                if name := block.text(element, "title"):
                    address = urljoin(url, block.text(element, "url")) if block.text(element, "url") else url
                    offered.vendors.append(Vendor(block.rule, name, address, block.text(element, "about")))
        return offered

    def _listing(self, block: Block, element: Any, url: str) -> Listing:
        stated = block.text(element, "url")
        price, text = _price(block.values.get("price", ()), element, self.currency)
        listing = Listing(
            rule=block.rule,
            title=block.text(element, "title"),
            url=urljoin(url, stated) if stated else ("" if block.card else url),
            description=block.text(element, "description"),
            category=block.text(element, "category"),
            number=block.text(element, "number"),
            sku=block.text(element, "sku"),
            price=price,
            price_text=text,
            stock=block.text(element, "stock"),
            status=block.text(element, "status"),
            vendor=block.text(element, "vendor"),
            vendor_url=block.text(element, "vendor_url"),
            is_card=block.card,
        )
        currency = price.currency if price else self.currency
        for rows, values in block.tiers:
            for row in rows(element)[:MOST_TIERS]:
                if (tier := _tier(values, row, currency)) is not None:
                    listing.tiers.append(tier)
            if listing.tiers:
                break
        return listing


def _first(values: Values, element: Any) -> tuple[str, Value | None]:
    for value in values:
        for text in value.texts(element):
            return text, value
    return "", None


def _price(values: Values, element: Any, currency: str | None) -> tuple[Price | None, str]:
    """The first price that can be read, and its text; the first text where none can."""
    unread = ""
    for value in values:
        for text in value.texts(element):
            exact = decimal(text) if value.decimal else None
            price = Price(exact, currency) if exact is not None else read_price(text, currency)
            if price is not None:
                return price, text
            unread = unread or text
    return None, unread


def _tier(values: dict[str, Values], row: Any, currency: str | None) -> Tier | None:
    stated = _first(values.get("least", ()), row)[0]
    numbers = [int(number) for number in re.findall(r"\d{1,9}", stated.replace(",", ""))]
    if not numbers:
        return None
    most = numbers[1] if len(numbers) > 1 else None
    if last := re.search(r"\d{1,9}", _first(values.get("most", ()), row)[0]):
        most = int(last[0]) or None
    text = said(row)[:500]
    for kind, name in (("unit", "price"), ("total", "total")):
        price, _ = _price(values.get(name, ()), row, currency)
        if price is not None:
            return Tier(numbers[0], price, most, kind, text)
    off = re.search(r"\d{1,3}(?:[.,]\d{1,4})?", _first(values.get("percent_off", ()), row)[0])
    share = decimal(off[0].replace(",", ".")) if off else None
    return Tier(numbers[0], Price(share, None), most, "percent_off", text) if share is not None else None


def _review(block: Block, element: Any) -> Review:
    names = ("body", "author", "at", "rating", "best", "number")
    return Review(**{name: block.text(element, name) for name in names})


@cache
def shipped() -> tuple[Selectors, ...]:
    """The rules that come with stocktake, by name."""
    home = files(__package__) / "markup"
    texts = [(one.name, one.read_text("utf-8")) for one in home.iterdir() if one.name.endswith(".toml")]
    return tuple(read(text, name) for name, text in sorted(texts))


def read(text: str, file: str, *, own: bool = False) -> Selectors:
    """Rules of a TOML. Raises UserError with a sentence that names ``file`` and the place of the fault."""
    try:
        stated = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{file} is no TOML that can be read: {error}.") from error
    name = stated.get("name")
    _known(stated, _TOP, file)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise UserError(f'{file} needs a name = "…" of {_NAME_TOLD}.')
    currency = stated.get("currency")
    if currency is not None and currency_code(str(currency)) is None:
        raise UserError(f"{file}: {currency!r} is no code of a currency or asset that is known.")
    hosts = stated.get("hosts", [])
    if not isinstance(hosts, list) or not all(isinstance(host, str) for host in hosts):
        raise UserError(f"{file}: hosts must be a list of host names, * standing for any letters.")
    kinds = {"listing": _LISTING, "review": _REVIEW, "vendor": _VENDOR}
    blocks = {
        kind: tuple(
            _block(entry, known, f"{file}, {kind} {number}", name)
            for number, entry in enumerate(_tables(stated, kind, file), 1)
        )
        for kind, known in kinds.items()
    }
    if not any(blocks.values()):
        raise UserError(f"{file} has no [[listing]], [[review]] or [[vendor]].")
    page = stated.get("page")
    return Selectors(
        name=name,
        hosts=tuple(host.lower() for host in hosts),
        page=_selector(page, f"{file}, page") if page is not None else None,
        currency=currency_code(str(currency)) if currency is not None else None,
        own=own,
        **blocks,
    )


def _tables(stated: dict[str, Any], kind: str, file: str) -> list[dict[str, Any]]:
    found = stated.get(kind, [])
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise UserError(f"{file}: {kind} must be written as [[{kind}]].")
    return found


def _known(entry: dict[str, Any], known: set[str], place: str) -> None:
    if unknown := sorted(set(entry) - known):
        raise UserError(f"{place} has {unknown[0]!r}, which is not known there.")


def _block(entry: dict[str, Any], known: set[str], place: str, name: str) -> Block:
    _known(entry, known, place)
    if "where" not in entry:
        raise UserError(f'{place} needs where = "…", the selector of the elements that it reads.')
    own_name = entry.get("name", place.rpartition(", ")[2])
    if not isinstance(own_name, str) or not _NAME.fullmatch(own_name):
        raise UserError(f"{place}: the name must be of {_NAME_TOLD}.")
    plain = known - {"name", "where", "card", "tiers"}
    tiers = []
    for number, tier in enumerate(_tables(entry, "tiers", place), 1):
        inside = f"{place}, tiers {number}"
        _known(tier, _TIER, inside)
        if "rows" not in tier or "least" not in tier:
            raise UserError(f"{inside} needs rows and least.")
        values = {key: _values(tier[key], f"{inside}, {key}") for key in tier if key != "rows"}
        tiers.append((_selector(tier["rows"], f"{inside}, rows"), values))
    return Block(
        rule=f"{name}: {own_name}",
        where=_selector(entry["where"], f"{place}, where"),
        card=entry.get("card") is True,
        values={key: _values(entry[key], f"{place}, {key}") for key in entry if key in plain},
        tiers=tuple(tiers),
    )


def _values(stated: Any, place: str) -> Values:
    return tuple(_value(one, place) for one in (stated if isinstance(stated, list) else [stated]))


def _value(stated: Any, place: str) -> Value:
    entry = {"css": stated} if isinstance(stated, str) else stated
    if not isinstance(entry, dict) or not isinstance(entry.get("css"), str):
        raise UserError(f"{place} must be a selector, a list of them, or a table with css.")
    _known(entry, {"css", "match", "without", "decimal", "count"}, place)
    parted = _PSEUDO.fullmatch(entry["css"])
    css = parted["css"].strip() if parted else entry["css"]
    match = None
    if "match" in entry:
        try:
            match = re.compile(entry["match"])
        except (re.error, TypeError) as error:
            raise UserError(f"{place}: match is no regular expression that can be read: {error}.") from error
    return Value(
        select=_selector(css, place) if css else None,
        attribute=parted["attribute"] if parted else None,
        own=bool(parted and parted["own"]),
        match=match,
        without=_selector(entry["without"], place) if "without" in entry else None,
        decimal=entry.get("decimal") is True,
        count=entry.get("count") is True,
    )


def _selector(stated: Any, place: str) -> Callable[[Any], list[Any]]:
    if not isinstance(stated, str):
        raise UserError(f"{place} must be a CSS selector.")
    try:
        compiled = CSSSelector(stated, translator="html")
    except (SelectorError, XPathError) as error:
        raise UserError(f"{place}: {stated!r} is no CSS selector that can be read: {error}.") from error

    def select(element: Any) -> list[Any]:
        return [one for one in compiled(element) if isinstance(one.tag, str)]

    return select
