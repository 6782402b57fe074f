"""How numbers, sums, dates and texts found in evidence are put into a document's words."""

import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cache

from fontTools.ttLib import TTFont

from stocktake.reports.fonts import FONTS

LONGEST = 160  # characters of a text from evidence that a document shows
SHORTENED = " […]"

_SIGNS = {"GBP": "£", "EUR": "€", "USD": "US$"}
_DECIMALS = {"JPY": 0, "KRW": 0, "BTC": 8, "LTC": 8, "BCH": 8, "DOGE": 8, "ETH": 18, "XMR": 12}
_EXACT = Context(prec=100, rounding=ROUND_HALF_UP)
_MARKS_TOGETHER = 2


def number(value: int | Decimal) -> str:
    """``1,234`` or, where there is a fraction, ``1,234.5``; a minus is a true minus."""
    exact = Decimal(value)
    text = f"{_EXACT.normalize(exact):,f}" if exact != exact.to_integral_value() else f"{int(exact):,}"
    return text.replace("-", "\u2212")


def money(amount: Decimal | None, currency: str | None, *, whole: bool = False) -> str:
    """``£1,234.50``, ``0.12345678 BTC``; rounded half up to the currency's decimals, only here.

    ``whole`` leaves the decimals out. None (several currencies, which are never added up) is a dash.
    """
    if amount is None:
        return "\u2013"
    code = (currency or "").strip().upper()
    places = 0 if whole else _DECIMALS.get(code, 2)
    rounded = _EXACT.quantize(abs(amount), Decimal(1).scaleb(-places))
    digits = f"{rounded:,.{places}f}"
    minus = "\u2212" if amount < 0 and rounded else ""
    if code in _SIGNS:
        return f"{minus}{_SIGNS[code]}{digits}"
    return f"{minus}{digits}\u00a0{shown(code, 12) or 'no currency stated'}"


def day(when: date | datetime | None) -> str:
    """``24 November 2026``."""
    return f"{when.day}\u00a0{when:%B}\u00a0{when.year:04}" if when else "not recorded"


def moment(when: datetime) -> str:
    """``24 November 2026, 10:05:09``: the zone is told beside it."""
    return f"{day(when)}, {when:%H:%M:%S}"


def stamp(when: datetime | None) -> str:
    """``2026-11-24 10:05``, for tables."""
    return f"{when:%Y-%m-%d %H:%M}" if when else "\u2013"


def size(amount: int) -> str:
    """``4,096 bytes``, with the size in a larger unit beside it: ``5,242,880 bytes (5.2 MB)``."""
    told = count(amount, "byte")
    for unit, scale in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if amount >= scale:
            return f"{told} ({amount / scale:,.1f} {unit})"
    return told


def count(amount: int | Decimal, one: str, many: str | None = None) -> str:
    """``1 order``, ``1,234 orders``, ``2 currencies``."""
    return f"{number(amount)}\u00a0{one if amount == 1 else many or one + 's'}"


def listed(texts: Iterable[str]) -> str:
    """``a, b and c``."""
    every = list(texts)
    return " and ".join([", ".join(every[:-1]), every[-1]] if len(every) > 1 else every)


@cache
def _drawable() -> frozenset[int]:
    """Code points that the fonts shipped with stocktake can draw."""
    every: set[int] = set()
    for path in sorted(FONTS.glob("*.ttf")):
        with TTFont(path, lazy=True) as font:
            every |= set(font.getBestCmap())
    return frozenset(every)


def shown(value: object, longest: int = LONGEST) -> str:
    """A text from evidence, so that a page shows what is there and nothing acts.

    One line; at most ``longest`` characters as shown, then ``[…]``. What can't be seen or drawn (control
    characters, marks that turn the direction of text, emoji, scripts that the fonts lack, more than two
    marks on one letter) stands as its code point: ``[U+202E]``. NULL is the empty text.
    """
    if value is None:
        return ""
    text = str(value)
    parts: list[str] = []
    length = marks = 0
    for character in text:
        kind = unicodedata.category(character)
        marks = marks + 1 if kind in ("Mn", "Me") else 0
        if character in "\t\n\r" or kind in ("Zs", "Zl", "Zp"):
            part = " "
        elif kind[0] == "C" or ord(character) not in _drawable() or marks > _MARKS_TOGETHER:
            part = f"[U+{ord(character):04X}]"
        else:
            part = character
        length += len(part)
        if length > longest:
            parts.append(SHORTENED)
            break
        parts.append(part)
    return " ".join("".join(parts).split())
