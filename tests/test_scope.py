"""What the authority of a case does not allow is kept, counted and out of reach of every face."""

import json
import shutil

import pytest

from privilege_case import hold, made_case, refusal, run, set_home
from stocktake.case import Case
from stocktake.commerce.model import TABLES
from stocktake.custody import ledger
from stocktake.errors import UserError
from stocktake.findings.ask import ask
from stocktake.findings.why import why
from stocktake.web.app import application
from stocktake.withholding.scope_rules import NEVER_OUT, rules
from test_web import Visitor

pytestmark = pytest.mark.xdist_group("privilege")
ORDER = "order:KC/1/wp_posts/{}"


@pytest.fixture(scope="module")
def processed(mariadb, tmp_path_factory):
    """The case with no scope; never changed."""
    with set_home(tmp_path_factory.getbasetemp()):
        return made_case(mariadb, tmp_path_factory.getbasetemp())


@pytest.fixture(scope="module")
def limited(processed, tmp_path_factory):
    """The same limited to the summer of 2024; never changed."""
    where = shutil.copytree(processed, tmp_path_factory.mktemp("limited") / "x")
    with set_home(tmp_path_factory.getbasetemp()):
        run("scope", where / "privilege.case", "--authority", "Order of the Crown Court, 3 May 2026",
            "--from", "2024-05-01", "--to", "2024-07-31", "--by", "DS Lane")  # fmt: skip
    return where


@pytest.fixture
def case(limited) -> Case:
    return Case.open(limited / "privilege.case")


def answer(case, question):
    with ask(case, question) as connection:
        return connection.fetchall()


def test_only_what_is_dated_within_it_is_in_view(case):
    assert answer(case, "SELECT number FROM orders") == [("11",)]
    for table in ("order_lines", "payments", "takings"):
        assert {order for (order,) in answer(case, f"SELECT order_id FROM {table}")} <= {ORDER.format(11)}, (
            table
        )
    assert answer(case, "SELECT count(*) FROM order_lines") == [(1,)]
    assert {order for (order,) in answer(case, "SELECT order_id FROM postal_addresses")} == {ORDER.format(11)}
    assert answer(case, "SELECT username FROM accounts") == [
        ("bob",)
    ]  # registered before, and named by the order
    assert answer(case, "SELECT count(*) FROM messages") == [(0,)]
    assert answer(case, "SELECT count(*) FROM sites") == [(1,)]
    assert answer(
        case, "SELECT min(first_activity) >= '2024-01-01', max(last_activity) < '2024-08-01' FROM sites"
    ) == [(True, True)]
    assert answer(case, "SELECT count(*) FROM host_events") == [(3,)]


def test_the_books_balance_over_what_is_in_view(case):
    money = answer(
        case,
        "SELECT sum(found), sum(mapped) FROM completeness WHERE measure = 'money' AND table_name = 'orders'",
    )
    assert money == answer(case, "SELECT sum(total), sum(total) FROM orders")
    assert answer(
        case, "SELECT count(*) FROM completeness WHERE found IS DISTINCT FROM mapped + set_aside"
    ) == [(0,)]


def test_raw_rows_and_bytes_of_what_is_out_are_out_of_reach(case):
    assert answer(case, "SELECT ID FROM \"KC/1\".wp_posts WHERE post_type = 'shop_order'") == [(11,)]
    assert answer(case, 'SELECT DISTINCT post_id FROM "KC/1".wp_postmeta') == [(11,)]
    assert answer(case, 'SELECT DISTINCT order_id FROM "KC/1".wp_woocommerce_order_items') == [(11,)]
    assert answer(case, 'SELECT count(*) FROM "KC/1".wp_comments') == [(0,)]
    assert answer(case, 'SELECT count(*) FROM "KC/1".lines') == [(0,)]  # read into no canonical row
    seen = why(case, ORDER.format(11))
    assert b"11.50" not in (seen.sources[0].data or b"")
    assert any(b"11.50" in (detail.data or b"") for detail in seen.details)
    for identifier in (ORDER.format(10), "source:KC/1/wp_posts/10", "source:KC/1/wp_comments/1"):
        with pytest.raises(UserError):
            why(case, identifier)
    whole = why(case, "item:KC/1/shop.sql").sources[0]
    assert whole.data is None
    assert "out of scope" in whole.note


def test_what_is_out_is_counted_by_table_and_reason(case, limited):
    out = {
        (table, reason): rows
        for table, reason, rows in answer(
            case,
            "SELECT table_name, reason, rows FROM held_back WHERE kind = 'scope' AND table_name NOT LIKE '\"%'",
        )
    }
    assert out["orders", "dated before 2024-05-01"] == 1
    assert out["orders", "dated after 2024-07-31"] == 1
    assert out["order_lines", "follows its row of orders, which is out"] == 2
    assert out["messages", "dated after 2024-07-31"] == 7  # one note and six letters
    raw = dict(
        answer(case, "SELECT table_name, sum(rows) FROM held_back WHERE table_name LIKE '\"%' GROUP BY 1")
    )
    assert raw['"KC/1"."lines"'] == 3
    facts = json.loads(run("status", case.path, "--json"))
    assert facts["rows"]["orders"] == 1
    assert "from 2024-05-01, to 2024-07-31" in run("status", case.path)
    page = Visitor(application(case, "token")).get("/held").text
    assert "dated after 2024-07-31" in page
    assert "Order of the Crown Court, 3 May 2026" in page


def test_a_new_authority_lets_more_be_seen_and_the_ledger_names_both(limited, tmp_path):
    where = shutil.copytree(limited, tmp_path / "x")
    case = Case.open(where / "privilege.case")
    run(
        "scope",
        case.path,
        "--authority",
        "Order of 9 June 2026",
        "--from",
        "2024-03-01",
        "--by",
        "DS Lane",
    )
    assert answer(case, "SELECT count(*) FROM orders") == [(3,)]
    assert answer(case, "SELECT count(*) FROM messages") == [(8,)]
    run("scope", case.path, "--authority", "Full production order", "--by", "DS Lane")
    assert answer(case, "SELECT count(*) FROM held_back") == [(0,)]
    assert not (case.path / "held").exists()
    recorded = [entry.detail for entry in ledger.entries(case) if entry.action == "scope"]
    assert [entry["authority"][:8] for entry in recorded] == ["Order of", "Order of", "Full pro"]
    assert {entry["by"] for entry in recorded} == {"DS Lane"}
    run("verify", case.path)


OF_LIMITS = [
    (["--without", "messages"],
     {"messages": 0, '"KC/1".wp_comments': 0, "orders": 3, "order_lines": 3, "host_events": 3}),
    (["--without", "messages:mail", "--without", "orders"],
     {"messages": 2, '"KC/1".wp_comments': 2, "orders": 0, "order_lines": 0, '"KC/1"."inbox!mail.mail_messages"': 0}),
    (["--without", "postal_addresses"], {"orders": 3, "postal_addresses": 0}),
    (["--site", "Test Shop"], {"orders": 3, "host_events": 0, "sites": 1, "site_names": 2}),
    (["--site", "test shop", "--with-siteless"], {"orders": 3, "host_events": 3}),
    (["--site", "another.example"], {"orders": 0, "sites": 0, '"KC/1".wp_posts': 0}),
    (["--to", "2024-07-31", "--with-undated"], {"orders": 2, "order_lines": 2}),
]  # fmt: skip


def test_sites_and_kinds_of_data(processed, tmp_path):
    where = shutil.copytree(processed, tmp_path / "x")
    case = Case.open(where / "privilege.case")
    for limits, told in OF_LIMITS:
        run("scope", case.path, "--authority", "Order", "--by", "DS Lane", *limits)
        assert {table: answer(case, f"SELECT count(*) FROM {table}")[0][0] for table in told} == told, limits


def test_scope_and_list_hold_together(limited, tmp_path):
    where = shutil.copytree(limited, tmp_path / "x")
    case = Case.open(where / "privilege.case")
    hold(where, case)
    assert answer(case, "SELECT count(*) FROM orders") == [(1,)]
    assert answer(case, "SELECT count(*) FROM postal_addresses") == [(0,)]
    assert {kind for (kind,) in answer(case, "SELECT kind FROM held_back")} == {"privilege", "scope"}
    run("verify", case.path)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--from", "2024-01-01", "--by", "X"], "needs the authority"),
        (["--authority", "A", "--from", "2024-01-01"], "give it with --by"),
        (["--authority", "A", "--by", "X", "--from", "yesterday"], "is no day"),
        (["--authority", "A", "--by", "X", "--from", "2024-02-01", "--to", "2024-01-01"], "before it begins"),
        (["--authority", "A", "--by", "X", "--without", "nonsense"], "is no kind of data"),
        (["--authority", "A", "--by", "X", "--without", "sources"], "is no kind of data"),
    ],
)
def test_a_bad_scope_is_refused_in_one_sentence(empty_case, words, sentence):
    assert sentence in refusal("scope", empty_case.path, *words)
    assert not [entry for entry in ledger.entries(empty_case) if entry.action == "scope"]


def test_every_table_has_its_rule_and_rules_name_what_is_there():
    placed = rules()
    assert set(placed) == set(TABLES) - set(NEVER_OUT)
    order = list(placed)
    for table, rule in placed.items():
        for parent, column in rule.follows:
            assert column in TABLES[table], (table, column)
            assert order.index(parent) < order.index(table), (table, parent)
        for column in (rule.site, rule.date, *rule.about):
            assert column is None or column in TABLES[table], (table, column)
        for by, column in rule.named_by:
            assert column in TABLES[by], (by, column)
            assert order.index(by) < order.index(table), (by, table)
