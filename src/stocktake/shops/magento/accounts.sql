SELECT
  c.account_id, c.site_id, c.kind, c.email, c.name AS display_name, c.phone, c.password_hash, c.created_at,
  c.login_at AS last_login_at, c.basis, 'source:' || c.ref AS source_id
FROM shop_customer AS c;

SELECT
  u.account_id, v.site_id, u.kind, u.username, u.email, u.name AS display_name, u.password_hash,
  u.created AS created_at, u.logdate AS last_login_at, u.ip AS last_login_ip, 'source:' || u.ref AS source_id
FROM shop_user AS u
JOIN store_view AS v ON v.store_id IS NULL;

-- A buyer without an account: one guest for each such order, as the order names them. Magento forgets which
-- account an order was of when the account is deleted, but not that it was no guest's.
SELECT
  o.account_id, o.site_id, CASE WHEN o.was_guest THEN 'guest' ELSE 'customer' END AS kind, o.email,
  o.name AS display_name, o.phone, o.placed_at AS created_at, 'source:' || o.ref AS source_id
FROM shop_order AS o
WHERE o.is_guest AND o.account_id IS NOT NULL;

-- An account that orders name and that is no longer there, as its last order names its holder.
SELECT
  o.account_id, MIN(o.site_id) AS site_id, 'customer' AS kind,
  MAX_BY(o.email, o.entity_id) FILTER (WHERE o.email IS NOT NULL) AS email,
  MAX_BY(o.name, o.entity_id) FILTER (WHERE o.name IS NOT NULL) AS display_name,
  MAX_BY(o.phone, o.entity_id) FILTER (WHERE o.phone IS NOT NULL) AS phone, 'derived' AS basis,
  'source:' || MAX_BY(o.ref, o.entity_id) AS source_id
FROM shop_order AS o
WHERE o.is_gone
GROUP BY o.account_id;
