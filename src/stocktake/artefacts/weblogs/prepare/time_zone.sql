-- The zone of each log's clock, for what does not record one: what the system that the log lies on states in
-- etc/, else the case's zone. Of several systems in the exhibit it is the one in whose root the log lies.
SELECT
  log._path,
  COALESCE(MAX_BY(known_zone(f.value), LENGTH(f.root)), known_zone(MAX(s.case_time_zone))) AS zone,
  MAX_BY(known_zone(f.value), LENGTH(f.root)) IS NULL AS assumed,
  MAX_BY(h.value, LENGTH(h.root)) AS host
FROM (SELECT DISTINCT _path FROM access_log UNION SELECT DISTINCT _path FROM error_log) AS log
CROSS JOIN shop AS s
LEFT JOIN (
  SELECT value, REGEXP_REPLACE(_path, 'etc/[^/]+$', '') AS root FROM system_facts
  WHERE key = 'time zone' AND known_zone(value) IS NOT NULL
) AS f ON STARTS_WITH(log._path, f.root)
LEFT JOIN (
  SELECT value, REGEXP_REPLACE(_path, 'etc/[^/]+$', '') AS root FROM system_facts WHERE key = 'host name'
) AS h ON STARTS_WITH(log._path, h.root)
GROUP BY log._path
