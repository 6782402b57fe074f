-- One row a sales channel that has a domain or an order. All times are UTC.
WITH used AS (
  SELECT sales_channel_id AS id FROM sales_channel_domain
  UNION
  SELECT sales_channel_id FROM "order"
  UNION
  SELECT MIN(id) FROM sales_channel
  WHERE NOT EXISTS (SELECT 1 FROM sales_channel_domain) AND NOT EXISTS (SELECT 1 FROM "order")
),
name AS (
  SELECT
    t.sales_channel_id, COALESCE(
      MAX(CASE WHEN t.language_id = live.language_id THEN NULLIF(t.name, '') END), MIN(NULLIF(t.name, ''))) AS name
  FROM sales_channel_translation AS t
  CROSS JOIN live
  GROUP BY t.sales_channel_id
),
own AS (
  SELECT
    sales_channel_id,
    MAX(CASE WHEN key = 'core.basicInformation.shopName' THEN value END) AS name,
    MAX(CASE WHEN key = 'core.basicInformation.email' THEN value END) AS email, MIN(ref) AS ref
  FROM setting
  GROUP BY sales_channel_id
)
SELECT
  u.id AS sales_channel_id, 'site:' || shop.ref || 'sales_channel/' || u.id AS site_id, shop.version,
  COALESCE(own.name, every.name, name.name) AS name, COALESCE(own.email, every.email) AS admin_email,
  COALESCE(c.id, live.currency_id) AS currency_id, COALESCE(c.iso_code, d.iso_code) AS currency,
  COALESCE(s._ref, own.ref, every.ref, o.ref, (SELECT MIN(_ref) FROM sales_channel_domain), (SELECT MIN(_ref) FROM product))
    AS ref
FROM used AS u
CROSS JOIN shop
CROSS JOIN live
LEFT JOIN sales_channel AS s ON s.id = u.id
LEFT JOIN name ON name.sales_channel_id = u.id
LEFT JOIN own ON own.sales_channel_id = u.id
LEFT JOIN own AS every ON every.sales_channel_id IS NULL
LEFT JOIN currency AS c ON c.id = s.currency_id
LEFT JOIN currency AS d ON d.id = live.currency_id
LEFT JOIN (
  SELECT sales_channel_id, MIN(_ref) AS ref FROM "order" GROUP BY sales_channel_id
) AS o ON o.sales_channel_id = u.id
WHERE u.id IS NOT NULL
