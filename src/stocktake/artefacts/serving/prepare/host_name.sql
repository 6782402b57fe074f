-- Every name under which a virtual host is reached: those in its settings, the onion services that lead to it, and
-- the address in the settings of its application (not `of_host`: it may be another host's).
SELECT h._ref, LOWER(RTRIM(n.name, '.')) AS host, TRUE AS of_host
FROM web_host AS h
CROSS JOIN UNNEST(STRING_SPLIT(h.names, ' ')) AS n(name)
WHERE REGEXP_FULL_MATCH(n.name, '(\*\.)?([A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]*\.?')
UNION
SELECT _ref, name, TRUE FROM onion_host
UNION
SELECT s._ref, LOWER(REGEXP_EXTRACT(a.value, '^(?:[a-zA-Z]+:)?//(?:[^/@]*@)?([^/:?#]+)', 1)), FALSE
FROM host_shop AS s
JOIN app_settings AS a ON a._path = s.application_path
WHERE UPPER(a.name) IN ('WP_HOME', 'WP_SITEURL', 'HTTP_SERVER', 'HTTPS_SERVER', 'HTTP_CATALOG', 'HTTPS_CATALOG', 'APP_URL')
  AND REGEXP_EXTRACT(a.value, '^(?:[a-zA-Z]+:)?//(?:[^/@]*@)?([^/:?#]+)', 1) LIKE '%.%'
  AND NOT REGEXP_MATCHES(a.value, '//(?:[^/@]*@)?127\.')
