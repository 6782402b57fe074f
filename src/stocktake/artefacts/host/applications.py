"""Settings of web applications and code: which database, which address, whose repository.

Values of secrets are not kept (see ``secrets``). Sources: WordPress' wp-config-sample.php; OpenCart's
config.php; PrestaShop's app/config/parameters.php and, to 1.6, config/settings.inc.php; Magento's
app/etc/env.php and, to 1.9, local.xml; Drupal's default.settings.php; dotenv files as Laravel and Symfony
read them; option files of MySQL's clients; gitrepository-layout(5) and git-reflog(1).
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa

from stocktake.artefacts.host import secrets
from stocktake.artefacts.host.events import Event, place_of, utc, write_events
from stocktake.artefacts.lines import LONGEST, Line, lines, shown
from stocktake.artefacts.rows import write_rows
from stocktake.records.raw import Column, UnitWriter

SETTINGS = [
    Column("software", "whose setting", pa.string()),
    Column("name", "of the setting", pa.string()),
    Column("value", "of the setting; none where it is a secret", pa.string()),
    Column("secret", "keyed fingerprint of a secret", pa.string()),
]

_DEFINE = re.compile(
    rb"""^[ \t]*define[ \t]*\([ \t]*(['"])(\w{1,80})\1[ \t]*,[ \t]*"""
    rb"""(?:'((?:[^'\\\n]|\\.){0,4096})'|"((?:[^"\\\n]|\\.){0,4096})"|(\w{1,80}))[ \t]*\)[ \t]*;""",
    re.MULTILINE,
)
_PREFIX = re.compile(
    rb"""^[ \t]*\$(table_prefix)[ \t]*=[ \t]*(?:'([^'\n]*)'|"([^"\n]*)")[ \t]*;""", re.MULTILINE
)
_ARRAY = re.compile(
    rb"""(['"])(\w{1,80})\1[ \t]*=>[ \t]*"""
    rb"""(?:'((?:[^'\\\n]|\\.){0,4096})'|"((?:[^"\\\n]|\\.){0,4096})"|(\d{1,20}))"""
)
_XML = re.compile(rb"<(\w{1,80})><!\[CDATA\[([^\]<]{0,4096})\]\]></\1>")
_CLIENT = re.compile(
    rb"^[ \t]*(user|password|host|database|port|socket)[ \t]*=[ \t]*([^\r\n]{0,1024})", re.MULTILINE
)
_OPTIONS = re.compile(r"(?:^|[./])my\.cnf$|/mysql/debian\.cnf$")
_SECTION = re.compile(rb"^\[(?:client|mysql)", re.MULTILINE)
# What of the settings tells whose they are, where they are given by define().
_DEFINED = {
    "WordPress": (b"DB_NAME", b"table_prefix"),
    "OpenCart": (b"DB_DATABASE", b"HTTP_SERVER"),
    "PrestaShop": (b"_DB_NAME_", b"_DB_PREFIX_"),
}
_ENV = re.compile(
    rb"^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.]{0,80})[ \t]*=[ \t]*([^\r\n]{0,4096})", re.MULTILINE
)
_REFLOG = re.compile(
    r"([0-9a-f]{40}|[0-9a-f]{64}) ([0-9a-f]{40}|[0-9a-f]{64}) (.*) (\d{1,12}) ([+-]\d{4})(?:\t(.*))?",
    re.DOTALL,
)


def recognise(head: bytes, path: str) -> str | None:
    """``settings-SOFTWARE``, ``git-config`` or ``git-reflog``."""
    name = path.rsplit("/", 1)[-1]
    if head.lstrip()[:5] == b"<?php":
        return _php_settings(head, path)
    if path.endswith("app/etc/local.xml") and b"<dbname>" in head:
        return "settings-Magento"
    if _OPTIONS.search(path) and _SECTION.search(head) and _CLIENT.search(head):
        return "settings-MySQL"
    if (name == ".env" or name.startswith(".env.")) and _ENV.search(head):
        return "settings-.env"
    if path.endswith(".git/config") and b"[" in head:
        return "git-config"
    if re.search(r"\.git/logs/(?:HEAD|refs/.+)$", path) and _REFLOG.match(
        head.split(b"\n", 1)[0].decode("utf-8", "replace")
    ):
        return "git-reflog"
    return None


def _php_settings(head: bytes, path: str) -> str | None:
    if _DEFINE.search(head):
        for software, names in _DEFINED.items():
            if all(name in head for name in names):
                return f"settings-{software}"
    if _ARRAY.search(head):
        if b"database_name" in head and b"database_prefix" in head:
            return "settings-PrestaShop"
        if path.endswith("app/etc/env.php") and b"dbname" in head:
            return "settings-Magento"
        if re.search(r"(?:^|/)sites/[^/]+/settings(?:\.local)?\.php$", path) and b"$databases" in head:
            return "settings-Drupal"
    return None


def read(kind: str, stream: BinaryIO, path: str, unit: UnitWriter) -> None:
    """Read one of these files by its kind."""
    if kind == "git-reflog":
        write_events(unit, _reflog(stream))
    elif kind == "git-config":
        write_events(unit, _remotes(stream.read(LONGEST), path))
    else:
        software = kind.removeprefix("settings-")
        data = stream.read(LONGEST)
        table = unit.table("host", "app_settings", SETTINGS)
        write_rows(unit, table, _settings(data, software, unit))


def _settings(data: bytes, software: str, unit: UnitWriter) -> Iterator[dict[str, object]]:
    found: list[tuple[int, int, str, str]]
    if software == ".env":
        found = [(e.start(), e.end(), shown(e[1]), shown(_env_value(e[2]))) for e in _ENV.finditer(data)]
    elif software == "MySQL":
        found = [
            (c.start(), c.end(), shown(c[1]), shown(c[2]).strip(" \t'\"")) for c in _CLIENT.finditer(data)
        ]
    elif data.lstrip()[:5] != b"<?php":
        found = [(x.start(), x.end(), shown(x[1]), shown(x[2])) for x in _XML.finditer(data)]
    else:
        found = [(d.start(), d.end(), shown(d[2]), _php_value(d)) for d in _DEFINE.finditer(data)]
        if software not in ("WordPress", "OpenCart"):
            found += [(a.start(), a.end(), shown(a[2]), _php_value(a)) for a in _ARRAY.finditer(data)]
        found += [
            (p.start(), p.end(), "table_prefix", shown(p[2] or p[3] or b"")) for p in _PREFIX.finditer(data)
        ]
    for start, end, name, value in sorted(found):
        secret = secrets.is_secret_name(name)
        yield {
            "software": software,
            "name": name,
            "value": None if secret else secrets.masked(unit, value),
            "secret": secrets.of(unit, value) if secret and value else None,
            "_offset": start,
            "_length": end - start,
        }


def _php_value(one: "re.Match[bytes]") -> str:
    value = next((group for group in one.groups()[2:] if group is not None), b"")
    return shown(re.sub(rb"\\(['\"\\])", rb"\1", value))


def _env_value(written: bytes) -> bytes:
    quote = written[:1]
    if quote in (b"'", b'"') and (end := written.find(quote, 1)) > 0:
        return written[1:end]
    return written.split(b" #", 1)[0].strip()


def _reflog(stream: BinaryIO) -> Iterator[Event]:
    for line in lines(stream):
        found = _REFLOG.fullmatch(line.text)
        if not found:
            continue
        zone = found[5]
        yield {
            "kind": "code commit" if (found[6] or "").startswith("commit") else "code change",
            **utc(found[4]),
            "program": "git",
            "user": found[3],
            "text": f"{found[2]} {found[6] or ''} (author's zone {zone})".strip(),
            **place_of(line),
        }


def _remotes(data: bytes, path: str) -> Iterator[Event]:
    section = ""
    at = 0
    folder = path.removesuffix("/config")
    for raw in data.split(b"\n"):
        line = Line(at, len(raw) + 1, raw)
        at += len(raw) + 1
        text = line.text.strip()
        if text.startswith("["):
            section = text
        name, _, value = text.partition("=")
        name, value = name.strip().lower(), value.strip()
        if section.startswith("[remote") and name in ("url", "pushurl"):
            yield {
                "kind": "code repository",
                "program": "git",
                "text": f"{folder}: {section} {value}",
                **place_of(line),
            }
        elif section.startswith("[user") and name in ("name", "email"):
            yield {
                "kind": "code author",
                "program": "git",
                "user": value,
                "text": f"{folder}: user.{name}",
                **place_of(line),
            }
