-- The names that a web server was set up to answer to.
SELECT
  host, CASE WHEN host LIKE '%.onion' THEN 'onion' ELSE 'clearnet' END AS kind,
  software || ' configuration ' || _path || COALESCE(', files in ' || root, '') AS evidence,
  'source:' || _ref AS source_id
FROM site_name;
