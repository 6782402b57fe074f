-- Files whose content is in a hash set from outside, wherever they lie. Empty files are everybody's.
SELECT l.path, MIN(s.name || COALESCE(': ' || e.package, '')) AS known
FROM hashed AS l
JOIN entry AS e ON e.digest = l.digest
JOIN hash_set AS s ON s.number = e.number
GROUP BY l.path
