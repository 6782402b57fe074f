-- Tables without a row are no site.
SELECT
  site_id, name, 'WooCommerce' AS software, COALESCE(version, told_version) AS software_version,
  NULLIF(tagline, '') AS tagline, currency, time_zone, admin_email,
  'source:' || ref AS source_id
FROM site
WHERE ref IS NOT NULL;
