"""Formats of access logs, as templates: the usual ones, and what a server's own configuration states.

Sources: nginx, "Module ngx_http_log_module" (log_format); Apache httpd 2.4, "Module mod_log_config" (custom
log formats); lighttpd, "mod_accesslog".
"""

import re
from dataclasses import dataclass

from stocktake.artefacts.weblogs.matching import (
    ADDRESS,
    AGENT,
    ANY,
    BYTES,
    CLF,
    CODE,
    EPOCH,
    EPOCH_MS,
    EPOCH_US,
    EXTRA,
    FIELDS,
    FORWARDED,
    IDENTITY,
    IP,
    ISO,
    METHOD,
    NAME,
    NUMBER,
    PATH,
    PORT,
    PROTOCOL,
    REFERRER,
    REQUEST,
    STATUS,
    TIME,
    UNQUOTED,
    USER,
    VHOST,
)


@dataclass(frozen=True)
class Template:
    """``texts`` stand before, between and after the ``fields``, so there is one more of them.

    ``shapes`` say what each field must look like; ``extra`` names the fields from EXTRA on.
    """

    name: str
    texts: tuple[bytes, ...]
    fields: tuple[int, ...]
    shapes: tuple[int, ...]
    extra: tuple[str, ...] = ()


_SHAPES = {PORT: NUMBER, STATUS: CODE, BYTES: NUMBER, IP: NAME}

_NGINX = {
    "remote_addr": IP,
    "realip_remote_addr": IP,
    "binary_remote_addr": EXTRA,
    "remote_user": USER,
    "request": REQUEST,
    "request_method": METHOD,
    "request_uri": PATH,
    "uri": PATH,
    "server_protocol": PROTOCOL,
    "status": STATUS,
    "body_bytes_sent": BYTES,
    "bytes_sent": BYTES,
    "http_referer": REFERRER,
    "http_user_agent": AGENT,
    "http_x_forwarded_for": FORWARDED,
    "proxy_add_x_forwarded_for": FORWARDED,
    "host": VHOST,
    "http_host": VHOST,
    "server_name": VHOST,
    "server_port": PORT,
}
_NGINX_TIMES = {"time_local": CLF, "time_iso8601": ISO, "msec": EPOCH}

_APACHE = {
    "h": IP,
    "a": IP,
    "l": IDENTITY,
    "u": USER,
    "r": REQUEST,
    "m": METHOD,
    "U": PATH,
    "H": PROTOCOL,
    "s": STATUS,
    "b": BYTES,
    "B": BYTES,
    "O": BYTES,
    "v": VHOST,
    "V": VHOST,
    "p": PORT,
}
_APACHE_HEADERS = {
    "referer": REFERRER,
    "user-agent": AGENT,
    "x-forwarded-for": FORWARDED,
    "host": VHOST,
}
_APACHE_TIMES = {"": CLF, "sec": EPOCH, "msec": EPOCH_MS, "usec": EPOCH_US}
_DIRECTIVE = re.compile(r"%(?:!?\d{3}(?:,\d{3})*)?[<>]?(?:\{([^}]*)\})?(\^t[io]|[a-zA-Z])|%%")
_ISO_PATTERN = re.compile(r"%(?:Y-%m-%d|Y/%m/%d|F)[T ]%(?:H:%M:%S|T)(?:[.,]\S*)?\s?(?:%z|Z)?")
_CLF_PATTERN = "%d/%b/%Y:%H:%M:%S"


class FormatError(Exception):
    """A stated format can't be read back from a line: no time in it, or fields with nothing between."""


@dataclass
class _Builder:
    name: str
    texts: list[bytes]
    fields: list[int]
    shapes: list[int]
    extra: list[str]

    def text(self, text: str) -> None:
        self.texts[-1] += text.encode("utf-8", "surrogateescape")

    def field(self, field: int, name: str, shape: int | None = None) -> None:
        if self.fields and not self.texts[-1]:
            if self.fields[-1] == PATH or field == PROTOCOL:
                return  # a query after its path: they stay together
            raise FormatError(f"{name} follows another field with nothing between them")
        if field == EXTRA or field in self.fields:
            field = EXTRA + len(self.extra)
            if field >= FIELDS:
                raise FormatError("it has too many fields")
            self.extra.append(name)
            shape = ANY
        self.fields.append(field)
        self.shapes.append(_SHAPES.get(field, ANY) if shape is None else shape)
        self.texts.append(b"")

    def template(self) -> Template:
        if TIME not in self.fields:
            raise FormatError("it holds no time that can be read")
        return Template(
            self.name, tuple(self.texts), tuple(self.fields), tuple(self.shapes), tuple(self.extra)
        )


def nginx(name: str, stated: str) -> Template:
    """The template of an nginx ``log_format``, its strings joined. Raises FormatError."""
    built = _Builder(name, [b""], [], [], [])
    at = 0
    for found in re.finditer(r"\$(?:\{(\w+)\}|(\w+))", stated):
        built.text(stated[at : found.start()])
        at = found.end()
        variable = found[1] or found[2]
        if variable in _NGINX_TIMES and TIME not in built.fields:
            built.field(TIME, variable, _NGINX_TIMES[variable])
        else:
            built.field(_NGINX.get(variable, EXTRA), variable)
    built.text(stated[at:])
    return built.template()


def apache(name: str, stated: str) -> Template:
    """The template of an Apache ``LogFormat`` or a lighttpd ``accesslog.format``. Raises FormatError."""
    built = _Builder(name, [b""], [], [], [])
    at = 0
    for found in _DIRECTIVE.finditer(stated):
        built.text(_plain(stated[at : found.start()]))
        at = found.end()
        if found[0] == "%%":
            built.text("%")
            continue
        argument, letter = found[1] or "", found[2]
        if letter == "t" and TIME not in built.fields and (shape := _apache_time(argument)):
            bracketed = not argument
            if bracketed:
                built.text("[")
            built.field(TIME, "t", shape)
            if bracketed:
                built.text("]")
        elif letter == "i":
            built.field(_APACHE_HEADERS.get(argument.lower(), EXTRA), argument)
        elif argument and letter not in ("a", "p"):
            built.field(EXTRA, argument)
        elif letter == "q" and built.fields and built.fields[-1] == PATH and not built.texts[-1]:
            continue
        else:
            built.field(_APACHE.get(letter, EXTRA), letter)
    built.text(_plain(stated[at:]))
    return built.template()


def _apache_time(argument: str) -> int | None:
    pattern = re.sub(r"^(?:begin|end):", "", argument)
    if pattern in ("begin", "end"):
        return CLF
    if pattern in _APACHE_TIMES:
        return _APACHE_TIMES[pattern]
    if pattern.startswith(_CLF_PATTERN):
        return CLF
    return ISO if _ISO_PATTERN.fullmatch(pattern) else None


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: {"n": "\n", "t": "\t"}.get(found[1], found[1]), text)


def _usual() -> tuple[Template, ...]:
    lead = (b"", b" ", b" ", b" [", b'] "', b'" ', b" ")
    fields = (IP, IDENTITY, USER, TIME, REQUEST, STATUS, BYTES)
    shapes = (NAME, NAME, ANY, CLF, ANY, CODE, NUMBER)
    full = (*lead, b' "', b'" "')
    browser = (*fields, REFERRER, AGENT)
    seen = (*shapes, ANY, ANY)
    hosted = ((b"", b":", *full[1:]), (VHOST, PORT, *browser), (NAME, NUMBER, ADDRESS, *seen[1:]))
    return (
        Template("vhost_combined", (hosted[0][0], hosted[0][1], b" ", *full[1:], b'"'), hosted[1], hosted[2]),
        Template(
            "vhost_combined and more",
            (b"", b":", b" ", *full[1:], b'" ', b""),
            (*hosted[1], EXTRA),
            (*hosted[2], ANY),
            ("rest",),
        ),
        Template("combined", (*full, b'"'), browser, seen),
        Template("combined and more", (*full, b'" ', b""), (*browser, EXTRA), (*seen, ANY), ("rest",)),
        Template("common", (*lead, b""), fields, shapes),
        Template("combined, cut", (*full, b""), browser, (*shapes, ANY, UNQUOTED)),
        Template("common and more", (*lead, b" ", b""), (*fields, EXTRA), (*shapes, ANY), ("rest",)),
    )


USUAL = _usual()

# lighttpd's own default has the name of the host where the others have the identity.
LIGHTTPD = apache("lighttpd", '%h %V %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"')

# What needs no configuration to be told from the lines themselves.
_APACHE_COMMON = r"%h %l %u %t \"%r\" %>s "
_APACHE_BROWSER = r" \"%{Referer}i\" \"%{User-Agent}i\""
_SAME = {
    (
        '$remote_addr - $remote_user [$time_local] "$request" '
        '$status $body_bytes_sent "$http_referer" "$http_user_agent"'
    ),
    *(_APACHE_COMMON + sent for sent in ("%b", "%O")),
    *(_APACHE_COMMON + sent + _APACHE_BROWSER for sent in ("%b", "%O")),
    "%v:%p " + _APACHE_COMMON + "%O" + _APACHE_BROWSER,
}


def is_usual(stated: str) -> bool:
    """Whether the stated format is one that lines show by themselves."""
    return " ".join(stated.split()) in _SAME


_PIECE = re.compile(rb'"(?:[^"\\]|\\.)*"|\[[^\]]*\]|[^\s"\[\]]+')
_REQUEST = re.compile(rb'"[A-Z]{3,10} \S.* HTTP/\d(?:\.\d)?"')
_TIMES = (
    (re.compile(rb"\[\d{1,2}/[A-Za-z]{3}/\d{4}:\d\d:\d\d:\d\d(?: ?[+-]\d{4})?\]"), CLF),
    (re.compile(rb"\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?\]?"), ISO),
    (re.compile(rb"\d{10}\.\d{1,6}"), EPOCH),
)
_IP = re.compile(rb"(?:\d{1,3}\.){3}\d{1,3}|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]+")


def inferred(line: bytes) -> Template | None:
    """A template that the line itself shows: address, time, a request in quotes, and what goes with it."""
    built = _Builder("inferred from the lines", [b""], [], [], [])
    at = 0
    try:
        for found in _PIECE.finditer(line):
            piece = found[0]
            built.text(line[at : found.start()].decode("latin-1"))
            at = found.end()
            inner = piece[1:-1] if piece[:1] in (b'"', b"[") else piece
            edges = (piece[:1], piece[-1:]) if inner is not piece else (b"", b"")
            built.text(edges[0].decode("latin-1"))
            field, shape = _meaning(piece, inner, built.fields)
            built.field(field, f"field{len(built.extra) + 1}", shape)
            built.text(edges[1].decode("latin-1"))
        built.text(line[at:].decode("latin-1"))
        template = built.template()
    except FormatError:
        return None
    return template if REQUEST in template.fields or PATH in template.fields else None


def _meaning(piece: bytes, inner: bytes, before: list[int]) -> tuple[int, int | None]:
    for pattern, shape in _TIMES:
        if TIME not in before and pattern.fullmatch(piece):
            return TIME, shape
    if REQUEST not in before and _REQUEST.fullmatch(piece):
        return REQUEST, ANY
    if IP not in before and _IP.fullmatch(inner):
        return IP, NAME
    if REQUEST in before and STATUS not in before and re.fullmatch(rb"[1-5]\d\d", piece):
        return STATUS, CODE
    if STATUS in before and BYTES not in before and re.fullmatch(rb"\d+|-", piece):
        return BYTES, NUMBER
    if REQUEST in before and piece[:1] == b'"':
        if re.match(rb"(?:Mozilla|Opera|curl|Wget|python|Go-http|[A-Za-z-]+)/[\d.]", inner):
            return AGENT, ANY
        if REFERRER not in before and AGENT not in before:
            return REFERRER, ANY
    return EXTRA, ANY
