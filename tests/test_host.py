"""A host's own records: real material, what real tools write, and whatever bytes there may be."""

import io
import json
import lzma
import os
import shutil
import struct
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

import images
from server_files import SHARED, every_byte_is_in_a_row, needs_plaso_logs, taken_in, write
from stocktake.artefacts import host
from stocktake.artefacts.host import (
    accounts,
    applications,
    events,
    histories,
    messages,
    packages,
    services,
    syslog,
    system,
)
from stocktake.artefacts.host.logins import UTMP
from stocktake.artefacts.lines import lines
from stocktake.evidence import Item
from stocktake.records.raw import UnitWriter

CHANGED = datetime(2015, 6, 1, 12, tzinfo=UTC)


def program(name, package):
    found = shutil.which(name)
    assert found, f"{name} is not installed; on Debian: apt-get install {package}"
    return found


def happened(server, path, *columns):
    """Columns of a file's events in the file's order."""
    chosen = ", ".join(f"e.{column}" for column in columns)
    rows = server.all(
        f"SELECT {chosen} FROM host_events AS e JOIN sources AS s ON s.source_id = e.source_id "
        f"WHERE s.path = '{path}' ORDER BY length(event_id), event_id"
    )
    return [tuple(str(value) if isinstance(value, datetime) else value for value in row) for row in rows]


@pytest.fixture(scope="module")
def plaso(tmp_path_factory):
    work = tmp_path_factory.mktemp("plaso")
    files = {
        str(path.relative_to(SHARED)): path.read_bytes()
        for path in SHARED.rglob("*")
        if path.is_file() and path.name != "LICENSE"
    }
    return taken_in(write(work / "seized", files, CHANGED), work)


@needs_plaso_logs
def test_shared_evidence_plaso_logs_are_all_known(plaso):
    kinds = plaso.kinds()
    container = "e7d0b7ea5ccf08366e2b0c8afa2318674e8aefe802315378125d2bb83fe3110c"
    assert {
        path: kind for path, kind in kinds.items() if not path.startswith(("docker", "syslog/", "utmp/"))
    } == {
        "apache_access.log": "weblogs:access-log",
        "apt_history.log": "host:apt-history",
        "audit_enriched.log": "host:audit-log",
        "bash_history": "host:shell-history",
        "dpkg.log": "host:dpkg-log",
        "postgresql.log": "host:postgresql-log",
        "selinux.log": "host:audit-log",
        "syslog.gz": "host:syslog",
        "systemd/journal/system.journal.xz": "host:journal",
        "vsftpd.log": "host:vsftpd-log",
        "zsh_extended_history.txt": "host:shell-history",
    }
    assert {kind for path, kind in kinds.items() if path.startswith("syslog/")} == {"host:syslog"}
    assert {kind for path, kind in kinds.items() if path.startswith("utmp/")} == {"host:utmp"}
    assert kinds[f"docker/containers/{container}/config.json"] == "host:docker-container"
    assert kinds[f"docker/containers/{container}/container-json.log"] == "host:docker-log"
    assert not plaso.messages("error")


@needs_plaso_logs
def test_shared_evidence_sshd(plaso):
    ssh = happened(plaso, "syslog/syslog_ssh.log", "at", "kind", "user", "ip", "basis")
    assert ssh == [
        ("2015-03-11 00:00:00", "SSH server started", None, None, "derived"),
        ("2015-03-11 19:26:39", "login", "plaso", "192.168.0.1", "derived"),
        ("2015-03-11 22:55:30", "login", "plaso", "2001:0db8:0a0b:12f0:0000:0000:0000:0001", "derived"),
        ("2015-03-11 22:55:30", "failed login", "plaso", "001:db8:a0b:12f0::1", "derived"),
        ("2015-03-11 22:55:31", "SSH connection", None, "188.124.3.41", "derived"),
        ("2015-03-11 22:55:32", "failed login", "root", "188.124.3.41", "derived"),
        ("2015-03-11 22:55:33", "login", "fred", "192.0.2.60", "derived"),
        ("2015-03-11 22:55:34", "login", "fred", "192.0.2.60", "derived"),
        ("2015-03-11 22:55:35", "login", "fred", "192.0.2.60", "derived"),
    ]
    raw = plaso.raw("events", "syslog/syslog_ssh.log")
    assert [row.get("fingerprint") for row in raw if row["kind"] == "login"] == [
        "00:aa:bb:cc:dd:ee:ff:11:22:33:44:55:66:77:88:99", None,
        "e8:31:68:c7:01:2d:25:20:36:8f:50:5d:f9:ee:70:4c", None,
        "SHA256:5xyQ+PG1Z3CIiShclJ2iNya5TOdKDgE/HrOXr21IdOo",
    ]  # fmt: skip
    assert any(
        "no year: it was taken from the date of the file, 2015-06-01" in m for m in plaso.messages("info")
    )


@needs_plaso_logs
def test_shared_evidence_syslog(plaso):
    rows = happened(plaso, "syslog/syslog", "at", "kind", "host", "command")
    assert [row[0] for row in rows] == [
        "2012-01-22 07:52:33", "2012-01-22 07:52:33", "2012-01-22 07:53:01", "2012-01-22 07:54:01", "2012-01-22 07:54:01",
        "2012-01-22 07:54:32", "2012-02-29 01:15:43", "2012-12-18 17:54:32", "2013-03-23 23:01:18",
        "2013-03-23 23:01:18.123000", "2013-12-31 17:54:32", "2013-11-18 01:15:20", "2014-02-06 15:16:30",
        "2014-11-18 01:15:43", "2014-11-18 08:30:20", "2014-11-18 08:31:20",
    ]  # fmt: skip
    assert rows[2][1:] == ("cron command", "myhostname.myhost.com", "touch /var/run/crond.somecheck")
    assert rows[12][2] == "victoria"
    texts = [row["text"] for row in plaso.raw("events", "syslog/syslog")]
    assert texts[0] == "INFO No new content in ímynd.dd."
    assert texts[11] == "This is a multi-line message that screws up\n\tmany syslog parsers."
    assert [row["text"] for row in plaso.raw("unparsed_lines", "syslog/syslog")] == [
        "MMM 22 07:54:32 myhostname.myhost.com anacron[29782]: Normal exit (1 job run)"
    ]
    every_byte_is_in_a_row(plaso, "syslog/syslog", (SHARED / "syslog/syslog").stat().st_size)
    assert happened(plaso, "syslog/syslog_rsyslog", "at", "basis")[0] == (
        "2020-05-31 00:00:45.698463",
        "recorded",
    )


@needs_plaso_logs
def test_shared_evidence_histories(plaso):
    assert happened(plaso, "bash_history", "at", "command") == [
        ("2013-10-01 12:36:17", "/usr/lib/plaso"),
        ("2013-10-01 12:36:18", "/bin/bash"),
        ("2013-10-01 12:36:19", "/usr/local/bin/splunk -p 8080"),
        ("2021-06-10 22:30:36", 'binary argument1 "--params=\\\nparam1=foo,\nparam2=bar\n" argument2'),
    ]
    assert happened(plaso, "zsh_extended_history.txt", "at", "command") == [
        ("2016-03-12 08:26:50", "cd plaso"),
        ("2016-03-12 08:26:52", "ls"),
        ("2016-03-26 11:54:53", "echo dfgdfg \\\\\n& touch /tmp/afile"),
        ("2016-03-26 11:54:57", "PYTHONPATH=. ./runtests.py"),
    ]


@needs_plaso_logs
def test_shared_evidence_packages_and_services(plaso):
    assert happened(plaso, "dpkg.log", "at", "kind") == [
        ("2009-02-25 11:45:23", "package conffile"),
        ("2016-08-03 14:25:53", "package startup"),
        ("2016-08-06 16:35:39", "package install"),
        ("2016-08-09 03:57:14", "package status"),
    ]
    apt = happened(plaso, "apt_history.log", "at", "user", "command")
    assert apt[5] == ("2019-07-12 03:08:31", "jxs", "apt-get install forensics-all")
    assert len(apt) == (SHARED / "apt_history.log").read_text().count("Start-Date")
    postgres = happened(plaso, "postgresql.log", "at", "kind", "user")
    assert postgres[0] == ("2022-04-12 00:16:05.526000", "PostgreSQL LOG", None)
    assert [row for row in postgres if row[1] == "failed database login"] == [
        ("2022-04-12 00:24:24.741000", "failed database login", "postgres"),
        ("2022-04-12 00:25:37.732000", "failed database login", "postgres"),
    ]
    assert postgres[-1] == ("2022-07-15 13:04:27", "PostgreSQL LOG", "user"), "AEST is UTC+10"
    ftp = happened(plaso, "vsftpd.log", "at", "kind", "user", "ip")
    assert len(ftp) == 25
    assert ftp[1] == ("2016-06-06 17:43:32", "login", "jean", "192.168.1.9"), "British Summer Time"
    assert ftp[7][1] == "FTP download failed"
    audit = happened(plaso, "audit_enriched.log", "at", "kind", "user", "ip", "command")
    assert audit[0] == ("2026-07-07 08:56:13.076000", "failed user deleted", "specimenuser", None, None)
    assert ("2026-07-07 08:56:13.687000", "sudo", None, None, "true") in audit
    assert ("2026-07-07 08:56:53.119000", "failed authentication", "root", "172.23.112.1", None) in audit
    assert any(row[4] == "/bin/sh -c grep -c . /etc/hostname" for row in audit)
    assert len(happened(plaso, "selinux.log", "at")) == 7
    assert (
        len(
            [
                m
                for m in plaso.messages("warning")
                if m.startswith("4 lines can't be read as lines of the audit log")
            ]
        )
        == 1
    )


@needs_plaso_logs
def test_shared_evidence_logins_and_containers(plaso):
    logins = happened(plaso, "utmp/utmp", "at", "kind", "user")
    assert len(logins) == 14
    assert logins[0] == ("2013-12-13 14:45:09.688666", "boot", "reboot")
    assert next(row for row in logins if row[1] == "login") == (
        "2013-12-13 14:45:56.907891",
        "login",
        "moxilo",
    )
    other = happened(plaso, "utmp/utmp_x86_64", "at", "kind", "ip")
    assert len(other) == 5, "of six records one is empty"
    assert other[0] == ("2026-07-03 14:58:29", "logout", "4.3.2.1")
    containers = plaso.all(
        "SELECT e.at, kind, command, host FROM host_events AS e WHERE kind LIKE 'container%' AND kind <> 'container output' ORDER BY e.at"
    )
    assert [(str(row[0]), *row[1:]) for row in containers] == [
        ("2015-10-12 17:27:03.079273", "container image created", None, None),
        ("2016-01-07 16:49:08.507979", "container created", "/bin/bash", "e7d0b7ea5ccf"),
        ("2016-01-07 16:49:08.674873", "container started", "/bin/bash", "e7d0b7ea5ccf"),
    ]
    assert plaso.one("SELECT count(*) FROM host_events WHERE kind = 'container output'") == 10


@needs_plaso_logs
def test_shared_evidence_journal_against_journalctl(plaso, tmp_path):
    """Every entry that systemd's own reader finds, with its time, program and text."""
    file = tmp_path / "system.journal"
    file.write_bytes(lzma.decompress((SHARED / "systemd/journal/system.journal.xz").read_bytes()))
    said = subprocess.run(
        [program("journalctl", "systemd"), f"--file={file}", "--output=json", "--all"],
        capture_output=True,
        check=True,
    )
    wanted = []
    for line in said.stdout.splitlines():
        entry = json.loads(line)
        wanted.append(
            (
                int(entry["__REALTIME_TIMESTAMP"]),
                entry.get("SYSLOG_IDENTIFIER") or entry.get("_COMM"),
                entry["_HOSTNAME"],
                entry["MESSAGE"].strip(),
            )
        )
    found = [
        (
            int((row["local_time"] - datetime(1970, 1, 1)) / timedelta(microseconds=1)),
            row.get("program"),
            row["host"],
            row["text"].strip(),
        )
        for row in plaso.raw("events", "systemd/journal/system.journal.xz")
    ]
    assert len(wanted) == 2101
    assert sorted(found) == sorted(wanted)
    assert ("sudo", "test", "/bin/bash") in plaso.all(
        "SELECT kind, \"user\", command FROM host_events WHERE kind = 'sudo'"
    )


SSHD = """\
Mar  3 10:00:00 web1 sshd[10]: Accepted publickey for ann from 203.0.113.9 port 50000 ssh2: ED25519 SHA256:Zv5eFrMsJcJUxSyzl5nRV9nVkFAWLHdYRLZvBDJTJDU
Mar  3 10:00:01 web1 sshd[11]: Accepted publickey for ann from 203.0.113.9 port 50001 ssh2
Mar  3 10:00:02 web1 sshd[12]: Accepted keyboard-interactive/pam for bob from 2001:db8::7 port 22
Mar  3 10:00:03 web1 sshd[13]: Failed password for invalid user oracle from 198.51.100.4 port 4000 ssh2
Mar  3 10:00:04 web1 sshd[14]: Invalid user admin from 198.51.100.4
Mar  3 10:00:05 web1 sshd[15]: Invalid user  from 198.51.100.4 port 5
Mar  3 10:00:06 web1 sshd[15]: Connection closed by invalid user x y 198.51.100.4 port 6 [preauth]
Mar  3 10:00:07 web1 sshd[16]: pam_unix(sshd:session): session opened for user ann(uid=1000) by (uid=0)
Mar  3 10:00:08 web1 sudo:      ann : TTY=pts/0 ; PWD=/home/ann ; USER=root ; COMMAND=/usr/bin/mysql -u root -pHunter2secret shop
Mar  3 10:00:09 web1 sudo:      bob : user NOT in sudoers ; TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/bin/bash
Mar  3 10:00:10 web1 su[20]: (to root) ann on pts/0
Mar  3 10:00:11 web1 su[21]: FAILED SU (to root) bob on pts/1
Mar  3 10:00:12 web1 useradd[22]: new user: name=courier, UID=1001, GID=1001, home=/home/courier, shell=/bin/bash, from=/dev/pts/0
Mar  3 10:00:13 web1 passwd[23]: pam_unix(passwd:chauthtok): password changed for courier
Mar  3 10:00:14 web1 CRON[24]: (www-data) CMD (php /srv/shop/cron.php >/dev/null 2>&1)
Mar  3 10:00:15 web1 crontab[25]: (ann) REPLACE (ann)
Mar  3 10:00:16 web1 usermod[26]: add 'courier' to group 'sudo'
Mar  3 10:00:17 web1 sshd[27]: Accepted nonsense \xff from nowhere
"""


def test_the_messages_of_auth_log(tmp_path):
    """One unusual line stops nothing: a key without fingerprint, a user without name, words that only look right."""
    data = SSHD.encode("latin-1")
    seized = write(tmp_path / "seized", {"var/log/auth.log": data}, datetime(2024, 3, 4, tzinfo=UTC))
    server = taken_in(seized, tmp_path)
    assert server.kinds() == {"var/log/auth.log": "host:syslog"}
    rows = happened(server, "var/log/auth.log", "kind", "user", "ip", "command")
    assert rows[:8] == [
        ("login", "ann", "203.0.113.9", None),
        ("login", "ann", "203.0.113.9", None),
        ("login", "bob", "2001:db8::7", None),
        ("failed login", "oracle", "198.51.100.4", None),
        ("failed login", "admin", "198.51.100.4", None),
        ("failed login", "", "198.51.100.4", None),
        ("SSH connection closed", "x y", "198.51.100.4", None),
        ("session opened", "ann", None, None),
    ]
    assert rows[8][:2] == ("sudo", "ann")
    assert rows[8][3].startswith("/usr/bin/mysql -u root -p<secret hmac-sha256:")
    assert rows[9:] == [
        ("sudo refused", "bob", None, "/bin/bash"),
        ("su", "ann", None, "root"),
        ("su refused", "bob", None, "root"),
        ("user added", "courier", None, None),
        ("password changed", "courier", None, None),
        ("cron command", "www-data", None, "php /srv/shop/cron.php >/dev/null 2>&1"),
        ("crontab changed", "ann", None, None),
        ("user added to group", "courier", None, None),
        ("log entry", None, None, None),
    ]
    raw = server.raw("events")
    assert raw[0]["fingerprint"] == "SHA256:Zv5eFrMsJcJUxSyzl5nRV9nVkFAWLHdYRLZvBDJTJDU"
    assert "fingerprint" not in raw[1]
    assert "Hunter2secret" not in repr(raw)
    every_byte_is_in_a_row(server, "var/log/auth.log", len(data))


def test_years_come_from_the_date_of_the_file(tmp_path):
    old = "Dec 30 23:00:00 h a: 1\nDec 31 23:59:59 h a: 2\nJan  1 00:00:01 h a: 3\n"
    seized = write(tmp_path / "seized", {"var/log/syslog.1": old}, datetime(2024, 1, 7, tzinfo=UTC))
    write(
        seized,
        {"var/log/auth.log-20230205": "Feb  4 10:00:00 h a: 1\nFeb  5 10:00:00 h a: 2\n"},
        datetime(2025, 1, 1, tzinfo=UTC),
    )
    write(
        seized,
        {"var/log/kern.log": "Dec 31 10:00:00 h a: 1\nFeb 29 10:00:00 h a: never\n"},
        datetime(2023, 3, 1, tzinfo=UTC),
    )
    server = taken_in(seized, tmp_path)
    assert happened(server, "var/log/syslog.1", "at") == [
        ("2023-12-30 23:00:00",),
        ("2023-12-31 23:59:59",),
        ("2024-01-01 00:00:01",),
    ]
    assert happened(server, "var/log/auth.log-20230205", "at") == [
        ("2023-02-04 10:00:00",),
        ("2023-02-05 10:00:00",),
    ]
    assert happened(server, "var/log/kern.log", "at", "text") == [
        ("2022-12-31 10:00:00", "1"),
        (None, "never (no such date in 2023: Feb 29 10:00:00)"),
    ]


def test_zones_come_from_the_system_in_whose_root_a_file_lies(tmp_path):
    tokyo, paris = (f"/usr/share/zoneinfo/{name}" for name in ("Asia/Tokyo", "Europe/Paris"))
    import pytz

    with pytz.open_resource("Europe/Paris") as file:
        rule = file.read()
    assert tokyo != paris
    line = "2024-07-01 12:00:00 startup archives install\n2024-12-01 12:00:00 startup archives install\n2024-10-27 02:30:00 startup archives install\n"
    seized = write(tmp_path / "seized", {
        "a/etc/timezone": "Asia/Tokyo\n", "a/etc/hostname": "shop-a\n", "a/var/log/dpkg.log": line,
        "b/etc/localtime": rule, "b/var/log/dpkg.log": line, "b/etc/os-release": 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n',
        "var/log/dpkg.log": line, "b/etc/machine-id": "0123456789abcdef0123456789abcdef\n",
    })  # fmt: skip
    server = taken_in(seized, tmp_path, "America/New_York")
    assert happened(server, "a/var/log/dpkg.log", "at", "host") == [
        ("2024-07-01 03:00:00", "shop-a"), ("2024-12-01 03:00:00", "shop-a"), ("2024-10-26 17:30:00", "shop-a")
    ]  # fmt: skip
    assert happened(server, "b/var/log/dpkg.log", "at") == [
        ("2024-07-01 10:00:00",),
        ("2024-12-01 11:00:00",),
        ("2024-10-27 01:30:00",),
    ]
    assert happened(server, "var/log/dpkg.log", "at")[0] == ("2024-07-01 16:00:00",)
    (told,) = (message for message in server.messages("info") if "zone" in message)
    assert told.startswith("3 times of host records record no zone")
    facts = {row["key"]: row["value"] for row in server.raw("system_facts") if row["key"] != "time zone"}
    assert facts == {
        "host name": "shop-a",
        "operating system": "Debian GNU/Linux 12 (bookworm)",
        "machine id": "0123456789abcdef0123456789abcdef",
    }


def test_a_rule_of_a_time_zone_has_a_name():
    import pytz

    for name in ("Europe/London", "America/New_York", "Asia/Kolkata", "UTC"):
        with pytz.open_resource(name) as file:
            found = system.zone_of(file.read())
        assert system._named(found) == system._named(name)
    assert system.zone_of(b"TZif2 but not really") is None


def test_the_records_of_a_host_in_an_image(tmp_path):
    """As a disk has them: where etc/localtime links to is the zone, a log's date is that of its inode."""
    tree = write(tmp_path / "tree", {
        "etc/hostname": "shop-a\n", "var/log/dpkg.log": "2024-07-01 12:00:00 startup archives install\n",
        "var/log/auth.log": "Dec 31 23:59:59 shop-a sshd[1]: Accepted password for ann from 203.0.113.9 port 50000 ssh2\n",
    }, datetime(2024, 1, 2, tzinfo=UTC))  # fmt: skip
    (tree / "etc/localtime").symlink_to("/usr/share/zoneinfo/Asia/Tokyo")
    (tmp_path / "seized").mkdir()
    images.ext(tree, tmp_path / "seized/disk.raw")
    server = taken_in(tmp_path / "seized", tmp_path)
    rows = server.all(
        "SELECT e.at, kind, host, s.path FROM host_events AS e JOIN sources AS s USING (source_id) ORDER BY e.at"
    )
    found = [
        (str(at), kind, name, path.split("/", 1)[0]) for at, kind, name, path in rows if kind != "system fact"
    ]
    assert found == [
        ("2023-12-31 14:59:59", "login", "shop-a", "disk.raw"),
        ("2024-07-01 03:00:00", "package startup", "shop-a", "disk.raw"),
    ]
    assert {row["value"] for row in server.raw("system_facts")} == {"shop-a", "Asia/Tokyo"}


def test_logins_and_last_logins(tmp_path):
    def record(kind, user, host, seconds, address=b""):
        return UTMP.pack(kind, 77, b"pts/0", b"ts/0", user, host, 0, 0, 0, seconds, 5, address)

    v6 = bytes.fromhex("20010db8000000000000000000000007")
    wtmp = record(2, b"reboot", b"6.1.0", 1700000000) + record(
        7, b"ann", b"203.0.113.9", 1700000100, bytes([203, 0, 113, 9])
    )
    wtmp += record(7, b"bob", b"2001:db8::7", 1700000200, v6) + record(8, b"", b"", 1700000300) + b"cut off"
    btmp = record(6, b"admin", b"198.51.100.4", 1700000400, bytes([198, 51, 100, 4]))
    lastlog = bytes(292 * 1000) + struct.pack("<i32s256s", 1700000100, b"pts/0", b"203.0.113.9")
    seized = write(
        tmp_path / "seized", {"var/log/wtmp": wtmp, "var/log/btmp.1": btmp, "var/log/lastlog": lastlog}
    )
    server = taken_in(seized, tmp_path)
    assert happened(server, "var/log/wtmp", "at", "kind", "user", "ip") == [
        ("2023-11-14 22:13:20.000005", "boot", "reboot", None),
        ("2023-11-14 22:15:00.000005", "login", "ann", "203.0.113.9"),
        ("2023-11-14 22:16:40.000005", "login", "bob", "2001:db8::7"),
        ("2023-11-14 22:18:20.000005", "logout", None, None),
    ]
    assert happened(server, "var/log/btmp.1", "kind", "user", "ip") == [
        ("failed login", "admin", "198.51.100.4")
    ]
    assert happened(server, "var/log/lastlog", "at", "kind", "user", "ip") == [
        ("2023-11-14 22:15:00", "last login", "uid 1000", "203.0.113.9")
    ]
    assert server.messages("warning") == ["ends inside of a record"]


def test_keys_as_ssh_keygen_knows_them(tmp_path):
    keygen = program("ssh-keygen", "openssh-client")
    keys = {}
    for kind in ("ed25519", "rsa", "ecdsa"):
        subprocess.run(
            [keygen, "-q", "-t", kind, "-N", "", "-C", f"ann's {kind} key", "-f", str(tmp_path / kind)],
            check=True,
        )
        line = (tmp_path / f"{kind}.pub").read_text()
        said = subprocess.run(
            [keygen, "-lf", str(tmp_path / f"{kind}.pub")], capture_output=True, check=True, text=True
        ).stdout
        keys[kind] = (line, said.split()[1])
    options = 'command="/usr/bin/rsync \\"x\\"",no-pty,from="10.0.0.0/8" '
    known = f"[shop.example]:2222,203.0.113.9 {keys['ed25519'][0]}|1|abc=|def= {keys['rsa'][0]}"
    files = {
        "home/ann/.ssh/authorized_keys": f"# mine\n{keys['ed25519'][0]}{options}{keys['rsa'][0]}\nbroken ssh-rsa AAAA\n",
        "root/.ssh/known_hosts": known,
    }
    server = taken_in(write(tmp_path / "seized", files), tmp_path)
    rows = server.raw("events", "home/ann/.ssh/authorized_keys")
    assert [(row["user"], row["fingerprint"], row.get("command")) for row in rows] == [
        ("ann", keys["ed25519"][1], None),
        ("ann", keys["rsa"][1], '/usr/bin/rsync \\"x\\"'),
    ]
    hosts = server.raw("events", "root/.ssh/known_hosts")
    assert [(row["user"], row["fingerprint"], row.get("ip")) for row in hosts] == [
        ("root", keys["ed25519"][1], "203.0.113.9"),
        ("root", keys["rsa"][1], None),
    ]
    assert keys["ecdsa"][1] == accounts.fingerprint(keys["ecdsa"][0].split()[1])
    assert f"key {keys['rsa'][1]}" in server.one(
        "SELECT text FROM host_events WHERE kind = 'authorised SSH key' AND command IS NOT NULL"
    )


def test_accounts_without_their_password_hashes(tmp_path):
    yescrypt = "$y$j9T$abcdefghijkl$mnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ012"
    files = {
        "etc/passwd": "root:x:0:0:root:/root:/bin/bash\nann:$1$salt$averyoldhash:1000:1000:Ann,,,:/home/ann:/bin/zsh\n",
        "etc/group": "root:x:0:\nsudo:x:27:ann,bob\n",
        "etc/shadow": f"root:{yescrypt}:19000:0:99999:7:::\nann:!$6$s$hashhash:19001:0:99999:7:::\ndaemon:*:18000:0:99999:7:::\nopen::18000::::::\n",
    }
    server = taken_in(write(tmp_path / "seized", files), tmp_path)
    assert happened(server, "etc/passwd", "kind", "user", "command") == [
        ("user account", "root", "/bin/bash"),
        ("user account", "ann", "/bin/zsh"),
    ]
    assert [row[0] for row in happened(server, "etc/group", "user")] == ["ann", "bob"]
    passwords = server.dict("SELECT \"user\", text FROM host_events WHERE kind = 'password'")
    assert passwords == {
        "root": "has a password hash: yescrypt", "ann": "locked, has a password hash: SHA-512",
        "daemon": "locked, no password hash", "open": "no password",
    }  # fmt: skip
    everything = repr(server.raw("events")) + repr(server.all("SELECT * FROM host_events"))
    for secret in (yescrypt, "averyoldhash", "hashhash"):
        assert secret not in everything
    assert happened(server, "etc/shadow", "at")[0] == ("2022-01-08 00:00:00",)


def test_what_runs_by_itself(tmp_path):
    files = {
        "etc/crontab": "SHELL=/bin/sh\n# m h dom mon dow user command\n17 *\t* * *\troot\tcd / && run-parts /etc/cron.hourly\n",
        "var/spool/cron/crontabs/ann": "*/5 * * * * curl -u shop:Geheim99 https://pay.example/poll\n@reboot /home/ann/start.sh\n",
        "etc/systemd/system/shop.service": "[Unit]\nDescription=The shop\n\n[Service]\nUser=shop\nExecStart=/usr/bin/python3 \\\n  /srv/shop/app.py --token=tk_live_12345\n",
    }  # fmt: skip
    server = taken_in(write(tmp_path / "seized", files), tmp_path)
    assert happened(server, "etc/crontab", "user", "command") == [
        ("root", "cd / && run-parts /etc/cron.hourly")
    ]
    ann = happened(server, "var/spool/cron/crontabs/ann", "user", "command")
    assert ann[1] == ("ann", "/home/ann/start.sh")
    assert ann[0][1].startswith("curl -u shop:<secret hmac-sha256:")
    (unit,) = happened(server, "etc/systemd/system/shop.service", "kind", "user", "command")
    assert unit[:2] == ("systemd unit", "shop")
    assert "--token=<secret hmac-sha256:" in unit[2]
    rows = repr(server.raw("events")) + repr(server.all("SELECT * FROM host_events"))
    assert "Geheim99" not in rows
    assert "tk_live_12345" not in rows


def test_settings_of_applications(tmp_path):
    wordpress = """<?php
define( 'DB_NAME', 'shop_wp' );
define( 'DB_USER', 'wp' );
define('DB_PASSWORD', 'it\\'s secret');
define( "AUTH_KEY", "K1;define('X','Y');" );
define( 'WP_HOME', 'https://greens.example/shop' );
$table_prefix = 'wx_';
"""
    files = {
        "srv/a/wp-config.php": wordpress,
        "srv/b/config.php": "<?php\ndefine('HTTP_SERVER', 'http://marketabcdef.onion/');\ndefine('DB_DATABASE', 'oc');\ndefine('DB_PASSWORD', 'it\\'s secret');\n",
        "srv/c/.env": "APP_URL=https://pay.example\nDB_PASSWORD=\"it's secret\" # comment\nexport BTC_XPUB=xpub6 # watch\nSTRIPE_SECRET=sk_live_1\nMAIL=smtp://u:pw9@mail.example\n",
    }  # fmt: skip
    server = taken_in(write(tmp_path / "seized", files), tmp_path)
    rows = {(row["software"], row["name"]): row for row in server.raw("app_settings")}
    assert rows["WordPress", "DB_NAME"]["value"] == "shop_wp"
    assert rows["WordPress", "table_prefix"]["value"] == "wx_"
    assert rows[".env", "BTC_XPUB"]["value"] == "xpub6"
    same = {rows[software, "DB_PASSWORD"]["secret"] for software in ("WordPress", "OpenCart", ".env")}
    assert len(same) == 1, "the same password three times has one fingerprint"
    assert server.dict("SELECT host, kind FROM site_names") == {
        "greens.example": "clearnet", "marketabcdef.onion": "onion", "pay.example": "clearnet",
    }  # fmt: skip
    text = server.one("SELECT text FROM host_events WHERE text LIKE '%STRIPE_SECRET%'")
    assert text.startswith(".env STRIPE_SECRET is a secret, keyed fingerprint hmac-sha256:")
    everything = repr(server.raw("app_settings")) + repr(server.all("SELECT * FROM host_events"))
    for secret in ("s secret", "sk_live_1", "K1;", "pw9"):
        assert secret not in everything


def test_a_repository_that_a_real_git_made(tmp_path):
    git = program("git", "git")
    seized = tmp_path / "seized"
    site = seized / "srv/site"
    site.mkdir(parents=True)
    environment = {
        **os.environ,
        "GIT_AUTHOR_DATE": "2024-05-01T10:00:00+0200",
        "GIT_COMMITTER_DATE": "2024-05-01T10:00:00+0200",
        "GIT_CONFIG_GLOBAL": "/dev/null",
    }
    for command in (
        ["init", "-q", "-b", "main"], ["config", "user.name", "Ann Keeper"], ["config", "user.email", "ann@keeper.example"],
        ["remote", "add", "origin", "https://ann:ghp_tokentoken@code.example/ann/shop.git"], ["commit", "-q", "--allow-empty", "-m", "Prices in GBP"],
    ):  # fmt: skip
        subprocess.run([git, "-C", str(site), *command], check=True, env=environment)
    server = taken_in(seized, tmp_path)
    commits = server.all("SELECT e.at, \"user\", text FROM host_events AS e WHERE kind = 'code commit'")
    assert {(str(at), user) for at, user, _ in commits} == {
        ("2024-05-01 08:00:00", "Ann Keeper <ann@keeper.example>")
    }
    assert commits[0][2].endswith("commit (initial): Prices in GBP (author's zone +0200)")
    remote = server.one("SELECT text FROM host_events WHERE kind = 'code repository'")
    assert "code.example/ann/shop.git" in remote
    assert "ghp_tokentoken" not in repr(server.raw("events"))


def test_certificates(tmp_path):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "greens.example")])
    onion = "a" * 56 + ".onion"
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Test CA")]))
        .public_key(key.public_key()).serial_number(0xABCDEF).not_valid_before(datetime(2024, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2025, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("greens.example"), x509.DNSName("*.greens.example"), x509.DNSName(onion)]), False)
        .sign(key, SHA256())
    )  # fmt: skip
    pem = made.public_bytes(Encoding.PEM)
    seized = write(
        tmp_path / "seized",
        {
            "etc/nginx/tls/site.pem": pem + b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "usr/share/ca/x.crt": made.public_bytes(Encoding.DER),
        },
    )
    server = taken_in(seized, tmp_path)
    row = server.raw("certificates", "etc/nginx/tls/site.pem")[0]
    assert (row["serial"], row["issuer"]) == ("abcdef", "O=Test CA")
    assert row["sha256"] == made.fingerprint(SHA256()).hex()
    assert server.dict("SELECT host, kind FROM site_names") == {
        "greens.example": "clearnet",
        "*.greens.example": "clearnet",
        onion: "onion",
    }
    assert server.one("SELECT count(*) FROM site_names") == 3, "not those under usr/share"
    assert any("can't be read" in message for message in server.messages("warning")), server.messages()
    event = server.all("SELECT e.at, text FROM host_events AS e WHERE kind = 'certificate' LIMIT 1")[0]
    assert str(event[0]) == "2024-01-01 00:00:00"
    assert "valid to 2025-01-01 00:00:00 UTC" in event[1]


@pytest.mark.parametrize(
    ("line", "at", "program_", "text"),
    [
        ("<34>1 2024-10-11T22:14:15.003Z web1 su - ID47 - \ufeff'su root' failed", "2024-10-11 22:14:15.003000", "su", "'su root' failed"),
        ('<165>1 2024-08-24T05:14:15.000003-07:00 192.0.2.1 app 8710 - [x@1 a="\\"]"] words', "2024-08-24 05:14:15.000003", "app", "words"),
        ("2024-05-01T10:00:00.5+02:00 web1 kernel: up", "2024-05-01 10:00:00.500000", "kernel", "up"),
        ("<13>Feb  5 17:32:18 10.0.0.99 x: y", "2024-02-05 17:32:18", "x", "y"),
    ],
)  # fmt: skip
def test_the_forms_of_syslog(line, at, program_, text):
    event = syslog.one(line, lambda *_: 2024)
    assert (str(event["local_time"]), event["program"], event["text"]) == (at, program_, text)


def test_what_makes_matching_slow_is_not_matched_for_long(tmp_path):
    import time

    hostile = [
        "Mar  3 10:00:00 h sshd[1]: Disconnected from user " + "a" * 60000,
        "Mar  3 10:00:00 h x: " + "mysql " * 9000,
        "Mar  3 10:00:00 h x: " + "PASSWORD" * 7000,
        "Mar  3 10:00:00 h x: " + "a://" * 15000,
        "type=X msg=audit(1700000000.0:1): " + 'acct="' * 9000,
        "2024-01-01 00:00:00 UTC [1] " + "connection received " * 3000,
    ]
    start = time.monotonic()
    with UnitWriter(tmp_path / "unit") as unit:
        for line in hostile:
            for one in (
                lambda text: syslog.one(text, lambda *_: 2024),
                services.audit,
                services.postgresql,
                services.vsftpd,
                packages.dpkg,
            ):
                event = one(line)
                if event:
                    events.write_events(unit, [{**event, "_offset": 0, "_length": 1}])
        for head in (
            b"\n" * 65536,
            b" " * 65536,
            b"A=" + b" " * 65000 + b"x",
            b"${" * 30000,
            b"define(" * 9000,
        ):
            for path in ("x", "etc/nginx/x.conf", ".env", "torrc"):
                host.recognise(head, path)
    assert time.monotonic() - start < 20


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=200), st.binary(max_size=200).map(lambda b: b.decode("latin-1"))))
def test_any_line_is_taken_without_complaint(text):
    syslog.one(text, lambda *_: 2023)
    for start in (
        "Mar  3 10:00:00 h sshd[1]: ",
        "Mar  3 10:00:00 h sudo: ",
        "Feb 29 25:00:00 ",
        "<1>1 2024-13-11T22:14:15Z h p - - - ",
    ):
        syslog.one(start + text, lambda *_: 2023)
    for name in messages._PROGRAMS:
        messages.interpret(name, text)
    services.postgresql("2022-04-12 00:16:05.526 UTC [1] " + text)
    services.vsftpd(text)
    services.audit(f"type=EXECVE msg=audit(1.1:1): {text}")
    services.container_output(text)
    packages.dpkg(text)
    accounts.password_kind(text)
    accounts.fingerprint(text)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=800), st.sampled_from([
    "var/log/wtmp", "var/log/lastlog", "etc/passwd", "etc/shadow", "etc/group", "etc/hostname", "etc/localtime", "etc/crontab",
    "x/.bash_history", "x/.ssh/authorized_keys", "x/.ssh/known_hosts", "a.service", ".env", "x/.git/config", "x/.git/logs/HEAD",
    "wp-config.php", "config.json", "cert.pem",
]), st.sampled_from([b"", b"LPKSHHRH" + bytes(200), b"-----BEGIN CERTIFICATE-----", b"#1700000000\nls\n", b"{\"State\":{},\"Config\":{},\"Image\":1"]))  # fmt: skip
def test_any_file_is_taken_without_complaint(tmp_path_factory, data, path, begin):
    data = begin + data
    kind = host.recognise(data, path)
    kinds = {kind} if kind else set()
    kinds |= {
        "journal",
        "certificate",
        "utmp",
        "lastlog",
        "shell-history",
        "apt-history",
        "docker-container",
        "passwd",
        "shadow",
    }
    for one in sorted(kinds):
        with UnitWriter(tmp_path_factory.mktemp("any") / "unit") as unit:
            unit.fingerprint_key = b"k"
            opened = lambda: io.BytesIO(data)  # noqa: E731
            host.read(one, _stream(data), Item("KC/1", path, "", len(data), opened, None), unit)
            unit.finish(
                exhibit="KC/1", path=path, container="", sha256="", bytes=len(data), kind=f"host:{one}"
            )


def _stream(data):
    from stocktake.evidence.streams import Stream

    class Whole(Stream):
        def __init__(self):
            super().__init__()
            self.pieces = [data]

        def _next(self):
            return self.pieces.pop() if self.pieces else b""

    return Whole()


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [b"#1700000000", b"ls -l", b": 1700000000:0;make", b"echo \\", b"", b"\xff\x00", b"#comment"]
        ),
        max_size=12,
    )
)
def test_every_line_of_a_history_is_in_a_row(parts):
    data = b"\n".join(parts)
    rows = list(histories.history(lines(io.BytesIO(data)), "home/ann/.bash_history"))
    assert sum(row["_length"] for row in rows) == len(data)
    assert [row["_offset"] for row in rows] == [
        sum(row["_length"] for row in rows[:n]) for n in range(len(rows))
    ]


def test_application_settings_are_not_taken_from_other_php():
    assert applications.recognise(b"<?php define('DB_NAME', 'x');", "a.php") is None
