-- The board, by its own settings.
WITH setting AS (
  SELECT
    MAX(CASE WHEN config_name = 'sitename' THEN NULLIF(config_value, '') END) AS name,
    MAX(CASE WHEN config_name = 'site_desc' THEN NULLIF(config_value, '') END) AS tagline,
    MAX(CASE WHEN config_name = 'server_name' THEN NULLIF(LOWER(config_value), '') END) AS host,
    MAX(CASE WHEN config_name = 'cookie_domain' THEN NULLIF(LOWER(LTRIM(config_value, '.')), '') END) AS cookie_host,
    MAX(CASE WHEN config_name = 'board_contact' THEN NULLIF(config_value, '') END) AS admin_email,
    MAX(CASE WHEN config_name = 'board_timezone' THEN config_value END) AS time_zone,
    MAX(CASE WHEN config_name = 'server_name' THEN _ref END) AS host_ref,
    MAX(CASE WHEN config_name = 'cookie_domain' THEN _ref END) AS cookie_ref,
    COALESCE(MAX(CASE WHEN config_name = 'sitename' THEN _ref END), MIN(_ref)) AS ref
  FROM config
)
SELECT
  'site:' || shop.ref || 'config' AS site_id, shop.version,
  COALESCE((SELECT MIN(ref) FROM shop_table WHERE name = 'users'), shop.ref || 'users') AS users_ref,
  unescape_html(s.name) AS name, unescape_html(s.tagline) AS tagline, s.host, s.cookie_host, s.admin_email,
  known_zone(s.time_zone) AS time_zone, s.host_ref, s.cookie_ref,
  COALESCE(s.ref, (SELECT MIN(_ref) FROM users), (SELECT MIN(_ref) FROM posts)) AS ref
FROM shop
CROSS JOIN setting AS s
