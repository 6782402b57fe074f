-- The extended public keys to which a store's addresses belong: whoever has one sees all payments to the wallet.
SELECT Id AS store_id, ref, MIN(coin) AS coin, MIN(scheme) AS scheme, key
FROM (
  SELECT
    k.Id, k._ref AS ref, UPPER(REGEXP_EXTRACT(k.k1, '^([^_-]+)', 1)) AS coin, k.value AS scheme,
    REGEXP_EXTRACT(k.value, '([a-zA-Z]pub[1-9A-HJ-NP-Za-km-z]{100,112})', 1) AS key
  FROM store_key AS k
  UNION ALL
  SELECT
    k.Id, k._ref, UPPER(REGEXP_EXTRACT(k.k1, '^([^_-]+)', 1)), k.value,
    REGEXP_EXTRACT(k.value, '[a-zA-Z]pub[1-9A-HJ-NP-Za-km-z]{100,112}.*-([a-zA-Z]pub[1-9A-HJ-NP-Za-km-z]{100,112})', 1)
  FROM store_key AS k
  UNION ALL
  SELECT
    s.Id, s._ref, 'BTC', s.DerivationStrategy,
    REGEXP_EXTRACT(s.DerivationStrategy, '([a-zA-Z]pub[1-9A-HJ-NP-Za-km-z]{100,112})', 1)
  FROM Stores AS s
)
WHERE key <> ''
GROUP BY Id, ref, key
