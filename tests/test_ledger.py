"""The ledger: its chain and seals, many writers, kills, torn lines, a full disk, the signing key."""

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime

import pytest

from full_disk import run_on_small_disk
from stocktake.case import Case
from stocktake.custody import ledger, signing
from stocktake.custody.verification import verify
from stocktake.errors import UserError

WRITER = """
import sys
from pathlib import Path
from stocktake.case import Case
from stocktake.custody import ledger
case = Case.open(Path(sys.argv[1]))
for number in range(int(sys.argv[3])):
    entry = ledger.record(case, "note", {"writer": sys.argv[2], "number": number})
    print(entry.line, entry.sha256, flush=True)
"""


def writer(case, name, times):
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(case.path), name, str(times)], stdout=subprocess.PIPE, text=True
    )


NO_SEAL_YET = "Ledger line 2 has no seal yet, as after an interruption, so it can't be checked who wrote it."


def stored(case):
    return case.ledger.read_bytes().splitlines(keepends=True)


def seals(case):
    return (case.path / "ledger.sig").read_bytes().splitlines(keepends=True)


def messages(findings):
    return [found.message for found in findings]


def test_every_entry_holds_the_hash_of_the_bytes_before_it(empty_case):
    before = datetime.now(UTC)
    made = [ledger.record(empty_case, "note", {"n": n}, reason="a test") for n in range(3)]
    lines = stored(empty_case)
    previous = "0" * 64
    for number, line in enumerate(lines, 1):
        entry = json.loads(line)
        assert entry["line"] == number
        assert entry["previous"] == previous
        assert entry["reason"] == "a test"
        assert entry["program"].startswith("stocktake ")
        assert "@" in entry["actor"]
        assert before <= datetime.fromisoformat(entry["at"]) <= datetime.now(UTC)
        previous = hashlib.sha256(line).hexdigest()
    assert made == list(ledger.entries(empty_case))
    assert made[-1].sha256 == previous
    assert all(line.isascii() for line in lines)


def test_the_head_is_sealed_and_is_what_verify_prints(empty_case):
    assert ledger.head(empty_case) == ledger.Head(0, "0" * 64, "", "")
    last = [ledger.record(empty_case, "note", {"n": n}) for n in range(4)][-1]
    head = ledger.head(empty_case)
    assert (head.count, head.head) == (4, last.sha256)
    assert head.fingerprint == signing.own_fingerprint()
    assert len(head.signature) == 128
    found = verify(empty_case)
    assert (found.count, found.head, found.exit_code) == (4, last.sha256, 0)
    assert found.keys == {head.fingerprint: 4}
    assert found.counts["signatures"] == 4
    assert not found.notes


def test_wild_text_comes_back_as_it_was(empty_case):
    detail = {"text": "£ \n\0\x1b[2J \udcff 💊 </script>", "deep": [{"a": [None, True, 1.5, 2**63]}]}
    ledger.record(empty_case, "note", detail)
    assert next(ledger.entries(empty_case)).detail == detail
    with pytest.raises(ValueError, match="not JSON compliant"):
        ledger.record(empty_case, "note", {"n": float("nan")})
    assert verify(empty_case).exit_code == 0


def test_the_newest_entry_for_an_exhibit(empty_case):
    ledger.record(empty_case, "process", {"exhibit": "KC/1", "n": 1})
    second = ledger.record(empty_case, "process", {"exhibit": "KC/1", "n": 2})
    ledger.record(empty_case, "process", {"exhibit": "KC/2", "n": 3})
    assert ledger.newest(empty_case, "process", "KC/1") == second
    assert ledger.newest(empty_case, "process", "KC/3") is None


def test_many_processes_and_threads_write_one_whole_chain(empty_case):
    running = [writer(empty_case, name, 100) for name in ("a", "b", "c")]
    threads = [
        threading.Thread(
            target=lambda: [ledger.record(empty_case, "note", {"writer": "t"}) for _ in range(50)]
        )
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = [process.communicate()[0].splitlines() for process in running]
    assert [process.returncode for process in running] == [0, 0, 0]
    found = verify(empty_case)
    assert (found.count, found.exit_code, found.notes) == (400, 0, [])
    assert found.counts["seals"] == 400
    hashes = [hashlib.sha256(line).hexdigest() for line in stored(empty_case)]
    for line in (line for lines in told for line in lines):
        number, sha256 = line.split()
        assert hashes[int(number) - 1] == sha256


def test_killed_in_the_middle_of_writing_nothing_told_is_lost(empty_case):
    moments = random.Random(20)
    told = []
    for turn in range(12):
        running = writer(empty_case, f"turn {turn}", 100_000)
        told.append(running.stdout.readline())  # it is at work now
        time.sleep(moments.uniform(0, 0.06))
        running.send_signal(signal.SIGKILL)
        told += running.communicate()[0].splitlines()
        assert verify(empty_case).failures == []
    hashes = [hashlib.sha256(line).hexdigest() for line in stored(empty_case)]
    for line in told:
        if line.count(" ") == 1 and len(line.split()[1]) == 64:
            number, sha256 = line.split()
            assert hashes[int(number) - 1] == sha256
    ledger.record(empty_case, "note", {"after": "kills"})
    assert verify(empty_case).exit_code == 0


def test_killed_between_entry_and_seal_is_told_and_no_failure(empty_case):
    ledger.record(empty_case, "note", {"n": 1})
    sealed = (empty_case.path / "ledger.sig").read_bytes()
    ledger.record(empty_case, "note", {"n": 2})
    (empty_case.path / "ledger.sig").write_bytes(sealed)
    found = verify(empty_case)
    assert (found.exit_code, found.failures, found.notes) == (1, [], [])
    assert messages(found.unchecked) == [NO_SEAL_YET]
    assert ledger.head(empty_case).signature == ""
    assert ledger.record(empty_case, "note", {"n": 3}).unsealed == 1
    found = verify(empty_case)
    assert found.exit_code == 0
    assert messages(found.notes) == ["Line 2 has no seal, as line 3 says: stocktake was interrupted there."]
    assert ledger.head(empty_case).signature


@pytest.mark.parametrize("kept", [1, 5, 100, -2, -1])
def test_a_line_torn_by_a_power_cut_stays_as_evidence(empty_case, kept):
    ledger.record(empty_case, "note", {"n": 1})
    sealed = (empty_case.path / "ledger.sig").read_bytes()
    ledger.record(empty_case, "note", {"n": 2})
    (empty_case.path / "ledger.sig").write_bytes(sealed)
    first, second = stored(empty_case)
    torn = second[:kept]
    empty_case.ledger.write_bytes(first + torn)
    found = verify(empty_case)
    assert (found.exit_code, found.failures) == (1, [])
    assert {note.line for note in found.notes} == {2}
    assert messages(found.unchecked) == [NO_SEAL_YET]
    entry = ledger.record(empty_case, "note", {"n": 3})
    assert (entry.line, entry.torn, entry.unsealed) == (3, True, 1)
    assert stored(empty_case)[:2] == [first, torn + b"\n"]
    assert entry.previous == hashlib.sha256(torn + b"\n").hexdigest()
    ledger.record(empty_case, "note", {"n": 4})
    found = verify(empty_case)
    assert found.exit_code == 0
    assert 2 in {note.line for note in found.notes}
    assert len(list(ledger.entries(empty_case))) == 4


def test_blocks_of_nothing_after_a_power_cut_stay_as_evidence(empty_case):
    ledger.record(empty_case, "note", {"n": 1})
    with empty_case.ledger.open("ab") as file:
        file.write(bytes(5000))
    assert ledger.record(empty_case, "note", {"n": 2}).line == 3
    found = verify(empty_case)
    assert found.exit_code == 0
    assert "Ledger line 2 was cut short, as by a power cut; no other line is touched." in messages(
        found.notes
    )
    # The fragment is in the chain from now on.
    empty_case.ledger.write_bytes(empty_case.ledger.read_bytes().replace(b"\0\0", b"\0 ", 1))
    assert verify(empty_case).failures


@pytest.mark.parametrize("kept", [3, 200, -1])
def test_a_seal_torn_by_a_power_cut_is_told(empty_case, kept):
    ledger.record(empty_case, "note", {"n": 1})
    ledger.record(empty_case, "note", {"n": 2})
    first, second = seals(empty_case)
    (empty_case.path / "ledger.sig").write_bytes(first + second[:kept])
    found = verify(empty_case)
    assert (found.failures, messages(found.unchecked)) == ([], [NO_SEAL_YET] if kept != -1 else [])
    ledger.record(empty_case, "note", {"n": 3})
    assert len(seals(empty_case)) == 3
    found = verify(empty_case)
    assert found.exit_code == 0
    assert bool(found.notes) == (kept != -1)


@pytest.mark.parametrize(
    "garbage",
    [b"\xff\x00garbage\n", b"{}\n", b'{"line":"x"}\n', b"[" * 100_000 + b"\n", b"\n", b'{"line":true}\n'],
)
def test_nothing_is_recorded_behind_garbage(empty_case, garbage):
    ledger.record(empty_case, "note", {"n": 1})
    with empty_case.ledger.open("ab") as file:
        file.write(garbage)
    refused(empty_case)
    found = verify(empty_case)
    assert [(f.subject, f.line) for f in found.failures][:1] == [("ledger.jsonl", 2)]
    assert [entry.line for entry in ledger.entries(empty_case)][:1] == [1]


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_nothing_is_recorded_where_the_end_was_cut_off(empty_case, kept):
    for number in range(3):
        ledger.record(empty_case, "note", {"n": number})
    empty_case.ledger.write_bytes(b"".join(stored(empty_case)[:kept]))
    refused(empty_case)


def test_nothing_is_recorded_behind_a_last_line_that_was_changed(empty_case):
    for number in range(3):
        ledger.record(empty_case, "note", {"n": number})
    whole = empty_case.ledger.read_bytes()
    empty_case.ledger.write_bytes(whole.replace(b'{"n":2}', b'{"n":5}'))
    refused(empty_case)
    empty_case.ledger.write_bytes(whole[:-20])  # it was sealed, so it was whole
    refused(empty_case)
    empty_case.ledger.write_bytes(whole)
    assert ledger.record(empty_case, "note", {"n": 3}).line == 4
    assert verify(empty_case).exit_code == 0


def refused(case):
    """Nothing is recorded, and ``verify``, which is named, says what is wrong."""
    before = [(case.path / name).read_bytes() for name in ("ledger.jsonl", "ledger.sig")]
    with pytest.raises(ledger.BrokenLedgerError, match=r"run stocktake verify on the case"):
        ledger.record(case, "note", {"n": 9})
    assert before == [(case.path / name).read_bytes() for name in ("ledger.jsonl", "ledger.sig")]
    assert verify(case).failures


def test_the_ledger_is_no_link_and_no_pipe(empty_case, tmp_path):
    (tmp_path / "elsewhere").write_bytes(b"")
    empty_case.ledger.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UserError, match="can't be opened"):
        ledger.record(empty_case, "note", {})
    assert (tmp_path / "elsewhere").read_bytes() == b""
    empty_case.ledger.unlink()
    os.mkfifo(empty_case.ledger)
    with pytest.raises(UserError, match="is not a file"):
        ledger.record(empty_case, "note", {})


FULL = """
import sys
from pathlib import Path
from stocktake.case import Case, Settings
from stocktake.custody import ledger
from stocktake.custody.verification import verify
from stocktake.errors import UserError
from datetime import UTC, datetime

folder = Path(sys.argv[1])
case = Case.create(folder / "full.case", Settings("R", "N", "", "", "UTC", datetime.now(UTC)))
ledger.record(case, "note", {"n": 0})
filler = folder / "filler"
try:
    with filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
except OSError:
    pass
refused = None
for n in range(100_000):
    before = [(case.path / name).read_bytes() for name in ("ledger.jsonl", "ledger.sig")]
    try:
        ledger.record(case, "note", {"n": n, "text": "x" * 7})
    except UserError as error:
        refused = str(error)
        break
assert refused, "the disk never was full"
assert "No space left" in refused or "File too large" in refused, refused
assert before == [(case.path / name).read_bytes() for name in ("ledger.jsonl", "ledger.sig")]
found = verify(case)
assert (found.exit_code, found.notes) == (0, []), found.lines()
filler.unlink()
try:
    ledger.record(case, "note", {"disk": "has room again"})
except UserError as error:
    assert "File too large" in str(error), error
assert verify(case).exit_code == 0
print(n)
"""


def test_a_full_disk_leaves_the_ledger_as_it_was(tmp_path):
    ran = run_on_small_disk(FULL, tmp_path / "disk", 128 << 10)
    assert int(ran.out) > 0


def test_the_key_is_made_once_and_for_its_owner_alone(empty_case, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    program = "from stocktake.custody import signing as s; print(s.public_hex(s.installation_key()))"
    running = [
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    keys = {process.communicate()[0] for process in running}
    assert len(keys) == 1
    path = tmp_path / "data" / "stocktake" / "key.pem"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["key.pem"]
    monkeypatch.setenv("STOCKTAKE_KEY", str(tmp_path / "other.pem"))
    ledger.record(empty_case, "note", {})
    assert (tmp_path / "other.pem").is_file()
    assert verify(empty_case).keys == {signing.own_fingerprint(): 1}


@pytest.mark.parametrize("stored_key", [b"", b"nonsense", b"-----BEGIN PRIVATE KEY-----\nAAAA\n"])
def test_a_damaged_key_is_told_before_anything_is_written(empty_case, tmp_path, monkeypatch, stored_key):
    (tmp_path / "key.pem").write_bytes(stored_key)
    monkeypatch.setenv("STOCKTAKE_KEY", str(tmp_path / "key.pem"))
    with pytest.raises(UserError, match="damaged"):
        ledger.record(empty_case, "note", {})
    assert not empty_case.ledger.exists()
    assert (tmp_path / "key.pem").read_bytes() == stored_key


def test_a_key_that_cannot_be_made_is_told(empty_case, tmp_path, monkeypatch):
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("STOCKTAKE_KEY", str(tmp_path / "file" / "key.pem"))
    with pytest.raises(UserError, match="can't be used"):
        ledger.record(empty_case, "note", {})


def test_another_installations_key_is_told(empty_case, tmp_path, monkeypatch):
    ledger.record(empty_case, "note", {})
    first = signing.own_fingerprint()
    monkeypatch.setenv("STOCKTAKE_KEY", str(tmp_path / "other.pem"))
    ledger.record(empty_case, "note", {})
    found = verify(empty_case)
    assert found.exit_code == 0
    assert set(found.keys) == {first, signing.own_fingerprint()}
    assert messages(found.notes) == [f"Key {first} is not the key of this installation."]


def test_a_long_ledger_is_appended_to_without_reading_it(empty_case):
    ledger.record(empty_case, "note", {"n": 1})
    first = stored(empty_case)[0]
    with empty_case.ledger.open("r+b") as file:  # a sparse line of 1 GB, with a whole entry behind it
        file.seek(1 << 30)
        file.write(b"\n" + first.replace(b'"line":1', b'"line":3'))
    started = time.monotonic()
    assert ledger.record(Case.open(empty_case.path), "note", {}).line == 4
    assert time.monotonic() - started < 1
