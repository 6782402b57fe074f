-- Addresses of orders and of customers, as they are written.
WITH every AS (
  SELECT
    'order' AS kind, a.id, a.order_id AS owner_id, a._ref AS ref, a.country_id, a.country_state_id, a.company, a.first_name,
    a.last_name, a.street, a.additional_address_line1 AS more1, a.additional_address_line2 AS more2, a.zipcode, a.city,
    a.phone_number
  FROM order_address AS a
  JOIN live ON live.version_id = a.version_id
  UNION ALL
  SELECT
    'customer', a.id, a.customer_id, a._ref, a.country_id, a.country_state_id, a.company, a.first_name, a.last_name, a.street,
    a.additional_address_line1, a.additional_address_line2, a.zipcode, a.city, a.phone_number
  FROM customer_address AS a
)
SELECT
  a.kind, a.id, a.owner_id, a.ref,
  NULLIF(TRIM(COALESCE(a.first_name, '') || ' ' || COALESCE(a.last_name, '')
    || CASE WHEN TRIM(a.company) <> '' THEN ', ' || a.company ELSE '' END), '') AS name,
  NULLIF(a.street, '') AS line1,
  NULLIF(TRIM(COALESCE(a.more1, '') || CASE WHEN a.more1 <> '' AND a.more2 <> '' THEN ', ' ELSE '' END
    || COALESCE(a.more2, '')), '') AS line2,
  NULLIF(a.city, '') AS city, n.name AS region, NULLIF(a.zipcode, '') AS postcode, NULLIF(UPPER(c.iso), '') AS country,
  NULLIF(a.phone_number, '') AS phone,
  TRIM(COALESCE(a.street, '') || COALESCE(a.city, '') || COALESCE(a.zipcode, '')) <> '' AS is_filled
FROM every AS a
LEFT JOIN country AS c ON c.id = a.country_id
LEFT JOIN system_language AS n ON n.kind = 'country_state' AND n.id = a.country_state_id
