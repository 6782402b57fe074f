"""What the public saw: captures of both shops' pages before the search, as a crawler of the police kept them.

Pages are rendered from what is true at the day of the capture, in the markup of WooCommerce's and OpenCart's
usual themes, and written by warcio. On the first day both shops still ask their prices of before the rise of
January 2025 and offer goods that they no longer have when they are seized. On the second day one page is as
before, which the crawler keeps as a revisit.
"""

from __future__ import annotations

import gzip
import html
import io
import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from stocktake.demo import catalogue, opencart_orders, opencart_stock, woocommerce, woocommerce_stock
from stocktake.demo.tables import pounds
from stocktake.demo.trade import price_at, tiers_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stocktake.demo.catalogue import Listing

FILE = "shops-captured-2025.warc.gz"
DAYS = (datetime(2025, 1, 10, 9, 30, tzinfo=UTC), datetime(2025, 6, 20, 14, 5, tzinfo=UTC))
# Goods whose own pages were kept; of all others only their cards in the lists.
OWN_PAGES = ("pills-tesla", "vallies", "stardawg", "ket-needle", "xanax", "gummies")
_CRAWLER = "web-capture/1.4 (made up)"
_FIRST_OC_CATEGORY = 20


@dataclass(frozen=True)
class Gone:
    """Goods that a shop offered on the first day and no longer has in its tables: price in pence."""

    key: str
    number: int
    title: str
    price: int
    tiers: tuple[tuple[int, int], ...]
    category: str
    description: str


GONE = {
    "woo": Gone(
        "spice-cake", 9, "Spice Cake sampler - 5 slices", 2400, ((3, 2200), (10, 1950)), "Edibles",
        "Five slices, sealed twice. While the tin lasts.",
    ),
    "opencart": Gone(
        "tin-lantern", 49, "Tin Lantern mixed bag 3.5g", 3150, ((2, 2990), (5, 2750)), "Weed",
        "Whatever is left of the week in one bag.",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class _Goods:
    """One thing on sale as a page shows it; prices in pence."""

    key: str
    number: int
    sku: str
    title: str
    price: int
    most: int
    tiers: tuple[tuple[int, int], ...]
    category: str
    description: str


@dataclass(frozen=True)
class Page:
    """A page as it was captured."""

    url: str
    html: str
    at: datetime


def sold(site: str, at: datetime) -> list[_Goods]:
    """What a shop offers at that time, in the order of its lists; hidden goods are not offered."""
    found = []
    number = woocommerce_stock.FIRST_PRODUCT if site == "woo" else opencart_stock.FIRST_PRODUCT
    place = 0
    for listing in catalogue.LISTINGS:
        title = listing.woo_title if site == "woo" else listing.oc_title
        if not title:
            continue
        if listing.key not in ((*woocommerce_stock.HIDDEN,) if site == "woo" else ("shake",)):
            found.append(_goods(site, listing, title, number, place, at))
        place += 1
        number += 1 + (len(listing.variations) if site == "woo" else 0)
    if at < datetime(2025, 2, 1, tzinfo=UTC):
        gone = GONE[site]
        found.insert(3, _Goods(
            gone.key, gone.number, f"{'QB' if site == 'woo' else 'PG'}-X{gone.number}", gone.title,
            gone.price, gone.price, gone.tiers, gone.category, gone.description,
        ))  # fmt: skip
    return found


def _goods(site: str, listing: Listing, title: str, number: int, place: int, at: datetime) -> _Goods:
    prices = [price_at(v.price, site, at) for v in listing.variations] or [price_at(listing.price, site, at)]
    if site == "opencart":
        prices, title = prices[:1], opencart_stock.latin(title)
    sku = f"QB-{place + 1:03d}" if site == "woo" else f"PG-{number}"
    return _Goods(
        listing.key, number, sku, title, min(prices), max(prices), tuple(tiers_at(listing, site, at)),
        html.unescape(catalogue.CATEGORIES[listing.category]), listing.description,
    )  # fmt: skip


# WooCommerce


def _woo_amount(pence: int) -> str:
    return (
        '<span class="woocommerce-Price-amount amount"><bdi><span class="woocommerce-Price-currencySymbol">'
        f"&pound;</span>{pounds(pence)}</bdi></span>"
    )


def _woo_price(goods: _Goods) -> str:
    if goods.price == goods.most:
        return _woo_amount(goods.price)
    told = f"Price range: &pound;{pounds(goods.price)} through &pound;{pounds(goods.most)}"
    return (
        f'{_woo_amount(goods.price)} <span aria-hidden="true">&ndash;</span> {_woo_amount(goods.most)}'
        f'<span class="screen-reader-text">{told}</span>'
    )


def _woo_address(key: str) -> str:
    return f"http://{woocommerce_stock.ONION}/product/{key}/"


def _woo_head(title: str, more: str = "") -> str:
    return (
        '<!DOCTYPE html>\n<html lang="en-GB"><head><meta charset="UTF-8">'
        f"<title>{html.escape(title)} &#8211; {woocommerce.NAME}</title>"
        '<meta name="generator" content="WordPress 6.8.1"><meta name="generator" content="WooCommerce 9.9.5">'
        f"{more}</head>\n"
    )


def _woo_data(goods: _Goods) -> str:
    address = _woo_address(goods.key)
    seller = {"@type": "Organization", "name": woocommerce.NAME, "url": f"http://{woocommerce_stock.ONION}"}
    offer: dict[str, Any] = {"@type": "Offer", "priceSpecification": [{
        "@type": "UnitPriceSpecification", "price": pounds(goods.price), "priceCurrency": "GBP",
        "valueAddedTaxIncluded": "false", "validThrough": "2026-12-31"}]}  # fmt: skip
    if goods.price != goods.most:
        offer = {"@type": "AggregateOffer", "lowPrice": pounds(goods.price), "highPrice": pounds(goods.most),
                 "priceCurrency": "GBP"}  # fmt: skip
    offer |= {"availability": "https://schema.org/InStock", "url": address, "seller": seller}
    data = {
        "@context": "https://schema.org/", "@type": "Product", "@id": f"{address}#product",
        "name": goods.title, "url": address, "description": goods.description, "sku": goods.sku,
        "offers": [offer],
    }  # fmt: skip
    return f'<script type="application/ld+json">{json.dumps(data).replace("<", chr(92) + "u003C")}</script>'


def _woo_product(goods: _Goods) -> str:
    least = [(1, goods.price), *goods.tiers] if goods.tiers else []
    rows = "".join(
        f'<tr data-tiered-quantity="{quantity}" data-tiered-price="{pence / 100:g}"><td>{quantity}</td>'
        f"<td>{_woo_amount(pence)}</td></tr>"
        for quantity, pence in least
    )
    table = f'<table class="shop_table tiered-pricing-table"><tbody>{rows}</tbody></table>' if rows else ""
    sku = f'<span class="sku_wrapper">SKU: <span class="sku">{goods.sku}</span></span>'
    posted = f'<span class="posted_in">Category: <a rel="tag">{html.escape(goods.category)}</a></span>'
    return (
        _woo_head(goods.title, f'<link rel="canonical" href="{_woo_address(goods.key)}">')
        + f'<body class="single-product postid-{goods.number} woocommerce woocommerce-page">'
        f'<div id="product-{goods.number}" '
        f'class="product type-product post-{goods.number} status-publish instock">'
        '<div class="summary entry-summary">'
        f'<h1 class="product_title entry-title">{html.escape(goods.title)}</h1>'
        f'<p class="price">{_woo_price(goods)}</p><p class="stock in-stock">In stock</p>{table}'
        f'<form class="cart" method="post"><button type="submit" name="add-to-cart" value="{goods.number}">'
        f'Add to basket</button></form><div class="product_meta">{sku} {posted}</div></div>'
        f'<div class="woocommerce-Tabs-panel woocommerce-Tabs-panel--description" id="tab-description">'
        f"<p>{goods.description}</p></div></div>{_woo_data(goods)}"
        "<script>document.title = 'never run'</script></body></html>\n"
    )


def _woo_list(goods: list[_Goods]) -> str:
    cards = "\n".join(
        f'<li class="product type-product post-{one.number} status-publish instock">'
        f'<a href="{_woo_address(one.key)}" class="woocommerce-LoopProduct-link">'
        f'<h2 class="woocommerce-loop-product__title">{html.escape(one.title)}</h2>'
        f'<span class="price">{_woo_price(one)}</span></a>'
        f'<a href="?add-to-cart={one.number}" data-product_id="{one.number}" data-product_sku="{one.sku}" '
        'class="button add_to_cart_button">Add to basket</a></li>'
        for one in goods
    )
    return (
        _woo_head("Shop")
        + '<body class="archive post-type-archive-product woocommerce woocommerce-page"><h1>Shop</h1>'
        f'<ul class="products columns-3">\n{cards}\n</ul></body></html>\n'
    )


# OpenCart


def _oc_address(goods: _Goods, category: int) -> str:
    route = f"index.php?route=product/product&path={category}&product_id={goods.number}"
    return f"https://{opencart_stock.CLEARNET}/{route}"


def _oc_category(goods: _Goods) -> int:
    names = [html.unescape(name) for name in catalogue.CATEGORIES.values()]
    return _FIRST_OC_CATEGORY + (names.index(goods.category) if goods.category in names else 0)


def _oc_page(title: str, body: str) -> str:
    return (
        '<!DOCTYPE html>\n<html dir="ltr" lang="en"><head><meta charset="UTF-8" />'
        f'<title>{html.escape(title)}</title><base href="https://{opencart_stock.CLEARNET}/" /></head>\n'
        f'<body><div id="logo"><h1><a href="/">{opencart_orders.NAME}</a></h1></div>{body}</body></html>\n'
    )


def _oc_product(goods: _Goods) -> str:
    tiers = "".join(f"<li>{quantity} or more £{pounds(pence)}</li>" for quantity, pence in goods.tiers)
    bulk = f"<li><hr></li>{tiers}" if tiers else ""
    body = (
        '<div id="product-product" class="container"><div id="content" class="col-sm-12">'
        '<div class="tab-content"><div class="tab-pane active" id="tab-description">'
        f"<p>{html.escape(goods.description)}</p></div></div><h1>{html.escape(goods.title)}</h1>"
        f'<ul class="list-unstyled"><li>Product Code: PG{goods.number:03d}</li>'
        "<li>Availability: In Stock</li></ul>"
        f'<ul class="list-unstyled"><li><h2>£{pounds(goods.price)}</h2></li>'
        f'{bulk}</ul><div id="product"><input type="text" name="quantity" value="1" />'
        f'<input type="hidden" name="product_id" value="{goods.number}" /></div></div></div>'
    )
    return _oc_page(goods.title, body)


def _oc_list(name: str, goods: list[_Goods]) -> str:
    cards = "\n".join(
        '<div class="product-layout product-grid"><div class="product-thumb"><div class="caption">'
        f'<h4><a href="{html.escape(_oc_address(one, _oc_category(one)))}">{html.escape(one.title)}</a></h4>'
        f'<p>{html.escape(one.description[:60])}..</p><p class="price"> £{pounds(one.price)} </p></div>'
        f'<div class="button-group"><button type="button" onclick="cart.add(\'{one.number}\', \'1\');">'
        "<span>Add to Cart</span></button></div></div></div>"
        for one in goods
    )
    body = (
        '<div id="product-category" class="container"><div id="content"><h2>'
        f'{html.escape(name)}</h2><div class="row">{cards}</div></div></div>'
    )
    return _oc_page(name, body)


def pages(day: datetime) -> Iterator[Page]:
    """The pages in the order in which the crawler came to them, some seconds apart."""
    at = day
    woo, oc = sold("woo", day), sold("opencart", day)
    kept = {*OWN_PAGES, *(gone.key for gone in GONE.values())}
    kept_pages = [(f"http://{woocommerce_stock.ONION}/shop/", _woo_list(woo))]
    kept_pages += [(_woo_address(one.key), _woo_product(one)) for one in woo if one.key in kept]
    for category in dict.fromkeys(map(_oc_category, oc)):
        inside = [one for one in oc if _oc_category(one) == category]
        address = f"https://{opencart_stock.CLEARNET}/index.php?route=product/category&path={category}"
        kept_pages.append((address, _oc_list(inside[0].category, inside)))
    kept_pages += [(_oc_address(one, _oc_category(one)), _oc_product(one)) for one in oc if one.key in kept]
    delivery = f"https://{opencart_stock.CLEARNET}/index.php?route=information/information&information_id=2"
    kept_pages.append(
        (delivery, _oc_page("Delivery", "<p>Posted from the UK Mon-Fri. Lost post reshipped once.</p>"))
    )
    for url, text in kept_pages:
        yield Page(url, text, at)
        at += timedelta(seconds=7)


def _body(number: int, page: bytes) -> tuple[bytes, list[tuple[str, str]]]:
    """The page as the server sent it: by the number of its address packed, in chunks, both or neither."""
    headers = [("Content-Type", "text/html; charset=UTF-8")]
    if number % 3 == 1:
        page = gzip.compress(page, mtime=0)
        headers.append(("Content-Encoding", "gzip"))
    if number % 4 == 2:
        cut = len(page) // 2
        chunks = [page[:cut], page[cut:], b""]
        page = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
        headers.append(("Transfer-Encoding", "chunked"))
    else:
        headers.append(("Content-Length", str(len(page))))
    return page, headers


def write(seed: str) -> bytes:
    """The capture file: a WARC of both days, each record packed by itself."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version="1.1")
    number = 0
    digests: dict[str, tuple[str, str]] = {}

    def stated(at: datetime) -> dict[str, str]:
        nonlocal number
        number += 1
        name = uuid.uuid5(uuid.NAMESPACE_URL, f"{seed} record {number}")
        return {"WARC-Record-ID": f"<urn:uuid:{name}>", "WARC-Date": f"{at:%Y-%m-%dT%H:%M:%SZ}"}

    for day in DAYS:
        info = f"software: {_CRAWLER}\r\nformat: WARC File Format 1.1\r\noperator: Saltersby Constabulary\r\n"
        writer.write_record(
            writer.create_warc_record(
                FILE, "warcinfo", payload=io.BytesIO(info.encode()), length=len(info),
                warc_headers_dict=stated(day) | {"WARC-Filename": FILE},
                warc_content_type="application/warc-fields",
            )
        )  # fmt: skip
        for page in pages(day):
            body, headers = _body(sum(page.url.encode()), page.html.encode())
            headers = [("Date", f"{page.at:%a, %d %b %Y %H:%M:%S GMT}"), ("Server", "nginx"), *headers]
            answer = StatusAndHeaders("200 OK", headers, protocol="HTTP/1.1")
            ask = StatusAndHeaders(
                f"GET {page.url} HTTP/1.1", [("User-Agent", _CRAWLER)], is_http_request=True
            )
            writer.write_record(
                writer.create_warc_record(
                    page.url,
                    "request",
                    payload=io.BytesIO(),
                    length=0,
                    http_headers=ask,
                    warc_headers_dict=stated(page.at),
                )
            )
            before = digests.get(page.url)
            record = writer.create_warc_record(
                page.url,
                "response",
                payload=io.BytesIO(body),
                length=len(body),
                http_headers=answer,
                warc_headers_dict=stated(page.at),
            )
            writer.ensure_digest(record, block=False, payload=True)
            digest = record.rec_headers.get_header("WARC-Payload-Digest")
            if before and before[0] == digest:
                record = writer.create_revisit_record(
                    page.url,
                    digest,
                    page.url,
                    before[1],
                    http_headers=answer,
                    warc_headers_dict=stated(page.at),
                )
            else:
                digests[page.url] = (digest, f"{page.at:%Y-%m-%dT%H:%M:%SZ}")
            writer.write_record(record)
    return out.getvalue()


def facts() -> dict[str, Any]:
    """What is true of the capture: what was offered each day, and what the seized tables no longer have."""

    def listed(site: str, at: datetime) -> list[dict[str, Any]]:
        pages = {*OWN_PAGES, GONE[site].key}
        return [
            {
                "key": one.key, "number": one.number, "title": one.title, "price": pounds(one.price),
                "tiers": [
                    {"min_quantity": least, "price": pounds(pence)}
                    for least, pence in (one.tiers if one.key in pages else ())
                ],
            }
            for one in sold(site, at)
        ]  # fmt: skip

    hosts = {"woo": woocommerce_stock.ONION, "opencart": opencart_stock.CLEARNET}
    return {
        "file": FILE,
        "sites": {
            host: [{"day": f"{day:%Y-%m-%d}", "listings": listed(site, day)} for day in DAYS]
            for site, host in hosts.items()
        },
        "gone": {host: GONE[site].title for site, host in hosts.items()},
    }
