WITH login AS (
  SELECT
    customer_id, MAX(date_added) AS at, MAX_BY(ip, date_added) FILTER (WHERE ip <> '' AND date_added IS NOT NULL) AS ip
  FROM customer_activity
  WHERE key = 'login'
  GROUP BY customer_id
),
credit AS (SELECT customer_id, SUM(amount) AS balance FROM customer_transaction GROUP BY customer_id)
SELECT
  c.account_id, c.site_id, c.kind, c.email, c.name AS display_name, c.phone, c.password_hash,
  local_to_utc(c.date_added, c.zone) AS created_at, local_to_utc(login.at, c.zone) AS last_login_at,
  COALESCE(login.ip, c.ip) AS last_login_ip, credit.balance,
  CASE WHEN credit.balance IS NOT NULL THEN c.base_currency END AS balance_currency, c.basis,
  'source:' || c.ref AS source_id
FROM shop_customer AS c
LEFT JOIN login ON login.customer_id = c.customer_id
LEFT JOIN credit ON credit.customer_id = c.customer_id;

SELECT
  u.account_id, site.site_id, u.kind, u.username, u.email, u.name AS display_name, u.password_hash,
  local_to_utc(u.date_added, site.zone) AS created_at, u.ip AS last_login_ip, 'source:' || u.ref AS source_id
FROM shop_user AS u
JOIN site ON site.store_id = 0;

-- A buyer without an account: one guest for each such order, as the order names them. Who among them is one
-- person is asked later.
SELECT
  o.account_id, o.site_id, 'guest' AS kind, o.email, o.name AS display_name, o.phone,
  o.placed_at AS created_at, 'source:' || o.ref AS source_id
FROM shop_order AS o
WHERE o.is_guest AND o.account_id IS NOT NULL;

-- An account that orders name and that is no longer there, as its last order names its holder.
SELECT
  o.account_id, MIN(o.site_id) AS site_id, 'customer' AS kind,
  MAX_BY(o.email, o.order_id) FILTER (WHERE o.email IS NOT NULL) AS email,
  MAX_BY(o.name, o.order_id) FILTER (WHERE o.name IS NOT NULL) AS display_name,
  MAX_BY(o.phone, o.order_id) FILTER (WHERE o.phone IS NOT NULL) AS phone, 'derived' AS basis,
  'source:' || MAX_BY(o.ref, o.order_id) AS source_id
FROM shop_order AS o
WHERE o.is_gone
GROUP BY o.account_id;
