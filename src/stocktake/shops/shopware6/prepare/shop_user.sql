SELECT
  id, 'account:' || _ref AS account_id, _ref AS ref, CASE WHEN admin = 1 THEN 'admin' ELSE 'staff' END AS kind, username,
  NULLIF(TRIM(email), '') AS email,
  NULLIF(TRIM(COALESCE(first_name, '') || ' ' || COALESCE(last_name, '')), '') AS name,
  NULLIF(password, '') AS password_hash, created_at
FROM "user"
