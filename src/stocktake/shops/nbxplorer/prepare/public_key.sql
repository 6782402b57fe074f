-- The extended public keys that the wallets' addresses come from.
SELECT MIN(_ref) AS ref, UPPER(code) AS code, key
FROM (
  SELECT _ref, code,
    REGEXP_EXTRACT(CONCAT_WS(' ', metadata, descriptor), '([a-zA-Z]pub[1-9A-HJ-NP-Za-km-z]{100,112})', 1) AS key
  FROM descriptors
)
WHERE key <> ''
GROUP BY UPPER(code), key
