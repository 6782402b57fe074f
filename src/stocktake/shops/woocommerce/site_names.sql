-- The host of the site's two addresses.
SELECT
  site_id, host, CASE WHEN host LIKE '%.onion' THEN 'onion' ELSE 'clearnet' END AS kind, evidence,
  'source:' || MIN(ref) AS source_id
FROM (
  SELECT site_id, LOWER(REGEXP_EXTRACT(siteurl, '^[a-zA-Z]+://([^/:?#]+)', 1)) AS host,
    'option siteurl' AS evidence, siteurl_ref AS ref
  FROM site
  UNION ALL
  SELECT site_id, LOWER(REGEXP_EXTRACT(home, '^[a-zA-Z]+://([^/:?#]+)', 1)), 'option home', home_ref FROM site
)
WHERE host <> ''
GROUP BY site_id, host, evidence;
