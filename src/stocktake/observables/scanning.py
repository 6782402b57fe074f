"""Observables in a stream of bytes, and in the columns of a raw table.

A stream is taken in blocks. Each is searched together with the end of the one before and the beginning of
the one after, and a hit is given by the block in which it starts: so hits across borders are found, once,
and the size of the blocks changes nothing.
"""

import gc
import hmac
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from stocktake.errors import UserError
from stocktake.observables import copying, openpgp
from stocktake.observables.candidates import AHEAD, BEHIND, CONTEXT_FORMS, PADDING, Form, find
from stocktake.observables.checks import CHECKS, KINDS, SECRET_FORMS
from stocktake.observables.finding import Finding
from stocktake.observables.wallets import seed_phrases

BLOCK_BYTES = 8 << 20
CONTEXT_BYTES = 40
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

# A finding as a plain tuple, which the garbage collector need not look at again.
Facts = tuple[Any, ...]
_USED = Finding._fields.index("used")
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


def scan(
    chunks: Iterable[bytes] | BinaryIO,
    *,
    key: bytes,
    kinds: Iterable[str] | None = None,
    block_bytes: int = BLOCK_BYTES,
    context_bytes: int = CONTEXT_BYTES,
) -> Iterator[Hit]:
    """Observables in the order of their places. ``scan_batches`` gives the same without an object a hit."""
    for batch in scan_batches(
        chunks, key=key, kinds=kinds, block_bytes=block_bytes, context_bytes=context_bytes
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
) -> Iterator[pa.RecordBatch]:
    """Observables of a stream as record batches of ``SCHEMA``, one for each block that has any.

    ``chunks`` is anything that reads, or gives, bytes. ``key`` is the case's: secrets and card numbers are
    known by their HMAC-SHA-256 under it only. ``kinds`` narrows what is given (all of ``KINDS``). Memory is
    a few times ``block_bytes``. Raises UserError for an unknown kind or a key that is too short.
    """
    wanted = _wanted(kinds, key)
    if block_bytes < 1:
        raise UserError("Blocks must have one byte or more.")
    fill = _filler(chunks)
    data = np.empty(PADDING + BEHIND + AHEAD + block_bytes + PADDING, np.uint8)
    data[:PADDING] = 0
    end = PADDING  # of what is in view, which begins after the padding
    base = -PADDING  # offset in the stream of data[0]
    done = 0  # offset up to which hits were given
    final = False
    while not final:
        room = end + block_bytes
        end += fill(memoryview(data.data)[end:room])
        final = end < room
        data[end : end + PADDING] = 0
        limit = base + end - (0 if final else AHEAD)
        if limit > done:
            batch = _hits(data[: end + PADDING], done - base, limit - base, key, wanted, context_bytes)
            if batch.num_rows:
                place = pc.add(batch.column("offset"), pa.scalar(base, pa.int64()))
                yield batch.set_column(0, SCHEMA.field("offset"), place)
            done = limit
        first = max(PADDING, done - base - BEHIND)
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
    data = np.zeros(size + len(values) + 2 * PADDING, np.uint8)
    if size:
        source = np.frombuffer(values.buffers()[2], np.uint8)
        copying.joined(source, offsets, data[PADDING:])
    begins = offsets[:-1] - offsets[0] + np.arange(len(values)) + PADDING

    def told(found: npt.NDArray[np.int32]) -> Mask:
        rows = np.searchsorted(begins, found[:, 0], "right") - 1
        texts = words.take(pa.array(rows)).to_pylist() if words is not None else [None] * len(rows)
        return np.array(
            [_says(name, text, form) for text, form in zip(texts, found[:, 2], strict=True)], bool
        )

    hits = _hits(data, PADDING, len(data) - PADDING, key, wanted, context_bytes, told)
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


def _hits(
    data: Bytes,
    low: int,
    high: int,
    key: bytes,
    wanted: frozenset[str],
    context_bytes: int,
    told: Told | None = None,
) -> pa.RecordBatch:
    """Hits that start in ``data[low:high]``; ``offset`` counts from ``data[0]``, padding included.

    Secrets are blanked in ``data`` meanwhile, and put back.
    """
    blanked: list[tuple[int, bytes]] = []
    collecting = gc.isenabled()
    gc.disable()  # of ten thousands of new tuples none is garbage, and looking takes a fifth of the time
    try:
        return _judge(data, low, high, key, wanted, context_bytes, told, blanked)
    finally:
        if collecting:
            gc.enable()
        for start, recorded in reversed(blanked):
            data[start : start + len(recorded)] = np.frombuffer(recorded, np.uint8)


def _judge(
    data: Bytes,
    low: int,
    high: int,
    key: bytes,
    wanted: frozenset[str],
    context_bytes: int,
    told: Told | None,
    blanked: list[tuple[int, bytes]],
) -> pa.RecordBatch:
    found = find(data, PADDING, len(data) - PADDING)
    needs = np.isin(found[:, 2], CONTEXT_FORMS) & (found[:, 3] == 0)
    if told is not None and needs.any():
        needs[needs] = ~told(found[needs])
    found = found[~needs]
    secret = np.isin(found[:, 2], SECRET_FORMS)
    found, findings, places = _secrets(data, found, secret, low, high, wanted, blanked)

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
        note = int(code) & 255
        texts = coded.dictionary.to_numpy(zero_copy_only=False).tolist()
        judged = [_facts(check(text, note)) for text in texts]
        good = [facts is not None and facts[0] in wanted for facts in judged]
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
    return _batch(data, starts, ends, which, findings, key, context_bytes)


def _facts(finding: Finding | None) -> Facts | None:
    return None if finding is None else tuple(finding)


def _secrets(
    data: Bytes,
    found: npt.NDArray[np.int32],
    secret: Mask,
    low: int,
    high: int,
    wanted: frozenset[str],
    blanked: list[tuple[int, bytes]],
) -> tuple[npt.NDArray[np.int32], list[Facts], list[tuple[int, int, int]]]:
    """Judge what may be secret, anywhere in the block, and then blank it in ``data``.

    Returns the other candidates that start in ``data[low:high]``, and the findings with their places in that
    range. What was blanked is added to ``blanked``: where, and the bytes that stood there.
    """
    findings: list[Facts] = []
    places: list[tuple[int, int, int]] = []
    taken: set[tuple[int, int]] = set()
    hidden: list[tuple[int, int]] = []
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
    key: bytes,
    context_bytes: int,
) -> pa.RecordBatch:
    rank = {kind: place for place, kind in enumerate(KINDS)}
    kinds = np.array([rank[facts[0]] for facts in findings], np.int64)
    order = np.lexsort((ends, kinds[which] if len(which) else which, starts))
    starts, ends, which = starts[order], ends[order], which[order]
    fields = list(zip(*findings, strict=True)) if findings else [()] * len(Finding._fields)
    by_name = dict(zip(Finding._fields, fields, strict=True))
    secrets = by_name.pop("secret")
    by_name["fingerprint"] = tuple(
        None if secret is None else _fingerprint(kind, secret, key)
        for kind, secret in zip(by_name["kind"], secrets, strict=True)
    )
    take = pa.array(which)
    columns = {
        "offset": pa.array(starts, pa.int64()),
        "length": pa.array(ends - starts, pa.int64()),
        "context": copying.contexts(data, starts, ends, context_bytes)
        if context_bytes
        else pa.nulls(len(starts), pa.string()),
    }
    arrays = [
        columns[field.name] if field.name in columns else pa.array(by_name[field.name], field.type).take(take)
        for field in SCHEMA
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)


def _fingerprint(kind: str, secret: bytes, key: bytes) -> str:
    """HMAC-SHA-256 of a secret under the case's key: equal secrets are seen to be equal, and no more."""
    plain = kind.encode() + b"\0" + secret
    return f"hmac-sha256:{hmac.new(key, plain, 'sha256').hexdigest()}"
