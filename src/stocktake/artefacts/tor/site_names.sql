-- The name of each onion service, with where it was read or computed from.
SELECT
  s.name AS host, 'onion' AS kind,
  CASE s.how WHEN 'recorded' THEN 'recorded in ' || s.found_in ELSE s.how || ' ' || s.found_in END
    || COALESCE('; torrc leads port ' || p.ports, '') AS evidence,
  CASE s.how WHEN 'recorded' THEN 'recorded' ELSE 'derived' END AS basis,
  'source:' || s._ref AS source_id
FROM onion_services AS s
LEFT JOIN served AS p ON p.folder = s.folder;
