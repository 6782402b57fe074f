-- Each event in UTC: by the zone in its record, else by the system's. A zone that is named and not known leaves
-- the time open.
SELECT
  e._ref, e._path,
  CASE
    WHEN e.zone_minutes IS NOT NULL THEN e.local_time - TO_MINUTES(e.zone_minutes)
    WHEN e.time_note LIKE 'zone not known%' THEN NULL
    ELSE local_to_utc(e.local_time, z.zone)
  END AS at,
  CASE WHEN e.local_time IS NULL OR (e.zone_minutes IS NOT NULL AND e.time_note IS NULL) THEN 'recorded'
    ELSE 'derived' END AS basis,
  COALESCE(e.host, z.host) AS host,
  e.local_time IS NOT NULL AND e.zone_minutes IS NULL AND z.assumed
    AND (e.time_note IS NULL OR e.time_note NOT LIKE 'zone not known%') AS assumed,
  z.zone
FROM events AS e
JOIN time_zone AS z ON z._path = e._path
