-- What each code of a payment method means: the first pattern of shop.toml that fits it.
SELECT
  c.code, MIN_BY(p.method, TRY_CAST(p.rank AS INTEGER)) AS method,
  NULLIF(MIN_BY(COALESCE(p.provider, ''), TRY_CAST(p.rank AS INTEGER)), '') AS provider,
  NULLIF(MIN_BY(COALESCE(p.asset, ''), TRY_CAST(p.rank AS INTEGER)), '') AS asset
FROM (SELECT DISTINCT method AS code FROM sales_order_payment WHERE method <> '') AS c
JOIN method_patterns AS p ON LOWER(c.code) LIKE p.pattern
GROUP BY c.code
