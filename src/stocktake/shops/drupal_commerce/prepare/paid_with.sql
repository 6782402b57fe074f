-- What each payment gateway means: the first pattern of shop.toml that fits its machine name.
SELECT
  c.code, MIN_BY(p.method, TRY_CAST(p.rank AS INTEGER)) AS method,
  NULLIF(MIN_BY(COALESCE(p.provider, ''), TRY_CAST(p.rank AS INTEGER)), '') AS provider,
  NULLIF(MIN_BY(COALESCE(p.asset, ''), TRY_CAST(p.rank AS INTEGER)), '') AS asset
FROM (SELECT DISTINCT payment_gateway AS code FROM commerce_payment WHERE payment_gateway <> '') AS c
JOIN method_patterns AS p ON LOWER(c.code) LIKE p.pattern
GROUP BY c.code
