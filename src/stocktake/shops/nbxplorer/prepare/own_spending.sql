-- Transactions that spend the wallets' own coins: what they pay back to the wallets is change and no receipt.
WITH spent AS (
  SELECT i.code, i.tx_id, SUM(COALESCE(i.value, o.value)) AS value
  FROM ins AS i
  LEFT JOIN outs AS o ON o.code = i.code AND o.tx_id = i.spent_tx_id AND o.idx = i.spent_idx
  GROUP BY i.code, i.tx_id
),
kept AS (SELECT code, tx_id, SUM(value) AS value FROM outs GROUP BY code, tx_id)
SELECT s.code, s.tx_id, CAST(s.value - COALESCE(k.value, 0) AS DECIMAL(38, 0)) AS sent
FROM spent AS s
LEFT JOIN kept AS k ON k.code = s.code AND k.tx_id = s.tx_id
