-- What the web server itself complained of. Its clock says no zone.
SELECT
  'event:' || e._ref AS event_id, z.host, local_to_utc(e.local_time, z.zone) AS at,
  'web server ' || COALESCE(e.level, 'message') AS kind, e.ip, e.text,
  'derived' AS basis, 'source:' || e._ref AS source_id
FROM error_log AS e
JOIN time_zone AS z ON z._path = e._path;
