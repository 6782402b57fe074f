SELECT
  'info' AS severity,
  'The shop ' || COALESCE(site.name, site.site_id) || ' does not say in which time zone its server ran; its times '
    || 'were read as ' || site.case_time_zone || ', the zone of the case.' AS message,
  'source:' || site.ref AS source_id
FROM site
WHERE site.time_zone IS NULL AND site.zone_stated IS NULL AND EXISTS (SELECT 1 FROM shop_order AS o WHERE o.site_id = site.site_id);

SELECT
  'warning' AS severity,
  'The time zone "' || zone_stated || '" that the shop is set to is not known.' AS message,
  'source:' || ref AS source_id
FROM site
WHERE zone_stated IS NOT NULL AND time_zone IS NULL;

SELECT
  'warning' AS severity,
  CAST(COUNT(*) AS VARCHAR) || ' orders are in the state "' || o.status_recorded || '", which shop.toml does not '
    || 'know; ' || CASE WHEN o.status = 'unknown' THEN 'they are kept as unknown.'
      ELSE 'by the shop''s own settings it was taken for ' || o.status || '.' END AS message,
  'source:' || MIN(o.ref) AS source_id
FROM shop_order AS o
WHERE o.is_guessed AND o.status <> 'abandoned' AND o.status_recorded IS NOT NULL
GROUP BY o.status_recorded, o.status;

SELECT
  'warning' AS severity,
  CAST(COUNT(*) AS VARCHAR) || ' orders were refunded in part; how much was given back is not recorded.' AS message,
  'source:' || MIN(o.ref) AS source_id
FROM shop_order AS o
WHERE o.status = 'part_refunded'
  AND NOT EXISTS (SELECT 1 FROM processor_event AS r WHERE r.order_id = o.order_id AND r.type = 'refund')
  AND o.id NOT IN (SELECT id FROM given_back)
HAVING COUNT(*) > 0;

SELECT
  'warning' AS severity,
  CAST(COUNT(*) AS VARCHAR) || ' orders were cancelled or failed after they had reached a state that follows '
    || 'payment; they are not counted as proceeds.' AS message,
  'source:' || MIN(o.ref) AS source_id
FROM shop_order AS o
JOIN order_event AS e ON e.order_id = o.order_id
WHERE o.status IN ('cancelled', 'failed') AND e.paid_at IS NOT NULL
HAVING COUNT(*) > 0;

-- Each order whose total can't be read, up to 1,000; then how many more there are.
SELECT
  'warning' AS severity,
  'Order ' || CAST(order_id AS VARCHAR) || ' has no total that can be read: '
    || CASE WHEN total_recorded IS NULL THEN 'none is recorded.'
      ELSE '"' || SUBSTR(total_recorded, 1, 200) || '" is recorded.' END AS message,
  'source:' || ref AS source_id
FROM (
  SELECT o.*, ROW_NUMBER() OVER (ORDER BY o.order_id) AS place
  FROM shop_order AS o
  WHERE o.total IS NULL AND o.status <> 'abandoned'
)
WHERE place <= 1000;

SELECT
  'warning' AS severity,
  CAST(COUNT(*) - 1000 AS VARCHAR) || ' more orders have no total that can be read; 1000 of them are told of one by one.'
    AS message,
  'source:' || MAX_BY(o.ref, o.order_id) AS source_id
FROM shop_order AS o
WHERE o.total IS NULL AND o.status <> 'abandoned'
HAVING COUNT(*) > 1000;

SELECT
  'warning' AS severity,
  CAST(COUNT(*) AS VARCHAR) || ' payments of orders that recur come on top of the orders'' totals; they are in payments '
    || 'and not counted as proceeds.' AS message,
  'source:' || MIN(t._ref) AS source_id
FROM order_recurring_transaction AS t
JOIN order_recurring AS r ON r.order_recurring_id = t.order_recurring_id
JOIN shop_order AS o ON o.order_id = r.order_id
WHERE t.type IN ('1', '2') AND t.amount > 0
HAVING COUNT(*) > 0;
