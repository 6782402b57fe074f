-- Rows that say again what an order's total, currency or refunded amount is; only the first is read.
WITH stated AS (
  SELECT m.post_id AS order_id, m.meta_id, m.meta_key, m._ref AS ref
  FROM postmeta AS m
  JOIN recorded_order AS o ON o.order_id = m.post_id AND o.store = 'posts'
  WHERE m.meta_key IN ('_order_total', '_order_currency', '_refund_amount')
),
repeated AS (
  SELECT order_id, meta_key, MIN(meta_id) AS first_id FROM stated GROUP BY order_id, meta_key HAVING COUNT(*) > 1
)
SELECT s.order_id, s.meta_id, s.meta_key, s.ref
FROM stated AS s
JOIN repeated AS r ON r.order_id = s.order_id AND r.meta_key = s.meta_key AND s.meta_id > r.first_id
