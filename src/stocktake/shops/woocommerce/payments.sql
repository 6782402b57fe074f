-- Blockonomics: one row an address given out. Status 2 is confirmed; a lower one with a transaction is seen and
-- not yet confirmed; without a transaction nothing came in at that address. A negative status is an error.
WITH given AS (
  SELECT
    b._ref AS ref, b.order_id, b.payment_status, UPPER(b.crypto) AS asset, b.address,
    NULLIF(b.txid, '') AS txid, COALESCE(b.paid_satoshi, b.expected_satoshi) AS satoshi,
    COALESCE(b.paid_fiat, b.expected_fiat) AS fiat, b.currency, CAST(NULL AS TIMESTAMP) AS at
  FROM blockonomics_payments AS b
  UNION ALL
  SELECT
    b._ref, b.order_id, b.payment_status, UPPER(b.crypto), b.address, NULLIF(b.txid, ''), b.expected_satoshi,
    b.expected_fiat, b.currency, unix_to_utc(b.timestamp)
  FROM blockonomics_orders AS b
)
SELECT
  'payment:' || g.ref AS payment_id, o.id AS order_id, site.site_id, 'crypto' AS method,
  'Blockonomics' AS provider, COALESCE(g.fiat, o.total) AS amount, COALESCE(NULLIF(g.currency, ''), o.currency)
    AS currency,
  g.asset,
  CASE WHEN g.asset = 'USDT' THEN g.satoshi * CAST(0.000001 AS DECIMAL(8, 8))
    ELSE g.satoshi * CAST(0.00000001 AS DECIMAL(8, 8)) END AS asset_amount,
  g.address, g.txid,
  CASE WHEN g.payment_status >= 2 THEN 'confirmed' WHEN g.payment_status < 0 THEN 'failed' ELSE 'pending' END
    AS status,
  COALESCE(CASE WHEN g.payment_status >= 2 THEN o.paid_at END, g.at, o.placed_at) AS at,
  'source:' || g.ref AS source_id
FROM given AS g
JOIN shop_order AS o ON o.order_id = g.order_id AND o.type = 'shop_order'
CROSS JOIN site;

-- BTCPay: one row a payment noted on the order. The money is the order's total where one payment paid it, and
-- else the coins by the noted rate.
WITH counted AS (SELECT order_id, COUNT(*) AS payments FROM btcpay_payment GROUP BY order_id)
SELECT
  'payment:' || o.ref || '/' || b.payment_method || '/' || b.place AS payment_id, o.id AS order_id,
  site.site_id, 'crypto' AS method, 'BTCPay Server' AS provider,
  CASE
    WHEN counted.payments = 1 AND o.is_paid THEN o.total
    ELSE round_to(TRY_CAST(b.amount AS DECIMAL(19, 9)) * TRY_CAST(b.rate AS DECIMAL(19, 6)), 2)
  END AS amount,
  o.currency, UPPER(REGEXP_EXTRACT(b.payment_method, '^([A-Za-z0-9]+)', 1)) AS asset,
  to_money(b.amount) AS asset_amount, b.address, REGEXP_EXTRACT(COALESCE(b.txid, ''), '^([0-9a-fA-F]{64})', 1)
    AS txid,
  CASE
    WHEN LOWER(b.status) IN ('settled', 'confirmed', 'complete') OR (b.status IS NULL AND o.paid_at IS NOT NULL)
      THEN 'confirmed'
    WHEN LOWER(b.status) IN ('invalid', 'expired') THEN 'failed'
    ELSE 'pending'
  END AS status,
  COALESCE(unix_to_utc(b.received), o.paid_at, o.placed_at) AS at, o.btcpay_invoice AS reference,
  CASE WHEN counted.payments = 1 AND o.is_paid THEN 'recorded' ELSE 'derived' END AS basis,
  'source:' || b.ref AS source_id
FROM btcpay_payment AS b
JOIN shop_order AS o ON o.order_id = b.order_id AND o.type = 'shop_order'
JOIN counted ON counted.order_id = b.order_id
CROSS JOIN site;

-- CryptoWoo: one row an order, with what came in at the address so far; a row for each further transaction, whose
-- share of it the plugin does not keep. Where other than the asked amount came, its share of the price.
WITH tx AS (
  SELECT id, value AS txid, ROW_NUMBER() OVER (PARTITION BY id ORDER BY value) AS place, COUNT(*) OVER (PARTITION BY id)
    AS transactions
  FROM cryptowoo_txid
  WHERE value <> ''
)
SELECT
  'payment:' || c._ref || CASE WHEN t.place > 1 THEN '/' || CAST(t.place AS VARCHAR) ELSE '' END AS payment_id,
  o.id AS order_id, site.site_id, 'crypto' AS method, 'CryptoWoo' AS provider,
  CASE
    WHEN t.place > 1 THEN NULL
    WHEN c.received_confirmed + c.received_unconfirmed > 0 AND c.crypto_amount > 0
      AND c.received_confirmed + c.received_unconfirmed <> c.crypto_amount
      THEN round_to(ratio(TRY_CAST(c.amount AS DECIMAL(17, 4)) * (c.received_confirmed + c.received_unconfirmed),
        c.crypto_amount), 2)
    ELSE c.amount
  END AS amount,
  o.currency, UPPER(c.payment_currency) AS asset,
  CASE WHEN t.place > 1 THEN NULL ELSE
    COALESCE(NULLIF(c.received_confirmed + c.received_unconfirmed, 0), c.crypto_amount)
      * CAST(0.00000001 AS DECIMAL(8, 8)) END AS asset_amount,
  c.address, t.txid,
  CASE
    WHEN c.paid = 1 AND c.received_confirmed > 0 THEN 'confirmed'
    WHEN c.timeout IN (1, 4) AND COALESCE(c.received_confirmed + c.received_unconfirmed, 0) = 0 THEN 'failed'
    ELSE 'pending'
  END AS status,
  CASE WHEN c.paid = 1 THEN COALESCE(o.paid_at, o.placed_at) ELSE o.placed_at END AS at,
  CASE WHEN c.received_confirmed + c.received_unconfirmed NOT IN (0, c.crypto_amount) THEN 'derived'
    ELSE 'recorded' END AS basis,
  'source:' || c._ref AS source_id
FROM cryptowoo_payments_temp AS c
JOIN shop_order AS o ON o.order_id = c.order_id AND o.type = 'shop_order'
CROSS JOIN site
LEFT JOIN tx AS t ON t.id = c.id;

-- Every other order has one payment of its total. It is confirmed on a date of payment, or in a state that the
-- software reaches only once paid; cash on delivery only when the order is completed, for it is "paid" in the
-- software's eyes as soon as it is placed.
WITH confirmed AS (
  SELECT order_id FROM blockonomics_payments WHERE payment_status >= 2
  UNION
  SELECT order_id FROM blockonomics_orders WHERE payment_status >= 2
  UNION
  SELECT order_id FROM btcpay_payment
  UNION
  SELECT order_id FROM cryptowoo_payments_temp WHERE paid = 1 AND received_confirmed > 0
)
SELECT
  'payment:' || o.ref AS payment_id, o.id AS order_id, site.site_id,
  CASE WHEN c.address IS NOT NULL OR c.txid IS NOT NULL THEN 'crypto' ELSE COALESCE(m.method, 'other') END
    AS method,
  COALESCE(NULLIF(m.provider, ''), o.method_title, o.method_code) AS provider,
  o.total AS amount, o.currency,
  CASE
    WHEN c.order_id IS NOT NULL OR m.method = 'crypto' THEN COALESCE(UPPER(c.asset), NULLIF(m.asset, ''))
  END AS asset,
  to_money(c.amount) AS asset_amount, c.address,
  CASE WHEN c.order_id IS NOT NULL OR m.method = 'crypto' THEN COALESCE(c.txid, o.transaction_id)
    ELSE o.transaction_id END AS txid,
  COALESCE(o.card_brand, card.brand) AS card_brand, COALESCE(o.card_last4, card.last4) AS card_last4,
  CASE
    WHEN o.method_code = 'cod' AND o.status NOT IN ('completed', 'refunded', 'part_refunded') THEN 'pending'
    WHEN o.paid_at IS NOT NULL
      OR o.status IN ('paid', 'processing', 'shipped', 'completed', 'refunded', 'part_refunded')
      THEN 'confirmed'
    WHEN o.status IN ('failed', 'cancelled') THEN 'failed'
    ELSE 'pending'
  END AS status,
  COALESCE(o.paid_at, o.placed_at) AS at,
  COALESCE(o.btcpay_invoice, c.reference, o.transaction_id, o.stripe_intent) AS reference,
  'source:' || o.total_ref AS source_id
FROM shop_order AS o
CROSS JOIN site
LEFT JOIN payment_method AS m ON m.code = o.method_code
LEFT JOIN order_crypto AS c ON c.order_id = o.order_id
LEFT JOIN order_card AS card ON card.order_id = o.order_id
WHERE o.type = 'shop_order' AND o.status <> 'abandoned'
  AND o.order_id NOT IN (SELECT order_id FROM confirmed WHERE order_id IS NOT NULL);

-- A refund record is a payment of a negative amount on its own date.
SELECT
  'payment:' || r.ref AS payment_id, o.id AS order_id, site.site_id, COALESCE(m.method, 'other') AS method,
  COALESCE(NULLIF(m.provider, ''), o.method_title, o.method_code) AS provider,
  -ABS(r.total) AS amount, r.currency, 'refunded' AS status, r.placed_at AS at,
  'source:' || r.ref AS source_id
FROM shop_order AS r
CROSS JOIN site
LEFT JOIN shop_order AS o ON o.order_id = r.parent_id AND o.type = 'shop_order'
LEFT JOIN payment_method AS m ON m.code = o.method_code
WHERE r.type = 'shop_order_refund';
