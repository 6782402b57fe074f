SELECT
  site_id, host, CASE WHEN host LIKE '%.onion' THEN 'onion' ELSE 'clearnet' END AS kind,
  'the help desk''s setting helpdesk_url' AS evidence, 'source:' || address_ref AS source_id
FROM site
WHERE host LIKE '%.%';
