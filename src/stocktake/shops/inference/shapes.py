"""What values look like: e-mail, money, postcode, time, wallet … A share of a column's values for each look.

Nothing here says what a column means; a code may be an order's number or a parcel's.
"""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

_B58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_UNIX = (946_684_800, 2_208_988_800)  # the years 2000 to 2040

_RULES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("pgp_public", re.compile(r"\s*-----BEGIN PGP PUBLIC KEY BLOCK")),
    ("pgp_message", re.compile(r"\s*-----BEGIN PGP (SIGNED )?MESSAGE")),
    ("php", re.compile(r"[aO]:[0-9]+:")),
    ("json", re.compile(r"\s*(\{\s*[\"}]|\[\s*[\"\[{\]0-9])")),
    ("email", re.compile(r"[^@\s]{1,80}@[^@\s]{1,200}\.[A-Za-z]{2,24}$")),
    ("agent", re.compile(r"(Mozilla|Opera|curl|Wget|Lynx|Safari|Dalvik)[/ (]")),
    ("url", re.compile(r"(https?|ftp)://|www\.")),
    ("ip", re.compile(
        r"((25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])\.){3}[0-9]{1,3}$|[0-9a-f]{0,4}(:[0-9a-f]{0,4}){3,7}$",
        re.IGNORECASE)),
    ("uuid", re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$", re.IGNORECASE)),
    ("hash", re.compile(
        r"\$(2[aby]|P|H|argon2id?|5|6|1|wp|apr1)\$|[0-9a-f]{32}(:[0-9A-Za-z]{1,32})*$|[0-9a-f]{40}(:\w+)?$"
        r"|[0-9a-f]{128}$|pbkdf2|sha(1|256|512)[:$]|\{S?SHA}|[0-9a-f]{64}:[0-9A-Za-z:]+$")),
    ("txid", re.compile(r"(0x)?[0-9a-f]{64}$", re.IGNORECASE)),
    ("wallet", re.compile(
        rf"(bc1|ltc1|tb1)[02-9ac-hj-np-z]{{20,80}}$|[13LM][{_B58}]{{25,34}}$|0x[0-9a-fA-F]{{40}}$|T[{_B58}]{{33}}$"
        rf"|[48][{_B58}]{{94}}$|(bitcoincash:)?[qp][02-9ac-hj-np-z]{{41}}$")),
    ("time", re.compile(
        r"[12][0-9]{3}[-/.][0-9]{1,2}[-/.][0-9]{1,2}([ T][0-9:.]+)?\s*(Z|UTC|[+-][0-9]{2}:?[0-9]{2})?$"
        r"|[0-9]{1,2}[./][0-9]{1,2}[./][12][0-9]{3}(,?\s+[0-9:]+)?$|20[0-9]{12}$")),
)  # fmt: skip
_CURRENCIES = frozenset({
    "GBP", "EUR", "USD", "CHF", "PLN", "CZK", "SEK", "NOK", "DKK", "HUF", "RON", "BGN", "RUB", "UAH", "TRY",
    "CAD", "AUD", "NZD", "JPY", "CNY", "HKD", "INR", "BRL", "MXN", "ZAR", "ISK", "KRW", "SGD", "THB", "ILS",
    "AED", "ARS", "CLP", "COP", "GEL", "KZT", "BYN", "RSD",
})  # fmt: skip
_ASSETS = frozenset({
    "btc", "bitcoin", "xmr", "monero", "ltc", "litecoin", "eth", "ethereum", "bch", "doge", "dogecoin",
    "dash", "zec", "usdt", "usdc", "trx", "tron", "bnb", "xrp", "ada", "sol", "usdttrc20", "usdterc20",
    "btc-chain", "xmr-chain", "btc-ln", "stb", "xvg", "pivx",
})  # fmt: skip
_BRANDS = re.compile(
    r"(visa|master ?card|mc|amex|american ?express|maestro|discover|diners|jcb|unionpay)\b", re.IGNORECASE
)
_LAST4 = re.compile(r"([xX*.•]+[ -]?)*[0-9]{4}$")
_POSTCODE = re.compile(
    r"[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2}$|([A-Z]{1,2}-)?[0-9]{4,6}$|[0-9]{4} ?[A-Z]{2}$"
    r"|[0-9]{2}-[0-9]{3}$|[0-9]{3} [0-9]{2}$|[0-9]{5}-[0-9]{3,4}$|[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]$"
    r"|[0-9]{4}-[0-9]{3}$",
    re.IGNORECASE,
)
_PHONE = re.compile(r"\+?[(0-9][0-9 ()/.-]{5,22}$")
_STREET = re.compile(r"(?=.*[0-9])(?=.*[^\W\d_]{3}).{4,90}$")
_HOUSE = re.compile(r"[0-9]{1,4} ?[a-zA-Z]?([/-][0-9a-zA-Z]{1,4})?$")
_PERSON = re.compile(r"[^\W\d_][^\W\d_'’.-]*([ '’.-]+[^\W\d_][^\W\d_'’.-]*){0,4}\.?$")  # noqa: RUF001
_WORD = re.compile(r"[\w.%:/-]{1,32}( [\w.%:/-]{1,24}){0,3}$")
_CODE = re.compile(r"(?=.*[0-9])[A-Za-z0-9#/_.-]{3,64}$")
_HANDLE = re.compile(r"[A-Za-z0-9_.@-]{2,40}$")
_TRACKING = re.compile(r"[A-Z]{2}[0-9]{9}[A-Z]{2}$|1Z[0-9A-Z]{16}$|[A-Z]{2,4}[0-9]{8,18}$|[0-9]{10,22}$")
_KEY = re.compile(r"[A-Za-z_][\w.:/-]{0,63}$")
_NUMBER = re.compile(r"-?[0-9]+([.,][0-9]+)?$")
_MONEY_TEXT = re.compile(
    r"[€$£]? ?-?[0-9]{1,3}([.,' ]?[0-9]{3})*[.,][0-9]{2} ?(€|EUR|USD|GBP|[$£]|zł|Kč|kr|руб\.?)?$"  # noqa: RUF001
)

STATUS_WORDS: dict[str, str] = {}


def shapes(values: Sequence[object]) -> dict[str, float]:
    """The share of ``values`` (none of them NULL or blank) that have each look."""
    if not values:
        return {}
    counted: Counter[str] = Counter()
    for value in values:
        counted.update(_looks(value))
    return {look: count / len(values) for look, count in counted.items()}


def _looks(value: object) -> set[str]:
    if isinstance(value, bool):
        return {"flag", "integer", "small"}
    if isinstance(value, datetime):
        return {"time"}
    if isinstance(value, int):
        return _of_integer(value)
    if isinstance(value, float | Decimal):
        return _of_decimal(Decimal(str(value)))
    text = str(value).strip()
    for look, rule in _RULES:
        if rule.match(text):
            extra = {"code"} if look in ("uuid", "txid", "hash") and len(text) <= 64 else set()
            if look == "txid":
                extra.add("hash")
            if look == "time" and len(text) == 14 and text.isdigit():
                extra.add("integer")
            return {look, *extra}
    return _of_text(text)


def _of_integer(value: int) -> set[str]:
    found = {"integer"}
    if value in (0, 1):
        found.add("flag")
    if 0 <= value <= 1000:
        found.add("small")
    if 0 <= value <= 10:
        found.add("rating")
    if _UNIX[0] <= value <= _UNIX[1]:
        found.add("unix")
    if _UNIX[0] <= value / 1000 <= _UNIX[1]:
        found.add("unix_ms")
    if 1000 <= value <= 10**13:
        found.add("satoshi")
    if 1000 <= value <= 999_999:
        found.add("postcode")
    if 10**8 <= value <= 10**22:
        found |= {"phone", "tracking"}
    if 0 <= value <= 9999:
        found |= {"last4"} if value >= 100 else {"house"}
    return found


def _of_decimal(value: Decimal) -> set[str]:
    if not value.is_finite():
        return set()
    _sign, _digits, exponent = value.normalize().as_tuple()
    places = max(0, -int(exponent))
    found = {"money"} if places <= 4 else {"coins"}
    if places == 0:
        found.add("integer")
        if 0 <= value <= 1000:
            found.add("small")
        if 0 <= value <= 10:
            found.add("rating")
        if value in (0, 1):
            found.add("flag")
    elif value < 1000 and places > 4:
        found.add("coins")
    if places == 1 and 0 <= value <= 10:
        found.add("rating")
    return found


def _of_number(text: str) -> set[str]:
    if len(text) <= 25 and _NUMBER.match(text):
        plain = text.replace(",", ".")
        if "." in plain:
            return _of_decimal(Decimal(plain))
        found = _of_integer(int(text))
        return found | {"phone"} if text[0] == "0" and len(text) > 5 else found
    return {"money"} if len(text) <= 24 and _MONEY_TEXT.match(text) else set()


def _of_text(text: str) -> set[str]:
    found = _of_number(text)
    if len(text) > 200:
        return found | {"text"}
    if text in _CURRENCIES:
        found.add("currency")
    if text.lower() in _ASSETS:
        found.add("asset")
    if len(text) == 2 and text.isalpha() and text.isupper():
        found.add("country")
    found |= {
        look
        for look, rule, longest in (
            ("card_brand", _BRANDS, 24),
            ("last4", _LAST4, 24),
            ("postcode", _POSTCODE, 10),
            ("phone", _PHONE, 24),
            ("street", _STREET, 90),
            ("house", _HOUSE, 10),
            ("person", _PERSON, 60),
            ("word", _WORD, 60),
            ("code", _CODE, 64),
            ("handle", _HANDLE, 40),
            ("tracking", _TRACKING, 30),
            ("key", _KEY, 64),
        )
        if len(text) <= longest and rule.match(text)
    }
    spaces = text.count(" ")
    if spaces:
        found.add("sentence")
    if spaces >= 4:
        found.add("text")
    if len(text) <= 60 and not spaces and text[:1].isalpha():
        found.add("sentence")
    return found
