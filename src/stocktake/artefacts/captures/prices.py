"""Prices as pages show them: ``£1,234.50``, ``1.234,50 €``, ``฿0.0123``, ``from 0.01 BTC``, ``£5 to £9``.

Amounts are exact decimals, never binary fractions. What a currency sign leaves open is decided as is told at
`_SIGNS`; a price whose currency can't be told has none.
"""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

# ISO 4217 codes of money that shops ask, and assets. Units of an asset: how many of them one is.
_CODES = """
    AED ARS AUD BGN BHD BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP GEL HKD HRK HUF IDR ILS INR IQD ISK JOD
    JPY KES KRW KWD KZT LYD MAD MXN MYR NGN NOK NZD OMR PEN PHP PKR PLN QAR RON RSD RUB SAR SEK SGD THB TND
    TRY TWD UAH USD UYU VND ZAR
"""
CURRENCIES = frozenset(_CODES.split())
ASSETS = frozenset(("BTC", "XMR", "LTC", "BCH", "DOGE", "ETH", "USDT", "USDC", "DASH", "ZEC"))
_CALLED = {
    "XBT": "BTC", "BITCOIN": "BTC", "BITCOINS": "BTC", "MONERO": "XMR", "LITECOIN": "LTC", "ETHER": "ETH",
    "ETHEREUM": "ETH", "EURO": "EUR", "EUROS": "EUR", "RUR": "RUB", "RMB": "CNY", "STG": "GBP", "ZŁ": "PLN",
    "KČ": "CZK", "FT": "HUF", "LEI": "RON", "TL": "TRY", "РУБ": "RUB", "ГРН": "UAH",
}  # fmt: skip
_PARTS_OF = {
    "MBTC": ("BTC", 1_000), "SAT": ("BTC", 100_000_000), "SATS": ("BTC", 100_000_000),
    "SATOSHI": ("BTC", 100_000_000), "\u039cBTC": ("BTC", 1_000_000),
    "GWEI": ("ETH", 1_000_000_000),
}  # fmt: skip
# A sign that several currencies share stands for the one that shops mean most: $ for US dollars, ¥ for yen.
# ฿ is the baht's, and what markets wrote for Bitcoin before that had a sign; here it is Bitcoin.
_SIGNS = {
    "US$": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "NZ$": "NZD", "HK$": "HKD",
    "S$": "SGD", "R$": "BRL", "MX$": "MXN", "$": "USD", "£": "GBP", "€": "EUR", "¥": "JPY", "₽": "RUB",
    "₴": "UAH",
    "₹": "INR", "₩": "KRW", "₺": "TRY", "₪": "ILS", "₫": "VND", "₱": "PHP", "₦": "NGN", "₸": "KZT",
    "₾": "GEL",
    "฿": "BTC", "₿": "BTC", "Ł": "LTC", "ɱ": "XMR", "Ξ": "ETH", "Ð": "DOGE", "₮": "USDT",
}  # fmt: skip
_THREE_DECIMALS = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"}
_SPACES = " \u00a0\u2009\u202f'\u2019"
_NUMBER = re.compile(
    rf"\d{{1,3}}(?:[{_SPACES}]\d{{3}})+(?:[.,]\d{{1,18}})?(?![\d])|\d(?:[\d.,]{{0,30}}\d)?"
    r"|(?<![\d.,])[.,]\d{1,18}(?![\d.,])"
)
_RANGE = re.compile(r"\s{0,4}(?:[-\u2013\u2014~]|to|through|bis|à|\u0430|\u0434\u043e)\s{0,4}")
_SIGN = "|".join(re.escape(sign) for sign in sorted(_SIGNS, key=len, reverse=True))
_WORD = r"[A-Za-z\u00b5\u03bc\u0141\u0142\u017d\u017e\u010c\u010d\u0410-\u042f\u0430-\u044f]{2,10}"
_BEFORE = re.compile(rf"(?P<sign>{_SIGN})\s?$|(?<![A-Za-z])(?P<word>{_WORD})\.?\s?$")
_AFTER = re.compile(rf"\s?(?:(?P<sign>{_SIGN})|(?P<word>{_WORD})(?![A-Za-z]))")
_LONGEST = 2_000
_MOST_DIGITS = Decimal("1e20")


@dataclass(frozen=True)
class Price:
    """An amount with its currency or asset code (None where that is not told); ``most`` ends a range."""

    amount: Decimal
    currency: str | None
    most: Decimal | None = None


def read_price(text: str, currency: str | None = None) -> Price | None:
    """The price in ``text``; of several amounts in one currency the first to the last are a range.

    ``currency`` is assumed where the text names none. None where there is no price.
    """
    amounts = _amounts(text[:_LONGEST], currency)
    if not amounts:
        return None
    code = next((stated for _, stated in amounts if stated), None)
    same = [amount for amount, stated in amounts if stated == code]
    least, most = min(same), max(same)
    return Price(least, code or currency, most if most != least else None)


def decimal(text: str) -> Decimal | None:
    """A number as machines write it: digits, and a point before decimals."""
    cleaned = text.strip()
    if not re.fullmatch(r"[+-]?\d{1,20}(?:\.\d{0,30})?|[+-]?\.\d{1,30}", cleaned):
        return None
    return Decimal(cleaned)


def currency_code(text: str) -> str | None:
    """The code that a text means: itself, another name of it, or a sign."""
    word = text.strip().upper()
    code = _CALLED.get(word, word)
    if code in CURRENCIES or code in ASSETS:
        return code
    return _SIGNS.get(text.strip()) or (_PARTS_OF[word][0] if word in _PARTS_OF else None)


def _amounts(text: str, assumed: str | None) -> list[tuple[Decimal, str | None]]:
    """Every amount with its code. Beside one that has a code, one without counts only as end of its range."""
    found: list[tuple[Decimal, str | None, int, int]] = []
    for number in _NUMBER.finditer(text):
        begin, end = number.span()
        code, parts = _unit(_BEFORE.search(text, max(0, begin - 14), begin))
        if code is None:
            code, parts = _unit(_AFTER.match(text, end))
        if code is None and _MEASURE.match(text, end):
            continue
        amount = _number(number[0], code or assumed)
        if amount is not None:
            found.append((amount / parts if parts != 1 else amount, code, begin, end))
    if not any(code for _, code, _, _ in found):
        return [(amount, None) for amount, *_ in (found if assumed else found[:1])]
    kept: list[tuple[Decimal, str | None]] = []
    for place, (amount, stated, begin, end) in enumerate(found):
        before = found[place - 1] if place else None
        after = found[place + 1] if place + 1 < len(found) else None
        if stated is not None:
            kept.append((amount, stated))
        elif before and before[1] and _RANGE.fullmatch(text, before[3], begin):
            kept.append((amount, before[1]))
        elif after and after[1] and _RANGE.fullmatch(text, end, after[2]):
            kept.append((amount, after[1]))
    return kept


# What stands behind a number that is no price: weights, volumes, counts, shares.
_MEASURE = re.compile(
    r"(?i)\s?(?:%|(?:g|gr|grams?|grammes?|kg|mg|mcg|ug|oz|ml|l|cl|pills?|pillen|tabs?|tablets?|pcs?|pieces?|x|blotters?"
    r"|units?|days?|hours?|weeks?|or|oder|ou|items?|reviews?|sold)(?![A-Za-z]))"
)


def _unit(found: "re.Match[str] | None") -> tuple[str | None, int]:
    if found is None:
        return None, 1
    if found["sign"]:
        return _SIGNS[found["sign"]], 1
    word = found["word"].upper()
    if word in _PARTS_OF:
        return _PARTS_OF[word]
    return currency_code(word), 1


def _number(text: str, currency: str | None) -> Decimal | None:
    """Digits with whatever parts thousands and decimals: the last of two signs parts decimals.

    A sign that stands once before three digits parts thousands, unless the number is of an asset, of a
    currency with three decimals, or begins with a nought.
    """
    digits = re.sub(f"[{_SPACES}]", "", text)
    signs = re.findall(r"[.,]", digits)
    if len(set(signs)) == 2:
        last = digits.rfind(signs[-1])
        whole, fraction = digits[:last], digits[last + 1 :]
        if signs[-1] in whole:
            return None  # 1.234,567.89: no way of writing numbers
    elif len(signs) > 1:
        whole, fraction = digits, ""
    elif signs:
        whole, _, fraction = digits.partition(signs[0])
        is_exact = currency in ASSETS or currency in _THREE_DECIMALS or whole.strip("0") == ""
        if len(fraction) == 3 and len(whole) <= 3 and not is_exact:
            whole, fraction = whole + fraction, ""
    else:
        whole, fraction = digits, ""
    whole = re.sub(r"[.,]", "", whole) or "0"
    try:
        amount = Decimal(f"{whole}.{fraction}" if fraction else whole)
    except InvalidOperation:
        return None
    return amount if amount < _MOST_DIGITS and len(fraction) <= 18 else None
