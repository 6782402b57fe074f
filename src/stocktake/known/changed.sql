-- Files that lie where an installed copy of a hash set's program has another content. A copy is a folder in which
-- at least half of the set's files, and ten of them, lie at their places as the set has them.
WITH matching AS (
  SELECT DISTINCT e.number, e.path, LEFT(l.path, LENGTH(l.path) - LENGTH(e.path)) AS root
  FROM entry AS e
  JOIN hashed AS l ON l.digest = e.digest
  WHERE e.path IS NOT NULL AND (l.path = e.path OR ENDS_WITH(l.path, '/' || e.path))
),
copy AS (
  SELECT m.number, m.root
  FROM matching AS m
  JOIN (SELECT number, COUNT(DISTINCT path) AS files FROM entry WHERE path IS NOT NULL GROUP BY number) AS s
    ON s.number = m.number
  GROUP BY m.number, m.root, s.files
  HAVING COUNT(*) >= 10 AND 2 * COUNT(*) >= s.files
)
SELECT l.path, MIN(s.name) AS changed_from
FROM copy AS c
JOIN entry AS e ON e.number = c.number AND e.path IS NOT NULL
JOIN hashed AS l ON l.path = c.root || e.path
JOIN hash_set AS s ON s.number = c.number
LEFT JOIN matching AS m ON m.number = c.number AND m.root = c.root AND m.path = e.path
WHERE m.path IS NULL
GROUP BY l.path
