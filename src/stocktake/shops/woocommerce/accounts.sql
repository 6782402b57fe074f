WITH latest AS (
  SELECT user_id, MAX(CASE WHEN k2 = 'login' THEN unix_to_utc(value) END) AS at FROM user_session GROUP BY user_id
),
session_ip AS (
  SELECT s.user_id, MAX(s.value) AS ip
  FROM user_session AS s
  JOIN user_session AS t ON t.user_id = s.user_id AND t.k1 = s.k1 AND t.k2 = 'login'
  JOIN latest ON latest.user_id = s.user_id AND latest.at = unix_to_utc(t.value)
  WHERE s.k2 = 'ip'
  GROUP BY s.user_id
),
meta AS (
  SELECT
    user_id,
    MAX(CASE WHEN meta_key = 'wc_last_active' THEN unix_to_utc(meta_value) END) AS last_active,
    MAX(CASE WHEN meta_key = 'billing_phone' THEN NULLIF(meta_value, '') END) AS phone
  FROM usermeta
  WHERE meta_key IN ('wc_last_active', 'billing_phone')
  GROUP BY user_id
)
SELECT
  u.account_id, site.site_id, u.kind, u.user_login AS username, NULLIF(u.user_email, '') AS email,
  NULLIF(u.display_name, '') AS display_name, meta.phone, u.user_pass AS password_hash,
  u.user_registered AS created_at, COALESCE(latest.at, meta.last_active) AS last_login_at,
  session_ip.ip AS last_login_ip, 'source:' || u.ref AS source_id
FROM shop_user AS u
CROSS JOIN site
LEFT JOIN latest ON latest.user_id = u.user_id
LEFT JOIN session_ip ON session_ip.user_id = u.user_id
LEFT JOIN meta ON meta.user_id = u.user_id;

-- A buyer without an account: one guest for each such order, as the order names them. Who among them is one
-- person is asked later.
SELECT
  o.account_id, site.site_id, 'guest' AS kind, o.email, o.name AS display_name, o.phone,
  o.placed_at AS created_at, 'source:' || o.ref AS source_id
FROM shop_order AS o
CROSS JOIN site
WHERE o.type = 'shop_order' AND o.is_guest AND o.account_id IS NOT NULL;

-- An account that orders name and that is no longer there, as its last order names its holder.
SELECT
  o.account_id, site.site_id, 'customer' AS kind,
  MAX_BY(o.email, o.order_id) FILTER (WHERE o.email IS NOT NULL) AS email,
  MAX_BY(o.name, o.order_id) FILTER (WHERE o.name IS NOT NULL) AS display_name,
  MAX_BY(o.phone, o.order_id) FILTER (WHERE o.phone IS NOT NULL) AS phone, 'derived' AS basis,
  'source:' || MAX_BY(o.ref, o.order_id) AS source_id
FROM shop_order AS o
CROSS JOIN site
WHERE o.type = 'shop_order' AND o.is_gone
GROUP BY o.account_id, site.site_id;
