SELECT
  'observable:' || k.ref || '/' || SUBSTR(k.key, 1, 24) AS observable_id, 'extended_public_key' AS kind, k.key AS value,
  k.key AS normalised, 'item:' || shop.exhibit || '/' || shop.path AS item_id,
  'wallet of the payment processor; ' || k.code AS context, 'source:' || k.ref AS source_id
FROM public_key AS k
CROSS JOIN shop;

-- Addresses of the wallets, used or not yet.
SELECT
  'observable:' || s._ref AS observable_id, LOWER(s.code) AS kind, s.addr AS value, s.addr AS normalised,
  'item:' || shop.exhibit || '/' || shop.path AS item_id,
  CONCAT_WS('; ', 'address of the payment processor''s wallet', CASE WHEN s.used THEN 'used' ELSE 'not used' END,
    'number ' || CAST(d.idx AS VARCHAR)) AS context,
  'source:' || s._ref AS source_id
FROM scripts AS s
CROSS JOIN shop
LEFT JOIN (SELECT code, script, MIN(idx) AS idx FROM descriptors_scripts GROUP BY code, script) AS d
  ON d.code = s.code AND d.script = s.script
WHERE LOWER(s.code) IN ('btc', 'ltc', 'bch', 'doge');
