SELECT
  'outs' AS table_name, CASE WHEN x.tx_id IS NOT NULL THEN 'change of what the wallets sent out' END AS reason,
  COUNT(*) AS rows
FROM outs AS o
LEFT JOIN own_spending AS x ON x.code = o.code AND x.tx_id = o.tx_id
GROUP BY 2;

SELECT 'ins' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM ins;
SELECT 'txs' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM txs;

SELECT
  'scripts' AS table_name,
  CASE WHEN LOWER(code) IN ('btc', 'ltc', 'bch', 'doge') OR used THEN NULL ELSE 'addresses of other coins, not used' END
    AS reason,
  COUNT(*) AS rows
FROM scripts
GROUP BY 2;

SELECT
  'descriptors' AS table_name, CASE WHEN k.ref IS NULL THEN 'keys that are read from another row, or none' END
    AS reason,
  COUNT(*) AS rows
FROM descriptors AS d
LEFT JOIN public_key AS k ON k.ref = d._ref
GROUP BY 2;

SELECT 'descriptors_scripts' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM descriptors_scripts;
SELECT 'nbxv1_metadata' AS table_name, 'settings of wallets; seeds and keys among them are told by place' AS reason,
  COUNT(*) AS rows
FROM nbxv1_metadata;
SELECT 'nbxv1_settings' AS table_name, 'settings of the software' AS reason, COUNT(*) AS rows FROM nbxv1_settings;
