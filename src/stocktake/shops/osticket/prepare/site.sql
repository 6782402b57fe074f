-- The help desk, by its own settings.
WITH setting AS (
  SELECT
    MAX(CASE WHEN key = 'helpdesk_title' THEN NULLIF(value, '') END) AS name,
    MAX(CASE WHEN key = 'helpdesk_url' THEN NULLIF(value, '') END) AS address,
    MAX(CASE WHEN key = 'admin_email' THEN NULLIF(value, '') END) AS admin_email,
    MAX(CASE WHEN key = 'default_timezone' THEN NULLIF(value, '') END) AS time_zone,
    MAX(CASE WHEN key = 'helpdesk_url' THEN _ref END) AS address_ref,
    COALESCE(MAX(CASE WHEN key = 'helpdesk_title' THEN _ref END), MIN(_ref)) AS ref
  FROM config
  WHERE namespace = 'core'
)
SELECT
  'site:' || shop.ref || 'config' AS site_id, shop.version, shop.case_time_zone, unescape_html(s.name) AS name,
  s.admin_email, s.time_zone,
  COALESCE((SELECT MIN(ref) FROM shop_table WHERE name = 'user'), shop.ref || 'user') AS users_ref,
  COALESCE((SELECT MIN(ref) FROM shop_table WHERE name = 'staff'), shop.ref || 'staff') AS staff_ref,
  LOWER(REGEXP_EXTRACT(s.address, '^(?:[a-zA-Z]+://)?([^/:?#]+)', 1)) AS host, s.address_ref,
  COALESCE(s.ref, (SELECT MIN(_ref) FROM ticket)) AS ref
FROM shop
CROSS JOIN setting AS s
