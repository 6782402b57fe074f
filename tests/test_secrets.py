"""Secrets in shops' tables: in no answer, no page and no table, whatever asks; known by place and fingerprint."""

import json

import pytest

from command import stocktake
from shop_case import WooCommerce
from stocktake.artefacts.fingerprints import keyed
from stocktake.case import Case
from stocktake.commerce.tables import open_case
from stocktake.findings.why import text, why
from stocktake.process import process
from stocktake.shops.folders import FolderError, read_folder
from stocktake.shops.secrets import _forms, hide

SEED = "legal winner thank year wave sausage worth useful legal winner thank yellow"
HEX_KEY = "4f3edf983ac636a65a842ce7c78d9aa706d3b113bce9c46f30d7d21715b23b1d"
AWKWARD = 'it\'s a "key" \\ with\nlines and ünïcode'


@pytest.fixture(scope="module")
def case(mariadb, tmp_path_factory):
    """A processed case with one shop whose options and API keys hold secrets."""
    folder = tmp_path_factory.mktemp("secrets")
    shop = WooCommerce.fresh(mariadb, "secrets", "wp_")
    shop.option("blockonomics_api_key", HEX_KEY)
    shop.option("woocommerce_stripe_settings", AWKWARD)
    shop.option("cryptowoo_payments", f"wallet of jane.doe@example.test {SEED}")
    shop.option("woocommerce_bacs_accounts", "sort code 20-00-00")
    shop.insert(
        "woocommerce_api_keys", key_id=1, user_id=1, consumer_key="ck", consumer_secret="cs_0123456789"
    )
    shop.order(1, "wc-completed", "10.00")
    (folder / "shop.sql").write_bytes(shop.dump())
    path = folder / "op.case"
    stocktake("new", path, "--ref", "R/1", "--name", "Test", home=folder)
    stocktake("add", path, folder / "shop.sql", "--ref", "KC/1", home=folder)
    process(Case.open(path))
    return path


def explained(case, identifier):
    return text(why(Case.open(case), identifier))


def told_by(case, *arguments):
    done = stocktake(arguments[0], case, *arguments[1:], home=case.parent)
    return done.out + done.err


def assert_no_secret(shown):
    for secret in (HEX_KEY, AWKWARD, SEED, "cs_0123456789", AWKWARD.replace("'", "''"), "legal winner"):
        assert secret not in shown
        assert json.dumps(secret)[1:-1] not in shown


def test_a_question_over_a_raw_table_gets_kind_state_and_fingerprint(case):
    key = Case.open(case).fingerprint_key()
    told = told_by(case, "ask", 'SELECT option_name, option_value FROM "KC/1".wp_options', "--format", "json")
    rows = {row["option_name"]: row["option_value"] for row in json.loads(told)}
    assert rows["blockonomics_api_key"] == (
        f"[api_key, not encrypted, {keyed('api_key', HEX_KEY.encode(), key)}]"
    )
    assert rows["woocommerce_bacs_accounts"] == "sort code 20-00-00"
    assert_no_secret(told)
    assert_no_secret(told_by(case, "ask", 'SELECT * FROM "KC/1".wp_woocommerce_api_keys', "--format", "json"))
    found = told_by(
        case, "ask", f"SELECT count(*) AS n FROM \"KC/1\".wp_options WHERE option_value = '{HEX_KEY}'"
    )
    assert "1" not in found.splitlines()[-1]


def test_why_shows_a_row_without_its_secret(case):
    listed = told_by(
        case,
        "ask",
        "SELECT source_id FROM observables WHERE kind = 'api_key' ORDER BY source_id",
        "--format",
        "csv",
    )
    sources = [line.strip('"') for line in listed.split()[1:]]
    assert len(sources) == 4
    for source in sources:
        told = explained(case, source)
        assert "[api_key, not encrypted, hmac-sha256:" in told
        assert_no_secret(told)
    assert_no_secret(explained(case, "item:KC/1/shop.sql"))
    assert_no_secret(explained(case, "site:KC/1/wp_options"))


def test_no_table_of_the_case_holds_a_secret_and_what_surrounds_one(case):
    with open_case(Case.open(case)) as connection:
        for (table,) in connection.execute(
            "SELECT view_name FROM duckdb_views() WHERE NOT internal"
        ).fetchall():
            rows = connection.execute(f"SELECT * FROM {table}").fetchall()
            assert_no_secret(repr(rows))
        found = connection.execute(
            "SELECT value, context FROM observables WHERE kind = 'email' AND value LIKE 'jane%'"
        ).fetchall()
    assert not any("legal" in str(context) for _, context in found)


def test_a_row_in_which_the_secret_is_not_found_is_left_out_whole(case):
    opened = Case.open(case)
    with open_case(opened) as connection:
        ((offset, length),) = connection.execute(
            'SELECT "offset", length FROM sources WHERE source_id IN '
            "(SELECT source_id FROM observables WHERE kind = 'api_key') AND table_name = 'wp_woocommerce_api_keys'"
        ).fetchall()
    ((shown, hidden),) = hide(opened, "KC/1", "shop.sql", [(offset, b"x" * length)])
    assert hidden
    assert shown.startswith(b"[a row that is not shown, for it holds [api_key, not encrypted, hmac-sha256:")
    ((cut, hidden),) = hide(opened, "KC/1", "shop.sql", [(offset, b"x" * (length - 2))])
    assert hidden
    assert b"xx" not in cut
    ((outside, hidden),) = hide(opened, "KC/1", "shop.sql", [(0, b"-- MariaDB")])
    assert (outside, hidden) == (b"-- MariaDB", False)


def test_forms_of_a_value_in_dumps():
    assert b"a\\'b" in _forms(b"a'b")
    assert b"a''b" in _forms(b"a'b")
    assert b"a\\nb" in _forms(b"a\nb")
    assert b"6162" in _forms(b"ab")


def test_a_folder_that_states_half_a_condition_is_refused(tmp_path):
    (tmp_path / "shop.toml").write_text(
        'name="x"\ntitle="X"\nversions="1"\n[recognise]\nany=[{tables=["t"]}]\n[tables.t]\nkey=["a"]\n'
        '[tables.t.columns]\na={type="VARCHAR", secret={kind="k", where="a"}}\n'
    )
    (tmp_path / "coverage.sql").write_text("")
    with pytest.raises(FolderError, match="where and like"):
        read_folder(tmp_path)
