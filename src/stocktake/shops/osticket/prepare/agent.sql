-- The help desk's own people.
SELECT
  s.staff_id, s._ref AS ref, 'account:' || s._ref AS account_id, s.username, s.email,
  NULLIF(TRIM(COALESCE(s.firstname, '') || ' ' || COALESCE(s.lastname, '')), '') AS name,
  COALESCE(NULLIF(s.phone, ''), NULLIF(s.mobile, '')) AS phone, NULLIF(s.passwd, '') AS password_hash, s.created,
  s.lastlogin, CASE WHEN s.isadmin = 1 THEN 'admin' ELSE 'staff' END AS kind
FROM staff AS s
