-- The virtual hosts that each onion service leads to: on its system, where torrc sends its ports; of several those
-- with the service's name, where there are any. The path in torrc is absolute on the system that was seized, whose
-- root may be any folder of the exhibit.
WITH led AS (
  SELECT DISTINCT
    s.name, s.folder, p._ref AS port_ref, p.port, p.target,
    CASE WHEN p.target LIKE 'unix:%' THEN p.target ELSE REGEXP_EXTRACT(p.target, '([0-9]+)$', 1) END AS local_port,
    '/' || REGEXP_REPLACE(p._path, '(^|/)(usr/local/|opt/[^/]+/)?etc/.*$', '\1') AS system
  FROM onion_services AS s
  JOIN onion_ports AS p ON ('/' || s.folder) LIKE '%/' || TRIM(p.folder, '/')
),
met AS (
  SELECT l.name, l.port_ref, l.port, l.target, h._ref, LIST_CONTAINS(STRING_SPLIT(LOWER(h.names), ' '), l.name) AS of_name
  FROM led AS l
  JOIN listening AS a ON a.port = l.local_port AND COALESCE(a.system, l.system) = l.system
  JOIN web_host AS h ON h._ref = a._ref
)
SELECT m.name, m.port_ref, m.port, m.target, m._ref
FROM met AS m
JOIN (SELECT name, BOOL_OR(COALESCE(of_name, FALSE)) AS any_of_name FROM met GROUP BY name) AS a ON a.name = m.name
WHERE COALESCE(m.of_name, FALSE) = a.any_of_name
