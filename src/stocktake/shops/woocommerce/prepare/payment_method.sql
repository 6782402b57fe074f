-- What each payment code means: the first pattern of shop.toml that fits it.
WITH code AS (SELECT DISTINCT method_code AS code FROM shop_order WHERE method_code IS NOT NULL)
SELECT
  code.code,
  MIN_BY(p.method, TRY_CAST(p.rank AS INTEGER)) AS method,
  MIN_BY(COALESCE(p.provider, ''), TRY_CAST(p.rank AS INTEGER)) AS provider,
  MIN_BY(COALESCE(p.asset, ''), TRY_CAST(p.rank AS INTEGER)) AS asset
FROM code
JOIN method_patterns AS p ON LOWER(code.code) LIKE p.pattern
GROUP BY code.code
