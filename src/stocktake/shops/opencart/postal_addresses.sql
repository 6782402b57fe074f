-- An order names its country in words; the shop's list of countries has the code, by that name or by number.
SELECT
  'address:' || o.ref || '/billing' AS address_id, o.id AS order_id, o.account_id, o.site_id, 'billing' AS kind,
  NULLIF(TRIM(COALESCE(r.payment_firstname, '') || ' ' || COALESCE(r.payment_lastname, '')
    || CASE WHEN TRIM(r.payment_company) <> '' THEN ', ' || r.payment_company ELSE '' END), '') AS name,
  NULLIF(r.payment_address_1, '') AS line1, NULLIF(r.payment_address_2, '') AS line2,
  NULLIF(r.payment_city, '') AS city, NULLIF(r.payment_zone, '') AS region,
  NULLIF(r.payment_postcode, '') AS postcode, COALESCE(n.code, i.code, NULLIF(r.payment_country, '')) AS country,
  o.phone, o.email AS email, 'source:' || o.ref AS source_id
FROM "order" AS r
JOIN shop_order AS o ON o.order_id = r.order_id
LEFT JOIN (SELECT LOWER(TRIM(name)) AS name, MIN(code) AS code FROM country_code GROUP BY 1 HAVING COUNT(DISTINCT code) = 1) AS n
  ON n.name = LOWER(TRIM(r.payment_country))
LEFT JOIN country_code AS i ON i.country_id = r.payment_country_id
WHERE TRIM(COALESCE(r.payment_address_1, '') || COALESCE(r.payment_city, '') || COALESCE(r.payment_postcode, '')) <> '';

SELECT
  'address:' || o.ref || '/shipping' AS address_id, o.id AS order_id, o.account_id, o.site_id, 'shipping' AS kind,
  NULLIF(TRIM(COALESCE(r.shipping_firstname, '') || ' ' || COALESCE(r.shipping_lastname, '')
    || CASE WHEN TRIM(r.shipping_company) <> '' THEN ', ' || r.shipping_company ELSE '' END), '') AS name,
  NULLIF(r.shipping_address_1, '') AS line1, NULLIF(r.shipping_address_2, '') AS line2,
  NULLIF(r.shipping_city, '') AS city, NULLIF(r.shipping_zone, '') AS region,
  NULLIF(r.shipping_postcode, '') AS postcode, COALESCE(n.code, i.code, NULLIF(r.shipping_country, '')) AS country,
  o.phone, CAST(NULL AS VARCHAR) AS email, 'source:' || o.ref AS source_id
FROM "order" AS r
JOIN shop_order AS o ON o.order_id = r.order_id
LEFT JOIN (SELECT LOWER(TRIM(name)) AS name, MIN(code) AS code FROM country_code GROUP BY 1 HAVING COUNT(DISTINCT code) = 1) AS n
  ON n.name = LOWER(TRIM(r.shipping_country))
LEFT JOIN country_code AS i ON i.country_id = r.shipping_country_id
WHERE TRIM(COALESCE(r.shipping_address_1, '') || COALESCE(r.shipping_city, '') || COALESCE(r.shipping_postcode, '')) <> '';

-- Addresses that customers saved.
SELECT
  'address:' || a._ref AS address_id, c.account_id, c.site_id, 'shipping' AS kind,
  NULLIF(TRIM(COALESCE(a.firstname, '') || ' ' || COALESCE(a.lastname, '')
    || CASE WHEN TRIM(a.company) <> '' THEN ', ' || a.company ELSE '' END), '') AS name,
  NULLIF(a.address_1, '') AS line1, NULLIF(a.address_2, '') AS line2, NULLIF(a.city, '') AS city,
  z.name AS region, NULLIF(a.postcode, '') AS postcode, COALESCE(n.code, NULLIF(n.name, '')) AS country,
  c.phone, c.email, 'source:' || a._ref AS source_id
FROM address AS a
JOIN shop_customer AS c ON c.customer_id = a.customer_id
LEFT JOIN zone AS z ON z.zone_id = a.zone_id
LEFT JOIN country_code AS n ON n.country_id = a.country_id
WHERE TRIM(COALESCE(a.address_1, '') || COALESCE(a.city, '') || COALESCE(a.postcode, '')) <> '';
