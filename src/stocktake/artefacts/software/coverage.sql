-- Rows that are held against the files themselves, to mark `items`.
SELECT 'declared_files' AS table_name, _path AS path, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows
FROM declared_files
GROUP BY _path;

SELECT 'applications' AS table_name, _path AS path, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows
FROM applications
GROUP BY _path;
