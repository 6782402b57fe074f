"""The goods and settings of the made-up OpenCart shop."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from datetime import timedelta
from importlib import resources
from typing import TYPE_CHECKING

from stocktake.demo import catalogue, clock, identifiers
from stocktake.demo.tables import Tables, pounds
from stocktake.demo.trade import (
    COUPONS,
    OPERATOR_KEY,
    SALE,
    SALE_KEYS,
    WALLET,
    price_at,
    sale_price,
    tiers_at,
    wholesale_price,
)

if TYPE_CHECKING:
    from stocktake.demo.catalogue import Listing

ONION_SEED = "stocktake demo pedlarsgate"
ONION = identifiers.onion_v3(ONION_SEED)
CLEARNET = "pedlarsgate.example"
SETTINGS = tomllib.loads((resources.files("stocktake.demo") / "pedlarsgate.toml").read_text(encoding="utf-8"))
NEVER = "0000-00-00"
ADMIN_EMAIL: str = SETTINGS["settings"]["config"]["config_email"]
# login, shown name, e-mail, group, last address
STAFF = (
    ("keeper", "Keeper", ADMIN_EMAIL, 1, "203.0.113.77"),
    ("moss", "Moss", "moss@saltbox.example.net", 2, "198.51.100.23"),
    ("tab", "Tab", "tab@cipherbox.example.net", 2, "192.0.2.61"),
)

_FIRST_CATEGORY, FIRST_PRODUCT, _FIRST_WEIGHT = 20, 50, 60


def latin(text: str) -> str:
    """The text as this shop's database holds it: what Windows-1252 lacks has become a question mark."""
    return text.encode("cp1252", "replace").decode("cp1252")


def entities(text: str) -> str:
    """OpenCart keeps what comes from a form with HTML's special characters escaped."""
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")


def money(pence: int) -> str:
    """Pence as the shop's DECIMAL(15,4)."""
    return pounds(pence) + "00"


def hashed_password(salt: str, password: str) -> str:
    """OpenCart 2 and 3: sha1(salt + sha1(salt + sha1(password)))."""

    def sha1(text: str) -> str:
        return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()

    return sha1(salt + sha1(salt + sha1(password)))


def digest(text: str, length: int) -> str:
    """Hexadecimal digits as keys and tokens are made of."""
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def _filled(text: str) -> str:
    words = {
        "onion": ONION,
        "clearnet": CLEARNET,
        "pgp": OPERATOR_KEY.public_block(),
        "wallet": WALLET.serialised(),
    }
    return re.sub(r"\{(\w+)\}", lambda found: words.get(found[1], found[0]), text)


def settings(tables: Tables) -> None:
    """Settings, vocabulary, staff, coupons and pages."""
    number = 0
    for code, values in SETTINGS["settings"].items():
        for key, value in values.items():
            number += 1
            is_list = isinstance(value, list)
            text = json.dumps(value, separators=(",", ":")) if is_list else _filled(value)
            tables.add(
                "setting",
                setting_id=number,
                store_id=0,
                code=code,
                key=key,
                value=text,
                serialized=int(is_list),
            )
    for table, found in SETTINGS["rows"].items():
        for row in found:
            tables.add(table, **row)
    for status, name in SETTINGS["order_status"].items():
        tables.add("order_status", order_status_id=int(status), language_id=1, name=name)
    for iso, (country, name) in SETTINGS["countries"].items():
        tables.add("country", country_id=country, name=name, iso_code_2=iso, address_format="", status=1)
    for number, (login, first, email, group, ip) in enumerate(STAFF, 1):
        salt = digest(f"salt {login}", 9)
        tables.add(
            "user",
            user_id=number,
            user_group_id=group,
            username=login,
            password=hashed_password(salt, f"made-up {login}"),
            salt=salt,
            firstname=first,
            lastname="",
            email=email,
            image="",
            code="",
            ip=ip,
            status=1,
            date_added=clock.local_text(clock.OC_OPENED - timedelta(days=6 - number)),
        )
    for number, (code, percent) in enumerate(COUPONS.items(), 1):
        tables.add(
            "coupon",
            coupon_id=number,
            name=f"{code} {percent}%",
            code=code,
            type="P",
            discount=money(percent * 100),
            logged=0,
            shipping=0,
            total="0.0000",
            date_start="2024-02-05",
            date_end=NEVER,
            uses_total=0,
            uses_customer="",
            status=1,
            date_added="2024-02-05 12:00:00",
        )
    for number, page in enumerate(SETTINGS["information"], 1):
        shown = int(not page.get("hidden", False))
        tables.add("information", information_id=number, bottom=1, sort_order=number, status=shown)
        tables.add(
            "information_description",
            information_id=number,
            language_id=1,
            title=page["title"],
            description=entities(f"<p>{_filled(page['text'])}</p>"),
            meta_title=page["title"],
            meta_description="",
            meta_keyword="",
        )


def product_tiers(listing: Listing) -> list[tuple[int, int, int, str, str]]:
    """Bulk prices as the shop keeps them: group, least quantity, price of one in pence, from, until."""
    found = []
    for least, unit in tiers_at(listing, "opencart", clock.CLOSED):
        found.append((1, least, unit, NEVER, NEVER))
        found.append((2, least, wholesale_price(unit), NEVER, NEVER))
        if listing.key in ("pills-tesla", "vallies"):
            before = dict(tiers_at(listing, "opencart", clock.OC_OPENED))[least]
            found.append((1, least, before, "2024-02-05", "2024-03-31"))
    return found


def product_special(listing: Listing) -> tuple[int, str, str] | None:
    """A price for a time: pence, from, until."""
    if listing.key in SALE_KEYS:
        return sale_price(listing, SALE[0]), f"{SALE[0]:%Y-%m-%d}", f"{SALE[1]:%Y-%m-%d}"
    return None


def base_price(listing: Listing) -> int:
    """The price in the product's own row, in pence: that of the least weight, where it has weights."""
    return price_at(
        listing.variations[0].price if listing.variations else listing.price, "opencart", clock.CLOSED
    )


def _categories(tables: Tables) -> dict[str, int]:
    numbers = {key: number for number, key in enumerate(catalogue.CATEGORIES, _FIRST_CATEGORY)}
    for key, number in numbers.items():
        tables.add(
            "category",
            category_id=number,
            image="",
            parent_id=0,
            top=1,
            column=1,
            sort_order=0,
            status=1,
            date_added="2024-02-01 11:00:00",
            date_modified="2024-02-01 11:00:00",
        )
        tables.add(
            "category_description",
            category_id=number,
            language_id=1,
            name=catalogue.CATEGORIES[key],
            description="",
            meta_title=key,
            meta_description="",
            meta_keyword="",
        )
        tables.add("category_to_store", category_id=number, store_id=0)
        tables.add("category_path", category_id=number, path_id=number, level=0)
    return numbers


def _product(tables: Tables, product: int, listing: Listing) -> None:
    place = product - FIRST_PRODUCT
    added = clock.OC_OPENED - timedelta(days=3) + timedelta(hours=place * 9)
    title = entities(latin(listing.oc_title))
    tables.add(
        "product",
        product_id=product,
        model=f"PG{product:03d}",
        sku=f"PG-{product}",
        upc="",
        ean="",
        jan="",
        isbn="",
        mpn="",
        location="",
        quantity=40 + place * 53 % 500,
        stock_status_id=7,
        image=f"catalog/p/{listing.key}.jpg" if place % 5 else None,
        manufacturer_id=0,
        shipping=1,
        price=money(base_price(listing)),
        points=0,
        tax_class_id=0,
        date_available="2024-02-05" if place % 4 else NEVER,
        weight=listing.grams,
        weight_class_id=2,
        length_class_id=1,
        subtract=1,
        minimum=1,
        sort_order=place,
        status=int(listing.key != "shake"),
        viewed=place * 311 % 9000,
        date_added=clock.local_text(added),
        date_modified=clock.local_text(clock.CLOSED - timedelta(days=place * 5 % 120 + 1)),
    )
    tables.add(
        "product_description",
        product_id=product,
        language_id=1,
        name=title,
        description=entities(latin(f"<p>{listing.description}</p>")),
        tag="",
        meta_title=title,
        meta_description="",
        meta_keyword="",
    )
    tables.add("product_to_store", product_id=product, store_id=0)


def products(tables: Tables) -> tuple[dict[str, int], dict[tuple[str, str], tuple[int, int]]]:
    """Products with bulk prices, prices for a time, and weights as options.

    Returns the product of each listing, and the product option and its value of each listing and weight.
    """
    numbers: dict[str, int] = {}
    options: dict[tuple[str, str], tuple[int, int]] = {}
    categories = _categories(tables)
    labels = dict.fromkeys(v.label for listing in catalogue.LISTINGS for v in listing.variations)
    weights = {label: number for number, label in enumerate(labels, _FIRST_WEIGHT)}
    for label, number in weights.items():
        tables.add("option_value", option_value_id=number, option_id=13, image="", sort_order=number)
        tables.add(
            "option_value_description", option_value_id=number, language_id=1, option_id=13, name=label
        )
    discounts = specials = option = value = 0
    sold = [listing for listing in catalogue.LISTINGS if listing.oc_title]
    for product, listing in enumerate(sold, FIRST_PRODUCT):
        numbers[listing.key] = product
        _product(tables, product, listing)
        tables.add("product_to_category", product_id=product, category_id=categories[listing.category])
        for group, least, price, start, end in product_tiers(listing):
            discounts += 1
            tables.add(
                "product_discount",
                product_discount_id=discounts,
                product_id=product,
                customer_group_id=group,
                quantity=least,
                priority=1,
                price=money(price),
                date_start=start,
                date_end=end,
            )
        special = product_special(listing)
        if special:
            specials += 1
            tables.add(
                "product_special",
                product_special_id=specials,
                product_id=product,
                customer_group_id=1,
                priority=1,
                price=money(special[0]),
                date_start=special[1],
                date_end=special[2],
            )
        if listing.variations:
            option += 1
            tables.add(
                "product_option",
                product_option_id=option,
                product_id=product,
                option_id=13,
                value="",
                required=1,
            )
        for variation in listing.variations:
            value += 1
            options[listing.key, variation.label] = (option, value)
            more = price_at(variation.price, "opencart", clock.CLOSED) - base_price(listing)
            tables.add(
                "product_option_value",
                product_option_value_id=value,
                product_option_id=option,
                product_id=product,
                option_id=13,
                option_value_id=weights[variation.label],
                quantity=100,
                subtract=1,
                price=money(more),
                price_prefix="+",
                points=0,
                points_prefix="+",
                weight=variation.grams,
                weight_prefix="+",
            )
    return numbers, options
