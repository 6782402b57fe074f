-- title: Orders by status
-- note: Every order record found, by the last status that the shop gave it, in stocktake's vocabulary; totals are what buyers were to pay, before refunds.
-- unit: orders
-- keys: status, site_id, currency
-- money: amount
-- order: count desc
SELECT status, site_id, currency, total AS amount, order_id AS subject_id
FROM orders
