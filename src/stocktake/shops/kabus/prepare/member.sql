WITH role AS (
  SELECT
    x.user_id, MAX(CASE WHEN LOWER(r.name) = 'admin' THEN 1 ELSE 0 END) AS is_admin,
    MAX(CASE WHEN LOWER(r.name) = 'vendor' THEN 1 ELSE 0 END) AS is_vendor
  FROM role_user AS x JOIN roles AS r ON r.id = x.role_id
  GROUP BY x.user_id
)
SELECT
  u.id, u._ref AS ref, 'account:' || u._ref AS account_id, u.username, u.password, u.created_at, u.last_login,
  CASE WHEN r.is_admin = 1 THEN 'admin' WHEN r.is_vendor = 1 THEN 'vendor' ELSE 'customer' END AS kind
FROM users AS u
LEFT JOIN role AS r ON r.user_id = u.id
