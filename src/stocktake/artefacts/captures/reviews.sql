-- A review that stands on several captures of its page is one, with the first of them as its source.
WITH told AS (
  SELECT
    r._ref, r._path, r._row, r.author, r.at, r.rating, r.body, r.rule, r.captured_at, o.listing_id,
    'source:' || s.exhibit || '/' || r.item AS source_id, r.number,
    ROW_NUMBER() OVER (
      PARTITION BY COALESCE(o.listing_id, r.host), LOWER(r.author),
        REGEXP_REPLACE(LOWER(COALESCE(r.body, '')), '[^a-z0-9]+', '', 'g')
      ORDER BY CASE WHEN r.at IS NULL THEN 1 ELSE 0 END, r.captured_at, r._path, r._row) AS place
  FROM captured_reviews AS r
  CROSS JOIN shop AS s
  LEFT JOIN observed AS o ON o._path = r._path AND o._row = r.listing
  WHERE r.body IS NOT NULL OR r.rating IS NOT NULL
)
SELECT
  'review:' || t._ref AS review_id, t.listing_id, t.at, t.rating, t.body, t.author, TRUE AS captured, t.rule, t.source_id,
  'derived' AS basis
FROM told AS t
WHERE t.place = 1;
