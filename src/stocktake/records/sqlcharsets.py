"""Character sets by the names that MySQL and MariaDB give them.

MySQL's latin1 is Windows-1252, with its five unused bytes kept as the control characters of the same
number (strings/ctype-latin1.c). Where MySQL's tables and Python's codecs differ, MySQL's hold; where MySQL
knows no character and the codec does, the codec's. Sets that Python has no codec for (armscii8, geostd8,
keybcs2, swe7), and in eucjpms the NEC special characters, are told as bytes that are no text.
"""

from functools import cache

import numpy as np
import numpy.typing as npt

_UTF8 = {"utf8", "utf8mb3", "utf8mb4", "utf-8"}

_SINGLE = {
    "latin1": "cp1252", "latin2": "iso8859_2", "latin5": "iso8859_9", "latin7": "iso8859_13",
    "cp1250": "cp1250",
    "cp1251": "cp1251", "cp1256": "cp1256", "cp1257": "cp1257", "cp850": "cp850", "cp852": "cp852",
    "cp866": "cp866", "greek": "iso8859_7", "hebrew": "iso8859_8", "koi8r": "koi8_r", "koi8u": "koi8_u",
    "macroman": "mac_roman", "macce": "mac_latin2", "tis620": "tis_620", "dec8": "latin_1",
    "hp8": "hp_roman8",
}  # fmt: skip

_WIDE = {
    "gbk": "gbk", "gb2312": "gb2312", "gb18030": "gb18030", "big5": "big5", "sjis": "shift_jis",
    "cp932": "cp932",
    "ujis": "euc_jp", "eucjpms": "euc_jp", "euckr": "cp949", "ucs2": "utf_16_be", "utf16": "utf_16_be",
    "utf16le": "utf_16_le", "utf32": "utf_32_be",
}  # fmt: skip

# Characters that MySQL's tables (strings/ctype-extra.c, ctype-sjis.c, ctype-ujis.c) have otherwise.
_OWN = {
    "cp866": {0xFC: "ⁿ", 0xFD: "²"},
    "dec8": {0xA8: "¤", 0xD7: "Œ", 0xDD: "Ÿ", 0xF7: "œ", 0xFD: "ÿ"},
    "greek": {0xA1: "ʽ", 0xA2: "ʼ"},  # noqa: RUF001
    "hebrew": {0xAF: "‾"},
    "koi8u": {0x95: "•"},
}
_WIDE_OWN = {
    "sjis": str.maketrans("＼", "\\"),  # noqa: RUF001
    "ujis": str.maketrans("＼", "\\"),  # noqa: RUF001
    "eucjpms": str.maketrans("〜‖−¢£¬", "～∥－￠￡￢"),  # noqa: RUF001
}

# First bytes of the two-byte characters whose second byte can be a backslash or a letter.
_LEAD = {
    "gbk": [(0x81, 0xFE)],
    "gb18030": [(0x81, 0xFE)],
    "big5": [(0xA1, 0xF9)],
    "sjis": [(0x81, 0x9F), (0xE0, 0xFC)],
    "cp932": [(0x81, 0x9F), (0xE0, 0xFC)],
}


def is_utf8(charset: str) -> bool:
    """Whether the set is UTF-8, in three or in four bytes."""
    return charset in _UTF8


def wide_codec(charset: str) -> str | None:
    """Python's codec for a set with characters of several bytes, other than UTF-8."""
    return _WIDE.get(charset)


@cache
def lead_bytes(charset: str) -> npt.NDArray[np.bool_]:
    """For each byte, whether it begins a character whose second byte can be a backslash."""
    lead = np.zeros(256, np.bool_)
    for first, last in _LEAD.get(charset, []):
        lead[first : last + 1] = True
    return lead


@cache
def _characters(charset: str) -> tuple[str, ...]:
    """For each byte of a single-byte set its character, empty where it has none."""
    codec = _SINGLE.get(charset, "ascii")
    own = _OWN.get(charset, {})
    found = []
    for byte in range(256):
        character = bytes([byte]).decode(codec, "ignore")
        if charset == "latin1" and not character:
            character = chr(byte)
        found.append(own.get(byte, character))
    return tuple(found)


@cache
def table(charset: str) -> npt.NDArray[np.uint32]:
    """For each byte of a single-byte set its UTF-8 (first byte lowest; the length in the top byte), or 0."""
    entries = np.zeros(256, np.uint32)
    for byte, character in enumerate(_characters(charset)):
        encoded = character.encode()
        if encoded:
            entries[byte] = int.from_bytes(encoded, "little") | len(encoded) << 24
    return entries


def decode(value: bytes, charset: str) -> tuple[str, bool]:
    """Text of ``value``, with ``\\xNN`` for bytes that are no text, and whether all were text."""
    if charset in _SINGLE:
        characters = _characters(charset)
        pieces = [characters[byte] or f"\\x{byte:02x}" for byte in value]
        return "".join(pieces), all(characters[byte] for byte in set(value))
    codec = "utf_8" if is_utf8(charset) else _WIDE.get(charset, "ascii")
    own = _WIDE_OWN.get(charset, {})
    try:
        return value.decode(codec).translate(own), True
    except UnicodeDecodeError:
        return value.decode(codec, "backslashreplace").translate(own), False
