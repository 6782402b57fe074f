"""PostgreSQL's types in Arrow, and the text of values turned into them.

Text forms: PostgreSQL's documentation, chapter 8 "Data Types", as the output functions of the server write
them (DateStyle ISO, which every dump sets).
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_PLAIN = {
    "smallint": pa.int16(),
    "int2": pa.int16(),
    "smallserial": pa.int16(),
    "integer": pa.int32(),
    "int": pa.int32(),
    "int4": pa.int32(),
    "serial": pa.int32(),
    "bigint": pa.int64(),
    "int8": pa.int64(),
    "bigserial": pa.int64(),
    "oid": pa.int64(),
    "real": pa.float32(),
    "float4": pa.float32(),
    "double precision": pa.float64(),
    "float8": pa.float64(),
    "boolean": pa.bool_(),
    "bool": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "timestamp without time zone": pa.timestamp("us"),
    "timestamptz": pa.timestamp("us", "UTC"),
    "timestamp with time zone": pa.timestamp("us", "UTC"),
    "bytea": pa.binary(),
}

# PostgreSQL's names of encodings (chapter 24.3) to Python's, where Python does not know them by that name.
_CODECS = {
    "SQL_ASCII": "utf-8",
    "UTF8": "utf-8",
    "UNICODE": "utf-8",
    "EUC_JIS_2004": "euc_jis_2004",
    "SHIFT_JIS_2004": "shift_jis_2004",
    "SJIS": "cp932",
    "UHC": "cp949",
    "KOI8R": "koi8-r",
    "KOI8": "koi8-r",
    "KOI8U": "koi8-u",
    "EUC_CN": "gb2312",
    "EUC_JP": "euc_jp",
    "EUC_KR": "euc_kr",
    "ALT": "cp866",
    "ABC": "cp1258",
    "TCVN": "cp1258",
    **{f"LATIN{n}": f"iso8859-{part}" for n, part in enumerate((1, 2, 3, 4, 9, 10, 13, 14, 15, 16), start=1)},
    **{f"WIN{page}": f"cp{page}" for page in (866, 874, *range(1250, 1259))},
}

# Encodings in which the second byte of a character can be a backslash or another character of the syntax.
UNSAFE_CODECS = {"cp932", "cp949", "big5", "gbk", "gb18030", "johab", "shift_jis_2004"}


def codec(encoding: str) -> str:
    """Python's name of a PostgreSQL client encoding; LookupError where Python has no such codec."""
    name = _CODECS.get(encoding.upper(), encoding.lower())
    "".encode(name)
    return name


def arrow_type(declared: str) -> pa.DataType:
    """Return the Arrow type that holds a column of the declared type exactly: string where none does."""
    plain = " ".join(declared.lower().split()).removeprefix("pg_catalog.")
    if plain.endswith("]"):
        return pa.string()
    numeric = re.fullmatch(r"(?:numeric|decimal) ?\( ?(\d+) ?(?:, ?(-?\d+) ?)?\)", plain)
    if numeric:
        precision, scale = int(numeric[1]), int(numeric[2] or 0)
        fits = 1 <= precision <= 38 and 0 <= scale <= precision
        return pa.decimal128(precision, scale) if fits else pa.string()
    return _PLAIN.get(re.sub(r" ?\( ?\d+ ?\)", "", plain), pa.string())


def convert(values: pa.Array, kind: pa.DataType, encoding: str = "utf-8") -> tuple[pa.Array, dict[int, str]]:
    """Turn the recorded bytes of values into a column of type ``kind``.

    Returns the column and, by position, the recorded text of values that do not fit it: those are NULL
    in the column, or, in a column of text, the text with ``\\xNN`` for the bytes that are no text.
    """
    if kind == pa.binary():
        return _each(values, kind, _bytea)
    text, broken = _text(values, encoding)
    if kind == pa.string():
        return text, broken
    try:
        return _cast(text, kind), broken
    except pa.ArrowInvalid:
        column, misfits = _each(text, kind, lambda value: _value(value, kind))
        return column, {**broken, **misfits}


def _text(values: pa.Array, encoding: str) -> tuple[pa.Array, dict[int, str]]:
    if encoding == "utf-8" or _is_ascii(values):
        try:
            return values.cast(pa.string()), {}
        except pa.ArrowInvalid:
            pass
    found: list[str | None] = []
    broken = {}
    for position, value in enumerate(values.to_pylist()):
        if value is None:
            found.append(None)
            continue
        try:
            found.append(value.decode(encoding))
        except UnicodeDecodeError:
            text = value.decode(encoding, "backslashreplace")
            found.append(text)
            broken[position] = text
    return pa.array(found, pa.string()), broken


def _is_ascii(values: pa.Array) -> bool:
    data = values.buffers()[2]
    return data is None or not (np.frombuffer(data, np.uint8) & 0x80).any()


def _cast(text: pa.Array, kind: pa.DataType) -> pa.Array:
    if kind != pa.bool_():
        return pc.cast(text, kind)
    true = pc.is_in(text, pa.array(["t", "true", "1"]), skip_nulls=True)
    false = pc.is_in(text, pa.array(["f", "false", "0"]), skip_nulls=True)
    neither = pc.and_(pc.is_valid(text), pc.invert(pc.or_(true, false)))
    if pc.any(neither).as_py():
        raise pa.ArrowInvalid("not a boolean")
    return pc.if_else(pc.is_valid(text), true, pa.scalar(None, pa.bool_()))


def _each(
    values: pa.Array, kind: pa.DataType, one: Callable[[Any], object]
) -> tuple[pa.Array, dict[int, str]]:
    """Convert value by value, which is slow: for blocks that hold something unusual."""
    found: list[object] = []
    misfits = {}
    for position, value in enumerate(values.to_pylist()):
        try:
            found.append(None if value is None else one(value))
        except (ValueError, pa.ArrowInvalid, ArithmeticError):
            found.append(None)
            misfits[position] = value if isinstance(value, str) else value.decode("utf-8", "backslashreplace")
    return pa.array(found, kind), misfits


_OFFSET = re.compile(r"(.*\d)([+-])(\d\d)(?::?(\d\d))?(?::?(\d\d))?")
_BOOLEANS = {
    **dict.fromkeys(("t", "true", "yes", "on", "y", "1"), True),
    **dict.fromkeys(("f", "false", "no", "off", "n", "0"), False),
}


def _value(text: str, kind: pa.DataType) -> object:
    if kind == pa.bool_():
        if text.lower() not in _BOOLEANS:
            raise ValueError(text)
        return _BOOLEANS[text.lower()]
    if pa.types.is_timestamp(kind) and kind.tz:
        # Offsets of local mean time, from before there were time zones, have seconds.
        found = _OFFSET.fullmatch(text)
        if not found:
            raise ValueError(text)
        local = datetime.fromisoformat(found[1]).replace(tzinfo=UTC)
        away = timedelta(hours=int(found[3]), minutes=int(found[4] or 0), seconds=int(found[5] or 0))
        return local - away if found[2] == "+" else local + away
    return pc.cast(pa.scalar(text), kind).as_py() if not pa.types.is_floating(kind) else float(text)


_ESCAPED_BYTE = re.compile(rb"\\(?:([0-3][0-7][0-7])|(\\))")


def _bytea(value: bytes) -> bytes:
    """Hex format (``\\x…``), or the escape format of servers before 9.0."""
    if value.startswith(b"\\x"):
        return bytes.fromhex(value[2:].decode("ascii"))
    return _ESCAPED_BYTE.sub(lambda found: b"\\" if found[2] else bytes([int(found[1], 8)]), value)
