WITH named AS (
  SELECT site.site_id, s.value AS url, 'setting ' || s.path AS evidence, s.ref
  FROM setting AS s
  LEFT JOIN store_view AS v ON v.store_id = s.scope_id AND s.scope LIKE 'store%'
  JOIN site
    ON (s.scope LIKE 'website%' AND site.website_id = s.scope_id)
    OR (s.scope LIKE 'store%' AND site.website_id = v.website_id)
    OR (s.scope = 'default' AND site.website_id = (SELECT MAX(website_id) FROM store_view WHERE store_id IS NULL))
  WHERE s.path IN ('web/unsecure/base_url', 'web/secure/base_url')
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
