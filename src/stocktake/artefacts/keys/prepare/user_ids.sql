-- The names that stand at a key, in the order of the file.
SELECT _path, primary_fingerprint, STRING_AGG(user_id, '; ' ORDER BY _row) AS names
FROM pgp_user_ids
WHERE primary_fingerprint IS NOT NULL
GROUP BY _path, primary_fingerprint
