-- Virtual hosts that pass requests on to another of the same machine, and which: of those that listen there the
-- ones with a name of the first, where there are any.
WITH passed AS (
  SELECT
    h._ref, h.system, h.names,
    COALESCE(
      NULLIF(REGEXP_EXTRACT(u.target, '^https?://(?:localhost|127\.[0-9.]+|\[::1\]|0\.0\.0\.0):([0-9]+)', 1), ''),
      NULLIF(REGEXP_EXTRACT(u.target, '^https?://(unix:[^:]+)', 1), '')
    ) AS port
  FROM web_host AS h
  CROSS JOIN UNNEST(STRING_SPLIT(h.upstream, ' ')) AS u(target)
),
met AS (
  SELECT
    p._ref, l._ref AS backend,
    EXISTS (
      SELECT 1 FROM UNNEST(STRING_SPLIT(p.names, ' ')) AS n(name)
      WHERE LIST_CONTAINS(STRING_SPLIT(b.names, ' '), n.name)
    ) AS of_name
  FROM passed AS p
  JOIN listening AS l ON l.port = p.port AND l._ref <> p._ref AND l.system IS NOT DISTINCT FROM p.system
  JOIN web_host AS b ON b._ref = l._ref
)
SELECT m._ref, m.backend
FROM met AS m
JOIN (SELECT _ref, BOOL_OR(of_name) AS any_of_name FROM met GROUP BY _ref) AS a ON a._ref = m._ref
WHERE m.of_name = a.any_of_name
