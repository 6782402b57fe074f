-- The names of hosts that a certificate was issued for; not those of authorities, not addresses.
SELECT DISTINCT c._ref, c._path, c.issuer, c.sha256, c.not_before, c.not_after, n.name AS host
FROM certificates AS c
CROSS JOIN UNNEST(STRING_SPLIT(c.names, ' ')) AS n(name)
WHERE NOT c.authority
  AND REGEXP_FULL_MATCH(n.name, '(\*\.)?([a-z0-9_]([a-z0-9_-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*')
