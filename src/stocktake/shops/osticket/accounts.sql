SELECT
  p.account_id, site.site_id, 'customer' AS kind, p.username, p.email, p.name AS display_name, p.password_hash,
  local_to_utc(p.created, site.case_time_zone) AS created_at, 'source:' || p.ref AS source_id
FROM person AS p
CROSS JOIN site;

SELECT
  a.account_id, site.site_id, a.kind, a.username, NULLIF(a.email, '') AS email, a.name AS display_name, a.phone,
  a.password_hash, local_to_utc(a.created, site.case_time_zone) AS created_at,
  local_to_utc(a.lastlogin, site.case_time_zone) AS last_login_at, 'source:' || a.ref AS source_id
FROM agent AS a
CROSS JOIN site;
