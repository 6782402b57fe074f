WITH named AS (
  SELECT site_id, url, 'settings of the store' AS evidence, ref FROM site
  UNION ALL
  SELECT site.site_id, store.ssl, 'settings of the store', store._ref
  FROM store JOIN site ON site.store_id = store.store_id
  UNION ALL
  SELECT site.site_id, x.value, 'settings of the store', x._ref
  FROM setting AS x JOIN site ON site.store_id = COALESCE(x.store_id, 0)
  WHERE x.key = 'config_ssl' AND x.value LIKE 'http%'
  UNION ALL
  SELECT site.site_id, o.store_url, 'address kept with orders', MIN(o._ref)
  FROM "order" AS o JOIN site ON site.store_id = COALESCE(o.store_id, 0)
  GROUP BY site.site_id, o.store_url
),
host AS (
  SELECT site_id, LOWER(REGEXP_EXTRACT(url, '^[a-zA-Z]+://([^/:?#]+)', 1)) AS host, evidence, ref FROM named
)
SELECT
  site_id, host, CASE WHEN host LIKE '%.onion' THEN 'onion' ELSE 'clearnet' END AS kind, evidence,
  'source:' || MIN(ref) AS source_id
FROM host
WHERE host <> ''
GROUP BY site_id, host, evidence;
