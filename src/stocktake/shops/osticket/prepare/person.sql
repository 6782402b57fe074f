-- People who wrote to the help desk, with their address and what they log in with.
SELECT
  u.id AS user_id, u._ref AS ref, 'account:' || u._ref AS account_id, u.name,
  COALESCE(MIN(CASE WHEN e.id = u.default_email_id THEN e.address END), MIN(e.address)) AS email,
  MIN(a.username) AS username, MIN(NULLIF(a.passwd, '')) AS password_hash, u.created
FROM "user" AS u
LEFT JOIN user_email AS e ON e.user_id = u.id
LEFT JOIN user_account AS a ON a.user_id = u.id
GROUP BY u.id, u._ref, u.name, u.created
