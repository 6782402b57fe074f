"""Observables in a stream of bytes, and in the columns of a raw table.

A stream is taken in blocks. Each is searched together with the end of the one before and the beginning of
the one after, and a hit is given by the block in which it starts: so hits across borders are found, once,
and the size of the blocks changes nothing.

Text that stands encoded in the bytes (base64, hexadecimal, UTF-16, gzip, escaped characters, one in the
other) is decoded once and searched as well. Such a hit's ``offset`` and ``length`` are those of the encoded
bytes, and ``unwrapped`` tells how to get from them to the hit: the steps, each with its place in what the
step before gives as ``@OFFSET+LENGTH``, and last the place of the hit: ``base64,gzip@0+420,@35+15``. Where
each character has its place (``percent``, ``json``, ``html``, ``quoted-printable``) the bytes are just those
of the hit, and no place follows.
"""

import gc
import hmac
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from stocktake.errors import UserError
from stocktake.observables import copying, openpgp
from stocktake.observables.candidates import (
    AHEAD,
    BEHIND,
    CONTEXT_FORMS,
    PADDING,
    WRAPPED_FORMS,
    Form,
    find,
)
from stocktake.observables.checks import CHECKS, KINDS, SECRET_FORMS, Check
from stocktake.observables.finding import Finding
from stocktake.observables.unwrapping import NAMES, Depth, Resume, Unwrapped, unwrap
from stocktake.observables.wallets import seed_phrases

BLOCK_BYTES = 8 << 20
CONTEXT_BYTES = 40
# In view before a block: escaped, what a candidate depends on takes up to seven times its bytes.
_VIEW_BEHIND = 4 * BEHIND
_DEPTH = Depth()
_MOST_KNOWN = 20_000  # values of one form
KEY_BYTES = 16

SCHEMA = pa.schema(
    [
        pa.field("offset", pa.int64(), nullable=False),
        pa.field("length", pa.int64(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("value", pa.string(), nullable=False),
        pa.field("normalised", pa.string()),
        pa.field("valid", pa.bool_()),
        pa.field("network", pa.string()),
        pa.field("encoding", pa.string()),
        pa.field("checksum", pa.string(), nullable=False),
        pa.field("confidence", pa.string(), nullable=False),
        pa.field("fingerprint", pa.string()),
        pa.field("context", pa.string()),
        pa.field("unwrapped", pa.string()),
    ]
)
TABLE_SCHEMA = pa.schema(
    [pa.field("row", pa.int64(), nullable=False), pa.field("column", pa.string(), nullable=False), *SCHEMA]
)

if TYPE_CHECKING:
    import io

Bytes = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
# Forms whose values may be shorter than the candidate.
PHONE_FORMS = (Form.PHONE_INTERNATIONAL, Form.PHONE_NATIONAL)


def _among(forms: Sequence[Form]) -> Mask:
    """A mask by form; looking up in it is many times quicker than numpy's isin."""
    mask = np.zeros(max(Form) + 1, bool)
    mask[list(forms)] = True
    return mask


_IS_WRAPPED, _NEEDS_CONTEXT, _MAY_BE_SECRET = map(_among, (WRAPPED_FORMS, CONTEXT_FORMS, SECRET_FORMS))

# A finding as a plain tuple, which the garbage collector need not look at again.
Facts = tuple[Any, ...]
_USED = Finding._fields.index("used")
_NORMALISED = Finding._fields.index("normalised")
_RANK = {kind: place for place, kind in enumerate(KINDS)}
# Which of the candidates, all of forms that need words around them, have those words elsewhere.
Told = Callable[[npt.NDArray[np.int32]], Mask]


@dataclass(frozen=True, slots=True)
class Hit:
    """One observable and its place: bytes from the beginning of the stream. Fields as in ``SCHEMA``."""

    offset: int
    length: int
    kind: str
    value: str
    normalised: str | None
    valid: bool | None
    network: str | None
    encoding: str | None
    checksum: str
    confidence: str
    fingerprint: str | None
    context: str | None
    unwrapped: str | None


def scan(
    chunks: Iterable[bytes] | BinaryIO,
    *,
    key: bytes,
    kinds: Iterable[str] | None = None,
    block_bytes: int = BLOCK_BYTES,
    context_bytes: int = CONTEXT_BYTES,
    depth: Depth = _DEPTH,
) -> Iterator[Hit]:
    """Observables in the order of their places. ``scan_batches`` gives the same without an object a hit."""
    for batch in scan_batches(
        chunks, key=key, kinds=kinds, block_bytes=block_bytes, context_bytes=context_bytes, depth=depth
    ):
        for row in batch.to_pylist():
            yield Hit(**row)


def scan_batches(
    chunks: Iterable[bytes] | BinaryIO,
    *,
    key: bytes,
    kinds: Iterable[str] | None = None,
    block_bytes: int = BLOCK_BYTES,
    context_bytes: int = CONTEXT_BYTES,
    depth: Depth = _DEPTH,
    told: Callable[[str], None] = lambda _: None,
) -> Iterator[pa.RecordBatch]:
    """Observables of a stream as record batches of ``SCHEMA``, one for each block that has any.

    ``chunks`` is anything that reads, or gives, bytes. ``key`` is the case's: secrets and card numbers are
    known by their HMAC-SHA-256 under it only. ``kinds`` narrows what is given (all of ``KINDS``). ``depth``
    bounds the unwrapping of encoded text, and ``told`` hears once where it was bounded. Memory is a few times
    ``block_bytes``. Raises UserError for an unknown kind or a key that is too short.
    """
    wanted = _wanted(kinds, key)
    if block_bytes < 1:
        raise UserError("Blocks must have one byte or more.")
    fill = _filler(chunks)
    data = np.empty(PADDING + _VIEW_BEHIND + AHEAD + depth.value_bytes + 2 * block_bytes + PADDING, np.uint8)
    data[:PADDING] = 0
    end = PADDING  # of what is in view, which begins after the padding
    base = -PADDING  # offset in the stream of data[0]
    done = 0  # offset up to which hits were given
    resume = Resume()  # as an offset in the stream
    final = False
    cut = 0
    while not final:
        room = min(end + block_bytes, len(data) - PADDING)
        end += fill(memoryview(data.data)[end:room])
        final = end < room
        data[end : end + PADDING] = 0
        limit = base + end - (0 if final else AHEAD)
        if limit > done:
            block = _Block(data[: end + PADDING], done - base, limit - base, final=final)
            block.resume = Resume(max(0, resume.at - base), resume.form)
            batch = _hits(block, _Wanted(key, wanted, context_bytes, depth))
            if batch.num_rows:
                place = pc.add(batch.column("offset"), pa.scalar(base, pa.int64()))
                yield batch.set_column(0, SCHEMA.field("offset"), place)
            if block.cut and not cut:
                told("compressed data inside it unpack to more than is looked at; the rest was not searched")
            cut += block.cut
            done = base + block.high
            resume = Resume(block.resume.at + base, block.resume.form)
        first = max(PADDING, done - base - _VIEW_BEHIND)
        data[PADDING : PADDING + end - first] = data[first:end].copy()
        base += first - PADDING
        end -= first - PADDING


def scan_table(
    batch: pa.RecordBatch | pa.Table,
    columns: Sequence[str] | None = None,
    *,
    key: bytes,
    labels: Mapping[str, str] | None = None,
    first_row: int = 0,
    kinds: Iterable[str] | None = None,
    context_bytes: int = CONTEXT_BYTES,
) -> pa.Table:
    """Observables in the values of a table's columns, as a table of ``TABLE_SCHEMA``.

    ``row`` is the ordinal of the row, the batch's first being ``first_row``; ``offset`` counts bytes from
    the beginning of the value. No hit reaches across two values. ``columns`` are those to look at, all
    that hold text, bytes or whole numbers unless named. Where a kind needs words around it (transaction
    ids, fingerprints, some tracking numbers, handles), the name of the column counts as such, and so does
    the value in the same row of ``labels[column]`` (as ``meta_key`` tells what ``meta_value`` is).
    Raises UserError for an unknown column or kind, or a key that is too short.
    """
    wanted = _wanted(kinds, key)
    names = batch.schema.names
    chosen = (
        [name for name in names if _is_text(batch.schema.field(name).type)] if columns is None else columns
    )
    for name in [*chosen, *(labels or {}).values()]:
        if name not in names:
            raise UserError(f"The table has no column {name}.")
    parts = []
    for name in chosen:
        label = (labels or {}).get(name)
        at = first_row
        values = batch.column(name)
        chunked = values.chunks if isinstance(values, pa.ChunkedArray) else [values]
        for chunk in chunked:
            told_by = batch.column(label)[at - first_row : at - first_row + len(chunk)] if label else None
            for piece, begin in _windows(chunk):
                words = told_by[begin : begin + len(piece)] if told_by is not None else None
                parts.append(_column(piece, name, words, at + begin, key, wanted, context_bytes))
            at += len(chunk)
    whole = pa.concat_tables(parts) if parts else TABLE_SCHEMA.empty_table()
    order = pc.sort_indices(whole, sort_keys=[("row", "ascending")]) if len(chosen) > 1 else None
    return whole.take(order) if order is not None else whole


def _wanted(kinds: Iterable[str] | None, key: bytes) -> frozenset[str]:
    if len(key) < KEY_BYTES:
        raise UserError(f"The key for fingerprints of secrets must have {KEY_BYTES} bytes or more.")
    wanted = frozenset(KINDS if kinds is None else kinds)
    for kind in sorted(wanted - set(KINDS)):
        raise UserError(f"There is no kind of observable called {kind}.")
    return wanted


def _filler(chunks: Iterable[bytes] | BinaryIO) -> Callable[[memoryview], int]:
    """A function that fills a buffer with the next bytes; it fills less only at the end."""
    if not hasattr(chunks, "read"):
        return _fill_from(iter(chunks))
    if not hasattr(chunks, "readinto"):
        return _fill_from(iter(lambda: chunks.read(1 << 20), b""))
    reader = cast("io.BufferedIOBase", chunks)

    def fill(room: memoryview) -> int:
        have = 0
        while have < len(room) and (got := reader.readinto(room[have:])):
            have += got
        return have

    return fill


def _fill_from(chunks: Iterator[bytes]) -> Callable[[memoryview], int]:
    left = memoryview(b"")

    def fill(room: memoryview) -> int:
        nonlocal left
        have = 0
        while have < len(room):
            if not left:
                chunk = next(chunks, None)
                if chunk is None:
                    break
                left = memoryview(chunk).cast("B")
                continue
            piece = left[: len(room) - have]
            room[have : have + len(piece)] = piece
            left = left[len(piece) :]
            have += len(piece)
        return have

    return fill


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    tests = ("is_string", "is_large_string", "is_binary", "is_large_binary", "is_integer")
    return any(getattr(pa.types, test)(kind) for test in tests)


def _windows(values: pa.Array) -> Iterator[tuple[pa.Array, int]]:
    """The values as large binary, in runs of about ``BLOCK_BYTES``, and the place of each run's first."""
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if not (pa.types.is_binary(values.type) or pa.types.is_large_binary(values.type)):
        values = values.cast(pa.string() if pa.types.is_integer(values.type) else values.type)
    values = values.cast(pa.large_binary())
    offsets = _offsets(values)
    at = 0
    while at < len(values):
        stop = int(np.searchsorted(offsets, offsets[at] + BLOCK_BYTES, "right"))
        stop = min(max(stop - 1, at + 1), len(values))
        yield values.slice(at, stop - at), at
        at = stop


def _offsets(values: pa.Array) -> npt.NDArray[np.int64]:
    whole = (
        np.frombuffer(values.buffers()[1], np.int64, len(values) + 1, values.offset * 8)
        if len(values)
        else None
    )
    return np.zeros(1, np.int64) if whole is None else whole


def _column(
    values: pa.Array,
    name: str,
    words: pa.Array | pa.ChunkedArray | None,
    first_row: int,
    key: bytes,
    wanted: frozenset[str],
    context_bytes: int,
) -> pa.Table:
    """Hits in one run of values of one column."""
    offsets = _offsets(values)
    size = int(offsets[-1] - offsets[0])
    data = np.zeros(size + 2 * len(values) + 2 * PADDING, np.uint8)
    if size:
        source = np.frombuffer(values.buffers()[2], np.uint8)
        copying.joined(source, offsets, data[PADDING:])
    begins = offsets[:-1] - offsets[0] + 2 * np.arange(len(values)) + PADDING

    def told(found: npt.NDArray[np.int32]) -> Mask:
        rows = np.searchsorted(begins, found[:, 0], "right") - 1
        texts = words.take(pa.array(rows)).to_pylist() if words is not None else [None] * len(rows)
        return np.array(
            [_says(name, text, form) for text, form in zip(texts, found[:, 2], strict=True)], bool
        )

    ends = np.append(begins[1:], len(data) - PADDING) - 2
    block = _Block(data, PADDING, len(data) - PADDING, told=told, ends=ends)
    hits = _hits(block, _Wanted(key, wanted, context_bytes, _DEPTH))
    places = hits.column("offset").to_numpy()
    rows = np.searchsorted(begins, places, "right") - 1
    hits = hits.set_column(0, SCHEMA.field("offset"), pa.array(places - begins[rows], pa.int64()))
    table = pa.Table.from_batches([hits]).add_column(
        0, TABLE_SCHEMA.field("column"), pa.array([name]).take(pa.array(np.zeros(len(rows), np.int64)))
    )
    return table.add_column(0, TABLE_SCHEMA.field("row"), pa.array(rows + first_row, pa.int64()))


_SAID = {
    Form.HEX64: re.compile(r"(?<![a-z])(tx|trx)(?![a-z])|tx_?(id|hash)|txn|transaction", re.IGNORECASE),
    Form.HEX40: re.compile(r"pgp|gpg|fingerprint|fpr", re.IGNORECASE),
    Form.HANDLE: re.compile(r"telegram|(?<![a-z])tg(?![a-z])", re.IGNORECASE),
}
_CARRIAGE = re.compile(
    r"dpd|evri|hermes|dhl|track|waybill|(?<![a-z])awb(?![a-z])|consignment|parcel", re.IGNORECASE
)


def _says(column: str, label: object, form: int) -> bool:
    """Whether the name of a column, or the label of a row, tells what a form of candidate is."""
    pattern = _SAID.get(Form(form), _CARRIAGE)
    text = label.decode("latin-1") if isinstance(label, bytes) else label if isinstance(label, str) else ""
    return bool(pattern.search(column) or pattern.search(text))


@dataclass(frozen=True)
class _Wanted:
    """What every block of a search is asked for."""

    key: bytes
    kinds: frozenset[str]
    context_bytes: int
    depth: Depth


@dataclass
class _Block:
    """Bytes in view, padded, of which hits count that start in ``data[low:high]``.

    ``ends`` are those of the texts that it is put together from, where it is. Searching it may lower
    ``high``, where an encoded value goes on out of sight, and moves ``resume`` on. ``hidden`` are places
    that no context may show, because they hold a secret; ``cut`` counts compressed streams that were not
    decompressed to their end.
    """

    data: Bytes
    low: int
    high: int
    told: Told | None = None
    final: bool = True
    ends: npt.NDArray[np.int64] | None = None
    level: int = 0
    resume: Resume = field(default_factory=Resume)
    hidden: list[tuple[int, int]] = field(default_factory=list)
    cut: int = 0


def _hits(block: _Block, asked: _Wanted) -> pa.RecordBatch:
    """Hits of a block; ``offset`` counts from ``data[0]``, padding included.

    Secrets are blanked in ``data`` meanwhile, and put back.
    """
    data = block.data
    blanked: list[tuple[int, bytes]] = []
    collecting = gc.isenabled()
    gc.disable()  # of ten thousands of new tuples none is garbage, and looking takes a fifth of the time
    try:
        return _judge(block, asked, blanked)
    finally:
        if collecting:
            gc.enable()
        for start, recorded in reversed(blanked):
            data[start : start + len(recorded)] = np.frombuffer(recorded, np.uint8)
        block.hidden = [(start, start + len(recorded)) for start, recorded in blanked]


def _judge(block: _Block, asked: _Wanted, blanked: list[tuple[int, bytes]]) -> pa.RecordBatch:
    data = block.data
    found = find(data, PADDING, len(data) - PADDING)
    wrapped = _IS_WRAPPED[found[:, 2]]
    inner = _Inner.nothing()
    if wrapped.any():
        inner = _unwrapped(block, found[wrapped], asked)
        found = found[~wrapped]
    needs = _NEEDS_CONTEXT[found[:, 2]] & (found[:, 3] == 0)
    if block.told is not None and needs.any():
        needs[needs] = ~block.told(found[needs])
    found = found[~needs]
    secret = _MAY_BE_SECRET[found[:, 2]]
    found, findings, places = _secrets(block, found, secret, asked.kinds, blanked, inner.hidden)

    starts = found[:, 0].astype(np.int64)
    ends = found[:, 1].astype(np.int64)
    which = np.full(len(found), -1, np.int64)
    codes = found[:, 2].astype(np.int64) << 8 | found[:, 3]
    for code in np.unique(codes):
        rows = np.flatnonzero(codes == code)
        check = CHECKS.get(Form(int(code) >> 8))
        if check is None:
            continue
        coded = copying.pieces(data, starts[rows], ends[rows]).dictionary_encode()
        texts = coded.dictionary.to_numpy(zero_copy_only=False).tolist()
        judged = _judged(int(code), check, texts)
        good = [facts is not None and facts[0] in asked.kinds for facts in judged]
        number = np.where(good, np.cumsum(good) - 1 + len(findings), -1)
        findings.extend(facts for facts, fits in zip(judged, good, strict=True) if facts and fits)
        index = coded.indices.to_numpy(zero_copy_only=False)
        which[rows] = number[index]
        if int(code) >> 8 in PHONE_FORMS:
            used = np.array([facts[_USED] if facts else 0 for facts in judged])
            ends[rows] = starts[rows] + used[index]
    kept = which >= 0
    hidden = np.array(places, np.int64).reshape(-1, 3)
    starts = np.concatenate((starts[kept], hidden[:, 0]))
    ends = np.concatenate((ends[kept], hidden[:, 1]))
    which = np.concatenate((which[kept], hidden[:, 2]))
    return _batch(data, starts, ends, which, findings, asked, inner.hits, block.low)


@dataclass(frozen=True)
class _Inner:
    """What was found in the encoded text of a block, by its place there; the places that hold a secret."""

    hits: pa.RecordBatch | None
    hidden: list[tuple[int, int]]

    @classmethod
    def nothing(cls) -> "_Inner":
        return cls(None, [])


def _unwrapped(block: _Block, found: npt.NDArray[np.int32], asked: _Wanted) -> _Inner:
    """Search what stands encoded in a block."""
    if block.level >= asked.depth.levels:
        return _Inner.nothing()
    inside = unwrap(
        block.data,
        found,
        block.low,
        block.high,
        block.resume,
        asked.depth,
        final=block.final,
        ends=block.ends,
    )
    if inside is None:
        return _Inner.nothing()
    if inside.hold is not None:
        block.high = max(block.low, inside.hold)
    block.resume = inside.resume
    end = len(inside.data) - PADDING
    ends = np.append(inside.pieces[1:, 0], end) - 2
    below = _Block(inside.data, PADDING, end, level=block.level + 1, ends=ends)
    hits = _hits(below, asked)
    block.cut += inside.cut + below.cut
    spans = np.array(below.hidden, np.int64).reshape(-1, 2)
    starts, ends, _, _ = _places_outside(inside, spans[:, 0], spans[:, 1])
    hidden = list(zip(starts.tolist(), ends.tolist(), strict=True))
    return _Inner(_brought_out(block, inside, hits) if hits.num_rows else None, hidden)


_Places = npt.NDArray[np.int64]


def _places_outside(
    inside: Unwrapped, starts: _Places, ends: _Places
) -> tuple[_Places, _Places, _Places, npt.NDArray[np.bool_]]:
    """Places in the block of places in its decoded text, the pieces they are in, and which are in windows."""
    pieces = inside.pieces
    which = np.searchsorted(pieces[:, 0], starts, "right") - 1
    in_window = pieces[which, 3] == Form.ESCAPED if len(which) else np.zeros(0, bool)
    outer_starts, outer_ends = pieces[which, 1], pieces[which, 2]
    if in_window.any():
        outer_starts[in_window] = inside.origin[starts[in_window] - inside.windows]
        outer_ends[in_window] = inside.origin[
            np.minimum(ends[in_window] - inside.windows, len(inside.origin) - 1)
        ]
    return outer_starts, outer_ends, which, in_window


def _brought_out(block: _Block, inside: Unwrapped, hits: pa.RecordBatch) -> pa.RecordBatch | None:
    """Hits of the decoded text as hits of the block."""
    starts = hits.column("offset").to_numpy()
    lengths = hits.column("length").to_numpy()
    outer, ends, which, in_window = _places_outside(inside, starts, starts + lengths)
    kept = ~in_window | (ends - outer != lengths)  # across an escaped character
    # What begins in the block before and reaches into this one tells that no part of it is a hit of its own.
    kept &= (outer >= block.low) | (in_window & (ends > block.low))
    kept &= (outer < block.high) & (inside.pieces[which, 3] != 0)
    rows = np.flatnonzero(kept)
    if not len(rows):
        return None
    below = hits.column("unwrapped").take(pa.array(rows)).to_pylist()
    ways = []
    for row, way in zip(rows.tolist(), below, strict=True):
        piece = inside.pieces[which[row]]
        if in_window[row]:
            name = _escaping(block.data[outer[row] : ends[row]].tobytes())
            ways.append(f"{name},{way}" if way else name)
            continue
        name = NAMES[Form(int(piece[3]))]
        first, comma, rest = (way or "").partition(",")
        place = f"@{starts[row] - piece[0]}+{lengths[row]}"
        ways.append(f"{'sql,' if piece[4] else ''}{name},{first}{place}{comma}{rest}")
    columns = hits.take(pa.array(rows)).columns
    columns[SCHEMA.get_field_index("offset")] = pa.array(outer[rows])
    columns[SCHEMA.get_field_index("length")] = pa.array((ends - outer)[rows])
    columns[SCHEMA.get_field_index("unwrapped")] = pa.array(ways, pa.string())
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


def _escaping(text: bytes) -> str:
    """How the characters of a hit stand escaped."""
    return "+".join(name for name, sign in _ESCAPES if sign.search(text)) or "quoted-printable"


_ESCAPES = (
    ("percent", re.compile(rb"%[0-9A-Fa-f]{2}")),
    ("json", re.compile(rb"\\[ux]")),
    ("html", re.compile(rb"&[#a-z]\w*;")),
)
_FAR = 2100  # no hit that parts of another can be mistaken for is longer


def _each_once(
    starts: _Places, ends: _Places, kinds: _Places, normalised: Callable[[int], Any], inner: pa.RecordBatch
) -> tuple[Mask, Mask]:
    """Which hits of a block, in order, and which of its encoded text are to be given: each observation once.

    ``bob%40example.com`` is one e-mail address, and no domain beside it. A URL with ``%2F`` in it is what was
    recorded; only where it begins in escaped characters is it another one.
    """
    keep, keep_inner = np.ones(len(starts), bool), np.ones(inner.num_rows, bool)
    ways = inner.column("unwrapped").to_pylist()
    across = [row for row, way in enumerate(ways) if "@" not in way]  # what has no place of its own
    if not across:
        return keep, keep_inner
    inner_starts, inner_ends, inner_kinds = (values.tolist() for values in _spans(inner))
    firsts = np.searchsorted(starts, np.array(inner_starts) - _FAR).tolist()
    lasts = np.searchsorted(starts, inner_ends).tolist()
    inner_normalised, url = inner.column("normalised").to_pylist(), _RANK["url"]
    for row in across:
        start, end, kind = inner_starts[row], inner_ends[row], inner_kinds[row]
        first = firsts[row]
        beside = (first + np.flatnonzero(ends[first : lasts[row]] > start)).tolist()
        alike = [place for place in beside if kinds[place] == kind]
        if alike and (
            (kind == url and ways[row] == "percent")
            or any(normalised(place) == inner_normalised[row] for place in alike)
        ):
            keep_inner[row] = False
            continue
        for place in beside:
            if kinds[place] == kind or (kind != url and start <= starts[place] and ends[place] <= end):
                keep[place] = False
    return keep, keep_inner


def _spans(hits: pa.RecordBatch) -> tuple[_Places, _Places, _Places]:
    """Starts, ends, and ranks of the kinds."""
    starts = hits.column("offset").to_numpy()
    ranks = pc.index_in(hits.column("kind"), pa.array(KINDS)).to_numpy()
    return starts, starts + hits.column("length").to_numpy(), ranks


def _between(starts: _Places, ends: _Places, kinds: _Places, inner: pa.RecordBatch) -> _Places:
    """The order of hits, in order already, and of others between them, which count on from their number."""
    inner_starts, inner_ends, inner_kinds = _spans(inner)
    order = np.lexsort((inner_ends, inner_kinds, inner_starts))
    places = np.searchsorted(starts, inner_starts[order])
    for number in np.flatnonzero(np.append(starts, -1)[places] == inner_starts[order]).tolist():
        row, place = order[number], places[number]
        mine = (inner_starts[row], inner_kinds[row], inner_ends[row])
        while place < len(starts) and (starts[place], kinds[place], ends[place]) <= mine:
            place += 1
        places[number] = place
    return np.insert(np.arange(len(starts)), places, len(starts) + order)


_UNKNOWN: Facts = ()


class _Known(threading.local):
    """What checks said of values before, in this thread: on a server the same few are everywhere."""

    def __init__(self) -> None:
        self.facts: dict[int, dict[bytes, Facts | None]] = {}


_known = _Known()


def _judged(code: int, check: Check, texts: list[bytes]) -> list[Facts | None]:
    """What the check of a form says of values, with the note that they have in common."""
    known = _known.facts.setdefault(code, {})
    if len(known) > _MOST_KNOWN:
        known.clear()
    judged = [known.get(text, _UNKNOWN) for text in texts]
    for place, facts in enumerate(judged):
        if facts is _UNKNOWN:
            text = texts[place]
            judged[place] = known[text] = _facts(check(text, code & 255))
    return judged


def _facts(finding: Finding | None) -> Facts | None:
    return None if finding is None else tuple(finding)


def _secrets(
    block: _Block,
    found: npt.NDArray[np.int32],
    secret: Mask,
    wanted: frozenset[str],
    blanked: list[tuple[int, bytes]],
    encoded: list[tuple[int, int]],
) -> tuple[npt.NDArray[np.int32], list[Facts], list[tuple[int, int, int]]]:
    """Judge what may be secret, anywhere in the block, and then blank it in ``data``.

    Returns the other candidates that start in ``data[low:high]``, and the findings with their places in that
    range. What was blanked is added to ``blanked``: where, and the bytes that stood there. ``encoded`` are
    places whose text holds a secret once decoded.
    """
    data, low, high = block.data, block.low, block.high
    findings: list[Facts] = []
    places: list[tuple[int, int, int]] = []
    taken: set[tuple[int, int]] = set()
    hidden = list(encoded)
    for start, end, form, note in found[secret].tolist():
        if form == Form.USERINFO:
            hidden.append((start, end))
            continue
        if form == Form.ARMOUR_END:
            if note == openpgp.PRIVATE:  # its beginning may be out of sight
                hidden.append((_armour_start(data, start), start))
            continue
        text = data[start:end].tobytes()
        if form == Form.SEED:
            judged = [(start + first, start + last, finding) for first, last, finding in seed_phrases(text)]
        else:
            finding = CHECKS[Form(form)](text, note)
            judged = [(start, end, finding)] if finding else []
        for first, last, finding in judged:
            if form == Form.CARD:  # the first six and the last four digits may be shown
                digits = [place for place in range(first, last) if 48 <= data[place] <= 57]
                hidden.append((digits[6], digits[-5] + 1))
            elif finding.secret is not None:
                hidden.append((first, last))
            if low <= first < high and (first, last) not in taken and finding.kind in wanted:
                taken.add((first, last))
                places.append((first, last, len(findings)))
                findings.append(tuple(finding))
    for start, end in hidden:
        blanked.append((start, data[start:end].tobytes()))
        data[start:end] = ord("*")
    inside = ~secret & (found[:, 0] >= low) & (found[:, 0] < high)
    inside &= ~_overlaps(found, hidden) | (found[:, 2] == Form.URL)  # a URL is given without its secret
    return found[inside], findings, places


def _overlaps(found: npt.NDArray[np.int32], hidden: list[tuple[int, int]]) -> Mask:
    """Which candidates share a byte with what was blanked."""
    if not hidden:
        return np.zeros(len(found), bool)
    spans = np.array(sorted(hidden), np.int64)
    furthest = np.maximum.accumulate(spans[:, 1])
    last = np.searchsorted(spans[:, 0], found[:, 1], "left") - 1  # of those that begin before its end
    return (last >= 0) & (furthest[last] > found[:, 0])


def _armour_start(data: Bytes, end: int) -> int:
    """Where the armour that ends at ``end`` may begin: after its head line, or where the view begins."""
    text = data[max(PADDING, end - AHEAD) : end].tobytes()
    head = text.rfind(b"-----BEGIN PGP PRIVATE KEY BLOCK-----")
    return end - len(text) + (head + 37 if head >= 0 else max(0, len(text) - BEHIND))


def _batch(
    data: Bytes,
    starts: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
    which: npt.NDArray[np.int64],
    findings: list[Facts],
    asked: _Wanted,
    inner: pa.RecordBatch | None = None,
    low: int = 0,
) -> pa.RecordBatch:
    """Hits in order: places with the findings ``which`` are there, and those of ``inner`` from ``low`` on."""
    kinds = np.array([_RANK[facts[0]] for facts in findings], np.int64)
    kinds = kinds[which] if len(which) else which
    order = np.lexsort((ends, kinds, starts))
    starts, ends, kinds, which = starts[order], ends[order], kinds[order], which[order]
    merged = None
    if inner is not None:
        keep, keep_inner = _each_once(
            starts, ends, kinds, lambda place: findings[which[place]][_NORMALISED], inner
        )
        starts, ends, kinds, which = starts[keep], ends[keep], kinds[keep], which[keep]
        keep_inner &= inner.column("offset").to_numpy() >= low
        inner = inner if keep_inner.all() else inner.filter(pa.array(keep_inner))
        merged = _between(starts, ends, kinds, inner)
        which = np.concatenate((which, len(findings) + np.arange(inner.num_rows)))[merged]
    fields = list(zip(*findings, strict=True)) if findings else [()] * len(Finding._fields)
    by_name = dict(zip(Finding._fields, fields, strict=True))
    secrets = by_name.pop("secret")
    by_name["fingerprint"] = tuple(
        None if secret is None else _fingerprint(kind, secret, asked.key)
        for kind, secret in zip(by_name["kind"], secrets, strict=True)
    )
    own = {
        "offset": pa.array(starts, pa.int64()),
        "length": pa.array(ends - starts, pa.int64()),
        "context": copying.contexts(data, starts, ends, asked.context_bytes)
        if asked.context_bytes
        else pa.nulls(len(starts), pa.string()),
        "unwrapped": pa.nulls(len(starts), pa.string()),
    }
    arrays = []
    for one in SCHEMA:
        values = own[one.name] if one.name in own else pa.array(by_name[one.name], one.type)
        if inner is not None:
            values = pa.concat_arrays([values, inner.column(one.name)])
        if one.name not in own:
            values = values.take(pa.array(which))
        elif merged is not None:
            values = values.take(pa.array(merged))
        arrays.append(values)
    return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)


def _fingerprint(kind: str, secret: bytes, key: bytes) -> str:
    """HMAC-SHA-256 of a secret under the case's key: equal secrets are seen to be equal, and no more."""
    plain = kind.encode() + b"\0" + secret
    return f"hmac-sha256:{hmac.new(key, plain, 'sha256').hexdigest()}"
