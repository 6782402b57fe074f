"""What may be privileged is in no face of a case until a named person releases it."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from command import stocktake
from privilege_case import LIST, MARKED, hold, made_case, refusal, run, set_home
from stocktake.case import Case
from stocktake.commerce.tables import define_views, open_case
from stocktake.custody import ledger
from stocktake.engine import duck
from stocktake.errors import UserError
from stocktake.findings.ask import ask
from stocktake.findings.why import KINDS, why
from stocktake.records.catalogue import raw_tables
from stocktake.review import privilege_list
from stocktake.review.watching import Watched
from stocktake.web.app import application
from stocktake.withholding import raw_rows
from test_web import Visitor

pytestmark = pytest.mark.xdist_group("privilege")
LETTERS = [f"{MARKED}{number}" for number in range(1, 12)]


@pytest.fixture(scope="module")
def processed(mariadb, tmp_path_factory):
    """The case with nothing held back, and its folder; never changed."""
    with set_home(tmp_path_factory.getbasetemp()):
        return made_case(mariadb, tmp_path_factory.getbasetemp())


@pytest.fixture(scope="module")
def kept(processed, tmp_path_factory):
    """The same with the list applied; never changed."""
    where = copied(processed, tmp_path_factory.mktemp("held"))
    with set_home(tmp_path_factory.getbasetemp()):
        hold(where, Case.open(where / "privilege.case"))
    return where


def copied(where: Path, to: Path) -> Path:
    return shutil.copytree(where, to / "x")


@pytest.fixture
def case(kept) -> Case:
    return Case.open(kept / "privilege.case")


def answer(case, question):
    with ask(case, question) as connection:
        return connection.fetchall()


def everything_asked(case) -> str:
    """All that any table of the case says, canonical and raw."""
    with duck.connect() as connection:
        define_views(connection, case)
        names = [
            row[0]
            for row in connection.execute(
                "SELECT view_name FROM duckdb_views() WHERE NOT internal"
            ).fetchall()
        ]
    names += [f'"KC/1".{duck.quoted(table.label)}' for table in raw_tables(case, "KC/1") if table.rows]
    return "\n".join(str(answer(case, f"SELECT * FROM {name}")) for name in names)


def every_id(where: Path) -> list[str]:
    """Every id that there ever was, read from the complete parts behind the views' back."""
    found = set()
    case = Case.open(where / "privilege.case")
    for table, column in KINDS.values():
        for part in case.tables.glob(f"{table}/*/*.parquet"):
            found |= set(pq.read_table(part, columns=[column])[column].to_pylist())
    with duck.connect() as connection:
        for table in raw_rows.read(case).tables:
            found |= {
                f"source:{ref}" for _, _, ref, *_ in connection.execute(raw_rows.rows(table)).fetchall()
            }
    return sorted(identifier for identifier in found if identifier)


def said(case, identifier, connection=None) -> str:
    try:
        return str(why(case, identifier, connection=connection))
    except UserError as error:
        return str(error)


def test_the_markers_are_there_before(processed):
    case = Case.open(processed / "privilege.case")
    files = ("draft.txt", "the defence file.txt", "inbox/3/x.txt")
    told = everything_asked(case) + "".join(said(case, f"item:KC/1/{file}") for file in files)
    missing = [one for one in LETTERS if not re.search(rf"{one}\b", told)]
    assert missing == [f"{MARKED}10"]  # UTF-16 is no text that a page would show


def test_no_table_tells_what_is_held(case):
    told = everything_asked(case)
    assert MARKED not in told
    assert "An ordinary letter" in told
    assert "+44 7700 900456" in told
    assert "Parcel sent by first class" in told


def test_no_id_leads_to_what_is_held(case, kept):
    identifiers = every_id(kept)
    assert len(identifiers) > 150
    with open_case(case) as connection:
        for identifier in identifiers:
            assert MARKED not in said(case, identifier, connection).replace(identifier, ""), identifier


@pytest.mark.parametrize(
    "question",
    [
        "SELECT CAST(body AS INTEGER) FROM messages",
        "SELECT count(*) FROM messages WHERE CAST(body AS INTEGER) > 0",
        "SELECT error(body) FROM messages",
        'SELECT CAST(comment_content AS INTEGER) FROM "KC/1".wp_comments',
        'SELECT CAST(said AS DATE) FROM "KC/1".lines ORDER BY id DESC',
        "SELECT min(error(value)) FROM observables WHERE value LIKE 'Zq7%'",
    ],
)
def test_no_error_tells_what_is_held(case, question):
    try:
        told = str(answer(case, question))
    except UserError as error:
        told = str(error)
    assert MARKED not in told


def test_what_is_held_is_counted_and_named(case, kept):
    items = answer(case, "SELECT path FROM items WHERE privileged ORDER BY path")
    assert [path for (path,) in items if not path.startswith("Maildir")] == [
        "draft.txt", "inbox/3/x.txt", "the defence file.txt", "wide.txt",
    ]  # fmt: skip
    assert sum(path.startswith("Maildir") for (path,) in items) == 1
    counted = dict(answer(case, "SELECT table_name, sum(rows) FROM held_back GROUP BY 1"))
    assert (counted["items"], counted["messages"], counted["host_events"]) == (5, 5, 1)
    told = json.loads(run("privilege", case.path, "--json"))
    references = {thing["reference"]: thing["reason"] for thing in told["things"]}
    assert references["message:KC/1/wp_comments/1"] == "word “solicitor*”"
    assert references["source:KC/1/lines/2"] == "word “Ravenscroft”"
    assert references["item:KC/1/draft.txt"] == "word “solicitor*”"
    assert references["item:KC/1/the defence file.txt"].startswith("path")
    status = run("status", case.path)
    assert "5 items, 5 messages" in status
    assert MARKED not in status + str(told)


def test_pages_and_report_show_that_something_is_held_and_not_what(case, kept):
    visitor = Visitor(application(case, "token"))
    pages = ["/", "/orders", "/orders.csv", "/accounts", "/accounts.csv", "/listings", "/problems", "/completeness",
             "/exhibits", "/held"]  # fmt: skip
    told = {page: visitor.get(page).text for page in pages}
    told |= {
        f"{page} {number}": visitor.get(page, f"{kind}:KC/1/{place}").text
        for page, kind, place, number in [
            ("/order", "order", "wp_posts/10", 1), ("/order", "order", "wp_posts/11", 2),
            ("/account", "account", "wp_users/7", 3), ("/why", "message", "wp_comments/1", 4),
            ("/why", "item", "draft.txt", 5), ("/why", "source", "draft.txt", 6),
            ("/why/bytes", "source", "wp_comments/1", 7), ("/why/bytes", "source", "draft.txt", 8),
            ("/why/bytes", "source", "shop.sql", 9), ("/why", "item", "shop.sql", 10),
        ]
    }  # fmt: skip
    for page, text in told.items():
        assert MARKED not in text, page
    assert "held back as possibly privileged" in told["/"]
    assert "item:KC/1/draft.txt" in told["/held"]
    assert "held back as possibly privileged" in told["/why 4"]
    out = kept / "summary.pdf"
    run("report", case.path, "summary", "--out", out)
    pdf = subprocess.run(
        ["pdftotext", "-layout", out, "-"], capture_output=True, text=True, check=True
    ).stdout
    assert MARKED not in pdf
    assert "5 items" in " ".join(pdf.split())


def test_a_release_shows_it_and_the_ledger_says_who_and_why(kept, tmp_path):
    where = copied(kept, tmp_path)
    case = Case.open(where / "privilege.case")
    one = "message:KC/1/wp_comments/1"
    assert "--reason" in refusal("privilege", case.path, "release", one, "--by", "DI Holt")
    for one in (
        "message:KC/1/wp_comments/1",
        "item:KC/1/draft.txt",
        "message:KC/1/Maildir!mail.mail_messages/#2",
    ):
        run(
            "privilege",
            case.path,
            "release",
            one,
            "--by",
            "R. Judge",
            "--reason",
            "Independent counsel: no privilege",
        )
    told = everything_asked(case)
    assert f"{MARKED}1 " in told
    assert f"{MARKED}6 " in told
    assert not {f"{MARKED}{n}" for n in (3, 4, 5, 7, 8)} & set(re.findall(rf"{MARKED}\d+", told))
    assert "+44 7700 900789" in told
    assert f"{MARKED}9".encode() in why(case, "item:KC/1/draft.txt").sources[0].data
    assert f"{MARKED}1".encode() in why(case, "message:KC/1/wp_comments/1").sources[0].data
    releases = [entry for entry in ledger.entries(case) if entry.action == "release"]
    assert [entry.detail["by"] for entry in releases] == ["R. Judge"] * 3
    assert releases[0].reason == "Independent counsel: no privilege"
    assert "source:KC/1/wp_comments/1" in releases[0].detail["roots"]
    run("process", case.path, "--max-problems", "99")
    shutil.rmtree(case.tables)
    shutil.rmtree(case.raw)
    shutil.rmtree(case.path / "held")
    case.tables.mkdir()
    case.raw.mkdir()
    run("process", case.path, "--max-problems", "99")
    assert everything_asked(case) == told
    run("verify", case.path)


def test_a_new_list_shuts_the_case_until_it_is_applied(kept, tmp_path):
    where = copied(kept, tmp_path)
    case = Case.open(where / "privilege.case")
    (where / "new.toml").write_text(LIST.replace('"Ravenscroft"', '"Ravenscroft", "thank you"'))
    run("privilege", case.path, "--list", where / "new.toml", "--by", "DI Holt")
    for words in (("ask", case.path, "SELECT 1 FROM items"), ("status", case.path), ("report", case.path, "summary"),
                  ("why", case.path, "item:KC/1/plain.txt"), ("privilege", case.path)):  # fmt: skip
        assert "run stocktake process CASE" in refusal(*words)
    assert Visitor(application(case, "token")).get("/").status_code == 503
    # A scope takes effect at once, but does not apply the list.
    refusal("scope", case.path, "--authority", "Order 2", "--by", "DI Holt")
    refusal("status", case.path)
    before = {path: path.stat().st_mtime_ns for path in case.raw.glob("*/shop.sql*/manifest.json")}
    run("process", case.path, "--max-problems", "99")
    assert before == {path: path.stat().st_mtime_ns for path in case.raw.glob("*/shop.sql*/manifest.json")}
    assert answer(case, 'SELECT id FROM "KC/1".lines') == [(1,)]


def test_a_changed_list_in_the_case_is_found(kept, tmp_path):
    where = copied(kept, tmp_path)
    case = Case.open(where / "privilege.case")
    (listed,) = (case.path / "review").glob("*.toml")
    listed.write_text('words = ["nothing at all"]\n')
    assert "The privilege list review/privilege-" in run("verify", case.path, code=1)
    assert "was changed since it was taken in" in refusal("process", case.path)
    listed.unlink()
    assert "is gone" in run("verify", case.path, code=1)
    (where / "list2.toml").write_text(LIST)
    run("privilege", case.path, "--list", where / "list2.toml", "--by", "DI Holt")
    run("verify", case.path)


def test_parts_in_the_place_of_others_are_verified(kept, tmp_path):
    where = copied(kept, tmp_path)
    case = Case.open(where / "privilege.case")
    part = next((case.path / "held").glob("*/*-messages.parquet"))
    part.write_bytes(part.read_bytes() + b"x")
    assert f"{part.relative_to(case.path)} was changed" in run("verify", case.path, code=1)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("words = [", "can't be read as a privilege list"),
        ("", "names nothing"),
        ("words = []", "names nothing"),
        ("word = ['solicitor']", "has the key 'word'"),
        ("words = 'solicitor'", "must be a list of texts"),
        ("words = [1]", "must be a list of texts"),
        ("words = ['a']", "needs 3 letters"),
        ("words = ['sol*citor']", "a star that is not at its end"),
        ("domains = ['firm']", "is no domain"),
        ("addresses = ['firm.example']", "is no e-mail address"),
        ("paths = ['*']", "needs 3 letters"),
    ],
)
def test_a_bad_list_is_refused_in_one_sentence(empty_case, tmp_path, text, sentence):
    file = tmp_path / "bad.toml"
    file.write_text(text)
    assert sentence in refusal("privilege", empty_case.path, "--list", file, "--by", "DI Holt")
    assert not [entry for entry in ledger.entries(empty_case) if entry.action == "privilege"]


def test_other_wrong_use_is_refused(empty_case, tmp_path):
    for words in (
        ("--list", tmp_path / "not-there.toml", "--by", "X"), ("--list", tmp_path, "--by", "X"),
        ("release", "item:KC/1/x", "--by", "X", "--reason", "y"), ("release",), ("hide", "x"),
    ):  # fmt: skip
        refusal("privilege", empty_case.path, *words)
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "good.toml").write_text(LIST)
    told = stocktake(
        "privilege", empty_case.path, "--list", tmp_path / "binary.toml", "--by", "X", home=tmp_path
    )
    assert (told.code, told.err.count("\n")) == (2, 1)
    refusal("privilege", empty_case.path, "--list", tmp_path / "good.toml")
    refusal("privilege")
    template = run("privilege", "--print-template")
    assert privilege_list.read(template.encode(), "template").terms


LISTED = privilege_list.read(LIST.encode(), "list")


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("my solicitors", True), ("a SOLICITOR", True), ("insolicitor", False), ("legal  advice", True),
        ("legal-advice", True), ("legal\nadvice", True), ("legal&nbsp;advice", True), ("illegal advice", False),
        ("legal advices", False), ("a@firm.example", True), ("www.firm.example/x", True), ("afirm.example", False),
        ("counsel@mail.example", True), ("xcounsel@mail.example", False), ("ravenscroft's", True),
    ],
)  # fmt: skip
def test_text_and_bytes_meet_the_list_alike(text, met):
    with duck.connect() as connection:
        row = connection.execute("SELECT regexp_matches(?, ?)", [text, LISTED.expressions[0]]).fetchone()
    assert row == (met,)
    for encoding in ("utf-8", "utf-16-le"):
        if encoding == "utf-16-le" and "&nbsp;" in text:
            continue
        assert bool(marks([text.encode(encoding)])) == met, encoding


def marks(blocks: list[bytes]):
    class Blocks:
        def __init__(self) -> None:
            self.left = list(blocks)

        def read(self, _: int = -1) -> bytes:
            return self.left.pop(0) if self.left else b""

    watched = Watched(Blocks(), LISTED)
    found = []
    for _ in range(len(blocks) + 1):
        watched.read()
        found += watched.marks()
    watched.finish()
    return [*found, *watched.marks()]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1 << 20), st.booleans()), max_size=4), st.integers(1 << 13, 1 << 20))
def test_marks_do_not_depend_on_where_blocks_end(places, cut):
    data = bytearray(b". " * (3 << 19))
    for at, wide in places:
        word = " my solicitor said ".encode("utf-16-le" if wide else "utf-8")
        data[at : at + len(word)] = word
    whole = bytes(data)
    assert marks([whole[at : at + cut] for at in range(0, len(whole), cut)]) == marks([whole])
