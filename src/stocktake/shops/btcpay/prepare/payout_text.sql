-- What payouts hold beside their columns: old rows keep amounts and destination there.
SELECT
  Id,
  MAX(CASE WHEN path = 'destination' THEN NULLIF(value, '') END) AS destination,
  MAX(CASE WHEN path = 'amount' THEN to_money(value) END) AS amount,
  MAX(CASE WHEN path = 'cryptoamount' THEN to_money(value) END) AS coins,
  MAX(CASE WHEN path IN ('transactionid', 'id') THEN NULLIF(REGEXP_EXTRACT(value, '^([0-9a-fA-F]{64})$', 1), '')
    END) AS txid
FROM (
  SELECT Id, LOWER(path) AS path, value FROM payout_json WHERE LOWER(path) <> 'id'
  UNION ALL
  SELECT Id, LOWER(path), value FROM proof_json
)
GROUP BY Id
