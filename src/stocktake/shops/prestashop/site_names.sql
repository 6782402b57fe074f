WITH named AS (
  SELECT site_id, domain AS host, 'setting PS_SHOP_DOMAIN' AS evidence, domain_ref AS ref FROM site
  UNION ALL
  SELECT site_id, domain_ssl, 'setting PS_SHOP_DOMAIN_SSL', domain_ssl_ref FROM site
  UNION ALL
  SELECT site.site_id, u.domain, 'addresses of the shop', u._ref
  FROM shop_url AS u JOIN site ON site.id_shop = u.id_shop
  UNION ALL
  SELECT site.site_id, u.domain_ssl, 'addresses of the shop', u._ref
  FROM shop_url AS u JOIN site ON site.id_shop = u.id_shop
),
host AS (
  SELECT site_id, LOWER(REGEXP_EXTRACT(TRIM(host), '^([^/:?#]+)', 1)) AS host, evidence, ref FROM named
)
SELECT
  site_id, host, CASE WHEN host LIKE '%.onion' THEN 'onion' ELSE 'clearnet' END AS kind, evidence,
  'source:' || MIN(ref) AS source_id
FROM host
WHERE host <> ''
GROUP BY site_id, host, evidence;
