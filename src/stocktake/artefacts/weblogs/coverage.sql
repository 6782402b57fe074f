SELECT
  'access_log' AS table_name, _path AS path, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows
FROM access_log
GROUP BY _path;

SELECT
  'error_log' AS table_name, _path AS path, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows
FROM error_log
GROUP BY _path;

SELECT
  'virtual_hosts' AS table_name, v._path AS path,
  CASE WHEN n._ref IS NULL THEN 'virtual hosts without a name of a host' END AS reason,
  COUNT(*) AS rows
FROM virtual_hosts AS v
LEFT JOIN (SELECT DISTINCT _ref FROM site_name) AS n ON n._ref = v._ref
GROUP BY v._path, 3;

SELECT
  'unparsed_lines' AS table_name, _path AS path, reason, COUNT(*) AS rows
FROM unparsed_lines
GROUP BY _path, reason;

SELECT 'log_hosts' AS table_name, _path AS path, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows
FROM log_hosts
GROUP BY _path;
