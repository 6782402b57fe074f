-- How the rows of every two sources of one software compare, by key. `voter` holds orders and accounts of each
-- source; sources are numbered from the earliest on.
--   agreeing  same key, made at the same moment
--   altered   same key, other moment, and other buyer or sum; but later keys agree again: one row was changed
--   parted    so, and after the last row that agrees: the two sources went ways of their own
--   reused    so, but made after the earlier source was: the key of a deleted row was given out again
WITH same AS (
  SELECT
    a.source AS earlier, b.source AS later, SPLIT_PART(a.local, ':', 1) AS kind,
    COUNT(*) AS agreeing, MAX(a.made_at) AS last_agreeing
  FROM voter AS a
  JOIN voter AS b
    ON b.software = a.software AND b.local = a.local AND b.made_at = a.made_at AND b.source > a.source
  GROUP BY a.source, b.source, SPLIT_PART(a.local, ':', 1)
),
pair AS (SELECT earlier, later, SUM(agreeing) AS agreeing FROM same GROUP BY earlier, later),
clash AS (
  SELECT
    pair.earlier, pair.later,
    a.made_at > COALESCE(same.last_agreeing, CAST('0001-01-01' AS TIMESTAMP))
      AND b.made_at > COALESCE(same.last_agreeing, CAST('0001-01-01' AS TIMESTAMP)) AS at_the_end,
    b.made_at > s.moment AS afterwards
  FROM pair
  JOIN compared_source AS s ON s.source = pair.earlier
  JOIN voter AS a ON a.source = pair.earlier
  JOIN voter AS b ON b.source = pair.later AND b.local = a.local
  LEFT JOIN same
    ON same.earlier = pair.earlier AND same.later = pair.later AND same.kind = SPLIT_PART(a.local, ':', 1)
  WHERE a.made_at <> b.made_at AND (a.mark IS DISTINCT FROM b.mark OR a.buyer IS DISTINCT FROM b.buyer)
),
clashes AS (
  SELECT
    earlier, later,
    SUM(CASE WHEN at_the_end THEN 0 ELSE 1 END) AS altered,
    SUM(CASE WHEN at_the_end AND NOT COALESCE(afterwards, FALSE) THEN 1 ELSE 0 END) AS parted,
    SUM(CASE WHEN at_the_end AND COALESCE(afterwards, FALSE) THEN 1 ELSE 0 END) AS reused
  FROM clash
  GROUP BY earlier, later
)
SELECT
  pair.earlier, pair.later, CAST(pair.agreeing AS BIGINT) AS agreeing,
  CAST(COALESCE(clashes.altered, 0) AS BIGINT) AS altered,
  CAST(COALESCE(clashes.parted, 0) AS BIGINT) AS parted,
  CAST(COALESCE(clashes.reused, 0) AS BIGINT) AS reused
FROM pair
LEFT JOIN clashes ON clashes.earlier = pair.earlier AND clashes.later = pair.later
