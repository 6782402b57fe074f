-- What each payment module, and each name of a method, means: the first pattern of shop.toml that fits it.
WITH code AS (
  SELECT module AS code FROM orders
  UNION
  SELECT payment FROM orders
  UNION
  SELECT payment_method FROM order_payment
)
SELECT
  c.code, MIN_BY(p.method, TRY_CAST(p.rank AS INTEGER)) AS method,
  NULLIF(MIN_BY(COALESCE(p.provider, ''), TRY_CAST(p.rank AS INTEGER)), '') AS provider,
  NULLIF(MIN_BY(COALESCE(p.asset, ''), TRY_CAST(p.rank AS INTEGER)), '') AS asset
FROM code AS c
JOIN method_patterns AS p ON LOWER(c.code) LIKE p.pattern
WHERE c.code <> ''
GROUP BY c.code
