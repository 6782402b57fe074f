SELECT
  c.account_id, c.site_id, c.kind, c.email, c.name AS display_name, c.phone, c.password_hash, c.created_at,
  c.login_at AS last_login_at, c.ip AS last_login_ip, c.basis, 'source:' || c.ref AS source_id
FROM shop_customer AS c;

SELECT
  u.account_id, site.site_id, u.kind, u.username, u.email, u.name AS display_name, u.password_hash, u.created_at,
  'source:' || u.ref AS source_id
FROM shop_user AS u
JOIN site ON site.sales_channel_id = (SELECT MIN(sales_channel_id) FROM site);

-- A buyer whose account is no longer there: as the order names them.
SELECT
  o.account_id, o.site_id, 'guest' AS kind, o.email, o.name AS display_name, o.placed_at AS created_at,
  'source:' || o.ref AS source_id
FROM shop_order AS o
WHERE o.is_guest AND o.account_id IS NOT NULL;

SELECT
  o.account_id, MIN(o.site_id) AS site_id, 'customer' AS kind,
  MAX_BY(o.email, o.placed_at) FILTER (WHERE o.email IS NOT NULL AND o.placed_at IS NOT NULL) AS email,
  MAX_BY(o.name, o.placed_at) FILTER (WHERE o.name IS NOT NULL AND o.placed_at IS NOT NULL) AS display_name,
  'derived' AS basis, 'source:' || MAX(o.ref) AS source_id
FROM shop_order AS o
WHERE o.is_gone
GROUP BY o.account_id;
