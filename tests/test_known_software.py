"""Files that packages and published programs are made of: declared by a system's own list, or by a set from outside."""

import base64
import bz2
import gzip
import hashlib
import json
import sqlite3
import subprocess
import zipfile
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from sqlglot.errors import ErrorLevel

from command import stocktake
from server_files import write
from servers import program
from shop_case import new_case
from stocktake.case import Case
from stocktake.commerce.statements import read_statements
from stocktake.commerce.tables import open_case
from stocktake.custody import ledger
from stocktake.custody.exhibit import add
from stocktake.errors import UserError
from stocktake.findings.status import status, text
from stocktake.known import drop_set, formats, hash_sets, take_in_set
from stocktake.known.marking import FROM_OUTSIDE, OWN_LIST
from stocktake.process import process
from stocktake.reports.references import References
from stocktake.reports.software import in_short

Marks = dict[str, tuple[str | None, str | None, str | None]]


def marks(case: Case) -> Marks:
    """Path to what declares it, on whose word, and what it was changed from."""
    assert process(case, jobs=2).errors == 0
    with open_case(case) as held:
        rows = held.execute("SELECT path, known, known_by, changed_from FROM items").fetchall()
    return {path: tuple(rest) for path, *rest in rows}


def run(*command: object) -> None:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + done.stdout


def debian_package(
    folder: Path, name: str, version: str, contents: dict[str, bytes], conffiles: list[str]
) -> Path:
    """A package made by dpkg-deb, with digests as debhelper writes them."""
    tree = folder / name
    write(tree, contents)
    sums = "".join(
        f"{hashlib.md5(data, usedforsecurity=False).hexdigest()}  {path}\n"
        for path, data in sorted(contents.items())
        if f"/{path}" not in conffiles
    )
    control = (
        f"Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: Nobody <nobody@example.org>\n"
        "Description: made for a test\n of stocktake\n"
    )
    write(tree / "DEBIAN", {"control": control, "md5sums": sums})
    if conffiles:
        write(tree / "DEBIAN", {"conffiles": "".join(f"{path}\n" for path in conffiles)})
    package = folder / f"{name}.deb"
    run(program("dpkg-deb", "dpkg"), "--root-owner-group", "-b", tree, package)
    return package


def installed(root: Path, *packages: Path) -> None:
    """Install packages into ``root`` with the real dpkg."""
    write(
        root / "var/lib/dpkg", {"status": "", "info/format": "1\n", "updates/.keep": "", "triggers/.keep": ""}
    )
    for keep in root.rglob(".keep"):
        keep.unlink()
    common = ("--root", root, "--force-not-root", "--force-bad-path", "--log", root / "dpkg.log")
    run(program("dpkg", "dpkg"), *common, "-i", *packages)


@pytest.fixture(scope="module")
def debian(tmp_path_factory) -> Path:
    """A small system as the real dpkg leaves it, on which some files were changed since."""
    folder = tmp_path_factory.mktemp("debian")
    root = folder / "root"
    shell = debian_package(
        folder,
        "opensshd",
        "1:9.2-3",
        {
            "usr/sbin/sshd": b"\x7fELF good sshd",
            "usr/bin/ssh": b"\x7fELF good ssh",
            "etc/ssh/sshd_config": b"PermitRootLogin no\n",
            "etc/ssh/moduli": b"1 2 3\n",
            "usr/share/doc/opensshd/changelog.gz": gzip.compress(b"first release\n", mtime=0),
            "usr/share/doc/opensshd/copyright": b"free\n",
        },
        ["/etc/ssh/sshd_config", "/etc/ssh/moduli"],
    )
    core = debian_package(
        folder, "coreutils", "9.1-1", {"bin/ls": b"\x7fELF ls", "usr/bin/who": b"\x7fELF who"}, []
    )
    root.mkdir()
    (root / "usr/bin").mkdir(parents=True)
    (root / "bin").symlink_to("usr/bin")
    installed(root, shell, core)
    run(program("dpkg-divert", "dpkg"), "--root", root, "--local", "--rename", "--add", "/usr/bin/who")
    write(
        root,
        {
            "usr/sbin/sshd": b"\x7fELF sshd with a door",
            "etc/ssh/sshd_config": b"PermitRootLogin yes\n",
            "usr/share/doc/opensshd/copyright": b"free\n",
            "usr/bin/who": b"#!/bin/sh\n",
            "usr/local/bin/tool": b"\x7fELF good ssh",
        },
    )
    return root


def test_what_dpkg_declares_is_held_against_the_files(debian, tmp_path):
    case = new_case(tmp_path)
    add(case, debian, reference="KC/1")
    found = marks(case)
    ssh, core = "dpkg: opensshd 1:9.2-3", "dpkg: coreutils 9.1-1"
    assert found["usr/bin/ssh"] == (ssh, OWN_LIST, None)
    assert found["usr/sbin/sshd"] == (None, None, ssh)
    assert found["etc/ssh/moduli"] == (ssh, OWN_LIST, None)
    assert found["etc/ssh/sshd_config"] == (None, None, f"{ssh}, a file of configuration")
    # as it is stored, not as it is unwrapped
    assert found["usr/share/doc/opensshd/changelog.gz"] == (ssh, OWN_LIST, None)
    # through the link from bin to usr/bin
    assert found["usr/bin/ls"] == (core, OWN_LIST, None)
    # moved aside by a diversion: what lies there now is nobody's
    assert found["usr/bin/who.distrib"] == (core, OWN_LIST, None)
    assert found["usr/bin/who"] == (None, None, None)
    # the same bytes at another place are not what the package declared
    assert found["usr/local/bin/tool"] == (None, None, None)
    with open_case(case) as held:
        (md5,) = held.execute("SELECT md5 FROM items WHERE path = 'usr/bin/ssh'").fetchone()
    assert md5 == hashlib.md5(b"\x7fELF good ssh", usedforsecurity=False).hexdigest()
    assert process(case, jobs=2).exhibits == []


def test_what_rpm_declares(tmp_path):
    rpmbuild, rpm = program("rpmbuild", "rpm"), program("rpm", "rpm")
    spec = (
        "Name: shopd\nVersion: 2.1\nRelease: 4\nEpoch: 1\nSummary: made for a test\nLicense: free\nBuildArch: noarch\n"
        "%description\nmade for a test\n%install\nmkdir -p %{buildroot}/usr/sbin %{buildroot}/etc\n"
        "echo daemon > %{buildroot}/usr/sbin/shopd\necho other > %{buildroot}/usr/sbin/shopctl\n"
        "echo port=1 > %{buildroot}/etc/shopd.conf\n"
        "%files\n/usr/sbin/shopd\n/usr/sbin/shopctl\n%config(noreplace) /etc/shopd.conf\n"
    )
    write(tmp_path, {"shopd.spec": spec})
    run(rpmbuild, "-bb", "--define", f"_topdir {tmp_path}/build", tmp_path / "shopd.spec")
    (package,) = (tmp_path / "build/RPMS").rglob("*.rpm")
    root = tmp_path / "root"
    database = "/var/lib/rpm"
    root.mkdir()
    run(rpm, "--root", root, "--dbpath", database, "--nodeps", "--noscripts", "-i", package)
    (root / "usr/sbin/shopctl").write_text("patched\n")
    (root / "etc/shopd.conf").write_text("port=2\n")
    case = new_case(tmp_path)
    add(case, root, reference="KC/1")
    found = marks(case)
    software = "rpm: shopd 1:2.1-4"
    assert found["usr/sbin/shopd"] == (software, OWN_LIST, None)
    assert found["usr/sbin/shopctl"] == (None, None, software)
    assert found["etc/shopd.conf"] == (None, None, f"{software}, a file of configuration")


def test_what_apk_declares(tmp_path):
    def stated(data: bytes) -> str:
        return "Q1" + base64.b64encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()

    box, motd = b"\x7fELF busybox", b"Welcome\n"
    database = (
        f"C:{stated(b'x')}\nP:busybox\nV:1.37.0-r12\nA:x86_64\nF:bin\nR:busybox\na:0:0:755\nZ:{stated(box)}\n"
        f"R:sh\nZ:{stated(b'/bin/busybox')}\nF:etc\nR:motd\nZ:{stated(motd)}\n\n"
        f"P:musl\nV:1.2.5-r8\nF:lib\nR:ld-musl-x86_64.so.1\na:0:0:755\nZ:{stated(b'loader')}\n\n"
    )
    root = write(
        tmp_path / "root",
        {
            "lib/apk/db/installed": database,
            "bin/busybox": box,
            "etc/motd": b"Buy here\n",
            "lib/ld-musl-x86_64.so.1": b"another loader",
        },
    )
    (root / "bin/sh").symlink_to("/bin/busybox")
    case = new_case(tmp_path)
    add(case, root, reference="KC/1")
    found = marks(case)
    assert found["bin/busybox"] == ("apk: busybox 1.37.0-r12", OWN_LIST, None)
    assert found["etc/motd"] == (None, None, "apk: busybox 1.37.0-r12, a file of configuration")
    assert found["lib/ld-musl-x86_64.so.1"] == (None, None, "apk: musl 1.2.5-r8")
    assert "bin/sh" not in found, "a link of a folder is no item"


def program_files() -> dict[str, bytes]:
    return {
        "wp-includes/version.php": b"<?php\n$wp_version = '6.5.2';\n",
        **{f"wp-includes/part-{n}.php": f"<?php // part {n}\n".encode() for n in range(12)},
        "wp-login.php": b"<?php // log in\n",
        "index.php": b"<?php // begin\n",
        "wp-includes/empty.php": b"",
    }


@pytest.fixture
def web_root(tmp_path) -> Path:
    """Two copies of a program, one of them with a file that was changed, and files of the shop's own."""
    other = program_files() | {"wp-login.php": b"<?php // log in, and tell us the password\n"}
    return write(
        tmp_path / "web",
        {f"srv/a/{path}": data for path, data in program_files().items()}
        | {f"srv/b/{path}": data for path, data in other.items()}
        | {"srv/b/wp-content/uploads/x.php": b"<?php // shell\n", "srv/b/wp-content/empty.txt": b""},
    )


def archive_of(folder: Path, top: str = "wordpress/") -> Path:
    path = folder / "wordpress-6.5.2.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in program_files().items():
            archive.writestr(f"{top}{name}", data)
    return path


def as_list(folder: Path, algorithm: str, line: str) -> Path:
    path = folder / f"{algorithm}.txt"
    path.write_text(
        "".join(
            line.format(digest=hashlib.new(algorithm, data, usedforsecurity=False).hexdigest(), name=name)
            for name, data in program_files().items()
        )
    )
    return path


def wordpress_json(folder: Path) -> Path:
    sums = {n: hashlib.md5(d, usedforsecurity=False).hexdigest() for n, d in program_files().items()}
    path = folder / "checksums.json"
    path.write_text(json.dumps({"checksums": sums}))
    return path


def hashdeep(folder: Path) -> Path:
    path = folder / "hashdeep.txt"
    lines = ["%%%% HASHDEEP-1.0", "%%%% size,md5,sha256,filename", "## Invoked from: /tmp", "##"]
    for name, data in program_files().items():
        md5, sha = hashlib.md5(data, usedforsecurity=False).hexdigest(), hashlib.sha256(data).hexdigest()
        lines.append(f"{len(data)},{md5},{sha},./{name}")
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize(
    "made",
    [
        archive_of,
        lambda folder: archive_of(folder, "wordpress-6.5.2/upload/"),
        lambda folder: as_list(folder, "md5", "{digest}  ./{name}\n"),
        lambda folder: as_list(folder, "sha1", "{digest} *{name}\n"),
        lambda folder: as_list(folder, "sha256", "SHA256 ({name}) = {digest}\n"),
        wordpress_json,
        hashdeep,
    ],
    ids=["archive", "archive of OpenCart's kind", "md5sum", "sha1sum", "tagged", "WordPress", "hashdeep"],
)
def test_a_set_from_outside_tells_the_program_and_where_it_was_changed(made, web_root, tmp_path):
    case = new_case(tmp_path)
    add(case, web_root, reference="KC/1")
    assert all(mark == (None, None, None) for mark in marks(case).values())
    path = made(tmp_path)
    one = take_in_set(case, path, "WordPress 6.5.2")
    assert one.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    newest = list(ledger.entries(case))[-1]
    assert (newest.action, newest.detail["hash_set"]["name"]) == ("known", "WordPress 6.5.2")
    found = marks(case)
    assert found["srv/a/wp-login.php"] == ("WordPress 6.5.2", FROM_OUTSIDE, None)
    assert found["srv/b/wp-login.php"] == (None, None, "WordPress 6.5.2")
    assert found["srv/b/wp-includes/part-3.php"] == ("WordPress 6.5.2", FROM_OUTSIDE, None)
    assert found["srv/b/wp-content/uploads/x.php"] == (None, None, None)
    assert found["srv/b/wp-content/empty.txt"] == (None, None, None)
    drop_set(case, "WordPress 6.5.2")
    assert hash_sets(case) == []
    assert all(mark == (None, None, None) for mark in marks(case).values())


def test_nsrl_gives_only_what_the_case_has(web_root, tmp_path):
    case = new_case(tmp_path)
    add(case, web_root, reference="KC/1")
    marks(case)
    database = tmp_path / "RDS_2024.03.1_modern_minimal.db"
    with sqlite3.connect(database) as made:
        made.execute(
            "CREATE TABLE METADATA(object_id INTEGER, sha256 TEXT, sha1 TEXT, md5 TEXT, file_name TEXT, package_id INTEGER)"
        )
        made.execute("CREATE VIEW FILE AS SELECT sha256, sha1, md5, file_name, package_id FROM METADATA")
        made.execute("CREATE TABLE PKG(package_id INTEGER, name TEXT, version TEXT)")
        made.execute("INSERT INTO PKG VALUES (7, 'WordPress', '6.5.2')")
        rows = [
            (n, hashlib.sha256(data).hexdigest().upper(), None, None, name.rpartition("/")[2], 7)
            for n, (name, data) in enumerate([*program_files().items(), ("unseen.dll", b"unseen")])
            if data
        ]
        made.executemany("INSERT INTO METADATA VALUES (?, ?, ?, ?, ?, ?)", rows)
    before = database.read_bytes()
    one = take_in_set(case, database, "NSRL 2024.03.1")
    assert (one.kind, one.entries) == ("NSRL RDSv3", len(rows) - 1)
    assert marks(case)["srv/a/wp-login.php"][:2] == (
        "NSRL 2024.03.1: WordPress 6.5.2: wp-login.php",
        FROM_OUTSIDE,
    )
    assert database.read_bytes() == before
    assert not list(tmp_path.glob("RDS*-wal"))


def test_nsrl_as_text(tmp_path):
    sha1, md5 = "A" * 40, "B" * 32
    path = tmp_path / "NSRLFile.txt"
    path.write_text(
        '"SHA-1","MD5","CRC32","FileName","FileSize","ProductCode","OpSystemCode","SpecialCode"\n'
        f'"{sha1}","{md5}","00000000","a ""b"".dll",12,34,"362",""\n'
    )
    kind, entries = formats.read(path, tuple)
    assert (kind, list(entries)) == (
        "NSRLFile.txt",
        [formats.Entry(None, 12, md5.lower(), sha1.lower(), None, 'product 34: a "b".dll')],
    )


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.txt", b"hello\n", "is no hash set"),
        ("a.json", b'{"error": 1}', "no answer of WordPress"),
        ("a.json", b"{" * 9999, "no answer of WordPress"),
        ("a.db", b"SQLite format 3\0" + b"\xff" * 4096, "can't be read as NSRL's database"),
        ("a.zip", b"PK\x05\x06" + b"\0" * 18, "no file with a digest"),
        ("a.bz2", bz2.compress(b"")[:8], "no"),
    ],
)
def test_what_is_no_hash_set_is_told_in_a_sentence(name, content, said, tmp_path):
    case = new_case(tmp_path)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match=said):
        take_in_set(case, tmp_path / name, "x")
    assert hash_sets(case) == []
    assert not list((case.path / "known").glob("*"))


def test_two_sets_of_one_name_are_refused(tmp_path):
    case = new_case(tmp_path)
    take_in_set(case, archive_of(tmp_path), "x")
    with pytest.raises(UserError, match="already"):
        take_in_set(case, archive_of(tmp_path), "x")
    with pytest.raises(UserError, match="no hash set called"):
        drop_set(case, "y")


def test_lists_of_digests_that_a_package_database_garbles(tmp_path):
    good = hashlib.md5(b"x", usedforsecurity=False).hexdigest()
    root = write(
        tmp_path / "root",
        {
            "var/lib/dpkg/info/a.md5sums": f"{good}  usr/a\nnonsense\n{good}  ../../b\n".encode()
            + b"\xff\xfe\n",
            "var/lib/dpkg/status": b"Package: a\nVersion\nConffiles:\n /etc/x zz\n\xff\n",
            "var/lib/dpkg/diversions": b"one\n",
            "usr/a": b"x",
        },
    )
    case = new_case(tmp_path)
    add(case, root, reference="KC/1")
    found = marks(case)
    assert found["usr/a"] == ("dpkg: a ", OWN_LIST, None)
    with open_case(case) as held:
        told = held.execute("SELECT message FROM problems WHERE message LIKE '%no digests%'").fetchall()
    assert told == [("2 lines of var/lib/dpkg/info/a.md5sums are no digests of files",)]


def test_versions_that_applications_state(tmp_path):
    root = write(
        tmp_path / "root",
        {
            "srv/wp/wp-includes/version.php": b"<?php\n$wp_version = '6.5.2';\n",
            "srv/wp/wp-content/plugins/woocommerce/woocommerce.php": b"<?php\n/**\n * Plugin Name: WooCommerce\n"
            b" * Version: 9.9.5\n */\n",
            "srv/oc/index.php": b"<?php\ndefine('VERSION', '3.0.3.9');\nif (is_file('config.php')) { DIR_SYSTEM; }\n",
        },
    )
    case = new_case(tmp_path)
    add(case, root, reference="KC/1")
    process(case, jobs=2)
    with open_case(case) as held:
        told = held.execute(
            "SELECT text FROM host_events WHERE kind = 'application installed' ORDER BY 1"
        ).fetchall()
    assert [text for (text,) in told] == [
        "OpenCart 3.0.3.9 in srv/oc",
        "WordPress 6.5.2 in srv/wp",
        "WordPress plugin WooCommerce 9.9.5 in srv/wp/wp-content/plugins/woocommerce",
    ]


def test_verify_names_a_hash_set_that_was_changed_or_slipped_in(tmp_path):
    case = new_case(tmp_path)
    take_in_set(case, archive_of(tmp_path), "x")
    take_in_set(case, archive_of(tmp_path), "y")
    drop_set(case, "y")

    def said() -> tuple[int, str]:
        done = stocktake("verify", case.path, home=tmp_path)
        return done.code, done.out

    code, out = said()
    assert (code, "2 files of hash sets" in out) == (0, True), out
    parquet = case.path / "known" / "0001.parquet"
    good = parquet.read_bytes()
    parquet.write_bytes(good[:-8] + b"x" + good[-7:])
    code, out = said()
    assert code == 1
    assert "known/0001.parquet was changed since ledger line" in out
    parquet.write_bytes(good)
    (case.path / "known" / "0009.json").write_text("{}")
    code, out = said()
    assert code == 1
    assert "known/0009.json is in no entry of the ledger" in out


def _statements():
    home = files("stocktake.known")
    for file in sorted(home.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".sql"):
            yield from read_statements(file, f"known/{file.name}")


@pytest.mark.parametrize("statement", list(_statements()), ids=lambda statement: statement.rule)
def test_every_statement_has_a_spark_form(statement):
    (spark,) = sqlglot.transpile(
        statement.sql, read="duckdb", write="spark", unsupported_level=ErrorLevel.RAISE
    )
    assert sqlglot.parse_one(spark, read="spark")


def test_a_digest_is_dated(tmp_path):
    case = new_case(tmp_path)
    one = take_in_set(case, archive_of(tmp_path), "x")
    assert abs((datetime.now(UTC) - datetime.fromisoformat(one.added)).total_seconds()) < 600


def test_status_and_report_say_how_many(debian, tmp_path):
    case = new_case(tmp_path)
    add(case, debian, reference="KC/1")
    process(case, jobs=2)
    told = status(case).files
    assert told["changed"] == 1
    assert told["configuration changed"] == 1
    assert told[f"known by {OWN_LIST}"] == 6
    assert "known by the seized system's own package list" in text(status(case))
    with open_case(case) as held:
        (paragraph,) = in_short(held, References())
    said = "".join(piece if isinstance(piece, str) else f"[{piece.text}]" for piece in paragraph.text)
    assert said.replace("\u00a0", " ") == (
        "Of the files in them, 1 file is changed from what was declared[F1], 1 file is configuration that was "
        "changed[F2] and 6 files are known software by the seized system's own package list[F3]."
    )


def test_the_command(tmp_path):
    case = new_case(tmp_path)

    def known(*words: object) -> Any:
        return stocktake("known", case.path, *words, home=tmp_path)

    assert "no hash set" in known().out
    taken = known(archive_of(tmp_path), "--name", "WordPress 6.5.2")
    assert (taken.code, "WordPress 6.5.2: 16 files, archive" in taken.out) == (0, True)
    assert json.loads(known("--json").out)[0]["algorithms"] == ["sha256", "sha1", "md5"]
    wrong = known(tmp_path / "not there")
    assert wrong.code == 2
    assert known("--drop", "WordPress 6.5.2").code == 0
    assert "no hash set" in known().out
