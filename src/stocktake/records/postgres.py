"""PostgreSQL dumps: pg_dump's and pg_dumpall's plain text, and its archives through pg_restore.

Plain text is read as psql would run it, as far as rows need: ``CREATE TABLE`` for the types, ``ALTER TABLE``
for the primary keys, ``COPY`` blocks and ``INSERT`` statements for the rows, ``SET`` and ``\\connect`` for
what they are to be read as. Nothing is run and no server is asked.

The database of a raw table is its schema; behind a ``\\connect`` it is the database's name, a dot, and the
schema.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from stocktake.evidence import Counted
from stocktake.records import postgres_rows, postgres_types, sqltext
from stocktake.records.postgres_archive import Restored, find_pg_restore
from stocktake.records.raw import PLACE, Column, Table, UnitWriter
from stocktake.records.sqlwindow import Window

BLOCK_BYTES = 8 << 20
ROW_BYTES = 64 << 20
_LOOK_AHEAD = 256 << 10

_NAME = rb'(?:"(?:[^"]|"")+"|[A-Za-z_\x80-\xff][\w$\x80-\xff]*)'
_QUALIFIED = rb"(?:" + _NAME + rb"\s*\.\s*)*" + _NAME
_LIST = rb"\((?:[^()\"]|\"[^\"]*\")*\)"
_COPY = re.compile(
    rb"COPY\s+("
    + _QUALIFIED
    + rb")\s*("
    + _LIST
    + rb")?\s*(WITH\s+OIDS\s+)?FROM\s+stdin\b([^;\n]*);[ \t]*(\r?)(\n|\Z)",
    re.IGNORECASE,
)
_INSERT = re.compile(
    rb"INSERT\s+INTO\s+("
    + _QUALIFIED
    + rb")\s*("
    + _LIST
    + rb")?\s*(?:OVERRIDING\s+\w+\s+VALUE\s+)?VALUES\s*(?=\()",
    re.IGNORECASE,
)
_CREATE_TABLE = re.compile(
    rb"CREATE\s+(?:(?:GLOBAL|LOCAL|TEMP|TEMPORARY|UNLOGGED|FOREIGN)\s+)*TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?("
    + _QUALIFIED
    + rb")\s*\(",
    re.IGNORECASE,
)
_INHERITS = re.compile(rb"\)\s*INHERITS\s*(" + _LIST + rb")", re.IGNORECASE)
_PRIMARY_KEY = re.compile(
    rb"ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?("
    + _QUALIFIED
    + rb")\s+ADD\s+(?:CONSTRAINT\s+"
    + _NAME
    + rb"\s+)?PRIMARY\s+KEY\s*("
    + _LIST
    + rb")",
    re.IGNORECASE,
)
_SET = re.compile(
    rb"SET\s+(?:SESSION\s+|LOCAL\s+)?(\w+)\s*(?:=|\sTO\s)\s*(.*?)\s*;?\s*\Z", re.IGNORECASE | re.DOTALL
)
_SEARCH_PATH = re.compile(rb"set_config\(\s*'search_path'\s*,\s*'((?:[^']|'')*)'", re.IGNORECASE)
_CONNECT = re.compile(
    rb"\\c(?:onnect)?\s+(?:-reuse-previous=\w+\s+)?(?:\"dbname='((?:[^'\\]|\\.)*)'\"|(\"(?:[^\"]|\"\")+\"|\S+))"
)
_COLUMN_ENDS = re.compile(
    rb"\s(?:NOT\s+NULL|NULL|DEFAULT|COLLATE|GENERATED|CONSTRAINT|PRIMARY\s+KEY|UNIQUE|CHECK|REFERENCES|STORAGE"
    rb"|COMPRESSION|OPTIONS)\b.*",
    re.IGNORECASE | re.DOTALL,
)
_NO_COLUMN = re.compile(
    rb"(?:CONSTRAINT\s+" + _NAME + rb"\s+)?(?:PRIMARY\s+KEY|UNIQUE|CHECK|FOREIGN\s+KEY|EXCLUDE|LIKE)\b",
    re.IGNORECASE,
)
_ESCAPE_STRING = re.compile(rb"[(,\s][Ee]'")
_OPTION = re.compile(
    rb"(delimiters?|null|format|header|csv|binary)\s*(?:as\s+)?(E?'(?:[^'\\]|\\.|'')*'|\w+)?", re.IGNORECASE
)

_NO_LEAD = np.zeros(256, np.bool_)
_NO_TABLE = np.zeros(256, np.uint32)
_UNREAD = PLACE.field("_unread").type


def read(stream: BinaryIO, unit: UnitWriter) -> None:
    """Read the plain text dump in ``stream``; rows, tables and problems go to ``unit``.

    ``_offset`` and ``_length`` cover the line of a COPY block without its newline, or an INSERT's tuple
    with its brackets.
    """
    _Dump(stream, unit).read()


def read_archive(dump: IO[bytes] | Path, unit: UnitWriter) -> None:
    """Read a custom, tar or directory dump through ``pg_restore``, which writes it as plain text.

    ``dump`` is an open file that can seek, or the folder of a dump in directory format.

    Offsets then count bytes of what pg_restore wrote: the unit's facts name its version and the text's
    SHA-256. Where pg_restore is missing, or does not know the dump's version, that is a problem.
    """
    pg_restore = find_pg_restore()
    if pg_restore is None:
        if not isinstance(dump, Path):
            dump.close()
        unit.problem(
            "this dump can be read through pg_restore only, which is not installed:"
            " run apt-get install postgresql-client and process the case again",
            severity="error",
        )
        return
    text = Restored(dump, pg_restore)
    with Counted(text) as counted:
        read(cast("BinaryIO", counted), unit)
        counted.drain()
        unit.facts |= {
            "offsets_in": "text that pg_restore wrote",
            "pg_restore": text.version,
            "text_sha256": counted.sha256,
            "text_bytes": counted.count,
        }
        for fault in counted.faults:
            unit.problem(fault.message, severity=fault.severity, offset=fault.offset)


# A column as its values' recorded bytes, and by position the text of values that are known to be no constant.
_Values = tuple[pa.Array, dict[int, str]]


@dataclass
class _Target:
    """Where rows go: a raw table, and for each of their values the position of its column in the table."""

    table: Table
    positions: list[int]


@dataclass
class _Misfit:
    """Values of a column that did not fit its type: how many, and the place and text of the first."""

    count: int
    offset: int
    length: int
    text: str


class _CutOffError(Exception):
    """The dump ends where it should go on."""


class _StatementEnd:
    """Finds the semicolon that ends a statement, as psql does: none in brackets or strings."""

    def __init__(self, *, backslash: bool) -> None:
        self.scanned = 0
        self._token = postgres_rows.TOKEN_WITH_BACKSLASH if backslash else postgres_rows.TOKEN
        self._depth = 0
        self._in_body = False

    def find(self, raw: bytearray, start: int, end: int, *, last: bool) -> bool:
        """Go on in the statement that begins at ``start``; tell whether ``scanned`` is its whole length."""
        at = start + self.scanned
        while at < end:
            found = self._token.match(raw, at, end)
            if found is None or (found.end() == end and not last) or postgres_rows.is_unclosed(found, end):
                break
            at = found.end()
            if self._ends(found[0]):
                self.scanned = at - start
                return True
        self.scanned = at - start
        return False

    def _ends(self, token: bytes) -> bool:
        if token == b"(":
            self._depth += 1
        elif token == b")":
            self._depth -= 1
        elif b"BEGIN ATOMIC" in token:
            self._in_body = True
        elif self._in_body and token.split() == [b"END"]:
            self._in_body = False
        return token == b";" and self._depth <= 0 and not self._in_body


class _Dump:
    def __init__(self, stream: BinaryIO, unit: UnitWriter) -> None:
        self.window = Window(stream, BLOCK_BYTES, ROW_BYTES)
        self.unit = unit
        self.connected = ""
        self.schema = "public"
        self.encoding = "utf-8"
        self.backslash = False
        self.misfits: dict[tuple[str, str, str], _Misfit] = {}
        self.latest: dict[tuple[str, str], Table] = {}
        self.blobs = 0
        self.begins = self.ends = 0

    def read(self) -> None:
        try:
            while self._to_statement():
                self._statement()
        except _CutOffError as error:
            self.unit.problem(f"the dump was cut off {error}", severity="error", offset=self._offset())
        else:
            if self.begins > self.ends:
                message = "the dump has no mark of its end: it may have been cut off between two statements"
                self.unit.problem(message, offset=self._offset())
        self._tell()

    # What is in view

    def _offset(self) -> int:
        return self.window.offset(self.window.pos)

    def _ahead(self, size: int = _LOOK_AHEAD) -> bytes:
        """Return the next ``size`` bytes without passing them; fewer at the end."""
        window = self.window
        while window.end - window.pos < size and window.fill():
            pass
        return bytes(window.raw[window.pos : min(window.end, window.pos + size)])

    def _more(self) -> bool:
        """Read on, keeping what is in view from ``pos`` on."""
        return self.window.fill()

    def _to_statement(self) -> bool:
        """Pass over space and comments; tell whether a statement follows."""
        window = self.window
        while True:
            if window.end - window.pos < 64 and not window.eof:
                self._more()
            while window.pos < window.end and window.raw[window.pos] in b" \t\r\n\f;":
                window.pos += 1
            if window.pos == window.end:
                if not self._more():
                    return False
                continue
            start = bytes(window.raw[window.pos : window.pos + 2])
            if start == b"--":
                self._pass_line()
            elif start == b"/*":
                self._pass_comment()
            else:
                return True

    def _line(self) -> bytes:
        """Return the line in view and pass it."""
        window = self.window
        while (end := window.raw.find(b"\n", window.pos, window.end)) < 0 and self._more():
            pass
        end = window.end if end < 0 else end
        line = bytes(window.raw[window.pos : end])
        window.pos = end
        return line

    def _pass_line(self) -> None:
        line = self._line()
        if line.startswith(
            (b"-- PostgreSQL database dump complete", b"-- PostgreSQL database cluster dump complete")
        ):
            self.ends += 1
        elif line.startswith((b"-- PostgreSQL database dump", b"-- PostgreSQL database cluster dump")):
            self.begins += 1

    def _pass_comment(self) -> None:
        window = self.window
        while (end := window.raw.find(b"*/", window.pos + 2, window.end)) < 0:
            if not self._more():
                raise _CutOffError("in a comment")
        window.pos = end + 2

    # Statements

    def _statement(self) -> None:
        head = self._ahead(16).upper()
        if head.startswith(b"\\"):
            self._meta(self._line())
        elif head.startswith(b"COPY") and (copy := _COPY.match(self._ahead())):
            self._copy(copy)
        elif head.startswith(b"INSERT") and (insert := _INSERT.match(self._ahead())):
            self._insert(insert)
        else:
            self._other(self._whole())

    def _whole(self) -> bytes:
        """Return the statement in view, up to its semicolon, and pass it."""
        window = self.window
        end = _StatementEnd(backslash=self.backslash)
        while not end.find(window.raw, window.pos, window.end, last=window.eof):
            if window.end - window.pos > ROW_BYTES:
                self.unit.problem(f"a statement is longer than {ROW_BYTES} bytes", offset=self._offset())
                window.pos = window.end
                end = _StatementEnd(backslash=self.backslash)
            if not self._more():
                raise _CutOffError("inside a statement")
        statement = bytes(window.raw[window.pos : window.pos + end.scanned])
        window.pos += end.scanned
        return statement

    def _meta(self, line: bytes) -> None:
        found = _CONNECT.match(line)
        if found:
            name = found[1].replace(b"\\", b"") if found[1] else found[2].strip(b'"').replace(b'""', b'"')
            self.connected = name.decode(self.encoding, "backslashreplace")
            self.schema = "public"

    def _other(self, statement: bytes) -> None:
        if found := _CREATE_TABLE.match(statement):
            self._create_table(statement, found)
        elif found := _PRIMARY_KEY.match(statement):
            table = self.unit.tables.get(self._name(found[1]))
            if table is not None:
                table.key = [self._column(part) for part in _split(found[2][1:-1])]
        elif found := _SET.match(statement):
            self._set(found[1].lower(), found[2])
        elif found := _SEARCH_PATH.search(statement[:500]):
            self._search_path(found[1])
        elif b"pg_catalog.lowrite(" in statement[:200] or b"pg_catalog.lo_create(" in statement[:200]:
            self.blobs += b"lo_create" in statement[:200]
        elif statement[:6].upper() == b"INSERT":
            self.unit.problem("an INSERT statement without VALUES was not read", offset=self._offset())
        elif statement[:4].upper() == b"COPY" and b"stdin" in statement[:_LOOK_AHEAD].lower():
            self.unit.problem("a COPY statement could not be read", severity="error", offset=self._offset())

    def _set(self, name: bytes, value: bytes) -> None:
        text = value.strip().strip(b"'")
        if name == b"client_encoding":
            try:
                self.encoding = postgres_types.codec(text.decode("ascii", "replace"))
            except LookupError:
                shown = text.decode("ascii", "backslashreplace")
                self.unit.problem(
                    f"the encoding {shown} is not known and was read as UTF-8", offset=self._offset()
                )
                self.encoding = "utf-8"
        elif name == b"standard_conforming_strings":
            self.backslash = text.lower() in (b"off", b"false", b"0")
        elif name == b"search_path":
            self._search_path(value)

    def _search_path(self, value: bytes) -> None:
        names = [self._identifier(part.strip().strip(b"'")) for part in _split(value) if part.strip()]
        self.schema = next((name for name in names if name not in ("pg_catalog", "$user", "")), "public")

    # Tables

    def _identifier(self, written: bytes) -> str:
        written = written.strip()
        if written.startswith(b'"'):
            return written[1:-1].replace(b'""', b'"').decode(self.encoding, "backslashreplace")
        return written.decode(self.encoding, "backslashreplace").lower()

    def _column(self, written: bytes) -> str:
        """Name of a column, kept apart from those of ``PLACE``."""
        name = self._identifier(written)
        return f"{name}_" if name.casefold() in PLACE.names else name

    def _name(self, qualified: bytes) -> tuple[str, str]:
        """Database and name of the raw table that ``qualified`` means."""
        parts = [self._identifier(part) for part in re.findall(_NAME, qualified)]
        schema = parts[-2] if len(parts) > 1 else self.schema
        return (f"{self.connected}.{schema}" if self.connected else schema), parts[-1]

    def _create_table(self, statement: bytes, found: re.Match[bytes]) -> None:
        database, name = self._name(found[1])
        end = _closing(statement, found.end())
        columns: list[Column] = []
        key: list[str] = []
        inherits = _INHERITS.match(statement, end)
        for parent in _split(inherits[1][1:-1]) if inherits else []:
            above = self.unit.tables.get(self._name(parent))
            columns += above.columns if above else []
        for part in _split(statement[found.end() : end]):
            text = part.strip()
            if _NO_COLUMN.match(text):
                inline = re.search(rb"PRIMARY\s+KEY\s*(" + _LIST + rb")", text, re.IGNORECASE)
                key = [self._column(column) for column in _split(inline[1][1:-1])] if inline else key
            elif named := re.match(rb"(" + _NAME + rb")\s*(.*)", text, re.DOTALL):
                column = self._column(named[1])
                rest = b" " + named[2]
                declared = " ".join(
                    _COLUMN_ENDS.sub(b"", rest).decode(self.encoding, "backslashreplace").split()
                )
                if re.search(rb"\bPRIMARY\s+KEY\b", rest, re.IGNORECASE):
                    key = [column]
                columns = [above for above in columns if above.name != column]
                columns.append(Column(column, declared, postgres_types.arrow_type(declared)))
        self._begin(database, name, columns, key)

    def _begin(self, database: str, name: str, columns: list[Column], key: list[str]) -> Table:
        """Begin the table; where one of that name has other columns, under another name."""
        shown, number = name, 1
        while (standing := self.unit.tables.get((database, shown))) and standing.columns != columns:
            number += 1
            shown = f"{name}~{number}"
        if standing is None and number > 1:
            message = f"{database}.{name} is declared again with other columns: its rows are in {shown}"
            self.unit.problem(message, table=name, offset=self._offset())
        self.latest[database, name] = table = self.unit.table(database, shown, columns, key)
        return table

    def _target(self, qualified: bytes, listed: bytes | None, values: int) -> _Target:
        """Where the rows of a statement go that names these columns, or none and has so many values."""
        database, name = self._name(qualified)
        names = [self._column(column) for column in _split(listed[1:-1])] if listed else None
        table = self.latest.get((database, name))
        if table is None:
            # Not declared in this dump, so no type is known either.
            named = names if names is not None else [f"c{i}" for i in range(1, values + 1)]
            table = self._begin(database, name, [Column(column, "", pa.string()) for column in named], [])
        have = [column.name for column in table.columns]
        if names is None:
            if values <= len(have):
                return _Target(table, list(range(values)))
            names = [*have, *(f"c{i}" for i in range(len(have) + 1, values + 1))]
        if set(names) <= set(have):
            return _Target(table, [have.index(column) for column in names])
        types = {column.name: column for column in table.columns}
        columns = [types.get(column, Column(column, "", pa.string())) for column in names]
        return _Target(self._begin(database, name, columns, table.key), list(range(len(names))))

    # Rows

    def _copy(self, copy: re.Match[bytes]) -> None:
        window = self.window
        options = {
            found[1].lower(): found[2]
            for found in _OPTION.finditer(copy[4])
            if found[2] or found[1] == b"csv"
        }
        delimiter = _option(options, b"delimiter", _option(options, b"delimiters", b"\t"))
        null = _option(options, b"null", b"\\N")
        form = _option(options, b"format", b"text").lower()
        window.pos += copy.end()
        if form != b"text" or b"csv" in options or b"binary" in options or len(delimiter) != 1:
            name = copy[1].decode("utf-8", "backslashreplace")
            message = f"COPY {name} is not in text format; its rows were not read"
            self.unit.problem(message, severity="error", offset=self._offset())
        listed = copy[2]
        target = None
        crlf = bool(copy[5])
        while True:
            end = self._lines_end()
            if end is None:
                target = target or self._target(copy[1], listed, 0)
                self._cut_off_row(target.table, "in the rows of")
            block = bytes(window.raw[window.pos : end])
            lines = postgres_rows.lines(block)
            rows = block[: lines.end] if lines.after else block
            if rows:
                if target is None:
                    line = rows[: rows.index(b"\n")]
                    listed = b"(oid, " + listed[1:] if listed and copy[3] else listed
                    known = self.latest.get(self._name(copy[1]))
                    values = len(known.columns) if known else line.count(delimiter) + 1
                    target = self._target(copy[1], listed, values)
                self._copy_rows(target, rows, lines, delimiter, null, crlf=crlf)
            window.pos += lines.after or len(block)
            if lines.after:
                if target is None and listed:
                    self._target(copy[1], listed, 0)
                return

    def _lines_end(self) -> int | None:
        """Position behind the last whole line in view; None where the dump ends before there is one."""
        window = self.window
        while True:
            end = window.raw.rfind(b"\n", window.pos, window.end)
            if end >= 0:
                return end + 1
            if window.eof or not self._more():
                rest = bytes(window.raw[window.pos : window.end])
                if rest.rstrip(b"\r") == b"\\.":
                    window.raw[window.end : window.end + 1] = b"\n"
                    return window.end + 1
                return None
            if window.end - window.pos > ROW_BYTES:
                self._pass_long_line()

    def _pass_long_line(self) -> None:
        window = self.window
        start = self._offset()
        while (end := window.raw.find(b"\n", window.pos, window.end)) < 0:
            window.pos = window.end
            if not self._more():
                break
        window.pos = window.end if end < 0 else end + 1
        length = self._offset() - start
        message = f"a row of {length} bytes is longer than rows can be here, and was not read"
        self.unit.problem(message, severity="error", offset=start, length=length)

    def _cut_off_row(self, table: Table, where: str) -> None:
        window = self.window
        if window.end > window.pos:
            self.unit.set_aside(table, "the dump was cut off inside the row")
        raise _CutOffError(f"{where} {table.database}.{table.name}")

    def _copy_rows(
        self,
        target: _Target,
        rows: bytes,
        lines: postgres_rows.Lines,
        delimiter: bytes,
        null: bytes,
        *,
        crlf: bool,
    ) -> None:
        offsets, lengths = lines.starts + self._offset(), lines.lengths
        if crlf:
            rows = rows.replace(b"\r\n", b"\n")
            lengths = lengths - 1
        encoding = self.encoding
        if encoding in postgres_types.UNSAFE_CODECS:
            rows = rows.decode(encoding, "surrogateescape").encode("utf-8", "surrogateescape")
            encoding = "utf-8"
        count = len(target.positions)
        arrays = None
        if count and b"\r" not in rows:
            arrays = postgres_rows.copy_columns(rows, lines, count, delimiter, null)
        if arrays is None or len(arrays[0]) != len(offsets):
            pieces = rows[:-1].split(b"\n")
            arrays, good, bad = postgres_rows.copy_columns_by_line(pieces, count, delimiter, null)
            self._set_uneven_aside(target.table, offsets[bad])
            offsets, lengths = offsets[good], lengths[good]
        self._write(target, [(array, {}) for array in arrays], offsets, lengths, encoding)

    def _insert(self, insert: re.Match[bytes]) -> None:
        window = self.window
        head = np.frombuffer(insert[0].rstrip(), np.uint8)
        window.pos += insert.end()
        first = self._tuple()
        target = self._target(insert[1], insert[2], len(first[0]) if first else 0)
        if first is None:
            self._cut_off_row(target.table, "in the rows of")
        ended = False
        while not ended:
            plain = not self.backslash and not self._has_escaped_quotes()
            ended = (
                self._rows_at_once(target, head) if plain and target.positions else self._rows_by_one(target)
            )

    def _has_escaped_quotes(self) -> bool:
        """Tell whether strings are in view whose end the quick scanner, which knows no escapes, may miss."""
        window = self.window
        if window.raw.find(b"\\'", window.pos, window.end) < 0:
            return False
        return _ESCAPE_STRING.search(window.raw, window.pos, window.end) is not None

    def _tuple(self) -> tuple[list[bytes], int] | None:
        """Return the texts of the values of the tuple in view, and its length, without passing it."""
        window = self.window
        while True:
            found = postgres_rows.tuple_values(
                window.raw, window.pos, window.end, backslash=self.backslash, last=window.eof
            )
            if found:
                return found[0], found[1] - window.pos
            if window.end - window.pos > ROW_BYTES or not self._more():
                return None

    def _rows_at_once(self, target: _Target, head: npt.NDArray[np.uint8]) -> bool:
        """Read the rows in view, and those of statements that follow with the same head; tell if it ended."""
        window = self.window
        columns = len(target.positions)
        room = max(64, min(1 << 16, (1 << 21) // columns))
        starts = np.empty(columns * room, np.int32)
        ends = np.empty(columns * room, np.int32)
        kinds = np.empty(columns * room, np.uint8)
        row_starts, row_ends = np.empty(room, np.int32), np.empty(room, np.int32)
        tally = np.zeros(4, np.int64)
        while True:
            tally[:] = 0
            status, position = sqltext.scan_rows(
                window.buf, window.pos, window.end, columns, False, True, False, _NO_LEAD, head,
                starts, ends, kinds, row_starts, row_ends, tally,
            )  # fmt: skip
            rows = int(tally[0])
            if rows:
                arrays = [
                    self._insert_column(starts[at : at + rows], ends[at : at + rows], kinds[at : at + rows])
                    for at in range(0, columns * room, room)
                ]
                places = window.offsets(row_starts[:rows])
                self._write(target, arrays, places, row_ends[:rows] - row_starts[:rows], self.encoding)
            window.pos = int(position)
            if status == sqltext.ENDED:
                return True
            if status == sqltext.UNEVEN:
                self._set_uneven_aside(target.table, [window.offset(int(tally[2]))])
            elif status == sqltext.OTHER:
                self._pass_tail()
                return True
            elif status == sqltext.MORE:
                if window.end - window.pos > ROW_BYTES or not self._more():
                    self._cut_off_row(target.table, "in the rows of")
                return False

    def _insert_column(
        self, starts: npt.NDArray[np.int32], ends: npt.NDArray[np.int32], kinds: npt.NDArray[np.uint8]
    ) -> _Values:
        """Recorded bytes of one column's values, and the text of those that are no constants."""
        window = self.window
        kinds = np.where(kinds == sqltext.BITS, np.uint8(sqltext.TEXT), kinds)
        size = int((ends - starts)[kinds != sqltext.NULL].sum(dtype=np.int64)) + 4 * len(kinds) + 8
        out, states = np.empty(size, np.uint8), np.empty(len(kinds), np.uint8)
        offsets = np.empty(len(kinds) + 1, np.int32)
        sqltext.to_text(
            window.buf, starts, ends, kinds, sqltext.AS_BYTES, _NO_TABLE, sqltext.AS_BYTES, _NO_TABLE, True,
            False, False, _NO_LEAD, offsets, out, states,
        )  # fmt: skip
        valid = pa.py_buffer(np.packbits(states & 1, bitorder="little"))
        buffers = [valid, pa.py_buffer(offsets), pa.py_buffer(out)]
        column = pa.Array.from_buffers(pa.binary(), len(kinds), buffers)
        unread: dict[int, str] = {}
        expressions = np.flatnonzero(kinds == sqltext.EXPRESSION)
        if len(expressions):
            written = column.take(pa.array(expressions)).to_pylist()
            values, by_place = self._values(
                [postgres_rows.literal(text, backslash=self.backslash) for text in written]
            )
            unread = {int(expressions[place]): text for place, text in by_place.items()}
            column = pc.replace_with_mask(column, pa.array(kinds == sqltext.EXPRESSION), values)
        return column, unread

    def _rows_by_one(self, target: _Target) -> bool:
        """Read rows one by one, for what is written in unusual ways; tell whether the statement ended."""
        window = self.window
        rows: list[list[tuple[bytes | None, bool]]] = []
        offsets: list[int] = []
        lengths: list[int] = []
        ended = False
        while len(rows) < 4096:
            found = self._tuple() if self._at_tuple() else None
            if found is None:
                ended = True
                break
            values, length = found
            if len(values) == len(target.positions):
                rows.append([postgres_rows.literal(value, backslash=self.backslash) for value in values])
                offsets.append(self._offset())
                lengths.append(length)
            else:
                self._set_uneven_aside(target.table, [self._offset()])
            window.pos += length
        arrays = [self._values([row[c] for row in rows]) for c in range(len(target.positions))]
        self._write(target, arrays, np.array(offsets, np.int64), np.array(lengths, np.int64), self.encoding)
        if ended:
            if self._at_tuple():
                self._cut_off_row(target.table, "in the rows of")
            self._pass_tail()
        return ended

    def _values(self, read: list[tuple[bytes | None, bool]]) -> _Values:
        recorded = pa.array([value if constant else None for value, constant in read], pa.binary())
        return recorded, {
            row: value.decode(self.encoding, "backslashreplace")
            for row, (value, constant) in enumerate(read)
            if not constant and value is not None
        }

    def _at_tuple(self) -> bool:
        window = self.window
        while True:
            while window.pos < window.end and window.raw[window.pos] in b", \t\r\n":
                window.pos += 1
            if window.pos < window.end:
                return window.raw[window.pos] == 0x28
            if not self._more():
                return False

    def _pass_tail(self) -> None:
        """Pass what stands between the last row of an INSERT and its semicolon."""
        tail = self._whole().strip().rstrip(b";")
        if tail and not tail.upper().startswith((b"ON CONFLICT", b"RETURNING")):
            self.unit.problem("what follows the rows of an INSERT could not be read", offset=self._offset())

    # What goes out

    def _set_uneven_aside(self, table: Table, offsets: npt.NDArray[np.int64] | list[int]) -> None:
        reason = "the row has another number of values than columns"
        if reason not in table.set_aside and len(offsets):
            self.unit.problem(
                f"a row of {table.name} has another number of values than columns, and was set aside",
                severity="error",
                table=table.name,
                offset=int(offsets[0]),
            )
        if len(offsets):
            self.unit.set_aside(table, reason, len(offsets))

    def _write(
        self,
        target: _Target,
        values: list[_Values],
        offsets: npt.NDArray[np.int64],
        lengths: npt.NDArray[np.int64],
        encoding: str,
    ) -> None:
        count = len(offsets)
        if not count:
            return
        columns = target.table.columns
        arrays: list[pa.Array | None] = [None] * len(columns)
        unread: dict[int, list[tuple[str, str]]] = {}
        for position, (recorded, expressions) in zip(target.positions, values, strict=True):
            column = columns[position]
            arrays[position], misfits = postgres_types.convert(recorded, column.type, encoding)
            misfits = {**misfits, **expressions}
            for row, text in misfits.items():
                unread.setdefault(row, []).append((column.name, text))
            self._count_misfits(target.table, column, misfits, offsets, lengths)
        filled = [
            pa.nulls(count, column.type) if array is None else array
            for array, column in zip(arrays, columns, strict=True)
        ]
        texts = (
            pa.array([unread.get(row) for row in range(count)], _UNREAD)
            if unread
            else pa.nulls(count, _UNREAD)
        )
        fields = [pa.field(column.name, column.type) for column in columns]
        places = [
            pa.array(offsets, pa.int64()),
            pa.array(lengths, pa.int64()),
            pa.array(np.arange(target.table.rows + 1, target.table.rows + 1 + count), pa.int64()),
            texts,
        ]
        batch = pa.RecordBatch.from_arrays([*filled, *places], schema=pa.schema([*fields, *PLACE]))
        self.unit.write(target.table, batch)

    def _count_misfits(
        self,
        table: Table,
        column: Column,
        misfits: dict[int, str],
        offsets: npt.NDArray[np.int64],
        lengths: npt.NDArray[np.int64],
    ) -> None:
        if not misfits:
            return
        row = min(misfits)
        first = _Misfit(0, int(offsets[row]), int(lengths[row]), misfits[row])
        self.misfits.setdefault((table.database, table.name, column.name), first).count += len(misfits)

    def _tell(self) -> None:
        for (_, table, column), misfit in self.misfits.items():
            self.unit.problem(
                f"{misfit.count} values of {table}.{column} do not fit its type and are kept as text;"
                f" the first is {misfit.text[:80]!r}",
                table=table,
                offset=misfit.offset,
                length=misfit.length,
            )
        if self.blobs:
            self.unit.problem(f"{self.blobs} large objects were not read")


def _option(options: dict[bytes, bytes], name: bytes, default: bytes) -> bytes:
    """Return what COPY's option says, with the quotes taken off."""
    written = options.get(name)
    if written is None:
        return default
    if written[:1] in b"Ee" and written[1:2] == b"'":
        return postgres_rows.unescaped(written[2:-1], copy=False)
    return written[1:-1].replace(b"''", b"'") if written.startswith(b"'") else written


def _closing(text: bytes, start: int) -> int:
    """Position of the bracket that closes the one before ``start``."""
    depth = 1
    for token in postgres_rows.TOKEN.finditer(text, start):
        if token[0] == b"(":
            depth += 1
        elif token[0] == b")":
            depth -= 1
            if depth == 0:
                return token.start()
    return len(text)


def _split(text: bytes) -> list[bytes]:
    """Parts of a list at its commas, those in brackets and quotes left alone."""
    parts, depth, begun = [], 0, 0
    for token in postgres_rows.TOKEN.finditer(text):
        if token[0] == b"(":
            depth += 1
        elif token[0] == b")":
            depth -= 1
        elif token[0] == b"," and depth == 0:
            parts.append(text[begun : token.start()])
            begun = token.end()
    last = text[begun:]
    return [*parts, last] if parts or last.strip() else []
