-- Blockonomics: one row an address given out. Status 2 is confirmed; 0 and 1 are seen; below 0 nothing came in.
SELECT
  'payment:' || b._ref AS payment_id, o.id AS order_id, o.site_id, 'crypto' AS method,
  'Blockonomics' AS provider, COALESCE(b.value, o.total) AS amount, o.currency, 'BTC' AS asset,
  COALESCE(NULLIF(b.bits_payed, 0), b.bits) * CAST(0.00000001 AS DECIMAL(8, 8)) AS asset_amount, b.addr AS address,
  NULLIF(b.txid, '') AS txid, CASE WHEN b.status >= 2 THEN 'confirmed' ELSE 'pending' END AS status,
  unix_to_utc(b.timestamp) AS at, 'source:' || b._ref AS source_id
FROM blockonomics_bitcoin_orders AS b
JOIN shop_order AS o ON o.order_id = b.id_order;

-- Every other order that was placed has one payment of its total. It is confirmed once the order reached a
-- state that follows payment; cash on delivery only when it is completed. A coin address or transaction that a
-- comment of a coin order names is taken for the payment's.
SELECT
  'payment:' || o.ref AS payment_id, o.id AS order_id, o.site_id, o.method, o.provider,
  o.total AS amount, o.currency, o.asset,
  CASE WHEN o.method = 'crypto' THEN e.address END AS address,
  COALESCE(o.transaction_id, CASE WHEN o.method = 'crypto' THEN e.txid END) AS txid,
  CASE
    WHEN LOWER(o.method_code) LIKE 'cod%' AND o.status NOT IN ('completed', 'refunded', 'part_refunded')
      THEN 'pending'
    WHEN e.paid_at IS NOT NULL
      OR o.status IN ('paid', 'processing', 'shipped', 'completed', 'refunded', 'part_refunded')
      THEN 'confirmed'
    WHEN o.status IN ('failed', 'cancelled') THEN 'failed'
    ELSE 'pending'
  END AS status,
  COALESCE(e.paid_at, o.placed_at) AS at,
  CASE WHEN o.method = 'crypto' AND COALESCE(e.address, e.txid) IS NOT NULL THEN 'derived' ELSE 'recorded' END
    AS basis,
  'source:' || o.ref AS source_id
FROM shop_order AS o
LEFT JOIN order_event AS e ON e.order_id = o.order_id
WHERE o.status <> 'abandoned' AND o.order_id NOT IN (
  SELECT id_order FROM blockonomics_bitcoin_orders WHERE status >= 2 AND id_order IS NOT NULL);

-- OpenCart has no refund record: an order in a refunded state gave back its total when it reached that state.
SELECT
  'payment:' || e.refund_ref AS payment_id, o.id AS order_id, o.site_id, o.method, o.provider,
  -ABS(o.total) AS amount, o.currency, 'refunded' AS status, e.refunded_at AS at, 'derived' AS basis,
  'source:' || e.refund_ref AS source_id
FROM shop_order AS o
JOIN order_event AS e ON e.order_id = o.order_id
WHERE o.status = 'refunded' AND e.refund_ref IS NOT NULL;
