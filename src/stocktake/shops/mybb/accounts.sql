SELECT
  m.account_id, site.site_id, m.kind, m.username, NULLIF(m.email, '') AS email, m.password_hash,
  CASE WHEN m.regdate > 0 THEN unix_to_utc(m.regdate) END AS created_at,
  CASE WHEN m.lastactive > 0 THEN unix_to_utc(m.lastactive) END AS last_login_at, m.last_ip AS last_login_ip,
  'source:' || m.ref AS source_id
FROM member AS m
CROSS JOIN site;
