"""Logs of services: PostgreSQL, vsftpd, the kernel's audit, Docker.

Sources: PostgreSQL, "Error Reporting and Logging" (log_line_prefix ``%m [%p] %q%u@%d ``); vsftpd, logging.c;
Linux audit, "audit_log_format"; Docker, the ``json-file`` logging driver and container configuration.
"""

import re
from datetime import datetime, timedelta
from typing import Any, BinaryIO

import msgspec

from stocktake.artefacts.host.events import Event, local, read_lines, utc, write_events
from stocktake.artefacts.lines import shown
from stocktake.records.raw import UnitWriter

POSTGRESQL = re.compile(
    r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(\.\d{1,6})? ([A-Z][A-Za-z]{1,5}|[+-]\d\d(?::?\d\d)?) "
    r"\[(\d{1,10})(?:-\d+)?\] ?(.{0,512}?)(LOG|ERROR|FATAL|PANIC|WARNING|NOTICE|INFO|DEBUG\d?|DETAIL|HINT|"
    r"STATEMENT|CONTEXT|QUERY|LOCATION):  ?(.*)",
    re.DOTALL,
)
# Abbreviations that mean one zone only, and BST as the British mean it; minutes east of Greenwich.
_ZONES = {
    "UTC": 0, "GMT": 0, "WET": 0, "WEST": 60, "BST": 60, "CET": 60, "CEST": 120, "EET": 120, "EEST": 180,
    "MSK": 180, "EDT": -240, "CDT": -300, "MDT": -360, "PDT": -420, "PST": -480, "AEST": 600, "AEDT": 660,
    "NZST": 720, "NZDT": 780, "JST": 540,
}  # fmt: skip


def postgresql(text: str) -> Event | None:
    """A line of PostgreSQL's log."""
    found = POSTGRESQL.fullmatch(text)
    at = local(found[1], "%Y-%m-%d %H:%M:%S") if found else None
    if not found or at is None:
        return None
    said = found[7]
    user = re.search(r"([^\s@\[]+)@\S+", found[5])
    failed = re.search(r'authentication failed for user "([^"]*)"', said)
    seen = re.search(r"connection (?:received|authorized).{0,200}?host=(\S+)|user=(\S+)", said)
    kind = "failed database login" if failed else f"PostgreSQL {found[6]}"
    event: Event = {
        "kind": kind,
        "local_time": at + timedelta(microseconds=int(found[2][1:].ljust(6, "0"))) if found[2] else at,
        "program": "postgres",
        "pid": int(found[4]),
        "user": failed[1] if failed else user[1] if user else seen[2] if seen else None,
        "ip": seen[1] if seen else None,
        "text": f"{found[6]}: {said}",
    }
    zone = found[3]
    if zone in _ZONES:
        event["zone_minutes"] = _ZONES[zone]
        event["time_note"] = None if _ZONES[zone] == 0 else f"zone by its abbreviation, {zone}"
    elif zone[0] in "+-":
        digits = zone[1:].replace(":", "").ljust(4, "0")
        event["zone_minutes"] = (-1 if zone[0] == "-" else 1) * (int(digits[:2]) * 60 + int(digits[2:]))
    else:
        event["time_note"] = f"zone not known: {zone}"
    return event


VSFTPD = re.compile(
    r"(\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}) \[pid (\d{1,10})\] (?:\[(.*?)\] )?(?:(OK|FAIL) )?"
    r'([A-Z]+): Client "([^"]*)"(.*)'
)


def vsftpd(text: str) -> Event | None:
    """A line of vsftpd's log."""
    found = VSFTPD.fullmatch(text)
    at = local(found[1], "%a %b %d %H:%M:%S %Y") if found else None
    if not found or at is None:
        return None
    failed = found[4] == "FAIL"
    kind = (
        "failed login"
        if failed and found[5] == "LOGIN"
        else f"FTP {found[5].lower()}{' failed' if failed else ''}"
    )
    return {
        "kind": "login" if kind == "FTP login" else kind,
        "local_time": at,
        "program": "vsftpd",
        "pid": int(found[2]),
        "user": found[3],
        "ip": found[6].removeprefix("::ffff:"),
        "text": re.sub(r'anon password "[^"]*"', "anon password given", text),
    }


AUDIT = re.compile(
    r"(?:node=(?P<node>\S+) )?type=(?P<type>[A-Z_0-9]+(?:\[\d+\])?) "
    r"msg=audit\((?P<at>\d{9,10}\.\d{1,3}):\d+\):(?P<rest>.*)",
    re.DOTALL,
)
_AUDIT_FIELD = re.compile(
    r"\b(acct|addr|hostname|cmd|exe|comm|proctitle|res|success|uid|a\d+)=(?:\"([^\"]{0,8192})\"|'([^']{0,8192})'|([^\s'\x1d]+))"
)
_AUDIT_KINDS = {
    "USER_LOGIN": "login",
    "USER_AUTH": "authentication",
    "USER_CMD": "sudo",
    "ADD_USER": "user added",
    "DEL_USER": "user deleted",
    "USER_START": "session opened",
    "USER_END": "session closed",
    "EXECVE": "command",
}


def audit(text: str) -> Event | None:
    """A line of the kernel's audit log."""
    found = AUDIT.fullmatch(text)
    if not found:
        return None
    fields: dict[str, str] = {}
    for name, double, single, bare in _AUDIT_FIELD.findall(found["rest"]):
        fields.setdefault(name, double or single or _unhexed(name, bare))
    kind = _AUDIT_KINDS.get(found["type"], f"audit {found['type']}")
    failed = fields.get("res") in ("failed", "0") or fields.get("success") == "no"
    if failed and found["type"] in _AUDIT_KINDS:
        kind = f"failed {kind}"
    arguments = [fields[f"a{n}"] for n in range(64) if f"a{n}" in fields] if found["type"] == "EXECVE" else []
    address = fields.get("addr") or fields.get("hostname")
    return {
        "kind": kind,
        **utc(found["at"]),
        "host": found["node"],
        "program": "audit",
        "user": fields.get("acct"),
        "ip": None if address in (None, "?") else address,
        "command": " ".join(arguments) or fields.get("cmd") or fields.get("proctitle"),
        "text": f"type={found['type']}{found['rest']}",
    }


def _unhexed(name: str, value: str) -> str:
    """The audit writes what holds spaces or control characters in hexadecimal digits."""
    encoded = name in ("cmd", "proctitle", "comm", "exe", "acct") or re.fullmatch(r"a\d+", name)
    if encoded and len(value) % 2 == 0 and re.fullmatch(r"[0-9A-F]{2,}", value):
        return shown(bytes.fromhex(value).replace(b"\0", b" "))
    return value


def read_log(kind: str, stream: BinaryIO, unit: UnitWriter) -> None:
    """Read a log of one of these services by its kind."""
    if kind == "postgresql-log":
        read_lines(stream, unit, "lines of PostgreSQL's log", postgresql, more=True)
    elif kind == "vsftpd-log":
        read_lines(stream, unit, "lines of vsftpd's log", vsftpd)
    elif kind == "audit-log":
        read_lines(stream, unit, "lines of the audit log", audit)
    else:
        read_lines(stream, unit, "lines of a container's output", container_output)


_RFC3339 = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?")


def rfc3339(text: Any) -> Event:
    """Time columns of a time as Docker writes it; Docker's times are UTC where they say no zone."""
    found = _RFC3339.fullmatch(text) if isinstance(text, str) else None
    at = local(found[1], "%Y-%m-%dT%H:%M:%S") if found else None
    if not found or at is None or at < datetime(1971, 1, 1):  # noqa: DTZ001 - year 1 stands for "never"
        return {}
    zone = found[3]
    minutes = (
        0 if zone in (None, "Z") else (-1 if zone[0] == "-" else 1) * (int(zone[1:3]) * 60 + int(zone[4:]))
    )
    fraction = timedelta(microseconds=int((found[2] or "0")[:6].ljust(6, "0")))
    return {
        "local_time": at + fraction,
        "zone_minutes": minutes,
        "time_note": None if zone else "UTC, as Docker writes",
    }


def container_output(text: str) -> Event | None:
    """A line of Docker's json-file log."""
    try:
        entry = msgspec.json.decode(text)
    except (msgspec.DecodeError, ValueError):
        return None
    if not isinstance(entry, dict) or not isinstance(entry.get("log"), str) or "time" not in entry:
        return None
    said = shown(entry["log"].rstrip("\r\n").encode("utf-8", "surrogatepass"))
    return {"kind": "container output", **rfc3339(entry["time"]), "program": "docker", "text": said}


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def docker_kind(head: bytes) -> str | None:
    """``docker-container`` or ``docker-image`` for Docker's JSON files."""
    if head[:1] != b"{":
        return None
    if b'"State"' in head and b'"Config"' in head and (b'"Image"' in head or b'"LogPath"' in head):
        return "docker-container"
    if b'"docker_version"' in head and b'"created"' in head:
        return "docker-image"
    return "docker-log" if re.match(rb'\{"log":".*"time":"\d{4}-', head.split(b"\n", 1)[0]) else None


def read_docker(kind: str, stream: BinaryIO, unit: UnitWriter) -> None:
    """Read a container's or image's configuration, without its environment's values: they hold passwords."""
    data = stream.read(1 << 22)
    try:
        stated = msgspec.json.decode(data)
    except (msgspec.DecodeError, ValueError):
        stated = None
    if not isinstance(stated, dict):
        unit.problem("is no JSON object, though it begins as Docker's configuration does")
        return
    place = {"_offset": 0, "_length": len(data), "program": "docker"}
    config = _object(stated.get("Config"))
    if kind == "docker-image":
        text = (
            f"image of {stated.get('os')}/{stated.get('architecture')}, docker {stated.get('docker_version')}"
        )
        write_events(
            unit,
            [{"kind": "container image created", **rfc3339(stated.get("created")), "text": text, **place}],
        )
        return
    state = _object(stated.get("State"))
    arguments = [stated.get("Path"), *(stated.get("Args") or [])]
    names = [str(one).partition("=")[0] for one in config.get("Env") or []]
    text = (
        f"{str(stated.get('Name') or stated.get('ID')).lstrip('/')} from image {config.get('Image')}; "
        f"host name {config.get('Hostname')}; environment {' '.join(names)}"
    )
    common = {
        "host": config.get("Hostname"),
        "command": " ".join(str(one) for one in arguments if one),
        "user": config.get("User") or None,
        "text": shown(text.encode("utf-8", "surrogatepass")),
        **place,
    }
    moments = (
        ("container created", stated.get("Created")),
        ("container started", state.get("StartedAt")),
        ("container finished", state.get("FinishedAt")),
    )
    rows = [{"kind": name, **common, **rfc3339(at)} for name, at in moments if rfc3339(at)]
    write_events(unit, rows or [{"kind": "container", **common}])
