-- Every order once, with its total, and the reason where it does not count (judged_orders.sql).
SELECT
  j.order_id, j.payment_id, j.site_id, j.method, j.at, j.total AS amount, j.currency,
  j.reason IS NULL AS counted, j.reason, j.source_id, j.basis, j.probability
FROM judged_orders AS j;

-- A recorded refund is taken off on its own date, and counts where its order counts: an order of this exhibit, or
-- one of another exhibit whose payments this one's processor took. What the shop records of refunds itself goes
-- before what its processor records, so that none is taken off twice.
WITH ordered AS (
  SELECT order_id, site_id, reason FROM judged_orders
  UNION ALL
  SELECT order_id, site_id, reason FROM takings_elsewhere WHERE amount >= 0 OR amount IS NULL
),
judged AS (
  SELECT order_id, MIN(site_id) AS site_id, MIN(reason) AS reason FROM ordered GROUP BY order_id
),
own_refund AS (
  SELECT DISTINCT p.order_id
  FROM (
    SELECT order_id, site_id, status FROM payments
    UNION ALL
    SELECT order_id, site_id, status FROM payments_elsewhere
  ) AS p
  JOIN judged AS j ON j.order_id = p.order_id AND j.site_id = p.site_id
  WHERE p.status = 'refunded'
),
refund AS (
  SELECT
    r.*, COALESCE(j.site_id, r.site_id) AS order_site,
    CASE
      WHEN j.order_id IS NULL THEN 'refund of an order that is not there'
      WHEN j.reason IS NOT NULL THEN j.reason
      WHEN o.order_id IS NOT NULL AND r.site_id <> j.site_id THEN 'recorded by the shop itself too'
    END AS why_not
  FROM payments AS r
  LEFT JOIN judged AS j ON j.order_id = r.order_id
  LEFT JOIN own_refund AS o ON o.order_id = r.order_id
  WHERE r.status = 'refunded'
)
SELECT
  r.order_id, r.payment_id, r.order_site AS site_id, COALESCE(r.method, 'other') AS method, r.at, r.amount,
  r.currency, r.why_not IS NULL AS counted, r.why_not AS reason, r.source_id,
  CASE WHEN r.basis = 'inferred' THEN 'inferred' ELSE 'derived' END AS basis, r.probability
FROM refund AS r;

-- A refunded order without any refund record is taken off whole, on the best date there is: its own row and
-- this one cancel out and both stay in view.
SELECT
  j.order_id, CAST(NULL AS VARCHAR) AS payment_id, j.site_id, j.method, COALESCE(j.completed_at, j.at) AS at,
  -j.total AS amount, j.currency, j.reason IS NULL AS counted, j.reason, j.source_id, j.basis, j.probability
FROM judged_orders AS j
WHERE j.status = 'refunded' AND j.total <> 0
  AND NOT EXISTS (SELECT 1 FROM payments AS r WHERE r.order_id = j.order_id AND r.status = 'refunded');
