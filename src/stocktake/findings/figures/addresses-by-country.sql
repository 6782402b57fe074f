-- title: Delivery addresses by country
-- note: One delivery address for each order that names one, so a buyer who ordered twice stands twice; the country is as recorded.
-- unit: delivery addresses
-- keys: country, site_id
-- order: count desc
SELECT nullif(trim(country), '') AS country, site_id, address_id AS subject_id
FROM postal_addresses WHERE kind = 'shipping' AND order_id IS NOT NULL
