-- Addresses as they are written; the country by its two-letter code.
SELECT
  a.id_address, a._ref AS ref, a.id_customer,
  NULLIF(TRIM(COALESCE(a.firstname, '') || ' ' || COALESCE(a.lastname, '')
    || CASE WHEN TRIM(a.company) <> '' THEN ', ' || a.company ELSE '' END), '') AS name,
  NULLIF(a.address1, '') AS line1, NULLIF(a.address2, '') AS line2, NULLIF(a.city, '') AS city,
  NULLIF(s.name, '') AS region, NULLIF(a.postcode, '') AS postcode, NULLIF(UPPER(TRIM(c.iso_code)), '') AS country,
  COALESCE(NULLIF(a.phone_mobile, ''), NULLIF(a.phone, '')) AS phone,
  TRIM(COALESCE(a.address1, '') || COALESCE(a.city, '') || COALESCE(a.postcode, '')) <> '' AS is_filled
FROM address AS a
LEFT JOIN country AS c ON c.id_country = a.id_country
LEFT JOIN state_of_country AS s ON s.id_state = a.id_state
