"""Columns of SQL values to Arrow arrays: what fits the declared type, and what is kept as recorded text."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from stocktake.records import sqlcharsets, sqlddl, sqltext
from stocktake.records.raw import Column

UNREAD = pa.map_(pa.string(), pa.string())
_STATES = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Plan:
    """How the values of one column are read.

    ``charset`` is the column's own: that of hexadecimal and ``_binary`` values. ``declared`` is False where
    no CREATE TABLE told the type; then such values stay as they are written. ``default`` is the literal
    that a row has whose insert leaves the column out.
    """

    column: Column
    charset: str
    declared: bool = True
    default: str | None = None


@dataclass(frozen=True)
class Dialect:
    """How the text of a statement is to be read: the connection's character set and the SQL mode."""

    charset: str = "utf8mb4"
    backslash: bool = True
    ansi: bool = False

    @property
    def pairs(self) -> bool:
        """Whether a backslash can be the second byte of a character."""
        return bool(self.lead.any())

    @property
    def lead(self) -> npt.NDArray[np.bool_]:
        """For each byte, whether it begins such a character."""
        return sqlcharsets.lead_bytes(self.charset)


@dataclass(frozen=True)
class Values:
    """Values of one column: where they stand in ``buf`` and what they were written as."""

    buf: npt.NDArray[np.uint8]
    starts: npt.NDArray[np.int32]
    ends: npt.NDArray[np.int32]
    kinds: npt.NDArray[np.uint8]
    dialect: Dialect

    def __len__(self) -> int:
        return len(self.starts)

    def take(self, rows: npt.NDArray[np.int64]) -> "Values":
        """The values at these rows."""
        return Values(self.buf, self.starts[rows], self.ends[rows], self.kinds[rows], self.dialect)


def _array(kind: pa.DataType, length: int, buffers: list[Any], states: _STATES) -> pa.Array:
    """An Arrow array over these buffers, with what holds no value as NULL."""
    valid = states & 1
    nulls = length - int(np.count_nonzero(valid))
    bitmap = pa.py_buffer(np.packbits(valid, bitorder="little")) if nulls else None
    return pa.Array.from_buffers(kind, length, [bitmap, *(pa.py_buffer(b) for b in buffers)], nulls)


def _how(charset: str, kind: pa.DataType) -> int:
    if pa.types.is_binary(kind):
        return sqltext.AS_BYTES
    return sqltext.AS_UTF8 if sqlcharsets.is_utf8(charset) else sqltext.AS_TABLE


def _text(values: Values, plan: Plan, kind: pa.DataType, *, literal: bool) -> tuple[pa.Array, _STATES]:
    """Text or bytes; ``literal`` keeps expressions, hexadecimal and bit literals as they are written."""
    dialect = values.dialect
    quoted = plan.charset if dialect.charset == "binary" else dialect.charset
    if not pa.types.is_binary(kind) and (
        sqlcharsets.wide_codec(quoted)
        or (sqlcharsets.wide_codec(plan.charset) and bool((values.kinds >= sqltext.BYTES).any()))
    ):
        return _wide_text(values, quoted, plan.charset, literal=literal)
    count = len(values)
    states = np.empty(count, np.uint8)
    offsets = np.empty(count + 1, np.int32)
    length = int((values.ends - values.starts).sum(dtype=np.int64))
    room = length + 4 + 2 * count * literal
    while True:
        out = np.empty(room, np.uint8)
        used = sqltext.to_text(
            values.buf, values.starts, values.ends, values.kinds,
            _how(quoted, kind), sqlcharsets.table(quoted), _how(plan.charset, kind),
            sqlcharsets.table(plan.charset),
            literal, dialect.backslash, dialect.pairs, dialect.lead, offsets, out, states,
        )  # fmt: skip
        if used >= 0:
            return _array(kind, count, [offsets, out[:used]], states), states
        room = 4 * length + 4 * count + 4


def _wide_text(values: Values, quoted: str, own: str, *, literal: bool) -> tuple[pa.Array, _STATES]:
    """Text in a character set of several bytes, by Python's codecs."""
    as_bytes = Plan(Column("", "", pa.binary()), "binary")
    whole, states = _text(values, as_bytes, pa.binary(), literal=literal)
    texts: list[str | None] = []
    for at, (value, kind) in enumerate(zip(whole.to_pylist(), values.kinds.tolist(), strict=True)):
        if value is None:
            texts.append(None)
            continue
        of_bytes = kind in (sqltext.BYTES, sqltext.BYTES_ESCAPED) or (kind >= sqltext.HEX and not literal)
        text, good = sqlcharsets.decode(value, own if of_bytes else quoted)
        texts.append(text)
        if not good:
            states[at] = sqltext.PATCHED
    return pa.array(texts, pa.string()), states


_LIMITS = {
    pa.int8(): (2**7 - 1, 2**7), pa.int16(): (2**15 - 1, 2**15), pa.int32(): (2**31 - 1, 2**31),
    pa.int64(): (2**63 - 1, 2**63), pa.uint8(): (2**8 - 1, 0), pa.uint16(): (2**16 - 1, 0),
    pa.uint32(): (2**32 - 1, 0), pa.uint64(): (2**64 - 1, 0),
}  # fmt: skip


def _integers(values: Values, plan: Plan) -> tuple[pa.Array, _STATES]:
    kind = plan.column.type
    most, least = _LIMITS[kind]
    declared = plan.column.declared.upper()
    bit = declared.startswith("BIT")
    if bit:
        most = 2 ** min(64, sqlddl.bits_of(declared)) - 1
    count = len(values)
    out, states = np.empty(count, np.uint64), np.empty(count, np.uint8)
    sqltext.to_integers(
        values.buf, values.starts, values.ends, values.kinds, np.uint64(most), np.uint64(least), bit,
        declared.startswith("YEAR"), values.dialect.backslash, out, states,
    )  # fmt: skip
    return _array(kind, count, [out.astype(kind.to_pandas_dtype())], states), states


def _decimals(values: Values, plan: Plan) -> tuple[pa.Array, _STATES]:
    kind = plan.column.type
    count = len(values)
    out, states = np.empty(2 * count, np.uint64), np.empty(count, np.uint8)
    sqltext.to_decimals(
        values.buf, values.starts, values.ends, values.kinds, kind.precision, kind.scale, out, states
    )
    return _array(kind, count, [out], states), states


def _moments(values: Values, plan: Plan) -> tuple[pa.Array, _STATES]:
    kind = plan.column.type
    is_date = pa.types.is_date(kind)
    count = len(values)
    out, states = np.empty(count, np.int64), np.empty(count, np.uint8)
    sqltext.to_moments(values.buf, values.starts, values.ends, values.kinds, is_date, out, states)
    return _array(kind, count, [out.astype(np.int32) if is_date else out], states), states


_FLOAT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def _float(text: str | None, largest: float) -> float | None:
    if text is None or not _FLOAT.fullmatch(text):
        return None
    number = float(text)
    return number if abs(number) <= largest else None


def _floats(values: Values, plan: Plan) -> tuple[pa.Array, _STATES]:
    """Floating point numbers, each the nearest to the decimal text.

    Arrow's parser does it (fast_float); what it refuses is gone through one by one.
    """
    kind = plan.column.type
    single = pa.types.is_float32(kind)
    largest = float(np.finfo(np.float32).max) if single else math.inf
    texts, states = _text(values, plan, pa.string(), literal=True)
    numeric = (values.kinds == sqltext.NUMBER) | (values.kinds == sqltext.TEXT)
    states[~numeric & (states != sqltext.ABSENT)] = sqltext.UNREAD
    try:
        numbers = pc.cast(texts, pa.float64())
    except pa.ArrowInvalid:
        numbers = None
    if numbers is not None:
        plain = numbers.fill_null(0.0).to_numpy(zero_copy_only=False)
        if not np.isfinite(plain).all() or (np.abs(plain) > largest).any() or not numeric[states != 0].all():
            numbers = None
    if numbers is None:
        read = [
            _float(text, largest) if fits else None
            for text, fits in zip(texts.to_pylist(), numeric.tolist(), strict=True)
        ]
        plain = np.array([0.0 if number is None else number for number in read])
        finite = np.array([number is not None and math.isfinite(number) for number in read], np.bool_)
        states[finite] = sqltext.VALID
        states[~finite & (states != sqltext.ABSENT)] = sqltext.UNREAD
    return _array(kind, len(values), [plain.astype(np.float32 if single else np.float64)], states), states


def _strings(values: Values, plan: Plan) -> tuple[pa.Array, _STATES]:
    array, states = _text(values, plan, plan.column.type, literal=not plan.declared)
    if not plan.declared:
        expressions = values.kinds == sqltext.EXPRESSION
        if expressions.any():
            states[expressions] = sqltext.UNREAD
            array = pc.if_else(pa.array(~expressions), array, pa.scalar(None, array.type))
    return array, states


def _reader(kind: pa.DataType) -> Callable[[Values, Plan], tuple[pa.Array, _STATES]]:
    if pa.types.is_integer(kind):
        return _integers
    if pa.types.is_decimal(kind):
        return _decimals
    if pa.types.is_floating(kind):
        return _floats
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return _moments
    return _strings


def array_of(values: Values, plan: Plan) -> tuple[pa.Array, _STATES]:
    """The column's Arrow array, and what became of each value (``sqltext.ABSENT`` and on)."""
    return _reader(plan.column.type)(values, plan)


def defaults_of(rows: int, plan: Plan) -> pa.Array:
    """The column's default in every row; NULL where CREATE TABLE declares none that is a literal."""
    absent = pa.nulls(rows, plan.column.type)
    if plan.default is None:
        return absent
    text = b"10" + bytes(sqltext.MARGIN - 2) + plan.default.encode() + b")"
    end = len(text)
    buf = np.frombuffer(bytearray(text + bytes(2 * sqltext.MARGIN)), np.uint8)
    dialect = Dialect()
    kind, start, stop, _ = sqltext.value_at(buf, sqltext.MARGIN, end, True, False, False, dialect.lead)
    one = np.ones(1, np.int32)
    values = Values(
        buf, one * np.int32(start), one * np.int32(stop), one.astype(np.uint8) * np.uint8(kind), dialect
    )
    array, _ = array_of(values, plan)
    return pa.repeat(array[0], rows) if array.null_count == 0 else absent


def unread_of(
    rows: int, columns: list[tuple[Plan, Values, npt.NDArray[np.int64]]]
) -> tuple[pa.Array, list[str]]:
    """The ``_unread`` column: recorded text of the values at the given rows of each column.

    Returns it with the first recorded text of each column.
    """
    if not columns:
        return pa.nulls(rows, UNREAD), []
    texts = [
        _text(values.take(at), plan, pa.string(), literal=True)[0].fill_null("")
        for plan, values, at in columns
    ]
    row_of = np.concatenate([at for _, _, at in columns])
    order = np.argsort(row_of, kind="stable")
    names = np.repeat(np.arange(len(columns)), [len(at) for _, _, at in columns])[order]
    keys = pa.array([plan.column.name for plan, _, _ in columns], pa.string()).take(pa.array(names))
    items = pa.chunked_array(texts).combine_chunks().take(pa.array(order))
    counts = np.bincount(row_of, minlength=rows)
    offsets = np.concatenate([np.zeros(1, np.int32), np.cumsum(counts, dtype=np.int32)])
    entries = pa.StructArray.from_arrays([keys, items], fields=[UNREAD.key_field, UNREAD.item_field])
    bitmap = pa.py_buffer(np.packbits(counts > 0, bitorder="little"))
    whole = pa.Array.from_buffers(UNREAD, rows, [bitmap, pa.py_buffer(offsets)], children=[entries])
    return whole, [text[0].as_py() for text in texts]


_LITERAL = re.compile(
    rb"""\s*(?:(?P<set>_\w+|[nN])\s*)?"""
    rb"""(?:'(?P<single>[^'\\]*(?:(?:''|\\.)[^'\\]*)*)'|"(?P<double>[^"\\]*(?:(?:""|\\.)[^"\\]*)*)")""",
    re.DOTALL,
)
_NUMERAL = re.compile(rb"\s*_(\w+?)\s*(?:0[xX]([0-9A-Fa-f]+)|[xX]'([0-9A-Fa-f]*)'|0b([01]+)|[bB]'([01]*)')")
_NUMBER = re.compile(rb"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_SIGNED = re.compile(rb"([+-])\s*((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)")
_ESCAPES = {
    ord("0"): b"\0",
    ord("n"): b"\n",
    ord("r"): b"\r",
    ord("t"): b"\t",
    ord("b"): b"\b",
    ord("Z"): b"\x1a",
}


def _unescaped(text: bytes, quote: bytes, dialect: Dialect) -> bytes:
    if not dialect.backslash:
        return text.replace(quote * 2, quote)

    def one(found: "re.Match[bytes]") -> bytes:
        if found[0] == quote * 2:
            return quote
        letter = found[0][1]
        return found[0] if letter in b"%_" else _ESCAPES.get(letter, found[0][1:])

    return re.sub(rb"\\.|" + quote * 2, one, text, flags=re.DOTALL)


def evaluated(expression: bytes, dialect: Dialect) -> tuple[int, bytes] | None:
    """The literal that an expression amounts to: its kind, and its bytes in the connection's character set.

    Literals that stand side by side are one, ``_latin1'…'`` and ``N'…'`` name their own character set, a sign
    may stand apart from its number. None for what only a server could work out.
    """
    signed = _SIGNED.fullmatch(expression)
    if signed:
        return sqltext.NUMBER, (b"-" if signed[1] == b"-" else b"") + signed[2]
    expression = sqlddl.plain(expression)
    if _NUMBER.fullmatch(expression):
        return sqltext.NUMBER, expression
    if expression.upper() == b"NULL":
        return sqltext.NULL, b""
    at = 0
    value = b""
    charset = None
    numeral = _NUMERAL.fullmatch(expression)
    if numeral:
        charset = numeral[1].decode("ascii", "replace").lower()
        digits, bits = numeral[2] or numeral[3] or b"", numeral[4] or numeral[5] or b""
        width = (len(digits) + 1) // 2 or (len(bits) + 7) // 8
        value = (int(digits, 16) if digits else int(bits or b"0", 2)).to_bytes(width, "big")
        at = len(expression)
    while at < len(expression):
        found = _LITERAL.match(expression, at)
        if found is None or (found["set"] and at) or (found["double"] is not None and dialect.ansi):
            return None
        if found["set"]:
            charset = (
                "utf8mb4" if found["set"] in b"nN" else found["set"][1:].decode("ascii", "replace").lower()
            )
        quote = b"'" if found["single"] is not None else b'"'
        value += _unescaped(found["single"] if quote == b"'" else found["double"], quote, dialect)
        at = found.end()
    if charset == "binary":
        return sqltext.BYTES, value
    if (
        charset
        and charset != dialect.charset
        and not (sqlcharsets.is_utf8(charset) and sqlcharsets.is_utf8(dialect.charset))
    ):
        if not sqlcharsets.is_utf8(dialect.charset):
            return None
        text, good = sqlcharsets.decode(value, charset)
        return (sqltext.TEXT, text.encode()) if good else None
    return (sqltext.TEXT, value) if at else None
