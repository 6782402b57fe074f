-- The settings that the mapping uses. One of a store view beats one of its website, and that beats the default.
SELECT
  _ref AS ref, config_id, scope, COALESCE(scope_id, 0) AS scope_id, path, NULLIF(TRIM(value), '') AS value
FROM core_config_data
WHERE path IN (SELECT path FROM used_path)
