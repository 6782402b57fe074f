-- Addresses that customers came from, each when it was first seen.
SELECT
  'visit:' || v._ref AS visit_id, COALESCE(c.site_id, site.site_id) AS site_id, c.account_id,
  local_to_utc(v.date_added, COALESCE(c.zone, site.zone)) AS at, NULLIF(v.ip, '') AS ip, 'source:' || v._ref AS source_id
FROM customer_ip AS v
JOIN site ON site.store_id = 0
LEFT JOIN shop_customer AS c ON c.customer_id = v.customer_id AND v.customer_id > 0;

-- Who was on the site, where that was kept: the last page of each address.
SELECT
  'visit:' || v._ref AS visit_id, COALESCE(c.site_id, site.site_id) AS site_id, c.account_id,
  local_to_utc(v.date_added, COALESCE(c.zone, site.zone)) AS at, NULLIF(v.ip, '') AS ip,
  COALESCE(NULLIF(REGEXP_EXTRACT(v.url, '^[a-zA-Z]+://[^/]+(/.*)$', 1), ''), NULLIF(v.url, '')) AS path,
  NULLIF(v.referer, '') AS referrer,
  NULLIF(LOWER(REGEXP_EXTRACT(v.url, '^[a-zA-Z]+://([^/:?#]+)', 1)), '') AS host, 'source:' || v._ref AS source_id
FROM customer_online AS v
JOIN site ON site.store_id = 0
LEFT JOIN shop_customer AS c ON c.customer_id = v.customer_id AND v.customer_id > 0;
