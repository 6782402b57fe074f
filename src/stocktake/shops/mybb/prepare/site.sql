-- The board, by its own settings.
WITH setting AS (
  SELECT
    MAX(CASE WHEN name = 'bbname' THEN NULLIF(value, '') END) AS name,
    MAX(CASE WHEN name = 'bburl' THEN NULLIF(value, '') END) AS address,
    MAX(CASE WHEN name = 'homeurl' THEN NULLIF(value, '') END) AS home,
    MAX(CASE WHEN name = 'adminemail' THEN NULLIF(value, '') END) AS admin_email,
    MAX(CASE WHEN name = 'bburl' THEN _ref END) AS address_ref,
    MAX(CASE WHEN name = 'homeurl' THEN _ref END) AS home_ref,
    COALESCE(MAX(CASE WHEN name = 'bbname' THEN _ref END), MIN(_ref)) AS ref
  FROM settings
)
SELECT
  'site:' || shop.ref || 'settings' AS site_id, shop.version,
  COALESCE((SELECT MIN(ref) FROM shop_table WHERE name = 'users'), shop.ref || 'users') AS users_ref,
  s.name, s.admin_email,
  LOWER(REGEXP_EXTRACT(s.address, '^(?:[a-zA-Z]+://)?([^/:?#]+)', 1)) AS host, s.address_ref,
  LOWER(REGEXP_EXTRACT(s.home, '^(?:[a-zA-Z]+://)?([^/:?#]+)', 1)) AS home_host, s.home_ref,
  COALESCE(s.ref, (SELECT MIN(_ref) FROM users)) AS ref
FROM shop
CROSS JOIN setting AS s
