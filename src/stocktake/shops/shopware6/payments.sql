-- Each attempt to pay, with its own state.
SELECT
  'payment:' || t.ref AS payment_id, o.id AS order_id, o.site_id, t.method, t.provider, t.amount, o.currency, t.asset, t.txid,
  t.status, COALESCE(t.paid_at, t.created_at) AS at, t.txid AS reference, 'source:' || t.ref AS source_id
FROM attempt AS t
JOIN shop_order AS o ON o.order_key = t.order_id;

-- Refunds that were carried out.
SELECT
  'payment:' || r._ref AS payment_id, o.id AS order_id, o.site_id, t.method, t.provider, -m.total AS amount, o.currency,
  NULLIF(r.external_reference, '') AS txid, 'refunded' AS status, COALESCE(e.first_at, r.created_at) AS at,
  NULLIF(r.external_reference, '') AS reference, 'source:' || r._ref AS source_id
FROM order_transaction_capture_refund AS r
JOIN live ON live.version_id = r.version_id
JOIN order_transaction_capture AS c ON c.id = r.capture_id AND c.version_id = live.version_id
JOIN attempt AS t ON t.id = c.order_transaction_id
JOIN shop_order AS o ON o.order_key = t.order_id
JOIN state_of AS s ON s.id = r.state_id AND s.state = 'completed'
LEFT JOIN money_of AS m ON m.kind = 'refund' AND m.id = r.id
LEFT JOIN state_change AS e ON e.id = r.id AND e.state = 'completed'
WHERE m.total <> 0;

-- A payment whose state says that it went back whole, without a refund of its own.
SELECT
  'payment:' || t.back_ref AS payment_id, o.id AS order_id, o.site_id, t.method, t.provider, -t.amount AS amount, o.currency,
  'refunded' AS status, t.back_at AS at, 'derived' AS basis, 'source:' || t.back_ref AS source_id
FROM attempt AS t
JOIN shop_order AS o ON o.order_key = t.order_id
WHERE t.state IN ('refunded', 'chargeback') AND t.back_ref IS NOT NULL
  AND NOT EXISTS (
    SELECT 1 FROM order_transaction_capture AS c JOIN order_transaction_capture_refund AS r ON r.capture_id = c.id
    JOIN state_of AS s ON s.id = r.state_id AND s.state = 'completed' WHERE c.order_transaction_id = t.id);
