-- The site's own address in the settings of an application.
SELECT
  _ref, _path, software, name,
  LOWER(REGEXP_EXTRACT(value, '^(?:[a-zA-Z]+:)?//(?:[^/@]*@)?([^/:?#]+)', 1)) AS host
FROM app_settings
WHERE UPPER(name) IN ('WP_HOME', 'WP_SITEURL', 'HTTP_SERVER', 'HTTPS_SERVER', 'HTTP_CATALOG', 'HTTPS_CATALOG', 'APP_URL')
  AND REGEXP_EXTRACT(value, '^(?:[a-zA-Z]+:)?//(?:[^/@]*@)?([^/:?#]+)', 1) LIKE '%.%'
  AND NOT REGEXP_MATCHES(value, '//(?:[^/@]*@)?127\.')
