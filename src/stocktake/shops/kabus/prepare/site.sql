-- The market. Its name stands in its configuration and not in its database; its prices are in US dollars.
SELECT 'site:' || shop.ref || 'users' AS site_id, shop.database,
  COALESCE((SELECT MIN(ref) FROM shop_table WHERE name = 'users'), shop.ref || 'users') AS users_ref,
  COALESCE((SELECT MIN(_ref) FROM users), (SELECT MIN(_ref) FROM products), (SELECT MIN(_ref) FROM orders)) AS ref
FROM shop
