"""What kind of file an item is, told by its content; its name is not trusted."""

import re
import tarfile

HEAD_BYTES = 1 << 16

_BINARY = (
    (b"SQLite format 3\x00", "sqlite"),
    (b"\x37\x7f\x06\x82", "sqlite-wal"),
    (b"\x37\x7f\x06\x83", "sqlite-wal"),
    (b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7", "sqlite-journal"),
)

# The archive format that a dump's head names (pg_backup_archiver.h). The table of contents of a dump in
# directory format calls itself tar (pg_backup_directory.c), and a real tar begins as tar files do.
_PG_FORMATS = {1: "pgdump-custom", 3: "pgdump-directory", 5: "pgdump-directory"}

# Lines that a dump tool's standard error leaves at the head of a dump, and shell prompts for a password.
_STRAY = (
    rb"(?:(?:mysqldump|mariadb-dump|mysqlpump|pg_dump|pg_dumpall|warning|enter password)\b[^\n]*(?:\n|\Z))"
)
_SPACE_AND_COMMENTS = re.compile(
    rb"(?:\s+|--[^\n]*(?:\n|\Z)|#(?!!)[^\n]*(?:\n|\Z)|/\*(?![!M])(?s:.*?)(?:\*/|\Z)|" + _STRAY + rb")*",
    re.IGNORECASE,
)
_STATEMENT = re.compile(
    rb"""(?:/\*(?:!|M!)\d*\s*\\?-?
    | (?:insert|replace)\s+(?:ignore\s+|low_priority\s+|delayed\s+)*into\s
    | create\s+(?:or\s+replace\s+)?(?:temporary\s+|unlogged\s+|global\s+|local\s+|foreign\s+)*
        (?:table|database|schema|role|user|extension|type|sequence|function|procedure|view|index|domain|language)\s
    | drop\s+(?:table|database|schema|view|index|sequence|type|function|procedure|role|trigger|event)\s
    | alter\s+(?:table|database|schema|role|sequence|type|default)\s
    | copy\s+[\w."]+[^;\n]*\sfrom\s+stdin
    | set\s+(?:@|session\s|global\s|names\s|\w+\s*(?:=|to\s)|foreign_key|sql_mode)
    | select\s+pg_catalog\.
    | use\s+[`\w\[]
    | begin(?:\s+transaction|\s+work)?\s*;
    | start\s+transaction
    | lock\s+tables?\s
    | delimiter\s
    | pragma\s+\w
    | (?:truncate|delete)\s+(?:table\s+|from\s+)?[`"\w]+
    | comment\s+on\s
    | (?:grant|revoke)\s+\w
    | \\(?:connect|restrict|set)\s
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_DATA = re.compile(
    rb"""\b(?:insert|replace)\s+(?:\w+\s+)?into\s+[`"\w\[] | create\s+(?:\w+\s+)*table\s
    | copy\s+\S+.*from\s+stdin""",
    re.VERBOSE | re.IGNORECASE,
)
_POSTGRESQL = re.compile(
    rb"""^--\ PostgreSQL\ database\ (?:cluster\ )?dump | ^\\(?:connect|restrict)\s | ^copy\ \S.*\sfrom\s+stdin
    | \bpg_catalog\. | ^set\ (?:statement_timeout|client_encoding|standard_conforming_strings|search_path)\b
    | \bcharacter\ varying\b | \bnextval\(' | ^alter\ table\ only\s | \bowner\ to\b
    | \bbytea\b | \bbigserial\b
    """,
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
_MYSQL = re.compile(
    rb"""^(?:--|\#)\ (?:MySQL|MariaDB|phpMyAdmin|Adminer|HeidiSQL|Host:)\b | /\*!\d{5} | /\*M!\d{5,6}
    | `\w[^`\n]*` | \bengine\s*= | \bauto_increment\b | \bunlock\s+tables\b | ^set\s+names\b | \bsql_mode\b
    """,
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
_MYSQL_TOOL = re.compile(
    rb"^(?:--|#|/\*!?)\s*(?:MySQL dump|MariaDB dump|phpMyAdmin|Adminer|Host:)", re.MULTILINE
)
_MIDDLE = re.compile(rb"^(?:insert|replace)\s+into\s+`[^`\n]+`\s*(?:values|\()", re.IGNORECASE | re.MULTILINE)


def identify(head: bytes, name: str) -> str:  # noqa: ARG001 - the name is offered and not trusted
    """Return the kind of the file that begins with ``head`` (its first 64 KiB, or all of a shorter file).

    Kinds: ``mysqldump`` (SQL as MySQL's and MariaDB's tools write it, and SQL that shows no other origin),
    ``pgdump-text``, ``pgdump-custom``, ``pgdump-tar``, ``pgdump-directory``, ``sqlite``, ``sqlite-wal``,
    ``sqlite-journal``, ``empty``, ``unknown``.
    """
    if not head:
        return "empty"
    for magic, kind in _BINARY:
        if head.startswith(magic):
            return kind
    if head.startswith(b"PGDMP"):
        return _pg_format(head)
    if _is_pg_tar(head):
        return "pgdump-tar"
    return _sql(head.removeprefix(b"\xef\xbb\xbf"))


def is_utf16_text(head: bytes) -> bool:
    """Tell whether ``head`` begins UTF-16 text with a byte order mark, as a redirect in PowerShell writes."""
    if head[:2] not in (b"\xff\xfe", b"\xfe\xff") or len(head) < 4:
        return False
    try:
        decoded = head[: len(head) // 2 * 2].decode("utf-16", "surrogatepass")
    except UnicodeDecodeError:
        return False
    odd = sum(1 for character in decoded if character < " " and character not in "\t\r\n\f\0")
    plain = sum(1 for character in decoded if character < "\u0250")
    return odd == 0 and plain * 2 > len(decoded)


def _pg_format(head: bytes) -> str:
    # magic, major, minor, revision (from 1.1 on), size of integers, size of offsets (from 1.7 on), format
    version = (head[5], head[6]) if len(head) > 12 else (0, 0)
    at = 7 + (version >= (1, 1)) + 1 + (version >= (1, 7))
    return _PG_FORMATS.get(head[at] if len(head) > at else 0, "pgdump-custom")


def _is_pg_tar(head: bytes) -> bool:
    try:
        first = tarfile.TarInfo.frombuf(head[:512], "utf-8", "surrogateescape")
    except (tarfile.HeaderError, ValueError):
        return False
    return first.name == "toc.dat" and head[512:517] == b"PGDMP"


def _sql(head: bytes) -> str:
    begins = _SPACE_AND_COMMENTS.match(head)
    start = begins.end() if begins else 0
    comments = head[:start]
    if start == len(head):  # nothing but comments: they may name the tool that wrote them
        return (
            "pgdump-text"
            if _POSTGRESQL.search(comments)
            else "mysqldump"
            if _MYSQL_TOOL.search(comments)
            else "unknown"
        )
    if not _STATEMENT.match(head, start):
        middle = head[start : start + 1] not in b"<{[#%" and b"`" in head and _MIDDLE.search(head)
        return "mysqldump" if middle else "unknown"
    postgresql, mysql = len(_POSTGRESQL.findall(head)), len(_MYSQL.findall(head))
    if not (postgresql or mysql or _DATA.search(head)):
        return "unknown"
    return "pgdump-text" if postgresql > mysql else "mysqldump"
