-- Accounts: who may administer, who has another role, who only buys. Account 0 is everybody who is not logged in.
WITH role AS (
  SELECT
    entity_id, MAX(CASE WHEN roles_target_id = 'administrator' THEN 1 ELSE 0 END) AS is_admin, COUNT(*) AS roles
  FROM user__roles
  WHERE roles_target_id NOT IN ('anonymous', 'authenticated', 'customer')
  GROUP BY entity_id
)
SELECT
  u.uid, 'account:' || u._ref AS account_id, u._ref AS ref,
  CASE WHEN u.uid = 1 OR role.is_admin = 1 THEN 'admin' WHEN role.roles > 0 THEN 'staff' ELSE 'customer' END AS kind,
  NULLIF(u.name, '') AS username, NULLIF(TRIM(u.mail), '') AS email, NULLIF(u.pass, '') AS password_hash,
  unix_to_utc(NULLIF(u.created, 0)) AS created_at, unix_to_utc(NULLIF(u.login, 0)) AS login_at
FROM users_field_data AS u
LEFT JOIN role ON role.entity_id = u.uid
WHERE u.uid > 0 AND COALESCE(u.default_langcode, 1) = 1
