-- title: Orders
-- note: Every order record found, whatever became of it; totals are what buyers were to pay, before refunds.
-- unit: orders
-- keys: site_id, currency
-- money: amount
SELECT site_id, currency, total AS amount, order_id AS subject_id
FROM orders
