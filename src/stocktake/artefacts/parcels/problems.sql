SELECT
  'warning' AS severity,
  'The time "' || p.intercepted_at || '" of a parcel can''t be read.' AS message,
  'source:' || p._ref AS source_id
FROM parcels AS p
WHERE TRIM(p.intercepted_at) <> '' AND TRY_CAST(REGEXP_REPLACE(
  TRIM(p.intercepted_at), '^([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})', '\3-\2-\1') AS TIMESTAMP) IS NULL;
