-- Who holds the certificate of a name ran a server for it, or meant to.
SELECT
  host, CASE WHEN host LIKE '%.onion' THEN 'onion' ELSE 'clearnet' END AS kind,
  'TLS certificate ' || _path || ', valid ' || CAST(CAST(not_before AS DATE) AS VARCHAR) || ' to '
    || CAST(CAST(not_after AS DATE) AS VARCHAR) || ', issued by ' || issuer AS evidence,
  'source:' || _ref AS source_id
FROM certified_name;
