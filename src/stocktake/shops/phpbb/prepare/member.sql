-- Members; the guest and search engines are none. Administrators and moderators by their groups; founders too.
WITH role AS (
  SELECT
    x.user_id,
    MAX(CASE WHEN g.group_name = 'ADMINISTRATORS' THEN 1 ELSE 0 END) AS is_admin,
    MAX(CASE WHEN g.group_name LIKE '%MODERATORS' THEN 1 ELSE 0 END) AS is_moderator
  FROM user_group AS x
  JOIN "groups" AS g ON g.group_id = x.group_id
  WHERE COALESCE(x.user_pending, 0) = 0
  GROUP BY x.user_id
)
SELECT
  u.user_id, u._ref AS ref, 'account:' || u._ref AS account_id, u.username, u.user_email, u.user_password,
  u.user_regdate, u.user_lastvisit,
  CASE
    WHEN u.user_type = 3 OR r.is_admin = 1 THEN 'admin' WHEN r.is_moderator = 1 THEN 'staff' ELSE 'member'
  END AS kind
FROM users AS u
LEFT JOIN role AS r ON r.user_id = u.user_id
WHERE u.user_id <> 1 AND COALESCE(u.user_type, 0) <> 2
