"""The goods, pages and settings of the made-up WooCommerce shop."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import timedelta
from importlib import resources
from typing import TYPE_CHECKING

from stocktake.demo import catalogue, clock, identifiers, php
from stocktake.demo.tables import pounds, trimmed
from stocktake.demo.trade import COUPONS, OPERATOR_KEY, WALLET, price_at, tiers_at
from stocktake.demo.wordpress import Post, Site, token

if TYPE_CHECKING:
    from stocktake.demo.catalogue import Listing

ONION = identifiers.onion_v3("stocktake demo quillbarrow")
CLEARNET = "quillbarrow.example"
SETTINGS = tomllib.loads((resources.files("stocktake.demo") / "quillbarrow.toml").read_text(encoding="utf-8"))
VERSION: str = SETTINGS["options"]["woocommerce_version"]
HIDDEN = ("thai", "oxy")

_SIMPLE, _VARIABLE, _FIRST_CATEGORY, _FIRST_WEIGHT = 2, 3, 5, 30
FIRST_PRODUCT, _FIRST_PICTURE, _FIRST_PAGE, _FIRST_REVISION, _FIRST_COUPON = 10, 400, 420, 440, 460
_PICTURES = 12


def _filled(text: str) -> str:
    words = {
        "onion": ONION,
        "clearnet": CLEARNET,
        "btcpay": identifiers.onion_v3("stocktake demo btcpay"),
        "pgp": OPERATOR_KEY.public_block(),
        "wallet": WALLET.serialised(),
        "cold": identifiers.p2pkh("cold"),
        "old": identifiers.p2sh("cold"),
    }
    text = re.sub(r"\{token:([^:}]+):(\d+)\}", lambda found: token(found[1], int(found[2])), text)
    return re.sub(r"\{(\w+)\}", lambda found: words.get(found[1], found[0]), text)


def settings(site: Site) -> None:
    """Options, shipping zones, and what is left of caches."""
    for name, value in SETTINGS["options"].items():
        site.option(name, _filled(value))
    for name, value in SETTINGS["serialised"].items():
        site.option(name, php.serialize(value))
    for number in range(40):
        name = token(f"transient {number}", 10).lower()
        site.option(f"_transient_timeout_wc_var_prices_{name}", str(1752631200 + number), "no")
        cached = json.dumps({"version": str(1752500000 + number), "price": []})
        site.option(f"_transient_wc_var_prices_{name}", cached, "no")
    add = site.tables.add
    for number in range(1, 6):
        method = "free_shipping" if number == 3 else "flat_rate"
        add(
            "woocommerce_shipping_zone_methods",
            zone_id=2 if number == 5 else 1,
            instance_id=number,
            method_id=method,
            method_order=number,
            is_enabled=1,
        )
    for number, zone, code, kind in ((1, "UK", "GB", "country"), (2, "Europe", "EU", "continent")):
        add("woocommerce_shipping_zones", zone_id=number, zone_name=zone, zone_order=number)
        add(
            "woocommerce_shipping_zone_locations",
            location_id=number,
            zone_id=number,
            location_code=code,
            location_type=kind,
        )
    for slug in ("reduced-rate", "zero-rate"):
        add("wc_tax_rate_classes", name=slug.replace("-", " ").capitalize(), slug=slug)


def slug_of(label: str) -> str:
    """A label as WordPress puts it into addresses."""
    return re.sub("[^a-z0-9]+", "-", label.lower()).strip("-")


def _terms(site: Site) -> dict[str, int]:
    """Categories and weights; the number of each weight."""
    for number, (name, taxonomy) in enumerate(
        (
            ("Uncategorized", "category"),
            ("simple", "product_type"),
            ("variable", "product_type"),
            ("main-menu", "nav_menu"),
            *((name, "product_cat") for name in catalogue.CATEGORIES.values()),
        ),
        1,
    ):
        site.term(number, name, slug_of(name.replace("&amp;", "")), taxonomy)
    site.tables.add(
        "woocommerce_attribute_taxonomies",
        attribute_id=1,
        attribute_name="weight",
        attribute_label="Weight",
        attribute_type="select",
        attribute_orderby="menu_order",
        attribute_public=0,
    )
    labels = dict.fromkeys(v.label for listing in catalogue.LISTINGS for v in listing.variations)
    numbers = {label: number for number, label in enumerate(labels, _FIRST_WEIGHT)}
    for label, number in numbers.items():
        site.term(number, label, slug_of(label), "pa_weight")
    return numbers


def _tier_metas(listing: Listing) -> list[tuple[str, str | int]]:
    """The bulk prices as the plugin "Tiered Pricing Table" keeps them."""
    if listing.tiers:
        rules: php.Value = {least: trimmed(unit) for least, unit in tiers_at(listing, "woo", clock.CLOSED)}
        return [
            ("_tiered_price_rules_type", "fixed"),
            ("_fixed_price_rules", php.serialize(rules)),
            ("_percentage_price_rules", "a:0:{}"),
        ]
    if listing.percent_tiers:
        shares: php.Value = {least: str(off) for least, off in listing.percent_tiers}
        return [
            ("_tiered_price_rules_type", "percentage"),
            ("_fixed_price_rules", "a:0:{}"),
            ("_percentage_price_rules", php.serialize(shares)),
        ]
    return []


def _product(site: Site, number: int, place: int, listing: Listing) -> Post:
    """One product without its variations; the post, for the variations to follow."""
    now = clock.CLOSED
    hidden = listing.key in HIDDEN
    stock, sku = 20 + place * 37 % 400, f"QB-{place + 1:03d}"
    post = Post(
        number,
        "product",
        clock.WOO_OPENED - timedelta(days=5) + timedelta(days=place * 4 % 60, minutes=place),
        listing.woo_title,
        f"<p>{listing.description}</p>\r\n<p><strong>{SETTINGS['options']['blogdescription']}.</strong></p>",
        "draft" if hidden else "publish",
        author=1 + place % 2,
        excerpt=listing.description.split(".", maxsplit=1)[0] + ".",
        name=listing.key,
        changed=now - timedelta(days=place * 3 % 170 + 1),
    )
    site.post(post)
    prices = [price_at(v.price, "woo", now) for v in listing.variations]
    metas: list[tuple[str, str | int]] = [
        ("_sku", sku),
        ("total_sales", 0),
        ("_tax_status", "taxable"),
        ("_manage_stock", "yes"),
        ("_backorders", "no"),
        ("_stock", stock),
        ("_stock_status", "outofstock" if hidden else "instock"),
        ("_weight", listing.grams),
        ("_product_version", VERSION),
        ("_thumbnail_id", _FIRST_PICTURE + place % _PICTURES),
    ]
    if prices:
        attribute: dict[str, php.Value] = {"name": "pa_weight", "value": "", "position": 0}
        flags: dict[str, php.Value] = {"is_visible": 1, "is_variation": 1, "is_taxonomy": 1}
        metas.append(("_product_attributes", php.serialize({"pa_weight": attribute | flags})))
        metas += [("_price", trimmed(price)) for price in prices]
    else:
        prices = [price_at(listing.price, "woo", now)]
        metas += [("_regular_price", trimmed(prices[0])), ("_price", trimmed(prices[0]))]
    site.meta(number, metas + _tier_metas(listing))
    site.tables.add(
        "wc_product_meta_lookup",
        product_id=number,
        sku=sku,
        min_price=pounds(min(prices)),
        max_price=pounds(max(prices)),
        stock_quantity=stock,
        stock_status="instock",
        total_sales=0,
    )
    return post


def products(site: Site) -> None:
    """Products with their variations, categories, bulk prices and pictures."""
    weights = _terms(site)
    category = {key: number for number, key in enumerate(catalogue.CATEGORIES, _FIRST_CATEGORY)}
    number = FIRST_PRODUCT
    for place, listing in enumerate(item for item in catalogue.LISTINGS if item.woo_title):
        site.products[listing.key] = number
        post = _product(site, number, place, listing)
        site.related(number, category[listing.category], _VARIABLE if listing.variations else _SIMPLE)
        for order, variation in enumerate(listing.variations, 1):
            number += 1
            site.variations[listing.key, variation.label] = number
            site.post(
                Post(
                    number,
                    "product_variation",
                    post.at,
                    f"{listing.woo_title} - {variation.label}",
                    parent=post.number,
                    order=order,
                    excerpt=f"Weight: {variation.label}",
                    name=f"{listing.key}-{order}",
                    changed=post.changed,
                )
            )
            price = trimmed(price_at(variation.price, "woo", clock.CLOSED))
            site.meta(
                number,
                [
                    ("attribute_pa_weight", slug_of(variation.label)),
                    ("_sku", f"QB-{place + 1:03d}-{order}"),
                    ("_regular_price", price),
                    ("_price", price),
                    ("_weight", variation.grams),
                    ("_stock_status", "instock"),
                ],
            )
            site.related(number, _SIMPLE)
            site.tables.add(
                "wc_product_attributes_lookup",
                product_id=number,
                product_or_parent_id=post.number,
                taxonomy="pa_weight",
                term_id=weights[variation.label],
                is_variation_attribute=1,
                in_stock=1,
            )
        number += 1
    if number > _FIRST_PICTURE:
        raise ValueError("the numbers of products reach those of pictures")
    _pictures(site)


def _pictures(site: Site) -> None:
    for index in range(_PICTURES):
        number, name = _FIRST_PICTURE + index, f"IMG_{4410 + index}"
        at = clock.WOO_OPENED - timedelta(days=6, minutes=index)
        site.post(
            Post(number, "attachment", at, name, status="inherit", name=name.lower(), mime="image/jpeg")
        )
        file = f"2023/05/{name}.jpg"
        camera: php.Value = {"camera": "Made-up Phone 12", "created_timestamp": "1684400000"}
        described = php.serialize({"width": 4032, "height": 3024, "file": file, "image_meta": camera})
        site.meta(number, [("_wp_attached_file", file), ("_wp_attachment_metadata", described)])


def pages(site: Site) -> None:
    """Pages, an unpublished one among them; earlier wordings of some goods; coupons."""
    for index, page in enumerate(SETTINGS["pages"]):
        at = clock.WOO_OPENED - timedelta(days=8, minutes=index)
        status = page.get("status", "publish")
        text = _filled(page["text"])
        site.post(Post(_FIRST_PAGE + index, "page", at, page["title"], text, status, name=page["name"]))
    # A revision is how WordPress keeps what a page said before: here, what the bulk prices used to be.
    for index, key in enumerate(("pills-tesla", "vallies", "stardawg", "ket-needle")):
        listing = next(item for item in catalogue.LISTINGS if item.key == key)
        tiers = ", ".join(f"{least}+ £{trimmed(unit)} each" for least, unit in listing.tiers)
        text = f"<p>{listing.description} Now {tiers or f'£{trimmed(listing.price)} a g'}.</p>"
        site.post(
            Post(
                _FIRST_REVISION + index,
                "revision",
                clock.WOO_OPENED + timedelta(days=30 + index),
                listing.woo_title,
                text,
                "inherit",
                name=f"{site.products[key]}-revision-v1",
                parent=site.products[key],
            )
        )
    for number, (code, percent) in enumerate(COUPONS.items(), _FIRST_COUPON):
        name = code.lower()
        at = clock.WOO_OPENED
        site.post(Post(number, "shop_coupon", at, name, name=name, excerpt=f"{percent}% off"))
        amount: list[tuple[str, str | int]] = [("discount_type", "percent"), ("coupon_amount", percent)]
        site.meta(number, [*amount, ("individual_use", "no"), ("usage_count", 0)])
