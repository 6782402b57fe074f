-- title: Orders by month and status
-- note: Every order record found, by the calendar month (UTC) in which it was placed and by its last status.
-- unit: orders
-- keys: month, status, site_id, currency
-- money: amount
SELECT
  strftime(placed_at, '%Y-%m') AS month,
  status, site_id, currency, total AS amount, order_id AS subject_id
FROM orders
