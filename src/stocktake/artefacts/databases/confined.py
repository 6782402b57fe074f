"""Starts a program that is to read hostile files, with nothing in its reach but those files.

Run as a script of its own by `confinement`: ``python -I confined.py SETTINGS COMMAND…``. It takes away what
the program does not need and then becomes the program. As much as the system allows:

- the user is an unprivileged one (where this is begun as root), with no way back;
- no network: a network of its own with nothing in it, or where that is refused no TCP (Landlock);
- no files but the program's own (read) and the folder's (read and write): Landlock, Linux 5.13 and later;
- nothing in the folder can be run or loaded as code: it is mounted so, where this is begun as root;
- limits on memory, processor time and the size of files; no core dumps;
- the program ends when the thread that began it does.

The first line on standard error says, as JSON, what of this was done.
"""

import ctypes
import json
import os
import resource
import signal
import struct
import sys
from contextlib import suppress

_NEWNS, _NEWIPC, _NEWUSER, _NEWNET = 0x00020000, 0x08000000, 0x10000000, 0x40000000  # sched.h
_NOSUID, _NODEV, _NOEXEC, _REMOUNT, _BIND, _REC, _PRIVATE = 2, 4, 8, 32, 4096, 16384, 1 << 18  # mount.h
_SET_PDEATHSIG, _SET_NO_NEW_PRIVS = 1, 38  # prctl.h
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same number on every architecture
_PATH_BENEATH = 1
# linux/landlock.h: rights over files by the version that brought them; of them those to read and execute.
_FILE_RIGHTS = {1: (1 << 13) - 1, 2: 1 << 13, 3: 1 << 14, 5: 1 << 15}
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_TRUNCATE = 1 << 14
_FOR_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE

_SYSTEM = (
    "/usr",
    "/lib",
    "/lib64",
    "/bin",
    "/sbin",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/alternatives",
    "/etc/localtime",
    "/etc/nsswitch.conf",
    "/etc/passwd",
    "/etc/group",
    "/proc",
    "/sys/devices/system",
    "/sys/fs/cgroup",
    "/dev/urandom",
    "/dev/random",
    "/dev/zero",
)

# Only this program sees the mount there; the place is one that every system has.
MOUNTED_AT = "/mnt"
# Stands in a server's arguments for the folder, wherever it is mounted.
HOME = "{home}"

_libc = ctypes.CDLL(None, use_errno=True)


def _own_namespaces(folder: str, *, root: bool) -> tuple[bool, str | None]:
    """Leave the network and, as root, mount the folder where the user can reach it and nothing in it is run.

    Returns whether the network was left, and the path at which the folder was mounted.
    """
    alone = _libc.unshare((_NEWNET | _NEWIPC) if root else (_NEWUSER | _NEWNET | _NEWIPC)) == 0
    if not root or _libc.unshare(_NEWNS) != 0:
        return alone, None
    flags = _BIND | _REMOUNT | _NOSUID | _NODEV | _NOEXEC
    mounted = (
        _libc.mount(b"none", b"/", None, _REC | _PRIVATE, None) == 0
        and _libc.mount(os.fsencode(folder), os.fsencode(MOUNTED_AT), None, _BIND, None) == 0
        and _libc.mount(b"none", os.fsencode(MOUNTED_AT), None, flags, None) == 0
    )
    return alone, MOUNTED_AT if mounted else None


def _restrict_files(folder: str, reads: list[str]) -> int:
    """Allow reading the system's files and using the folder's, and nothing else (Landlock).

    Returns the version of Landlock, 0 where there is none.
    """
    version = int(_libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), 1))
    if version < 1:
        return 0
    rights = sum(bits for since, bits in _FILE_RIGHTS.items() if version >= since)
    # No TCP port may be bound or connected to; no signal leaves, no abstract socket is reached.
    attributes = struct.pack("=QQQ", rights, 3, 3)[: 24 if version >= 6 else 16 if version >= 4 else 8]
    ruleset = _libc.syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), 0)
    if ruleset < 0:
        return 0
    allowed = [(path, _EXECUTE | _READ_FILE | _READ_DIR) for path in (*_SYSTEM, *reads)]
    allowed += [("/dev/null", _READ_FILE | _WRITE_FILE | _TRUNCATE), (folder, rights & ~_EXECUTE)]
    for path, wanted in allowed:
        with suppress(OSError):
            handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
            of_kind = rights if os.path.isdir(path) else rights & _FOR_FILES  # noqa: PTH112 - a script for itself
            rule = struct.pack("=Qi", wanted & of_kind, handle)
            _libc.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, rule, 0)
            os.close(handle)
    done = _libc.syscall(_RESTRICT_SELF, ruleset, 0) == 0
    os.close(ruleset)
    return version if done else 0


def main() -> None:
    """Confine this process and become the program."""
    settings, command = json.loads(sys.argv[1]), sys.argv[2:]
    folder: str = settings["folder"]
    root = os.geteuid() == 0
    if root and not settings["uid"]:
        raise SystemExit("a server that reads seized files is never run as root")
    alone, mounted = _own_namespaces(folder, root=root)
    home = mounted or folder
    os.chdir(os.path.join(home, settings["inside"]))  # noqa: PTH118
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for limit, name in (
        (resource.RLIMIT_AS, "memory_bytes"),
        (resource.RLIMIT_CPU, "processor_seconds"),
        (resource.RLIMIT_FSIZE, "file_bytes"),
    ):
        _, most = resource.getrlimit(limit)
        value = settings[name] if most == resource.RLIM_INFINITY else min(most, settings[name])
        resource.setrlimit(limit, (value, value))
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a file at its limit is then an error, not the end
    _libc.prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    landlock = _restrict_files(home, settings["reads"])
    if root:
        os.setgroups([])
        os.setgid(settings["uid"])
        os.setuid(settings["uid"])
    _libc.prctl(_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != settings["parent"]:
        raise SystemExit("whoever began this program has ended")
    environment: dict[str, str] = settings["environment"]
    if settings["marked"]:
        command = [part.replace(HOME, home) for part in command]
        environment = {name: value.replace(HOME, home) for name, value in environment.items()}
    done = {"own_network": alone, "mounted": mounted is not None, "landlock": landlock}
    os.write(2, (json.dumps(done) + "\n").encode())
    os.execve(command[0], command, environment)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main()
