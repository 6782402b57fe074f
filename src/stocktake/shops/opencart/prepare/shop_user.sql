-- The shop's people: whoever may use its administration.
SELECT
  u.user_id, 'account:' || u._ref AS account_id, u._ref AS ref,
  CASE WHEN u.user_group_id = 1 OR LOWER(g.name) LIKE '%admin%' THEN 'admin' ELSE 'staff' END AS kind,
  u.username, NULLIF(TRIM(u.email), '') AS email,
  NULLIF(TRIM(COALESCE(u.firstname, '') || ' ' || COALESCE(u.lastname, '')), '') AS name,
  u.password || CASE WHEN u.salt <> '' THEN ':' || u.salt ELSE '' END AS password_hash,
  NULLIF(u.ip, '') AS ip, u.date_added
FROM "user" AS u
LEFT JOIN user_group AS g ON g.user_group_id = u.user_group_id
