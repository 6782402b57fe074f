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
  CAST(COUNT(*) AS VARCHAR) || ' payments are in the state "' || t.state || '", which shop.toml does not know; they are '
    || 'taken for not made.' AS message,
  'source:' || MIN(t.ref) AS source_id
FROM attempt AS t
WHERE t.is_unknown AND t.state IS NOT NULL
GROUP BY t.state;

SELECT
  'warning' AS severity,
  CAST(COUNT(*) AS VARCHAR) || ' payments were made in part; how much came is not recorded, and they are taken for not made.'
    AS message,
  'source:' || MIN(t.ref) AS source_id
FROM attempt AS t
WHERE t.state = 'paid_partially'
HAVING COUNT(*) > 0;

SELECT
  'warning' AS severity,
  CAST(COUNT(*) AS VARCHAR) || ' orders were refunded in part; how much was given back is not recorded.' AS message,
  'source:' || MIN(o.ref) AS source_id
FROM shop_order AS o
WHERE o.status = 'part_refunded' AND NOT EXISTS (
  SELECT 1 FROM attempt AS t JOIN order_transaction_capture AS c ON c.order_transaction_id = t.id
  JOIN order_transaction_capture_refund AS r ON r.capture_id = c.id WHERE t.order_id = o.order_key)
HAVING COUNT(*) > 0;

SELECT
  'warning' AS severity,
  CAST(COUNT(*) AS VARCHAR) || ' orders were cancelled although their payment had been made; they are not counted as '
    || 'proceeds.' AS message,
  'source:' || MIN(o.ref) AS source_id
FROM shop_order AS o
WHERE o.status = 'cancelled' AND o.paid_at IS NOT NULL
HAVING COUNT(*) > 0;

SELECT
  'info' AS severity,
  'Unless it is set otherwise, Shopware keeps addresses of visitors with their last part set to 0.' AS message,
  'source:' || MIN(o.ref) AS source_id
FROM shop_order AS o
WHERE o.ip LIKE '%.0'
HAVING COUNT(*) > 0;

-- Each order whose total can't be read, up to 1,000; then how many more there are.
SELECT
  'warning' AS severity,
  'Order ' || number || ' has no total that can be read: '
    || CASE WHEN total_recorded IS NULL THEN 'none is recorded.'
      ELSE '"' || SUBSTR(total_recorded, 1, 200) || '" is recorded.' END AS message,
  'source:' || ref AS source_id
FROM (SELECT o.*, ROW_NUMBER() OVER (ORDER BY o.number, o.ref) AS place FROM shop_order AS o WHERE o.total IS NULL)
WHERE place <= 1000;

SELECT
  'warning' AS severity,
  CAST(COUNT(*) - 1000 AS VARCHAR) || ' more orders have no total that can be read; 1000 of them are told of one by one.'
    AS message,
  'source:' || MAX(o.ref) AS source_id
FROM shop_order AS o
WHERE o.total IS NULL
HAVING COUNT(*) > 1000;
