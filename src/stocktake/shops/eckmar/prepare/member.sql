SELECT
  u.id, u._ref AS ref, 'account:' || u._ref AS account_id, u.username, u.password, u.created_at, u.last_seen,
  CASE WHEN a.id IS NOT NULL THEN 'admin' WHEN v.id IS NOT NULL THEN 'vendor' ELSE 'customer' END AS kind
FROM users AS u
LEFT JOIN admins AS a ON a.id = u.id
LEFT JOIN vendors AS v ON v.id = u.id
