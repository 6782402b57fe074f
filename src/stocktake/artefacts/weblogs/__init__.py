"""Web servers: access and error logs, and the configurations that say how they are written, for which names.

Access logs of any template (nginx, Apache httpd, lighttpd) and of JSON lines (Caddy and others). A format
that is not one of the usual ones is taken from the server's own configuration in the same exhibit, and where
there is none, from what the lines show.
"""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

from stocktake.artefacts import Group
from stocktake.artefacts.lines import head_lines
from stocktake.artefacts.weblogs import configuration
from stocktake.evidence import Item
from stocktake.records.raw import UnitWriter

_TIME = re.compile(
    rb"\[\d{1,2}/[A-Za-z]{3}/\d{4}:\d\d:\d\d:\d\d(?: ?[+-]\d{4})?\]"
    rb"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d|^.{0,200}\b\d{10}\.\d{3}\b"
)
_USUAL = re.compile(rb'\S.*\[\d{1,2}/[A-Za-z]{3}/\d{4}:\d\d:\d\d:\d\d(?: [+-]\d{4})?\] "')
_REQUEST = re.compile(
    rb'"(?:GET|POST|HEAD|PUT|DELETE|OPTIONS|PATCH|CONNECT|TRACE|PROPFIND) \S.{0,8000}? HTTP/\d'
)


def recognise(head: bytes, path: str) -> str | None:
    """One of access-log, access-log-json, nginx-error-log, apache-error-log and SERVER-configuration."""
    first = head_lines(head)
    if first:
        kind = _log(first)
        if kind:
            return kind
    return configuration.recognise(head, path) if len(head) < 1 << 16 or b"\0" not in head else None


def _log(first: list[bytes]) -> str | None:
    from stocktake.artefacts.weblogs import errors

    enough = (len(first) + 1) // 2

    def most(good: "list[bool]") -> bool:
        return sum(good) >= enough

    if first[0][:1] == b"{":
        from stocktake.artefacts.weblogs import json_lines

        return "access-log-json" if most([json_lines.is_request(line) for line in first]) else None
    if most([bool(_USUAL.match(line) or (_REQUEST.search(line) and _TIME.search(line))) for line in first]):
        return "access-log"
    if most([errors.NGINX.match(line) is not None for line in first]):
        return "nginx-error-log"
    if most([errors.APACHE.match(line) is not None for line in first]):
        return "apache-error-log"
    return None


def read(kind: str, stream: BinaryIO, item: Item, unit: UnitWriter) -> None:
    """Read one item of a kind that `recognise` gave."""
    if kind == "access-log":
        from stocktake.artefacts.weblogs import access

        configuration.write_log_hosts(unit)
        access.read(stream, item.path, unit)
    elif kind == "access-log-json":
        from stocktake.artefacts.weblogs import json_lines

        configuration.write_log_hosts(unit)
        json_lines.read(stream, unit)
    elif kind.endswith("-error-log"):
        from stocktake.artefacts.weblogs import errors

        errors.read(kind, stream, unit)
    else:
        configuration.read(kind, stream, unit)


def groups(items: Sequence[Item]) -> Iterator[Group]:
    """Logs of which a server's configuration says something: their format, and the hosts that write them."""
    stated = configuration.stated_logs(items)
    for item in items if stated else ():
        log = configuration.log_of(item.path, stated)
        if log is None:
            continue
        try:
            with closing(item.open()) as stream:
                head = stream.peek(1 << 16)
        except OSError:
            continue
        if not head:
            continue
        stated_json = log.dialect == "caddy" or head[:1] == b"{"
        kind = _log(head_lines(head)) or ("access-log-json" if stated_json else "access-log")
        if kind.endswith("-error-log"):
            continue
        yield Group(item.path, kind, (item,), _facts(log))


def _facts(log: configuration.StatedLog) -> dict[str, str]:
    from stocktake.artefacts.weblogs.formats import is_usual

    facts = {"log_format_from": log.config, "log_format_name": log.format_name, "log_dialect": log.dialect}
    if log.format and not is_usual(log.format):
        facts["log_format"] = log.format
    if log.hosts:
        facts["log_hosts"] = " ".join(log.hosts)
    if log.blocks:
        facts["log_blocks"] = json.dumps(log.blocks)
    return facts


def read_group(group: Group, unit: UnitWriter, scratch: Path) -> None:
    """Groups of this family are single items, which `read` takes."""
    raise NotImplementedError(group.path)
