-- What each system in the exhibit says of itself, with the folder that is its root.
SELECT
  key, CASE WHEN key = 'time zone' THEN known_zone(value) ELSE value END AS value,
  REGEXP_REPLACE(_path, '(etc|usr/lib)/[^/]+$', '') AS root
FROM system_facts
WHERE key <> 'time zone' OR known_zone(value) IS NOT NULL
