WITH activity AS (
  SELECT site_id, MIN(placed_at) AS first_at, MAX(placed_at) AS last_at FROM shop_order GROUP BY site_id
)
SELECT
  site.site_id, site.name, 'OpenCart' AS software, site.version AS software_version, site.tagline,
  site.currency, site.time_zone, site.admin_email, a.first_at AS first_activity, a.last_at AS last_activity,
  'source:' || site.ref AS source_id
FROM site
LEFT JOIN activity AS a ON a.site_id = site.site_id;
