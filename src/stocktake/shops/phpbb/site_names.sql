SELECT
  site_id, host, CASE WHEN host LIKE '%.onion' THEN 'onion' ELSE 'clearnet' END AS kind, evidence,
  'source:' || ref AS source_id
FROM (
  SELECT site_id, host, 'the board''s setting server_name' AS evidence, host_ref AS ref FROM site
  UNION ALL
  SELECT site_id, cookie_host, 'the board''s setting cookie_domain', cookie_ref FROM site
)
WHERE host LIKE '%.%';
