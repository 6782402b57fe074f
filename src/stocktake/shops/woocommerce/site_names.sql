-- The host of the site's two addresses, and those under which its posts were first made: WordPress keeps a
-- post's first address, and so an earlier host of the shop.
SELECT
  site_id, host, CASE WHEN host LIKE '%.onion' THEN 'onion' ELSE 'clearnet' END AS kind, evidence,
  'source:' || MIN(ref) AS source_id
FROM (
  SELECT site_id, LOWER(REGEXP_EXTRACT(siteurl, '^[a-zA-Z]+://([^/:?#]+)', 1)) AS host,
    'option siteurl' AS evidence, siteurl_ref AS ref
  FROM site
  UNION ALL
  SELECT site_id, LOWER(REGEXP_EXTRACT(home, '^[a-zA-Z]+://([^/:?#]+)', 1)), 'option home', home_ref FROM site
  UNION ALL
  SELECT site.site_id, LOWER(REGEXP_EXTRACT(p.guid, '^[a-zA-Z]+://([^/:?#]+)', 1)), 'first address of posts',
    MIN(p._ref)
  FROM posts AS p
  CROSS JOIN site
  GROUP BY 1, 2
)
WHERE host <> ''
GROUP BY site_id, host, evidence;
