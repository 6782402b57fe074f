"""Where a row comes from: from its id back to exhibit, file, table, row, byte range and the bytes themselves.

An id is ``KIND:EXHIBIT/TABLE/KEY``; its kind says in which canonical table the row stands. Two kinds are
not rows: ``source:…`` is a place in the evidence, ``figure:…`` a number that a report or page printed.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

import duckdb

from stocktake.case import Case
from stocktake.commerce.tables import open_case
from stocktake.custody.exhibit import Exhibit, exhibits
from stocktake.engine.duck import quoted
from stocktake.errors import UserError
from stocktake.evidence import Item, Stream, items
from stocktake.findings.answer import plain, visible
from stocktake.findings.figures import Explanation, explain
from stocktake.findings.history import history, older_sources, price, superseded
from stocktake.records.catalogue import manifests
from stocktake.records.reading import addressed
from stocktake.review.held import bytes_held, refuse
from stocktake.shops.details import details, raw_row
from stocktake.shops.secrets import hide

# Kind of id -> canonical table and the column that holds the id.
KINDS = {
    "site": ("sites", "site_id"),
    "account": ("accounts", "account_id"),
    "listing": ("listings", "listing_id"),
    "order": ("orders", "order_id"),
    "line": ("order_lines", "line_id"),
    "payment": ("payments", "payment_id"),
    "address": ("postal_addresses", "address_id"),
    "shipment": ("shipments", "shipment_id"),
    "message": ("messages", "message_id"),
    "review": ("reviews", "review_id"),
    "variation": ("variations", "variation_id"),
    "item": ("items", "item_id"),
    "observable": ("observables", "observable_id"),
    "parcel": ("parcels", "parcel_id"),
    "problem": ("problems", "problem_id"),
    "change": ("row_changes", "change_id"),
    "source": ("sources", "source_id"),
}

# Why bytes are not shown.
HELD = "These bytes are, or hold, what is held back as possibly privileged or out of scope."

# Bytes of a row that are shown; the hash is always of all of them.
SHOWN_BYTES = 64 << 10


@dataclass(frozen=True)
class Rule:
    """The SQL statement that made a row: file inside the package, line of the statement, its text.

    ``after`` names the rule by which the statement's raw rows were read from a page, where there was one.
    """

    file: str
    line: int
    sql: str
    after: str = ""


@dataclass(frozen=True)
class Source:
    """A place in the evidence. ``offset`` and ``length`` are bytes in the unwrapped file at ``path``.

    ``data`` holds the first ``SHOWN_BYTES`` of the range as read now, ``data_sha256`` is of all of it; both
    are None where the range can't be read, and ``note`` then says why.
    """

    source_id: str
    exhibit: str
    path: str
    container: str
    table_name: str
    row_key: str
    offset: int | None
    length: int | None
    sha256: str
    data: bytes | None = None
    data_sha256: str | None = None
    note: str = ""


@dataclass(frozen=True)
class Why:
    """The answer: the canonical rows of that id, the statements that made them, their places.

    ``details`` are the places of rows that belong to those: an order's meta, items, totals. Of a row that
    several sources of one shop hold, ``sources`` has all its versions, the one that stands first, and
    ``history`` says what changed between them; of an order line, what explains its price. An id in whose
    place another stands has the row of ``superseded`` that says so.
    """

    id: str
    table: str
    rows: list[dict[str, Any]]
    rules: list[Rule]
    sources: list[Source]
    details: list[Source] = field(default_factory=list)
    figure: Explanation | None = None
    history: list[str] = field(default_factory=list)


def why(case: Case, identifier: str, *, connection: duckdb.DuckDBPyConnection | None = None) -> Why:
    """Walk from ``identifier`` back to the evidence. Raises UserError where the case has no such id."""
    kind, colon, _ = identifier.partition(":")
    if not colon or (kind not in KINDS and kind != "figure"):
        known = ", ".join([*KINDS, "figure"])
        raise UserError(
            f"{identifier!r} is not an id: ids are KIND:EXHIBIT/TABLE/KEY, with a kind of {known}."
        )
    refuse(case, identifier)
    connection = connection or open_case(case)
    if kind == "figure":
        explanation = explain(connection, identifier)
        return Why(identifier, "", [], [], [], figure=explanation)
    table, column = KINDS[kind]
    rows = _rows(connection, table, column, identifier)
    if not rows and kind == "source":
        found = raw_row(case, identifier)
        if found is not None:
            return Why(identifier, table, [], [], read_bytes(case, [Source(**vars(found))]))
    if not rows and (older := superseded(connection, identifier)):
        table, rows = "superseded", [older]
    if not rows:
        raise UserError(f"The case has no {identifier}.")
    cited = [one[name] for one in rows for name in ("source_id", "new_source_id") if one.get(name)]
    offer = price(connection, identifier) if kind == "line" else None
    cited += [offer[1]] if offer and offer[1] else []
    source_ids = list(dict.fromkeys([*map(str, cited), *older_sources(connection, identifier)]))
    rules = list(dict.fromkeys(one["rule"] for one in rows if one["rule"]))
    sources = [_place(connection, source_id) for source_id in source_ids]
    return Why(
        id=identifier,
        table=table,
        rows=rows,
        rules=[rule_text(case, rule) for rule in rules],
        sources=read_bytes(case, sources),
        details=read_bytes(case, _details(case, sources)),
        history=[*([offer[0]] if offer else []), *history(connection, [identifier])],
    )


def rule_text(case: Case, rule: str) -> Rule:
    """The statement that ``shops/woocommerce/orders.sql:12`` names, in the package or the case's mappings."""
    after, _, made = rule.rpartition(", ")  # before a comma, what read the rows that the statement takes
    file, _, line = made.rpartition(":")
    if not file or not line.isdecimal():
        return Rule(rule, 0, "")
    place = case.path / file if file.startswith("mappings/") else files("stocktake") / file
    try:
        lines = place.read_text("utf-8").splitlines()[int(line) - 1 :]
    except OSError:
        return Rule(file, int(line), "")
    statement: list[str] = []
    for text in lines:
        statement.append(text)
        if text.rstrip().endswith(";"):
            break
    return Rule(file, int(line), "\n".join(statement), after)


def _rows(
    connection: duckdb.DuckDBPyConnection, table: str, column: str, identifier: str
) -> list[dict[str, Any]]:
    found = connection.execute(f"SELECT * FROM {quoted(table)} WHERE {quoted(column)} = ?", [identifier])
    names = [description[0] for description in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _place(connection: duckdb.DuckDBPyConnection, source_id: str) -> Source:
    rows = _rows(connection, "sources", "source_id", source_id)
    if not rows:
        return Source(source_id, "", "", "", "", "", None, None, "", note="The case has no such source.")
    row = rows[0]
    names = (
        "source_id",
        "exhibit",
        "path",
        "container",
        "table_name",
        "row_key",
        "offset",
        "length",
        "sha256",
    )
    return Source(**{name: row[name] for name in names})


def _details(case: Case, sources: list[Source]) -> list[Source]:
    """The places of the rows that belong to those of ``sources``, but for these themselves."""
    found = [
        Source(**vars(detail))
        for source in sources
        if source.table_name
        for detail in details(case, source.exhibit, source.table_name, source.row_key)
    ]
    own = {source.source_id for source in sources}
    return [source for source in found if source.source_id not in own]


def read_bytes(case: Case, sources: Sequence[Source]) -> list[Source]:
    """The sources with their bytes, read from the exhibit now and never from what was derived from it.

    Each file is unwrapped once, up to the last byte that is asked for.
    """
    read: dict[str, Source] = {}
    by_file: dict[tuple[str, str], list[Source]] = {}
    held: dict[tuple[str, str], dict[str, list[dict[str, str]]]] = {}
    for source in sources:
        if source.note:
            read[source.source_id] = source
        elif _held(case, source):
            read[source.source_id] = _with(source, note=HELD)
        elif source.offset is None or source.length is None:
            place = source.exhibit, source.path
            if place not in held:
                held[place] = _table_files(case, *place)
            read[source.source_id] = _with(source, note=_without_range(source, held[place]))
        else:
            by_file.setdefault((source.exhibit, source.path), []).append(source)
    for (exhibit, path), wanted in by_file.items():
        try:
            found = _read_file(case, exhibit, path, sorted(wanted, key=lambda source: source.offset or 0))
        except OSError as error:
            note = f"The exhibit can't be read now: {error.strerror or error}."
            found = [_with(source, note=note) for source in wanted]
        read |= {source.source_id: source for source in found}
    return [read[source.source_id] for source in sources]


def _held(case: Case, source: Source) -> bool:
    """Whether the bytes may not be shown, being of what is held back or holding some of it."""
    whole = source.source_id == f"source:{source.exhibit}/{source.path}"
    return bytes_held(case, source.exhibit, source.path, source.offset or 0, source.length or 0, whole=whole)


def _table_files(case: Case, reference: str, path: str) -> dict[str, list[dict[str, str]]]:
    """Which files held each table of a data directory that a server read, by database and table."""
    found = [unit["facts"] for unit in manifests(case, reference) if unit["path"] == path]
    return dict(found[0].get("table_files", {})) if found else {}


def _without_range(source: Source, held: dict[str, list[dict[str, str]]]) -> str:
    """Why a row has no byte range; where a server read it, the files that held its table."""
    for name, lay_in in held.items():
        if source.table_name in (name, f"{source.path}!{name}") or name.endswith(f".{source.table_name}"):
            places = ", ".join(f"{file['path']} (sha256 {file['sha256']})" for file in lay_in)
            return f"Read by the database's own server from a copy; its table lay in {places}."
    return "This kind of file has no byte range for a row; its table and key name it."


def _read_file(case: Case, reference: str, path: str, wanted: list[Source]) -> list[Source]:
    """Read ranges of one file, in the order of their offsets."""
    exhibit = _exhibit(case, reference)
    for item in _items_of(case, exhibit):
        if item.path == path:
            read = [manifest["facts"] for manifest in manifests(case, reference) if manifest["path"] == path]
            with closing(addressed(item, read[0] if read else {})) as stream:
                shown = [_read_range(source, stream) for source in wanted]
            return _without_secrets(case, reference, path, shown)
    return [_with(source, note=f"Exhibit {reference} no longer holds {path}.") for source in wanted]


def _items_of(case: Case, exhibit: Exhibit) -> Iterator[Item]:
    location = exhibit.location(case)
    told = lambda _: None  # noqa: E731 - what can't be opened was told when it was processed
    return items(exhibit.reference, location, told, passphrases=exhibit.passphrases(), check_hashes=False)


def _without_secrets(case: Case, reference: str, path: str, read: list[Source]) -> list[Source]:
    """The sources with secrets in their bytes hidden, and then without a hash that could give them away."""
    windows = [(source.offset or 0, source.data or b"") for source in read]
    shown = []
    for source, (data, was_hidden) in zip(read, hide(case, reference, path, windows), strict=True):
        note = "The row holds a secret: its bytes are shown without it, and their hash is not given."
        shown.append(_with(source, data=data, data_sha256=None, note=note) if was_hidden else source)
    return shown


def _read_range(source: Source, stream: Stream) -> Source:
    begin, left = source.offset or 0, source.length or 0
    if begin < stream.tell():
        return _with(source, note="The row lies inside of another that is shown.")
    stream.skip(begin - stream.tell())
    digest = hashlib.sha256()
    shown = b""
    while left:
        piece = stream.read(min(left, 1 << 20))
        if not piece:
            return _with(
                source, note="The file ends before the end of this row: it is not the file that was read."
            )
        digest.update(piece)
        shown += piece[: max(0, SHOWN_BYTES - len(shown))]
        left -= len(piece)
    return _with(source, data=shown, data_sha256=digest.hexdigest())


def _with(source: Source, **changes: Any) -> Source:
    return Source(**{**source.__dict__, **changes})


def _exhibit(case: Case, reference: str) -> Exhibit:
    for exhibit in exhibits(case):
        if exhibit.reference == reference:
            return exhibit
    raise UserError(f"The case has no exhibit {reference}.")


def text(why: Why) -> str:
    """The answer as a page for a terminal; what evidence holds is shown with control characters escaped."""
    lines = [visible(why.id)]
    if why.figure is not None:
        return "\n".join([*lines, *_figure_lines(why.figure)])
    for row in why.rows:
        lines += ["", f"Row of {why.table} ({row['basis']})"]
        width = max(len(name) for name in row)
        lines += [
            f"  {name:{width}}  {_shortened(visible(plain(value)))}"
            for name, value in row.items()
            if value is not None
        ]
    if why.history:
        lines += ["", *(f"  {visible(sentence)}" for sentence in why.history)]
    for rule in why.rules:
        lines += [
            "",
            *([f"Read by {visible(rule.after)}"] if rule.after else []),
            f"Made by {rule.file}, line {rule.line}",
            *(f"  | {line}" for line in rule.sql.splitlines()),
        ]
    for source in why.sources:
        lines += ["", *_source_lines(source)]
    if why.details:
        lines += ["", f"Rows that belong to it: {len(why.details)}"]
    for source in why.details:
        lines.append(
            f"  {visible(source.source_id)}  {source.length or 0:,} bytes from offset {source.offset or 0:,}"
        )
        lines.append(f"  | {_shortened(_bytes_text(source.data or b''))}")
    return "\n".join(lines)


def _figure_lines(figure: Explanation) -> list[str]:
    rows = figure.by_currency or (figure.value,)
    values = [
        f"{name} {plain(value)}" for one in rows for name, value in one.values.items() if value is not None
    ]
    left = figure.count - len(figure.subjects)
    return [
        f"  {figure.figure.title}",
        f"  {figure.figure.note}",
        "",
        f"  {', '.join(visible(value) for value in values)}",
        "",
        f"Counted by {figure.file}",
        *(f"  | {line}" for line in figure.sql.splitlines() if not line.startswith("--")),
        "",
        f"Counts {figure.count:,} {figure.figure.unit}",
        *(f"  {visible(subject)}" for subject in figure.subjects),
        *([f"  … and {left:,} more"] if left > 0 else []),
    ]


def _source_lines(source: Source) -> list[str]:
    wrapped = f" (inside of {source.container})" if source.container else ""
    lines = [
        f"Source {visible(source.source_id)}",
        f"  exhibit   {source.exhibit}",
        f"  file      {visible(source.path)}{wrapped}",
        f"  sha256    {source.sha256} (of the unwrapped file)",
        f"  table     {visible(source.table_name or '')}",
        f"  row       {visible(source.row_key or '')}",
    ]
    if source.offset is not None:
        lines.append(f"  bytes     {source.length:,} from offset {source.offset:,}")
    if source.data_sha256:
        lines.append(f"  sha256    {source.data_sha256} (of these bytes)")
    if source.data is not None:
        lines += [f"  | {line}" for line in _bytes_text(source.data).split("\n")]
        if source.length and source.length > len(source.data):
            lines.append(f"  | … the first {len(source.data):,} of {source.length:,} bytes")
    if source.note:
        lines.append(f"  {source.note}")
    return lines


def _bytes_text(data: bytes) -> str:
    return visible(data.decode("utf-8", "backslashreplace"))


def _shortened(text: str, limit: int = 400) -> str:
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text):,} characters)"
