"""A capture file, or a page that a browser saved, to raw tables."""

import re
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Any, BinaryIO, cast

from stocktake.artefacts.captures import schema_org, structured
from stocktake.artefacts.captures.document import LARGEST_PAGE, parsed, said
from stocktake.artefacts.captures.found import Listing, Offered, Review, Vendor
from stocktake.artefacts.captures.identity import host_of, key_of, slug_of
from stocktake.artefacts.captures.prices import decimal
from stocktake.artefacts.captures.selectors import Selectors, shipped
from stocktake.artefacts.captures.tables import FAMILY, TABLES
from stocktake.artefacts.gathering import Gathering, utc
from stocktake.evidence import Capture, Item, Limits
from stocktake.evidence.captures import MOST_TOLD, Record, record_names, records
from stocktake.evidence.opening import Opening
from stocktake.records.raw import UnitWriter

# Rules in the order in which they are believed: the examiner's own, then what the shop says to machines.
_RANKS = {"schema.org JSON-LD": 1, "schema.org microdata": 2, "schema.org RDFa": 3}
_OWN, _MARKUP = 0, 4
_PAGE = re.compile(
    rb"(?is)\s{0,2000}(?:<!--.{0,4000}?-->\s{0,2000}){0,5}<(?:!doctype\s{1,20}html|html|head|body|title)\b"
)
_LONGEST_TEXT = 20_000


def read_file(form: str, item: Item, unit: UnitWriter, selectors: Sequence[Selectors]) -> None:
    """Read a capture file of that form; what it holds was told when its items were found."""
    rows = _Rows(unit, selectors)
    opening = cast("Opening", item.open)
    wrong = 0
    found = records(form, opening, Limits(), lambda *_: None, check_digests=True)
    for name, record in record_names(found):
        if record.digest == "differs":
            wrong += 1
            if wrong <= MOST_TOLD:
                unit.problem(
                    f"{record.capture.url}: {record.note}", offset=record.offset, length=record.length
                )
        path = f"{item.path}/{name}" if name else None
        page = _body(opening, record) if _may_be_page(record) else None
        rows.add(record, path, page)
    if wrong > MOST_TOLD:
        unit.problem(f"{wrong - MOST_TOLD} more records have a digest that is not the one that is stated")
    rows.finish()


def read_page(stream: BinaryIO, item: Item, unit: UnitWriter, selectors: Sequence[Selectors]) -> None:
    """Read a page that a browser saved by itself; its address is the one that it states."""
    rows = _Rows(unit, selectors)
    page = stream.read(LARGEST_PAGE)
    capture = item.capture or Capture("", None, None, "text/html")
    rows.add(Record("saved page", capture, 0, item.size, (), item.size), item.path, page)
    rows.finish()


def _may_be_page(record: Record) -> bool:
    capture = record.capture
    answered = capture.status is None or 200 <= capture.status < 300
    return bool(record.steps) and answered and (capture.is_page or capture.media_type in ("", "text/plain"))


def _body(opening: Opening, record: Record) -> bytes | None:
    """The page that a record holds; None where its bytes are none."""
    for step in record.steps or ():
        opening = opening.then(step)
    try:
        with closing(opening()) as stream:
            page = stream.read(LARGEST_PAGE)
    except OSError:
        return None
    return page if record.capture.is_page or _PAGE.match(page[: 1 << 14]) else None


class _Rows:
    """Adds rows to the unit's tables; ordinals of listings are counted here, as their table's are."""

    def __init__(self, unit: UnitWriter, selectors: Sequence[Selectors]) -> None:
        self._unit = unit
        self._rows = Gathering(unit, FAMILY, TABLES)
        self._selectors = (*selectors, *shipped())
        self._listings = 0
        self._failed = 0

    def finish(self) -> None:
        """Write what is held."""
        if self._failed > MOST_TOLD:
            self._unit.problem(f"{self._failed - MOST_TOLD} more pages could not be read to their end")
        self._rows.finish()

    def add(self, record: Record, path: str | None, page: bytes | None) -> None:
        """A record, and what its page offers."""
        capture = record.capture
        at = utc(capture.at) if capture.at else None
        title = software = None
        listings = self._listings
        url = capture.url
        try:
            root = parsed(page) if page else None
            if root is not None:
                url = url or _own_address(root)
                title, software = _title(root), _software(root)
                self._offered(offered(root, url, self._selectors), path, url, at)
        except (MemoryError, OSError):
            raise
        except Exception as error:  # one page that a library can't bear is not to cost the others
            self._failed += 1
            if self._failed <= MOST_TOLD:
                self._unit.problem(f"{url}: the page could not be read to its end ({type(error).__name__})")
        self._rows.add(
            "captures", item=path, kind=record.kind, url=url or None, host=host_of(url) or None,
            captured_at=at, status=capture.status, media_type=capture.media_type or None, size=record.size,
            record_id=record.record_id or None, ip=record.ip or None, digest=record.digest or None,
            note=record.note or None, page=page is not None, title=title, software=software,
            listings=self._listings - listings, _offset=record.offset, _length=record.length,
        )  # fmt: skip

    def _offered(self, offered: Offered, path: str | None, url: str, at: datetime | None) -> None:
        place = {"item": path, "host": host_of(url) or None, "captured_at": at}
        own = None
        for listing in offered.listings:
            self._listings += 1
            if not listing.is_card and own is None:
                own = self._listings
            self._listing(listing, url, place)
        for rule, review in offered.reviews:
            self._review(review, rule, own, place)
        for vendor in offered.vendors:
            self._rows.add(
                "captured_vendors", **place, rule=vendor.rule, name=vendor.name[:500], url=vendor.url or None,
                about=vendor.about[:_LONGEST_TEXT] or None,
            )  # fmt: skip

    def _listing(self, listing: Listing, url: str, place: Mapping[str, Any]) -> None:
        ordinal = self._listings
        price = listing.price
        rank = _RANKS.get(listing.rule, _OWN if _is_own(listing.rule, self._selectors) else _MARKUP)
        self._rows.add(
            "captured_listings", **place, url=url or None, rule=listing.rule, rank=rank, card=listing.is_card,
            listing_url=listing.url or None, number=listing.number[:100] or None,
            sku=listing.sku[:200] or None,
            key=key_of(listing.url, listing.number, listing.sku, listing.title) or None,
            slug=slug_of(listing.url) or None, title=listing.title[:1000] or None,
            description=listing.description[:_LONGEST_TEXT] or None, category=listing.category[:500] or None,
            price=f"{price.amount:f}" if price else None,
            price_most=f"{price.most:f}" if price and price.most is not None else None,
            currency=price.currency if price else None, price_text=listing.price_text[:500] or None,
            status=listing.status[:200] or None, stock=listing.stock[:50] or None,
            vendor=listing.vendor[:500] or None, vendor_url=listing.vendor_url[:2000] or None,
        )  # fmt: skip
        for tier in listing.tiers:
            self._rows.add(
                "captured_tiers", listing=ordinal, least=tier.least, most=tier.most, kind=tier.kind,
                price=f"{tier.price.amount:f}" if tier.price else None,
                currency=(tier.price.currency or (price.currency if price else None)) if tier.price else None,
                text=tier.text[:500] or None,
            )  # fmt: skip
        for review in listing.reviews:
            self._review(review, listing.rule, ordinal, place)

    def _review(self, review: Review, rule: str, listing: int | None, place: Mapping[str, Any]) -> None:
        rating = decimal(review.rating.replace(",", ".")[:20])
        self._rows.add(
            "captured_reviews", **place, listing=listing, rule=rule, author=review.author[:500] or None,
            at=_zoned(review.at), at_text=review.at[:100] or None,
            rating=f"{rating:f}" if rating is not None else None, best=review.best[:20] or None,
            body=review.body[:_LONGEST_TEXT] or None, number=review.number[:100] or None,
        )  # fmt: skip


def _is_own(rule: str, selectors: Sequence[Selectors]) -> bool:
    return any(one.own and rule.startswith(f"{one.name}: ") for one in selectors)


def offered(root: object, url: str, selectors: Sequence[Selectors]) -> Offered:
    """What the page offers by every rule that serves it."""
    nodes = list(structured.nodes(root))
    all_found = Offered(listings=list(schema_org.listings(nodes, url)))
    all_found.vendors += schema_org.vendors(all_found.listings, url)
    for one in selectors:
        if one.serves(root, url):
            found = one.read(root, url)
            all_found.listings += found.listings
            all_found.reviews += found.reviews
            all_found.vendors += found.vendors
            all_found.vendors += [
                Vendor(listing.rule, listing.vendor, listing.vendor_url)
                for listing in found.listings
                if listing.vendor
            ]
    return all_found


def _own_address(root: Any) -> str:
    """The address that a saved page gives itself, where nothing else states one."""
    for path in ("//link[@rel='canonical']/@href", "//meta[@property='og:url']/@content", "//base/@href"):
        for stated in root.xpath(path)[:1]:
            if re.match(r"(?i)https?://", stated.strip()):
                return str(stated.strip()[:4000])
    return ""


def _title(root: Any) -> str | None:
    found = root.xpath("//title")[:1]
    return said(found[0])[:1000] or None if found else None


def _software(root: Any) -> str | None:
    found = root.xpath("//meta[translate(@name, 'GENRATO', 'genrato')='generator']/@content")
    return "; ".join(" ".join(one.split()) for one in found[:5])[:300] or None


def _zoned(stated: str) -> datetime | None:
    """A time that states its zone, or a day; others can't be placed."""
    try:
        found = datetime.fromisoformat(stated.strip())
    except ValueError:
        return None
    if found.tzinfo is None:
        is_day = re.fullmatch(r"\d{4}-?\d\d-?\d\d", stated.strip())
        return found if is_day else None
    try:
        return utc(found.astimezone(UTC))
    except OverflowError:
        return None
