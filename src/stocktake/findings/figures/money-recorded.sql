-- title: Money recorded
-- note: All money that the site's tables name, whether it counts or not: it equals the takings and the money not counted together.
-- unit: orders and refunds
-- keys: site_id, currency
-- money: amount
SELECT site_id, currency, amount,
  CASE WHEN amount < 0 THEN coalesce(payment_id, order_id) ELSE order_id END AS subject_id
FROM takings
