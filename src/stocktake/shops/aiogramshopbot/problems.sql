SELECT
  'warning' AS severity,
  CAST(COUNT(*) AS VARCHAR) || ' orders are in a currency that the bot keeps in its settings and not in its database.'
    AS message,
  'source:' || MIN(b.ref) AS source_id
FROM bought AS b
HAVING COUNT(*) > 0;

SELECT
  'warning' AS severity,
  CAST(COUNT(*) AS VARCHAR) || ' deposits are of "' || COALESCE(d.asset, 'nothing named')
    || '", whose smallest unit is not known.' AS message,
  'source:' || MIN(d.ref) AS source_id
FROM top_up AS d
WHERE d.coins IS NULL
GROUP BY d.asset;
