SELECT
  'warning' AS severity,
  CAST(COUNT(*) AS VARCHAR) || ' orders are in a currency that the bot keeps in its settings and not in its database.'
    AS message,
  'source:' || MIN(b.ref) AS source_id
FROM bought AS b
HAVING COUNT(*) > 0;

SELECT
  'info' AS severity,
  CAST(COUNT(*) AS VARCHAR) || ' orders have the time of the bot''s own clock, whose zone is not known; it was read as '
    || MAX(site.case_time_zone) || ', the zone of the case.' AS message,
  'source:' || MIN(b.ref) AS source_id
FROM bought AS b
CROSS JOIN site
WHERE b.placed_at_recorded IS NOT NULL
HAVING COUNT(*) > 0;
