-- Members, by the software's own groups: 4 administrators, 3 and 6 moderators.
SELECT
  u.uid, u._ref AS ref, 'account:' || u._ref AS account_id, u.username, u.email,
  u.password || CASE WHEN u.salt <> '' THEN ':' || u.salt ELSE '' END AS password_hash, u.regdate, u.lastactive,
  hex_to_ip(u.lastip) AS last_ip,
  CASE WHEN u.usergroup = 4 THEN 'admin' WHEN u.usergroup IN (3, 6) THEN 'staff' ELSE 'member' END AS kind
FROM users AS u
