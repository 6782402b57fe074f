SELECT
  'events' AS table_name, _path AS path,
  CASE kind WHEN 'empty line of a history' THEN 'empty lines' WHEN 'empty login record' THEN 'empty records' END AS reason,
  COUNT(*) AS rows
FROM events
GROUP BY _path, 3;

SELECT 'system_facts' AS table_name, _path AS path, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows
FROM system_facts
GROUP BY _path;

SELECT 'app_settings' AS table_name, _path AS path, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows
FROM app_settings
GROUP BY _path;

SELECT 'certificates' AS table_name, _path AS path, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows
FROM certificates
GROUP BY _path;

SELECT 'unparsed_lines' AS table_name, _path AS path, reason, COUNT(*) AS rows
FROM unparsed_lines
GROUP BY _path, reason;
