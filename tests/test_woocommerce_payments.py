"""What payment plugins keep beside WooCommerce: from a real database to `payments`, with the processor's reference."""

from decimal import Decimal

import pytest

from shop_case import WooCommerce

# As the plugin makes it.
CRYPTOWOO = """
CREATE TABLE {p}cryptowoo_payments_temp (id int(11) NOT NULL AUTO_INCREMENT, amount decimal(17,8) NOT NULL,
  crypto_amount bigint(20) NOT NULL, address varchar(106) NOT NULL DEFAULT '', payment_currency varchar(20) NOT NULL
  DEFAULT '', customer_reference varchar(50) NOT NULL DEFAULT '', order_id int(11) NOT NULL,
  received_confirmed bigint(20) NOT NULL DEFAULT 0, received_unconfirmed bigint(20) NOT NULL DEFAULT 0,
  created_at timestamp NOT NULL DEFAULT '0000-00-00 00:00:00', last_update timestamp NOT NULL DEFAULT
  '0000-00-00 00:00:00', timeout_value int(11) NOT NULL, timeout tinyint(1) NOT NULL DEFAULT 0,
  txids text NOT NULL DEFAULT '', paid tinyint(1) NOT NULL DEFAULT 0, is_archived tinyint(1) NOT NULL DEFAULT 0,
  PRIMARY KEY (id), KEY address (address), KEY order_id (order_id), KEY ticks (timeout, paid))
"""


@pytest.fixture
def shop(mariadb):
    return WooCommerce.fresh(mariadb, "woo_payments", "wp_")


def test_cryptowoo_rows(shop, tmp_path):
    shop.sql("SET STATEMENT sql_mode = '' FOR " + CRYPTOWOO)
    for number in range(1, 6):
        paid = {"date_paid": "1719835500"} if number in (1, 2, 3) else {}
        shop.order(
            number,
            "wc-completed" if paid else "wc-pending",
            f"{number}0.00",
            payment_method="cryptowoo",
            **paid,
        )

    def row(order, crypto, confirmed, unconfirmed, *, paid=0, timeout=0, txids="", coin="BTC"):
        shop.insert("cryptowoo_payments_temp", order_id=order, amount=f"{order}0.00", crypto_amount=crypto,
                    address=f"addr{order}", payment_currency=coin, received_confirmed=confirmed,
                    received_unconfirmed=unconfirmed, timeout_value=1719837300, timeout=timeout, paid=paid,
                    txids=txids)  # fmt: skip

    row(1, 200000, 200000, 0, paid=1, txids='["aa"]')
    row(2, 100000, 60000, 90000, paid=1, txids='["bb","cc"]', coin="LTC")
    row(3, 300000, 300000, 0, paid=1, txids='a:1:{i:0;s:2:"dd";}')
    row(4, 400000, 0, 0, timeout=1)
    row(5, 500000, 0, 100000, timeout=3, txids='["ee"]')
    row(99, 1, 1, 0, paid=1)
    result = shop.mapped(tmp_path)
    rows = result.all(
        "SELECT address, txid, asset, asset_amount, amount, status, basis FROM payments WHERE provider = 'CryptoWoo' "
        "AND address IS NOT NULL ORDER BY address, txid"
    )
    assert rows == [
        ("addr1", "aa", "BTC", Decimal("0.002"), Decimal(10), "confirmed", "recorded"),
        ("addr2", "bb", "LTC", Decimal("0.0015"), Decimal(30), "confirmed", "derived"),
        ("addr2", "cc", "LTC", None, None, "confirmed", "derived"),
        ("addr3", "dd", "BTC", Decimal("0.003"), Decimal(30), "confirmed", "recorded"),
        ("addr4", None, "BTC", Decimal("0.004"), Decimal(40), "failed", "recorded"),
        ("addr5", "ee", "BTC", Decimal("0.001"), Decimal(10), "pending", "derived"),
    ]
    asked = shop.sql(
        "SELECT SUM(received_confirmed + received_unconfirmed) FROM {p}cryptowoo_payments_temp "
        "WHERE paid = 1 AND order_id < 99"
    )
    assert (
        result.one("SELECT sum(asset_amount) * 100000000 FROM payments WHERE status = 'confirmed'")
        == asked[0][0]
    )
    assert result.dict("SELECT order_id, amount FROM takings WHERE counted") == {
        f"order:KC/1/wp_posts/{number}": Decimal(number * 10) for number in (1, 2, 3)
    }
    assert result.all(
        "SELECT CAST(found AS BIGINT), reason FROM completeness WHERE table_name = 'wp_cryptowoo_payments_temp' "
        "ORDER BY 1"
    ) == [(1, "payments of orders that are no longer there"), (5, None)]


def test_references_of_processors(shop, tmp_path):
    shop.order(
        1, "wc-completed", "10.00", payment_method="stripe", transaction_id="ch_3Abc", date_paid="1719835500"
    )
    shop.order(2, "wc-pending", "20.00", payment_method="stripe", stripe_intent_id="pi_3Def")
    shop.order(3, "wc-completed", "30.00", payment_method="paypal", date_paid="1719835500")
    shop.meta(3, **{"Transaction ID": "8XY12345AB678901C", "Payer PayPal address": "ann@example.test"})
    shop.order(4, "wc-completed", "40.00", payment_method="coinpayments", date_paid="1719835500")
    shop.meta(4, **{"Transaction ID": "CPGA0EXAMPLE"})
    shop.order(5, "wc-completed", "50.00", payment_method="nowpayments", date_paid="1719835500")
    shop.meta(5, _nowpayments_payment_id="5745459419", pay_address="TNDFexample", pay_currency="usdttrc20",
              pay_amount="61.25", payin_hash="f" * 64)  # fmt: skip
    shop.order(6, "wc-on-hold", "60.00", payment_method="bacs")
    shop.order(7, "wc-pending", "70.00", payment_method="btcpaygf_default")
    shop.meta(7, BTCPay_id="InvoiceSeven")
    shop.order(8, "wc-completed", "80.00", payment_method="worldpay", transaction_id="3456789", card_last4="4242",
               date_paid="1719835500", card_brand="visa")  # fmt: skip
    result = shop.mapped(tmp_path)
    rows = result.all(
        "SELECT amount, method, provider, reference, asset, asset_amount, address, txid, card_last4, status "
        "FROM payments ORDER BY amount"
    )
    assert [row[:4] for row in rows] == [
        (Decimal(10), "card", "Stripe", "ch_3Abc"),
        (Decimal(20), "card", "Stripe", "pi_3Def"),
        (Decimal(30), "other", "PayPal", "8XY12345AB678901C"),
        (Decimal(40), "crypto", "CoinPayments", "CPGA0EXAMPLE"),
        (Decimal(50), "crypto", "NOWPayments", "5745459419"),
        (Decimal(60), "bank", "bank transfer", None),
        (Decimal(70), "crypto", "BTCPay Server", "InvoiceSeven"),
        (Decimal(80), "card", "Worldpay", "3456789"),
    ]
    assert rows[4][4:8] == ("USDTTRC20", Decimal("61.25"), "TNDFexample", "f" * 64)
    assert rows[3][7] is None
    assert rows[5][9] == "pending"
    assert rows[7][8] == "4242"
