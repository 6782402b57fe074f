-- One row a payment that the BTCPay plugin noted on an order: BTCPay_<method>_<n>_<field>. Its versions before
-- 2 have BTCPay_<method>_<field> and one payment only.
WITH noted AS (
  SELECT o.order_id, m.meta_id, m.meta_key, m.meta_value, m._ref
  FROM postmeta AS m
  JOIN recorded_order AS o ON o.order_id = m.post_id AND o.store = 'posts'
  WHERE m.meta_key LIKE 'BTCPay%' AND m.meta_value <> ''
  UNION ALL
  SELECT o.order_id, m.id, m.meta_key, m.meta_value, m._ref
  FROM wc_orders_meta AS m
  JOIN recorded_order AS o ON o.order_id = m.order_id AND o.store = 'wc_orders'
  WHERE m.meta_key LIKE 'BTCPay%' AND m.meta_value <> ''
),
part AS (
  SELECT
    order_id, meta_id, meta_value, _ref,
    REGEXP_EXTRACT(meta_key, '^BTCPay_(.+?)_(([0-9]+)_)?(id|timestamp|destination|amount|status|paid|rate)$', 1)
      AS payment_method,
    REGEXP_EXTRACT(meta_key, '^BTCPay_(.+?)_(([0-9]+)_)?(id|timestamp|destination|amount|status|paid|rate)$', 3)
      AS place,
    REGEXP_EXTRACT(meta_key, '^BTCPay_(.+?)_(([0-9]+)_)?(id|timestamp|destination|amount|status|paid|rate)$', 4)
      AS field
  FROM noted
),
rated AS (
  SELECT order_id, payment_method, MIN_BY(meta_value, meta_id) AS rate
  FROM part WHERE field = 'rate' AND place = '' GROUP BY order_id, payment_method
)
SELECT
  p.order_id, p.payment_method, p.place, r.rate,
  MIN_BY(p.meta_value, p.meta_id) FILTER (WHERE p.field = 'id') AS txid,
  MIN_BY(p.meta_value, p.meta_id) FILTER (WHERE p.field = 'timestamp') AS received,
  MIN_BY(p.meta_value, p.meta_id) FILTER (WHERE p.field = 'destination') AS address,
  COALESCE(
    MIN_BY(p.meta_value, p.meta_id) FILTER (WHERE p.field = 'paid'),
    MIN_BY(p.meta_value, p.meta_id) FILTER (WHERE p.field = 'amount')
  ) AS amount,
  MIN_BY(p.meta_value, p.meta_id) FILTER (WHERE p.field = 'status') AS status,
  MIN_BY(p._ref, p.meta_id) AS ref
FROM part AS p
LEFT JOIN rated AS r ON r.order_id = p.order_id AND r.payment_method = p.payment_method
WHERE p.field <> '' AND p.payment_method NOT LIKE '%total'
GROUP BY p.order_id, p.payment_method, p.place, r.rate
HAVING COUNT(CASE WHEN p.field IN ('destination', 'amount', 'paid') THEN 1 END) > 0
