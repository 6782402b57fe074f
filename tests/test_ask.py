"""Questions reach the case's tables and nothing else."""

import io
import json

import pyarrow.parquet as pq
import pytest

from command import stocktake
from shop_case import new_case
from stocktake.commerce.tables import install, open_case, write_rows
from stocktake.errors import UserError
from stocktake.findings.answer import write_json, write_table
from stocktake.findings.ask import ask


def answer(case, question):
    with ask(case, question) as connection:
        return connection.fetchall()


@pytest.mark.parametrize(
    "question",
    [
        "select count(*) from orders",
        "with o as (select * from orders) select count(*) from o",
        "from orders select count(*)",
        "select count(*) from main.orders",
        "select sum(n) - 6 from unnest([1, 2, 3]) t(n)",
        "select (select count(*) from orders) from range(1)",
    ],
)
def test_questions_over_the_tables_are_answered(empty_case, question):
    assert answer(empty_case, question) == [(0,)]


@pytest.mark.parametrize(
    "question",
    [
        "",
        "-- nothing",
        "selec 1",
        "select 1; select 2",
        "drop view orders",
        "create table x as select 1",
        "copy orders to 'out.csv'",
        "attach 'x.db'",
        "install httpfs",
        "set memory_limit = '1MB'",
        "pragma database_list",
        "select * from read_csv('/etc/passwd')",
        "select * from (select * from read_text('/etc/passwd'))",
        "select (select count(*) from read_blob('/etc/passwd'))",
        "select * from '/etc/passwd'",
        "select * from 'file.parquet'",
        "select * from query('select 1')",
        "select * from duckdb_settings()",
        "select * from information_schema.tables",
        "select * from nothing_of_this_name",
        'select * from "KC/99".wp_posts',
        "select nonsense from orders",
        "explain select 1",
    ],
)
def test_anything_else_is_refused_in_one_sentence(empty_case, question):
    with pytest.raises(UserError) as refused:
        answer(empty_case, question)
    assert "\n" not in str(refused.value)


def test_a_question_writes_nothing(empty_case, tmp_path):
    before = sorted(path.relative_to(empty_case.path) for path in empty_case.path.rglob("*"))
    answer(empty_case, "select * from orders")
    assert sorted(path.relative_to(empty_case.path) for path in empty_case.path.rglob("*")) == before


@pytest.mark.parametrize(
    "question",
    [
        "select * from duckdb_views where exists (with duckdb_views as (select 1) select 1)",
        "select current_setting('allowed_paths')",
        "select write_log('x')",
    ],
)
def test_the_engine_tells_nothing_of_the_machine(empty_case, question):
    with pytest.raises(UserError):
        answer(empty_case, question)


def test_an_answer_in_json_keeps_every_column_and_is_json(empty_case):
    out = io.StringIO()
    with ask(
        empty_case, "select 'a' a, 'b' a, 1/0 x, 'nan'::double y, 'x' || chr(10) || 'y' z"
    ) as connection:
        write_json(connection, out)
    assert json.loads(out.getvalue(), parse_constant=pytest.fail) == [
        {"a": "a", "a_2": "b", "x": "inf", "y": "nan", "z": "x\ny"}
    ]


def test_a_terminal_shows_one_line_a_row(empty_case):
    out = io.StringIO()
    with ask(empty_case, "select 'x' || chr(10) || 'FORGED' || chr(27) || '[31m' a") as connection:
        write_table(connection, out)
    assert out.getvalue().splitlines() == ["a", "x\\nFORGED\\x1b[31m"]


@pytest.mark.parametrize(
    "place", ["ledger.jsonl", "case.toml", "exhibits/KC-1/copy/a.sql", "tables/x.csv", ".", "../absent/x.csv"]
)
def test_an_answer_never_goes_over_what_the_case_holds(tmp_path, place):
    (tmp_path / "a.sql").write_text("-- MySQL dump\n")
    stocktake("new", tmp_path / "op.case", "--ref", "R", "--name", "N", home=tmp_path)
    stocktake("add", tmp_path / "op.case", tmp_path / "a.sql", "--ref", "KC/1", "--copy", home=tmp_path)
    before = {path: path.read_bytes() for path in (tmp_path / "op.case").rglob("*") if path.is_file()}
    ran = stocktake(
        "ask", tmp_path / "op.case", "select 1", "--out", tmp_path / "op.case" / place, home=tmp_path
    )
    assert ran.code == 2
    assert ran.err.startswith("stocktake: ")
    changed = {
        path.name
        for path, was in before.items()
        if path.read_bytes() != was and not path.name.startswith("ledger")
    }
    assert not changed
    assert stocktake("verify", tmp_path / "op.case", home=tmp_path).code == 0


@pytest.mark.parametrize("copy", [(), ("--copy",)])
def test_an_answer_never_goes_over_an_exhibit(tmp_path, copy):
    (tmp_path / "a.sql").write_text("-- MySQL dump\n")
    stocktake("new", tmp_path / "op.case", "--ref", "R", "--name", "N", home=tmp_path)
    stocktake("add", tmp_path / "op.case", tmp_path / "a.sql", *copy, home=tmp_path)
    for command in (("ask", "select 1"), ("report", "summary")):
        ran = stocktake(
            command[0], tmp_path / "op.case", command[1], "--out", tmp_path / "a.sql", home=tmp_path
        )
        assert ran.code == 2
    assert (tmp_path / "a.sql").read_text() == "-- MySQL dump\n"


def test_tables_of_an_earlier_version_are_still_read(tmp_path):
    case = new_case(tmp_path)
    made = tmp_path / "made"
    write_rows(made / "orders" / "part-00000.parquet", "orders", [{"order_id": "order:1", "ip": "192.0.2.1"}])
    table = pq.read_table(made / "orders" / "part-00000.parquet")
    pq.write_table(table.drop_columns(["user_agent"]), made / "orders" / "part-00000.parquet")
    install(case, "KC/1", made)
    with open_case(case) as connection:
        found = connection.execute("SELECT order_id, ip, user_agent FROM orders").fetchall()
    assert found == [("order:1", "192.0.2.1", None)]
