-- Where each virtual host listens: the number of a port, or unix: and the path of a socket.
SELECT DISTINCT
  h._ref, h.system,
  CASE
    WHEN l.address LIKE 'unix:%' THEN l.address
    WHEN REGEXP_MATCHES(l.address, '^[0-9]+$|:[0-9]+$') THEN REGEXP_EXTRACT(l.address, '([0-9]+)$', 1)
    ELSE '80'
  END AS port
FROM web_host AS h
CROSS JOIN UNNEST(STRING_SPLIT(COALESCE(h.listen, '80'), ' ')) AS l(address)
