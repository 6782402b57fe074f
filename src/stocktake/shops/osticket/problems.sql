SELECT
  'info' AS severity,
  CAST(COUNT(*) AS VARCHAR) || ' messages have times in the zone of the database''s server, which it does not state; '
    || 'they were read as ' || MAX(site.case_time_zone) || ', the zone of the case.' AS message,
  'source:' || MIN(e.ref) AS source_id
FROM entry AS e
CROSS JOIN site
HAVING COUNT(*) > 0;
