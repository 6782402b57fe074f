-- The bot. It keeps no name, address or currency of its own in its database.
SELECT 'site:' || shop.ref || 'users' AS site_id, shop.version, shop.path,
  COALESCE((SELECT MIN(ref) FROM shop_table WHERE name = 'users'), shop.ref || 'users') AS users_ref,
  COALESCE((SELECT MIN(_ref) FROM users), (SELECT MIN(_ref) FROM items), (SELECT MIN(_ref) FROM buys)) AS ref
FROM shop
