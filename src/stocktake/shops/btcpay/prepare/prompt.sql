-- Where each invoice asked to be paid: the address or Lightning invoice, by coin and kind of payment.
SELECT invoice_id, coin, kind, MIN(destination) AS destination
FROM (
  SELECT
    t.Id AS invoice_id, UPPER(REGEXP_EXTRACT(t.k2, '^([^_-]+)', 1)) AS coin, k.kind, t.value AS destination
  FROM invoice_text AS t
  JOIN method_kind AS k ON k.suffix = LOWER(REGEXP_EXTRACT(t.k2, '[_-](.+)$', 1))
  WHERE t.k1 IN ('prompts', 'cryptoData') AND t.k3 IN ('destination', 'depositAddress') AND t.value <> ''
  UNION ALL
  SELECT t.Id, 'BTC', 'CHAIN', t.value FROM invoice_text AS t WHERE t.path = 'depositAddress' AND t.value <> ''
)
GROUP BY invoice_id, coin, kind
