SELECT
  p.account_id, s.site_id, p.kind, p.username, p.email, p.password_hash, p.created_at, p.login_at AS last_login_at,
  'source:' || p.ref AS source_id
FROM person AS p
JOIN site AS s ON s.store_id = (SELECT MIN_BY(store_id, CASE WHEN is_default THEN 0 ELSE store_id END) FROM site);

-- A buyer without an account: one guest for each such order.
SELECT
  o.account_id, o.site_id, 'guest' AS kind, o.email, a.name AS display_name, o.placed_at AS created_at,
  'source:' || o.ref AS source_id
FROM shop_order AS o
LEFT JOIN postal AS a ON a.kind = 'now' AND a.entity_id = o.profile_id
WHERE o.is_guest AND o.account_id IS NOT NULL;

-- An account that orders name and that is no longer there.
SELECT
  o.account_id, MIN(o.site_id) AS site_id, 'customer' AS kind,
  MAX_BY(o.email, o.order_id) FILTER (WHERE o.email IS NOT NULL) AS email, 'derived' AS basis,
  'source:' || MAX_BY(o.ref, o.order_id) AS source_id
FROM shop_order AS o
WHERE o.is_gone
GROUP BY o.account_id;
