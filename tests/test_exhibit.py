"""Taking exhibits in: hashes, manifests, refusals, copies, kills, several at once, a full disk."""

import hashlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from full_disk import run_on_small_disk
from stocktake.case import Case, Settings, folder_name
from stocktake.custody import hashing, ledger
from stocktake.custody.exhibit import _check_reference, add, exhibits
from stocktake.custody.hashing import BLOCK, read_once
from stocktake.custody.verification import verify
from stocktake.errors import UserError

ADDER = """
import os, signal, sys
from pathlib import Path
from stocktake.case import Case, Settings, folder_name
from stocktake.custody import disk, exhibit, ledger
from stocktake.errors import UserError

def kill(*_):
    os.kill(os.getpid(), signal.SIGKILL)

moment = sys.argv[4]
progress = None
if moment == "hashing":
    progress = lambda done, total: done > total // 2 and kill()
elif moment == "before the ledger":
    exhibit.ledger.record = kill
elif moment == "after the ledger":
    record = ledger.record
    exhibit.ledger.record = lambda *given: (record(*given), kill())
elif moment == "before the last sync":
    Path.rename = lambda old, new, rename=os.rename: (rename(old, new), kill())
print("ready", flush=True)
try:
    made = exhibit.add(Case.open(Path(sys.argv[1])), Path(sys.argv[2]), reference=sys.argv[3] or None,
                       note="as before", copy=True, progress=progress)
    print(made.reference)
except UserError as error:
    sys.exit(str(error))
"""


def adder(case, path, reference="", moment=""):
    return subprocess.Popen(
        [sys.executable, "-c", ADDER, str(case.path), str(path), reference, moment],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def digests(data):
    return {name: hashlib.new(name, data).hexdigest() for name in ("sha256", "md5", "sha1")}


@pytest.fixture
def dump(tmp_path):
    path = tmp_path / "seized" / "shop.sql"
    path.parent.mkdir()
    path.write_bytes(b"INSERT INTO orders VALUES (1);\n" * 1000)
    return path


def refused(case, path, text, **given):
    before = sorted(entry.name for entry in case.exhibits.rglob("*"))
    with pytest.raises(UserError, match=text) as told:
        add(case, path, **given)
    assert "\n" not in str(told.value)
    assert str(told.value).endswith(".")
    assert sorted(entry.name for entry in case.exhibits.rglob("*")) == before


def test_a_file_is_known_by_its_place_hashes_and_seizure(empty_case, dump):
    before = dump.stat()
    made = add(
        empty_case,
        dump,
        reference="KC/1",
        seized_at="2025-07-01T10:30",
        seized_by="DC Able",
        seized_from="Unit 4, Mill Lane",
        note="Backup of the shop",
    )
    after = dump.stat()  # not even the time of last access
    for time_of in ("st_mtime_ns", "st_atime_ns", "st_ctime_ns"):
        assert getattr(before, time_of) == getattr(after, time_of)
    data = dump.read_bytes()
    assert (made.sha256, made.md5, made.sha1) == tuple(digests(data).values())
    assert (made.kind, made.purpose, made.size, made.files) == ("file", "evidence", len(data), 1)
    assert made.seized_at == datetime(2025, 7, 1, 9, 30, tzinfo=UTC)  # British Summer Time
    assert made.seized_at_recorded == "2025-07-01T10:30"
    assert made.location(empty_case) == dump
    assert exhibits(empty_case) == [made]
    stated = tomllib.loads((empty_case.exhibits / "KC-1" / "exhibit.toml").read_text())
    assert stated["source"] == str(dump)
    assert stated["path"] == os.path.relpath(dump, empty_case.path)
    entry = ledger.newest(empty_case, "add", "KC/1")
    assert entry.detail["sha256"] == made.sha256
    assert str(dump) not in empty_case.ledger.read_text()
    assert verify(empty_case).exit_code == 0


@pytest.mark.parametrize("size", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 17])
def test_every_size_is_hashed_and_copied_whole(tmp_path, size):
    data = random.Random(size).randbytes(size)
    (tmp_path / "source").write_bytes(data)
    os.utime(tmp_path / "source", ns=(1, 1_700_000_000_123_456_789))
    told = []
    reading = read_once(
        tmp_path / "source", ("sha256", "md5", "sha1"), copy_to=tmp_path / "copy", tick=told.append
    )
    assert reading.size == size == sum(told)
    assert reading.digests == digests(data)
    assert (tmp_path / "copy").read_bytes() == data
    assert (tmp_path / "copy").stat().st_mtime_ns == 1_700_000_000_123_456_789
    assert not (tmp_path / "copy").stat().st_mode & 0o222


def test_the_exhibit_moves_with_the_case(empty_case, dump, tmp_path):
    made = add(empty_case, dump)
    # Both moved: the path from the case still leads there.
    (tmp_path / "archive").mkdir()
    for name in ("empty.case", "seized"):
        (tmp_path / name).rename(tmp_path / "archive" / name)
    moved = Case.open(tmp_path / "archive" / "empty.case")
    assert made.location(moved) == tmp_path / "archive" / "seized" / "shop.sql"
    assert verify(moved).exit_code == 0
    # The case alone moved on: the place of old is tried.
    (tmp_path / "archive" / "seized").rename(tmp_path / "seized")
    (tmp_path / "archive" / "empty.case").rename(tmp_path / "archive" / "away.case")
    moved = Case.open(tmp_path / "archive" / "away.case")
    assert made.location(moved) == dump
    assert verify(moved).exit_code == 0


def test_a_copy_needs_its_source_no_more(empty_case, dump):
    made = add(empty_case, dump, copy=True)
    data = dump.read_bytes()
    shutil.rmtree(dump.parent)
    assert made.location(empty_case) == empty_case.exhibits / "EX-1" / "copy" / "shop.sql"
    assert made.location(empty_case).read_bytes() == data
    assert verify(empty_case).exit_code == 0


def make_tree(root):
    root.mkdir()
    (root / "b").mkdir()
    (root / "b" / "config.php").write_bytes(b"<?php")
    (root / "b-c").write_bytes(b"x" * 70_000)
    (root / "empty").mkdir()
    (root / "leer.txt").write_bytes(b"")
    (root / "out").symlink_to("/etc/passwd")
    (root / "in").symlink_to("./b/")
    (root / "loop").symlink_to("loop")
    os.mkfifo(root / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(root)  # a socket's path must be short
        listener.bind("socket")
        os.chdir(here)
    Path(os.fsdecode(os.fsencode(root) + b"/caf\xe9\n")).write_bytes(b"latin")
    return root


def test_a_folder_is_one_exhibit_with_a_manifest(empty_case, tmp_path):
    root = make_tree(tmp_path / "www")
    made = add(empty_case, root, reference="KC/2")
    manifest = (empty_case.exhibits / "KC-2" / "manifest.jsonl").read_bytes()
    assert (made.sha256, made.md5, made.sha1) == tuple(digests(manifest).values())
    listed = [json.loads(line) for line in manifest.splitlines()]
    by_path = {entry["path"]: entry for entry in listed}
    assert [entry["path"] for entry in listed] == [
        "b",
        "b/config.php",
        "b-c",
        "caf\\xe9\n",
        "empty",
        "in",
        "leer.txt",
        "loop",
        "out",
        "pipe",
        "socket",
    ]
    assert by_path["b/config.php"]["sha256"] == hashlib.sha256(b"<?php").hexdigest()
    assert by_path["b/config.php"]["size"] == 5
    assert by_path["caf\\xe9\n"]["path_hex"] == b"caf\xe9\n".hex()
    assert (by_path["in"]["kind"], by_path["in"]["target"]) == ("link", "./b/")
    assert (by_path["out"]["kind"], by_path["out"]["target"]) == ("link", "/etc/passwd")
    assert by_path["pipe"]["kind"] == "pipe"
    assert by_path["socket"]["kind"] == "socket"
    assert "sha256" not in by_path["out"]
    assert (made.kind, made.files, made.size) == ("folder", 4, 70_010)
    assert made.location(empty_case) == root
    assert exhibits(empty_case) == [made]
    assert verify(empty_case).exit_code == 0


def test_a_folder_taken_twice_is_the_same(empty_case, tmp_path):
    root = make_tree(tmp_path / "www")
    first, second = add(empty_case, root), add(empty_case, root, copy=True)
    assert first.sha256 == second.sha256
    copy = second.location(empty_case)
    assert (copy / "b-c").read_bytes() == (root / "b-c").read_bytes()
    assert os.readlink(copy / "in") == "./b/"  # noqa: PTH115 -- Path.readlink tidies what it reads
    assert not os.path.lexists(copy / "pipe")
    shutil.rmtree(root)
    found = verify(empty_case)
    assert [unchecked.subject for unchecked in found.unchecked] == ["EX/1"]
    assert found.failures == []


@settings(max_examples=25, deadline=None)
@given(
    tree=st.dictionaries(
        st.lists(
            st.binary(min_size=1, max_size=12).filter(lambda n: not set(n) & {0, 47} and n.strip(b".")),
            min_size=1,
            max_size=3,
        ).map(tuple),
        st.binary(max_size=30),
        min_size=1,
        max_size=8,
    )
)
def test_any_names_a_disk_can_hold_are_kept(tmp_path_factory, tree):
    base = tmp_path_factory.mktemp("names")
    root = base / "root"
    made_files = {}
    for parts, data in tree.items():
        path = root.joinpath(*map(os.fsdecode, parts))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                file.write(data)
        except OSError:  # a file stands where a folder would have to be, or the other way round
            continue
        made_files[b"/".join(parts)] = data
    case = Case.create(base / "c.case", Settings("R", "N", "", "", "UTC", datetime(2026, 1, 1, tzinfo=UTC)))
    made = add(case, base / "root", copy=True)
    assert made.files == len(made_files)
    lines = (case.exhibits / "EX-1" / "manifest.jsonl").read_bytes().splitlines()
    listed = [entry for entry in map(json.loads, lines) if entry["kind"] == "file"]
    names = {bytes.fromhex(e["path_hex"]) if "path_hex" in e else e["path"].encode(): e for e in listed}
    assert {n: e["sha256"] for n, e in names.items()} == {
        n: hashlib.sha256(data).hexdigest() for n, data in made_files.items()
    }
    assert verify(case).exit_code == 0
    shutil.rmtree(base)


def test_an_exhibit_whose_own_name_is_no_text(empty_case, tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/B\xfcro.sql"))
    path.write_bytes(b"x")
    made = add(empty_case, path, copy=False)
    again = add(empty_case, path, copy=True)
    assert exhibits(empty_case) == [made, again]
    assert made.location(empty_case) == path
    assert verify(empty_case).exit_code == 0


def test_references_count_on(empty_case, dump):
    assert add(empty_case, dump).reference == "EX/1"
    assert add(empty_case, dump).reference == "EX/2"
    assert add(empty_case, dump, reference="KC/09").reference == "KC/09"
    assert add(empty_case, dump).reference == "KC/10"
    assert add(empty_case, dump, reference="KC/11").reference == "KC/11"
    assert add(empty_case, dump, reference="KC/2").reference == "KC/2"
    assert add(empty_case, dump).reference == "KC/3"
    assert add(empty_case, dump, reference="Laptop").reference == "Laptop"
    assert add(empty_case, dump).reference == "Laptop/2"
    order = ["EX/1", "EX/2", "KC/2", "KC/3", "KC/09", "KC/10", "KC/11", "Laptop", "Laptop/2"]
    assert [exhibit.reference for exhibit in exhibits(empty_case)] == order


def test_a_reference_is_given_once(empty_case, dump):
    add(empty_case, dump, reference="KC/1")
    before = (empty_case.exhibits / "KC-1" / "exhibit.toml").read_bytes()
    refused(empty_case, dump, r"^Exhibit KC/1 is already in the case\.$", reference="KC/1", note="another")
    refused(empty_case, dump, "too like KC/1", reference="KC-1")
    refused(empty_case, dump, "too like KC/1", reference="kc/1")
    assert (empty_case.exhibits / "KC-1" / "exhibit.toml").read_bytes() == before


@pytest.mark.parametrize(
    "reference",
    [
        "",
        " ",
        ".",
        "..",
        "/",
        "/etc",
        "../x",
        "a/../b",
        "a//b",
        "a/",
        "a/./b",
        "a\x00b",
        "a\nb",
        "a\\b",
        "-x",
        ".hidden",
        "x" * 65,
        "é",
        "a /b",
        "a:b",
        "�",
        "exhibit\x1b[2J",
    ],
)
def test_references_that_would_harm_are_refused(empty_case, dump, reference):
    refused(empty_case, dump, "can't be an exhibit's reference", reference=reference)


@settings(max_examples=200, deadline=None)
@given(reference=st.text(max_size=70))
def test_no_reference_leads_out_of_the_case(reference):
    try:
        _check_reference(reference)
    except UserError:
        return
    name = folder_name(reference)
    assert Path("/case/exhibits", name).name == name
    assert os.path.normpath(f"/case/exhibits/{name}") == f"/case/exhibits/{name}"


def test_what_can_be_no_exhibit_is_refused(empty_case, tmp_path, dump):
    refused(empty_case, tmp_path / "absent", "is not there")
    refused(empty_case, Path("a\0b"), "no path")
    os.mkfifo(tmp_path / "pipe")
    refused(empty_case, tmp_path / "pipe", "is a pipe")
    refused(empty_case, Path("/dev/null"), "is a character device")
    (tmp_path / "nothing").mkdir()
    refused(empty_case, tmp_path / "nothing", "empty folder")
    (tmp_path / "loop").symlink_to("loop")
    refused(empty_case, tmp_path / "loop", "can't be read")
    refused(empty_case, empty_case.path / "case.toml", "lies in the case folder")
    refused(empty_case, empty_case.path, "lies in the case folder")
    refused(empty_case, tmp_path, "holds the case folder")
    refused(empty_case, dump, "is no time", seized_at="yesterday")
    refused(empty_case, dump, "no text", note="\udcff")
    assert not empty_case.ledger.exists()


def test_an_empty_file_is_what_it_is(empty_case, tmp_path):
    (tmp_path / "empty.sql").write_bytes(b"")
    made = add(empty_case, tmp_path / "empty.sql")
    assert (made.size, made.sha256) == (0, hashlib.sha256(b"").hexdigest())
    assert verify(empty_case).exit_code == 0


UNREADABLE = """
import os, sys
from pathlib import Path
from stocktake.case import Case, Settings, folder_name
from stocktake.custody.exhibit import add
from stocktake.errors import UserError
os.setgroups([]) if os.getuid() == 0 else None
os.setuid(65534) if os.getuid() == 0 else None
case = Case.open(Path(sys.argv[1]))
for path in sys.argv[2:]:
    try:
        add(case, Path(path))
    except UserError as error:
        assert "can't be read" in str(error) and "Permission denied" in str(error), error
    else:
        sys.exit(f"{path} was added")
    assert [p.name for p in case.exhibits.iterdir()] == []
"""


def test_what_may_not_be_read_is_refused():
    # Root may read anything, so the test becomes nobody; pytest's folders are for their owner alone.
    base = Path(subprocess.check_output(["mktemp", "-d", "/tmp/stocktake-test-XXXXXX"], text=True).strip())
    try:
        (base / "file").write_bytes(b"x")
        (base / "tree" / "locked").mkdir(parents=True)
        (base / "tree2").mkdir()
        (base / "tree2" / "file").write_bytes(b"x")
        Case.create(base / "c.case", Settings("R", "N", "", "", "UTC", datetime(2026, 1, 1, tzinfo=UTC)))
        for path in [base, base / "c.case", base / "c.case" / "exhibits", base / "c.case" / "case.toml"]:
            path.chmod(0o777)
        for path in (base / "file", base / "tree" / "locked", base / "tree2" / "file"):
            path.chmod(0)
        ran = subprocess.run(
            [sys.executable, "-c", UNREADABLE]
            + [str(base / name) for name in ("c.case", "file", "tree", "tree2")],
            check=False,
            capture_output=True,
            text=True,
            env={**os.environ, "STOCKTAKE_KEY": str(base / "key.pem")},
        )
        assert ran.returncode == 0, ran.stderr
    finally:
        (base / "tree" / "locked").chmod(0o700)
        shutil.rmtree(base)


def test_a_file_that_changes_while_it_is_read_is_refused(empty_case, tmp_path):
    growing = tmp_path / "log"
    growing.write_bytes(b"x" * (3 * BLOCK))
    for change in (
        lambda: os.truncate(growing, 5 * BLOCK),
        lambda: growing.write_bytes(b"y" * (3 * BLOCK)),
        lambda: os.truncate(growing, BLOCK),
    ):
        growing.write_bytes(b"x" * (3 * BLOCK))
        once = iter([change])
        refused(
            empty_case,
            growing,
            "changed while it was being read",
            copy=True,
            progress=lambda *_, once=once: next(once, lambda: None)(),
        )
    assert not empty_case.ledger.exists()


def test_a_link_stands_for_what_it_leads_to(empty_case, dump, tmp_path):
    (tmp_path / "link").symlink_to(dump)
    made = add(empty_case, tmp_path / "link")
    assert (made.name, made.location(empty_case)) == ("shop.sql", dump)


def test_progress_reaches_the_end(empty_case, tmp_path):
    root = make_tree(tmp_path / "www")
    told = []
    made = add(empty_case, root, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (made.size, made.size)
    assert all(done <= total for done, total in told)


def test_parcels_are_marked(empty_case, dump):
    assert add(empty_case, dump, parcels=True).purpose == "parcels"
    assert exhibits(empty_case)[0].purpose == "parcels"


@pytest.mark.parametrize(
    "moment", ["hashing", "before the ledger", "after the ledger", "before the last sync"]
)
@pytest.mark.parametrize("reference", ["KC/1", ""])
def test_killed_at_each_step_the_same_command_ends_as_if_it_was_not(empty_case, tmp_path, moment, reference):
    (tmp_path / "dump.sql").write_bytes(random.Random(1).randbytes(3 * BLOCK + 5))
    running = adder(empty_case, tmp_path / "dump.sql", reference, moment)
    running.communicate()
    assert running.returncode == -signal.SIGKILL
    found = verify(empty_case)
    assert found.exit_code == 0, found.lines()
    committed = moment in ("after the ledger", "before the last sync")
    assert [e.reference for e in exhibits(empty_case)] == ([reference or "EX/1"] if committed else [])
    if moment == "before the last sync":
        return  # it has its name: the adding had come to its end
    running = adder(empty_case, tmp_path / "dump.sql", reference)
    out, err = running.communicate()
    assert running.returncode == 0, err
    assert out.split() == ["ready", reference or "EX/1"]
    found = verify(empty_case)
    assert (found.exit_code, found.counts["exhibits"]) == (0, 1)
    assert len(list(ledger.entries(empty_case))) == 1
    folder = empty_case.exhibits / (reference or "EX/1").replace("/", "-")
    assert sorted(path.name for path in folder.iterdir()) == ["copy", "exhibit.toml"]
    assert list(empty_case.exhibits.iterdir()) == [folder]


def test_killed_at_any_moment_nothing_half_done_counts(empty_case, tmp_path):
    moments = random.Random(3)
    data = moments.randbytes(12 * BLOCK)
    (tmp_path / "dump.sql").write_bytes(data)
    for turn in range(10):
        running = adder(empty_case, tmp_path / "dump.sql", f"KC/{turn}")
        running.stdout.readline()
        time.sleep(moments.uniform(0, 0.15))
        running.send_signal(signal.SIGKILL)
        running.communicate()
        found = verify(empty_case)
        assert found.failures == []
        assert all("no seal yet" in unchecked.message for unchecked in found.unchecked)
        for exhibit in exhibits(empty_case):
            assert exhibit.location(empty_case).read_bytes() == data
    made = add(empty_case, tmp_path / "dump.sql", reference="AB/1", copy=True)
    assert made in exhibits(empty_case)
    found = verify(empty_case)
    assert (found.exit_code, found.counts["exhibits"]) == (0, len(exhibits(empty_case)))


def test_an_interrupted_adding_is_not_taken_for_another(empty_case, dump):
    running = adder(empty_case, dump, "KC/1", "after the ledger")
    running.communicate()
    with pytest.raises(UserError, match="already in the case"):
        add(empty_case, dump, reference="KC/1", note="a different note", copy=True)
    assert [exhibit.note for exhibit in exhibits(empty_case)] == ["as before"]


def test_an_interrupted_keyboard_leaves_nothing(empty_case, dump):
    def stop(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        add(empty_case, dump, copy=True, progress=stop)
    assert list(empty_case.exhibits.iterdir()) == []


def test_several_at_once_each_get_their_own(empty_case, tmp_path):
    (tmp_path / "dump.sql").write_bytes(random.Random(4).randbytes(8 * BLOCK))
    running = [adder(empty_case, tmp_path / "dump.sql") for _ in range(4)]
    told = [process.communicate() for process in running]
    assert [process.returncode for process in running] == [0] * 4, told
    assert sorted(out.split()[1] for out, _ in told) == ["EX/1", "EX/2", "EX/3", "EX/4"]
    found = verify(empty_case)
    assert (found.exit_code, found.counts["exhibits"]) == (0, 4)


def test_of_several_with_one_reference_one_wins(empty_case, tmp_path):
    (tmp_path / "dump.sql").write_bytes(random.Random(4).randbytes(8 * BLOCK))
    running = [adder(empty_case, tmp_path / "dump.sql", "KC/1") for _ in range(4)]
    told = [process.communicate() for process in running]
    assert sorted(process.returncode for process in running) == [0, 1, 1, 1]
    for process, (_, err) in zip(running, told, strict=True):
        if process.returncode:
            assert "already in the case" in err or "is being added" in err
    assert len(exhibits(empty_case)) == 1
    assert verify(empty_case).exit_code == 0


def test_an_adding_under_way_is_left_alone(empty_case, tmp_path, dump):
    (tmp_path / "slow.sql").write_bytes(b"x" * (2 * BLOCK))
    reached, go_on = threading.Event(), threading.Event()

    def wait(*_):
        reached.set()
        assert go_on.wait(60)

    slow = threading.Thread(
        target=add, args=(empty_case, tmp_path / "slow.sql"), kwargs={"reference": "KC/1", "progress": wait}
    )
    slow.start()
    assert reached.wait(60)
    with pytest.raises(UserError, match="is being added by another stocktake"):
        add(empty_case, dump, reference="KC/1")
    assert add(empty_case, dump, reference="KC/2").reference == "KC/2"
    found = verify(empty_case)
    assert [note.subject for note in found.notes if "being added" in note.message] == ["KC-1"]
    go_on.set()
    slow.join()
    assert [exhibit.reference for exhibit in exhibits(empty_case)] == ["KC/1", "KC/2"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"",
        lambda _: b"\xff\xfe",
        lambda text: text.replace(b"sha256", b"sha255"),
        lambda text: text.replace(b'"KC/1"', b'"KC/2"'),
        lambda text: text.replace(b"size = ", b"size = -inf #"),
        lambda text: text + b"[" * 100_000,
    ],
)
def test_a_damaged_exhibit_toml_is_named(empty_case, dump, damage):
    add(empty_case, dump, reference="KC/1")
    path = empty_case.exhibits / "KC-1" / "exhibit.toml"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(UserError, match=r"KC-1/exhibit\.toml is damaged"):
        exhibits(empty_case)
    found = verify(empty_case)
    assert [failure.subject for failure in found.failures] == ["KC/1"]
    assert "exhibit.toml" in found.failures[0].message


def test_a_folder_that_is_not_ours_is_left_alone(empty_case, dump):
    (empty_case.exhibits / "KC-1").mkdir()
    (empty_case.exhibits / "KC-1" / "precious").write_bytes(b"x")
    refused(empty_case, dump, "in the way", reference="KC/1")
    assert (empty_case.exhibits / "KC-1" / "precious").read_bytes() == b"x"


FULL = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from stocktake.case import Case, Settings
from stocktake.custody.exhibit import add, exhibits
from stocktake.custody.verification import verify
from stocktake.errors import UserError

disk, source = Path(sys.argv[1]), Path(sys.argv[2])
case = Case.create(disk / "full.case", Settings("R", "N", "", "", "UTC", datetime.now(UTC)))
(source / "small").write_bytes(b"x" * 1000)
add(case, source / "small", copy=True)
for name in ("large.sql", "tree"):
    try:
        add(case, source / name, copy=True)
    except UserError as error:
        told = str(error)
    else:
        sys.exit("the disk never was full")
    assert told in (
        "Exhibit EX/2 was not added: No space left on device.", "Exhibit EX/2 was not added: File too large."
    ), told
    assert [p.name for p in case.exhibits.iterdir()] == ["EX-1"]
    assert len(exhibits(case)) == 1
    found = verify(case)
    assert found.exit_code == 0, found.lines()
assert add(case, source / "large.sql").reference == "EX/2"
assert verify(case).exit_code == 0
"""


def test_a_full_disk_leaves_nothing_half_done(tmp_path):
    source = tmp_path / "seized"
    (source / "tree").mkdir(parents=True)
    (source / "large.sql").write_bytes(random.Random(1).randbytes(6 << 20))
    shutil.copy(source / "large.sql", source / "tree" / "large.sql")
    run_on_small_disk(FULL, tmp_path / "disk", 2 << 20, source)


def test_a_failing_source_costs_no_half_exhibit(empty_case, tmp_path, monkeypatch):
    (tmp_path / "dump.sql").write_bytes(b"x" * (3 * BLOCK))

    def broken(handle, buffers):
        if os.lseek(handle, 0, os.SEEK_CUR) >= BLOCK:
            raise OSError(5, "Input/output error")
        return os_readv(handle, buffers)

    os_readv = os.readv
    monkeypatch.setattr(hashing.os, "readv", broken)
    refused(empty_case, tmp_path / "dump.sql", "can't be read to its end: Input/output error", copy=True)
