"""Configuration of web servers: the names they answer to, and the logs and formats that they state.

Read are nginx, Apache httpd, lighttpd and Caddyfiles, as text and without following what they include: each
file is an item of its own.
"""

import json
import re
from bisect import bisect
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import BinaryIO

import pyarrow as pa

from stocktake.artefacts.lines import shown
from stocktake.artefacts.rows import write_rows
from stocktake.evidence import Item
from stocktake.records.raw import Column, UnitWriter

LARGEST = 1 << 20  # bytes of a configuration file that are read

COLUMNS = [
    Column("software", "whose configuration", pa.string()),
    Column("names", "names that the host answers to, a space between", pa.string()),
    Column("listen", "addresses and ports", pa.string()),
    Column("root", "folder of its files", pa.string()),
    Column("upstream", "where requests are passed on to", pa.string()),
    Column("certificate", "path of its certificate", pa.string()),
    Column("logs", "paths of its logs", pa.string()),
]
# Which virtual hosts a log is written by, in the unit of the log.
LOG_HOSTS = [
    Column("config", "configuration that says so", pa.string()),
    Column("block", "offset of the virtual host in it", pa.int64()),
]


@dataclass
class Host:
    """One virtual host: a block of the configuration, bytes ``offset`` to ``end`` of the file."""

    software: str
    offset: int
    end: int = 0
    names: list[str] = field(default_factory=list)
    listen: list[str] = field(default_factory=list)
    roots: list[str] = field(default_factory=list)
    upstreams: list[str] = field(default_factory=list)
    certificates: list[str] = field(default_factory=list)
    logs: list[tuple[str, str]] = field(default_factory=list)  # path, name of the format or the format itself
    silent: bool = False  # it is told to write no log


@dataclass
class Configuration:
    """What one file states; ``formats`` by name, ``logs`` outside of any host."""

    dialect: str
    hosts: list[Host] = field(default_factory=list)
    formats: dict[str, str] = field(default_factory=dict)
    logs: list[tuple[str, str]] = field(default_factory=list)


_NGINX = re.compile(
    rb"^[ \t]*(?:server|http|events|upstream\s+\S+)\s*\{"
    rb"|^[ \t]*(?:log_format|server_name|access_log)\s[^;{}]{0,4096};",
    re.MULTILINE,
)
_APACHE = re.compile(
    rb"^[ \t]*(?:<VirtualHost\s|(?:LogFormat|CustomLog|TransferLog)\s+[\"\w$/]"
    rb"|ServerRoot\s|LoadModule\s|DocumentRoot\s)",
    re.MULTILINE | re.IGNORECASE,
)
_LIGHTTPD = re.compile(
    rb"^[ \t]*server\.(?:modules|document-root|port)\s*\+?=|^[ \t]*\$HTTP\[\"host\"\]", re.MULTILINE
)


def recognise(head: bytes, path: str) -> str | None:
    """The kind of a web server's configuration file, or None."""
    name = PurePosixPath(path).name
    if b"\0" in head or name.endswith((".php", ".js", ".html", ".md")):
        return None
    if name == "Caddyfile":
        return "caddy-configuration"
    first = head.lstrip()[:1]
    if first in (b"{", b"[") and not path.endswith(".conf"):
        return None
    for pattern, kind in (
        (_NGINX, "nginx-configuration"),
        (_APACHE, "apache-configuration"),
        (_LIGHTTPD, "lighttpd-configuration"),
    ):
        if pattern.search(head):
            return kind
    return None


def parse(kind: str, text: bytes) -> Configuration:
    """What the file states. Never raises on malformed text: what can't be understood is passed over."""
    if kind == "nginx-configuration":
        return _nginx(text)
    if kind == "apache-configuration":
        return _apache(text)
    return _lighttpd(text) if kind == "lighttpd-configuration" else _caddy(text)


def read(kind: str, stream: BinaryIO, unit: UnitWriter) -> None:
    """Write the virtual hosts of a configuration file, one row a block."""
    text = stream.read(LARGEST)
    table = unit.table("weblogs", "virtual_hosts", COLUMNS)
    found = parse(kind, text)
    rows = []
    for host in found.hosts:
        common = {
            "software": host.software,
            "listen": _joined(host.listen),
            "root": _joined(host.roots),
            "upstream": _joined(host.upstreams),
            "certificate": _joined(host.certificates),
            "logs": _joined([path for path, _ in host.logs]),
            "_offset": host.offset,
            "_length": max(0, host.end - host.offset),
        }
        rows.append({**common, "names": _joined(host.names)})
    write_rows(unit, table, rows)


def write_log_hosts(unit: UnitWriter) -> None:
    """Write which virtual hosts the unit's log is of, as `groups` stated it in the facts."""
    stated = unit.facts.get("log_blocks")
    if stated:
        table = unit.table("weblogs", "log_hosts", LOG_HOSTS)
        write_rows(unit, table, [{"config": config, "block": block} for config, block in json.loads(stated)])


def _joined(values: Sequence[str]) -> str | None:
    return shown(" ".join(dict.fromkeys(values)).encode("utf-8", "surrogateescape")) or None


_TOKEN = re.compile(
    rb"""\#[^\n]*|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[;{}]|(?:\$\{\w{0,80}\}|[^\s;{}"'\\]|\\.)+""", re.DOTALL
)


def _text(token: bytes) -> str:
    if token[:1] in (b'"', b"'") and token[-1:] == token[:1] and len(token) > 1:
        quote = token[:1]
        token = token[1:-1].replace(b"\\" + quote, quote)
    return token.decode("utf-8", "surrogateescape")


def _directives(text: bytes) -> Iterator[tuple[int, int, list[str], str]]:
    """nginx's grammar: (offset, end, words, the ``;``, ``{`` or ``}`` that ends them)."""
    words: list[str] = []
    offset = 0
    for found in _TOKEN.finditer(text):
        token = found[0]
        if token.startswith(b"#"):
            continue
        if token in (b";", b"{", b"}"):
            yield offset if words else found.start(), found.end(), words, token.decode()
            words = []
        else:
            if not words:
                offset = found.start()
            words.append(_text(token))


def _nginx(text: bytes) -> Configuration:
    found = Configuration("nginx")
    blocks: list[tuple[str, Host | None]] = []
    for offset, end, words, closer in _directives(text):
        host = next((host for _, host in reversed(blocks) if host), None)
        if closer == "{":
            name = words[0] if words else ""
            # a server inside of an upstream is a backend, and has no block
            opened = Host("nginx", offset) if name == "server" and len(words) == 1 else None
            blocks.append((name, opened))
            if opened:
                found.hosts.append(opened)
        elif closer == "}":
            if blocks:
                _, closed = blocks.pop()
                if closed:
                    closed.end = end
        elif words:
            _nginx_directive(found, host, words)
    for host in found.hosts:
        host.end = host.end or len(text)
    return found


def _nginx_directive(found: Configuration, host: Host | None, words: list[str]) -> None:
    name, values = words[0], words[1:]
    if name == "log_format" and len(values) > 1:
        options = [value for value in values[1:] if not value.startswith("escape=")]
        found.formats[values[0]] = "".join(options)
    elif name == "access_log" and values == ["off"]:
        if host:
            host.silent = True
    elif name == "access_log" and values:
        (host.logs if host else found.logs).append((values[0], values[1] if len(values) > 1 else "combined"))
    elif host and name == "server_name":
        host.names += [value for value in values if value not in ("_", "", "localhost")]
    elif host and name == "listen" and values:
        host.listen.append(values[0])
    elif host and name == "root" and values:
        host.roots.append(values[0])
    elif host and name in ("proxy_pass", "fastcgi_pass", "uwsgi_pass") and values:
        host.upstreams.append(values[0])
    elif host and name == "ssl_certificate" and values:
        host.certificates.append(values[0])


_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')


def _apache(text: bytes) -> Configuration:
    found = Configuration("apache")
    host: Host | None = None
    at = 0
    for logical in re.split(rb"(?<!\\)\n", text):
        offset, at = at, at + len(logical) + 1
        line = logical.replace(b"\\\n", b" ").strip().decode("utf-8", "surrogateescape")
        if not line or line.startswith("#"):
            continue
        words = [quoted or bare for quoted, bare in _WORD.findall(line)]
        if not words:
            continue
        name, values = words[0].lower(), words[1:]
        if name == "<virtualhost":
            host = Host("Apache", offset, listen=[value.rstrip(">") for value in values])
            found.hosts.append(host)
        elif name == "</virtualhost>":
            if host:
                host.end = at - 1
            host = None
        elif values:
            _apache_directive(found, host, name, values)
    for one in found.hosts:
        one.end = one.end or len(text)
    return found


def _apache_directive(found: Configuration, host: Host | None, name: str, values: list[str]) -> None:
    if name == "logformat" and len(values) > 1:
        found.formats[values[1]] = values[0]
    elif name in ("customlog", "globallog"):
        (host.logs if host else found.logs).append((values[0], values[1] if len(values) > 1 else "common"))
    elif name == "transferlog":
        (host.logs if host else found.logs).append((values[0], "common"))
    elif host and name in ("servername", "serveralias"):
        host.names += [re.sub(r"^\w+://|:\d+$", "", value) for value in values]
    elif host and name == "documentroot":
        host.roots.append(values[0])
    elif host and name in ("proxypass", "proxypassmatch") and len(values) > 1:
        host.upstreams.append(values[1])
    elif host and name == "sslcertificatefile":
        host.certificates.append(values[0])


def _lighttpd(text: bytes) -> Configuration:
    found = Configuration("apache")  # its format strings are Apache's
    body = text.decode("utf-8", "surrogateescape")
    stated = {
        name: value.replace('\\"', '"')
        for name, value in re.findall(
            r'^[ \t]*(accesslog\.\w+)\s*=\s*"((?:[^"\\]|\\.)*)"', body, re.MULTILINE
        )
    }
    if "accesslog.filename" in stated:
        default = '%h %V %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"'
        found.logs.append((stated["accesslog.filename"], stated.get("accesslog.format", default)))
    for match in re.finditer(r'\$HTTP\["host"\]\s*==\s*"([^"]+)"\s*\{', body):
        offset = len(body[: match.start()].encode("utf-8", "surrogateescape"))
        end = body.find("}", match.end()) + 1 or len(body)
        inside = body[match.end() : end]
        host = Host("lighttpd", offset, len(body[:end].encode("utf-8", "surrogateescape")), [match[1]])
        host.roots += re.findall(r'server\.document-root\s*=\s*"([^"]+)"', inside)
        found.hosts.append(host)
    return found


_SITE = re.compile(r"^([^\s#{}(][^\n{}#]*?)\s*\{\s*$", re.MULTILINE)


def _caddy(text: bytes) -> Configuration:
    found = Configuration("caddy")
    body = text.decode("utf-8", "surrogateescape")
    opens = [match.start() for match in _SITE.finditer(body)]
    for match in _SITE.finditer(body):
        names = [
            re.sub(r"^\w+://|:\d+$|/.*$", "", name.strip())
            for name in re.split(r"[\s,]+", match[1])
            if name.strip()
        ]
        after = bisect(opens, match.start())
        inside = body[match.end() : opens[after] if after < len(opens) else len(body)]
        offset = len(body[: match.start()].encode("utf-8", "surrogateescape"))
        length = len((body[match.start() : match.end()] + inside).rstrip().encode("utf-8", "surrogateescape"))
        host = Host("Caddy", offset, offset + length, [name for name in names if name])
        host.roots += re.findall(r"^[ \t]*root[ \t]+(?:\*\s+)?(\S+)", inside, re.MULTILINE)
        host.upstreams += re.findall(r"^[ \t]*reverse_proxy[ \t]+(\S+)", inside, re.MULTILINE)
        host.logs += [(path, "json") for path in re.findall(r"output\s+file\s+(\S+)", inside)]
        found.hosts.append(host)
    return found


@dataclass(frozen=True)
class StatedLog:
    """A log that a configuration names: which format it has there, and which hosts write it.

    ``blocks`` are those hosts' virtual hosts, each the path of its configuration and its offset there.
    """

    config: str
    dialect: str
    path: str
    format_name: str
    format: str | None
    hosts: tuple[str, ...]
    blocks: tuple[tuple[str, int], ...] = ()


_FOLDERS = re.compile(
    r"(?:^|/)(?:nginx|apache2?|httpd|lighttpd|caddy|sites-(?:enabled|available)|conf\.d|vhosts(?:\.d)?|openresty)/",
)
_FILES = re.compile(r"(?:^|/)(?:Caddyfile|(?:nginx|apache2|httpd|lighttpd|httpd-vhosts)\.conf)$")
_NO_CONFIG = re.compile(
    r"\.(?:log|php|js|html?|css|png|jpe?g|gif|so|pem|crt|key|load|mo|gz|xz)(?:\.\d+)?$|/var/log/|/mods-"
)


def stated_logs(items: Sequence[Item]) -> list[StatedLog]:
    """The logs that the configurations among these items name. Only likely files are opened."""
    parsed: list[tuple[str, Configuration]] = []
    for item in items:
        likely = _FILES.search(item.path) or (_FOLDERS.search(item.path) and not _NO_CONFIG.search(item.path))
        if not likely or (item.size or 0) > LARGEST:
            continue
        try:
            with closing(item.open()) as stream:
                text = stream.read(LARGEST)
        except OSError:
            continue
        kind = recognise(text, item.path)
        if kind:
            parsed.append((item.path, parse(kind, text)))
    found = []
    for path, config in parsed:
        silent = _without_log(parsed, path, config)
        for log, name in config.logs:
            found.append(replace(_stated(parsed, path, config, log, name, ()), blocks=silent))
        for host in config.hosts:
            for log, name in host.logs:
                stated = _stated(parsed, path, config, log, name, tuple(host.names))
                found.append(replace(stated, blocks=((path, host.offset),)))
    return found


def _without_log(
    parsed: list[tuple[str, Configuration]], path: str, config: Configuration
) -> tuple[tuple[str, int], ...]:
    """The virtual hosts of one system's server that name no log of their own: they write the server's."""
    return tuple(
        (other, host.offset)
        for other, stated in parsed
        if stated.dialect == config.dialect and system_of(other) == system_of(path)
        for host in stated.hosts
        if not host.logs and not host.silent
    )


def system_of(path: str) -> str:
    """The folder of the exhibit that is the root of the system which a configuration file is of."""
    return re.sub(r"(^|/)(?:usr/local/|opt/[^/]+/)?etc/.*$", r"\1", path)


def _stated(
    parsed: list[tuple[str, Configuration]],
    path: str,
    config: Configuration,
    log: str,
    name: str,
    hosts: tuple[str, ...],
) -> StatedLog:
    format_ = name if "%" in name else None
    if format_ is None:
        known = [
            (len(_shared(path, other)), -number, stated.formats[name])
            for number, (other, stated) in enumerate(parsed)
            if stated.dialect == config.dialect and name in stated.formats
        ]
        format_ = max(known)[2] if known else None
    return StatedLog(path, config.dialect, log, "its format" if "%" in name else name, format_, hosts)


def _shared(a: str, b: str) -> str:
    count = 0
    for left, right in zip(a, b, strict=False):
        if left != right:
            break
        count += 1
    return a[:count]


_ROTATED = re.compile(r"(?:[.-]\d{1,8}(?:[.-]\d{1,10})?)?(?:\.(?:gz|bz2|xz|zst))?$")


def log_of(path: str, logs: Sequence[StatedLog]) -> StatedLog | None:
    """Which of the stated logs the item at ``path`` is, rotated or not; the nearest configuration decides.

    Where several virtual hosts of a system write it, the answer names the blocks of them all.
    """
    best: tuple[int, int, StatedLog] | None = None
    fitting = []
    for number, log in enumerate(logs):
        wanted = re.sub(r"^\$\{[^}]*\}|^\|.*", "", log.path).strip("/ ")
        if not wanted or "$" in wanted:
            continue
        start = f"/{path}".rfind(f"/{wanted}")
        if start < 0 or not _ROTATED.fullmatch(path[start + len(wanted) :]):
            continue
        fitting.append(log)
        near = (len(_shared(path, log.config)), -number, log)
        if best is None or near[:2] > best[:2]:
            best = near
    if best is None:
        return None
    nearest = best[2]
    system = system_of(nearest.config)
    blocks = [block for log in fitting if system_of(log.config) == system for block in log.blocks]
    return replace(nearest, blocks=tuple(dict.fromkeys(blocks)))
