"""The rows of PostgreSQL dumps as columns of recorded bytes: blocks of COPY lines, and INSERT's tuples.

COPY text format: PostgreSQL's documentation of COPY, "Text Format". String constants of INSERT: chapter
4.1.2 "Constants".
"""

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv

_BOM = b"\xef\xbb\xbf"
_PAIR = b"\x00"  # stands for an escaped backslash while escapes are replaced; text can't hold it
_COPY_ESCAPES = (
    (b"\\n", b"\n"),
    (b"\\t", b"\t"),
    (b"\\r", b"\r"),
    (b"\\b", b"\b"),
    (b"\\f", b"\f"),
    (b"\\v", b"\v"),
)
_ESCAPE = re.compile(
    rb"\\(?:([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|((?s:.))|\Z)"
)
_LETTERS = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"b": b"\b", b"f": b"\f", b"v": b"\v"}


def unescaped(value: bytes, *, copy: bool) -> bytes:
    """``value`` with its backslash escapes replaced: those of COPY, or those of ``E'…'`` strings."""

    def replace(found: re.Match[bytes]) -> bytes:
        octal, hexadecimal, short, long, other = found.groups()
        if octal:
            return bytes([int(octal, 8) & 0xFF])
        if hexadecimal:
            return bytes([int(hexadecimal, 16)])
        if short or long:
            if copy:
                return found[0][1:]
            return chr(int(short or long, 16)).encode("utf-8", "surrogatepass")
        if other == b"v" and not copy:
            return b"v"
        return _LETTERS.get(other, other) if other is not None else b""

    return _ESCAPE.sub(replace, value)


@dataclass(frozen=True)
class Lines:
    """Whole lines of a COPY block, and how far they go.

    ``starts`` and ``lengths`` place each line, its newline left out. ``end`` is the length of the lines up to
    the one that ends the block (``\\.``), ``after`` where what follows that one begins, or 0 where it is not
    among them. ``escaped`` says whether backslashes stand for anything but NULL.
    """

    starts: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.int64]
    end: int
    after: int
    escaped: bool


def lines(block: bytes) -> Lines:
    """Find the lines of ``block``, which ends with a newline."""
    text = np.frombuffer(block, np.uint8)
    ends = np.flatnonzero(text == 10)
    slashes = np.flatnonzero(text == 92)
    behind = text[slashes + 1]  # there is one: the block ends with a newline
    end, after = len(block), 0
    for at in slashes[behind == 46]:
        if at == 0 or text[at - 1] == 10:
            stop = int(ends[np.searchsorted(ends, at)])
            if block[at + 2 : stop] in (b"", b"\r"):
                end, after = int(at), stop + 1
                ends = ends[ends < at]
                break
    starts = np.concatenate([np.zeros(1, np.int64), ends[:-1] + 1])[: len(ends)]
    return Lines(starts, ends - starts, end, after, bool((behind[slashes < end] != 78).any()))


def copy_columns(
    block: bytes, found: Lines, columns: int, delimiter: bytes, null: bytes
) -> list[pa.Array] | None:
    """Columns of recorded bytes (escapes replaced) of COPY lines; None where a line has another number.

    ``block`` is whole lines that end with ``\\n``, the last one too, without carriage returns.
    """
    if columns > 1 and not found.lengths.all():
        return None
    names = [str(position) for position in range(columns)]
    guarded = _BOM + block if block.startswith(_BOM) else block  # the reader drops one
    try:
        table = pv.read_csv(
            pa.py_buffer(guarded),
            read_options=pv.ReadOptions(
                column_names=names, block_size=max(1 << 20, int(found.lengths.max()) + 5)
            ),
            parse_options=pv.ParseOptions(
                delimiter=delimiter.decode("latin-1"),
                quote_char=False,
                double_quote=False,
                escape_char=False,
                newlines_in_values=False,
                ignore_empty_lines=False,
            ),
            convert_options=pv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.binary()),
                null_values=[null.decode("latin-1")],
                strings_can_be_null=True,
                check_utf8=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    whole = [column.combine_chunks() for column in table.columns]
    arrays = [column.chunk(0) if isinstance(column, pa.ChunkedArray) else column for column in whole]
    return [_without_escapes(column) for column in arrays] if found.escaped or null != b"\\N" else arrays


def _without_escapes(column: pa.Array) -> pa.Array:
    data = column.buffers()[2]
    if data is None or not (np.frombuffer(data, np.uint8) == 92).any():
        return column
    has = pc.fill_null(pc.match_substring(column, b"\\"), False)
    if not pc.any(has).as_py():
        return column
    raw = column.filter(has)
    found = pc.replace_substring(raw, b"\\\\", _PAIR)
    for escape, byte in _COPY_ESCAPES:
        found = pc.replace_substring(found, escape, byte)
    rare = pc.or_(pc.match_substring(found, b"\\"), pc.match_substring(raw, _PAIR))
    found = pc.replace_substring(found, _PAIR, b"\\")
    if pc.any(rare).as_py():
        exact = [unescaped(value, copy=True) for value in raw.filter(rare).to_pylist()]
        found = pc.replace_with_mask(found, rare, pa.array(exact, pa.binary()))
    return pc.replace_with_mask(column, has, found)


def copy_columns_by_line(
    lines: list[bytes], columns: int, delimiter: bytes, null: bytes
) -> tuple[list[pa.Array], list[int], list[int]]:
    """Do the same line by line, for blocks that hold something unusual.

    Returns the columns, the positions of their rows among ``lines``, and the positions of the lines that
    have another number of values.
    """
    good, bad = [], []
    rows: list[list[bytes | None]] = []
    for position, line in enumerate(lines):
        values = line.split(delimiter) if columns or line else []
        if len(values) != columns:
            bad.append(position)
            continue
        good.append(position)
        rows.append([None if v == null else unescaped(v, copy=True) if b"\\" in v else v for v in values])
    arrays = [pa.array([row[c] for row in rows], pa.binary()) for c in range(columns)]
    return arrays, good, bad


_QUOTED = rb"'[^']*(?:''[^']*)*'"
_ESCAPED = rb"'[^'\\]*(?:(?:\\.|'')[^'\\]*)*'"
_TOKENS = (
    rb"(?<![\w$])[Ee]" + _ESCAPED + rb'|%s|"[^"]*"|\$((?:[A-Za-z_\x80-\xff][\w\x80-\xff]*)?)\$.*?\$\1\$'
    rb"|--[^\n]*\n|/\*.*?\*/|[(),;]|[^'\"$(),;Ee/\-]+|."
)
# Tokens of SQL text: with standard strings, and with backslash escapes in every string.
TOKEN = re.compile(_TOKENS % _QUOTED, re.DOTALL)
TOKEN_WITH_BACKSLASH = re.compile(_TOKENS % _ESCAPED, re.DOTALL)

_DOLLAR = re.compile(rb"\$(?:[A-Za-z_\x80-\xff][\w\x80-\xff]*)?(?:\$|\Z)")


def is_unclosed(token: re.Match[bytes], end: int) -> bool:
    """Tell whether a token of one byte is the start of a string or comment that ends behind ``end``."""
    at = token.start()
    if token.end() - at != 1:
        return False
    text = token.string
    follows = text[at + 1 : min(at + 2, end)]
    first = text[at : at + 1]
    if first in b"'\"":
        return True
    if first == b"$":
        return _DOLLAR.match(text, at, end) is not None
    if first in b"Ee":
        return follows == b"'" and not text[max(0, at - 1) : at].isalnum()
    return first + follows in (b"/*", b"--")


_CAST = rb"(?:\s*::\s*[\w\".\[\] ]+(?:\([\d, ]*\))?(?:\[\])*)*"
_LITERAL = re.compile(
    rb"(?:(?P<null>NULL)|(?P<true>TRUE)|(?P<false>FALSE)|(?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    rb"|[Nn]?(?P<quoted>" + _QUOTED + rb")|[Ee](?P<escaped>" + _ESCAPED + rb")"
    rb"|[BbXx](?P<bits>'[0-9A-Fa-f]*')|\$(?P<tag>\w*)\$(?P<dollar>.*?)\$(?P=tag)\$)" + _CAST + rb"\s*\Z",
    re.IGNORECASE | re.DOTALL,
)


def literal(text: bytes, *, backslash: bool) -> tuple[bytes | None, bool]:
    """Read the value of a SQL constant as bytes (None for NULL), and tell whether ``text`` is one.

    ``backslash``: escapes stand in plain strings too (standard_conforming_strings is off). What is no
    constant is returned as it stands.
    """
    found = _LITERAL.match(text)
    if backslash and (not found or found["quoted"]) and re.fullmatch(_ESCAPED, text, re.DOTALL):
        return unescaped(text[1:-1].replace(b"''", b"'"), copy=False), True
    if not found:
        return text, False
    if found["null"]:
        return None, True
    if found["true"] or found["false"]:
        return (b"true" if found["true"] else b"false"), True
    if found["escaped"]:
        return unescaped(found["escaped"][1:-1].replace(b"''", b"'"), copy=False), True
    if found["quoted"]:
        return found["quoted"][1:-1].replace(b"''", b"'"), True
    if found["dollar"] is not None:
        return found["dollar"], True
    return (found["number"] or found["bits"][1:-1]), True


def tuple_values(
    raw: bytearray, start: int, end: int, *, backslash: bool, last: bool
) -> tuple[list[bytes], int] | None:
    """Texts of the values of the tuple that begins at ``start``, and the position after it.

    None where the bytes up to ``end`` do not hold the whole tuple. ``last`` says that no more follow.
    """
    token = TOKEN_WITH_BACKSLASH if backslash else TOKEN
    values: list[bytes] = []
    depth, begun, at = 0, start + 1, start
    while at < end:
        found = token.match(raw, at, end)
        if found is None or (found.end() == end and not last) or is_unclosed(found, end):
            return None
        at, first = found.end(), raw[found.start()]
        if at - found.start() > 1:
            continue
        if first == 0x28:
            depth += 1
        elif first == 0x2C and depth == 1:
            values.append(bytes(raw[begun : at - 1]).strip())
            begun = at
        elif first == 0x29:
            depth -= 1
            if depth == 0:
                only = bytes(raw[begun : at - 1]).strip()
                return ([*values, only] if values or only else []), at
        elif first == 0x3B:
            return None
    return None
