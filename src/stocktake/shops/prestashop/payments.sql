-- Payments that the shop recorded: it does so when an order first reaches a state that counts as paid. Cash on
-- delivery is then still to come, until the order is delivered. A negative one gives money back.
SELECT
  'payment:' || p._ref AS payment_id, o.id AS order_id, o.site_id,
  CASE
    WHEN COALESCE(p.card_number, '') <> '' OR COALESCE(p.card_brand, '') <> '' THEN 'card'
    WHEN p.payment_method <> o.payment THEN COALESCE(m.method, o.method)
    ELSE o.method
  END AS method,
  CASE
    WHEN p.payment_method <> o.payment THEN COALESCE(m.provider, NULLIF(p.payment_method, ''), o.provider)
    ELSE o.provider
  END AS provider,
  p.amount, COALESCE(c.iso_code, o.currency) AS currency,
  CASE WHEN o.method = 'crypto' THEN o.asset END AS asset, NULLIF(p.transaction_id, '') AS txid,
  NULLIF(p.card_brand, '') AS card_brand,
  NULLIF(REGEXP_EXTRACT(COALESCE(p.card_number, ''), '([0-9]{4})[^0-9]*$', 1), '') AS card_last4,
  CASE
    WHEN p.amount < 0 THEN 'refunded'
    WHEN o.method = 'cash' AND p.payment_method = o.payment
      AND o.status NOT IN ('completed', 'refunded', 'part_refunded') THEN 'pending'
    ELSE 'confirmed'
  END AS status,
  local_to_utc(p.date_add, o.zone) AS at, NULLIF(p.transaction_id, '') AS reference, 'source:' || p._ref AS source_id
FROM order_payment AS p
JOIN payment_order AS x ON x.ref = p._ref
JOIN shop_order AS o ON o.id_order = x.id_order
LEFT JOIN currency AS c ON c.id_currency = p.id_currency
LEFT JOIN payment_method AS m ON m.code = p.payment_method
WHERE NOT x.is_in_coins;

-- Coins by the Blockonomics module; where other than the asked amount came, its share of the price.
SELECT
  'payment:' || b._ref AS payment_id, o.id AS order_id, o.site_id, 'crypto' AS method, 'Blockonomics' AS provider,
  CASE
    WHEN b.bits_payed > 0 AND b.bits > 0 AND b.bits_payed <> b.bits
      THEN round_to(ratio(TRY_CAST(COALESCE(b.value, o.total) AS DECIMAL(15, 4)) * b.bits_payed, b.bits), 2)
    ELSE COALESCE(b.value, o.total)
  END AS amount,
  o.currency, 'BTC' AS asset,
  COALESCE(NULLIF(b.bits_payed, 0), b.bits) * CAST(0.00000001 AS DECIMAL(8, 8)) AS asset_amount,
  b.addr AS address, NULLIF(b.txid, '') AS txid,
  CASE WHEN b.status >= 2 THEN 'confirmed' ELSE 'pending' END AS status, unix_to_utc(b.timestamp) AS at,
  CASE WHEN b.bits_payed > 0 AND b.bits_payed <> b.bits THEN 'derived' ELSE 'recorded' END AS basis,
  'source:' || b._ref AS source_id
FROM blockonomics_bitcoin_orders AS b
JOIN shop_order AS o ON o.id_order = b.id_order;

-- An order without any payment of its reference still is to be paid, failed, or reached a state that the shop
-- reaches only once paid.
SELECT
  'payment:' || o.ref AS payment_id, o.id AS order_id, o.site_id, o.method, o.provider, o.total AS amount, o.currency,
  o.asset,
  CASE
    WHEN o.method = 'cash' AND o.status NOT IN ('completed', 'refunded', 'part_refunded') THEN 'pending'
    WHEN o.status IN ('failed', 'cancelled') THEN 'failed'
    WHEN e.paid_at IS NOT NULL
      OR o.status IN ('paid', 'processing', 'shipped', 'completed', 'refunded', 'part_refunded') THEN 'confirmed'
    ELSE 'pending'
  END AS status,
  COALESCE(e.paid_at, o.placed_at) AS at, 'source:' || o.ref AS source_id
FROM shop_order AS o
LEFT JOIN order_event AS e ON e.id_order = o.id_order
WHERE o.id_order NOT IN (SELECT id_order FROM payment_order)
  AND COALESCE(o.reference, '') NOT IN (SELECT reference FROM payment_order WHERE reference IS NOT NULL)
  AND o.id_order NOT IN (
    SELECT id_order FROM blockonomics_bitcoin_orders WHERE status >= 2 AND id_order IS NOT NULL);

-- Credit slips.
SELECT
  'payment:' || r.ref AS payment_id, r.id AS order_id, r.site_id, r.method, r.provider, -r.amount AS amount, r.currency,
  'refunded' AS status, r.happened_at AS at, r.basis, 'source:' || r.ref AS source_id
FROM refund AS r
WHERE r.amount <> 0;
