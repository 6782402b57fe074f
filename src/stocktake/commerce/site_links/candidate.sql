-- Shops that the settings of each application could mean: those whose tables lie in a database of that name under
-- that prefix, or under a number after it, as a network of sites has them.
SELECT
  a.exhibit, a.database_name, a.table_prefix, s.site_id,
  CASE WHEN s.exhibit = a.exhibit THEN 0 ELSE 1 END AS elsewhere,
  CASE WHEN s.table_prefix = a.table_prefix THEN 0 ELSE 1 END AS numbered,
  MAX(CASE WHEN h.host IS NULL THEN 0 ELSE 1 END) AS named
FROM (
  SELECT DISTINCT exhibit, database_name, table_prefix, host FROM site_links WHERE database_name IS NOT NULL
) AS a
JOIN sites AS s
  ON s.database_name = a.database_name AND STARTS_WITH(s.table_prefix, a.table_prefix)
  AND REGEXP_FULL_MATCH(SUBSTR(s.table_prefix, LENGTH(a.table_prefix) + 1), '([0-9]+_)?')
LEFT JOIN shop_host AS h ON h.site_id = s.site_id AND h.host = a.host
GROUP BY 1, 2, 3, 4, 5, 6
