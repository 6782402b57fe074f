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
  CAST(COUNT(*) AS VARCHAR) || ' orders were cancelled after they had been paid, in whole or in part; they are not '
    || 'counted as proceeds.' AS message,
  'source:' || MIN(o.ref) AS source_id
FROM shop_order AS o
WHERE o.status IN ('cancelled', 'failed') AND o.total_paid > 0
HAVING COUNT(*) > 0;

-- Adobe's edition keeps earlier and planned versions of a product.
SELECT
  'info' AS severity,
  CAST(COUNT(*) AS VARCHAR) || ' rows are other versions of a product that stands in another row; they are not read.'
    AS message,
  'source:' || MIN(r._ref) AS source_id
FROM catalog_product_entity AS r
LEFT JOIN product AS p ON p.ref = r._ref
WHERE p.ref IS NULL
HAVING COUNT(*) > 0;

-- Each order whose total can't be read, up to 1,000; then how many more there are.
SELECT
  'warning' AS severity,
  'Order ' || number || ' has no total that can be read: '
    || CASE WHEN total_recorded IS NULL THEN 'none is recorded.'
      ELSE '"' || SUBSTR(total_recorded, 1, 200) || '" is recorded.' END AS message,
  'source:' || ref AS source_id
FROM (SELECT o.*, ROW_NUMBER() OVER (ORDER BY o.entity_id) AS place FROM shop_order AS o WHERE o.total IS NULL)
WHERE place <= 1000;

SELECT
  'warning' AS severity,
  CAST(COUNT(*) - 1000 AS VARCHAR) || ' more orders have no total that can be read; 1000 of them are told of one by one.'
    AS message,
  'source:' || MAX_BY(o.ref, o.entity_id) AS source_id
FROM shop_order AS o
WHERE o.total IS NULL
HAVING COUNT(*) > 1000;
