SELECT
  site_id, host, CASE WHEN host LIKE '%.onion' THEN 'onion' ELSE 'clearnet' END AS kind,
  'the website that the store names' AS evidence, 'source:' || ref AS source_id
FROM (
  SELECT site_id, ref, LOWER(REGEXP_EXTRACT(website, '^(?:[a-zA-Z]+://)?([^/:?#]+)', 1)) AS host FROM site
)
WHERE host LIKE '%.%';
