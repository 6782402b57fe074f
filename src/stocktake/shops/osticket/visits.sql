-- From where people wrote.
SELECT
  'visit:' || e.ref AS visit_id, site.site_id, e.from_account_id AS account_id, e.at, e.ip_address AS ip,
  'POST' AS method, 'source:' || e.ref AS source_id
FROM entry AS e
CROSS JOIN site
WHERE e.ip_address <> '';

SELECT
  'visit:' || s._ref AS visit_id, site.site_id, local_to_utc(s.session_updated, site.case_time_zone) AS at,
  s.user_ip AS ip, 'GET' AS method, s.user_agent, 'source:' || s._ref AS source_id
FROM "session" AS s
CROSS JOIN site
WHERE s.user_ip <> '';
