SELECT
  m.account_id, site.site_id, m.kind, m.username, m.password AS password_hash, m.created_at,
  m.last_login AS last_login_at, 'source:' || m.ref AS source_id
FROM member AS m
CROSS JOIN site;
