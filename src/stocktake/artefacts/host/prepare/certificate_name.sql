-- The host names in certificates of servers: not of authorities, and not those that come with a distribution.
SELECT c._ref, c._path, LOWER(n.name) AS host, c.issuer, c.not_before, c.not_after
FROM certificates AS c
CROSS JOIN UNNEST(STRING_SPLIT(c.names, ' ')) AS n(name)
WHERE NOT c.authority AND NOT REGEXP_MATCHES(c._path, '(^|/)(usr/(share|lib)|etc/ssl/certs|etc/pki)/')
  AND REGEXP_FULL_MATCH(n.name, '(\*\.)?([A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]*')
