-- Every order once, with its total, and the reason where it does not count (judged_orders.sql).
SELECT
  j.order_id, j.payment_id, j.site_id, j.method, j.at, j.total AS amount, j.currency,
  j.reason IS NULL AS counted, j.reason, j.source_id, 'derived' AS basis
FROM judged_orders AS j;

-- A recorded refund is taken off on its own date, and counts where its order counts.
SELECT
  r.order_id, r.payment_id, r.site_id, COALESCE(r.method, 'other') AS method, r.at, r.amount, r.currency,
  j.order_id IS NOT NULL AND j.reason IS NULL AS counted,
  CASE WHEN j.order_id IS NULL THEN 'refund of an order that is not there' ELSE j.reason END AS reason,
  r.source_id, 'derived' AS basis
FROM payments AS r
LEFT JOIN judged_orders AS j ON j.order_id = r.order_id
WHERE r.status = 'refunded';

-- A refunded order without any refund record is taken off whole, on the best date there is: its own row and
-- this one cancel out and both stay in view.
SELECT
  j.order_id, CAST(NULL AS VARCHAR) AS payment_id, j.site_id, j.method, COALESCE(j.completed_at, j.at) AS at,
  -j.total AS amount, j.currency, j.reason IS NULL AS counted, j.reason, j.source_id, 'derived' AS basis
FROM judged_orders AS j
WHERE j.status = 'refunded' AND j.total <> 0
  AND NOT EXISTS (SELECT 1 FROM payments AS r WHERE r.order_id = j.order_id AND r.status = 'refunded');
