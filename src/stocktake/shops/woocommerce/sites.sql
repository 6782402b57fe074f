SELECT
  site_id, name, 'WooCommerce' AS software, COALESCE(version, told_version) AS software_version,
  NULLIF(tagline, '') AS tagline, currency, time_zone, admin_email,
  (SELECT MIN(placed_at) FROM shop_order WHERE type = 'shop_order') AS first_activity,
  (SELECT MAX(placed_at) FROM shop_order WHERE type = 'shop_order') AS last_activity,
  'source:' || ref AS source_id
FROM site;
