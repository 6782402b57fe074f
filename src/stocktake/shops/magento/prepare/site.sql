-- One row a website; its store views are its languages. All times are UTC.
WITH numbered AS (
  SELECT website_id FROM website WHERE website_id > 0
  UNION
  SELECT website_id FROM store WHERE website_id > 0
  UNION
  SELECT CAST(1 AS BIGINT) FROM shop
  WHERE NOT EXISTS (SELECT 1 FROM website WHERE website_id > 0) AND NOT EXISTS (SELECT 1 FROM store WHERE website_id > 0)
),
chosen AS (
  SELECT website_id, path, MIN_BY(value, place) AS value, MIN_BY(ref, place) AS ref
  FROM (
    SELECT
      n.website_id, s.path, s.value, s.ref,
      CASE WHEN s.scope LIKE 'website%' THEN 0 WHEN s.scope LIKE 'store%' THEN 1 ELSE 2 END * 1000000000 + s.config_id
        AS place
    FROM numbered AS n
    JOIN setting AS s
      ON (s.scope LIKE 'website%' AND s.scope_id = n.website_id)
      OR (s.scope LIKE 'store%' AND s.scope_id IN (SELECT v.store_id FROM store AS v WHERE v.website_id = n.website_id))
      OR s.scope = 'default'
    WHERE s.value IS NOT NULL
  )
  GROUP BY website_id, path
),
own AS (
  SELECT
    website_id,
    MAX(CASE WHEN path = 'general/store_information/name' THEN value END) AS name,
    MAX(CASE WHEN path = 'design/head/default_title' THEN value END) AS title,
    MAX(CASE WHEN path = 'design/head/default_description' THEN value END) AS tagline,
    MAX(CASE WHEN path = 'currency/options/base' THEN value END) AS currency,
    MAX(CASE WHEN path = 'trans_email/ident_general/email' THEN value END) AS email,
    MAX(CASE WHEN path = 'general/locale/timezone' THEN value END) AS zone,
    MAX(CASE WHEN path = 'general/locale/weight_unit' THEN LOWER(value) END) AS weight_unit,
    MIN(ref) AS any_ref
  FROM chosen
  GROUP BY website_id
),
seen AS (
  SELECT v.website_id, MAX_BY(o.base_currency_code, o.entity_id) AS currency, MIN(o._ref) AS ref
  FROM sales_order AS o
  LEFT JOIN store AS v ON v.store_id = o.store_id
  GROUP BY v.website_id
)
SELECT
  n.website_id, 'site:' || shop.ref || 'website/' || CAST(n.website_id AS VARCHAR) AS site_id, shop.version,
  COALESCE(own.name, own.title, w.name) AS name, w.name AS website_name, own.tagline,
  COALESCE(own.currency, seen.currency) AS currency, own.email AS admin_email, known_zone(own.zone) AS time_zone,
  COALESCE(known_zone(own.zone), '+00:00') AS zone, own.weight_unit,
  COALESCE(w.is_default, 0) = 1 AS is_default,
  COALESCE(w._ref, own.any_ref, seen.ref, (SELECT MIN(_ref) FROM sales_order), (SELECT MIN(_ref) FROM catalog_product_entity))
    AS ref
FROM numbered AS n
CROSS JOIN shop
LEFT JOIN website AS w ON w.website_id = n.website_id
LEFT JOIN own ON own.website_id = n.website_id
LEFT JOIN seen ON seen.website_id = n.website_id
