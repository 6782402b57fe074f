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

SELECT
  'warning' AS severity,
  CAST(COUNT(*) AS VARCHAR) || ' orders have no total that can be read.' AS message,
  'source:' || MIN(o.ref) AS source_id
FROM shop_order AS o
WHERE o.total IS NULL AND o.type = 'shop_order' AND o.status <> 'abandoned'
HAVING COUNT(*) > 0;
