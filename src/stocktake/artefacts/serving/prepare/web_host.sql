-- Each virtual host with the root of the system that its configuration is of; NULL where it lies in no etc/.
SELECT
  _ref, _path, _offset, software, names, listen, root, upstream,
  CASE
    WHEN REGEXP_MATCHES('/' || _path, '/etc/') THEN REGEXP_REPLACE('/' || _path, '/(usr/local/|opt/[^/]+/)?etc/.*$', '/')
  END AS system
FROM virtual_hosts
