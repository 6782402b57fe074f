-- What each payment code means: the first pattern of shop.toml that fits it. Versions without codes keep the
-- method's name only, and that is asked instead.
WITH named AS (
  SELECT
    o.order_id,
    COALESCE(NULLIF(o.payment_code, ''), j.code, NULLIF(o.payment_method, '')) AS code,
    COALESCE(j.name, NULLIF(o.payment_method, '')) AS title
  FROM "order" AS o
  LEFT JOIN (
    SELECT
      order_id, MAX(CASE WHEN k1 = 'code' THEN NULLIF(value, '') END) AS code,
      MAX(CASE WHEN k1 = 'name' THEN NULLIF(value, '') END) AS name
    FROM method_json
    GROUP BY order_id
  ) AS j ON j.order_id = o.order_id
),
distinct_code AS (SELECT DISTINCT code FROM named WHERE code IS NOT NULL),
meaning AS (
  SELECT
    c.code,
    MIN_BY(p.method, TRY_CAST(p.rank AS INTEGER)) AS method,
    MIN_BY(COALESCE(p.provider, ''), TRY_CAST(p.rank AS INTEGER)) AS provider,
    MIN_BY(COALESCE(p.asset, ''), TRY_CAST(p.rank AS INTEGER)) AS asset
  FROM distinct_code AS c
  JOIN method_patterns AS p ON LOWER(c.code) LIKE p.pattern
  GROUP BY c.code
)
SELECT
  n.order_id, n.code, n.title, COALESCE(m.method, 'other') AS method,
  COALESCE(NULLIF(m.provider, ''), n.title, n.code) AS provider, NULLIF(m.asset, '') AS asset
FROM named AS n
LEFT JOIN meaning AS m ON m.code = n.code
