"""Ways to reach people: mail, telephone, post, messengers.

Phones are judged by the number ranges of the ``phonenumbers`` library (Google's libphonenumber), without its
parser, which is a hundred times slower than the search. Messengers publish no check of their names.
"""

import functools
import re

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE
from phonenumbers.phonemetadata import PhoneMetadata

from stocktake.observables.candidates import RESERVED
from stocktake.observables.finding import LOW, MEDIUM, NO_CHECKSUM, Finding

_TYPES = {
    "mobile": "mobile",
    "fixed_line": "fixed line",
    "voip": "internet telephone",
    "toll_free": "free",
    "shared_cost": "shared cost",
    "premium_rate": "premium rate",
    "personal_number": "personal number",
    "pager": "pager",
    "uan": "company number",
    "voicemail": "voicemail",
}
# What may stand between the groups of a number, the sign before it, and a space that does not break.
_BETWEEN = b" -.()+\xc2\xa0"
_GROUPS = re.compile(rb"\d+")
# Ofcom, "Numbers for use in TV and radio drama programmes": these two are in no range that is in use.
_DRAMA = re.compile(r"44(7700900|1632960)\d{3}")
_TELEGRAM_NAME = re.compile(r"[a-z][a-z0-9_]{3,31}")
_TELEGRAM_WORDS = {
    "addstickers",
    "addemoji",
    "addtheme",
    "boost",
    "confirmphone",
    "invoice",
    "joinchat",
    "login",
    "proxy",
    "setlanguage",
    "share",
    "socks",
}


def mail(text: bytes, note: int) -> Finding:
    """A mail address of the usual form under a last label that is delegated; reserved ones can't be known."""
    value = text.decode()
    valid, confidence = (None, LOW) if note == RESERVED else (True, "high")
    return Finding("email", value, value.lower(), valid, None, None, confidence=confidence)


def jabber(text: bytes, note: int) -> Finding:
    """A Jabber address: form of a mail address, after a word that says so (RFC 7622)."""
    return mail(text, note)._replace(kind="jabber", network="xmpp", confidence=MEDIUM)


@functools.cache
def _ranges(code: int) -> list[tuple[str, re.Pattern[str]]]:
    """For every region of a country code the pattern of its numbers, in groups named for their types."""
    ranges = []
    for region in COUNTRY_CODE_TO_REGION_CODE[code]:
        metadata = (
            PhoneMetadata.metadata_for_nongeo_region(code)
            if region == "001"
            else PhoneMetadata.metadata_for_region(region)
        )
        described = {name: getattr(metadata, name, None) for name in _TYPES}
        alternatives = [
            f"(?P<{name}>{description.national_number_pattern})"
            for name, description in described.items()
            if description is not None and description.national_number_pattern
        ]
        if alternatives:
            ranges.append((region, re.compile("|".join(alternatives))))
    return ranges


def _numbered(digits: str) -> tuple[str, str, str] | None:
    """E.164 form, region and type of ``digits``, which begin with a country code; None where in no range."""
    for size in (1, 2, 3):
        if int(digits[:size]) in COUNTRY_CODE_TO_REGION_CODE:
            code, national = int(digits[:size]), digits[size:]
            break
    else:
        return None
    # "+44 (0)20" and "+44 07700": the zero is dialled inside the country only; Italy's belongs to the number.
    for number in (national, national[1:]) if national.startswith("0") and code != 39 else (national,):
        for region, pattern in _ranges(code):
            if match := pattern.fullmatch(number):
                return f"+{code}{number}", region, _TYPES[match.lastgroup or ""]
    return None


def phone(text: bytes, note: int, *, national: bool) -> Finding | None:
    """A telephone number in a range that is in use, in E.164 form; groups at the end that don't fit are left.

    ``note`` of an international one: 0 with +, 1 with neither + nor 00, 2 with 00.
    """
    number = text.translate(None, _BETWEEN).decode()
    used = len(text)
    if found := _judged(number, note, national=national):
        pass
    else:
        ends = [match.end() for match in _GROUPS.finditer(text)]
        for used in reversed(ends[:-1]):
            number = text[:used].translate(None, _BETWEEN).decode()
            if len(number) >= 8 and (found := _judged(number, note, national=national)):
                break
    if not found:
        return None
    e164, valid, region, name, confidence = found
    value = text[:used].decode()
    if value.startswith("(") and ")" not in value:
        value = value[1:]
    return Finding("phone", value, e164, valid, region, name, NO_CHECKSUM, confidence, used)


def _judged(number: str, note: int, *, national: bool) -> tuple[str, bool | None, str, str, str] | None:
    """E.164 form, validity, region, type and confidence of the digits of a number."""
    number = f"44{number[1:]}" if national else number[2:] if note == 2 else number
    if _DRAMA.fullmatch(number):
        return f"+{number}", None, "GB", "drama", MEDIUM
    if found := _numbered(number):
        return found[0], True, found[1], found[2], MEDIUM if national or note else "high"
    return None


def international(text: bytes, note: int) -> Finding | None:
    """A number with its country code."""
    return phone(text, note, national=False)


def national(text: bytes, note: int) -> Finding | None:
    """A number as it is dialled within the United Kingdom."""
    return phone(text, note, national=True)


def postcode(text: bytes, note: int) -> Finding:
    """A postcode of a published form in an area that exists; whether it is delivered to is not known here.

    Note: + 2 upper case, + 1 with a space.
    """
    value = text.decode()
    plain = value.upper()
    outer = plain[:-3].removesuffix("%20").rstrip(" +\xa0")
    normalised = f"{outer} {plain[-3:]}"
    return Finding(
        "uk_postcode",
        value,
        normalised,
        True,
        None,
        None,
        confidence=(LOW, MEDIUM, MEDIUM, "high")[note],
    )


def telegram_handle(text: bytes, _note: int) -> Finding:
    """A handle after a word that says Telegram."""
    value = text.decode()
    return Finding("telegram", value, value.lower(), None, "telegram", "handle", confidence=MEDIUM)


def telegram_link(text: bytes, _note: int) -> Finding | None:
    """A link to an account, channel or invitation."""
    value = text.decode()
    path = value.replace("\\/", "/").split("/")[1:]
    if path[0].lower() == "s" and len(path) > 1:
        path = path[1:]
    name = path[0].lower()
    if path[0].startswith("+") and len(path[0]) > 10:
        return Finding(
            "telegram", value, f"t.me/{path[0]}", None, "telegram", "invitation", confidence="high"
        )
    if name == "joinchat" and len(path) > 1 and len(path[1]) > 10:
        return Finding(
            "telegram", value, f"t.me/+{path[1]}", None, "telegram", "invitation", confidence="high"
        )
    if name in _TELEGRAM_WORDS or not _TELEGRAM_NAME.fullmatch(name):
        return None
    return Finding("telegram", value, f"@{name}", None, "telegram", "link", confidence="high")


def signal_link(text: bytes, _note: int) -> Finding:
    """A link to a Signal account by phone (``#p/+44…``) or user name (``#eu/…``), or to a group."""
    value = text.decode()
    host, _, tail = value.replace("\\/", "/").partition("/#")
    if tail.startswith("p/+") and (found := international(tail[2:].encode(), 0)):
        return Finding("signal", value, found.normalised, True, "signal", "phone", confidence="high")
    return Finding("signal", value, f"{host.lower()}/#{tail}", None, "signal", "link", confidence="high")


def wickr(text: bytes, _note: int) -> Finding:
    """A name after the word Wickr."""
    value = text.decode()
    return Finding("wickr", value, value.lower(), None, "wickr", "handle", confidence=MEDIUM)


def session(text: bytes, _note: int) -> Finding:
    """A Session account: 05 and an X25519 public key; any 32 bytes are one, so nothing can be checked."""
    value = text.decode()
    return Finding("session_id", value, value.lower(), None, "session", "hexadecimal", confidence=MEDIUM)
