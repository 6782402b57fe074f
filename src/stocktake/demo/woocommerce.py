"""The rows of the first made-up shop: WooCommerce on WordPress, orders kept as posts."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from random import Random
from typing import Final

from stocktake.demo import catalogue, clock, identifiers, php, words
from stocktake.demo.openpgp import Key
from stocktake.demo.tables import Tables, coins, pounds, trimmed
from stocktake.demo.trade import COUPONS, OPERATOR_KEY, WALLET, Order, Trade, price_at, tiers_at

PREFIX: Final = "qb7_"
NAME: Final = "Quillbarrow"
TAGLINE: Final = "Posted today, there tomorrow"
ADMIN_EMAIL: Final = "keeper@saltbox.example.net"
ANALYTICS_ID: Final = "G-QB7SALTBOX"
ONION: Final = identifiers.onion_v3("stocktake demo quillbarrow")
CLEARNET: Final = "quillbarrow.example"
VERSION: Final = "9.9.5"

# What the group's own clean-up job leaves: traces of visitors, and details that are empty or nought, only for the
# last weeks.
_TRACES_KEPT = clock.CLOSED - timedelta(days=45)
_SYSTEM_NOTES_KEPT = clock.CLOSED - timedelta(days=21)
_ANALYTICS_UNTIL = clock.WOO_OPENED + timedelta(days=70)
_TABLES_TRIED = (clock.CLOSED - timedelta(days=40), clock.CLOSED - timedelta(days=37))

_NO_TAX_OF_LINE: Final = 'a:2:{s:5:"total";a:0:{}s:8:"subtotal";a:0:{}}'
_NO_TAX_OF_SHIPPING: Final = 'a:1:{s:5:"total";a:0:{}}'

STAFF: Final = (
    # login, shown name, e-mail, role, registered, last address, last browser
    ("keeper", "Keeper", ADMIN_EMAIL, "administrator", clock.WOO_OPENED - timedelta(days=9), "203.0.113.77", 1),
    ("moss", "Moss", "moss@saltbox.example.net", "shop_manager", clock.WOO_OPENED - timedelta(days=3), "198.51.100.23", 5),
    ("packer2", "packer", "packer2@cipherbox.example.net", "shop_manager", clock.WOO_OPENED + timedelta(days=190), "192.0.2.140", 7),
    ("dev_l", "L.", "l.dev@tidymail.example.com", "administrator", clock.WOO_OPENED - timedelta(days=11), "2001:db8:7::51", 2),
)  # fmt: skip

STATUS: Final = {
    "completed": "wc-completed",
    "part_refunded": "wc-completed",
    "processing": "wc-processing",
    "on_hold": "wc-on-hold",
    "pending": "wc-pending",
    "cancelled": "wc-cancelled",
    "failed": "wc-failed",
    "underpaid": "wc-failed",
    "refunded": "wc-refunded",
    "trashed": "trash",
    "abandoned": "wc-checkout-draft",
}
GATEWAY: Final = {
    "card": ("stripe", "Credit / Debit Card"),
    "crypto": ("btcpaygf_default", "Bitcoin (BTCPay)"),
    "bank": ("bacs", "Direct bank transfer"),
}


def _token(seed: str, length: int) -> str:
    alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    digest = hashlib.sha512(seed.encode()).digest()
    return "".join(alphabet[byte % 62] for byte in digest[:length])


class _Shop:
    """Fills the tables of one WordPress."""

    def __init__(self, seed: str) -> None:
        self.tables = Tables(PREFIX)
        self.random = Random(f"{seed}/woocommerce rows")
        self.metas = self.users_metas = self.item_metas = self.comments = self.comment_metas = self.items = 0
        self.options = 0
        self.term_metas = 0
        self.products: dict[str, int] = {}
        self.variations: dict[tuple[str, str], int] = {}

    def meta(self, post: int, key: str, value: str | int) -> None:
        self.metas += 1
        self.tables.add("postmeta", meta_id=self.metas, post_id=post, meta_key=key, meta_value=str(value))

    def user_meta(self, user: int, key: str, value: str | int) -> None:
        self.users_metas += 1
        self.tables.add(
            "usermeta", umeta_id=self.users_metas, user_id=user, meta_key=key, meta_value=str(value)
        )

    def option(self, name: str, value: str | int, autoload: str = "yes") -> None:
        self.options += 1
        self.tables.add(
            "options", option_id=self.options, option_name=name, option_value=str(value), autoload=autoload
        )

    def item(self, order: int, kind: str, name: str, metas: list[tuple[str, str | int]], whole: bool) -> int:
        self.items += 1
        self.tables.add(
            "woocommerce_order_items",
            order_item_id=self.items,
            order_item_name=name,
            order_item_type=kind,
            order_id=order,
        )
        for key, value in metas:
            if value in ("", 0, "0", _NO_TAX_OF_LINE, _NO_TAX_OF_SHIPPING) and not whole:
                continue
            self.item_metas += 1
            self.tables.add(
                "woocommerce_order_itemmeta",
                meta_id=self.item_metas, order_item_id=self.items, meta_key=key, meta_value=str(value),
            )  # fmt: skip
        return self.items

    def post(
        self, number: int, kind: str, at: datetime, title: str, content: str = "", status: str = "publish", *,
        author: int = 1, excerpt: str = "", name: str = "", parent: int = 0, changed: datetime | None = None,
        password: str = "", mime: str = "", comments: int = 0, order: int = 0,
    ) -> None:  # fmt: skip
        changed = changed or at
        draft = status in ("draft", "wc-checkout-draft") and kind != "shop_order"
        self.tables.add(
            "posts", ID=number, post_author=author, post_date=clock.local_text(at),
            post_date_gmt="0000-00-00 00:00:00" if draft else clock.utc_text(at), post_content=content, post_title=title,
            post_excerpt=excerpt, post_status=status, comment_status="open" if kind == "product" else "closed",
            ping_status="closed", post_password=password, post_name=name, to_ping="", pinged="",
            post_modified=clock.local_text(changed), post_modified_gmt=clock.utc_text(changed), post_content_filtered="",
            post_parent=parent, guid=f"http://{ONION}/?post_type={kind}&#038;p={number}", menu_order=order,
            post_type=kind, post_mime_type=mime, comment_count=comments,
        )  # fmt: skip

    def comment(
        self, post: int, kind: str, at: datetime, author: str, text: str, *, email: str = "", ip: str = "",
        user: int = 0, agent: str = "WooCommerce", approved: str = "1",
    ) -> int:  # fmt: skip
        self.comments += 1
        self.tables.add(
            "comments", comment_ID=self.comments, comment_post_ID=post, comment_author=author, comment_author_email=email,
            comment_author_url="", comment_author_IP=ip, comment_date=clock.local_text(at),
            comment_date_gmt=clock.utc_text(at), comment_content=text, comment_karma=0, comment_approved=approved,
            comment_agent=agent, comment_type=kind, comment_parent=0, user_id=user,
        )  # fmt: skip
        return self.comments

    def comment_meta(self, comment: int, key: str, value: str | int) -> None:
        self.comment_metas += 1
        self.tables.add(
            "commentmeta", meta_id=self.comment_metas, comment_id=comment, meta_key=key, meta_value=str(value)
        )


def _settings(shop: _Shop) -> None:
    zone = {"enabled": "yes"}
    stripe: dict[int | str, php.Value] = {
        "enabled": "yes", "title": "Credit / Debit Card", "testmode": "no", "publishable_key": "pk_live_made_up",
        "secret_key": "sk_live_made_up", "statement_descriptor": "HARE & FINCH HOMEWARE",
        "short_statement_descriptor": "HF HOME", "capture": "yes", "saved_cards": "yes",
    }  # fmt: skip
    bank: list[php.Value] = [
        {"account_name": "Hare & Finch Homeware", "account_number": "00000000", "sort_code": "00-00-00", "bank_name": "Made-up Bank",
         "iban": "", "bic": ""}
    ]  # fmt: skip
    roles: dict[int | str, php.Value] = {
        "administrator": {
            "name": "Administrator",
            "capabilities": {"manage_options": True, "manage_woocommerce": True},
        },
        "customer": {"name": "Customer", "capabilities": {"read": True}},
        "shop_manager": {
            "name": "Shop manager",
            "capabilities": {"manage_woocommerce": True, "edit_posts": True},
        },
    }
    plugins: list[php.Value] = [
        "btcpay-greenfield-for-woocommerce/btcpay-greenfield-for-woocommerce.php",
        "tier-pricing-table/tier-pricing-table.php",
        "woo-advanced-shipment-tracking/woocommerce-advanced-shipment-tracking.php",
        "woocommerce-gateway-stripe/woocommerce-gateway-stripe.php",
        "woocommerce/woocommerce.php",
    ]
    values: list[tuple[str, str | int]] = [
        ("siteurl", f"http://{ONION}"), ("home", f"http://{ONION}"), ("blogname", NAME), ("blogdescription", TAGLINE),
        ("users_can_register", 1), ("admin_email", ADMIN_EMAIL), ("start_of_week", 1), ("mailserver_url", "mail.example.com"),
        ("default_category", 1), ("date_format", "F j, Y"), ("time_format", "g:i a"), ("permalink_structure", "/%postname%/"),
        ("active_plugins", php.serialize(plugins)), ("template", "storefront"), ("stylesheet", "storefront-child"),
        ("db_version", 60421), ("gmt_offset", ""), ("timezone_string", "Europe/London"), (f"{PREFIX}user_roles", php.serialize(roles)),
        ("WPLANG", "en_GB"), ("cron", php.serialize({1752545700: {"wp_version_check": zone}, "version": 2})),
        ("woocommerce_version", VERSION), ("woocommerce_db_version", VERSION), ("woocommerce_currency", "GBP"),
        ("woocommerce_price_num_decimals", 2), ("woocommerce_default_country", "GB"), ("woocommerce_calc_taxes", "no"),
        ("woocommerce_store_address", "Unit 4, Gallowtree Yard"), ("woocommerce_store_city", "Saltersby"),
        ("woocommerce_store_postcode", "ZZ99 1AA"), ("woocommerce_weight_unit", "g"),
        ("woocommerce_custom_orders_table_enabled", "no"), ("woocommerce_custom_orders_table_data_sync_enabled", "no"),
        ("woocommerce_enable_guest_checkout", "yes"), ("woocommerce_enable_coupons", "yes"),
        ("woocommerce_analytics_enabled", "no"), ("woocommerce_hold_stock_minutes", 60),
        ("woocommerce_email_from_name", NAME), ("woocommerce_email_from_address", "orders@saltbox.example.net"),
        ("woocommerce_stripe_settings", php.serialize(stripe)), ("woocommerce_bacs_accounts", php.serialize(bank)),
        ("woocommerce_bacs_settings", php.serialize({"enabled": "yes", "title": "Direct bank transfer"})),
        ("woocommerce_btcpaygf_default_settings", php.serialize({"enabled": "yes", "title": "Bitcoin (BTCPay)"})),
        ("btcpay_gf_url", f"http://{identifiers.onion_v3('stocktake demo btcpay')}"), ("btcpay_gf_store_id", _token("store", 44)),
        ("btcpay_gf_api_key", _token("api key", 40)), ("googlesitekit_analytics-4_settings", php.serialize({"measurementID": ANALYTICS_ID})),
        ("pgp_public_key", OPERATOR_KEY.public_block()), ("widget_text", php.serialize({"_multiwidget": 1})),
        ("woocommerce_flat_rate_1_settings", php.serialize({"title": "Royal Mail Tracked 24", "cost": "6.95"})),
        ("woocommerce_flat_rate_2_settings", php.serialize({"title": "Special Delivery by 1pm", "cost": "9.95"})),
        ("woocommerce_flat_rate_4_settings", php.serialize({"title": "Letterbox 2nd Class", "cost": "3.50"})),
        ("woocommerce_flat_rate_5_settings", php.serialize({"title": "International Tracked", "cost": "14.95"})),
    ]  # fmt: skip
    for name, value in values:
        shop.option(name, value)
    for number in range(40):
        name = _token(f"transient {number}", 10).lower()
        shop.option(f"_transient_timeout_wc_var_prices_{name}", 1752631200 + number, "no")
        shop.option(
            f"_transient_wc_var_prices_{name}",
            json.dumps({"version": str(1752500000 + number), "price": []}),
            "no",
        )
    for number, (title, method) in enumerate(
        (("Royal Mail Tracked 24", "flat_rate"), ("Special Delivery by 1pm", "flat_rate"), ("Free", "free_shipping"),
         ("Letterbox 2nd Class", "flat_rate"), ("International Tracked", "flat_rate")), 1
    ):  # fmt: skip
        assert title
        shop.tables.add(
            "woocommerce_shipping_zone_methods",
            zone_id=2 if number == 5 else 1, instance_id=number, method_id=method, method_order=number, is_enabled=1,
        )  # fmt: skip
    shop.tables.add("woocommerce_shipping_zones", zone_id=1, zone_name="UK", zone_order=0)
    shop.tables.add("woocommerce_shipping_zones", zone_id=2, zone_name="Europe", zone_order=1)
    shop.tables.add(
        "woocommerce_shipping_zone_locations",
        location_id=1,
        zone_id=1,
        location_code="GB",
        location_type="country",
    )
    shop.tables.add(
        "woocommerce_shipping_zone_locations",
        location_id=2,
        zone_id=2,
        location_code="EU",
        location_type="continent",
    )
    for slug in ("reduced-rate", "zero-rate"):
        shop.tables.add("wc_tax_rate_classes", name=slug.replace("-", " ").capitalize(), slug=slug)


def _staff(shop: _Shop) -> None:
    for number, (login, shown, email, role, since, ip, agent) in enumerate(STAFF, 1):
        shop.tables.add(
            "users", ID=number, user_login=login, user_pass=f"$wp$2y$10${_token(login, 53)}", user_nicename=login,
            user_email=email, user_url="", user_registered=clock.utc_text(since), user_activation_key="",
            user_status=0, display_name=shown,
        )  # fmt: skip
        signed_in = int((clock.CLOSED - timedelta(hours=3 * number)).timestamp())
        browser = words.USER_AGENTS[agent]
        session: php.Value = {
            hashlib.sha256(login.encode()).hexdigest(): {
                "expiration": signed_in + 172800, "ip": ip, "ua": browser, "login": signed_in
            }
        }  # fmt: skip
        for key, value in (
            ("nickname", login), ("first_name", ""), ("last_name", ""), (f"{PREFIX}capabilities", php.serialize({role: True})),
            (f"{PREFIX}user_level", 10 if role == "administrator" else 9), ("session_tokens", php.serialize(session)),
            ("wc_last_active", signed_in // 86400 * 86400), ("show_admin_bar_front", "true"),
        ):  # fmt: skip
            shop.user_meta(number, key, value)
    shop.user_meta(1, "pgp_fingerprint", OPERATOR_KEY.fingerprint())


def _products(shop: _Shop) -> None:
    terms = ("Uncategorized", "simple", "variable", "main-menu", *catalogue.CATEGORIES.values())
    taxonomies = (
        "category",
        "product_type",
        "product_type",
        "nav_menu",
        *["product_cat"] * len(catalogue.CATEGORIES),
    )
    for number, (name, taxonomy) in enumerate(zip(terms, taxonomies, strict=True), 1):
        slug = name.lower().replace(" &amp; ", "-").replace(" ", "-")
        shop.tables.add("terms", term_id=number, name=name, slug=slug, term_group=0)
        shop.tables.add(
            "term_taxonomy",
            term_taxonomy_id=number,
            term_id=number,
            taxonomy=taxonomy,
            description="",
            parent=0,
            count=0,
        )
    category = {key: number for number, key in enumerate(catalogue.CATEGORIES, 5)}
    labels: dict[str, int] = {}
    shop.tables.add(
        "woocommerce_attribute_taxonomies", attribute_id=1, attribute_name="weight", attribute_label="Weight",
        attribute_type="select", attribute_orderby="menu_order", attribute_public=0,
    )  # fmt: skip
    for listing in catalogue.LISTINGS:
        for variation in listing.variations:
            if variation.label not in labels:
                labels[variation.label] = 30 + len(labels)
                slug = _slug(variation.label)
                number = labels[variation.label]
                shop.tables.add("terms", term_id=number, name=variation.label, slug=slug, term_group=0)
                shop.tables.add(
                    "term_taxonomy",
                    term_taxonomy_id=number,
                    term_id=number,
                    taxonomy="pa_weight",
                    description="",
                    parent=0,
                    count=0,
                )
    number, picture = 9, 400
    for place, listing in enumerate(item for item in catalogue.LISTINGS if item.woo_title):
        number += 1
        shop.products[listing.key] = product = number
        since = clock.WOO_OPENED - timedelta(days=5) + timedelta(days=place * 4 % 60, minutes=place)
        changed = clock.CLOSED - timedelta(days=place * 3 % 170 + 1)
        hidden = listing.key in ("thai", "oxy")
        shop.post(
            product, "product", since, str(listing.woo_title), f"<p>{listing.description}</p>\r\n<p><strong>{TAGLINE}.</strong></p>",
            "draft" if hidden else "publish", excerpt=listing.description.split(".")[0] + ".", name=listing.key, changed=changed,
            author=1 + place % 2,
        )  # fmt: skip
        now = clock.CLOSED
        price = price_at(listing.price, "woo", now)
        metas: list[tuple[str, str | int]] = [
            ("_sku", f"QB-{place + 1:03d}"), ("total_sales", 0), ("_tax_status", "taxable"), ("_manage_stock", "yes"),
            ("_backorders", "no"), ("_stock", 20 + place * 37 % 400), ("_stock_status", "outofstock" if hidden else "instock"),
            ("_weight", listing.grams), ("_product_version", VERSION), ("_thumbnail_id", picture + place % 12),
        ]  # fmt: skip
        if not listing.variations:
            metas += [("_regular_price", trimmed(price)), ("_price", trimmed(price))]
        if listing.tiers:
            rules: dict[int | str, php.Value] = {
                least: trimmed(unit) for least, unit in tiers_at(listing, "woo", now)
            }
            metas += [("_tiered_price_rules_type", "fixed"), ("_fixed_price_rules", php.serialize(rules)),
                      ("_percentage_price_rules", "a:0:{}")]  # fmt: skip
        elif listing.percent_tiers:
            shares: dict[int | str, php.Value] = {least: str(off) for least, off in listing.percent_tiers}
            metas += [("_tiered_price_rules_type", "percentage"), ("_fixed_price_rules", "a:0:{}"),
                      ("_percentage_price_rules", php.serialize(shares))]  # fmt: skip
        if listing.variations:
            attribute: php.Value = {
                "pa_weight": {
                    "name": "pa_weight",
                    "value": "",
                    "position": 0,
                    "is_visible": 1,
                    "is_variation": 1,
                    "is_taxonomy": 1,
                }
            }
            metas.append(("_product_attributes", php.serialize(attribute)))
            metas += [("_price", trimmed(price_at(v.price, "woo", now))) for v in listing.variations]
        for key, value in metas:
            shop.meta(product, key, value)
        for term in (category[listing.category], 3 if listing.variations else 2):
            shop.tables.add("term_relationships", object_id=product, term_taxonomy_id=term, term_order=0)
        prices = [price_at(v.price, "woo", now) for v in listing.variations] or [price]
        shop.tables.add(
            "wc_product_meta_lookup", product_id=product, sku=f"QB-{place + 1:03d}", min_price=pounds(min(prices)),
            max_price=pounds(max(prices)), stock_quantity=20 + place * 37 % 400, stock_status="instock", total_sales=0,
        )  # fmt: skip
        for order, variation in enumerate(listing.variations, 1):
            number += 1
            shop.variations[listing.key, variation.label] = number
            shop.post(
                number, "product_variation", since, f"{listing.woo_title} - {variation.label}", parent=product, order=order,
                excerpt=f"Weight: {variation.label}", name=f"{listing.key}-{order}", changed=changed,
            )  # fmt: skip
            for key, value in (
                ("attribute_pa_weight", _slug(variation.label)), ("_sku", f"QB-{place + 1:03d}-{order}"),
                ("_regular_price", trimmed(price_at(variation.price, "woo", now))),
                ("_price", trimmed(price_at(variation.price, "woo", now))), ("_weight", variation.grams), ("_stock_status", "instock"),
            ):  # fmt: skip
                shop.meta(number, key, value)
            shop.tables.add("term_relationships", object_id=number, term_taxonomy_id=2, term_order=0)
            shop.tables.add(
                "wc_product_attributes_lookup", product_id=number, product_or_parent_id=product, taxonomy="pa_weight",
                term_id=labels[variation.label], is_variation_attribute=1, in_stock=1,
            )  # fmt: skip
        if number >= 400:
            raise ValueError("the numbers of products reach those of pictures")
    for index in range(12):
        at = clock.WOO_OPENED - timedelta(days=6, minutes=index)
        shop.post(
            picture + index,
            "attachment",
            at,
            f"IMG_{4410 + index}",
            status="inherit",
            name=f"img_{4410 + index}",
            mime="image/jpeg",
        )
        shop.meta(picture + index, "_wp_attached_file", f"2023/05/IMG_{4410 + index}.jpg")
        shop.meta(
            picture + index, "_wp_attachment_metadata",
            php.serialize({"width": 4032, "height": 3024, "file": f"2023/05/IMG_{4410 + index}.jpg",
                           "image_meta": {"camera": "Made-up Phone 12", "created_timestamp": "1684400000"}}),
        )  # fmt: skip


def _slug(label: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in label.lower()).strip("-").replace("--", "-")


def _pages(shop: _Shop) -> None:
    wallet = (
        "<p>for keeper only - DO NOT PUBLISH</p><p>electrum watch only, same one as Pedlarsgate so do not mix the gap: "
        f"<code>{WALLET.serialised()}</code></p><p>cold bag {identifiers.p2pkh('cold')} / old one {identifiers.p2sh('cold')}</p>"
        "<p>tab does the post run Mon Wed Fri, moss the rest. float in the biscuit tin.</p>"
    )
    pages: tuple[tuple[str, str, str, str], ...] = (
        ("Shop", "shop", "", "publish"), ("Cart", "cart", "[woocommerce_cart]", "publish"),
        ("Checkout", "checkout", "[woocommerce_checkout]", "publish"), ("My account", "my-account", "[woocommerce_my_account]", "publish"),
        ("PGP", "pgp", f"<pre>{OPERATOR_KEY.public_block()}</pre><p>Encrypt your address if you have any sense.</p>", "publish"),
        ("FAQ", "faq", "<p>No we don't do collections. No credit. Reships once. Ordered by 2pm = posted same day.</p>"
         f"<p>Mirrors: http://{ONION} and https://{CLEARNET}</p>", "publish"),
        ("wallet stuff", "", wallet, "draft"),
        ("Terms", "terms", "<p>By ordering you confirm you are not law enforcement 😂</p>", "publish"),
    )  # fmt: skip
    for index, (title, name, content, status) in enumerate(pages):
        shop.post(
            420 + index,
            "page",
            clock.WOO_OPENED - timedelta(days=8, minutes=index),
            title,
            content,
            status,
            name=name,
        )
    # Earlier wordings, as WordPress keeps them: what the prices and tiers used to be.
    for index, key in enumerate(("pills-tesla", "vallies", "stardawg", "ket-needle")):
        listing = next(item for item in catalogue.LISTINGS if item.key == key)
        text = (
            ", ".join(f"{least}+ £{trimmed(unit)} each" for least, unit in listing.tiers)
            or f"£{trimmed(listing.price)} a g"
        )
        shop.post(
            440 + index, "revision", clock.WOO_OPENED + timedelta(days=30 + index), str(listing.woo_title),
            f"<p>{listing.description} Now {text}.</p>", "inherit", name=f"{shop.products[key]}-revision-v1", parent=shop.products[key],
        )  # fmt: skip
    for index, (code, percent) in enumerate(COUPONS.items()):
        number = 460 + index
        shop.post(
            number,
            "shop_coupon",
            clock.WOO_OPENED,
            code.lower(),
            name=code.lower(),
            excerpt=f"{percent}% off",
        )
        for key, value in (
            ("discount_type", "percent"),
            ("coupon_amount", str(percent)),
            ("individual_use", "no"),
            ("usage_count", 0),
        ):
            shop.meta(number, key, value)


def _customers(shop: _Shop, trade: Trade) -> None:
    firsts: dict[int, Order] = {}
    lasts: dict[int, Order] = {}
    for order in trade.woo:
        if order.account and order.person and order.state != "abandoned":
            firsts.setdefault(order.account, order)
            lasts[order.account] = order
    for account, order in sorted(firsts.items()):
        user = customer_user(account)
        person = order.person
        assert person is not None
        if is_deleted(account):
            continue  # the shop deleted this user; the orders still name the number
        login = person.names[0] if account % 3 else order.email.split("@", maxsplit=1)[0].lower()
        since = order.placed - timedelta(minutes=4)
        shop.tables.add(
            "users", ID=user, user_login=f"{login}{account}" if account % 5 == 0 else login, user_pass=f"$P$B{_token(f'pass {user}', 31)}",
            user_nicename=login.replace(".", "-"), user_email=order.email, user_url="", user_registered=clock.utc_text(since),
            user_activation_key="", user_status=0, display_name=f"{person.first} {person.last}" if account % 2 else login,
        )  # fmt: skip
        last = lasts[account]
        address = last.billing
        metas: list[tuple[str, str | int]] = [
            (f"{PREFIX}capabilities", 'a:1:{s:8:"customer";b:1;}'), ("wc_last_active", int(last.placed.timestamp()) // 86400 * 86400),
            ("billing_first_name", address.first), ("billing_last_name", address.last), ("billing_address_1", address.line1),
            ("billing_city", address.city), ("billing_postcode", address.postcode), ("billing_country", address.country),
            ("billing_email", last.email), ("billing_phone", last.phone),
        ]  # fmt: skip
        if address.line2:
            metas.append(("billing_address_2", address.line2))
        if person.has_key:
            key = Key(f"{person.names[0]} <{person.emails[0]}>", since, f"stocktake demo buyer {person.key}")
            metas.append(("pgp_public_key", key.public_block()))
        for name, value in metas:
            shop.user_meta(user, name, value)


def customer_user(account: int) -> int:
    """The WordPress user of a buyer's account; the staff stand before them."""
    return account + len(STAFF)


def is_deleted(account: int) -> bool:
    """Whether the shop deleted this account's user row."""
    return account % 47 == 11


def user_of(order: Order) -> int:
    """`_customer_user` of an order: 0 for a guest."""
    if order.test:
        return 1 + order.number % 2
    return customer_user(order.account) if order.account else 0


def _coin_meta(shop: _Shop, order: Order) -> None:
    coin = order.coin
    if coin is None:
        return
    shop.meta(order.number, "BTCPay_id", _token(f"btcpay {order.number}", 22))
    if not coin.received:
        return
    # BTCPay Server 2.0 renamed its payment methods.
    name = "BTC" if order.placed < datetime(2024, 11, 4, tzinfo=order.placed.tzinfo) else "BTC-CHAIN"
    total = sum(amount for *_, amount in coin.received)
    metas: list[tuple[str, str | int]] = [
        ("total_paid", coins(total)), ("total_amount", coins(coin.asked)), ("total_due", coins(max(coin.asked - total, 0))),
        ("rate", f"{coin.rate}.00"),
    ]  # fmt: skip
    for index, (at, txid, amount) in enumerate(coin.received):
        metas += [
            (f"{index}_id", f"{txid}-{int(txid[0], 16) % 3}"), (f"{index}_timestamp", int(at.timestamp())),
            (f"{index}_destination", coin.address), (f"{index}_amount", coins(amount)), (f"{index}_status", "Settled"),
        ]  # fmt: skip
    for key, value in metas:
        shop.meta(order.number, f"BTCPay_{name}_{key}", value)


def _order(shop: _Shop, order: Order) -> None:
    number, placed = order.number, order.placed
    traces = placed >= _TRACES_KEPT
    status = STATUS[order.state]
    gateway, title = GATEWAY[order.method]
    local = clock.london(placed)
    last_change = max(
        [
            placed,
            *[at for at in (order.paid, order.completed) if at],
            *[refund.at for refund in order.refunds],
        ]
    )
    key = f"wc_order_{_token(f'key {number}', 13)}"
    shop.post(
        number, "shop_order", placed, f"Order &ndash; {local:%B %d, %Y @ %I:%M %p}", status=status, excerpt=order.note,
        name=f"order-{local:%b-%d-%Y-%I%M-%p}".lower() + ("__trashed" if status == "trash" else ""), password=key,
        changed=last_change, comments=0,
    )  # fmt: skip
    metas: list[tuple[str, str | int]] = [("_order_key", key), ("_customer_user", user_of(order))]
    if order.state != "abandoned" or order.billing.first:
        metas += [("_payment_method", gateway), ("_payment_method_title", title)]
    if traces:
        metas += [("_customer_ip_address", order.ip), ("_customer_user_agent", order.user_agent),
                  ("_cart_hash", hashlib.md5(key.encode(), usedforsecurity=False).hexdigest())]  # fmt: skip
    metas.append(("_created_via", order.created_via))
    for kind, address in (("billing", order.billing), ("shipping", order.shipping)):
        parts = (
            ("first_name", address.first), ("last_name", address.last), ("company", address.company), ("address_1", address.line1),
            ("address_2", address.line2), ("city", address.city), ("postcode", address.postcode), ("country", address.country),
        )  # fmt: skip
        metas += [(f"_{kind}_{part}", text) for part, text in parts if text]
        if kind == "billing":
            metas += [
                (f"_billing_{part}", text)
                for part, text in (("email", order.email), ("phone", order.phone))
                if text
            ]
    metas += [
        ("_order_currency", "GBP"), ("_cart_discount", trimmed(order.discount)), ("_cart_discount_tax", 0),
        ("_order_shipping", pounds(order.shipping_cost)), ("_order_shipping_tax", 0), ("_order_tax", 0),
        ("_order_total", pounds(order.total)), ("_order_version", VERSION), ("_prices_include_tax", "no"),
    ]  # fmt: skip
    if traces:
        for kind, address in (("billing", order.billing), ("shipping", order.shipping)):
            index = [
                address.first,
                address.last,
                address.company,
                address.line1,
                address.line2,
                address.city,
                address.postcode,
            ]
            metas.append((f"_{kind}_address_index", " ".join(index)))
    for name, at in (
        ("paid", order.paid),
        ("completed", order.completed if order.state != "processing" else None),
    ):
        if at:
            metas.append((f"_date_{name}", int(at.timestamp())))
            if traces:
                metas.append((f"_{name}_date", clock.local_text(at)))
    for name, value in metas:
        if traces or value not in ("", 0, "0"):
            shop.meta(number, name, value)
    if order.method == "card" and order.paid:
        charge = f"ch_3{_token(f'charge {number}', 23)}"
        fee = order.total * 15 // 1000 + 20
        for name, value in (("_transaction_id", charge), ("_stripe_customer_id", f"cus_{_token(order.email.lower(), 14)}"),
                            ("_stripe_charge_captured", "yes"), ("_stripe_fee", pounds(fee)),
                            ("_stripe_net", pounds(order.total - fee)), ("_stripe_currency", "GBP")):  # fmt: skip
            shop.meta(number, name, value)
        if traces:
            shop.meta(number, "_stripe_intent_id", f"pi_3{_token(f'intent {number}', 23)}")
            shop.meta(number, "_stripe_card_brand", order.card[0])
    _coin_meta(shop, order)
    if order.tracking and order.shipped:
        item: php.Value = {
            "tracking_provider": "royal-mail", "custom_tracking_provider": "", "custom_tracking_link": "",
            "tracking_number": order.tracking, "date_shipped": str(int(order.shipped.timestamp()) // 86400 * 86400),
        }  # fmt: skip
        shop.meta(number, "_wc_shipment_tracking_items", php.serialize([item]))
    if status == "trash":
        shop.meta(number, "_wp_trash_meta_status", STATUS[order.binned_from])
        shop.meta(number, "_wp_trash_meta_time", int((last_change + timedelta(days=9)).timestamp()))
    _order_items(shop, order)
    _order_notes(shop, order)


def _order_items(shop: _Shop, order: Order) -> None:
    traces = order.placed >= _TRACES_KEPT
    left = order.discount
    for place, line in enumerate(order.lines):
        share = (
            left if place == len(order.lines) - 1 else order.discount * line.amount // max(order.subtotal, 1)
        )
        left -= share
        metas: list[tuple[str, str | int]] = [
            ("_product_id", shop.products[line.listing.key]),
            ("_variation_id", shop.variations[line.listing.key, line.variation.label] if line.variation else 0),
            ("_qty", line.quantity), ("_tax_class", ""), ("_line_subtotal", trimmed(line.amount)), ("_line_subtotal_tax", 0),
            ("_line_total", trimmed(line.amount - share)), ("_line_tax", 0),
            ("_line_tax_data", _NO_TAX_OF_LINE),
        ]  # fmt: skip
        name = str(line.listing.woo_title)
        if line.variation:
            metas.append(("pa_weight", _slug(line.variation.label)))
            name = f"{name} - {line.variation.label}"
        number = shop.item(order.number, "line_item", name, metas, traces)
        if order.placed < _ANALYTICS_UNTIL:
            shop.tables.add(
                "wc_order_product_lookup", order_item_id=number, order_id=order.number,
                product_id=shop.products[line.listing.key], variation_id=metas[1][1], customer_id=user_of(order) or None,
                date_created=clock.local_text(order.placed), product_qty=line.quantity,
                product_net_revenue=float(trimmed(line.amount - share)), product_gross_revenue=float(trimmed(line.amount - share)),
            )  # fmt: skip
    method, _, instance = order.shipping_code.partition(":")
    shop.item(
        order.number, "shipping", order.shipping_title,
        [("method_id", method), ("instance_id", instance), ("cost", pounds(order.shipping_cost)), ("total_tax", 0),
         ("taxes", _NO_TAX_OF_SHIPPING)],
        traces,
    )  # fmt: skip
    if order.coupon:
        shop.item(
            order.number,
            "coupon",
            order.coupon.lower(),
            [("discount_amount", trimmed(order.discount)), ("discount_amount_tax", 0)],
            traces,
        )


def _order_notes(shop: _Shop, order: Order) -> None:
    system = "woocommerce@saltbox.example.net"
    if order.placed >= _SYSTEM_NOTES_KEPT:
        if order.paid:
            words_of = {
                "card": "Stripe charge complete.",
                "crypto": "Invoice payment settled.",
                "bank": "Payment seen at bank.",
            }
            text = f"{words_of[order.method]} Order status changed from Pending payment to Processing."
            shop.comment(order.number, "order_note", order.paid, "WooCommerce", text, email=system)
        elif order.state == "cancelled":
            shop.comment(order.number, "order_note", order.placed + timedelta(hours=1), "WooCommerce",
                         "Unpaid order cancelled - time limit reached.", email=system)  # fmt: skip
    if order.tracking and order.shipped and order.number % 29 == 0:
        text = (
            f"Hi {order.shipping.first}, it's on its way 📦 Royal Mail {order.tracking}. Delete this message."
        )
        note = shop.comment(
            order.number, "order_note", order.shipped, "Moss", text, email=STAFF[1][2], user=2
        )
        shop.comment_meta(note, "is_customer_note", 1)
    for at, by, text in order.staff_notes:
        user = {"keeper": 1, "moss": 2}.get(by, 3)
        shop.comment(
            order.number, "order_note", at, STAFF[user - 1][1], text, email=STAFF[user - 1][2], user=user
        )
    for refund in order.refunds:
        text = f"Refunded £{pounds(refund.amount)} – {refund.reason or 'no reason given'}"
        shop.comment(order.number, "order_note", refund.at, "WooCommerce", text, email=system)


def _refunds(shop: _Shop, trade: Trade) -> None:
    """Refunds take the numbers that lie free between the orders of their time."""
    used = {order.number for order in trade.woo}
    by_time = [(order.placed, order.number) for order in trade.woo]
    wanted = sorted(
        (refund.at, order.number, refund, order) for order in trade.woo for refund in order.refunds
    )
    place = 0
    for at, _, refund, order in wanted:
        while place < len(by_time) and by_time[place][0] <= at:
            place += 1
        number = by_time[place - 1][1]
        while number in used:
            number += 1
        used.add(number)
        local = clock.london(at)
        shop.post(
            number, "shop_order_refund", at, f"Refund &ndash; {local:%B %d, %Y @ %I:%M %p}", status="wc-completed",
            author=1 if refund.by == "keeper" else 2, excerpt=refund.reason, parent=order.number, password=f"wc_order_{_token(f'refund {number}', 13)}",
            name=f"refund-{local:%b-%d-%Y-%I%M-%p}".lower(),
        )  # fmt: skip
        for key, value in (
            ("_order_currency", "GBP"), ("_cart_discount", 0), ("_order_shipping", 0), ("_order_tax", 0),
            ("_order_total", pounds(-refund.amount)), ("_order_version", VERSION), ("_prices_include_tax", "no"),
            ("_refund_amount", pounds(refund.amount)), ("_refunded_by", 1 if refund.by == "keeper" else 2),
            ("_refunded_payment", 1 if order.method == "card" else ""), ("_refund_reason", refund.reason),
        ):  # fmt: skip
            shop.meta(number, key, value)


def _reviews(shop: _Shop, trade: Trade) -> None:
    random = shop.random
    done = [
        order
        for order in trade.woo
        if order.state == "completed" and order.person and order.completed and not order.test
    ]
    for order in done[::17]:
        assert order.person is not None
        assert order.completed is not None
        rating, text = random.choice(words.REVIEWS)
        at = order.completed + timedelta(days=random.randrange(1, 6), seconds=random.randrange(9000))
        if at > clock.CLOSED:
            continue
        line = order.lines[0]
        comment = shop.comment(
            shop.products[line.listing.key], "review", at, order.person.names[0], text.replace("{slang}", random.choice(words.SLANG)),
            email=order.email, ip=order.ip if at >= _TRACES_KEPT else "127.0.0.1", user=user_of(order), agent=order.user_agent,
            approved="0" if rating == 1 else "1",
        )  # fmt: skip
        shop.comment_meta(comment, "rating", rating)
        shop.comment_meta(comment, "verified", 1)


def _other_tables(shop: _Shop, trade: Trade) -> None:
    tables = shop.tables
    tokens = 0
    metas = 0
    for order in trade.woo:
        if order.method == "card" and order.paid and order.account and order.number % 5 == 0:
            tokens += 1
            tables.add(
                "woocommerce_payment_tokens", token_id=tokens, gateway_id="stripe", token=f"pm_1{_token(f'pm {order.email}', 23)}",
                user_id=user_of(order), type="CC", is_default=1,
            )  # fmt: skip
            for key, value in (("last4", order.card[1]), ("card_type", order.card[0]), ("expiry_month", f"{order.number % 12 + 1:02d}"),
                               ("expiry_year", str(2025 + order.number % 4))):  # fmt: skip
                metas += 1
                tables.add(
                    "woocommerce_payment_tokenmeta",
                    meta_id=metas,
                    payment_token_id=tokens,
                    meta_key=key,
                    meta_value=value,
                )
        if order.placed < _ANALYTICS_UNTIL and order.state != "abandoned":
            tables.add(
                "wc_order_stats", order_id=order.number, parent_id=0, date_created=clock.local_text(order.placed),
                date_created_gmt=clock.utc_text(order.placed), date_paid=clock.local_text(order.paid) if order.paid else None,
                date_completed=None, num_items_sold=sum(line.quantity for line in order.lines),
                total_sales=float(trimmed(order.total)), shipping_total=float(trimmed(order.shipping_cost)),
                net_total=float(trimmed(order.total - order.shipping_cost)), returning_customer=None,
                status=STATUS[order.state], customer_id=user_of(order) or order.number,
            )  # fmt: skip
    # An order that is no longer there: only the analytics copy tells of it.
    tables.add(
        "wc_order_stats", order_id=499, parent_id=0, date_created="2023-05-20 10:02:00", date_created_gmt="2023-05-20 09:02:00",
        date_paid="2023-05-20 10:03:00", date_completed=None, num_items_sold=4, total_sales=1240.0, shipping_total=0.0,
        net_total=1240.0, returning_customer=None, status="wc-completed", customer_id=2,
    )  # fmt: skip
    _tried_tables(tables, trade)
    for index in range(60):
        at = clock.CLOSED - timedelta(hours=index * 7)
        stamp = int(at.timestamp())
        tables.add(
            "actionscheduler_actions", action_id=index + 1, hook=("wc_admin_daily", "woocommerce_cleanup_draft_orders",
            "woocommerce_cancel_unpaid_orders", "qb_purge_traces")[index % 4], status="complete", scheduled_date_gmt=clock.utc_text(at),
            scheduled_date_local=clock.local_text(at), args="[]",
            schedule=f'O:30:"ActionScheduler_SimpleSchedule":2:{{s:22:"\0*\0scheduled_timestamp";i:{stamp};s:41:"\0ActionScheduler_SimpleSchedule\0timestamp";i:{stamp};}}',
            group_id=1, attempts=1, last_attempt_gmt=clock.utc_text(at), last_attempt_local=clock.local_text(at), claim_id=index,
        )  # fmt: skip
        tables.add(
            "actionscheduler_logs", log_id=index + 1, action_id=index + 1, message="action complete via WP Cron",
            log_date_gmt=clock.utc_text(at), log_date_local=clock.local_text(at),
        )  # fmt: skip
    tables.add("actionscheduler_groups", group_id=1, slug="woocommerce")
    for index in range(25):
        cart: php.Value = {
            "cart": php.serialize(
                {_token(f"cart {index}", 32): {"product_id": 10 + index, "quantity": 1 + index % 3}}
            ),
            "customer": php.serialize({"postcode": "", "city": "", "country": "GB", "email": ""}),
        }
        tables.add(
            "woocommerce_sessions", session_id=index + 1, session_key=f"t_{_token(f'session {index}', 30).lower()}",
            session_value=php.serialize(cart), session_expiry=int(clock.CLOSED.timestamp()) + 3600 * index,
        )  # fmt: skip
    for index, (level, source, text) in enumerate(
        ((500, "stripe", "Error: Your account cannot currently make live charges."), (300, "btcpay", "Webhook signature missing"),
         (500, "fatal-errors", "Allowed memory size of 268435456 bytes exhausted")), 1
    ):  # fmt: skip
        tables.add(
            "woocommerce_log",
            log_id=index,
            timestamp=f"2024-03-0{3 + index} 09:1{index}:00",
            level=level,
            source=source,
            message=text,
        )
    # Buyers carried over from an earlier shop, in the character set of that time.
    for index in range(36):
        name = ("José Müller", "Siân Price", "Renée O’Dell", "Zoë Ward", "Æthel Crowe", "Seán Byrne")[
            index % 6
        ]
        tables.add(
            "old_customers", id=index + 1, name=name, town=("Köln", "Møn", "Málaga", "Bangor")[index % 4],
            note=("paid £20 – ok", "owes €15", "½ oz regular", "didn’t turn up")[index % 4], last_seen=f"2022-0{index % 9 + 1}-11",
        )  # fmt: skip


def _tried_tables(tables: Tables, trade: Trade) -> None:
    """The group tried the newer order tables for three days; what is left there has since gone stale."""
    number = 0
    for order in trade.woo:
        if not (_TABLES_TRIED[0] <= order.placed < _TABLES_TRIED[1]) or order.state == "abandoned":
            continue
        gateway, title = GATEWAY[order.method]
        stale = STATUS[order.state] if order.number % 4 else "wc-processing"
        tables.add(
            "wc_orders", id=order.number, status=stale, currency="GBP", type="shop_order", tax_amount="0.00000000",
            total_amount=pounds(order.total), customer_id=user_of(order), billing_email=order.email,
            date_created_gmt=clock.utc_text(order.placed), date_updated_gmt=clock.utc_text(order.placed), parent_order_id=0,
            payment_method=gateway, payment_method_title=title, transaction_id="", ip_address=order.ip, user_agent=order.user_agent,
            customer_note=order.note,
        )  # fmt: skip
        for kind, address in (("billing", order.billing), ("shipping", order.shipping)):
            number += 1
            tables.add(
                "wc_order_addresses", id=number, order_id=order.number, address_type=kind, first_name=address.first,
                last_name=address.last, address_1=address.line1, address_2=address.line2, city=address.city, postcode=address.postcode,
                country=address.country, email=order.email if kind == "billing" else None, phone=order.phone if kind == "billing" else None,
            )  # fmt: skip
        tables.add(
            "wc_order_operational_data", order_id=order.number, created_via="checkout", woocommerce_version=VERSION,
            order_key=f"wc_order_{_token(f'key {order.number}', 13)}", date_paid_gmt=clock.utc_text(order.paid) if order.paid else None,
            shipping_total_amount=pounds(order.shipping_cost), discount_total_amount=pounds(order.discount),
        )  # fmt: skip


OWN_TABLES: Final = """
CREATE TABLE {p}old_customers (
  id int(11) NOT NULL,
  name varchar(80) NOT NULL,
  town varchar(60) DEFAULT NULL,
  note tinytext,
  last_seen date DEFAULT NULL,
  PRIMARY KEY (id)
) ENGINE=MyISAM DEFAULT CHARSET=latin1;
"""
# Added once the rows are in: what the group built into its database. None of it changes what is there.
OWN_OBJECTS: Final = """
CREATE VIEW {p}to_pack AS SELECT ID, post_date, post_status FROM {p}posts
  WHERE post_type = 'shop_order' AND post_status = 'wc-processing';
DELIMITER ;;
CREATE TRIGGER {p}forget_ip BEFORE INSERT ON {p}comments FOR EACH ROW
BEGIN
  IF NEW.comment_type = 'order_note' THEN SET NEW.comment_author_IP = ''; END IF;
END ;;
DELIMITER ;
"""


def rows(seed: str, trade: Trade) -> Tables:
    """All rows of the WooCommerce site."""
    shop = _Shop(seed)
    _settings(shop)
    _staff(shop)
    _products(shop)
    _pages(shop)
    for order in trade.woo:
        _order(shop, order)
    _refunds(shop, trade)
    _customers(shop, trade)
    _reviews(shop, trade)
    _other_tables(shop, trade)
    return shop.tables
