-- What each payment method means: the first pattern of shop.toml that fits its technical name, handler and name.
WITH named AS (
  SELECT
    p.id, n.name,
    LOWER(COALESCE(p.technical_name, '') || ' ' || COALESCE(p.handler_identifier, '') || ' ' || COALESCE(n.name, '')) AS code
  FROM payment_method AS p
  LEFT JOIN system_language AS n ON n.kind = 'payment_method' AND n.id = p.id
),
meaning AS (
  SELECT
    n.id, MIN_BY(p.method, TRY_CAST(p.rank AS INTEGER)) AS method,
    NULLIF(MIN_BY(COALESCE(p.provider, ''), TRY_CAST(p.rank AS INTEGER)), '') AS provider,
    NULLIF(MIN_BY(COALESCE(p.asset, ''), TRY_CAST(p.rank AS INTEGER)), '') AS asset
  FROM named AS n
  JOIN method_patterns AS p ON n.code LIKE p.pattern
  GROUP BY n.id
)
SELECT n.id, COALESCE(m.method, 'other') AS method, COALESCE(m.provider, n.name) AS provider, m.asset
FROM named AS n
LEFT JOIN meaning AS m ON m.id = n.id
