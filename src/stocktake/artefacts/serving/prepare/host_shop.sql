-- Which database each virtual host leads to, by its own files or by those of the host that it passes requests to.
SELECT _ref, root, application_path, application, database_name, table_prefix, CAST(NULL AS VARCHAR) AS through
FROM host_application
UNION ALL
SELECT
  p._ref, MIN(a.root), MIN(a.application_path), MIN(a.application), MIN(a.database_name), MIN(a.table_prefix),
  MIN(b.software)
FROM passed_on AS p
JOIN web_host AS b ON b._ref = p.backend
JOIN host_application AS a ON a._ref = p.backend
WHERE p._ref NOT IN (SELECT _ref FROM host_application)
GROUP BY p._ref
HAVING COUNT(DISTINCT a.database_name) = 1 AND COUNT(DISTINCT a.table_prefix) = 1
