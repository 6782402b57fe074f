-- Times without a zone, where no system in the exhibit says what its zone is.
SELECT
  'info' AS severity,
  COUNT(*) || ' times of host records record no zone and nothing in the exhibit says the host''s: '
    || 'they were read in the case''s zone, ' || MAX(zone) || '.' AS message,
  'source:' || MIN_BY(_ref, _path) AS source_id
FROM event_moment
WHERE assumed
HAVING COUNT(*) > 0;

-- Zones that are named by an abbreviation of several meanings.
SELECT
  'warning' AS severity,
  COUNT(*) || ' times of host records name a zone that means no one offset, the first: ' || MIN_BY(time_note, _path)
    || '; they are left open.' AS message,
  'source:' || MIN_BY(_ref, _path) AS source_id
FROM events
WHERE time_note LIKE 'zone not known%'
HAVING COUNT(*) > 0;
