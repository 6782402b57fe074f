-- The shop's people. The first profile is the one that may do everything.
SELECT
  id_employee, 'account:' || _ref AS account_id, _ref AS ref,
  CASE WHEN id_profile = 1 THEN 'admin' ELSE 'staff' END AS kind, NULLIF(TRIM(email), '') AS email,
  NULLIF(TRIM(COALESCE(firstname, '') || ' ' || COALESCE(lastname, '')), '') AS name,
  NULLIF(passwd, '') AS password_hash
FROM employee
