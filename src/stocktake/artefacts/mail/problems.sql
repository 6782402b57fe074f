-- Messages whose Date can't be read; the time is then that of the newest Received header, or none.
SELECT
  'info' AS severity,
  COUNT(*) || ' messages have no Date that can be read, the first of them "' || COALESCE(MIN_BY(m.date_recorded, m._row), '')
    || '".' AS message,
  'source:' || MIN_BY(m._ref, m._row) AS source_id
FROM mail_messages AS m
WHERE m.at IS NULL
GROUP BY m._path;
