-- Orders that stand in both stores and differ there.
SELECT
  'warning' AS severity,
  'Order ' || o.number || ' stands in posts and in wc_orders with different ' ||
    CASE WHEN p.post_status <> w.status THEN 'states (' || p.post_status || ', ' || w.status || ')'
      ELSE 'totals' END
    || '; what ' || o.store || ' holds was taken.' AS message,
  'source:' || o.ref AS source_id
FROM shop_order AS o
JOIN posts AS p ON p.ID = o.order_id AND p.post_type = o.type
JOIN wc_orders AS w ON w.id = o.order_id AND w.type = o.type
LEFT JOIN postmeta AS m ON m.post_id = p.ID AND m.meta_key = '_order_total'
WHERE o.stores > 1 AND (p.post_status <> w.status OR to_money(m.meta_value) <> w.total_amount)
ORDER BY o.order_id
LIMIT 100;

SELECT
  'warning' AS severity,
  CAST(COUNT(*) AS VARCHAR) || ' orders stand only in the store that is not in force, and were taken from there.'
    AS message,
  'source:' || MIN(o.ref) AS source_id
FROM shop_order AS o
CROSS JOIN site
WHERE o.store <> site.store AND o.type = 'shop_order'
  AND (SELECT COUNT(*) FROM shop_order AS f WHERE f.store = site.store) > 0
HAVING COUNT(*) > 0;

SELECT
  'warning' AS severity,
  CAST(COUNT(*) AS VARCHAR) || ' orders are in the state "' || o.status_recorded
    || '", which shop.toml does not know; they are kept as unknown.' AS message,
  'source:' || MIN(o.ref) AS source_id
FROM shop_order AS o
WHERE o.status = 'unknown' AND o.type = 'shop_order'
GROUP BY o.status_recorded;

SELECT
  'info' AS severity,
  CAST(COUNT(*) AS VARCHAR) || ' orders have no time in UTC; their local time was read as '
    || COALESCE(MAX(site.time_zone), MAX(site.case_time_zone) || ', the zone of the case') || '.' AS message,
  'source:' || MIN(o.ref) AS source_id
FROM shop_order AS o
CROSS JOIN site
WHERE o.placed_at_recorded IS NOT NULL AND o.type = 'shop_order'
HAVING COUNT(*) > 0;

SELECT
  'warning' AS severity,
  'The site''s time zone "' || timezone_string || '" is not known.' AS message, 'source:' || ref AS source_id
FROM site
WHERE TRIM(timezone_string) <> '' AND known_zone(TRIM(timezone_string)) IS NULL;

SELECT
  'warning' AS severity,
  CAST(COUNT(*) AS VARCHAR) || ' orders were cancelled, failed or put in the bin and yet have a date of payment; '
    || 'they are not counted as proceeds.' AS message,
  'source:' || MIN(o.ref) AS source_id
FROM shop_order AS o
WHERE o.status IN ('cancelled', 'failed', 'trashed') AND o.paid_at IS NOT NULL AND o.type = 'shop_order'
HAVING COUNT(*) > 0;

-- Each order whose total can't be read, up to 1,000; then how many more there are.
SELECT
  'warning' AS severity,
  'Order ' || number || ' has no total that can be read: '
    || CASE WHEN total_recorded IS NULL THEN 'none is recorded.'
      ELSE '"' || SUBSTR(total_recorded, 1, 200) || '" is recorded.' END AS message,
  'source:' || total_ref AS source_id
FROM (
  SELECT o.*, ROW_NUMBER() OVER (ORDER BY o.order_id) AS place
  FROM shop_order AS o
  WHERE o.total IS NULL AND o.type = 'shop_order' AND o.status <> 'abandoned'
)
WHERE place <= 1000;

SELECT
  'warning' AS severity,
  CAST(COUNT(*) - 1000 AS VARCHAR) || ' more orders have no total that can be read; 1000 of them are told of one by one.'
    AS message,
  'source:' || MAX_BY(o.total_ref, o.order_id) AS source_id
FROM shop_order AS o
WHERE o.total IS NULL AND o.type = 'shop_order' AND o.status <> 'abandoned'
HAVING COUNT(*) > 1000;

SELECT
  'warning' AS severity,
  CAST(COUNT(*) AS VARCHAR) || ' rows repeat the ' || r.meta_key || ' of an order; the shop reads the first, and so '
    || 'was done here.' AS message,
  'source:' || MIN_BY(r.ref, r.meta_id) AS source_id
FROM repeated_meta AS r
GROUP BY r.meta_key;

-- Amounts with more decimals than are kept.
SELECT
  'warning' AS severity,
  CAST(COUNT(*) AS VARCHAR) || ' values of ' || v.meta_key || ' have more than 18 decimals; what follows the 18th '
    || 'was left out.' AS message,
  'source:' || MIN_BY(v._ref, v.meta_id) AS source_id
FROM (
  SELECT meta_key, meta_id, meta_value, _ref FROM postmeta
  WHERE meta_key IN ('_order_total', '_order_tax', '_order_shipping', '_order_shipping_tax', '_cart_discount',
    '_refund_amount', '_price', '_regular_price')
  UNION ALL
  SELECT meta_key, id, meta_value, _ref FROM wc_orders_meta
  WHERE meta_key IN ('_order_total', '_order_tax', '_order_shipping', '_order_shipping_tax', '_cart_discount',
    '_refund_amount')
  UNION ALL
  SELECT meta_key, meta_id, meta_value, _ref FROM woocommerce_order_itemmeta
  WHERE meta_key IN ('_qty', '_line_subtotal', '_line_total')
) AS v
WHERE is_cut(v.meta_value)
GROUP BY v.meta_key;
