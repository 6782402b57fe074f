-- A street may have several lines: the first, and the others together.
SELECT
  'address:' || a._ref AS address_id, o.id AS order_id, o.account_id, o.site_id,
  CASE WHEN a.address_type = 'billing' THEN 'billing' ELSE 'shipping' END AS kind,
  NULLIF(TRIM(COALESCE(a.firstname, '') || ' ' || COALESCE(a.lastname, '')
    || CASE WHEN TRIM(a.company) <> '' THEN ', ' || a.company ELSE '' END), '') AS name,
  NULLIF(TRIM(SPLIT_PART(a.street, chr(10), 1)), '') AS line1,
  NULLIF(TRIM(REPLACE(SUBSTR(a.street, LENGTH(SPLIT_PART(a.street, chr(10), 1)) + 2), chr(10), ', ')), '') AS line2,
  NULLIF(a.city, '') AS city, NULLIF(a.region, '') AS region, NULLIF(a.postcode, '') AS postcode,
  NULLIF(UPPER(a.country_id), '') AS country, NULLIF(a.telephone, '') AS phone,
  COALESCE(NULLIF(a.email, ''), o.email) AS email, 'source:' || a._ref AS source_id
FROM sales_order_address AS a
JOIN shop_order AS o ON o.entity_id = a.parent_id
WHERE TRIM(COALESCE(a.street, '') || COALESCE(a.city, '') || COALESCE(a.postcode, '')) <> '';

-- Addresses that customers saved.
SELECT
  'address:' || a.ref AS address_id, c.account_id, c.site_id, 'shipping' AS kind,
  NULLIF(TRIM(COALESCE(a.firstname, '') || ' ' || COALESCE(a.lastname, '')
    || CASE WHEN TRIM(a.company) <> '' THEN ', ' || a.company ELSE '' END), '') AS name,
  NULLIF(TRIM(SPLIT_PART(a.street, chr(10), 1)), '') AS line1,
  NULLIF(TRIM(REPLACE(SUBSTR(a.street, LENGTH(SPLIT_PART(a.street, chr(10), 1)) + 2), chr(10), ', ')), '') AS line2,
  NULLIF(a.city, '') AS city, NULLIF(a.region, '') AS region, NULLIF(a.postcode, '') AS postcode,
  NULLIF(UPPER(a.country), '') AS country, NULLIF(a.telephone, '') AS phone, c.email, 'source:' || a.ref AS source_id
FROM address_value AS a
JOIN shop_customer AS c ON c.customer_id = a.customer_id
WHERE TRIM(COALESCE(a.street, '') || COALESCE(a.city, '') || COALESCE(a.postcode, '')) <> '';
