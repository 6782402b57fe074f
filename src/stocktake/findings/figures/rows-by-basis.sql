-- title: Rows by basis
-- note: How each row of the figures' tables came about: recorded as found, derived by a named rule, or inferred with a probability.
-- unit: rows
-- keys: table_name, basis
SELECT 'sites' AS table_name, basis, site_id AS subject_id FROM sites
UNION ALL
SELECT 'accounts' AS table_name, basis, account_id AS subject_id FROM accounts
UNION ALL
SELECT 'listings' AS table_name, basis, listing_id AS subject_id FROM listings
UNION ALL
SELECT 'price_tiers' AS table_name, basis, source_id AS subject_id FROM price_tiers
UNION ALL
SELECT 'orders' AS table_name, basis, order_id AS subject_id FROM orders
UNION ALL
SELECT 'order_lines' AS table_name, basis, line_id AS subject_id FROM order_lines
UNION ALL
SELECT 'payments' AS table_name, basis, payment_id AS subject_id FROM payments
UNION ALL
SELECT 'postal_addresses' AS table_name, basis, address_id AS subject_id FROM postal_addresses
UNION ALL
SELECT 'shipments' AS table_name, basis, shipment_id AS subject_id FROM shipments
UNION ALL
SELECT 'messages' AS table_name, basis, message_id AS subject_id FROM messages
UNION ALL
SELECT 'reviews' AS table_name, basis, review_id AS subject_id FROM reviews
UNION ALL
SELECT 'takings' AS table_name, basis, coalesce(payment_id, order_id) AS subject_id FROM takings
