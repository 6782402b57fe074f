-- The application whose files each virtual host gives out. Of several the nearest: in the host's root, above it
-- (a root that is the public folder of an application), below it; a root that is on no such system is looked for
-- as the end of a folder's path, because files are handed over apart from the settings. Where the nearest name
-- more than one database the host leads to none.
WITH rooted AS (
  SELECT h._ref, h.system, '/' || TRIM(r.root, '/') || '/' AS root
  FROM web_host AS h
  CROSS JOIN UNNEST(STRING_SPLIT(h.root, ' ')) AS r(root)
  WHERE TRIM(r.root, '/') <> '' AND r.root NOT LIKE '%$%'
),
placed AS (
  SELECT
    h._ref, h.root, a._path, a.database_name, a.table_prefix, a.software,
    CASE
      WHEN a.folder = h.system || LTRIM(h.root, '/') THEN 0
      WHEN STARTS_WITH(h.system || LTRIM(h.root, '/'), a.folder) AND LENGTH(a.folder) > LENGTH(h.system)
        AND REGEXP_FULL_MATCH(SUBSTR(h.system || LTRIM(h.root, '/'), LENGTH(a.folder) + 1), '[^/]+/')
        AND a._path NOT LIKE '%/admin/%' THEN 1
      WHEN STARTS_WITH(a.folder, h.system || LTRIM(h.root, '/'))
        THEN 2 + LENGTH(a.folder) - LENGTH(REPLACE(a.folder, '/', ''))
      WHEN a.folder LIKE '%' || REPLACE(REPLACE(REPLACE(h.root, '\', '\\'), '%', '\%'), '_', '\_') ESCAPE '\'
        AND LENGTH(h.root) - LENGTH(REPLACE(h.root, '/', '')) > 2 THEN 1000
    END AS distance
  FROM rooted AS h
  JOIN application AS a ON TRUE
),
nearest AS (
  SELECT p.*
  FROM placed AS p
  JOIN (SELECT _ref, MIN(distance) AS distance FROM placed GROUP BY _ref) AS n
    ON n._ref = p._ref AND n.distance = p.distance
)
SELECT
  _ref, MIN(root) AS root, MIN(_path) AS application_path, MIN(software) AS application,
  MIN(database_name) AS database_name, MIN(table_prefix) AS table_prefix
FROM nearest
GROUP BY _ref
HAVING COUNT(DISTINCT database_name) = 1 AND COUNT(DISTINCT table_prefix) = 1
