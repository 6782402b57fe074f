-- Each request with its time in UTC: by the zone that the line records, else by the log's.
SELECT
  a._ref,
  CASE
    WHEN a.zone_minutes IS NOT NULL THEN a.local_time - TO_MINUTES(a.zone_minutes)
    ELSE local_to_utc(a.local_time, z.zone)
  END AS at,
  CASE WHEN a.zone_minutes IS NULL THEN 'derived' ELSE 'recorded' END AS basis
FROM access_log AS a
JOIN time_zone AS z ON z._path = a._path
