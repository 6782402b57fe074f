SELECT
  'parcels' AS table_name, p._path AS path,
  CASE
    WHEN COALESCE(
      p.reference, p.intercepted_at, p.place, p.postcode, p.tracking_number, p.weight, p.weight_kg, p.note, ''
    ) = '' THEN 'no column that the mapping knows has a value'
  END AS reason,
  COUNT(*) AS rows
FROM parcels AS p
GROUP BY 1, 2, 3;
