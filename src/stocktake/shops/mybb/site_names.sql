SELECT
  site_id, host, CASE WHEN host LIKE '%.onion' THEN 'onion' ELSE 'clearnet' END AS kind, evidence,
  'source:' || ref AS source_id
FROM (
  SELECT site_id, host, 'the board''s setting bburl' AS evidence, address_ref AS ref FROM site
  UNION ALL
  SELECT site_id, home_host, 'the board''s setting homeurl', home_ref FROM site
)
WHERE host LIKE '%.%';
