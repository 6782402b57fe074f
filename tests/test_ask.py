"""Questions reach the case's tables and nothing else."""

import pytest

from stocktake.errors import UserError
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
