-- The bot. It keeps no name, address or currency of its own in its database.
SELECT 'site:' || shop.ref || 'users' AS site_id, shop.version, shop.path, shop.case_time_zone,
  COALESCE((SELECT MIN(ref) FROM shop_table WHERE name = 'users'), shop.ref || 'users') AS users_ref,
  COALESCE((SELECT MIN(_ref) FROM users), (SELECT MIN(_ref) FROM goods), (SELECT MIN(_ref) FROM bought_goods)) AS ref
FROM shop
