SELECT
  'warning' AS severity,
  CAST(COUNT(*) AS VARCHAR) || ' orders are in a currency that the market keeps in its configuration, and their totals '
    || 'follow from offers as they are now; what was asked for in coins is recorded.' AS message,
  'source:' || MIN(x.ref) AS source_id
FROM purchase AS x
HAVING COUNT(*) > 0;

SELECT
  'warning' AS severity,
  CAST(COUNT(*) AS VARCHAR) || ' orders are in the state "' || x.state || '", which shop.toml does not know.' AS message,
  'source:' || MIN(x.ref) AS source_id
FROM purchase AS x
WHERE x.status = 'unknown'
GROUP BY x.state;

SELECT
  'info' AS severity,
  CAST(COUNT(*) AS VARCHAR) || ' messages between members are sealed with keys that the members'' passwords open.'
    AS message,
  'source:' || MIN(g._ref) AS source_id
FROM messages AS g
HAVING COUNT(*) > 0;
