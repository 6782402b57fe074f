-- Each application whose settings name a database: where it lies, and which tables are its. Paths begin and end
-- with a slash here, so that a folder is found in another as a whole; settings that lie in a folder of their own
-- stand for the folder above. DATABASE_URL is an address whose path is the database.
WITH setting AS (
  SELECT
    _path, _row, _ref, software, value,
    CASE
      WHEN UPPER(name) IN ('DB_NAME', 'DB_DATABASE', 'DATABASE_NAME', 'DBNAME', '_DB_NAME_', 'DATABASE') THEN 'database'
      WHEN UPPER(name) = 'DATABASE_URL' THEN 'address'
      WHEN UPPER(name) IN ('TABLE_PREFIX', 'DB_PREFIX', 'DATABASE_PREFIX', '_DB_PREFIX_', 'PREFIX') THEN 'prefix'
    END AS what
  FROM app_settings
  WHERE software <> 'MySQL'
),
found AS (
  SELECT
    _path, MIN(software) AS software,
    COALESCE(
      MIN_BY(value, _row) FILTER (WHERE what = 'database' AND value <> ''),
      NULLIF(REGEXP_EXTRACT(MIN_BY(value, _row) FILTER (WHERE what = 'address'), '^[a-z0-9+]+://[^/]*/([^/?#]+)', 1), '')
    ) AS database_name,
    COALESCE(MIN_BY(value, _row) FILTER (WHERE what = 'prefix'), '') AS table_prefix,
    COALESCE(
      MIN_BY(_ref, _row) FILTER (WHERE what = 'database' AND value <> ''), MIN_BY(_ref, _row) FILTER (WHERE what = 'address')
    ) AS ref
  FROM setting
  GROUP BY _path
)
SELECT
  _path, REGEXP_REPLACE('/' || REGEXP_REPLACE(_path, '[^/]*$', ''), '/(app/(etc|config)|config|sites/[^/]+)/$', '/') AS folder,
  software, database_name, table_prefix, ref
FROM found
WHERE database_name IS NOT NULL
