-- Settings of an application: which database and tables are its, and under which address it is.
SELECT
  n.host, a.database_name, a.table_prefix,
  a.software || ' settings ' || a._path || ' name the database ' || a.database_name || ' and the prefix '
    || COALESCE(NULLIF(a.table_prefix, ''), 'none') AS how,
  'derived' AS basis, 'source:' || a.ref AS source_id
FROM application AS a
LEFT JOIN (
  SELECT DISTINCT _path, LOWER(REGEXP_EXTRACT(value, '^(?:[a-zA-Z]+:)?//(?:[^/@]*@)?([^/:?#]+)', 1)) AS host
  FROM app_settings
  WHERE UPPER(name) IN ('WP_HOME', 'WP_SITEURL', 'HTTP_SERVER', 'HTTPS_SERVER', 'HTTP_CATALOG', 'HTTPS_CATALOG', 'APP_URL')
    AND REGEXP_EXTRACT(value, '^(?:[a-zA-Z]+:)?//(?:[^/@]*@)?([^/:?#]+)', 1) LIKE '%.%'
  AND NOT REGEXP_MATCHES(value, '//(?:[^/@]*@)?127\.')
) AS n ON n._path = a._path;

-- A virtual host and the application whose files it gives out.
SELECT
  n.host, s.database_name, s.table_prefix,
  h.software || ' in ' || h._path || ' answers for it'
    || COALESCE(' through ' || s.through, '') || COALESCE(' with the files in ' || RTRIM(s.root, '/')
    || ', where ' || s.application_path || ' names the database ' || s.database_name, '') AS how,
  'derived' AS basis, 'source:' || h._ref AS source_id
FROM web_host AS h
JOIN host_name AS n ON n._ref = h._ref AND n.of_host
LEFT JOIN host_shop AS s ON s._ref = h._ref;

-- A log that only virtual hosts of one application write. Those that give out nothing may write it too, where
-- their names are names of the others: they send visitors on.
WITH writer AS (
  SELECT l._path AS log, l._ref AS log_ref, h._ref, h._path, h.software, s.database_name, s.table_prefix
  FROM log_hosts AS l
  JOIN web_host AS h ON h._path = l.config AND h._offset = l.block
  LEFT JOIN host_shop AS s ON s._ref = h._ref
),
named AS (
  SELECT w.log, w._ref, w.database_name, n.host
  FROM writer AS w
  LEFT JOIN host_name AS n ON n._ref = w._ref
),
stray AS (
  SELECT DISTINCT w.log
  FROM named AS w
  WHERE w.database_name IS NULL AND NOT EXISTS (
    SELECT 1 FROM named AS o WHERE o.log = w.log AND o.database_name IS NOT NULL AND o.host = w.host
  )
),
one AS (
  SELECT
    log, MIN(log_ref) AS log_ref, MIN(database_name) AS database_name, MIN(table_prefix) AS table_prefix,
    MIN(software) AS software, MIN(_path) AS config
  FROM writer
  WHERE log NOT IN (SELECT log FROM stray) OR log IN (SELECT log FROM writer GROUP BY log HAVING COUNT(DISTINCT _ref) = 1)
  GROUP BY log
  HAVING COUNT(DISTINCT database_name) <= 1 AND COUNT(DISTINCT table_prefix) <= 1
)
SELECT DISTINCT
  n.host, o.log, o.database_name, o.table_prefix,
  o.software || ' writes this log for a host that leads to it, as ' || o.config || ' states' AS how,
  'derived' AS basis, 'source:' || o.log_ref AS source_id
FROM one AS o
LEFT JOIN named AS n ON n.log = o.log
WHERE n.host IS NOT NULL OR o.database_name IS NOT NULL;

-- An onion service and what Tor passes its visitors on to: each place where its name is recorded or follows from a
-- key, and the line of torrc.
WITH led AS (
  SELECT
    o.name, MIN(o.port) AS port, MIN_BY(o.target, o.port) AS target, MIN(h.software) AS software, MIN(h._path) AS config,
    MIN(s.root) AS root, MIN(s.application_path) AS application_path, MIN(s.database_name) AS database_name,
    MIN(s.table_prefix) AS table_prefix
  FROM onion_host AS o
  JOIN web_host AS h ON h._ref = o._ref
  LEFT JOIN host_shop AS s ON s._ref = o._ref
  GROUP BY o.name
  HAVING COUNT(DISTINCT s.database_name) <= 1 AND COUNT(DISTINCT s.table_prefix) <= 1
),
place AS (
  SELECT name, _ref AS ref FROM onion_services
  UNION
  SELECT name, port_ref FROM onion_host
)
SELECT
  p.name AS host, l.database_name, l.table_prefix,
  COALESCE('Tor passes port ' || l.port || ' on to ' || l.target || ', where ' || l.software || ' in ' || l.config
    || ' listens' || COALESCE(' with the files in ' || RTRIM(l.root, '/') || ', where ' || l.application_path
    || ' names the database ' || l.database_name, ''), 'an onion service of this name') AS how,
  'derived' AS basis, 'source:' || p.ref AS source_id
FROM place AS p
LEFT JOIN led AS l ON l.name = p.name;

-- A certificate for a name. Those of authorities and those that come with a distribution are left out.
SELECT
  LOWER(n.name) AS host, 'certificate ' || c._path || ' is for it' AS how,
  'derived' AS basis, 'source:' || c._ref AS source_id
FROM certificates AS c
CROSS JOIN UNNEST(STRING_SPLIT(c.names, ' ')) AS n(name)
WHERE NOT c.authority AND NOT REGEXP_MATCHES(c._path, '(^|/)(usr/(share|lib)|etc/ssl/certs|etc/pki)/')
  AND REGEXP_FULL_MATCH(n.name, '(\*\.)?([A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]*');
