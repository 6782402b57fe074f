"""SQL dumps as MySQL, MariaDB and the tools around them write them: text in, raw tables out.

Read once, front to back, in blocks; what is carried over is the last row or statement that is not whole.
Rows of INSERT and REPLACE are found and turned into Arrow by compiled loops (``sqltext``); all other
statements are few and go through plain Python. Values come out as MariaDB reads them.

What is read: mysqldump and mariadb-dump with any of their options, phpMyAdmin, Adminer, HeidiSQL, SQLyog,
Navicat, SQLite's ``.dump``, and other text of INSERT … VALUES statements. Joined dumps are read one after
the other. The text of conditional comments (``/*!40101 … */``) counts, whatever the version. A column that
an insert leaves out has the default that CREATE TABLE gives it, if that is a literal, else NULL.
"""

import re
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from stocktake.records import sqlcharsets, sqlcolumns, sqlddl, sqltext
from stocktake.records.raw import PLACE, Column, Table, UnitWriter
from stocktake.records.sqlcolumns import Dialect, Plan, Values
from stocktake.records.sqlwindow import Window

BLOCK = 8 << 20
# A row longer than this is passed over, and told.
ROW_LIMIT = 64 << 20
# Of other statements this much is looked at.
STATEMENT_LIMIT = 16 << 20
HEAD_LIMIT = 1 << 20
CUT_OFF = "row cut off at the end of the dump"
# Values that are gathered before they are converted, and rows.
VALUES = 2 << 20
ROWS = 1 << 16

_NAME = sqlddl.NAME
_BLANK = re.compile(rb"[ \t\r\n\f\v\0]*")
_INSERT_WORD = re.compile(rb"(?:/\*M?!\d+\s*)?(?:INSERT|REPLACE)\b", re.IGNORECASE)
_INSERT = re.compile(
    rb"(?:/\*M?!\d+\s*)?(?:INSERT|REPLACE)(?:\s+(?:LOW_PRIORITY|DELAYED|HIGH_PRIORITY|IGNORE|OR\s+[A-Z]+))*"
    rb"(?:\s+INTO)?\s*(?P<first>" + _NAME + rb")(?:\s*\.\s*(?P<second>" + _NAME + rb"))?"
    rb"(?:\s*PARTITION\s*\([^)]*\))?\s*(?P<columns>\(\s*(?:"
    + _NAME
    + rb"(?:\s*,\s*"
    + _NAME
    + rb")*)?\s*\))?\s*VALUES?(?=[\s(/#-])",
    re.IGNORECASE,
)
_DELIMITER = re.compile(rb"DELIMITER[ \t]+([^\s]+)[^\n]*(\n|\Z)", re.IGNORECASE)
_LISTED = re.compile(_NAME)
_KIND = re.compile(
    r"(CREATE|ALTER|DROP)\s+(?:OR\s+REPLACE\s+)?(?:AGGREGATE\s+)?(?:ALGORITHM\s*=\s*\w+\s+)?(?:DEFINER\s*=\s*\S+\s+)?"
    r"(?:SQL\s+SECURITY\s+\w+\s+)?(?:TEMPORARY\s+|UNIQUE\s+|FULLTEXT\s+|SPATIAL\s+)?(\w+)|(LOCK|UNLOCK)\s+(\w+)"
    r"|(INSERT|REPLACE)\b|(\w+)|(.)",
    re.IGNORECASE | re.DOTALL,
)
_USE = re.compile(r"USE\s+(`(?:[^`]|``)*`|\"[^\"]*\"|\[[^\]]*\]|[^\s;]+)", re.IGNORECASE)
_DROPPED = re.compile(
    r"DROP\s+(?:TEMPORARY\s+)?(?:TABLE|VIEW)\s+(?:IF\s+EXISTS\s+)?(.+)", re.IGNORECASE | re.DOTALL
)
_VIEW = re.compile(r"CREATE\b[^(]*?\bVIEW\s+(?:IF\s+NOT\s+EXISTS\s+)?([^\s(]+)", re.IGNORECASE)
_NAMES = re.compile(r"\b(?:NAMES|CHARACTER\s+SET|CHARSET)\s+['\"]?(\w+)", re.IGNORECASE)
_CLIENT = re.compile(r"\bCHARACTER_SET_CLIENT\s*:?=\s*(@?)['\"]?(\w+)", re.IGNORECASE)
_ZONE = re.compile(r"\bTIME_ZONE\s*:?=\s*['\"]([^'\"]+)['\"]", re.IGNORECASE)
_SAVED_MODE = re.compile(r"(@\w+)\s*:?=\s*@@(?:SESSION\.|GLOBAL\.)?SQL_MODE", re.IGNORECASE)
_MODE = re.compile(
    r"(?<![@\w.])(?:@@|@@SESSION\.|SESSION\s+)?SQL_MODE\s*:?=\s*(?:'([^']*)'|\"([^\"]*)\"|(@\w+))",
    re.IGNORECASE,
)
_ANSI_MODES = {"ANSI", "ANSI_QUOTES", "DB2", "MAXDB", "MSSQL", "ORACLE", "POSTGRESQL"}

_TOOLS = (
    re.compile(r"-- ((?:MySQL|MariaDB) dump .*)"),
    re.compile(r"-- (phpMyAdmin SQL Dump)"),
    re.compile(r"-- (Adminer .* dump)"),
    re.compile(r"(?:--|#) (HeidiSQL Version:.*)"),
    re.compile(r"# (Sequel (?:Pro|Ace) SQL dump)"),
    re.compile(r"/\*\s*(SQLyog [^\n]*?)\s*\n"),
    re.compile(r"/\*\s*(Navicat [^\n]*?)\s*\n"),
)
_HOST = re.compile(r"(?:--|#) Host:?\s+(\S+)(?:\s+Database: ?(.*))?")
_SERVER = re.compile(
    r"(?:--|#) (?:Server version|Versi\S+ del servidor|Server-Version|Version du serveur)\s*:?\s*(.+)"
)
_COMPLETED = re.compile(r"-- Dump completed(?: on (.*))?")
_NAMED_DATABASE = re.compile("-- [^`]*[:\uff1a]\\s*`((?:[^`]|``)+)`\\s*$")
_VERSION_LINE = re.compile(r"-- [^\d`]*(\d[\w.+~-]*)\s*$")
_WITH_FOOTER = ("MySQL dump", "MariaDB dump")


def read(stream: BinaryIO, unit: UnitWriter, *, block: int = BLOCK) -> None:
    """Read a dump from ``stream`` (its unwrapped bytes) into ``unit``: tables, facts and problems.

    Never raises for what the bytes are. ``block`` is the number of bytes read at a time; the rows do not
    depend on it.
    """
    _Reader(stream, unit, block).run()


@dataclass
class _Kept:
    """A table as it is read: its plans in the order of its columns.

    ``plain`` are the columns that an insert without a list fills. Generated columns stand in ``left_out``,
    by their place in the declaration, and become columns only where the dump has values for them:
    mysqldump leaves them out, mariadb-dump writes them. ``open_ended`` tables have no CREATE TABLE: they
    take on the columns that their inserts have.
    """

    table: Table
    plans: list[Plan]
    plain: list[int]
    left_out: dict[int, Plan] = field(default_factory=dict)
    open_ended: bool = False
    number: int = 1

    def position(self, name: str) -> int | None:
        """Which column has this name; MySQL does not tell capitals apart."""
        wanted = _safe(name).casefold()
        for at, plan in enumerate(self.plans):
            if plan.column.name.casefold() == wanted:
                return at
        return None


@dataclass
class _Insert:
    """A form of insert: the table, and which of its columns each value goes to."""

    kept: _Kept
    head: npt.NDArray[np.uint8]
    goes_to: list[int | None]
    dialect: Dialect
    listed: bool


@dataclass
class _Misfit:
    """Values of a column that do not fit it: how many, and the first."""

    count: int = 0
    offset: int = 0
    length: int = 0
    text: str = ""


@dataclass
class _Header:
    """What the header of one dump tells."""

    offset: int = 0
    tool: str | None = None
    server: str | None = None
    host: str | None = None
    database: str | None = None
    footer: bool = False
    lines: list[str] = field(default_factory=list)


def _safe(name: str) -> str:
    """A column's name that does not collide with the columns of ``PLACE``."""
    return f"{name}_" if name.casefold() in PLACE.names else name


class _Reader:
    """The state of reading one stream."""

    def __init__(self, stream: BinaryIO, unit: UnitWriter, block: int) -> None:
        self.window = Window(stream, max(block, 256), ROW_LIMIT)
        self.unit = unit
        self.dialect = Dialect()
        self.names_charset = "utf8mb4"
        self.modes: dict[str, str] = {}
        self.mode = ""
        self.charsets: dict[str, None] = {}
        self.delimiter = b";"
        self.database = ""
        self.sqlite = False
        self.kept: dict[tuple[str, str], _Kept] = {}
        self.spelt: dict[tuple[str, str], set[tuple[str, str]]] = {}
        self.dropped: set[tuple[str, str]] = set()
        self.views: set[tuple[str, str]] = set()
        self.inserts: dict[bytes, _Insert] = {}
        self.headers: list[_Header] = []
        self.completed: list[str] = []
        self.zones: dict[str, None] = {}
        self.skipped: dict[str, int] = {}
        self.statements = 0
        self.ended = False
        self.view_ahead = False
        self.misfits: dict[tuple[str, str, int], _Misfit] = {}
        self.uneven: dict[tuple[str, str], _Misfit] = {}
        self.pending: _Insert | None = None
        self.tally = np.zeros(4, np.int64)
        self._starts = np.empty(VALUES, np.int32)
        self._ends = np.empty(VALUES, np.int32)
        self._kinds = np.empty(VALUES, np.uint8)
        self._row_starts = np.empty(ROWS, np.int32)
        self._row_ends = np.empty(ROWS, np.int32)
        if self.window.utf16:
            self._use_charset("utf8mb4")

    # The stream, statement by statement.

    def run(self) -> None:
        """Read to the end. Where the stream fails, what was found before is kept and the error goes on."""
        try:
            while self._skip_blanks():
                self._one()
        finally:
            self._flush()
            self._conclude()

    def _fill(self) -> bool:
        """Read on. What is found so far refers to the bytes in view, so it is converted first."""
        self._flush()
        return self.window.fill()

    def _need(self, count: int) -> None:
        """See to it that ``count`` bytes are in view, if there are as many."""
        while self.window.end - self.window.pos < count and self._fill():
            pass

    def _skip_blanks(self) -> bool:
        """Go to the next byte that is not blank; False at the end."""
        window = self.window
        while True:
            window.pos = _matched(_BLANK.match(window.raw, window.pos, window.end)).end()
            if window.pos < window.end:
                return True
            if not self._fill():
                return False

    def _one(self) -> None:
        """A comment, a client's command or a statement."""
        self._need(64)
        raw, pos = self.window.raw, self.window.pos
        if self._comment():
            return
        if raw[pos] == 0x5C:  # psql's \restrict, mysql's \. and their kin
            self._line()
            self._count("client command")
            return
        if _INSERT_WORD.match(raw, pos, self.window.end) and self.delimiter == b";" and self._insert():
            return
        if raw[pos : pos + 9].upper() == b"DELIMITER":
            while (found := _DELIMITER.match(raw, self.window.pos, self.window.end)) is None or (
                found.end() == self.window.end and not self.window.eof
            ):
                if self.window.end - self.window.pos > HEAD_LIMIT or not self._fill():
                    break
                raw = self.window.raw
            if found is not None:
                self.delimiter = found[1]
                self.window.pos = found.end()
                return
        self._statement()

    def _line(self) -> str:
        """Pass over a line; the beginning of its text."""
        window = self.window
        head = b""
        while True:
            end = window.raw.find(b"\n", window.pos, window.end)
            stop = window.end if end < 0 else end
            head += bytes(window.raw[window.pos : min(stop, window.pos + 4096 - len(head))])
            window.pos = stop if end < 0 else end + 1
            if end >= 0 or not self._fill():
                return self._shown(head).rstrip("\r")

    def _comment(self) -> bool:
        """Pass over the comment here, if one is here."""
        window = self.window
        raw, pos = window.raw, window.pos
        offset = window.offset(pos)
        if raw[pos] == 0x23 or raw[pos : pos + 2] == b"--":
            self._note(self._line(), offset)
            return True
        sandbox = raw[pos : pos + 16].startswith((b"/*!999999\\-", b"/*M!999999\\-"))
        conditional = raw[pos : pos + 4].startswith((b"/*!", b"/*M!"))
        if raw[pos : pos + 2] != b"/*" or (conditional and not sandbox):
            return False
        head = b""
        window.pos += 2
        while True:
            end = window.raw.find(b"*/", window.pos, window.end)
            stop = window.end if end < 0 else end
            head += bytes(window.raw[window.pos : min(stop, window.pos + 4096 - len(head))])
            if end >= 0:
                window.pos = end + 2
                break
            # The last byte may be the first half of the comment's end.
            window.pos = max(window.pos, window.end - 1)
            if window.eof or not self._fill():
                window.pos = window.end
                self._cut(offset, "a comment", None)
                break
            head = head[:4096] if len(head) >= 4096 else head[:-1]
        self._note("/*" + self._shown(head) + "*/", offset)
        return True

    def _shown(self, text: bytes) -> str:
        charset = self.dialect.charset
        return sqlcharsets.decode(text, "utf8mb4" if charset == "binary" else charset)[0]

    # What comments tell.

    def _note(self, text: str, offset: int) -> None:
        for pattern in _TOOLS:
            if found := pattern.match(text):
                header = self._header(offset, new=bool(self.headers and self.headers[-1].tool))
                header.tool = found[1].strip()
                header.lines.append(text)
                if database := re.search(r"Database - (\S+)", text):  # SQLyog
                    header.database = database[1]
                    self._use_database(database[1])
                return
        header = self._header(offset)
        if found := _COMPLETED.match(text):
            header.footer = True
            self.completed.append((found[1] or "").strip())
            return
        if found := _HOST.match(text):
            header.host = header.host or found[1]
            if found[2]:
                header.database = found[2].strip()
                self._use_database(header.database)
        elif found := _SERVER.match(text):
            header.server = header.server or found[1].strip()
        elif (header.tool or "").startswith("phpMyAdmin"):
            self._phpmyadmin_line(header, text)
        if "structure for view" in text.lower():
            self.view_ahead = True
        if len(header.lines) < 12 and not self.kept and text.strip("-# ").strip():
            header.lines.append(text)

    def _phpmyadmin_line(self, header: _Header, text: str) -> None:
        """Lines of phpMyAdmin are in the operator's language, so they are known by place and form."""
        if len(header.lines) == 1 and (found := _VERSION_LINE.match(text)):
            header.tool = f"phpMyAdmin {found[1]}"
        elif found := _NAMED_DATABASE.match(text):
            header.database = found[1].replace("``", "`")
            self._use_database(header.database)

    def _header(self, offset: int, *, new: bool = False) -> _Header:
        if not self.headers:
            self.headers.append(_Header(offset))
        elif new:
            before = self.headers[-1]
            if before.tool and before.tool.startswith(_WITH_FOOTER) and not before.footer:
                self.unit.problem(
                    "A dump ends without its footer where the next one begins; it may be cut off.",
                    offset=offset,
                )
            self.headers.append(_Header(offset))
            self._set_mode("")
            self.delimiter = b";"
        return self.headers[-1]

    # Statements other than inserts.

    def _statement(self) -> None:
        """Find the end of the statement here, and act on it."""
        window = self.window
        offset = window.offset(window.pos)
        delimiter = np.frombuffer(self.delimiter, np.uint8)
        state = np.zeros(3, np.int64)
        dialect = self.dialect
        at = window.pos
        head = b""
        found = False
        while True:
            found, at = sqltext.find_end(
                window.buf, at, window.end, window.eof, delimiter, False,
                dialect.backslash, dialect.ansi, dialect.pairs, dialect.lead, state,
            )  # fmt: skip
            if found or window.eof:
                break
            if at - window.pos > STATEMENT_LIMIT:
                head = head or bytes(window.raw[window.pos : window.pos + HEAD_LIMIT])
                window.pos = at
            done = at - window.pos
            self._fill()
            at = window.pos + done
        stop = at - len(self.delimiter) if found else window.end
        whole = not head
        text = head or bytes(window.raw[window.pos : stop])
        window.pos = at if found else window.end
        if not text.strip():
            return
        self.statements += 1
        if not found:
            self._last(text, offset)
        self._act(text, offset, whole=whole, closed=found)

    def _last(self, text: bytes, offset: int) -> None:
        """A statement that is not closed: the last of a text may be whole without its delimiter."""
        first = text.lstrip()[:12].upper()
        if first.startswith((b"COMMIT", b"ROLLBACK", b"SET ", b"UNLOCK")) and len(text) < 64:
            return
        self._cut(offset, "a statement", None)

    def _act(self, text: bytes, offset: int, *, whole: bool, closed: bool) -> None:
        conditional = text.lstrip().startswith((b"/*!50001", b"/*!50003"))
        view_ahead, self.view_ahead = self.view_ahead, False
        statement = self._shown(sqlddl.plain(text if whole else text[:4096]))
        found = _KIND.match(statement)
        if found is None:
            return
        words = [word.upper() for word in found.groups() if word]
        kind = " ".join(words[:2])
        if kind == "CREATE TABLE" and whole and closed:
            declared = sqlddl.create_table(statement)
            if declared is not None:
                self._create(declared, offset, placeholder=(conditional or view_ahead))
                return
        elif kind in ("INSERT", "REPLACE") and closed:
            self.unit.problem(
                f"An {kind} statement that lists no values was passed over.", offset=offset, length=len(text)
            )
        acting = {
            "SET": self._set,
            "USE": self._use,
            "DROP TABLE": self._drop,
            "DROP VIEW": self._drop,
            "CREATE VIEW": self._view,
            "ALTER TABLE": self._alter,
            "PRAGMA": self._sqlite,
            "BEGIN": self._sqlite,
        }.get(kind)
        if acting is not None:
            acting(statement)
        if kind not in ("SET", "USE"):
            self._count(kind)

    def _count(self, kind: str) -> None:
        self.skipped[kind] = self.skipped.get(kind, 0) + 1

    def _named(self, name: str) -> tuple[str, str]:
        database, table = sqlddl.qualified(name)
        return database or self.database, table

    def _use(self, statement: str) -> None:
        if found := _USE.match(statement):
            self._use_database(sqlddl.unquoted(found[1]))

    def _use_database(self, name: str) -> None:
        self.database = name
        self.inserts.clear()

    def _drop(self, statement: str) -> None:
        if found := _DROPPED.match(statement):
            self.dropped.update(self._named(name) for name in found[1].split(","))

    def _sqlite(self, statement: str) -> None:
        """SQLite's dumps begin with a PRAGMA, or with BEGIN TRANSACTION; no other tool's do."""
        if (
            not self.kept
            and not self.headers
            and ("TRANSACTION" in statement.upper() or statement[:1] in "pP")
        ):
            self.sqlite = True
            self._use_mode()

    def _set(self, statement: str) -> None:
        if found := _NAMES.search(statement):
            self.names_charset = found[1].lower()
            self._use_charset(self.names_charset)
        elif found := _CLIENT.search(statement):
            self._use_charset(self.names_charset if found[1] else found[2].lower())
        if found := _ZONE.search(statement):
            self.zones.setdefault(found[1])
        for found in _SAVED_MODE.finditer(statement):
            self.modes[found[1].lower()] = self.mode
        if found := _MODE.search(statement):
            self._set_mode(self.modes.get(found[3].lower(), "") if found[3] else found[1] or found[2] or "")

    def _use_charset(self, charset: str) -> None:
        charset = "utf8mb4" if self.window.utf16 else charset
        if charset in ("default", "null"):
            return
        self.dialect = replace(self.dialect, charset=charset)

    def _set_mode(self, mode: str) -> None:
        self.mode = mode
        self._use_mode()

    def _use_mode(self) -> None:
        modes = {mode.strip().upper() for mode in self.mode.split(",")}
        self.dialect = replace(
            self.dialect,
            backslash="NO_BACKSLASH_ESCAPES" not in modes and not self.sqlite,
            ansi=bool(modes & _ANSI_MODES) or self.sqlite,
        )

    def _view(self, statement: str) -> None:
        """A view takes the place of the table that stood in for it."""
        found = _VIEW.match(statement)
        if found is None:
            return
        named = self._named(found[1])
        self.views.add(named)
        kept = self.kept.get(named)
        if kept is not None and kept.table.rows == 0 and not self._is_pending(kept):
            self.unit.tables.pop((kept.table.database, kept.table.name), None)
            self._forget(named)

    def _is_pending(self, kept: _Kept) -> bool:
        return self.pending is not None and self.pending.kept is kept and self.tally[0] > 0

    def _alter(self, statement: str) -> None:
        added = sqlddl.added_key(statement)
        kept = self._find((added[0] or self.database, added[1])) if added else None
        if added and kept is not None:
            positions = [kept.position(name) for name in added[2]]
            kept.table.key = [kept.plans[at].column.name for at in positions if at is not None]

    def _create(self, declared: sqlddl.Declaration, offset: int, *, placeholder: bool) -> None:
        """Begin a table. A second one of a name whose first has rows is kept apart."""
        if placeholder:
            self._count("view placeholder")
            return
        named = (declared.database or self.database, declared.name)
        before = self.kept.get(named)
        self._flush()
        self.inserts.clear()
        if before and before.table.rows and declared.if_not_exists and named not in self.dropped:
            return
        number = self._number(declared, named, offset)
        name = declared.name if number == 1 else f"{declared.name}#{number}"
        if number > 1:
            self.unit.problem(
                f"The table {declared.name} is created again; its rows from here on stand in {name}.",
                table=name,
                offset=offset,
            )
        plans: list[Plan] = []
        plain: list[int] = []
        left_out: dict[int, Plan] = {}
        for at, column in enumerate(declared.columns):
            plan = self._plan(column, declared.charset, name)
            if column.generated:
                left_out[at] = plan
                continue
            if not column.invisible:
                plain.append(len(plans))
            plans.append(plan)
        if not plans:
            return
        known = {plan.column.name.casefold(): plan.column.name for plan in plans}
        key = [known[_safe(part).casefold()] for part in declared.key if _safe(part).casefold() in known]
        table = self.unit.table(named[0], name, [plan.column for plan in plans], key)
        self._keep(named, _Kept(table, plans, plain, left_out, number=number))

    def _number(self, declared: sqlddl.Declaration, named: tuple[str, str], offset: int) -> int:
        """Which table of this name is created: 1 for the first. One without rows is replaced."""
        self.dropped.discard(named)
        before = self.kept.get(named)
        if before is None:
            return 1
        if before.table.rows == 0:
            self.unit.tables.pop((before.table.database, before.table.name), None)
            return before.number
        if before.open_ended:
            self.unit.problem(
                f"The table {declared.name} is declared after its first rows; they were read without types.",
                table=declared.name,
                offset=offset,
            )
        return before.number + 1

    def _plan(self, column: sqlddl.DeclaredColumn, table_charset: str | None, table: str) -> Plan:
        charset = (column.charset or table_charset or "utf8mb4").lower()
        kind = sqlddl.arrow_type(column.declared, charset, sqlite=self.sqlite)
        shown = Column(self._renamed(column.name, table), column.declared, kind)
        return Plan(shown, charset, default=column.default)

    def _keep(self, named: tuple[str, str], kept: _Kept) -> None:
        self.kept[named] = kept
        self.spelt.setdefault((named[0], named[1].casefold()), set()).add(named)

    def _forget(self, named: tuple[str, str]) -> None:
        del self.kept[named]
        self.spelt[(named[0], named[1].casefold())].discard(named)

    def _renamed(self, name: str, table: str) -> str:
        if _safe(name) != name:
            self.unit.problem(
                f"The column {name} of {table} is shown as {_safe(name)}: its name has a meaning here.",
                severity="info",
                table=table,
            )
        return _safe(name)

    # Inserts.

    def _find(self, named: tuple[str, str]) -> _Kept | None:
        """The table of this name; on servers that do not tell capitals apart, by any spelling."""
        if named in self.kept:
            return self.kept[named]
        spelt = self.spelt.get((named[0], named[1].casefold()), set())
        return self.kept[next(iter(spelt))] if len(spelt) == 1 else None

    def _insert(self) -> bool:
        """Read the rows of the insert here; False where it lists no values."""
        window = self.window
        while True:
            found = _INSERT.match(window.raw, window.pos, window.end)
            if found is not None and found.end() < window.end:
                break
            if window.eof or window.end - window.pos > HEAD_LIMIT or not self._fill():
                if found is None:
                    return False
                break
        head = found[0]
        self.statements += 1
        insert = self.inserts.get(head)
        if insert is None or insert.dialect != self.dialect:
            insert = self.inserts[head] = self._form(found)
        if self.pending is not insert:
            self._flush()
            self.pending = insert
        window.pos = found.end()
        self.charsets.setdefault(self.dialect.charset)
        self._rows(insert)
        return True

    def _form(self, found: "re.Match[bytes]") -> _Insert:
        """What an insert with this head fills."""
        text = self._shown
        first, second = found["first"], found["second"]
        named = (
            (sqlddl.unquoted(text(first)), sqlddl.unquoted(text(second)))
            if second is not None
            else self._named_plain(text(first))
        )
        kept = self._find(named)
        if kept is None:
            self._flush()
            table = self.unit.table(named[0], named[1], [])
            kept = _Kept(table, [], [], open_ended=True)
            self._keep(named, kept)
        head = np.frombuffer(found[0], np.uint8)
        if found["columns"] is None:
            goes_to: list[int | None] = list(kept.plain)
            return _Insert(kept, head, goes_to, self.dialect, listed=False)
        names = [sqlddl.unquoted(text(name)) for name in _LISTED.findall(found["columns"][1:-1])]
        generated = {plan.column.name.casefold() for plan in kept.left_out.values()}
        if any(_safe(name).casefold() in generated for name in names):
            self._take_generated(kept)
        missing = [name for name in names if kept.position(name) is None]
        if missing and not kept.open_ended:
            self.unit.problem(
                f"An insert fills columns that {kept.table.name} is not declared with, kept as text:"
                f" {', '.join(missing)}.",
                table=kept.table.name,
            )
        self._widen(kept, missing)
        return _Insert(kept, head, [kept.position(name) for name in names], self.dialect, listed=True)

    def _named_plain(self, name: str) -> tuple[str, str]:
        if name[:1] in ("`", '"', "["):
            return self.database, sqlddl.unquoted(name)
        return self._named(name)

    def _widen(self, kept: _Kept, names: list[str]) -> None:
        """Add columns of unknown type."""
        if not names:
            return
        self._flush()
        plans = [
            Plan(Column(self._renamed(n, kept.table.name), "", pa.string()), "utf8mb4", False) for n in names
        ]
        self.unit.widen(kept.table, [plan.column for plan in plans])
        for plan in plans:
            kept.plain.append(len(kept.plans))
            kept.plans.append(plan)

    def _take_generated(self, kept: _Kept) -> None:
        """Make columns of the generated columns, in their places where there is no row yet."""
        self._flush()
        left_out, kept.left_out = kept.left_out, {}
        if kept.table.rows:
            self.unit.widen(kept.table, [plan.column for plan in left_out.values()])
            kept.plain.extend(range(len(kept.plans), len(kept.plans) + len(left_out)))
            kept.plans.extend(left_out.values())
            return
        visible = [kept.plans[at] for at in kept.plain]
        for at, plan in left_out.items():
            kept.plans.insert(at, plan)
        shown = {id(plan) for plan in (*visible, *left_out.values())}
        kept.plain[:] = [at for at, plan in enumerate(kept.plans) if id(plan) in shown]
        kept.table.columns[:] = [plan.column for plan in kept.plans]

    def _rows(self, insert: _Insert) -> None:
        """Read rows up to the end of the statement, and of those that follow with the same head."""
        window, dialect, tally = self.window, insert.dialect, self.tally
        while True:
            columns = len(insert.goes_to) or -1
            room = max(1, min(ROWS, VALUES // max(1, columns)))
            status, window.pos = sqltext.scan_rows(
                window.buf, window.pos, window.end, columns,
                dialect.backslash, dialect.ansi, dialect.pairs, dialect.lead, insert.head,
                self._starts, self._ends, self._kinds, self._row_starts[:room], self._row_ends[:room], tally,
            )  # fmt: skip
            if status == sqltext.ENDED:
                return
            if status == sqltext.FULL:
                self._flush()
            elif status == sqltext.UNEVEN:
                self._uneven(insert, int(tally[2]), int(tally[3]))
            elif status == sqltext.OTHER:
                self._need(64)
                if self._comment():
                    continue
                self._tail(insert)
                return
            elif window.eof:
                self._cut_rows(insert)
                return
            elif window.end - window.pos > ROW_LIMIT:
                self._pass_row(insert)
            else:
                self._fill()

    def _uneven(self, insert: _Insert, start: int, count: int) -> None:
        """A row with another number of values than the insert has columns."""
        kept = insert.kept
        if not insert.listed:
            if kept.open_ended:
                self._flush()
                known = len(kept.plans)
                self._widen(kept, [f"c{at + 1}" for at in range(known, count)])
                insert.goes_to = list(range(count))
                self.window.pos = start
                return
            if kept.left_out and count == len(kept.plain) + len(kept.left_out):
                in_order = not kept.table.rows and not self.tally[0]
                self._take_generated(kept)
                if in_order:
                    insert.goes_to = list(kept.plain)
                    self.window.pos = start
                    return
        wanted = len(insert.goes_to)
        reason = f"{count} values for {wanted} columns"
        self.unit.set_aside(kept.table, reason)
        misfit = self.uneven.setdefault((kept.table.name, reason), _Misfit())
        if misfit.count == 0:
            misfit.offset = self.window.offset(start)
            misfit.length = self.window.offset(self.window.pos) - misfit.offset
        misfit.count += 1

    def _tail(self, insert: _Insert) -> None:
        """What stands between the last row and the end of the statement."""
        offset = self.window.offset(self.window.pos)
        known = re.compile(rb"ON\s+(DUPLICATE|CONFLICT)|AS\s|RETURNING\s|\*/", re.IGNORECASE)
        if not known.match(self.window.raw, self.window.pos, self.window.end):
            self.unit.problem(
                "Text after a row is neither a row nor the statement's end; it was passed over.",
                table=insert.kept.table.name,
                offset=offset,
            )
        delimiter = np.frombuffer(self.delimiter, np.uint8)
        self._pass(delimiter, row=False, offset=offset, table=insert.kept.table.name)

    def _pass(self, delimiter: npt.NDArray[np.uint8], *, row: bool, offset: int, table: str) -> bool:
        """Go to the end of the statement or row without keeping its bytes; False where it has none."""
        window, dialect = self.window, self.dialect
        state = np.zeros(3, np.int64)
        while True:
            found, window.pos = sqltext.find_end(
                window.buf, window.pos, window.end, window.eof, delimiter, row,
                dialect.backslash, dialect.ansi, dialect.pairs, dialect.lead, state,
            )  # fmt: skip
            if found:
                return True
            if window.eof:
                window.pos = window.end
                self._cut(offset, "a row" if row else "a statement", table)
                return False
            self._fill()

    def _pass_row(self, insert: _Insert) -> None:
        """Pass over a row that is too long to be held."""
        table = insert.kept.table
        offset = self.window.offset(self.window.pos)
        if self._pass(np.frombuffer(b";", np.uint8), row=True, offset=offset, table=table.name):
            self._too_long(table, offset, self.window.offset(self.window.pos) - offset)
        else:
            self.unit.set_aside(table, CUT_OFF)

    def _too_long(self, table: Table, offset: int, length: int) -> None:
        self.unit.set_aside(table, f"row longer than {ROW_LIMIT} bytes")
        self.unit.problem(
            f"A row of {table.name} is longer than {ROW_LIMIT} bytes and was set aside.",
            table=table.name,
            offset=offset,
            length=length,
        )

    def _cut_rows(self, insert: _Insert) -> None:
        """The bytes end inside an insert."""
        window = self.window
        table = insert.kept.table
        offset = window.offset(window.pos)
        if window.pos < window.end:
            self.unit.set_aside(table, CUT_OFF)
            self._cut(offset, "a row", table.name)
        else:
            self._cut(offset, "an INSERT", table.name)
        window.pos = window.end

    def _cut(self, offset: int, inside: str, table: str | None) -> None:
        self.ended = True
        of = f" of {table}" if table else ""
        end = self.window.offset(self.window.end)
        self.unit.problem(
            f"The dump ends at byte {end} inside {inside}{of}; it is cut off.",
            table=table,
            offset=offset,
            length=end - offset,
        )

    # Rows to Arrow.

    def _flush(self) -> None:
        """Convert the rows found so far and hand them on."""
        insert = self.pending
        found = rows = int(self.tally[0])
        if insert is None or rows == 0:
            return
        kept = insert.kept
        room = max(1, min(ROWS, VALUES // max(1, len(insert.goes_to))))
        if self.tally[1]:
            self._evaluate(insert, rows, room)
        self.tally[:] = 0
        buf = self.window.buf
        starts = self.window.offsets(self._row_starts[:rows])
        lengths = self.window.offsets(self._row_ends[:rows]) - starts
        # Whether a long row happened to be whole in view is not to decide whether it is kept.
        short = self._row_ends[:rows] - self._row_starts[:rows] <= ROW_LIMIT
        keep = None if short.all() else np.flatnonzero(short)
        if keep is not None:
            for row in np.flatnonzero(~short):
                self._too_long(kept.table, int(starts[row]), int(lengths[row]))
            starts, lengths, rows = starts[keep], lengths[keep], len(keep)
            if rows == 0:
                return
        arrays: list[pa.Array | None] = [None] * len(kept.plans)
        unread = []
        for at, column in enumerate(insert.goes_to):
            if column is None:
                continue
            plan = kept.plans[column]
            span = slice(at * room, at * room + found)
            values = Values(buf, self._starts[span], self._ends[span], self._kinds[span], insert.dialect)
            values = values if keep is None else values.take(keep)
            arrays[column], states = sqlcolumns.array_of(values, plan)
            misfits = np.flatnonzero(states & sqltext.UNREAD)
            if len(misfits):
                unread.append((plan, values, misfits))
                self._tell(kept.table, plan, states, misfits, starts, lengths)
        notes, firsts = sqlcolumns.unread_of(rows, unread)
        for (plan, _, _), first in zip(unread, firsts, strict=True):
            for state in (sqltext.UNREAD, sqltext.PATCHED):
                misfit = self.misfits.get((kept.table.name, plan.column.name, state))
                if misfit is not None:
                    misfit.text = misfit.text or first
        batch = pa.RecordBatch.from_arrays(
            [
                *(
                    sqlcolumns.defaults_of(rows, plan) if array is None else array
                    for array, plan in zip(arrays, kept.plans, strict=True)
                ),
                pa.array(starts),
                pa.array(lengths),
                notes,
            ],
            names=[*(plan.column.name for plan in kept.plans), "_offset", "_length", "_unread"],
        )
        self.unit.write(kept.table, batch)

    def _tell(
        self,
        table: Table,
        plan: Plan,
        states: npt.NDArray[np.uint8],
        rows: npt.NDArray[np.int64],
        starts: npt.NDArray[np.int64],
        lengths: npt.NDArray[np.int64],
    ) -> None:
        for state in (sqltext.UNREAD, sqltext.PATCHED):
            these = rows[states[rows] == state]
            if len(these) == 0:
                continue
            misfit = self.misfits.setdefault((table.name, plan.column.name, state), _Misfit())
            if misfit.count == 0:
                misfit.offset, misfit.length = int(starts[these[0]]), int(lengths[these[0]])
            misfit.count += len(these)

    def _evaluate(self, insert: _Insert, rows: int, room: int) -> None:
        """Put plain literals in the place of expressions that amount to one."""
        for at in range(len(insert.goes_to)):
            span = slice(at * room, at * room + rows)
            for row in np.flatnonzero(self._kinds[span] == sqltext.EXPRESSION):
                index = at * room + int(row)
                expression = bytes(self.window.raw[self._starts[index] : self._ends[index]])
                literal = sqlcolumns.evaluated(expression, insert.dialect)
                if literal is not None:
                    self._kinds[index] = literal[0]
                    self._starts[index], self._ends[index] = self.window.scratch(literal[1])

    # What is told at the end.

    def _conclude(self) -> None:
        for (table, column, state), misfit in self.misfits.items():
            shown = misfit.text if len(misfit.text) <= 60 else misfit.text[:57] + "..."
            what = (
                f"do not fit its type and are kept as recorded text (first: {shown})"
                if state == sqltext.UNREAD
                else "hold bytes that are no text in their character set; these are shown as \\xNN"
            )
            self.unit.problem(
                f"{misfit.count} values of {table}.{column} {what}.",
                table=table,
                offset=misfit.offset,
                length=misfit.length,
            )
        for (table, reason), misfit in self.uneven.items():
            self.unit.problem(
                f"{misfit.count} rows of {table} were set aside: {reason}.",
                table=table,
                offset=misfit.offset,
                length=misfit.length,
            )
        last = self.headers[-1] if self.headers else _Header()
        expects_footer = bool(last.tool and last.tool.startswith(_WITH_FOOTER))
        end = self.window.bytes_read
        if self.ended:
            pass  # told already
        elif not self.statements:
            self.unit.problem("No SQL statement was found.", severity="error")
        elif expects_footer and not last.footer:
            self.unit.problem(
                "The dump has no footer; it may be cut off at the end of a statement.", offset=end
            )
        tools = [header.tool for header in self.headers if header.tool]
        facts: dict[str, Any] = {
            "reader": "mysqldump",
            "tool": tools[0] if tools else ("SQLite .dump" if self.sqlite else None),
            "server": next((header.server for header in self.headers if header.server), None),
            "host": next((header.host for header in self.headers if header.host), None),
            "database": next((header.database for header in self.headers if header.database), None),
            "header": [line for header in self.headers for line in header.lines][:24],
            "dumps": max(1, len(tools)),
            "zone": "UTC" if list(self.zones) == ["+00:00"] else None,
            "zones_recorded": list(self.zones),
            "charsets": list(self.charsets),
            "bytes": end,
            "complete": self.statements > 0 and not self.ended and (last.footer or not expects_footer),
            "completed_on": self.completed[-1] if self.completed and self.completed[-1] else None,
            "skipped": dict(sorted(self.skipped.items())),
            "views": sorted(".".join(part for part in named if part) for named in self.views),
        }
        if self.window.utf16:
            facts["encoding"] = self.window.utf16
        self.unit.facts.update(facts)


def _matched(found: "re.Match[bytes] | None") -> "re.Match[bytes]":
    assert found is not None  # noqa: S101  (the pattern matches the empty text)
    return found
