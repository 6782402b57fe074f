-- Products with the price of their smallest offer that stands.
SELECT
  p.id, p._ref AS ref, 'listing:' || p._ref AS listing_id, p.name, p.description, p.quantity, p.mesure, p.active,
  c.name AS category, o.price, p.created_at, p.updated_at,
  COALESCE(m.account_id, 'account:' || site.users_ref || '/' || p.user_id) AS vendor_account_id
FROM products AS p
CROSS JOIN site
LEFT JOIN categories AS c ON c.id = p.category_id
LEFT JOIN member AS m ON m.id = p.user_id
LEFT JOIN (
  SELECT product_id, MIN_BY(price, min_quantity) AS price FROM offers WHERE NOT COALESCE(deleted, FALSE) GROUP BY 1
) AS o ON o.product_id = p.id
