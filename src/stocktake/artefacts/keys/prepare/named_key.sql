-- The keys that a message names: those it is encrypted to, and those that signed it.
SELECT m._ref, m._path, m.kind, 'to' AS role, 'encrypted to this key' AS told, k.key_id
FROM pgp_messages AS m
CROSS JOIN UNNEST(STRING_SPLIT(m.encrypted_to, ' ')) AS k(key_id)
UNION ALL
SELECT
  m._ref, m._path, m.kind, 'by' AS role,
  CONCAT_WS(' ', 'signed by this key', CAST(m.signed_at AS VARCHAR) || ' UTC') AS told, k.key_id
FROM pgp_messages AS m
CROSS JOIN UNNEST(STRING_SPLIT(m.signed_by, ' ')) AS k(key_id)
