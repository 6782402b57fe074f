SELECT
  'warning' AS severity,
  CAST(COUNT(*) AS VARCHAR) || ' orders are in the state "' || o.status_recorded
    || '", which shop.toml does not know.' AS message,
  'source:' || MIN(o.ref) AS source_id
FROM placed_order AS o
WHERE o.status = 'unknown'
GROUP BY o.status_recorded;

SELECT
  'info' AS severity,
  CAST(COUNT(*) AS VARCHAR) || ' messages are sealed with the market''s own key, which is not in the database.' AS message,
  'source:' || MIN(g._ref) AS source_id
FROM messages AS g
WHERE g.content LIKE 'eyJpdiI6%'
HAVING COUNT(*) > 0;
