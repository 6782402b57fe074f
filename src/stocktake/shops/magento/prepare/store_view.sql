-- Each store view's site, and the site of what belongs to no store view any more (store 0 is the back office's).
SELECT
  s.store_id, site.website_id, site.site_id
FROM store AS s
JOIN site ON site.website_id = s.website_id
WHERE s.store_id > 0
UNION ALL
SELECT
  CAST(NULL AS BIGINT), MIN_BY(website_id, CASE WHEN is_default THEN 0 ELSE website_id END),
  MIN_BY(site_id, CASE WHEN is_default THEN 0 ELSE website_id END)
FROM site
