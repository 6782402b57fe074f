-- Dates are read as written in Britain, day first, unless the year stands first; times without a zone of their
-- own are in the case's. A weight without a unit of its own is in the unit of its heading, grams if that has none.
WITH told AS (
  SELECT
    p._ref, p.reference, p.place, p.postcode, p.tracking_number, p.note,
    REGEXP_REPLACE(
      TRIM(p.intercepted_at) || COALESCE(' ' || TRIM(p.intercepted_time), ''),
      '^([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})', '\3-\2-\1'
    ) AS at,
    REPLACE(LOWER(TRIM(COALESCE(p.weight_kg, p.weight))), ',', '.') AS weight,
    CASE
      WHEN LOWER(COALESCE(p.weight_kg, p.weight)) LIKE '%kg%' THEN 1000
      WHEN LOWER(COALESCE(p.weight_kg, p.weight)) LIKE '%g%' THEN 1
      WHEN p.weight_kg IS NOT NULL THEN 1000
      ELSE 1
    END AS grams
  FROM parcels AS p
)
SELECT
  'parcel:' || t._ref AS parcel_id, NULLIF(TRIM(t.reference), '') AS reference,
  CASE
    WHEN t.at LIKE '%Z' OR REGEXP_MATCHES(t.at, ':[0-9]{2} ?[+-][0-9]{2}:?[0-9]{2}$')
      THEN CAST(TRY_CAST(t.at AS TIMESTAMP WITH TIME ZONE) AS TIMESTAMP)
    ELSE local_to_utc(TRY_CAST(t.at AS TIMESTAMP), known_zone(shop.case_time_zone))
  END AS intercepted_at,
  NULLIF(TRIM(t.place), '') AS place, NULLIF(TRIM(t.postcode), '') AS postcode,
  TRY_CAST(REGEXP_EXTRACT(t.weight, '[0-9]+([.][0-9]+)?', 0) AS DECIMAL(18, 6)) * t.grams AS weight_g,
  NULLIF(TRIM(t.tracking_number), '') AS tracking_number, NULLIF(TRIM(t.note), '') AS note,
  'source:' || t._ref AS source_id
FROM told AS t
CROSS JOIN shop
WHERE COALESCE(t.reference, t.at, t.place, t.postcode, t.tracking_number, t.weight, t.note, '') <> '';
