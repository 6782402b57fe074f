"""NBXplorer: what the chain says of a processor's wallets, from a real PostgreSQL by way of pg_dump."""

import json
from datetime import datetime
from decimal import Decimal

from shop_case import WooCommerce, mapped, new_case, take_in
from stocktake.records import postgres

TABLES = """
CREATE TABLE scripts (code text NOT NULL, script text NOT NULL, addr text NOT NULL, used boolean DEFAULT false NOT NULL,
  PRIMARY KEY (code, script));
CREATE TABLE txs (code text NOT NULL, tx_id text NOT NULL, raw bytea, metadata jsonb, immature boolean DEFAULT false,
  blk_id text, blk_idx integer, blk_height bigint, mempool boolean DEFAULT true, replaced_by text,
  seen_at timestamptz DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (code, tx_id));
CREATE TABLE outs (code text NOT NULL, tx_id text NOT NULL, idx bigint NOT NULL, script text NOT NULL,
  value bigint NOT NULL, asset_id text DEFAULT '' NOT NULL, input_tx_id text, input_idx bigint,
  blk_id text, mempool boolean DEFAULT true, replaced_by text, seen_at timestamptz, PRIMARY KEY (code, tx_id, idx));
CREATE TABLE ins (code text NOT NULL, tx_id text NOT NULL, idx bigint NOT NULL, spent_tx_id text NOT NULL,
  spent_idx bigint NOT NULL, script text NOT NULL, value bigint NOT NULL, asset_id text NOT NULL,
  PRIMARY KEY (code, tx_id, idx));
CREATE TABLE descriptors (code text NOT NULL, descriptor text NOT NULL, metadata jsonb, next_idx bigint DEFAULT 0,
  gap bigint DEFAULT 0, PRIMARY KEY (code, descriptor));
CREATE TABLE descriptors_scripts (code text NOT NULL, descriptor text NOT NULL, idx bigint NOT NULL, script text NOT NULL,
  metadata jsonb, used boolean DEFAULT false NOT NULL, PRIMARY KEY (code, descriptor, idx));
CREATE TABLE nbxv1_metadata (wallet_id text NOT NULL, key text NOT NULL, data jsonb, PRIMARY KEY (wallet_id, key));
CREATE TABLE nbxv1_migrations (script_name text PRIMARY KEY, executed_at timestamptz DEFAULT CURRENT_TIMESTAMP);
"""
XPUB = "xpub6CUGRUonZSQ4TWtTMmzXdrXDtypWKiKrhko4egpiMZbpiaQL2jkwSB1icqYh2cfDfVxdx4df189oLKnC5fSwqPfgyP3hooxujYzAu3fDVmz"
SEED = "legal winner thank year wave sausage worth useful legal winner thank yellow"


def tracker(postgresql):
    database = postgresql.fresh("nbxplorer")
    postgresql.sql(TABLES, database)

    def run(statement):
        postgresql.sql(statement, database)

    for number in range(1, 7):
        run(f"INSERT INTO scripts VALUES ('BTC', '0014{number:02}', 'bc1q{number}', {number < 6})")
        run(f"INSERT INTO descriptors_scripts VALUES ('BTC', 'D', {number}, '0014{number:02}')")
    metadata = json.dumps({"type": "NBXv1-Derivation", "derivation": XPUB, "feature": "Deposit"})
    run(f"INSERT INTO descriptors VALUES ('BTC', 'D', '{metadata}')")
    seen = "'2024-07-01 12:00:00+00'"
    run(f"INSERT INTO txs (code, tx_id, blk_id, mempool, replaced_by, seen_at) VALUES "
        f"('BTC', 'aa', 'b1', false, NULL, {seen}), ('BTC', 'bb', NULL, true, NULL, {seen}), "
        f"('BTC', 'cc', NULL, false, 'aa', {seen}), ('BTC', 'dd', 'b2', false, NULL, {seen})")  # fmt: skip
    run("INSERT INTO outs (code, tx_id, idx, script, value) VALUES ('BTC', 'aa', 0, '001401', 200000), "
        "('BTC', 'aa', 1, '001402', 50000), ('BTC', 'bb', 0, '001403', 70000), ('BTC', 'cc', 0, '001401', 200000), "
        "('BTC', 'dd', 1, '001405', 90000)")  # fmt: skip
    run("INSERT INTO ins (code, tx_id, idx, spent_tx_id, spent_idx, script, value, asset_id) VALUES "
        "('BTC', 'dd', 0, 'aa', 0, '001401', 200000, '')")  # fmt: skip
    run(
        f"INSERT INTO nbxv1_metadata VALUES ('W', 'Mnemonic', '\"{SEED}\"'), ('W', 'Birthdate', '\"2024-01-01\"')"
    )
    return postgresql.dump(database)


def test_receipts_change_and_spending_equal_what_the_database_says(postgresql, tmp_path):
    case = new_case(tmp_path)
    take_in(case, tracker(postgresql), "KC/2", "nbxplorer.sql", postgres.read)
    result = mapped(case, "KC/2")
    at = datetime(2024, 7, 1, 12)
    assert result.all(
        "SELECT address, txid, asset_amount, status, payments.at FROM payments ORDER BY txid, address"
    ) == [
        ("bc1q1", "aa", Decimal("0.002"), "confirmed", at),
        ("bc1q2", "aa", Decimal("0.0005"), "confirmed", at),
        ("bc1q3", "bb", Decimal("0.0007"), "pending", at),
        ("bc1q1", "cc", Decimal("0.002"), "failed", at),
        (None, "dd", Decimal("-0.0011"), "confirmed", at),
    ]
    asked = postgresql.sql(
        "SELECT (SELECT sum(value) FROM outs JOIN txs USING (code, tx_id) WHERE txs.blk_id IS NOT NULL) "
        "- (SELECT sum(value) FROM ins)",
        "nbxplorer",
    )
    assert result.one("SELECT sum(asset_amount) * 100000000 FROM payments WHERE status = 'confirmed'") == int(
        asked
    )
    kinds = result.dict("SELECT kind, count(*) FROM observables GROUP BY 1")
    assert kinds == {"btc": 6, "extended_public_key": 1, "seed_phrase": 1}
    assert (
        result.one("SELECT value FROM observables WHERE kind = 'seed_phrase'")
        == "[seed_phrase, not encrypted]"
    )
    assert SEED not in repr([result.all(f"SELECT * FROM '{path}'") for path in result.out.rglob("*.parquet")])


def test_a_receipt_at_an_address_that_an_order_was_given_pays_that_order(mariadb, postgresql, tmp_path):
    shop = WooCommerce.fresh(mariadb, "nbxplorer_shop", "wp_")
    for number, address, coins in ((1, "bc1q1", "0.002"), (2, "bc1q2", "0.001"), (3, "bc1q3", "0.0007")):
        shop.order(number, "wc-pending", f"{number}00.00", payment_method="bitcoin")
        shop.meta(number, _btc_address=address, _btc_amount=coins)
    case = new_case(tmp_path)
    take_in(case, shop.dump())
    take_in(case, tracker(postgresql), "KC/1", "nbxplorer.sql", postgres.read)
    result = mapped(case)
    paid = result.all(
        "SELECT txid, order_id, amount, currency FROM payments WHERE provider = 'NBXplorer' AND order_id IS NOT NULL "
        "ORDER BY txid, order_id"
    )
    assert paid == [
        ("aa", "order:KC/1/wp_posts/1", Decimal(100), "GBP"),
        ("aa", "order:KC/1/wp_posts/2", Decimal(100), "GBP"),  # half of the coins, half of the money
        ("bb", "order:KC/1/wp_posts/3", Decimal(300), "GBP"),
        ("cc", "order:KC/1/wp_posts/1", Decimal(100), "GBP"),
    ]
    assert result.dict("SELECT order_id, reason FROM takings") == {
        "order:KC/1/wp_posts/1": None,
        "order:KC/1/wp_posts/2": "paid in part",
        "order:KC/1/wp_posts/3": "unpaid",
    }
