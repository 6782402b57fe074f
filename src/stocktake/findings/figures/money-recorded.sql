-- title: Money recorded
-- note: All money that the site's tables name, whether it counts or not: it equals the takings and the money not counted together.
-- unit: payments, refunds and orders
-- keys: site_id, currency
-- money: amount
SELECT site_id, currency, amount, coalesce(payment_id, order_id) AS subject_id
FROM takings
