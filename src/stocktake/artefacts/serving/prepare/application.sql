-- Each application whose settings name a database: where it lies, and which tables are its. Paths begin and end
-- with a slash here, so that a folder is found in another as a whole.
SELECT
  _path, '/' || REGEXP_REPLACE(_path, '[^/]*$', '') AS folder, MIN(software) AS software,
  MIN_BY(value, _row) FILTER (WHERE UPPER(name) IN ('DB_NAME', 'DB_DATABASE', 'DATABASE_NAME', 'DBNAME')) AS database_name,
  COALESCE(MIN_BY(value, _row) FILTER (WHERE UPPER(name) IN ('TABLE_PREFIX', 'DB_PREFIX', 'DATABASE_PREFIX')), '')
    AS table_prefix,
  MIN_BY(_ref, _row) FILTER (WHERE UPPER(name) IN ('DB_NAME', 'DB_DATABASE', 'DATABASE_NAME', 'DBNAME')) AS ref
FROM app_settings
GROUP BY _path
HAVING MIN_BY(value, _row) FILTER (WHERE UPPER(name) IN ('DB_NAME', 'DB_DATABASE', 'DATABASE_NAME', 'DBNAME')) <> ''
