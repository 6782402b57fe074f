-- One row a store. The first store has number 0 and no row of its own. What a store does not set itself is as
-- the first store sets it. Without config_timezone (to 3.x) the zone of the server is not known.
WITH numbered AS (
  SELECT CAST(0 AS BIGINT) AS store_id
  UNION
  SELECT store_id FROM store WHERE store_id IS NOT NULL
  UNION
  SELECT store_id FROM "order" WHERE store_id IS NOT NULL
),
own AS (
  SELECT
    COALESCE(store_id, 0) AS store_id,
    MAX(CASE WHEN key = 'config_name' THEN NULLIF(value, '') END) AS name,
    MAX(CASE WHEN key = 'config_url' THEN NULLIF(value, '') END) AS url,
    MAX(CASE WHEN key IN ('config_meta_description', 'config_title') THEN NULLIF(value, '') END) AS tagline,
    MAX(CASE WHEN key = 'config_currency' THEN NULLIF(value, '') END) AS currency,
    MAX(CASE WHEN key = 'config_email' THEN NULLIF(value, '') END) AS email,
    MAX(CASE WHEN key = 'config_timezone' THEN NULLIF(TRIM(value), '') END) AS zone,
    MAX(CASE WHEN key = 'config_name' THEN _ref END) AS ref,
    MIN(_ref) AS any_ref
  FROM setting
  WHERE key LIKE 'config\_%' ESCAPE '\'
  GROUP BY COALESCE(store_id, 0)
),
seen AS (
  SELECT
    store_id,
    MAX_BY(store_name, order_id) FILTER (WHERE store_name <> '') AS name,
    MAX_BY(store_url, order_id) FILTER (WHERE store_url <> '') AS url,
    MIN_BY(_ref, order_id) AS ref
  FROM "order"
  GROUP BY store_id
)
SELECT
  n.store_id, 'site:' || shop.ref || 'store/' || CAST(n.store_id AS VARCHAR) AS site_id, shop.exhibit,
  shop.version,
  COALESCE(own.name, store.name, seen.name) AS name,
  COALESCE(NULLIF(store.url, ''), own.url, seen.url) AS url,
  COALESCE(own.tagline, CASE WHEN n.store_id = 0 THEN first.tagline END) AS tagline,
  COALESCE(own.currency, first.currency) AS currency,
  COALESCE(first.currency, own.currency) AS base_currency,
  COALESCE(own.email, first.email) AS admin_email,
  COALESCE(own.zone, first.zone) AS zone_stated,
  known_zone(COALESCE(own.zone, first.zone)) AS time_zone,
  COALESCE(known_zone(COALESCE(own.zone, first.zone)), shop.case_time_zone) AS zone,
  shop.case_time_zone,
  COALESCE(own.ref, store._ref, own.any_ref, seen.ref, first.ref, first.any_ref) AS ref
FROM numbered AS n
CROSS JOIN shop
LEFT JOIN own ON own.store_id = n.store_id
LEFT JOIN own AS first ON first.store_id = 0
LEFT JOIN store ON store.store_id = n.store_id
LEFT JOIN seen ON seen.store_id = n.store_id
