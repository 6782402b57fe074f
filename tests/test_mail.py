"""Mail: stores that Python's mailbox and a real Exim wrote, and messages of every odd form."""

import getpass
import gzip
import hashlib
import io
import mailbox
import os
import shutil
import subprocess
import time
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from artefact_case import evidence, read_and_mapped, take_in
from shop_case import mapped, new_case
from stocktake import artefacts
from stocktake.artefacts.gathering import Gathering
from stocktake.artefacts.mail import message, stores
from stocktake.artefacts.mail.tables import FAMILY, TABLES
from stocktake.evidence import items
from stocktake.records.raw import UnitWriter


def letter(number: int, **headers: str) -> EmailMessage:
    made = EmailMessage()
    given = {
        "From": "Ann Lee <ann@example.test>", "To": "Till <till@shop.example.test>, other@example.test",
        "Subject": f"Order {number}", "Date": "Tue, 01 Jul 2025 14:30:05 +0100",
        "Message-ID": f"<{number}@example.test>",
        "Received": "from home ([198.51.100.9]) by mx.example.test; Tue, 1 Jul 2025 14:30:09 +0100",
    }  # fmt: skip
    for name, value in {**given, **{k.replace("_", "-"): v for k, v in headers.items()}}.items():
        made[name] = value
    made.set_content(f"Where is order {number}?\nRegards\nFrom me\n")
    return made


def tables(raw: bytes, folder, act=None):
    """Raw rows of one message, by table."""
    import pyarrow.parquet as pq

    with UnitWriter(folder / "unit") as unit:
        rows = Gathering(unit, FAMILY, TABLES)
        if act is None:
            message.add(raw, 1, rows, _offset=0, _length=len(raw))
        else:
            act(rows)
        rows.finish()
        unit.finish()
    return {
        table.name: [
            row for part in table.parts for row in pq.read_table(unit.folder / part["file"]).to_pylist()
        ]
        for table in unit.tables.values()
    } | {"problems": [problem.message for problem in unit.problems]}


def test_an_mbox_becomes_messages_with_threads_people_and_files(tmp_path):
    folder = tmp_path / "evidence"
    folder.mkdir()
    box = mailbox.mbox(folder / "till")
    first = letter(1)
    first.add_attachment(
        b"%PDF-1.4 not really", maintype="application", subtype="pdf", filename="invoice \u2116 1.pdf"
    )
    reply = letter(
        2,
        In_Reply_To="<1@example.test>",
        References="<1@example.test> <9@x.test>",
        Subject="=?iso-8859-1?q?Re=3A_Caf=E9?=",
    )
    reply.add_alternative(
        "<html><head><style>p {}</style></head><p>Hello&nbsp;you<br>there</p></html>", subtype="html"
    )
    dated = letter(3).as_bytes().replace(b"Tue, 01 Jul 2025 14:30:05 +0100", b"yesterday at noon")
    bare = message_from_bytes(dated)
    for one in (first, reply, bare):
        box.add(one)
    box.close()
    result = read_and_mapped(folder, tmp_path)
    found = result.all('SELECT subject, thread, "at", body, basis FROM messages ORDER BY message_id')
    assert [row[0] for row in found] == ["Order 1", "Re: Café", "Order 3"]
    assert [row[1] for row in found] == ["1@example.test", "1@example.test", "3@example.test"]
    assert [str(row[2]) for row in found] == ["2025-07-01 13:30:05"] * 2 + ["2025-07-01 13:30:09"]
    assert found[0][3].startswith("Where is order 1?\nRegards\n")
    assert "From me" in found[0][3]
    assert [row[4] for row in found] == ["recorded", "recorded", "derived"]
    assert any("yesterday at noon" in told for told in result.messages("info"))
    told = result.all("SELECT DISTINCT sender, recipients FROM messages")
    assert told == [("ann@example.test", "other@example.test till@shop.example.test")]
    people = result.dict("SELECT normalised, max(context) FROM observables WHERE kind = 'email' GROUP BY 1")
    assert set(people) == {"ann@example.test", "till@shop.example.test", "other@example.test"}
    assert "mail from: Ann Lee" in people["ann@example.test"]
    value, context = result.one("SELECT value, context FROM observables WHERE kind = 'file_sha256'")
    assert value == hashlib.sha256(b"%PDF-1.4 not really").hexdigest()
    assert "invoice № 1.pdf; application/pdf; 19 bytes; Order 1" in context
    raw = (folder / "till").read_bytes()
    places = result.all(
        "SELECT s.offset, s.length FROM messages m JOIN sources s USING (source_id) ORDER BY s.offset"
    )
    assert [raw[start : start + 5] for start, _ in places] == [b"From "] * 3
    assert sum(length for _, length in places) == len(raw)


def test_a_maildir_is_one_thing_and_a_message_in_a_file_another(tmp_path):
    folder = tmp_path / "evidence"
    folder.mkdir()
    box = mailbox.Maildir(folder / "Maildir", create=True)
    for number in range(3):
        box.add(letter(number))
    (folder / "saved.eml").write_bytes(letter(7).as_bytes(policy=SMTP))
    (folder / "notes.txt").write_text("Shopping:\nmilk\nFrom: the corner\n")
    (folder / "page").write_text("HTTP/1.1 200 OK\nDate: Tue, 01 Jul 2025 14:30:05 GMT\nServer: nginx\n\nx")
    case = new_case(tmp_path)
    kinds = take_in(case, folder)
    assert sorted(kinds.values()) == ["mail:maildir"] * 3 + ["mail:message", "unknown", "unknown"]
    result = mapped(case)
    assert result.one("SELECT count(*) FROM messages") == 4
    assert result.dict("SELECT subject, body FROM messages WHERE subject = 'Order 7'")["Order 7"].startswith(
        "Where is"
    )


@pytest.fixture
def exim(tmp_path):
    """A spool with a message in it that a real Exim took and could not pass on."""
    user = "Debian-exim" if os.geteuid() == 0 else getpass.getuser()
    spool = tmp_path / "spool"
    spool.mkdir()
    tmp_path.chmod(0o755)
    for place in (tmp_path, *tmp_path.parents):
        if str(place).count("/") > 1:
            place.chmod(place.stat().st_mode | 0o011)
    configuration = tmp_path / "exim.conf"
    configuration.write_text(
        f"primary_hostname = mail.example.test\nspool_directory = {spool}\nlog_file_path = {spool}/%slog\n"
        f"exim_user = {user}\nnever_users =\nkeep_environment =\nbegin routers\nall:\n  driver = manualroute\n"
        "  route_list = * 127.0.0.1\n  transport = remote\nbegin transports\nremote:\n  driver = smtp\n"
    )
    try:
        if os.geteuid() == 0:
            shutil.chown(spool, user)
        command = [
            shutil.which("exim4", path=f"{os.environ['PATH']}:/usr/sbin") or "exim4",
            "-C",
            configuration,
            "-odq",
            "-oMa",
            "192.0.2.7.25",
            "-f",
            "bob@example.test",
        ]
        subprocess.run(
            [*command, "ann@example.test", "eve@example.test"], check=True,
            input=b"From: Bob <bob@example.test>\nTo: ann@example.test\nSubject: the order\n folded\n\nHello.\nSecond.\n",
        )  # fmt: skip
    except (FileNotFoundError, LookupError):
        pytest.fail("exim4 is missing: apt-get install exim4-daemon-light")
    return spool


def test_the_spool_of_a_real_exim(exim, tmp_path):
    case = new_case(tmp_path)
    before = time.time()
    kinds = take_in(case, exim / "input")
    assert list(kinds.values()) == ["mail:exim-spool"] * 2
    result = mapped(case)
    subject, body, at, basis = result.one('SELECT subject, body, epoch("at"), basis FROM messages')
    assert (subject, body, basis) == ("the order folded", "Hello.\nSecond.\n", "derived")
    assert abs(at - before) < 120
    (unit,) = [part.parent for part in case.raw.rglob("manifest.json")]
    import pyarrow.parquet as pq

    (row,) = pq.read_table(unit / "mail.mail_messages").to_pylist()
    assert row["envelope_from"] == "bob@example.test"
    assert row["envelope_to"] == "ann@example.test eve@example.test"
    assert row["received_ips"] == "192.0.2.7"
    assert row["file"].endswith("-H")


def test_for_whom_a_mail_is_encrypted(tmp_path):
    block = (evidence("pgpy") / "messages" / "message.rsa.dsa.3des.asc").read_text()
    from stocktake.artefacts.keys.openpgp import recipients

    inline = letter(1)
    inline.set_content("see below\n\n" + block, cte="quoted-printable")
    wrapped = letter(2)
    wrapped.set_content("Version: 1\n", subtype="pgp-encrypted")
    wrapped.make_mixed()
    wrapped.add_attachment(
        block.encode(), maintype="application", subtype="octet-stream", filename="encrypted.asc"
    )
    told = " ".join(recipients(block))
    assert len(told.split()) == 2
    for number, one in enumerate((inline, wrapped)):
        (tmp_path / str(number)).mkdir()
        (row,) = tables(one.as_bytes(), tmp_path / str(number))["mail_messages"]
        assert row["encrypted_to"] == told


ODD = {
    "no such charset": (b"Content-Type: text/plain; charset=klingon-8\n\ncaf\xc3\xa9", "café"),
    "latin": (b"Content-Type: text/plain; charset=iso-8859-1\n\ncaf\xe9", "café"),
    "eight bits": (b"\ncaf\xc3\xa9", "café"),
    "broken utf-8": (b"Content-Type: text/plain; charset=utf-8\n\ncaf\xe9", "caf\\xe9"),
    "base64": (b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\nY2Fmw6k=", "café"),
    "half a base64": (b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\nY2Fmw6", "caf"),
    "html alone": (b"Content-Type: text/html\n\n<p>caf&eacute;<script>alert(1)</script>", "café"),
    "no boundary": (b"Content-Type: multipart/mixed\n\ncaf\xc3\xa9", None),
    "boundary never closed": (b'Content-Type: multipart/mixed; boundary="b"\n\n--b\n\ncaf\xc3\xa9', "café"),
    "a date of no calendar": (b"Date: Tue, 99 Foo 2025 99:99:99 +9999\n\ncaf\xc3\xa9", "café"),
    "a list of no addresses": (b"Cc: <<<>>>,,, \"\n\ncaf\xc3\xa9", "café"),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_odd_messages_keep_what_can_be_read(tmp_path, name):
    rest, body = ODD[name]
    found = tables(b"From: a@example.test\nMessage-ID: <1@x>\nSubject: s\n" + rest, tmp_path)
    (row,) = found["mail_messages"]
    assert row["subject"] == "s"
    if body is not None:
        assert row["body"].strip().startswith(body)
    assert "alert" not in (row["body"] or "")


@pytest.mark.parametrize("depth", [60, 400, 20_000])
def test_a_bomb_of_nested_parts_is_cut(tmp_path, depth):
    raw = b"From: a@example.test\nSubject: deep\n"
    raw += b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (number, number)
        for number in range(depth)
    )
    began = time.monotonic()
    found = tables(raw + b"\nend", tmp_path)
    assert time.monotonic() - began < 5
    assert found["mail_messages"][0]["subject"] == "deep"
    assert bool(found["problems"]) == (depth > 200)


def test_an_mbox_streams_and_a_message_that_is_too_long_is_cut(tmp_path, monkeypatch):
    monkeypatch.setattr(message, "MOST_BYTES", 100_000)
    head = b"From a@example.test Tue Jul  1 14:30:05 2025\nFrom: a@example.test\nSubject: %d\n\n"
    long = head % 1 + b"x" * 70 + b"\n" + b"y" * 3_000_000 + b"\n\n"
    data = long + head % 2 + b"not From a line of\nFrom here on\n\n"
    stored = list(stores.mbox(io.BytesIO(data)))
    assert [(one.offset, one.length) for one in stored] == [
        (0, len(long)),
        (len(long), len(data) - len(long)),
    ]
    assert len(stored[0].raw) < 1_200_000
    found = tables(b"", tmp_path, lambda rows: stores.read_mbox(io.BytesIO(data), rows))
    assert [row["subject"] for row in found["mail_messages"]] == ["1", "2"]
    assert found["mail_messages"][1]["body"].startswith("not From a line of\nFrom here on")


def test_an_mbox_is_read_at_tens_of_megabytes_a_second():
    one = b"From a@example.test Tue Jul  1 14:30:05 2025\n" + letter(1).as_bytes() + b"x" * 70 * 100 + b"\n\n"
    data = one * 2000
    began = time.process_time()
    assert sum(1 for _ in stores.mbox(io.BytesIO(data))) == 2000
    assert len(data) / (time.process_time() - began) > 20e6


wild = settings(max_examples=80, deadline=None)
lines = st.lists(
    st.sampled_from([
        b"From a Tue Jul 1 2025", b"From: \xff\xfe", b"From: =?utf-8?b?////?= <a@b.c>", b"To: a@b.c, (", b"Date: x", b"",
        b"Content-Type: multipart/mixed; boundary=a", b"Content-Type: message/rfc822", b"--a", b"--a--", b" folded",
        b"Content-Type: text/html; charset=\"\xff\"", b"Content-Disposition: attachment; filename*=utf-8''%ff%00",
        b"Content-Transfer-Encoding: base64", b"Message-ID: <", b"References: <a> <b", b"Received: x; y", b"<![CDATA[",
        b"Content-Type: text/plain; charset=utf-16", b"Content-Transfer-Encoding: x-uuencode", b"begin 644 x",
        b"Subject: =?x?q?=00?=", b"MIME-Version: 1.0", b"Date: Tue, 1 Jul 2025 14:30:05 -0000",
    ]) | st.binary(max_size=30),
    max_size=14,
)  # fmt: skip


@wild
@given(lines)
def test_no_message_makes_the_reader_fail(tmp_path_factory, given_lines):
    raw = b"\n".join(given_lines)
    artefacts.recognise(raw, "x")
    found = tables(raw, tmp_path_factory.mktemp("m"))
    assert len(found["mail_messages"]) == 1


@wild
@given(lines)
def test_no_store_makes_the_reader_fail(tmp_path_factory, given_lines):
    raw = b"\n".join(given_lines)
    tables(b"", tmp_path_factory.mktemp("m"), lambda rows: stores.read_mbox(io.BytesIO(raw), rows))
    list(stores._exim_headers(raw))
    stores.is_message(raw)


def attached(folder):
    """The items of a folder of mail: path to its bytes, for what is no store of mail itself; and what was told."""
    found, told = {}, []
    for item in items("KC/1", folder, lambda problem: told.append(problem.message)):
        if item.holds is None:
            with item.open() as stream:
                found[item.path] = stream.read()
    return found, told


def with_files(number: int, *contents: tuple[str, bytes]) -> EmailMessage:
    made = letter(number)
    for name, content in contents:
        made.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return made


def test_what_was_sent_along_is_an_item_of_its_own(tmp_path):
    folder = tmp_path / "evidence"
    folder.mkdir()
    packed = gzip.compress(b"order,buyer\n1,ann@example.test\n")
    box = mailbox.mbox(folder / "till")
    box.add(
        with_files(
            1, ("invoice № 1.pdf", b"%PDF-1.4\n--not a boundary\nFrom me\n"), ("a/../../b", b"\x00\xff")
        )
    )
    box.add(letter(2))
    box.add(with_files(3, ("orders.csv.gz", packed), ("orders.csv.gz", b"another")))
    box.close()
    around = letter(4)
    around.add_attachment(with_files(5, ("inner.bin", bytes(range(256)) * 500)))
    text = letter(6)
    text.add_attachment("Größe: 28 g\nFrom here\n", filename="note.txt", cte="quoted-printable")
    mails = mailbox.Maildir(folder / "Maildir")
    mails.add(around)
    (folder / "one.eml").write_bytes(text.as_bytes(policy=SMTP))
    found, told = attached(folder)
    by_name = {
        path.partition("Maildir/new/")[2].partition("/")[2] or path: body for path, body in found.items()
    }
    assert by_name == {
        "till/1/invoice № 1.pdf": b"%PDF-1.4\n--not a boundary\nFrom me\n",
        "till/1/a\\x2f..\\x2f..\\x2fb": b"\x00\xff",
        "till/3/orders.csv.gz": b"order,buyer\n1,ann@example.test\n",
        "till/3/orders.csv.gz~2": b"another",
        "unnamed message_rfc822/inner.bin".replace("_", "\\x2f"): bytes(range(256)) * 500,
        "one.eml/note.txt": "Größe: 28 g\r\nFrom here\r\n".encode(),
    }
    assert told == []


def test_an_attachment_has_the_hash_that_its_message_tells(tmp_path):
    folder = tmp_path / "evidence"
    folder.mkdir()
    contents = [(f"file {number}", os.urandom(number * 997)) for number in range(1, 9)]
    box = mailbox.mbox(folder / "box")
    box.add(with_files(1, *contents))
    box.close()
    told = tables((folder / "box").read_bytes().partition(b"\n")[2], tmp_path)["mail_attachments"]
    found, _ = attached(folder)
    assert {row["name"]: row["sha256"] for row in told} == {
        path.rpartition("/")[2]: hashlib.sha256(body).hexdigest() for path, body in found.items()
    }


@given(cut=st.integers(0, 4000), flip=st.binary(max_size=30))
@settings(max_examples=60, deadline=None)
def test_mail_that_was_cut_or_mangled_gives_what_is_there(tmp_path_factory, cut, flip):
    folder = tmp_path_factory.mktemp("mail")
    box = mailbox.mbox(folder / "box")
    box.add(with_files(1, ("one", b"1" * 900)))
    box.add(with_files(2, ("two", b"2" * 900)))
    box.close()
    whole = (folder / "box").read_bytes()
    (folder / "box").write_bytes(whole[:cut] + flip + whole[cut + len(flip) :])
    found, _ = attached(folder)
    assert len(found) <= 4
    if cut > len(whole) // 2 + 40:
        assert found["box/1/one"] == b"1" * 900
