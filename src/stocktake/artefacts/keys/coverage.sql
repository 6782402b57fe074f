SELECT 'pgp_keys' AS table_name, _path AS path, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows
FROM pgp_keys
GROUP BY _path;

SELECT
  'pgp_user_ids' AS table_name, _path AS path,
  CASE WHEN email IS NULL AND primary_fingerprint IS NULL THEN 'a user id without a key' END AS reason,
  COUNT(*) AS rows
FROM pgp_user_ids
GROUP BY _path, 3;

SELECT
  'pgp_messages' AS table_name, _path AS path,
  CASE
    WHEN COALESCE(encrypted_to, signed_by) IS NULL THEN 'a message that names no key'
    WHEN signed_by IS NULL AND REPLACE(REPLACE(encrypted_to, '0', ''), ' ', '') = ''
      THEN 'a message whose recipients the sender hid'
  END AS reason,
  COUNT(*) AS rows
FROM pgp_messages
GROUP BY _path, 3;

SELECT
  'key_files' AS table_name, _path AS path,
  CASE WHEN COALESCE(fingerprint, key_sha256) IS NULL THEN 'a key whose public part is not in clear' END AS reason,
  COUNT(*) AS rows
FROM key_files
GROUP BY _path, 3;

SELECT
  'certificates' AS table_name, _path AS path,
  CASE WHEN authority THEN 'a certificate of an authority' END AS reason, COUNT(*) AS rows
FROM certificates
GROUP BY _path, 3;

SELECT 'key_secrets' AS table_name, _path AS path, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows
FROM key_secrets
GROUP BY _path;
