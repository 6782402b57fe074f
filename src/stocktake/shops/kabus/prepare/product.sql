SELECT
  p.id, p._ref AS ref, 'listing:' || p._ref AS listing_id, p.name, p.description, p.price, p.stock_amount, p.type,
  p.measurement_unit, c.name AS category, p.created_at, p.updated_at, p.deleted_at, p.active,
  COALESCE(m.account_id, 'account:' || site.users_ref || '/' || p.user_id) AS vendor_account_id
FROM products AS p
CROSS JOIN site
LEFT JOIN categories AS c ON c.id = p.category_id
LEFT JOIN member AS m ON m.id = p.user_id
