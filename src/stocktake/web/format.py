"""How values from evidence are shown: as what they are, never as markup, and with nothing hidden in them."""

import unicodedata
from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

# Longest text shown in a cell of a table, and on a page of its own, in characters.
CELL = 160
BODY = 20_000

_CURRENCY_SIGNS = {"GBP": "£", "EUR": "€", "USD": "$"}
_FORMULA_STARTS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")  # and their full-width forms


def money(amount: Decimal | None, currency: str | None) -> str:
    """An amount with its currency's sign and two decimals; more where the recorded value has more.

    Nothing is rounded. A currency without a sign of its own stands as its code behind the amount.
    """
    if amount is None:
        return ""
    whole, _, fraction = f"{abs(amount):,f}".partition(".")
    fraction = fraction.rstrip("0").ljust(2, "0")
    minus = "\N{MINUS SIGN}" if amount < 0 else ""
    code = (currency or "").strip()
    if code in _CURRENCY_SIGNS:
        return f"{minus}{_CURRENCY_SIGNS[code]}{whole}.{fraction}"
    return f"{minus}{whole}.{fraction} {visible_text(code)}".rstrip()


def number(value: Decimal | float | None) -> str:
    """A count or a quantity, thousands apart, without needless decimals."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        whole, _, fraction = f"{abs(value):,f}".partition(".")
        fraction = fraction.rstrip("0")
        return ("\N{MINUS SIGN}" if value < 0 else "") + whole + ("." + fraction if fraction else "")
    return f"{value:,}".replace("-", "\N{MINUS SIGN}")


def size(count: int | None) -> str:
    """A number of bytes, in the largest fitting decimal unit."""
    if count is None:
        return ""
    if count < 1000:
        return f"{count} bytes"
    value = float(count)
    for unit in ("kB", "MB", "GB", "TB"):
        value /= 1000
        if value < 1000 or unit == "TB":
            break
    return f"{value:,.1f} {unit}"


def moment(value: datetime | str | None, zone: ZoneInfo) -> Markup:
    """A ``<time>`` in the case's time zone, with the UTC value in ``datetime`` and on hover.

    ``value`` is UTC, with or without a zone (DuckDB gives none); a time that Python's calendar can't hold
    comes as text and is shown as it is.
    """
    if value is None:
        return Markup()
    if isinstance(value, str):
        return visible(value)
    utc = value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    try:
        local = utc.astimezone(zone)
    except (OverflowError, ValueError):
        local = utc
    # Not strftime: it pads years before 1000 differently from one platform to another.
    shown = (
        f"{local.day} {_MONTHS[local.month - 1]} {local.year}, "
        f"{local.hour:02}:{local.minute:02}:{local.second:02} {local.tzname()}"
    )
    stamp = utc.replace(tzinfo=None).isoformat() + "Z"
    return Markup('<time datetime="{}" title="{} UTC">{}</time>').format(
        stamp, stamp.replace("T", " ").rstrip("Z"), shown
    )


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def month_name(month: str | None) -> str:
    """``Mar 2024`` for ``2024-03``."""
    if month is None:
        return "no date"
    year, _, of_year = month.partition("-")
    if of_year.isdigit() and 1 <= int(of_year) <= 12:
        return f"{_MONTHS[int(of_year) - 1]} {year}"
    return month


def _hides(character: str, before: str, after: str) -> bool:
    """Whether ``character`` would be unseen or change how others are seen."""
    if character in "\n\t":
        return False
    if character == "\u200d":  # the joiner inside of an emoji made of several
        return not (_pictorial(before) and _pictorial(after))
    return unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp") or character in _BLANKS


# Letters by category, yet drawn as nothing; and the selectors in which text can be smuggled.
_BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0") | {
    chr(code) for code in range(0xE0100, 0xE01F0)
}


def _pictorial(character: str) -> bool:
    return bool(character) and (
        unicodedata.category(character) in ("So", "Sk", "Sm") or character == "\ufe0f"
    )


def visible_text(text: str) -> str:
    """``text`` with every control, directional or unseen character written as ``[U+202E]``."""
    return "".join(
        f"[U+{ord(c):04X}]" if _hides(c, text[i - 1 : i], text[i + 1 : i + 2]) else c
        for i, c in enumerate(text)
    )


def visible(value: object, limit: int = BODY) -> Markup:
    """Markup that shows ``value`` as text: escaped, nothing hidden, its direction kept to itself.

    Text beyond ``limit`` characters is cut, and the cut is marked.
    """
    if value is None:
        return Markup()
    text = str(value)
    pieces: list[Markup | str] = []
    plain = 0
    shown = text[:limit].replace("\r\n", "\n")
    for i, c in enumerate(shown):
        if _hides(c, shown[i - 1 : i] if i else "", shown[i + 1 : i + 2]):
            pieces.append(escape(shown[plain:i]))
            name = unicodedata.name(c, "control character")
            pieces.append(Markup('<span class="unseen" title="{}">U+{:04X}</span>').format(name, ord(c)))
            plain = i + 1
    pieces.append(escape(shown[plain:]))
    if len(text) > limit:
        pieces.append(Markup('<span class="cut" title="The text goes on; its source has all of it">…</span>'))
    return Markup("<bdi>{}</bdi>").format(Markup("").join(pieces))


def csv_cell(value: object) -> str:
    """``value`` for a CSV cell that no spreadsheet takes for a formula.

    Text that begins (blanks aside) with one of ``= + - @``, tab or line end gets an apostrophe before it.
    Numbers and times stay as they are: they come from typed columns and can hold no formula.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        text = f"{value:f}"
        whole, point, fraction = text.partition(".")
        fraction = fraction.rstrip("0")
        return f"{whole}.{fraction}" if point and fraction else whole
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    text = str(value)
    return "'" + text if text.lstrip(" \u00a0").startswith(_FORMULA_STARTS) else text


def with_query(path: str, query: dict[str, str]) -> str:
    """``path?query`` with what is empty left out."""
    kept = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(kept)}" if kept else path


def hex_dump(data: bytes, offset: int) -> str:
    """``data`` as lines of offset, sixteen bytes in hex, and the same as ASCII, as ``hexdump -C`` does it.

    ``offset`` is where ``data`` begins in its file.
    """
    lines = []
    for start in range(0, len(data), 16):
        row = data[start : start + 16]
        left, right = row[:8].hex(" "), row[8:].hex(" ")
        text = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in row)
        lines.append(f"{offset + start:010x}  {left:<23}  {right:<23}  |{text}|")
    return "\n".join(lines)
