-- An address that stands in the wallet, or that its public keys give. How it was used goes into the context.
SELECT
  'observable:' || a._ref AS observable_id, a.asset AS kind, a.address AS value,
  CASE WHEN a.valid THEN a.address END AS normalised, a.valid,
  'item:' || s.exhibit || '/' || a._path AS item_id,
  CONCAT_WS(
    '; ', 'wallet address: ' || a.used_as, a.network, a.form, a.derivation,
    CAST(a.transactions AS VARCHAR) || ' transactions in its history', l.noted
  ) AS context,
  CASE WHEN a.basis LIKE 'recorded%' THEN 'recorded' ELSE 'derived' END AS basis,
  'source:' || a._ref AS source_id
FROM wallet_addresses AS a
CROSS JOIN shop AS s
LEFT JOIN label AS l ON l._path = a._path AND l.subject = a.address
WHERE a.asset IS NOT NULL;

-- A transaction of the wallet.
SELECT
  'observable:' || t._ref AS observable_id, 'txid' AS kind, t.txid AS value, t.txid AS normalised,
  CAST(NULL AS BOOLEAN) AS valid, 'item:' || s.exhibit || '/' || t._path AS item_id,
  CONCAT_WS(
    '; ', 'wallet transaction', t.network, CAST(t.at AS VARCHAR) || ' UTC',
    'block ' || CAST(t.height AS VARCHAR), t.note, l.noted
  ) AS context,
  'source:' || t._ref AS source_id
FROM wallet_transactions AS t
CROSS JOIN shop AS s
LEFT JOIN label AS l ON l._path = t._path AND l.subject = t.txid;

-- An address that was asked to be paid, or that was to be paid, with what for.
SELECT
  'observable:' || r._ref AS observable_id, r.asset AS kind, r.address AS value, r.address AS normalised,
  TRUE AS valid, 'item:' || s.exhibit || '/' || r._path AS item_id,
  CONCAT_WS(
    '; ', 'wallet request: ' || r.direction, r.message,
    'amount ' || COALESCE(CAST(r.amount AS VARCHAR) || ' in the smallest unit', r.amount_recorded),
    CAST(r.at AS VARCHAR) || ' UTC'
  ) AS context,
  'source:' || r._ref AS source_id
FROM wallet_requests AS r
CROSS JOIN shop AS s
WHERE r.address IS NOT NULL AND r.asset IS NOT NULL;

-- An extended public key: whoever has it sees all payments to the wallet.
SELECT
  'observable:' || k._ref AS observable_id, k.kind, k.value, CASE WHEN k.valid THEN k.value END AS normalised,
  k.valid, 'item:' || s.exhibit || '/' || k._path AS item_id,
  CONCAT_WS('; ', 'wallet key: ' || k.place, k.network, k.derivation) AS context,
  'source:' || k._ref AS source_id
FROM wallet_public_keys AS k
CROSS JOIN shop AS s
WHERE k.kind IN ('extended_public_key', 'master_public_key');

-- Where a secret lies, and whether it is encrypted; the secret itself was never read into a table.
SELECT
  'observable:' || x._ref AS observable_id, x.kind, '[' || x.kind || ', ' || x.state || ']' AS value,
  CAST(NULL AS VARCHAR) AS normalised, CAST(NULL AS BOOLEAN) AS valid,
  'item:' || s.exhibit || '/' || x._path AS item_id,
  CONCAT_WS('; ', 'wallet secret: ' || x.place, x.fingerprint) AS context,
  'source:' || x._ref AS source_id
FROM wallet_secrets AS x
CROSS JOIN shop AS s;

-- The wallet itself, as far as it shows that it is one.
SELECT
  'observable:' || w._ref AS observable_id,
  CASE WHEN w.encryption = 'whole file' AND w.network = 'unknown' THEN 'ciphertext' ELSE 'wallet' END AS kind,
  CONCAT_WS(', ', w.software, w.kind, w.network) AS value, CAST(NULL AS VARCHAR) AS normalised,
  CAST(NULL AS BOOLEAN) AS valid, 'item:' || s.exhibit || '/' || w._path AS item_id,
  CONCAT_WS(
    '; ', w.format, 'network by ' || w.network_basis, 'encryption: ' || w.encryption, 'seed: ' || w.seed,
    'made ' || CAST(w.created_at AS VARCHAR) || ' UTC by ' || w.created_basis, w.remark
  ) AS context,
  'source:' || w._ref AS source_id
FROM wallets AS w
CROSS JOIN shop AS s;
