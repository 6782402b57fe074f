-- Prices that stand on a page and could not be read.
SELECT
  'info' AS severity,
  COUNT(*) || ' prices on captured pages could not be read, the first of them "' || MIN_BY(l.price_text, l._row) || '".'
    AS message,
  'source:' || MIN_BY(l._ref, l._row) AS source_id
FROM captured_listings AS l
WHERE l.price IS NULL AND REGEXP_MATCHES(l.price_text, '[0-9]')
GROUP BY l._path;
