-- title: Delivery addresses in the United Kingdom by postcode area
-- note: One delivery address for each order that names one, so a buyer who ordered twice stands twice; the area is the letters that a United Kingdom postcode begins with. Postcodes that do not have the form of one are left out.
-- unit: delivery addresses
-- keys: area, site_id
-- order: count desc
SELECT
  regexp_extract(upper(trim(postcode)), '^([A-Z]{1,2})[0-9]', 1) AS area,
  site_id, address_id AS subject_id
FROM postal_addresses
WHERE kind = 'shipping' AND order_id IS NOT NULL
  AND upper(trim(coalesce(country, ''))) IN ('', 'GB', 'GBR', 'UK', 'UNITED KINGDOM', 'GREAT BRITAIN')
  AND regexp_matches(upper(trim(postcode)), '^[A-Z]{1,2}[0-9][A-Z0-9]? *[0-9][A-Z]{2}$')
