-- Address, amount and transaction that crypto gateways keep in an order's meta (the keys are in shop.toml).
SELECT
  m.order_id,
  MIN_BY(m.meta_value, m.meta_id) FILTER (WHERE m.field = 'address') AS address,
  MIN_BY(m.meta_value, m.meta_id) FILTER (WHERE m.field = 'amount') AS amount,
  MIN_BY(m.meta_value, m.meta_id) FILTER (WHERE m.field = 'asset') AS asset,
  MIN_BY(m.meta_value, m.meta_id) FILTER (WHERE m.field = 'txid') AS txid,
  MIN_BY(m.meta_value, m.meta_id) FILTER (WHERE m.field = 'reference') AS reference
FROM (
  SELECT o.order_id, m.meta_id, m.meta_value, k.field
  FROM postmeta AS m
  JOIN crypto_meta AS k ON k.meta_key = m.meta_key
  JOIN recorded_order AS o ON o.order_id = m.post_id AND o.store = 'posts'
  WHERE m.meta_value <> ''
  UNION ALL
  SELECT o.order_id, m.id, m.meta_value, k.field
  FROM wc_orders_meta AS m
  JOIN crypto_meta AS k ON k.meta_key = m.meta_key
  JOIN recorded_order AS o ON o.order_id = m.order_id AND o.store = 'wc_orders'
  WHERE m.meta_value <> ''
) AS m
GROUP BY m.order_id
