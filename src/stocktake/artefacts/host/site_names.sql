-- Names that certificates were issued for.
SELECT
  host, CASE WHEN host LIKE '%.onion' THEN 'onion' ELSE 'clearnet' END AS kind,
  'TLS certificate ' || _path || ', issued by ' || issuer AS evidence, 'source:' || _ref AS source_id
FROM certificate_name;

-- Names that applications were set up with.
SELECT
  host, CASE WHEN host LIKE '%.onion' THEN 'onion' ELSE 'clearnet' END AS kind,
  software || ' setting ' || name || ' in ' || _path AS evidence, 'source:' || _ref AS source_id
FROM setting_name;
