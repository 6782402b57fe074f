-- title: Payment records by method and state
-- note: Every payment record found, as the site's tables state it, whether it counts or not.
-- unit: payment records
-- keys: method, status, site_id, currency
-- money: amount
-- order: count desc
SELECT method, status, site_id, currency, amount, payment_id AS subject_id
FROM payments
