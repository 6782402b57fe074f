SELECT
  'warning' AS severity,
  CAST(COUNT(*) AS VARCHAR) || ' orders are in the state "' || o.status_recorded || '", which shop.toml does not know; '
    || 'they are kept as unknown.' AS message,
  'source:' || MIN(o.ref) AS source_id
FROM shop_order AS o
WHERE o.status = 'unknown' AND o.status_recorded IS NOT NULL
GROUP BY o.status_recorded;

SELECT
  'warning' AS severity,
  CAST(COUNT(*) AS VARCHAR) || ' payments are in the state "' || p.state || '", which shop.toml does not know; they are '
    || 'taken for not made.' AS message,
  'source:' || MIN(p.ref) AS source_id
FROM payment_row AS p
WHERE p.is_unknown AND p.state IS NOT NULL
GROUP BY p.state;

SELECT
  'info' AS severity,
  CAST(COUNT(*) AS VARCHAR) || ' payments were made in the test mode of their gateway; they are kept as failed.' AS message,
  'source:' || MIN(p.ref) AS source_id
FROM payment_row AS p
WHERE p.is_test
HAVING COUNT(*) > 0;

SELECT
  'warning' AS severity,
  CAST(COUNT(*) AS VARCHAR) || ' refunds have no date of their own; when their order was last changed was taken.' AS message,
  'source:' || MIN(p.ref) AS source_id
FROM payment_row AS p
WHERE p.refunded > 0 AND NOT p.is_test AND p.order_id NOT IN (SELECT order_id FROM refund_time WHERE order_id IS NOT NULL)
HAVING COUNT(*) > 0;

-- Each order whose total can't be read, up to 1,000; then how many more there are. A basket may have none.
SELECT
  'warning' AS severity,
  'Order ' || number || ' has no total that can be read: '
    || CASE WHEN total_recorded IS NULL THEN 'none is recorded.'
      ELSE '"' || SUBSTR(total_recorded, 1, 200) || '" is recorded.' END AS message,
  'source:' || ref AS source_id
FROM (
  SELECT o.*, ROW_NUMBER() OVER (ORDER BY o.order_id) AS place FROM shop_order AS o
  WHERE o.total IS NULL AND o.status <> 'abandoned')
WHERE place <= 1000;

SELECT
  'warning' AS severity,
  CAST(COUNT(*) - 1000 AS VARCHAR) || ' more orders have no total that can be read; 1000 of them are told of one by one.'
    AS message,
  'source:' || MAX_BY(o.ref, o.order_id) AS source_id
FROM shop_order AS o
WHERE o.total IS NULL AND o.status <> 'abandoned'
HAVING COUNT(*) > 1000;
