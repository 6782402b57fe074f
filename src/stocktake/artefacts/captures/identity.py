"""By what a listing is known from page to page and capture to capture: host, and what its address names."""

import hashlib
import re
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

# Parameters that name a product; where one is there, the rest of the address is how one came to it.
_NAMES = (
    "product_id",
    "products_id",
    "id_product",
    "productid",
    "listing_id",
    "item_id",
    "pid",
    "listing",
    "product",
)
_PASSING = re.compile(
    r"(?i)^(?:utm_\w+|sort|order|orderby|limit|page|paged|path|tag|search|filter\w*|add-to-cart|attribute_\w+|gclid"
    r"|fbclid|ref|tracking|sid|s|phpsessid|osCsid|session\w*|token|lang|language|currency|variation_id|quantity)$"
)
_LONGEST = 150


def host_of(url: str) -> str:
    """The host of an address in small letters, empty where it has none."""
    try:
        return (urlsplit(url).hostname or "").lower().rstrip(".")
    except ValueError:
        return ""


def key_of(url: str, number: str, sku: str, title: str) -> str:
    """What tells a listing from the others of its host; empty where nothing does."""
    try:
        parts = urlsplit(url)
        asked = parse_qsl(parts.query, keep_blank_values=False, max_num_fields=200)
    except ValueError:
        parts, asked = urlsplit(""), []
    for name in _NAMES:
        for stated, value in asked:
            if stated.lower() == name:
                return _short(f"{name}={value}")
    kept = urlencode(sorted((name, value) for name, value in asked if not _PASSING.match(name)))
    path = unquote(parts.path).rstrip("/")
    if path or kept:
        return _short(path + (f"?{kept}" if kept else ""))
    for kind, value in (("number", number), ("sku", sku), ("title", title)):
        if value:
            return _short(f"{kind}={value}")
    return ""


def slug_of(url: str) -> str:
    """The last part of an address's path, as shops name their products by it."""
    try:
        path = unquote(urlsplit(url).path).rstrip("/")
    except ValueError:
        return ""
    last = path.rpartition("/")[2]
    return re.sub(r"\.(?:html?|php)$", "", last) if last not in ("index.php", "") else ""


def _short(key: str) -> str:
    text = " ".join(key.split())
    if len(text) <= _LONGEST:
        return text
    return f"{text[:100]}~{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:16]}"
