-- What a coin was worth in the invoice's currency when the invoice was made.
SELECT invoice_id, coin, MIN(rate) AS rate
FROM (
  SELECT
    Id AS invoice_id,
    UPPER(CASE WHEN k1 = 'rate' THEN 'BTC' ELSE REGEXP_EXTRACT(k2, '^([^_-]+)', 1) END) AS coin,
    TRY_CAST(to_money(value) AS DECIMAL(28, 8)) AS rate
  FROM invoice_text
  WHERE k1 = 'rates' OR path = 'rate' OR (k1 = 'cryptoData' AND k3 = 'rate')
)
WHERE rate > 0
GROUP BY invoice_id, coin
