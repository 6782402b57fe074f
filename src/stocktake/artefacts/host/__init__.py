"""A host's own records: logins, commands, packages, services, accounts, keys, settings, certificates.

What happened or was set up goes to the raw table ``events``; what the system is, to ``system_facts``;
settings of applications to ``app_settings``; certificates to ``certificates``.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from stocktake.artefacts import Group
from stocktake.artefacts.host import (
    accounts,
    applications,
    certificates,
    histories,
    journal,
    logins,
    packages,
    services,
    syslog,
    system,
)
from stocktake.artefacts.host.events import read_lines
from stocktake.artefacts.lines import head_lines
from stocktake.evidence import Item
from stocktake.records.raw import UnitWriter

_HISTORY = re.compile(
    r"(?:^|/)\.?(?:bash|zsh|sh|ash|ksh|fish|mysql|psql|python|node_repl|redis(?:cli)?|sqlite|rediscli)_history(?:\.\w+)?$"
)
_LOGS = {
    "postgresql-log": services.postgresql,
    "vsftpd-log": services.vsftpd,
    "audit-log": services.audit,
    "dpkg-log": packages.dpkg,
}


def recognise(head: bytes, path: str) -> str | None:
    """The kind of a host's file: by its content, and where that says nothing, by where such files lie."""
    kind = logins.kind_of(head, path) or system.recognise(head, path)
    if kind:
        return kind
    if head.startswith(journal.MAGIC):
        return "journal"
    if certificates.recognise(head, path):
        return "certificate"
    if b"\0" in head[:4096]:
        return None
    return (
        _by_place(head, path)
        or services.docker_kind(head)
        or applications.recognise(head, path)
        or _log(head)
    )


def groups(items: Sequence[Item]) -> Iterator[Group]:
    """The link etc/localtime of an image: nobody else reads links, and this leads to the system's zone."""
    for item in items:
        if item.record.entry == "symlink" and re.search(r"(?:^|/)etc/localtime$", item.path):
            yield Group(item.path, "system-localtime", (item,))


def read_group(group: Group, unit: UnitWriter, scratch: Path) -> None:
    """Groups of this family are single items, which `read` takes."""
    raise NotImplementedError(group.path)


def _by_place(head: bytes, path: str) -> str | None:
    name = path.rsplit("/", 1)[-1]
    first = head_lines(head)
    if not first:
        return None
    if histories.is_crontab(path):
        return "crontab"
    if histories.is_unit(head, path):
        return "systemd-unit"
    if path.endswith(("etc/passwd", "etc/passwd-")):
        return "passwd" if accounts.PASSWD.fullmatch(first[0]) else None
    if re.search(r"(?:^|/)etc/(group|shadow)-?$", path):
        return name.rstrip("-") if b":" in first[0] else None
    if name in ("authorized_keys", "authorized_keys2"):
        return "authorized-keys"
    if name in ("known_hosts", "known_hosts2", "ssh_known_hosts"):
        return "known-hosts"
    if _HISTORY.search(path) or histories.ZSH.fullmatch(first[0]):
        return "shell-history"
    if len(first) > 1 and histories.BASH_TIME.fullmatch(first[0]) and not first[1].startswith(b"#"):
        return "shell-history"
    return None


def _log(head: bytes) -> str | None:
    first = head_lines(head)
    if not first:
        return None
    if packages.APT.match(head):
        return "apt-history"
    enough = (len(first) + 1) // 2
    texts = [line.decode("utf-8", "backslashreplace") for line in first]
    for kind, one in _LOGS.items():
        if sum(one(text) is not None for text in texts) * 2 >= enough:
            return kind
    return "syslog" if sum(syslog.is_syslog(line) for line in first) >= enough else None


def read(kind: str, stream: BinaryIO, item: Item, unit: UnitWriter) -> None:  # noqa: C901 - one branch a kind
    """Read one item of a kind that `recognise` gave."""
    path = item.path
    if kind == "syslog":
        syslog.read(stream, item, unit)
    elif kind in ("utmp", "lastlog"):
        logins.read_utmp(stream, path, unit) if kind == "utmp" else logins.read_lastlog(stream, unit)
    elif kind == "journal":
        journal.read(stream, unit)
    elif kind.startswith("system-"):
        system.read(kind, stream, unit)
    elif kind == "certificate":
        certificates.read(stream, unit)
    elif kind == "crontab":
        histories.read_crontab(stream, path, unit)
    elif kind == "systemd-unit":
        histories.read_unit(stream, path, unit)
    elif kind == "shell-history":
        histories.read_history(stream, path, unit)
    elif kind == "apt-history":
        packages.read_apt(stream, unit)
    elif kind == "dpkg-log":
        read_lines(stream, unit, "lines of dpkg.log", packages.dpkg)
    elif kind in ("docker-container", "docker-image"):
        services.read_docker(kind, stream, unit)
    elif kind.startswith(("settings-", "git-")):
        applications.read(kind, stream, path, unit)
    elif kind in ("passwd", "group", "shadow", "authorized-keys", "known-hosts"):
        accounts.read(kind, stream, path, unit)
    else:
        services.read_log(kind, stream, unit)
