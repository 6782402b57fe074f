"""Who was on Pedlarsgate's machine over SSH: keys, shell histories, auth.log, wtmp; and dpkg.log."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import struct
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import resources
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from stocktake.demo import clock
from stocktake.demo.visits import ROTATED, SINCE

if TYPE_CHECKING:
    from collections.abc import Sequence

HOST = "pg2"
STORY: dict[str, Any] = tomllib.loads(
    (resources.files("stocktake.demo") / "pg2.toml").read_text(encoding="utf-8")
)
BOOTED = datetime(2025, 7, 6, 18, 44, 52, tzinfo=UTC)
OTHER_SERVER = "203.0.113.40"
_OWNERS = {"203.0.113.77": "keeper", "192.0.2.61": "keeper", "198.51.100.23": "moss", OTHER_SERVER: "backup"}
_NUMBERS = {"root": 0, "backup": 34, "keeper": 1000, "moss": 1001}
_RAW = (serialization.Encoding.Raw, serialization.PublicFormat.Raw)


@dataclass(frozen=True)
class SshKey:
    """An Ed25519 key pair in OpenSSH's forms, made from a text."""

    comment: str

    def _pair(self) -> tuple[bytes, bytes]:
        secret = hashlib.sha256(f"stocktake demo ssh {self.comment}".encode()).digest()
        key = ed25519.Ed25519PrivateKey.from_private_bytes(secret)
        return secret, key.public_key().public_bytes(*_RAW)

    def blob(self) -> bytes:
        """The public key on the wire (RFC 8709)."""
        return _string(b"ssh-ed25519") + _string(self._pair()[1])

    def public_line(self) -> str:
        """The line of a `.pub` file."""
        return f"ssh-ed25519 {base64.b64encode(self.blob()).decode()} {self.comment}\n"

    def fingerprint(self) -> str:
        """As ssh-keygen prints it."""
        return "SHA256:" + base64.b64encode(hashlib.sha256(self.blob()).digest()).decode().rstrip("=")

    def secret_file(self) -> str:
        """The private key, not encrypted (OpenSSH, PROTOCOL.key)."""
        secret, public = self._pair()
        check = secret[:4]
        inner = check + check + self.blob() + _string(secret + public) + _string(self.comment.encode())
        inner += bytes(range(1, 8 - len(inner) % 8 + 1)) if len(inner) % 8 else b""
        none = _string(b"none")
        whole = b"openssh-key-v1\0" + none + none + _string(b"") + struct.pack(">I", 1) + _string(self.blob())
        text = base64.b64encode(whole + _string(inner)).decode()
        lines = "\n".join(text[start : start + 70] for start in range(0, len(text), 70))
        return f"-----BEGIN OPENSSH PRIVATE KEY-----\n{lines}\n-----END OPENSSH PRIVATE KEY-----\n"


def _string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


KEYS = {
    "keeper": SshKey("keeper@gatehouse"),
    "moss": SshKey("moss@packing"),
    "backup": SshKey("root@bw-0417"),
    "host": SshKey("root@pg2"),
    "other host": SshKey("root@quill"),
    "moss here": SshKey("moss@pg2"),
}


@dataclass(frozen=True)
class Session:
    """One time that somebody was on the machine; `commands` with the times at which they were typed."""

    user: str
    ip: str
    how: str
    start: datetime
    end: datetime
    commands: tuple[tuple[datetime, str], ...] = ()

    @property
    def owner(self) -> str:
        """Whose key or password it was."""
        return _OWNERS[self.ip]

    @property
    def pid(self) -> int:
        """The number of sshd's process."""
        return 900 + int(self.start.timestamp()) // 37 % 29_000

    @property
    def port(self) -> int:
        """The port at the other end."""
        return 32_768 + int(self.start.timestamp()) * 7 % 28_000


_ROUTINE = (
    "tail -n 20 /var/log/nginx/error.log",
    "df -h /",
    "cat /run/shm/labels.txt | wc -l",
    "bin/labels.sh",
    "mysql --defaults-extra-file=.my.cnf -e 'select max(order_id) from oc_order' pedlarsgate",
    "sudo systemctl reload nginx",
    "htop",
)


def _filled(command: str, words: dict[str, str]) -> str:
    for word, meant in words.items():
        command = command.replace(f"{{{word}}}", meant)
    return command


def simulate(seed: str, words: dict[str, str]) -> list[Session]:
    """All sessions in time's order; `words` are filled into the commands of the story."""
    random = Random(f"{seed}/sessions")  # noqa: S311 - repeatable on purpose
    found = []
    for told in STORY["session"]:
        end = told["at"] + timedelta(minutes=told["minutes"])
        step = (end - told["at"]) / (len(told["commands"]) + 1)
        commands = []
        for number, command in enumerate(told["commands"], 1):
            at = told["at"] + step * number
            commands.append((at.replace(microsecond=0), _filled(command, words)))
        found.append(Session(told["user"], told["ip"], told["how"], told["at"], end, tuple(commands)))
    day = SINCE
    while day < clock.SWITCHED_OFF - timedelta(days=2):
        if day.weekday() % 2:
            start = day + timedelta(hours=8, seconds=random.randrange(7200))
            times = sorted(random.sample(range(10, 500), 3))
            commands = [(start + timedelta(seconds=at), random.choice(_ROUTINE)) for at in times]
            found.append(
                Session(
                    "moss", "198.51.100.23", "publickey", start, start + timedelta(minutes=9), tuple(commands)
                )
            )
        if day < datetime(2025, 7, 15, tzinfo=UTC):  # the other server fetches the dump, until it is seized
            start = day + timedelta(hours=4, minutes=40, seconds=random.randrange(2, 9))
            found.append(Session("backup", OTHER_SERVER, "publickey", start, start + timedelta(seconds=20)))
        day += timedelta(days=1)
    return sorted(found, key=lambda session: session.start)


def histories(sessions: Sequence[Session]) -> dict[str, str]:
    """Shell histories by user, each command with its time as HISTTIMEFORMAT makes bash write it."""
    found: dict[str, str] = {}
    for session in sessions:
        for at, command in session.commands:
            found[session.user] = found.get(session.user, "") + f"#{int(at.timestamp())}\n{command}\n"
    return found


def _accepted(session: Session) -> str:
    way = "password" if session.how == "password" else "publickey"
    line = f"Accepted {way} for {session.user} from {session.ip} port {session.port} ssh2"
    return f"{line}: ED25519 {KEYS[session.owner].fingerprint()}" if session.how == "publickey" else line


def _syslog(at: datetime, program: str, text: str) -> str:
    stamp = clock.amsterdam(at)
    return f"{stamp:%b} {stamp.day:2d} {stamp:%H:%M:%S} {HOST} {program}: {text}\n"


def _auth_lines(seed: str, sessions: Sequence[Session]) -> list[tuple[datetime, str]]:
    random = Random(f"{seed}/auth.log")  # noqa: S311 - repeatable on purpose
    lines: list[tuple[datetime, str]] = []

    def say(at: datetime, program: str, text: str) -> None:
        lines.append((at, _syslog(at, program, text)))

    for one in sessions:
        if one.start < SINCE:
            continue
        sshd = f"sshd[{one.pid}]"
        session = f"session opened for user {one.user}(uid={_NUMBERS[one.user]})"
        say(one.start, sshd, _accepted(one))
        say(one.start, sshd, f"pam_unix(sshd:session): {session} by (uid=0)")
        for at, command in one.commands:
            if command.startswith("sudo "):
                run = command.removeprefix("sudo ").replace("-i", "/bin/bash")
                text = (
                    f"    {one.user} : TTY=pts/0 ; PWD=/home/{one.user} ; USER=root ; COMMAND=/usr/bin/{run}"
                )
                say(at, "sudo", text.replace("/usr/bin//", "/"))
        say(one.end, sshd, f"Received disconnect from {one.ip} port {one.port}:11: disconnected by user")
        say(one.end, sshd, f"pam_unix(sshd:session): session closed for user {one.user}")
    day = SINCE
    while day < clock.SWITCHED_OFF:
        for _ in range(random.randrange(2, 7)):
            at = day + timedelta(seconds=random.randrange(86_400))
            ip, port = f"203.0.113.{random.randrange(200, 254)}", random.randrange(33_000, 60_000)
            name = random.choice(("admin", "oracle", "test", "ubuntu", "git"))
            sshd = f"sshd[{random.randrange(900, 30_000)}]"
            say(at, sshd, f"Invalid user {name} from {ip} port {port}")
            say(at, sshd, f"Failed password for invalid user {name} from {ip} port {port} ssh2")
        at, cron = day + timedelta(hours=4, minutes=35, seconds=1), f"CRON[{random.randrange(900, 30_000)}]"
        say(at, cron, "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)")
        say(at + timedelta(seconds=4), cron, "pam_unix(cron:session): session closed for user root")
        day += timedelta(days=1)
    mistyped = datetime(2025, 7, 21, 21, 11, 4, tzinfo=UTC)
    say(mistyped, "sshd[21877]", "Failed password for moss from 198.51.100.23 port 51812 ssh2")
    return sorted((line for line in lines if line[0] < clock.SWITCHED_OFF), key=lambda line: line[0])


def auth_logs(seed: str, sessions: Sequence[Session]) -> dict[str, tuple[str, datetime]]:
    """auth.log and those before it by name, and their last times; without a year, as Debian writes them."""
    lines = _auth_lines(seed, sessions)
    edges = [SINCE, *ROTATED, clock.SWITCHED_OFF]
    found = {}
    for back, (start, end) in enumerate(reversed(list(pairwise(edges)))):
        part = [line for line in lines if start <= line[0] < end]
        found["auth.log" + (f".{back}" if back else "")] = "".join(text for _, text in part), part[-1][0]
    return found


# utmp(5) on 64-bit Linux: type, process, line, id, user, host, exit, session, time, address
_UTMP = struct.Struct("<hxxi32s4s32s256shhiii16s20x")
_BOOT, _LOGIN, _LOGOUT, _RUN_LEVEL = 2, 7, 8, 1


def wtmp(sessions: Sequence[Session]) -> bytes:
    """Logins and logouts, starts and the end of the machine."""
    records: list[tuple[datetime, bytes]] = []

    def record(
        at: datetime, kind: int, pid: int, line: str, user: str = "", host: str = "", identity: str = ""
    ) -> None:
        try:
            address = ipaddress.ip_address(host).packed
        except ValueError:
            address = b""
        seconds = int(at.timestamp())
        texts = (line.encode(), identity.encode(), user.encode(), host.encode())
        records.append((at, _UTMP.pack(kind, pid, *texts, 0, 0, 0, seconds, 0, address)))

    kernel = "6.1.0-37-amd64"
    for at in (SINCE - timedelta(days=30), BOOTED):
        record(at, _BOOT, 0, "~", "reboot", kernel, "~~")
    record(BOOTED - timedelta(minutes=1), _RUN_LEVEL, 0, "~", "shutdown", kernel, "~~")
    record(clock.SWITCHED_OFF, _RUN_LEVEL, 0, "~", "shutdown", kernel, "~~")
    for number, one in enumerate(session for session in sessions if session.start >= SINCE):
        if one.commands:  # without a terminal nothing is recorded
            line = f"pts/{number % 2}"
            record(one.start, _LOGIN, one.pid, line, one.user, one.ip, f"ts/{number % 2}")
            record(one.end, _LOGOUT, one.pid, line)
    return b"".join(data for _, data in sorted(records, key=lambda found: found[0]))


def dpkg_log() -> str:
    """/var/log/dpkg.log in local time, whose zone it does not say."""
    lines = []
    story = STORY["dpkg"]
    for name, first, last in story["packages"]:
        for at, action, before, after in (
            (story["installed"], "install", "<none>", first),
            (story["upgraded"], "upgrade", first, last),
        ):
            if not after:
                continue
            arch = "all" if name in ("nginx", "mariadb-server") else "amd64"
            stamp = clock.amsterdam(at)
            lines += [
                (at, f"{stamp:%F %T} {action} {name}:{arch} {before} {after}\n"),
                (at, f"{stamp:%F %T} status unpacked {name}:{arch} {after}\n"),
                (at, f"{stamp:%F %T} status installed {name}:{arch} {after}\n"),
            ]
    return "".join(text for _, text in sorted(lines, key=lambda line: line[0]))


def facts(sessions: Sequence[Session]) -> dict[str, object]:
    """What is true of the sessions: logins with their keys, and the commands of each user."""
    return {
        "logins": [
            {
                "at_utc": clock.utc_text(one.start),
                "user": one.user,
                "ip": one.ip,
                "method": "password" if one.how == "password" else "publickey",
                "fingerprint": KEYS[one.owner].fingerprint() if one.how == "publickey" else "",
                "in_auth_log": one.start >= SINCE,
                "in_wtmp": one.start >= SINCE and bool(one.commands),
            }
            for one in sessions
        ],
        "commands": [
            {"at_utc": clock.utc_text(at), "user": one.user, "command": command}
            for one in sessions
            for at, command in one.commands
        ],
    }
