-- Times without a zone, where no system in the exhibit says what its zone is.
SELECT
  'info' AS severity,
  COUNT(*) || ' times of web server logs record no zone and nothing in the exhibit says the server''s: '
    || 'they were read in the case''s zone, ' || MAX(z.zone) || '.' AS message,
  'source:' || MIN_BY(t._ref, t._row) AS source_id
FROM (
  SELECT _ref, _path, _row FROM access_log WHERE zone_minutes IS NULL
  UNION ALL
  SELECT _ref, _path, _row FROM error_log
) AS t
JOIN time_zone AS z ON z._path = t._path
WHERE z.assumed
HAVING COUNT(*) > 0;
