-- Which items each purchase was of: one a row, or a list, whatever the database writes it as.
SELECT b.id, b._ref AS ref, b.buy_id, b.item_id, 1 AS place
FROM buyItem AS b
WHERE b.item_id IS NOT NULL
UNION ALL
SELECT x.id, x.ref, x.buy_id, TRY_CAST(TRIM(x.item) AS BIGINT), ROW_NUMBER() OVER (PARTITION BY x.id ORDER BY x.item)
FROM (
  SELECT b.id, b._ref AS ref, b.buy_id, UNNEST(STRING_SPLIT(TRIM(b.item_ids, '{}[] '), ',')) AS item
  FROM buyItem AS b
  WHERE b.item_id IS NULL AND b.item_ids IS NOT NULL
) AS x
WHERE TRY_CAST(TRIM(x.item) AS BIGINT) IS NOT NULL
