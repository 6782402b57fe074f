-- The market. Its name and its currency stand in its configuration and not in its database.
SELECT 'site:' || shop.ref || 'users' AS site_id, shop.database,
  COALESCE((SELECT MIN(ref) FROM shop_table WHERE name = 'users'), shop.ref || 'users') AS users_ref,
  COALESCE((SELECT MIN(_ref) FROM users), (SELECT MIN(_ref) FROM products), (SELECT MIN(_ref) FROM purchases)) AS ref
FROM shop
