"""CREATE TABLE and ALTER TABLE as MySQL, MariaDB and tools of their kin write them: columns, types, keys.

Only what reading rows needs is taken: names, declared types, character sets, which columns inserts leave
out, and the primary key. Anything else (indexes, constraints, partitions, engine options) is passed over.
"""

import re
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

# No possessive quantifiers here or elsewhere: early releases of Python 3.11 match them wrongly. Repetitions
# are unrolled instead, so that no text is matched in two ways and a failing match costs its length once.
NAME = (
    rb"(?:`[^`]*(?:``[^`]*)*`"
    rb'|"[^"]*(?:""[^"]*)*"'
    rb"|\[[^\]]*\]|[0-9A-Za-z_$\x80-\xff][0-9A-Za-z_$#@\x80-\xff-]*)"
)

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<comment>/\*.*?\*/|--(?=\s)[^\n]*|\#[^\n]*)
      | (?P<name>`[^`]*(?:``[^`]*)*`|\[[^\]]*\])
      | (?P<double>"[^"\\]*(?:(?:""|\\.)[^"\\]*)*")
      | (?P<string>'[^'\\]*(?:(?:''|\\.)[^'\\]*)*')
      | (?P<word>[0-9A-Za-z_$\x80-\U0010ffff.]+)
      | (?P<mark>.)
    )""",
    re.VERBOSE | re.DOTALL,
)
# Outside of strings and names, the marks of a conditional comment are as good as blanks.
_CONDITIONAL = re.compile(
    rb"""('[^'\\]*(?:\\.[^'\\]*)*'|"[^"\\]*(?:\\.[^"\\]*)*"|`[^`]*`)"""
    rb"""|/\*M?!\d*|\*/|/\*.*?\*/|--(?=\s)[^\n]*|\#[^\n]*""",
    re.DOTALL,
)
_NOT_COLUMNS = {
    "PRIMARY",
    "KEY",
    "INDEX",
    "UNIQUE",
    "FULLTEXT",
    "SPATIAL",
    "CONSTRAINT",
    "FOREIGN",
    "CHECK",
    "PERIOD",
}
_ATTRIBUTES = {
    "NOT", "NULL", "DEFAULT", "AUTO_INCREMENT", "AUTOINCREMENT", "COMMENT", "COLLATE", "CHARACTER",
    "CHARSET", "ON",
    "GENERATED", "AS", "VIRTUAL", "STORED", "PERSISTENT", "INVISIBLE", "VISIBLE", "UNIQUE", "PRIMARY", "KEY",
    "REFERENCES", "CHECK", "CONSTRAINT", "COLUMN_FORMAT", "STORAGE", "SRID", "REF_SYSTEM_ID", "COMPRESSED",
    "WITH",
    "WITHOUT", "FIRST", "AFTER", "SERIAL_DEFAULT", "ENGINE_ATTRIBUTE", "SECONDARY_ENGINE_ATTRIBUTE",
    "IDENTITY",
}  # fmt: skip
_TYPE_SUFFIXES = {
    "UNSIGNED",
    "SIGNED",
    "ZEROFILL",
    "BINARY",
    "BYTE",
    "ASCII",
    "UNICODE",
    "VARYING",
    "PRECISION",
}


@dataclass(frozen=True)
class DeclaredColumn:
    """A column as CREATE TABLE declares it.

    ``charset`` is its own, where it names one; ``default`` a literal as it is written, where it has one.
    """

    name: str
    declared: str
    charset: str | None = None
    generated: bool = False
    invisible: bool = False
    default: str | None = None


@dataclass
class Declaration:
    """A CREATE TABLE: ``database`` is empty where the statement names none."""

    database: str
    name: str
    if_not_exists: bool
    charset: str | None = None
    columns: list[DeclaredColumn] = field(default_factory=list)
    key: list[str] = field(default_factory=list)


def plain(statement: bytes) -> bytes:
    """The statement with its comments taken out and the text of its conditional comments kept."""
    return _CONDITIONAL.sub(lambda found: found[1] if found[1] is not None else b" ", statement).strip()


def unquoted(name: str) -> str:
    """An identifier without its quotes."""
    if name[:1] in ("`", '"') and len(name) > 1:
        return name[1:-1].replace(name[0] * 2, name[0])
    if name[:1] == "[":
        return name[1:-1]
    return name


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str

    @property
    def word(self) -> str:
        return self.text.upper() if self.kind == "word" else ""

    @property
    def is_name(self) -> bool:
        return self.kind in ("name", "double", "word")


def _tokens(text: str) -> list[_Token]:
    return [
        _Token(match.lastgroup, match[match.lastgroup])
        for match in _TOKEN.finditer(text)
        if match.lastgroup and match.lastgroup != "comment"
    ]


def _qualified(tokens: list[_Token], at: int) -> tuple[str, str, int]:
    """Database, name, and the position behind ``[database.]name``."""
    if at >= len(tokens) or not tokens[at].is_name:
        return "", "", at
    first = tokens[at]
    if at + 2 < len(tokens) and tokens[at + 1].text == "." and tokens[at + 2].is_name:
        return unquoted(first.text), unquoted(tokens[at + 2].text), at + 3
    if first.kind != "word":
        return "", unquoted(first.text), at + 1
    # The word pattern takes dots, as numbers have them: db.t, db.`t`.
    database, dot, name = first.text.rpartition(".")
    if dot and not name and at + 1 < len(tokens):
        return database, unquoted(tokens[at + 1].text), at + 2
    return database, name, at + 1


def qualified(name: str) -> tuple[str, str]:
    """Database (or empty) and name of ``[database.]name`` as a statement writes it."""
    database, table, _ = _qualified(_tokens(name), 0)
    return database, table


def _closing(tokens: list[_Token], at: int) -> int:
    """Position of the bracket that closes the one at ``at``, or the end."""
    depth = 0
    for position in range(at, len(tokens)):
        if tokens[position].kind == "mark":
            depth += {"(": 1, ")": -1}.get(tokens[position].text, 0)
            if depth == 0:
                return position
    return len(tokens)


def _parts(tokens: list[_Token]) -> list[list[_Token]]:
    """Split at the commas outside of brackets."""
    parts: list[list[_Token]] = [[]]
    depth = 0
    for token in tokens:
        if token.kind == "mark":
            depth += {"(": 1, ")": -1}.get(token.text, 0)
            if token.text == "," and depth == 0:
                parts.append([])
                continue
        parts[-1].append(token)
    return [part for part in parts if part]


def _text(tokens: list[_Token]) -> str:
    """Tokens of a type, written as MySQL writes them."""
    text = ""
    for token in tokens:
        glue = not text or token.text in "(),." or text[-1] in "(,."
        text += token.text if glue else f" {token.text}"
    return text


def _key_columns(tokens: list[_Token]) -> list[str]:
    """The names in the first brackets, without prefix lengths and order."""
    for at, token in enumerate(tokens):
        if token.text == "(" and token.kind == "mark":
            inside = tokens[at + 1 : _closing(tokens, at)]
            return [unquoted(part[0].text) for part in _parts(inside)]
    return []


def _column(tokens: list[_Token]) -> tuple[DeclaredColumn, bool]:
    """A column, and whether it is declared as the primary key."""
    at = _type_end(tokens)
    found: dict[str, Any] = {"name": unquoted(tokens[0].text), "declared": _text(tokens[1:at])}
    primary = False
    rest = tokens[at:]
    position = 0
    while position < len(rest):
        token, word = rest[position], rest[position].word
        following = rest[position + 1] if position + 1 < len(rest) else _Token("mark", "")
        if token.text == "(" and token.kind == "mark":
            position = _closing(rest, position)
        elif word == "CHARACTER" and following.word == "SET" and position + 2 < len(rest):
            found["charset"] = unquoted(rest[position + 2].text.strip("'"))
            position += 2
        elif word == "CHARSET":
            found["charset"] = unquoted(following.text.strip("'"))
        elif word == "COLLATE":
            found.setdefault("charset", _charset_of(following))
            position += 1
        elif word == "DEFAULT":
            found["default"] = _literal(rest[position + 1 : position + 3])
            position += 1
        elif word in ("COMMENT", "UPDATE"):
            position += 1
        elif (word, following.text) == ("AS", "(") or (word == "ROW" and following.word in ("START", "END")):
            found["generated"] = True
        elif word == "INVISIBLE":
            found["invisible"] = True
        primary = primary or word == "PRIMARY"
        position += 1
    return DeclaredColumn(**found), primary


def _type_end(tokens: list[_Token]) -> int:
    """Position behind a column's type: before its first attribute."""
    at = 1
    while at < len(tokens):
        token = tokens[at]
        of_type = at == 1 or token.word in _TYPE_SUFFIXES or tokens[1].word in _LONG
        following = tokens[at + 1].word if at + 1 < len(tokens) else ""
        named_character = token.word == "CHARACTER" and at == 1 and following != "SET"
        if token.text == "(" and token.kind == "mark":
            at = _closing(tokens, at)
        elif (token.word in _ATTRIBUTES and not named_character) or (token.kind == "word" and not of_type):
            break
        at += 1
    return at


def _charset_of(collation: _Token) -> str:
    """The character set that a collation's name begins with."""
    return collation.text.strip("'\"`").split("_")[0]


def _literal(tokens: list[_Token]) -> str | None:
    """The literal that these tokens begin with: a string, a number, TRUE or FALSE, b'…' or x'…'."""
    if not tokens:
        return None
    first, following = tokens[0], tokens[1] if len(tokens) > 1 else None
    if first.kind in ("string", "double") or (first.kind == "word" and first.text[0].isdigit()):
        return first.text
    if first.text == "-" and following is not None and following.kind == "word":
        return f"-{following.text}"
    if first.word in ("TRUE", "FALSE"):
        return first.text
    if first.word in ("B", "X") and following is not None and following.kind == "string":
        return first.text + following.text
    return None


_LONG = {"LONG", "NATIONAL", "DOUBLE", "CHARACTER", "CHAR", "NCHAR"}
_CREATE = re.compile(
    r"CREATE\s+(?:OR\s+REPLACE\s+)?(?:GLOBAL\s+)?(?:TEMPORARY\s+|TEMP\s+)?TABLE\s+(IF\s+NOT\s+EXISTS\s+)?",
    re.IGNORECASE,
)


def create_table(statement: str) -> Declaration | None:
    """Read a CREATE TABLE that lists its columns; None for any other form (LIKE, AS SELECT)."""
    opening = _CREATE.match(statement)
    if opening is None:
        return None
    tokens = _tokens(statement[opening.end() :])
    database, name, at = _qualified(tokens, 0)
    if not name or at >= len(tokens) or tokens[at].text != "(":
        return None
    table = Declaration(database, name, opening[1] is not None)
    closing = _closing(tokens, at)
    for part in _parts(tokens[at + 1 : closing]):
        words = [token.word for token in part[:3]]
        if words[0] == "LIKE":
            return None
        if words[0] in _NOT_COLUMNS and len(part) > 1 and not _is_type(part[1]):
            if "PRIMARY" in [token.word for token in part[:4]]:
                table.key = _key_columns(part)
            continue
        column, primary = _column(part)
        table.columns.append(column)
        if primary:
            table.key = [column.name]
    table.charset = _table_charset(tokens[closing + 1 :])
    return table if table.columns else None


def _table_charset(options: list[_Token]) -> str | None:
    """The default character set among a table's options."""
    charset = None
    for position, token in enumerate(options):
        value = position + 1 + (position + 1 < len(options) and options[position + 1].text == "=")
        if value >= len(options) or token.word in ("PARTITION", "AS", "SELECT"):
            break
        if token.word == "CHARSET" or (token.word == "SET" and options[position - 1].word == "CHARACTER"):
            return unquoted(options[value].text.strip("'"))
        if token.word == "COLLATE":
            charset = charset or _charset_of(options[value])
    return charset


def _is_type(token: _Token) -> bool:
    """Whether the word is a type: SQLite lets a column be named ``key`` or ``index`` without quotes."""
    return token.word in _ARROW or token.word in {"DECIMAL", "NUMERIC", "FLOAT", "VARCHAR", "CHAR", "TEXT"}


_ALTER = re.compile(r"ALTER\s+(?:IGNORE\s+)?TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?", re.IGNORECASE)


def added_key(statement: str) -> tuple[str, str, list[str]] | None:
    """(database, table, columns) of an ALTER TABLE that adds a primary key."""
    opening = _ALTER.match(statement)
    if opening is None or "PRIMARY" not in statement.upper():
        return None
    tokens = _tokens(statement[opening.end() :])
    database, name, at = _qualified(tokens, 0)
    for part in _parts(tokens[at:]):
        words = [token.word for token in part]
        if words[:1] == ["ADD"] and "PRIMARY" in words[1:4]:
            return database, name, _key_columns(part)
    return None


_INTEGERS = {
    "TINYINT": 8, "INT1": 8, "BOOL": 8, "BOOLEAN": 8, "SMALLINT": 16, "INT2": 16, "MEDIUMINT": 32, "INT3": 32,
    "MIDDLEINT": 32, "INT": 32, "INTEGER": 32, "INT4": 32, "BIGINT": 64, "INT8": 64,
}  # fmt: skip
_WIDTHS = {8: pa.int8(), 16: pa.int16(), 32: pa.int32(), 64: pa.int64()}
_ARROW: dict[str, pa.DataType] = {
    **{name: _WIDTHS[bits] for name, bits in _INTEGERS.items()},
    "SERIAL": pa.uint64(),
    "BIT": pa.uint64(),
    "NUMBER": pa.float64(),
    "REAL": pa.float64(),
    "DOUBLE": pa.float64(),
    "FLOAT8": pa.float64(),
    "FLOAT4": pa.float32(),
    "DATE": pa.date32(),
    "DATETIME": pa.timestamp("us"),
    "TIMESTAMP": pa.timestamp("us"),
    "YEAR": pa.int16(),
    **dict.fromkeys(
        (
            "BINARY", "VARBINARY", "TINYBLOB", "BLOB", "MEDIUMBLOB", "LONGBLOB", "RAW", "LONG VARBINARY",
            "GEOMETRY",
            "POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON",
            "GEOMETRYCOLLECTION",
            "GEOMCOLLECTION", "VECTOR",
        ),
        pa.binary(),
    ),
}  # fmt: skip
_UNSIGNED = {pa.int8(): pa.uint8(), pa.int16(): pa.uint16(), pa.int32(): pa.uint32(), pa.int64(): pa.uint64()}
_TYPE = re.compile(
    r"\s*([A-Z_][A-Z_0-9]*)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?(.*)", re.IGNORECASE | re.DOTALL
)


def arrow_type(declared: str, charset: str | None, *, sqlite: bool = False) -> pa.DataType:
    """The Arrow type that keeps every value of the declared type; text where there is none.

    In SQLite a column's type binds little: INTEGER is of 64 bits, REAL a double, the rest stays text.
    """
    match = _TYPE.match(declared)
    if match is None:
        return pa.string()
    name, first, second, rest = match[1].upper(), match[2], match[3], match[4].upper()
    if sqlite:
        return _sqlite_type(name)
    if name in ("DECIMAL", "NUMERIC", "DEC", "FIXED", "NUMBER") and not (name == "NUMBER" and first is None):
        precision, scale = int(first or 10), int(second or 0)
        return pa.decimal128(precision, scale) if 0 < precision <= 38 and scale <= precision else pa.string()
    if name == "FLOAT":
        return pa.float64() if first is not None and second is None and int(first) > 24 else pa.float32()
    kind = _ARROW.get(name, pa.string())
    if kind in _UNSIGNED and ("UNSIGNED" in rest or "ZEROFILL" in rest):
        return _UNSIGNED[kind]
    as_bytes = (charset or "").lower() == "binary" and ("CHAR" in name or "TEXT" in name)
    if pa.types.is_string(kind) and (as_bytes or rest.split()[:1] in (["BYTE"], ["VARBINARY"])):
        return pa.binary()
    return kind


def _sqlite_type(name: str) -> pa.DataType:
    if "INT" in name:
        return pa.int64()
    if name in ("REAL", "DOUBLE", "FLOAT"):
        return pa.float64()
    return pa.binary() if name == "BLOB" else pa.string()


def bits_of(declared: str) -> int:
    """Width of a BIT column."""
    match = _TYPE.match(declared)
    return int(match[2] or 1) if match else 1
