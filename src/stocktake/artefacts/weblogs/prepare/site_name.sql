-- The names in a server's configuration that are names of hosts: not patterns, not addresses.
SELECT v._ref, v._path, v.software, LOWER(RTRIM(n.name, '.')) AS host, v.root
FROM virtual_hosts AS v
CROSS JOIN UNNEST(STRING_SPLIT(v.names, ' ')) AS n(name)
WHERE REGEXP_FULL_MATCH(n.name, '(\*\.)?([A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]*\.?')
