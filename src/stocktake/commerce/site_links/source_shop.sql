-- The shop of each row that site_links cites, where all that is said of it leads to one.
WITH told AS (
  SELECT l.exhibit, l.source_id, l.host, l.log, COALESCE(s.site_id, own.site_id, other.site_id) AS site_id
  FROM site_links AS l
  LEFT JOIN settled AS s
    ON s.exhibit = l.exhibit AND s.source_id = l.source_id AND s.host IS NOT DISTINCT FROM l.host
    AND s.log IS NOT DISTINCT FROM l.log
  LEFT JOIN host_shop AS own ON own.exhibit = l.exhibit AND own.host = l.host
  LEFT JOIN host_shop AS other ON other.exhibit = '' AND other.host = l.host
)
SELECT exhibit, source_id, log, MIN(site_id) AS site_id
FROM told
GROUP BY exhibit, source_id, log
HAVING COUNT(DISTINCT site_id) = 1
