"""What a page offers: prices, structured data beside extruct's reading of it, theme markup, an examiner's selectors."""

import json
import time
from decimal import Decimal

import extruct
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from captured import case_of, rows, warc
from command import stocktake
from shop_case import new_case
from stocktake import demo
from stocktake.artefacts.captures import structured
from stocktake.artefacts.captures.document import decoded, parsed, said
from stocktake.artefacts.captures.identity import key_of, slug_of
from stocktake.artefacts.captures.prices import Price, read_price
from stocktake.artefacts.captures.selectors import read, shipped
from stocktake.commerce.tables import open_case
from stocktake.custody import exhibit
from stocktake.custody.verification import verify
from stocktake.errors import UserError
from stocktake.process import process


def _price(amount: str, currency: str | None, most: str | None = None) -> Price:
    return Price(Decimal(amount), currency, Decimal(most) if most else None)


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("£1,234.50", _price("1234.50", "GBP")), ("1.234,50 €", _price("1234.50", "EUR")),
        ("฿0.0123", _price("0.0123", "BTC")), ("0.01 BTC", _price("0.01", "BTC")), ("XBT 0.5", _price("0.5", "BTC")),
        ("from £5", _price("5", "GBP")), ("£5 – £9.50", _price("5", "GBP", "9.50")),
        ("5 - 10 €", _price("5", "EUR", "10")), ("£5 - 10", _price("5", "GBP", "10")),
        ("Price range: £10.00 through £50.00", _price("10.00", "GBP", "50.00")),
        ("1\u00a0234,50 zł", _price("1234.50", "PLN")), ("US$ 5.00", _price("5.00", "USD")), ("A$7", _price("7", "AUD")),
        ("1'234.50 CHF", _price("1234.50", "CHF")), ("5 mBTC", _price("0.005", "BTC")),
        ("2500 sats", _price("0.000025", "BTC")), ("0,005 XMR", _price("0.005", "XMR")),
        ("3.5g £12", _price("12", "GBP")), ("10 or more £5.00", _price("5.00", "GBP")),
        ("£9.50 (20% off)", _price("9.50", "GBP")), ("10g - £85.00 / 0.0021 BTC", _price("85.00", "GBP")),
        ("1.234 BTC", _price("1.234", "BTC")), ("£1.234", _price("1234", "GBP")), ("1.234 KWD", _price("1.234", "KWD")),
        ("1,23,456.78 INR", _price("123456.78", "INR")), ("€ 9,-", _price("9", "EUR")), ("£.50", _price("0.50", "GBP")),
        ("12,5", _price("12.5", None)), ("free", None), ("20% off", None), ("1.234,567.89", None), ("", None),
    ],
)  # fmt: skip
def test_prices_as_pages_write_them(text, price):
    assert read_price(text) == price


@given(st.decimals("0.01", "999999.99", places=2), st.sampled_from(["£{:,}", "{} GBP", "GBP {:,}", "{:,}£"]))
def test_every_price_in_pounds_is_read_exactly(amount, written):
    assert read_price(written.format(amount)) == Price(amount, "GBP")


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading_of_prices(text):
    found = read_price(text)
    assert found is None or isinstance(found.amount, Decimal)


MICRODATA = """<!doctype html><html><body><div itemscope itemtype="https://schema.org/Product" itemid="#p">
<h1 itemprop="name">Assam &amp; more</h1><img itemprop="image" src="/a.jpg"><span itemprop="sku">A-1</span>
<div itemprop="offers" itemscope itemtype="https://schema.org/Offer"><meta itemprop="price" content="4.50">
<meta itemprop="priceCurrency" content="GBP"><link itemprop="availability" href="https://schema.org/InStock"></div>
<div itemprop="review" itemscope itemtype="https://schema.org/Review"><span itemprop="author">Al</span>
<div itemprop="reviewRating" itemscope itemtype="https://schema.org/Rating"><span itemprop="ratingValue">4</span></div>
<time itemprop="datePublished" datetime="2025-01-02">2 Jan</time><p itemprop="reviewBody">good <b>tea</b></p></div>
</div></body></html>"""
RDFA = """<html><body vocab="https://schema.org/" typeof="Product"><h1 property="name">Mint</h1>
<div property="offers" typeof="Offer"><span property="price" content="3.20">three</span>
<meta property="priceCurrency" content="EUR"></div></body></html>"""


def test_microdata_is_read_as_extruct_reads_it():
    (theirs,) = extruct.extract(MICRODATA, syntaxes=["microdata"], base_url="http://x/")["microdata"]
    (ours,) = [node for syntax, node in structured.nodes(parsed(MICRODATA.encode())) if syntax == "microdata"]
    assert ours["name"] == [theirs["properties"]["name"]]
    offer = theirs["properties"]["offers"]["properties"]
    assert {name: ours["offers"][0][name] for name in offer} == {
        name: [value] for name, value in offer.items()
    }
    review = theirs["properties"]["review"]["properties"]
    assert [" ".join(review["reviewBody"].split())] == ours["review"][0]["reviewBody"]
    assert [review["datePublished"]] == ours["review"][0]["datePublished"]


def test_json_ld_of_every_form_is_read():
    product = {"@type": "Product", "name": "Tea"}
    for data in (
        product,
        [product],
        {"@graph": [product]},
        {"@type": ["Thing", "http://schema.org/Product"], "name": "Tea"},
    ):
        page = f"<html><script type='application/ld+json'>{json.dumps(data)}</script></html>"
        (node,) = [node for _, node in structured.nodes(parsed(page.encode())) if node]
        assert structured.first(node, "name") == "Tea"
        assert "Product" in structured.types(node)
    (node,) = [n for _, n in structured.nodes(parsed(RDFA.encode()))]
    assert structured.first(node, "name") == "Mint"
    for broken in ("{", "[" * 100_000, "null", '{"@type": 1e999}', "<!-- {} -->", '{"a":' * 900):
        list(structured.nodes(parsed(f"<script type='application/ld+json'>{broken}</script>".encode())))


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="<>/ abipdv=\"'itemscopy{}[]:,@", max_size=400))
def test_no_page_breaks_the_reading(text):
    root = parsed(f"<div itemscope>{text}".encode())
    if root is not None:
        list(structured.nodes(root))
        for one in shipped():
            one.read(root, "http://shop.example/")


def test_a_page_made_to_be_slow_is_read_in_linear_time():
    def seconds(n: int) -> float:
        page = b"<html><body>" + b"<div itemscope itemprop=a><p itemprop=b>x</p>" * n
        begun = time.process_time()
        list(structured.nodes(parsed(page)))
        return time.process_time() - begun

    seconds(100)
    assert seconds(20_000) < 200 * max(seconds(1_000), 0.005)


def test_text_is_decoded_as_it_was_meant():
    assert decoded("é".encode()) == "é"
    assert decoded(b"<meta charset=iso-8859-2>\xb3") == "<meta charset=iso-8859-2>ł"
    assert decoded(b"\x80") == "€"
    assert decoded("\ufeffé".encode("utf-16")) == "é" or decoded("é".encode("utf-16")) == "é"
    root = html.fromstring("<div>a<br>b<script>no()</script><style>no</style> <i>c</i>d<p>e</p>f</div>")
    assert said(root) == "a b cd e f"


def test_what_tells_a_listing():
    a = "https://s.example/index.php?route=product/product&path=20&product_id=50"
    assert (
        key_of(a, "", "", "")
        == key_of(a.replace("path=20", "path=31&sort=p.price"), "", "", "")
        == "product_id=50"
    )
    assert key_of("http://s.example/product/tea/?utm_source=x", "", "", "") == "/product/tea"
    assert key_of("http://s.example/", "7", "", "") == "number=7"
    assert len(key_of("http://s.example/" + "é" * 900, "", "", "")) < 130
    assert slug_of("http://s.example/product/gr%C3%BCn/") == "grün"
    assert key_of("http://[::1", "", "", "T") == "title=T"


# What a shop's pages give


def _page(body: str, head: str = "") -> bytes:
    return f"<!doctype html><html><head><title>t</title>{head}</head><body>{body}</body></html>".encode()


def _woo(tiers: str, price: str = "<p class='price'>£4.50</p>") -> bytes:
    return _page(
        "<div class='woocommerce'><div id='product-12' class='product type-product post-12 instock'>"
        f"<div class='summary'><h1 class='product_title'>Tea</h1>{price}{tiers}</div></div></div>"
    )


TIERS = {
    "tiered-pricing-table": "<div class='x'><div data-tiered-quantity='1' data-tiered-price='4.5'></div>"
    "<div data-tiered-quantity='10' data-tiered-price='4.025'></div><div data-tiered-quantity='50' data-tiered-price='4'></div></div>",
    "wdp": "<table class='wdp_pricing_table'><tbody><tr><td>10 - 49</td><td>10%</td><td>£4.02</td></tr>"
    "<tr><td>50+</td><td>11%</td><td><span class='amount'>£4.00</span></td></tr></tbody></table>",
    "flycart": "<table><tr class='bulk_table_row'><td class='wdr_bulk_range'>10 - 49</td><td><span class='wdr_table_discounted_value'>"
    "10%</span><span class='wdr_table_discounted_price'>£4.02</span></td></tr><tr class='bulk_table_row'>"
    "<td class='wdr_bulk_range'>50 +</td><td><span class='wdr_table_discounted_value'>11%</span></td></tr></table>",
    "rightpress": "<div class='rp_wcdpd_pricing_table'><table><tr><td><span class='rp_wcdpd_pricing_table_quantity'>10-49</span></td>"
    "<td><span class='amount'>£4.02</span></td></tr></table></div>",
}  # fmt: skip


@pytest.mark.parametrize(
    ("plugin", "expected"),
    [
        ("tiered-pricing-table", [(10, 49, "4.025", "unit"), (50, None, "4", "unit")]),
        ("wdp", [(10, 49, "4.02", "unit"), (50, None, "4.00", "unit")]),
        ("flycart", [(10, 49, "4.02", "unit"), (50, None, "11", "percent_off")]),
        ("rightpress", [(10, 49, "4.02", "unit")]),
    ],
)
def test_bulk_prices_of_the_usual_plugins_of_woocommerce(tmp_path, plugin, expected):
    path = tmp_path / "c.warc.gz"
    path.write_bytes(warc(("http://shop.example/product/tea/", _woo(TIERS[plugin]))))
    connection = case_of(path, tmp_path)
    found = rows(
        connection,
        "SELECT min_quantity, max_quantity, price, price_kind FROM price_tiers WHERE min_quantity > 1 ORDER BY 1",
    )
    assert found == [
        (Decimal(least), Decimal(most) if most else None, Decimal(price), kind)
        for least, most, price, kind in expected
    ]


def test_a_sale_and_a_range_give_the_price_that_is_asked(tmp_path):
    amount = "<span class='woocommerce-Price-amount amount'><bdi>£{}</bdi></span>"
    sale = f"<p class='price'><del>{amount.format('9.00')}</del> <ins>{amount.format('7.25')}</ins></p>"
    span = (
        f"<p class='price'>{amount.format('5.00')} – {amount.format('60.00')}"
        "<span class='screen-reader-text'>Price range: £5.00 through £60.00</span></p>"
    )
    path = tmp_path / "c.warc.gz"
    path.write_bytes(
        warc(
            ("http://shop.example/product/a/", _woo("", sale)),
            ("http://shop.example/product/b/", _woo("", span)),
        )
    )
    connection = case_of(path, tmp_path)
    assert rows(connection, "SELECT slug, price FROM listings ORDER BY 1") == [
        ("a", Decimal("7.25")),
        ("b", Decimal(5)),
    ]


def test_reviews_and_vendors_stand_once_however_often_they_were_captured(tmp_path):
    data = {
        "@type": "Product", "name": "Tea", "url": "http://m.example/item/5",
        "offers": {"@type": "Offer", "price": "0.0123", "priceCurrency": "BTC",
                   "seller": {"@type": "Organization", "name": "LeafLord", "url": "/v/LeafLord"}},
        "review": [{"@type": "Review", "author": {"name": "al"}, "reviewBody": "good", "datePublished": "2025-05-01T10:00:00+02:00",
                    "reviewRating": {"ratingValue": "4,5"}}],
    }  # fmt: skip
    page = _page("x", f"<script type='application/ld+json'>{json.dumps(data)}</script>")
    path = tmp_path / "c.warc.gz"
    path.write_bytes(
        warc(
            ("http://m.example/item/5", page),
            ("http://m.example/item/5", page + b" ", "2025-06-22T10:00:00Z"),
        )
    )
    connection = case_of(path, tmp_path)
    assert rows(
        connection, "SELECT author, rating, body, CAST(reviews.at AS VARCHAR), basis FROM reviews"
    ) == [("al", Decimal("4.5"), "good", "2025-05-01 08:00:00", "derived")]
    assert rows(connection, "SELECT kind, username, captured FROM accounts") == [("vendor", "LeafLord", True)]
    assert rows(
        connection,
        "SELECT price, currency, a.username FROM listings AS l JOIN accounts AS a ON a.account_id = l.vendor_account_id",
    ) == [(Decimal("0.0123"), "BTC", "LeafLord")]
    assert rows(connection, "SELECT count(*) FROM price_tiers WHERE captured") == [(2,)]
    assert rows(connection, "SELECT count(*) FROM completeness WHERE found <> mapped + set_aside") == [(0,)]
    assert rows(connection, "SELECT DISTINCT rule FROM listings") == [
        ("schema.org JSON-LD, artefacts/captures/listings.sql:2",)
    ]


MARKET = """
name = "hydra-like"
hosts = ["*.onion"]
currency = "XMR"

[[listing]]
name = "offer"
where = "div.offer"
title = "h3"
price = [".cost", { css = "::attr(data-cost)", decimal = true }]
number = { css = "a::attr(href)", match = 'id=(\\d+)' }
url = "a::attr(href)"
card = true
vendor = ".by"

[[listing.tiers]]
rows = "ul.bulk li"
least = "b"
price = "i"

[[review]]
where = "blockquote"
body = "p"
author = "cite"

[[vendor]]
where = "#seller"
title = "h1"
about = ".bio"
"""
MARKET_PAGE = _page(
    "<div class='offer' data-cost='0.5'><h3>Leaves</h3><a href='/o?id=77'>x</a><span class='by'>Lord</span>"
    "<ul class='bulk'><li><b>5+</b> <i>0.4 XMR</i></li></ul></div><blockquote><p>fine</p><cite>q</cite></blockquote>"
    "<div id='seller'><h1>Lord</h1><p class='bio'>since 2019</p></div>"
)


def test_an_examiner_s_selectors_are_taken_in_and_read_again_by(tmp_path):
    folder = tmp_path / "captures"
    folder.mkdir()
    host = "a" * 56 + ".onion"
    (folder / "c.warc.gz").write_bytes(warc((f"http://{host}/list", MARKET_PAGE)))
    (folder / "notes.txt").write_bytes(b"nothing")
    case = new_case(tmp_path)
    exhibit.add(case, folder, reference="KC/1")
    process(case)
    assert rows(open_case(case), "SELECT count(*) FROM listings") == [(0,)]
    stated = tmp_path / "market.toml"
    stated.write_text(MARKET, "utf-8")
    ran = stocktake("captures", case.path, "--selectors", stated, "--by", "DC 1", home=tmp_path)
    assert ran.code == 0, ran.err
    before = {path: path.stat().st_mtime_ns for path in case.raw.rglob("inspected-*/manifest.json")}
    assert process(case).exhibits == ["KC/1"]
    assert {path: path.stat().st_mtime_ns for path in case.raw.rglob("inspected-*/manifest.json")} == before
    connection = open_case(case)
    assert rows(connection, "SELECT title, price, currency, number, rule FROM listings") == [
        ("Leaves", Decimal("0.5"), "XMR", "77", "hydra-like: offer, artefacts/captures/listings.sql:2")
    ]
    assert rows(connection, "SELECT min_quantity, price FROM price_tiers ORDER BY 1") == [
        (Decimal(1), Decimal("0.5")), (Decimal(5), Decimal("0.4"))
    ]  # fmt: skip
    assert rows(connection, "SELECT username FROM accounts") == [("Lord",)]
    assert rows(connection, "SELECT body, author FROM reviews") == [("fine", "q")]
    assert rows(connection, "SELECT host, kind FROM site_names") == [(host, "onion")]
    assert "selectors" in case.ledger.read_text("utf-8")
    assert process(case).exhibits == []
    (kept,) = (case.path / "review").glob("selectors-*.toml")
    kept.write_text(MARKET + "# changed\n", "utf-8")
    assert any("selectors" in failure.message for failure in verify(case).failures)
    with pytest.raises(UserError, match="changed since they were taken in"):
        process(case)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x", "no TOML"), ('name = "a/b"\n[[listing]]\nwhere = "p"', "needs a name"), ('name = "a"', "has no"),
        ('name = "a"\n[[listing]]\ntitle = "h1"', "needs where"), ('name = "a"\n[[listing]]\nwhere = "p["', "no CSS selector"),
        ('name = "a"\n[[listing]]\nwhere = "p"\ntitel = "h1"', "'titel', which is not known"),
        ('name = "a"\n[[listing]]\nwhere = "p"\ntitle = { css = "", match = "(" }', "no regular expression"),
        ('name = "a"\ncurrency = "Q"\n[[listing]]\nwhere = "p"', "no code of a currency"),
        ('name = "a"\n[listing]\nwhere = "p"', "written as [[listing]]"),
    ],
)  # fmt: skip
def test_selectors_that_can_t_be_read_are_refused_in_one_sentence(text, told, tmp_path):
    with pytest.raises(UserError) as refused:
        read(text, "m.toml")
    assert told in str(refused.value)
    (tmp_path / "m.toml").write_text(text, "utf-8")
    case = new_case(tmp_path)
    ran = stocktake("captures", case.path, "--selectors", tmp_path / "m.toml", "--by", "X", home=tmp_path)
    assert ran.code == 2


def test_nothing_on_a_page_is_run_or_fetched(tmp_path, monkeypatch):
    import socket

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a page made stocktake open a connection")

    page = _page(
        "<div class='woocommerce'><div class='product type-product'><h1>x</h1><img src='http://127.0.0.1:9/i'>"
        "<script>while (true) {}</script><svg onload='x()'></svg></div></div>",
        "<base href='http://127.0.0.1:9/'><link rel='stylesheet' href='http://127.0.0.1:9/s'>"
        '<script type=\'application/ld+json\'>{"@context":"http://127.0.0.1:9/c","@type":"Product","name":"<script>1</script>"}',
    )
    page = (
        b"<!DOCTYPE html SYSTEM 'http://127.0.0.1:9/d' [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>"
        + page
        + b"&e;"
    )
    path = tmp_path / "c.warc.gz"
    path.write_bytes(warc(("http://shop.example/p", page)))
    monkeypatch.setattr(socket.socket, "connect", refuse)
    connection = case_of(path, tmp_path)
    assert rows(connection, "SELECT count(*) FROM items WHERE url = 'http://shop.example/p'") == [(1,)]
    assert "root:" not in str(rows(connection, "SELECT title, description FROM listings"))


# The demo's capture, against its truth and beside the seized tables of one of the shops


def test_the_demo_s_capture_against_the_seized_tables(tmp_path):
    laid_out = {one.reference: one.path for one in demo.lay_out(tmp_path / "exhibits")}
    known = demo.known_captures()
    connection = case_of(laid_out["KC/2"], tmp_path, laid_out["KC/5"])
    assert (
        rows(
            connection, "SELECT severity, message FROM problems WHERE exhibit = 'KC/2' AND severity = 'error'"
        )
        == []
    )
    for host, days in known["sites"].items():
        for day in days:
            told = dict(rows(
                connection,
                "SELECT l.number, p.price FROM price_tiers AS p JOIN listings AS l ON l.listing_id = p.listing_id "
                f"WHERE l.site_id = 'site:KC/2/captures/{host}' AND p.min_quantity = 1 AND p.captured "
                f"AND CAST(p.captured_at AS DATE) = DATE '{day['day']}'",
            ))  # fmt: skip
            assert told == {str(one["number"]): Decimal(one["price"]) for one in day["listings"]}, host
            tiers = rows(
                connection,
                "SELECT l.number, p.min_quantity, p.price FROM price_tiers AS p "
                "JOIN listings AS l ON l.listing_id = p.listing_id "
                f"WHERE l.site_id = 'site:KC/2/captures/{host}' AND p.min_quantity > 1 AND p.captured "
                f"AND CAST(p.captured_at AS DATE) = DATE '{day['day']}' ORDER BY ALL",
            )
            assert sorted(tiers) == sorted(
                (str(one["number"]), Decimal(tier["min_quantity"]), Decimal(tier["price"]))
                for one in day["listings"]
                for tier in one["tiers"]
            )
    assert rows(connection, "SELECT count(*) FROM items WHERE url LIKE '%information_id=2'") == [(2,)], (
        "one is a revisit"
    )

    from stocktake.findings.figures import evaluate, explain, figures

    host = "pedlarsgate.example"
    seen = rows(
        connection,
        f"SELECT verdict, CAST(captured_at AS DATE) < DATE '2025-02-01' AS early, count(*), bool_and(matched_by = 'number') "
        f"FROM ({figures()['seen-and-stored'].sql}) WHERE host = '{host}' GROUP BY 1, 2 ORDER BY 1, 2",
    )
    first, second = (
        sum(1 + len(one["tiers"]) for one in day["listings"] if one["title"] != known["gone"][host])
        for day in known["sites"][host]
    )
    assert seen == [
        ("another price", True, first, True), ("gone from the server", True, 3, None), ("the same price", False, second, True)
    ]  # fmt: skip
    gone = next(
        row
        for row in evaluate(connection, "seen-and-stored", by=["verdict", "host", "title"])
        if row["verdict"].startswith("gone")
    )
    assert gone["title"] == known["gone"][host]
    assert (
        explain(connection, gone.reference).subjects == (f"listing:KC/2/captures/{host}/product_id=49",) * 3
    )
    # Orders and stored listings are what they are without the capture.
    stored = [
        row
        for row in evaluate(connection, "listings-by-status", by=["site_id"])
        if "captures" in row["site_id"]
    ]
    assert stored == []
    assert evaluate(connection, "sites", by=[]).rows[0]["count"] == 1
