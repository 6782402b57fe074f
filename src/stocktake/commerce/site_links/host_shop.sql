-- The shop behind each name: in an exhibit as its settings lead, else as its shops call themselves; under the
-- exhibit '' as the rest of the case does. A name of two shops in one exhibit is neither's.
WITH said AS (
  SELECT exhibit, host, site_id, 1 AS rank FROM settled WHERE host IS NOT NULL
  UNION ALL
  SELECT exhibit, host, site_id, 2 AS rank FROM shop_host
),
best AS (
  SELECT s.exhibit, s.host, s.rank, MIN(s.site_id) AS site_id, COUNT(DISTINCT s.site_id) AS shops
  FROM said AS s
  JOIN (SELECT exhibit, host, MIN(rank) AS rank FROM said GROUP BY exhibit, host) AS first
    ON first.exhibit = s.exhibit AND first.host = s.host AND first.rank = s.rank
  GROUP BY s.exhibit, s.host, s.rank
)
SELECT exhibit, host, site_id FROM best WHERE shops = 1
UNION ALL
SELECT '' AS exhibit, host, site_id
FROM (
  SELECT host, site_id, ROW_NUMBER() OVER (PARTITION BY host ORDER BY rank, LENGTH(site_id), site_id) AS place
  FROM best
  WHERE shops = 1
)
WHERE place = 1
