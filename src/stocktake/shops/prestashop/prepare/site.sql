-- One row a shop of the installation.
WITH numbered AS (
  SELECT n.id_shop, MIN(s.id_shop_group) AS id_shop_group, MIN(s.name) AS name, MIN(s._ref) AS ref
  FROM (
    SELECT id_shop FROM web_shop
    UNION
    SELECT COALESCE(id_shop, 1) FROM orders
    UNION
    SELECT COALESCE(id_shop_default, 1) FROM product
    UNION
    SELECT COALESCE(MIN(id_shop), 1) FROM setting
  ) AS n
  LEFT JOIN web_shop AS s ON s.id_shop = n.id_shop
  WHERE n.id_shop IS NOT NULL
  GROUP BY n.id_shop
),
chosen AS (
  SELECT id_shop, name, MIN_BY(value, place) AS value, MIN_BY(ref, place) AS ref
  FROM (
    SELECT
      n.id_shop, s.name, s.value, s.ref,
      CASE WHEN s.id_shop = n.id_shop THEN 0 WHEN s.id_shop_group = n.id_shop_group THEN 1 ELSE 2 END * 1000000000
        + s.id_configuration AS place
    FROM numbered AS n
    JOIN setting AS s
      ON s.id_shop = n.id_shop
      OR (s.id_shop IS NULL AND (s.id_shop_group IS NULL OR s.id_shop_group = n.id_shop_group))
    WHERE s.value IS NOT NULL
  )
  GROUP BY id_shop, name
),
own AS (
  SELECT
    id_shop,
    MAX(CASE WHEN name = 'PS_SHOP_NAME' THEN value END) AS name,
    MAX(CASE WHEN name = 'PS_SHOP_NAME' THEN ref END) AS ref,
    MAX(CASE WHEN name = 'PS_SHOP_EMAIL' THEN value END) AS email,
    MAX(CASE WHEN name = 'PS_SHOP_DOMAIN' THEN value END) AS domain,
    MAX(CASE WHEN name = 'PS_SHOP_DOMAIN' THEN ref END) AS domain_ref,
    MAX(CASE WHEN name = 'PS_SHOP_DOMAIN_SSL' THEN value END) AS domain_ssl,
    MAX(CASE WHEN name = 'PS_SHOP_DOMAIN_SSL' THEN ref END) AS domain_ssl_ref,
    MAX(CASE WHEN name = 'PS_TIMEZONE' THEN value END) AS zone,
    MAX(CASE WHEN name = 'PS_CURRENCY_DEFAULT' THEN TRY_CAST(value AS BIGINT) END) AS id_currency,
    MAX(CASE WHEN name = 'PS_LANG_DEFAULT' THEN TRY_CAST(value AS BIGINT) END) AS id_lang,
    MAX(CASE WHEN name = 'PS_COUNTRY_DEFAULT' THEN TRY_CAST(value AS BIGINT) END) AS id_country,
    MAX(CASE WHEN name = 'PS_WEIGHT_UNIT' THEN LOWER(value) END) AS weight_unit,
    MAX(CASE WHEN name = 'PS_TAX' THEN value END) AS has_tax,
    MIN(ref) AS any_ref
  FROM chosen
  GROUP BY id_shop
),
front AS (
  SELECT t.id_shop, t.id_lang, MIN(NULLIF(t.description, '')) AS tagline
  FROM meta_lang AS t
  JOIN meta ON meta.id_meta = t.id_meta AND meta.page = 'index'
  GROUP BY t.id_shop, t.id_lang
)
SELECT
  n.id_shop, 'site:' || shop.ref || 'shop/' || CAST(n.id_shop AS VARCHAR) AS site_id, shop.version,
  COALESCE(n.name, own.name) AS name, front.tagline, c.iso_code AS currency, own.email AS admin_email,
  own.domain, own.domain_ref, own.domain_ssl, own.domain_ssl_ref, own.zone AS zone_stated,
  known_zone(own.zone) AS time_zone, COALESCE(known_zone(own.zone), shop.case_time_zone) AS zone,
  shop.case_time_zone, own.id_lang, own.id_country, own.weight_unit, own.has_tax,
  COALESCE(
    n.ref, own.ref, own.any_ref, first.ref, (SELECT MIN(_ref) FROM orders), (SELECT MIN(_ref) FROM product)) AS ref
FROM numbered AS n
CROSS JOIN shop
LEFT JOIN own ON own.id_shop = n.id_shop
LEFT JOIN front ON front.id_shop = n.id_shop AND front.id_lang = own.id_lang
LEFT JOIN currency AS c ON c.id_currency = own.id_currency
LEFT JOIN (
  SELECT id_shop, MIN(_ref) AS ref FROM orders GROUP BY id_shop
) AS first ON first.id_shop = n.id_shop
