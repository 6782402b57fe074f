-- Rows of site_links whose application is a shop's. Where several stores share a database, the one of that name.
SELECT l.exhibit, l.source_id, l.host, l.log, COALESCE(MIN(c.site_id), MIN(a.site_id)) AS site_id
FROM site_links AS l
JOIN application_shop AS a
  ON a.exhibit = l.exhibit AND a.database_name = l.database_name AND a.table_prefix = l.table_prefix
LEFT JOIN shop_host AS h ON h.host = l.host AND h.exhibit = l.exhibit
LEFT JOIN candidate AS c
  ON c.site_id = h.site_id AND c.exhibit = l.exhibit AND c.database_name = l.database_name
  AND c.table_prefix = l.table_prefix
GROUP BY l.exhibit, l.source_id, l.host, l.log
