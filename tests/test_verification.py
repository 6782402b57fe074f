"""Verification: each kind of tampering is found and named; hostile case folders harm nothing."""

import ast
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from stocktake.case import Case, Settings
from stocktake.custody import ledger, signing, verify_case
from stocktake.custody.exhibit import add
from stocktake.custody.verification import SCRIPT, verify

LINES = 9
ZERO = "0" * 64


def new_case(path):
    return Case.create(path, Settings("R/1", "N", "", "", "UTC", datetime(2026, 1, 1, tzinfo=UTC)))


def tree(case):
    """Every name, kind, size, time of change and content of the case, to see that nothing was written."""
    return {
        str(path.relative_to(case.path)): (
            path.lstat().st_mode,
            path.lstat().st_mtime_ns,
            path.read_bytes() if path.is_file() else b"",
        )
        for path in case.path.rglob("*")
    }


def failed(case):
    """File and line of each failure; nothing in the case was written to find them."""
    before = tree(case)
    found = verify(case)
    assert tree(case) == before
    assert found.exit_code == 1 or not found.failures
    return [(f.subject, f.line) for f in found.failures]


def in_the_ledger(case):
    """The lines that are named, the lowest first."""
    return sorted(line for subject, line in failed(case) if subject == "ledger.jsonl")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The bytes of a ledger of nine lines and of its seals."""
    case = new_case(tmp_path_factory.mktemp("whole") / "whole.case")
    patch = pytest.MonkeyPatch()
    patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.getbasetemp() / "installation"))
    for number in range(LINES):
        ledger.record(case, "note", {"number": number, "text": "x" * (number * 7)})
    patch.undo()
    return case.ledger.read_bytes(), (case.path / "ledger.sig").read_bytes()


@pytest.fixture(scope="module")
def tampered(tmp_path_factory, whole) -> Callable[..., Case]:
    """Puts a changed ledger, and maybe changed seals, into the one case that this module's tests share."""
    case = new_case(tmp_path_factory.mktemp("tampered") / "tampered.case")

    def put(stored, seals=None):
        case.ledger.write_bytes(stored)
        (case.path / "ledger.sig").write_bytes(whole[1] if seals is None else seals)
        return case

    return put


def test_a_whole_ledger_passes(tampered, whole):
    found = verify(tampered(whole[0]))
    assert (found.exit_code, found.failures, found.notes, found.unchecked) == (0, [], [], [])
    assert (found.counts["ledger_lines"], found.counts["signatures"]) == (LINES, LINES)


# ----------------------------------------------------------------------- one change of each kind, by hand


def lines_of(stored):
    return stored.splitlines(keepends=True)


@pytest.mark.parametrize("line", range(1, LINES + 1))
def test_a_changed_line_is_named(tampered, whole, line):
    lines = lines_of(whole[0])
    lines[line - 1] = lines[line - 1].replace(b'"action":"note"', b'"action":"nope"')
    case = tampered(b"".join(lines))
    assert failed(case) == [("ledger.jsonl", line)]
    assert verify(case).failures[0].message == (
        f"Ledger line {line} is not what was sealed as line {line}: it was changed."
    )


@pytest.mark.parametrize("line", range(1, LINES + 1))
def test_a_removed_line_is_named(tampered, whole, line):
    lines = lines_of(whole[0])
    del lines[line - 1]
    case = tampered(b"".join(lines))
    assert failed(case) == [("ledger.jsonl", line)]
    message = verify(case).failures[0].message
    if line < LINES:
        assert message == f"Ledger line {line} is entry {line + 1}: line {line} was removed or moved."
    else:
        assert (
            message
            == f"The ledger ends after line {line - 1}, but line {line} was sealed: the end was cut off."
        )


@pytest.mark.parametrize("line", range(1, LINES + 2))
def test_an_inserted_line_is_named(tampered, whole, line):
    lines = lines_of(whole[0])
    previous = hashlib.sha256(lines[line - 2]).hexdigest() if line > 1 else ZERO
    forged = json.loads(lines[0]) | {"line": line, "previous": previous, "detail": {"forged": True}}
    lines.insert(line - 1, verify_case.canonical(forged) + b"\n")
    case = tampered(b"".join(lines))
    if line <= LINES:
        assert failed(case) == [("ledger.jsonl", line)]
        assert "was put in" in verify(case).failures[0].message
    else:
        # A forged line in proper form after the last cannot be told from one that waits for its seal.
        assert verify(case).exit_code == 1
        assert [unchecked.line for unchecked in verify(case).unchecked] == [line]


def test_two_forged_lines_at_the_end_need_a_person(tampered, whole):
    stored = whole[0]
    for line in (LINES + 1, LINES + 2):
        previous = hashlib.sha256(lines_of(stored)[-1]).hexdigest()
        forged = json.loads(lines_of(stored)[0]) | {"line": line, "previous": previous}
        stored += verify_case.canonical(forged) + b"\n"
    found = verify(tampered(stored))
    assert found.exit_code == 1
    assert [(u.kind, u.line) for u in found.unchecked] == [("seal", LINES + 1)]


@pytest.mark.parametrize(("first", "second"), [(1, 2), (4, 5), (2, 8), (1, 9), (8, 9)])
def test_reordered_lines_are_named(tampered, whole, first, second):
    lines = lines_of(whole[0])
    lines[first - 1], lines[second - 1] = lines[second - 1], lines[first - 1]
    assert in_the_ledger(tampered(b"".join(lines)))[0] == first


@pytest.mark.parametrize("line", range(1, LINES + 1))
def test_a_repeated_line_is_named(tampered, whole, line):
    lines = lines_of(whole[0])
    lines.insert(line, lines[line - 1])
    assert in_the_ledger(tampered(b"".join(lines))) == [line + 1]


@pytest.mark.parametrize("kept", range(LINES))
def test_a_cut_off_tail_is_named(tampered, whole, kept):
    case = tampered(b"".join(lines_of(whole[0])[:kept]))
    assert failed(case) == [("ledger.jsonl", kept + 1)]


def test_a_ledger_cut_off_and_gone_on_with_is_named(tampered, whole):
    # With ledger.sig cut off too, an entry is written; then the seals that were there are put before its own.
    case = tampered(b"".join(lines_of(whole[0])[:5]), b"".join(lines_of(whole[1])[:5]))
    ledger.record(case, "note", {"after": "the cut"})
    seals = case.path / "ledger.sig"
    seals.write_bytes(whole[1] + lines_of(seals.read_bytes())[-1])
    found = verify(case)
    assert any("sealed more than once" in f.message and f.line == 6 for f in found.failures)
    for number in range(10):
        ledger.record(case, "note", {"number": number})
    assert any("sealed more than once" in f.message and f.line == 6 for f in verify(case).failures)


def test_two_changes_are_both_named(tampered, whole):
    lines = lines_of(whole[0])
    for line in (3, 7):
        lines[line - 1] = lines[line - 1].replace(b"note", b"nope")
    assert in_the_ledger(tampered(b"".join(lines))) == [3, 7]


@pytest.mark.parametrize("line", range(1, LINES))
def test_without_seals_the_chain_still_names_the_pair(tampered, whole, line):
    lines = lines_of(whole[0])
    lines[line - 1] = lines[line - 1].replace(b'"action":"note"', b'"action":"nope"')
    case = tampered(b"".join(lines), b"")
    found = verify(case)
    assert [f.line for f in found.failures if f.kind == "ledger"] == [line + 1]
    assert f"does not follow from line {line}" in found.failures[0].message
    assert any(f.subject == "ledger.sig" for f in found.failures)


def test_a_removed_ledger_is_named(tampered, whole):
    case = tampered(whole[0])
    case.ledger.unlink()
    assert failed(case) == [("ledger.jsonl", 1)]


@pytest.mark.parametrize("line", range(1, LINES + 1))
def test_a_removed_seal_is_named(tampered, whole, line):
    seals = lines_of(whole[1])
    del seals[line - 1]
    case = tampered(whole[0], b"".join(seals))
    if line < LINES:
        assert failed(case) == [("ledger.sig", line)]
    else:  # as if stocktake had been interrupted before it
        assert [unchecked.line for unchecked in verify(case).unchecked] == [LINES]


def test_seals_out_of_order_are_named(tampered, whole):
    seals = lines_of(whole[1])
    seals[3], seals[4] = seals[4], seals[3]
    assert failed(tampered(whole[0], b"".join(seals))) == [("ledger.sig", 5)]


def rewritten(stored, key, change):
    """The ledger and seals that somebody would make who changes what he likes and signs it with his key."""
    previous, lines, seals = ZERO, [], []
    for line in lines_of(stored):
        entry = change(json.loads(line))
        entry["previous"] = previous
        lines.append(verify_case.canonical(entry) + b"\n")
        previous = hashlib.sha256(lines[-1]).hexdigest()
        seal = {"count": entry["line"], "head": previous, "at": entry["at"], "key": signing.public_hex(key)}
        seal["signature"] = key.sign(verify_case.signed_bytes(seal)).hex()
        seals.append(verify_case.canonical(seal) + b"\n")
    return b"".join(lines), b"".join(seals)


def test_a_rewritten_ledger_is_seen_by_its_key_and_by_a_printed_head(tampered, whole):
    def change(entry):
        return entry | {"detail": {"innocent": True}} if entry["line"] == 4 else entry

    other = Ed25519PrivateKey.generate()
    case = tampered(*rewritten(whole[0], other, change))
    found = verify(case)
    assert found.exit_code == 0  # whole in itself …
    other_print = verify_case.fingerprint(signing.public_hex(other))
    assert [note.message for note in found.notes] == [
        f"Key {other_print} is not the key of this installation."
    ]
    printed = hashlib.sha256(lines_of(whole[0])[5]).hexdigest()
    ran = verify_case.verify(str(case.path), head=printed, count=6)
    assert [(f.subject, f.line) for f in ran.failures] == [("ledger.jsonl", 6)]
    assert verify_case.verify(str(case.path), head=printed).failures
    assert verify_case.verify(str(case.path), key=signing.own_fingerprint()).failures


def test_both_ends_cut_off_are_seen_by_a_printed_count(tampered, whole):
    case = tampered(b"".join(lines_of(whole[0])[:6]), b"".join(lines_of(whole[1])[:6]))
    assert verify(case).exit_code == 0
    head = hashlib.sha256(lines_of(whole[0])[-1]).hexdigest()
    found = verify_case.verify(str(case.path), head=head, count=LINES)
    assert found.failures[0].message == "The ledger has 6 lines, but 9 were printed: its end was cut off."
    assert verify_case.verify(str(case.path), count=LINES).exit_code == 1
    sound = hashlib.sha256(lines_of(whole[0])[3]).hexdigest()
    assert verify_case.verify(str(case.path), head=sound.upper() + " ", count=4).exit_code == 0


def test_a_seal_with_a_forged_signature_is_named(tampered, whole):
    seals = lines_of(whole[1])
    seal = json.loads(seals[4])
    seals[4] = verify_case.canonical(seal | {"head": "ab" * 32}) + b"\n"
    assert ("ledger.sig", 5) in failed(tampered(whole[0], b"".join(seals)))


# --------------------------------------------------------------------------------- any change of each kind


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_changed_byte_is_found_in_its_line(tampered, whole, data):
    stored = bytearray(whole[0])
    at = data.draw(st.integers(0, len(stored) - 1))
    stored[at] ^= data.draw(st.integers(1, 255))
    assert in_the_ledger(tampered(bytes(stored)))[0] == whole[0][:at].count(b"\n") + 1


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_cut_is_found_in_its_line(tampered, whole, data):
    kept = data.draw(st.integers(0, len(whole[0]) - 1))
    named = in_the_ledger(tampered(whole[0][:kept]))[0]
    line = whole[0][:kept].count(b"\n") + 1
    # Where no more than the newline of a line is gone, the line itself is whole and the next is missing.
    assert named == line or (named == line + 1 and whole[0][kept : kept + 1] == b"\n")


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_bytes_put_in_are_found_in_their_line(tampered, whole, data):
    at = data.draw(st.integers(0, len(whole[0])))
    put_in = data.draw(st.binary(min_size=1, max_size=30))
    stored = whole[0][:at] + put_in + whole[0][at:]
    case = tampered(stored)
    # Put before a byte like itself, a byte shows only further on: what counts is where the files part.
    pairs = enumerate(zip(stored, whole[0], strict=False))
    parts_at = next((at for at, (is_now, was) in pairs if is_now != was), len(whole[0]))
    line = stored[:parts_at].count(b"\n") + 1
    if line > LINES and not stored.endswith(b"\n"):
        assert verify(case).notes  # bytes after the last line, as of a torn one
    else:
        assert in_the_ledger(case)[0] == line


@settings(max_examples=100, deadline=None)
@given(order=st.permutations(range(LINES)), repeats=st.lists(st.integers(0, LINES - 1), max_size=3))
def test_any_shuffle_is_found_at_its_first_line(tampered, whole, order, repeats):
    shuffled = [*order, *repeats]
    lines = lines_of(whole[0])
    first = next((n for n, line in enumerate(shuffled) if n != line), None)
    case = tampered(b"".join(lines[line] for line in shuffled))
    if first is None:
        assert verify(case).exit_code == 0
    else:
        assert in_the_ledger(case)[0] == first + 1


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_any_changed_byte_of_a_seal_is_found(tampered, whole, data):
    seals = bytearray(whole[1])
    at = data.draw(st.integers(0, len(seals) - 2))  # the last newline alone proves nothing
    seals[at] ^= data.draw(st.integers(1, 255))
    assert ("ledger.sig", whole[1][:at].count(b"\n") + 1) in failed(tampered(whole[0], bytes(seals)))


@settings(max_examples=300, deadline=None)
@given(stored=st.binary(max_size=300), seals=st.binary(max_size=300))
def test_any_bytes_for_a_ledger_harm_nothing(tampered, stored, seals):
    found = verify(tampered(stored, seals))
    assert found.exit_code in (0, 1)
    assert all("\n" not in line for line in found.lines())
    json.dumps(found.as_dict())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(["KC/1", "../x", "", "a\0b", "\ud800", "/etc", "x" * 300, "C:\\x"])


@settings(max_examples=300, deadline=None)
@given(
    wild=st.lists(
        st.fixed_dictionaries(
            {
                "action": st.sampled_from(["add", "process", "report", "export", "new", "settings"]),
                "line": st.integers(1, 9) | JSON,
                "previous": st.just(ZERO) | JSON,
                "detail": st.fixed_dictionaries(
                    {},
                    optional={
                        "exhibit": NAMES | JSON,
                        "kind": st.sampled_from(["file", "folder"]) | JSON,
                        "path": NAMES | st.just("/dev/zero") | JSON,
                        "path_hex": st.just("zz") | st.just("00") | JSON,
                        "copied": st.booleans() | JSON,
                        "size": JSON,
                        "sha256": JSON,
                        "exhibit_toml": JSON,
                        "file": NAMES | JSON,
                        "settings_sha256": JSON,
                        "name": JSON,
                        "manifests": st.dictionaries(NAMES, JSON, max_size=2) | JSON,
                    },
                ),
            }
        ),
        max_size=4,
    )
)
def test_any_entry_harms_nothing(tampered, wild):
    case = tampered(b"".join(json.dumps(entry).encode() + b"\n" for entry in wild))
    found = verify(case)
    assert all("\n" not in line for line in found.lines())


@pytest.mark.parametrize(
    "line",
    [
        b"[" * 200_000,
        b'{"a":' * 100_000,
        b'{"line":1,"line":2}',
        b'{"line":' + b"9" * 100_000 + b"}",
        b'{"line":1e999}',
        b'{"line":NaN}',
        b"\x80\x81" * 1000,
        b"\0" * 70_000,
        b"1",
        b'"' + b"x" * 5_000_000 + b'"',
    ],
    ids=lambda line: repr(line[:12]),
)
def test_hostile_lines_are_named(tampered, whole, line):
    lines = lines_of(whole[0])
    case = tampered(b"".join([*lines[:3], line + b"\n", *lines[3:]]))
    assert in_the_ledger(case) == [4]
    seals = lines_of(whole[1])
    case = tampered(whole[0], b"".join([*seals[:3], line + b"\n", *seals[3:]]))
    assert failed(case) == [("ledger.sig", 4)]


def test_a_line_of_a_gigabyte_is_named_in_little_memory(tmp_path, whole):
    case = new_case(tmp_path / "c.case")
    case.ledger.write_bytes(whole[0])
    (case.path / "ledger.sig").write_bytes(whole[1])
    with case.ledger.open("ab") as file:
        file.truncate(len(whole[0]) + (1 << 30))
    limited = (
        "import resource, runpy, sys; sys.argv = sys.argv[1:];"
        "resource.setrlimit(resource.RLIMIT_AS, (600 << 20, 600 << 20));"
        "runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    ran = subprocess.run(
        [sys.executable, "-c", limited, str(SCRIPT), str(case.path)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert "Traceback" not in ran.stderr, ran.stderr
    assert "Ledger line 10 was cut short" in ran.stdout


@pytest.mark.parametrize("name", ["ledger.jsonl", "ledger.sig"])
@pytest.mark.parametrize("kind", ["link", "pipe", "folder", "device"])
def test_a_ledger_that_is_no_file_is_named_and_not_opened(tmp_path, whole, name, kind):
    case = new_case(tmp_path / "c.case")
    case.ledger.write_bytes(whole[0])
    (case.path / "ledger.sig").write_bytes(whole[1])
    path = case.path / name
    path.unlink()
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to("/dev/zero" if kind == "device" else tmp_path / "elsewhere")
        (tmp_path / "elsewhere").write_bytes(whole[0])
    found = verify(case)
    assert name in {f.subject for f in found.failures}


# --------------------------------------------------------------------------- exhibits, and what was derived


@pytest.fixture
def full(tmp_path):
    """A file and a folder, each referenced and copied; one of them processed, and a report."""
    seized = tmp_path / "seized"
    (seized / "www" / "sub").mkdir(parents=True)
    (seized / "www" / "index.php").write_bytes(b"<?php")
    (seized / "www" / "sub" / "a.sql").write_bytes(b"A" * 5000)
    (seized / "www" / "sub.txt").write_bytes(b"text")
    (seized / "www" / "link").symlink_to("index.php")
    (seized / "shop.sql").write_bytes(random.Random(1).randbytes(100_000))
    case = new_case(tmp_path / "full.case")
    for reference, name, copy in (
        ("KC/1", "shop.sql", False),
        ("KC/2", "shop.sql", True),
        ("KC/3", "www", False),
        ("KC/4", "www", True),
    ):
        add(case, seized / name, reference=reference, copy=copy)
    process(case)
    (case.reports / "summary.pdf").write_bytes(b"%PDF-1.7")
    ledger.record(case, "report", {"file": "reports/summary.pdf", "sha256": sha256(b"%PDF-1.7"), "kind": "x"})
    return case


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def process(case, exhibit="KC/1", text=b"part"):
    """Parts, manifests and a ledger entry as processing leaves them."""
    folder = exhibit.replace("/", "-")
    unit = case.raw / folder / "shop.sql~1"
    table = case.tables / "orders" / folder
    for parent in (unit / "db.t", table):
        parent.mkdir(parents=True, exist_ok=True)
    (unit / "db.t" / "part-00000.parquet").write_bytes(text)
    (table / "part-00000.parquet").write_bytes(text * 2)
    part = {"file": "db.t/part-00000.parquet", "sha256": sha256(text), "rows": 1, "bytes": len(text)}
    (unit / "manifest.json").write_text(json.dumps({"tables": [{"name": "t", "parts": [part]}]}))
    part = {"file": f"orders/{folder}/part-00000.parquet", "sha256": sha256(text * 2), "rows": 1}
    (case.tables / f"{folder}.json").write_text(json.dumps({"parts": [part]}))
    manifests = {
        path.relative_to(case.path).as_posix(): sha256(path.read_bytes())
        for path in (unit / "manifest.json", case.tables / f"{folder}.json")
    }
    ledger.record(case, "process", {"exhibit": exhibit, "manifests": manifests})


def subjects(case):
    found = verify(case)
    return [f.subject for f in found.failures], [f.subject for f in found.unchecked]


def test_a_whole_case_passes_and_is_not_written_to(full):
    before = tree(full)
    told = []
    found = verify(full, progress=lambda done, total: told.append((done, total)))
    assert (found.exit_code, found.failures, found.unchecked) == (0, [], [])
    assert found.counts == {
        "ledger_lines": 6,
        "seals": 6,
        "signatures": 6,
        "settings": 0,
        "exhibits": 4,
        "files": 8,
        "parts": 4,
        "reports": 1,
    }
    assert [note.subject for note in found.notes] == ["KC/2", "KC/3", "KC/4"]
    assert told[-1][0] == told[-1][1] > 200_000
    assert tree(full) == before


SOURCES = {
    "KC/1": "../seized/shop.sql",
    "KC/2": "exhibits/KC-2/copy/shop.sql",
    "KC/3": "../seized/www/sub/a.sql",
    "KC/4": "exhibits/KC-4/copy/www/sub/a.sql",
}


@pytest.mark.parametrize("reference", SOURCES)
def test_a_changed_exhibit_is_named(full, reference):
    path = full.path / SOURCES[reference]
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    status = path.stat()
    path.write_bytes(data)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert subjects(full) == ([reference], [])
    assert "was changed" in verify(full).failures[0].message


@pytest.mark.parametrize("reference", ["KC/3", "KC/4"])
def test_a_changed_folder_is_named_file_by_file(full, reference):
    root = full.path / Path(SOURCES[reference]).parent.parent
    (root / "new.txt").write_bytes(b"new")
    (root / "sub.txt").unlink()
    (root / "link").unlink()
    (root / "link").symlink_to("/etc/passwd")
    (root / "index.php").unlink()
    (root / "index.php").mkdir()
    messages = [failure.message for failure in verify(full).failures]
    assert messages == [
        f"index.php in exhibit {reference} was a file and is a folder.",
        f"link in exhibit {reference} is a link that was changed.",
        f"Exhibit {reference} has a new entry: new.txt.",
        f"Exhibit {reference} has lost sub.txt.",
    ]


def test_a_lost_folder_within_a_folder_is_named(full):
    shutil.rmtree(full.path / "../seized/www/sub")
    messages = [failure.message for failure in verify(full).failures]
    assert messages == ["Exhibit KC/3 has lost sub.", "Exhibit KC/3 has lost sub/a.sql."]


def test_an_exhibit_out_of_reach_needs_a_person(full, tmp_path):
    (tmp_path / "seized").rename(tmp_path / "away")
    found = verify(full)
    assert (found.failures, found.exit_code) == ([], 1)
    assert [u.message for u in found.unchecked] == [
        "Exhibit KC/1 could not be checked: it is not at ../seized/shop.sql, seen from the case folder.",
        "Exhibit KC/3 could not be checked: it is not at ../seized/www, seen from the case folder.",
    ]
    ran = script(
        full, "--exhibit", f"KC/1={tmp_path}/away/shop.sql", "--exhibit", f"KC/3={tmp_path}/away/www"
    )
    assert ran.returncode == 0, ran.stdout


def test_a_lost_copy_is_a_failure(full):
    shutil.rmtree(full.exhibits / "KC-2" / "copy")
    assert subjects(full) == (["KC/2"], [])


def test_changed_statements_about_an_exhibit_are_named(full):
    path = full.exhibits / "KC-1" / "exhibit.toml"
    path.write_text(path.read_text().replace("KC/1", "KC/1") + "\n")
    manifest = full.exhibits / "KC-3" / "manifest.jsonl"
    manifest.write_bytes(manifest.read_bytes() + b"{}\n")
    (full.exhibits / "KC-4" / "manifest.jsonl").unlink()
    (full.exhibits / "KC-2" / "exhibit.toml").unlink()
    assert subjects(full) == (["KC/1", "KC/2", "KC/3", "KC/4"], [])


def test_exhibits_and_ledger_name_the_same(full):
    shutil.rmtree(full.exhibits / "KC-2")
    shutil.copytree(full.exhibits / "KC-1", full.exhibits / "KC-9")
    failures, _ = subjects(full)
    assert set(failures) == {"KC/2", "KC-9"}


def test_changed_missing_and_foreign_parts_are_named(full):
    unit = full.raw / "KC-1" / "shop.sql~1"
    (unit / "db.t" / "part-00000.parquet").write_bytes(b"tart")
    (full.tables / "orders" / "KC-1" / "part-00000.parquet").unlink()
    (full.tables / "orders" / "KC-1" / "part-00009.parquet").write_bytes(b"foreign")
    (full.raw / "XX-1" / "u").mkdir(parents=True)
    (full.raw / "XX-1" / "u" / "a.parquet").write_bytes(b"foreign")
    found = verify(full)
    assert sorted(failure.subject for failure in found.failures) == [
        "raw/KC-1/shop.sql~1/db.t/part-00000.parquet",
        "raw/XX-1/u/a.parquet",
        "tables/orders/KC-1/part-00000.parquet",
        "tables/orders/KC-1/part-00009.parquet",
    ]


def test_files_that_nothing_vouches_for_are_told(full):
    (full.exhibits / "KC-1" / "copy").mkdir()
    added = {
        "raw/KC-1/notes.txt",
        "raw/XX.bin",
        "tables/orders/KC-1/.hidden",
        "tables/link",
        "exhibits/KC-1/copy",
        "exhibits/KC-1/manifest.jsonl",
        "exhibits/KC-2/copy/second.sql",
        "exhibits/KC-2/exhibit.toml.new",
        "exhibits/KC-3/list.txt",
        "exhibits/KC-4/copy/other",
    }
    for path in added - {"exhibits/KC-1/copy", "tables/link"}:
        (full.path / path).write_bytes(b"x")
    (full.tables / "link").symlink_to("/etc/passwd")
    found = verify(full)
    assert (found.exit_code, found.failures) == (0, [])
    told = {
        note.message.split(" is ")[0] for note in found.notes if "nothing that the ledger" in note.message
    }
    assert told == added
    for number in range(500):
        (full.raw / f"more-{number}").write_bytes(b"")
    assert len(verify(full).notes) < 2 * verify_case.FINDINGS_OF_A_KIND


@pytest.mark.parametrize("path", ["raw/KC-1/shop.sql~1/manifest.json", "tables/KC-1.json"])
def test_a_changed_or_missing_manifest_is_named(full, path):
    manifest = full.path / path
    manifest.write_text(manifest.read_text().replace('"rows": 1', '"rows": 2'))
    assert path in subjects(full)[0]
    manifest.unlink()
    assert path in subjects(full)[0]


def test_the_newest_processing_counts(full):
    process(full, text=b"by another version")
    assert verify(full).exit_code == 0


def test_an_interrupted_processing_is_a_note(full):
    (full.raw / "KC-1" / "other~2" / "db.t").mkdir(parents=True)
    (full.raw / "KC-1" / "other~2" / "db.t" / "part-00000.parquet").write_bytes(b"half")
    (full.tables / ".new-KC-2" / "orders").mkdir(parents=True)
    (full.tables / ".new-KC-2" / "orders" / "part-00000.parquet").write_bytes(b"half")
    (full.raw / "KC-2" / "u").mkdir(parents=True)
    (full.raw / "KC-2" / "u" / "manifest.json").write_bytes(b"{}")
    found = verify(full)
    assert found.exit_code == 0
    assert sum(note.kind == "derived" and "/" in note.subject[4:] for note in found.notes) == 3


def test_a_manifest_that_leads_out_is_not_followed(full, tmp_path):
    (tmp_path / "secret.parquet").write_bytes(b"secret")
    good = sha256(b"secret")
    (full.raw / "KC-1" / "link.parquet").symlink_to(tmp_path / "secret.parquet")
    manifest = full.tables / "KC-1.json"
    parts = [
        {"file": "../../secret.parquet", "sha256": good},
        {"file": "../raw/KC-1/link.parquet", "sha256": good},
        {"file": str(tmp_path / "secret.parquet"), "sha256": good},
        {"file": "orders/\0", "sha256": good},
    ]
    manifest.write_text(json.dumps({"parts": parts}))
    detail = {"exhibit": "KC/1", "manifests": {"tables/KC-1.json": sha256(manifest.read_bytes())}}
    detail["manifests"]["../../etc/passwd"] = good
    detail["manifests"]["raw/KC-1/link.parquet"] = good
    ledger.record(full, "process", detail)
    found = verify(full)
    refused = [f.message for f in found.failures if "out of the case" in f.message or "symbolic" in f.message]
    assert len(refused) == 6
    assert found.counts["parts"] == 1


@pytest.mark.parametrize(
    "manifest", [b"", b"[]", b'{"parts":1}', b'{"parts":[{}]}', b'{"tables":[1]}', b"[" * 10**6, b"\xff"]
)
def test_a_manifest_that_is_none_is_named(full, manifest):
    (full.tables / "KC-1.json").write_bytes(manifest)
    ledger.record(full, "process", {"exhibit": "KC/1", "manifests": {"tables/KC-1.json": sha256(manifest)}})
    assert "tables/KC-1.json" in subjects(full)[0]


STATED = {"reference": "R/1", "name": "N", "lead_force": "", "authority": ""}


def with_settings(path, **stated):
    """A case whose first entry states its settings."""
    case = new_case(path)
    ledger.record(case, "new", STATED | stated)
    return case, case.path / "case.toml"


@pytest.mark.parametrize(
    "forge",
    [
        lambda text: text.replace('authority = ""', 'authority = "Warrant 9"'),
        lambda text: text.replace('"UTC"', '"Asia/Tokyo"'),
        lambda text: text + "# a remark\n",
        lambda _: "\xff",
    ],
)
def test_changed_settings_are_named(tmp_path, forge):
    case, settings = with_settings(tmp_path / "c.case")
    digest = sha256(settings.read_bytes())
    case, settings = with_settings(tmp_path / "d.case", time_zone="UTC", settings_sha256=digest)
    found = verify(case)
    assert (found.exit_code, found.notes, found.counts["settings"]) == (0, [], 1)
    settings.write_text(forge(settings.read_text()), "latin-1")
    assert [failure.message for failure in verify(case).failures] == [
        "case.toml was changed since the case was made (ledger line 1)."
    ]
    ledger.record(case, "settings", {"settings_sha256": sha256(settings.read_bytes())})
    assert verify(case).exit_code == 0
    settings.write_bytes(b"")
    assert [failure.message for failure in verify(case).failures] == [
        "case.toml was changed since its settings were recorded (ledger line 2)."
    ]


def test_of_an_older_case_the_settings_that_were_stated_are_compared(tmp_path):
    case, settings = with_settings(tmp_path / "c.case")
    found = verify(case)
    assert found.exit_code == 0
    assert [note.message for note in found.notes] == [
        "Ledger line 1 does not state these settings in case.toml, so they were not checked:"
        " created, marking, time_zone."
    ]
    text = settings.read_text()
    settings.write_text(text.replace('authority = ""', 'authority = "Warrant 9"'))
    assert [failure.message for failure in verify(case).failures] == [
        "case.toml was changed since the case was made (ledger line 1): authority differs."
    ]
    for hostile in (b"\xff", b"a = " + b"[" * 100_000, b"#" * (2 << 20)):
        settings.write_bytes(hostile)
        assert [failure.subject for failure in verify(case).failures] == ["case.toml"]
    settings.unlink()
    settings.symlink_to(tmp_path / "elsewhere.toml")
    (tmp_path / "elsewhere.toml").write_text(text)
    assert [failure.message for failure in verify(case).failures] == [
        "case.toml is, or lies behind, a symbolic link."
    ]


def test_reports_are_checked_where_they_still_are(full, tmp_path):
    (full.reports / "summary.pdf").write_bytes(b"%PDF-1.8")
    assert subjects(full) == (["reports/summary.pdf"], [])
    (full.reports / "summary.pdf").unlink()
    assert verify(full).exit_code == 0
    ledger.record(full, "export", {"file": "../out.json", "sha256": ZERO})
    found = verify(full)
    assert found.exit_code == 0
    assert {"reports/summary.pdf", "../out.json"} <= {note.subject for note in found.notes}


def test_names_from_evidence_cannot_play_with_the_terminal(full):
    (full.path / "../seized/www/\x1b[2J\n.txt").write_bytes(b"x")
    lines = verify(full).lines()
    assert any("\\x1b[2J\\n.txt" in line for line in lines)
    assert not any("\x1b" in line or "\n" in line for line in lines)


def test_ever_so_many_findings_are_cut_short(full):
    for number in range(500):
        (full.path / f"../seized/www/new-{number}").write_bytes(b"")
    found = verify(full)
    assert len(found.failures) == verify_case.FINDINGS_OF_A_KIND + 1
    assert "more of this kind" in found.failures[-1].message


# ------------------------------------------------------------------------------------ the script by itself


def script(case, *arguments, bare=True):
    """Run a copy of the one file, outside the package, alone with Python's own library (or with site's)."""
    alone = case.path.parent / "alone"
    alone.mkdir(exist_ok=True)
    shutil.copy(SCRIPT, alone / "verify_case.py")
    options = ["-I", "-S", "-W", "error"] if bare else ["-I"]
    return subprocess.run(
        [sys.executable, *options, str(alone / "verify_case.py"), str(case.path), *arguments],
        check=False,
        capture_output=True,
        text=True,
        cwd="/",
    )


def test_the_script_alone_finds_the_same(full):
    ran = script(full)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "could not be checked: Python's cryptography package is not here" in ran.stdout
    assert "Result: everything that was checked is as recorded." in ran.stdout
    ran = script(full, bare=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.splitlines() == verify(full).lines()
    assert f"head {ledger.head(full).head}" in ran.stdout
    assert f"key {signing.own_fingerprint()}" in ran.stdout


def test_the_script_alone_fails_on_the_same(full):
    (full.path / "../seized/shop.sql").write_bytes(b"other")
    lines = lines_of(full.ledger.read_bytes())
    full.ledger.write_bytes(b"".join(lines[:2] + lines[3:]))
    for bare in (True, False):
        ran = script(full, bare=bare)
        assert (ran.returncode, ran.stderr) == (1, "")
        for failure in verify(full).failures:
            assert f"FAILED    {failure.message}" in ran.stdout.splitlines()
    told = json.loads(script(full, "--json", bare=False).stdout)
    assert told == verify(full).as_dict() | {"notes": told["notes"]}


def test_the_script_compares_with_a_printed_head(full):
    head = ledger.head(full)
    printed = ["--head", head.head, "--count", str(head.count), "--key", head.fingerprint]
    assert script(full, *printed, bare=False).returncode == 0
    full.ledger.write_bytes(b"".join(lines_of(full.ledger.read_bytes())[:4]))
    seals = full.path / "ledger.sig"
    seals.write_bytes(b"".join(lines_of(seals.read_bytes())[:4]))
    assert script(full, *printed).returncode == 1


def test_wrong_use_of_the_script_is_told_in_a_sentence(full, tmp_path):
    for arguments in (["--head", "xyz"], ["--exhibit", "KC/1"]):
        ran = script(full, *arguments)
        assert ran.returncode == 2
        assert "Traceback" not in ran.stderr
    ran = subprocess.run(
        [sys.executable, "-I", "-S", str(SCRIPT), str(tmp_path)], check=False, capture_output=True, text=True
    )
    assert ran.returncode == 2
    assert ran.stderr == f"{tmp_path} is not a case folder: it has no case.toml.\n"


def test_the_script_is_written_for_older_pythons_too():
    text = SCRIPT.read_text()
    ast.parse(text, feature_version=(3, 8))
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names])
    }
    assert imported - set(sys.stdlib_module_names) == {"cryptography"}
