-- The shop's people: an administrator is whose role is called so.
SELECT
  u.user_id, 'account:' || u._ref AS account_id, u._ref AS ref,
  CASE WHEN LOWER(r.role_name) LIKE '%admin%' THEN 'admin' ELSE 'staff' END AS kind, u.username,
  NULLIF(TRIM(u.email), '') AS email,
  NULLIF(TRIM(COALESCE(u.firstname, '') || ' ' || COALESCE(u.lastname, '')), '') AS name,
  NULLIF(u.password, '') AS password_hash, u.created, u.logdate, s.ip
FROM admin_user AS u
LEFT JOIN (
  SELECT own.user_id, MIN(COALESCE(role.role_name, own.role_name)) AS role_name
  FROM authorization_role AS own
  LEFT JOIN authorization_role AS role ON role.role_id = own.parent_id AND own.parent_id > 0
  WHERE own.user_id > 0
  GROUP BY own.user_id
) AS r ON r.user_id = u.user_id
LEFT JOIN (
  SELECT user_id, MAX_BY(ip, updated_at) FILTER (WHERE ip <> '' AND updated_at IS NOT NULL) AS ip
  FROM admin_user_session GROUP BY user_id
) AS s ON s.user_id = u.user_id
