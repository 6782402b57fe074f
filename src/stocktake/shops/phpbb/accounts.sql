SELECT
  m.account_id, site.site_id, m.kind, m.username, NULLIF(m.user_email, '') AS email,
  NULLIF(m.user_password, '') AS password_hash,
  CASE WHEN m.user_regdate > 0 THEN unix_to_utc(m.user_regdate) END AS created_at,
  CASE WHEN m.user_lastvisit > 0 THEN unix_to_utc(m.user_lastvisit) END AS last_login_at,
  'source:' || m.ref AS source_id
FROM member AS m
CROSS JOIN site;
