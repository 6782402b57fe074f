-- A key of OpenPGP, with who it says it is of and whether its secret part is there.
SELECT
  'observable:' || k._ref AS observable_id, 'pgp_fingerprint' AS kind, k.fingerprint AS value,
  k.fingerprint AS normalised, TRUE AS valid, 'item:' || s.exhibit || '/' || k._path AS item_id,
  CONCAT_WS(
    '; ', 'OpenPGP ' || k.role, u.names, k.algorithm, 'made ' || CAST(k.created_at AS VARCHAR) || ' UTC',
    CASE WHEN k.role = 'subkey' THEN 'of ' || k.primary_fingerprint END,
    'secret part: ' || k.secret
  ) AS context,
  'source:' || k._ref AS source_id
FROM pgp_keys AS k
CROSS JOIN shop AS s
LEFT JOIN user_ids AS u ON u._path = k._path AND u.primary_fingerprint = k.primary_fingerprint;

-- An e-mail address that stands at a key.
SELECT
  'observable:' || u._ref AS observable_id, 'email' AS kind, u.email AS value, LOWER(u.email) AS normalised,
  CAST(NULL AS BOOLEAN) AS valid, 'item:' || s.exhibit || '/' || u._path AS item_id,
  'user id of OpenPGP key ' || COALESCE(u.primary_fingerprint, 'unknown') || ': ' || u.user_id AS context,
  'source:' || u._ref AS source_id
FROM pgp_user_ids AS u
CROSS JOIN shop AS s
WHERE u.email IS NOT NULL;

-- For whom a message is encrypted, and who signed: ids of keys, as the message states them.
SELECT
  'observable:' || n._ref || '#' || n.role || n.key_id AS observable_id, 'pgp_key_id' AS kind,
  n.key_id AS value, n.key_id AS normalised, CAST(NULL AS BOOLEAN) AS valid,
  'item:' || s.exhibit || '/' || n._path AS item_id, n.kind || ': ' || n.told AS context,
  'source:' || n._ref AS source_id
FROM named_key AS n
CROSS JOIN shop AS s
WHERE n.key_id <> '0000000000000000';

-- A key of SSH or TLS by its fingerprint.
SELECT
  'observable:' || k._ref AS observable_id,
  CASE WHEN k.fingerprint IS NOT NULL THEN 'ssh_fingerprint' ELSE 'key_sha256' END AS kind,
  COALESCE(k.fingerprint, k.key_sha256) AS value, COALESCE(k.fingerprint, k.key_sha256) AS normalised,
  TRUE AS valid, 'item:' || s.exhibit || '/' || k._path AS item_id,
  CONCAT_WS('; ', k.form || ' ' || k.part || ' key', k.algorithm, k.comment, k.state) AS context,
  'source:' || k._ref AS source_id
FROM key_files AS k
CROSS JOIN shop AS s
WHERE COALESCE(k.fingerprint, k.key_sha256) IS NOT NULL;

-- A certificate that was issued for a host.
SELECT
  'observable:' || c._ref AS observable_id, 'certificate' AS kind, c.sha256 AS value, c.sha256 AS normalised,
  TRUE AS valid, 'item:' || s.exhibit || '/' || c._path AS item_id,
  CONCAT_WS('; ', c.subject, c.names, 'issued by ' || c.issuer, CAST(c.not_before AS VARCHAR) || ' UTC') AS context,
  'source:' || c._ref AS source_id
FROM certificates AS c
CROSS JOIN shop AS s
WHERE NOT c.authority;

-- Where a secret lies, and whether it is encrypted; the secret itself is in no table.
SELECT
  'observable:' || x._ref AS observable_id, 'private_key' AS kind,
  '[' || x.kind || ', ' || x.state || ']' AS value, CAST(NULL AS VARCHAR) AS normalised,
  CAST(NULL AS BOOLEAN) AS valid, 'item:' || s.exhibit || '/' || x._path AS item_id,
  CONCAT_WS('; ', x.place, x.fingerprint) AS context, 'source:' || x._ref AS source_id
FROM key_secrets AS x
CROSS JOIN shop AS s;
