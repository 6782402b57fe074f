"""What the messages of sshd, sudo, su, cron, the account tools and systemd tell.

The forms are those of OpenSSH's auth.c, sudo's logging.c, shadow's and util-linux' su, cron's misc.c.
Whatever has another form stays an entry of its program, with its text.
"""

import re
from collections.abc import Callable

from stocktake.artefacts.host.events import Event

_Found = re.Match[str]

_KEY = re.compile(
    r"(SHA256:[A-Za-z0-9+/]{43}=?|MD5:(?:[0-9a-f]{2}:){15}[0-9a-f]{2}|(?:[0-9a-f]{2}:){15}[0-9a-f]{2})"
)


def _accepted(found: _Found) -> Event:
    key = _KEY.search(found["rest"] or "")
    return {
        "kind": "login",
        "user": found["user"],
        "ip": found["ip"],
        "port": _port(found["port"]),
        "fingerprint": key[1] if key else None,
    }


def _failed(found: _Found) -> Event:
    key = _KEY.search(found["rest"] or "")
    return {
        "kind": "failed login",
        "user": found["user"],
        "ip": found["ip"],
        "port": _port(found["port"]),
        "fingerprint": key[1] if key else None,
    }


def _port(text: str | None) -> int | None:
    return int(text) if text and int(text) < 65536 else None


def _of(kind: str) -> Callable[[_Found], Event]:
    def event(found: _Found) -> Event:
        named = found.groupdict()
        given = {name: named.get(name) for name in ("user", "ip", "command")}
        return {"kind": kind, **given, "port": _port(named.get("port"))}

    return event


def _sudo(found: _Found) -> Event:
    refused = bool(found["refused"])
    return {
        "kind": "sudo refused" if refused else "sudo",
        "user": found["user"],
        "command": found["command"],
    }


# sshd writes no longer ones; who makes one up is not to keep the matching busy.
_LONGEST_SSHD = 2000
_IP = r"(?P<ip>[0-9A-Fa-f:.%\w-]+)"
_SESSION = re.compile(
    r"pam_\w+\((?P<service>[\w-]+):session\): session (?P<way>opened|closed) for user (?P<user>[^\s(]+)"
)
_FORMS: dict[str, list[tuple[re.Pattern[str], Callable[[_Found], Event]]]] = {
    "sshd": [
        (
            re.compile(
                rf"Accepted (?P<method>\S+) for (?:invalid user )?(?P<user>.*?) from {_IP}"
                r"(?: port (?P<port>\d{1,5}))?(?P<rest>.*)"
            ),
            _accepted,
        ),
        (
            re.compile(
                r"(?:Failed|Postponed) (?P<method>\S+) for (?:invalid user |illegal user )?"
                rf"(?P<user>.*?) from {_IP}"
                r"(?: port (?P<port>\d{1,5}))?(?P<rest>.*)"
            ),
            _failed,
        ),
        (
            re.compile(
                rf"(?:Invalid|Illegal) user (?P<user>.*?) from {_IP}(?: port (?P<port>\d{{1,5}}))?\s*"
            ),
            _of("failed login"),
        ),
        (
            re.compile(
                r"(?:Disconnected from|Connection (?:closed|reset) by)(?: (?:authenticating|invalid))?"
                r"(?: user (?P<user>.*?))?"
                rf" {_IP} port (?P<port>\d{{1,5}}).*"
            ),
            _of("SSH connection closed"),
        ),
        (
            re.compile(rf"Received disconnect from {_IP}(?: port (?P<port>\d{{1,5}}))?.*"),
            _of("SSH connection closed"),
        ),
        (re.compile(rf"Connection from {_IP} port (?P<port>\d{{1,5}}).*"), _of("SSH connection")),
        (re.compile(r"Server listening on .*"), _of("SSH server started")),
    ],
    "sudo": [
        (
            re.compile(
                r"(?P<user>\S+) : (?P<refused>(?!TTY=|PWD=|HOST=|GROUP=|USER=)[^;]*; )?(?:.*?; )?"
                r"COMMAND=(?P<command>.*)",
                re.DOTALL,
            ),
            _sudo,
        ),
    ],
    "su": [
        (re.compile(r"\(to (?P<command>\S+)\) (?P<user>\S+) on .*"), _of("su")),
        (re.compile(r"Successful su for (?P<command>\S+) by (?P<user>\S+)"), _of("su")),
        (re.compile(r"\+ \S+ (?P<user>[^:\s]+):(?P<command>\S+)"), _of("su")),
        (
            re.compile(r"FAILED [Ss][Uu] (?:\(to (?P<command>\S+)\)|for (?P<to>\S+) by) (?P<user>\S+).*"),
            _of("su refused"),
        ),
        (re.compile(r"- \S+ (?P<user>[^:\s]+):(?P<command>\S+)"), _of("su refused")),
    ],
    "cron": [
        (re.compile(r"\((?P<user>[^)]*)\) CMD \((?P<command>.*)\)?", re.DOTALL), _of("cron command")),
        (
            re.compile(r"\((?P<user>[^)]*)\) (?:REPLACE|BEGIN EDIT|END EDIT|DELETE|RELOAD) .*"),
            _of("crontab changed"),
        ),
    ],
    "accounts": [
        (re.compile(r"new user: name=(?P<user>[^,]+).*"), _of("user added")),
        (re.compile(r"new group: name=.*"), _of("group added")),
        (re.compile(r"delete user '(?P<user>[^']+)'.*"), _of("user deleted")),
        (re.compile(r"add '(?P<user>[^']+)' to (?:shadow )?group .*"), _of("user added to group")),
        (re.compile(r"change user '(?P<user>[^']+)' .*"), _of("user changed")),
        (re.compile(r".*password changed for (?P<user>\S+)"), _of("password changed")),
    ],
    "systemd-logind": [
        (re.compile(r"New session \S+ of user (?P<user>[^\s.]+)\.?"), _of("session opened")),
        (re.compile(r"(?:Session \S+ logged out|Removed session \S+).*"), _of("session closed")),
    ],
    "systemd": [
        (re.compile(r"(?:Started|Starting|Stopped|Stopping|Reloaded|Reloading) .*"), _of("service")),
    ],
}
_PROGRAMS = {
    "sshd": "sshd", "sshd-session": "sshd", "sshd-auth": "sshd", "sudo": "sudo", "su": "su", "cron": "cron",
    "crond": "cron", "crontab": "cron", "useradd": "accounts", "userdel": "accounts", "usermod": "accounts",
    "groupadd": "accounts", "passwd": "accounts", "chpasswd": "accounts", "gpasswd": "accounts",
    "systemd-logind": "systemd-logind", "systemd": "systemd",
}  # fmt: skip


def interpret(program: str | None, text: str) -> Event:
    """What a program's message tells: its kind, and user, address, command, key as far as it names them."""
    said = text.strip()
    session = _SESSION.match(said)
    if session:
        return {"kind": f"session {session['way']}", "user": session["user"]}
    name = _PROGRAMS.get((program or "").rsplit("/", 1)[-1].lower(), "")
    if name == "sshd" and len(said) > _LONGEST_SSHD:
        return {"kind": "log entry"}
    for pattern, event in _FORMS.get(name, ()):
        found = pattern.fullmatch(said)
        if found:
            return _without_bracket(event(found))
    return {"kind": "log entry"}


def _without_bracket(event: Event) -> Event:
    # cron closes the command with a bracket of its own
    command = event.get("command")
    if event["kind"] == "cron command" and command and command.endswith(")"):
        event["command"] = command[:-1].strip()
    return event
