-- Hosts whose pages were captured; the site where they offer something, which stays apart from the site that a
-- server's settings tie the host to (the rule says so to commerce/site_links.py).
SELECT
  'captured pages' AS rule, o.site_id, c.host, CASE WHEN c.host LIKE '%.onion' THEN 'onion' ELSE 'clearnet' END AS kind,
  'captured: ' || COUNT(*) || ' pages in ' || c._path
    || COALESCE(', ' || CAST(MIN(c.captured_at) AS VARCHAR) || ' to ' || CAST(MAX(c.captured_at) AS VARCHAR) || ' UTC', '')
    AS evidence,
  'source:' || MIN(s.exhibit) || '/' || MIN_BY(c.item, c._row) AS source_id, 'derived' AS basis
FROM captures AS c
CROSS JOIN shop AS s
LEFT JOIN (SELECT DISTINCT site_id, host FROM offered) AS o ON o.host = c.host
WHERE c.page AND c.item IS NOT NULL AND c.host IS NOT NULL AND COALESCE(c.status, 200) BETWEEN 200 AND 299
GROUP BY o.site_id, c.host, c._path;
