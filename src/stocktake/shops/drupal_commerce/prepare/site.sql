-- One row a store. Times are seconds since 1970, and so UTC.
WITH own AS (
  SELECT
    store_id, MIN_BY(name, CASE WHEN default_langcode = 1 THEN 0 ELSE 1 END) AS name, MIN(NULLIF(mail, '')) AS mail,
    MIN(NULLIF(default_currency, '')) AS currency, MIN(NULLIF(timezone, '')) AS zone, MAX(is_default) AS is_default,
    MIN(_ref) AS ref
  FROM commerce_store_field_data
  GROUP BY store_id
),
numbered AS (
  SELECT store_id FROM own
  UNION
  SELECT store_id FROM commerce_order WHERE store_id IS NOT NULL
  UNION
  SELECT CAST(1 AS BIGINT) FROM shop WHERE NOT EXISTS (SELECT 1 FROM own) AND NOT EXISTS (
    SELECT 1 FROM commerce_order WHERE store_id IS NOT NULL)
),
seen AS (
  SELECT store_id, MAX_BY(total_price__currency_code, order_id) AS currency, MIN(_ref) AS ref
  FROM commerce_order GROUP BY store_id
)
SELECT
  n.store_id, 'site:' || shop.ref || 'store/' || CAST(n.store_id AS VARCHAR) AS site_id, shop.version,
  COALESCE(own.name, setting.name) AS name, setting.slogan AS tagline, COALESCE(own.mail, setting.mail) AS admin_email,
  COALESCE(own.currency, seen.currency) AS currency, known_zone(COALESCE(own.zone, setting.zone)) AS time_zone,
  COALESCE(own.is_default, 0) = 1 AS is_default,
  COALESCE(own.ref, setting.ref, seen.ref, (SELECT MIN(_ref) FROM commerce_order),
    (SELECT MIN(_ref) FROM commerce_product_field_data)) AS ref
FROM numbered AS n
CROSS JOIN shop
CROSS JOIN setting
LEFT JOIN own ON own.store_id = n.store_id
LEFT JOIN seen ON seen.store_id = n.store_id
