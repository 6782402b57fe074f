-- Blockonomics: one row an address given out. Status 2 is confirmed; 0 and 1 are seen; below 0 nothing came in.
-- Where less or more coins came in than were asked for, the money is that part of what was asked.
SELECT
  'payment:' || b._ref AS payment_id, o.id AS order_id, o.site_id, 'crypto' AS method,
  'Blockonomics' AS provider,
  CASE
    WHEN b.bits_payed > 0 AND b.bits > 0 AND b.bits_payed <> b.bits
      THEN round_to(ratio(TRY_CAST(COALESCE(b.value, o.total) AS DECIMAL(15, 4)) * b.bits_payed, b.bits), 2)
    ELSE COALESCE(b.value, o.total)
  END AS amount,
  o.currency, 'BTC' AS asset,
  COALESCE(NULLIF(b.bits_payed, 0), b.bits) * CAST(0.00000001 AS DECIMAL(8, 8)) AS asset_amount,
  b.addr AS address, NULLIF(b.txid, '') AS txid,
  CASE WHEN b.status >= 2 THEN 'confirmed' ELSE 'pending' END AS status,
  unix_to_utc(b.timestamp) AS at,
  CASE WHEN b.bits_payed > 0 AND b.bits_payed <> b.bits THEN 'derived' ELSE 'recorded' END AS basis,
  'source:' || b._ref AS source_id
FROM blockonomics_bitcoin_orders AS b
JOIN shop_order AS o ON o.order_id = b.id_order;

-- Every other order that was placed has one payment of its total. It is confirmed once the order reached a
-- state that follows payment; cash on delivery only when it is completed. A coin address or transaction that a
-- comment of a coin order names is taken for the payment's.
SELECT
  'payment:' || o.ref AS payment_id, o.id AS order_id, o.site_id, o.method, o.provider,
  o.total AS amount, o.currency, o.asset,
  CASE WHEN o.method = 'crypto' THEN e.address END AS address,
  COALESCE(o.transaction_id, paid.code, CASE WHEN o.method = 'crypto' THEN e.txid END) AS txid,
  NULLIF(card.type, '') AS card_brand,
  NULLIF(REGEXP_EXTRACT(COALESCE(card.digits, ''), '([0-9]{4})$', 1), '') AS card_last4,
  CASE
    WHEN LOWER(o.method_code) LIKE 'cod%' AND o.status NOT IN ('completed', 'refunded', 'part_refunded')
      THEN 'pending'
    WHEN e.paid_at IS NOT NULL OR paid.happened_at IS NOT NULL
      OR o.status IN ('paid', 'processing', 'shipped', 'completed', 'refunded', 'part_refunded')
      THEN 'confirmed'
    WHEN o.status IN ('failed', 'cancelled') THEN 'failed'
    ELSE 'pending'
  END AS status,
  COALESCE(paid.happened_at, e.paid_at, o.placed_at) AS at, COALESCE(o.transaction_id, paid.code) AS reference,
  CASE WHEN o.method = 'crypto' AND COALESCE(e.address, e.txid) IS NOT NULL THEN 'derived' ELSE 'recorded' END
    AS basis,
  'source:' || o.ref AS source_id
FROM shop_order AS o
LEFT JOIN order_event AS e ON e.order_id = o.order_id
LEFT JOIN (
  SELECT order_id, MIN(happened_at) AS happened_at, MIN(code) AS code
  FROM processor_event WHERE type = 'payment' GROUP BY order_id
) AS paid ON paid.order_id = o.order_id
LEFT JOIN (
  SELECT order_id, MAX_BY(type, card_id) AS type, MAX_BY(digits, card_id) AS digits
  FROM worldpay_card GROUP BY order_id
) AS card ON card.order_id = o.order_id
WHERE o.status <> 'abandoned' AND o.order_id NOT IN (
  SELECT id_order FROM blockonomics_bitcoin_orders WHERE status >= 2 AND id_order IS NOT NULL);

-- Refunds that the payment processor's extension noted.
SELECT
  'payment:' || r.ref AS payment_id, r.id AS order_id, r.site_id, o.method, o.provider,
  -ABS(r.amount) AS amount, r.currency, 'refunded' AS status, r.happened_at AS at, r.code AS reference,
  'source:' || r.ref AS source_id
FROM processor_event AS r
JOIN shop_order AS o ON o.order_id = r.order_id
WHERE r.type = 'refund';

-- OpenCart itself has no refund record: an order in a refunded state gave back its total when it reached that
-- state, unless the processor noted the refund.
SELECT
  'payment:' || e.refund_ref AS payment_id, o.id AS order_id, o.site_id, o.method, o.provider,
  -ABS(o.total) AS amount, o.currency, 'refunded' AS status, e.refunded_at AS at, 'derived' AS basis,
  'source:' || e.refund_ref AS source_id
FROM shop_order AS o
JOIN order_event AS e ON e.order_id = o.order_id
WHERE o.status = 'refunded' AND e.refund_ref IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM processor_event AS r WHERE r.order_id = o.order_id AND r.type = 'refund');

-- The amount that the comment of a refund in part names, where no processor noted one.
SELECT
  'payment:' || g.ref AS payment_id, g.id AS order_id, g.site_id, g.method, g.provider, -g.amount AS amount,
  g.currency, 'refunded' AS status, g.happened_at AS at, 'derived' AS basis, 'source:' || g.ref AS source_id
FROM given_back AS g;

-- Later payments of an order that recurs (2 and 3): type 1 is a payment, 2 one that was outstanding. They come
-- on top of the order's total, which is what counts as proceeds; problems.sql says how many there are.
SELECT
  'payment:' || t._ref AS payment_id, o.id AS order_id, o.site_id, o.method, o.provider,
  round_to(TRY_CAST(t.amount AS DECIMAL(19, 4)) * o.rate, o.places) AS amount, o.currency, 'confirmed' AS status,
  local_to_utc(t.date_added, o.zone) AS at, NULLIF(t.reference, '') AS reference, 'source:' || t._ref AS source_id
FROM order_recurring_transaction AS t
JOIN order_recurring AS r ON r.order_recurring_id = t.order_recurring_id
JOIN shop_order AS o ON o.order_id = r.order_id
WHERE t.type IN ('1', '2') AND t.amount > 0;
