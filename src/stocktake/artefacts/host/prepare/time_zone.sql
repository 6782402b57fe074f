-- For each file the zone of its clock and the host's name: those of the system in whose root it lies. Where no
-- system in the exhibit says its zone it is the case's.
SELECT
  e._path,
  COALESCE(MAX_BY(z.value, LENGTH(z.root)), known_zone(MAX(s.case_time_zone))) AS zone,
  MAX_BY(z.value, LENGTH(z.root)) IS NULL AS assumed,
  MAX_BY(h.value, LENGTH(h.root)) AS host
FROM (
  SELECT DISTINCT _path FROM events
  UNION SELECT DISTINCT _path FROM app_settings
  UNION SELECT DISTINCT _path FROM certificates
) AS e
CROSS JOIN shop AS s
LEFT JOIN root_fact AS z ON z.key = 'time zone' AND STARTS_WITH(e._path, z.root)
LEFT JOIN root_fact AS h ON h.key = 'host name' AND STARTS_WITH(e._path, h.root)
GROUP BY e._path
