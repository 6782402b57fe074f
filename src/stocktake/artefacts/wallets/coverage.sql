SELECT 'wallets' AS table_name, _path AS path, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows
FROM wallets
GROUP BY _path;

SELECT
  'wallet_addresses' AS table_name, _path AS path,
  CASE WHEN asset IS NULL THEN 'not an address of a kind that is known' END AS reason, COUNT(*) AS rows
FROM wallet_addresses
GROUP BY _path, 3;

-- A label goes into the context of what it is of, where that is in the wallet as an address or transaction.
SELECT
  'wallet_labels' AS table_name, l._path AS path,
  CASE WHEN k.subject IS NULL THEN 'a label of what is no address or transaction of the wallet' END AS reason,
  COUNT(*) AS rows
FROM wallet_labels AS l
LEFT JOIN (
  SELECT _path, address AS subject FROM wallet_addresses WHERE asset IS NOT NULL
  UNION
  SELECT _path, txid AS subject FROM wallet_transactions
) AS k ON k._path = l._path AND k.subject = l.subject
GROUP BY l._path, 3;

SELECT 'wallet_transactions' AS table_name, _path AS path, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows
FROM wallet_transactions
GROUP BY _path;

SELECT
  'wallet_requests' AS table_name, _path AS path,
  CASE WHEN address IS NULL OR asset IS NULL THEN 'a request without an address' END AS reason, COUNT(*) AS rows
FROM wallet_requests
GROUP BY _path, 3;

SELECT
  'wallet_public_keys' AS table_name, _path AS path,
  CASE WHEN kind = 'descriptor' THEN 'a descriptor, whose extended public keys and addresses stand by themselves' END AS reason,
  COUNT(*) AS rows
FROM wallet_public_keys
GROUP BY _path, 3;

SELECT 'wallet_secrets' AS table_name, _path AS path, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows
FROM wallet_secrets
GROUP BY _path;
