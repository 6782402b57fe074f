-- title: Takings
-- note: Money that counts: sums received on evidence of payment, less refunds, each on its own date.
-- unit: orders and refunds
-- keys: site_id, currency
-- money: amount
SELECT site_id, currency, amount,
  CASE WHEN amount < 0 THEN coalesce(payment_id, order_id) ELSE order_id END AS subject_id
FROM takings WHERE counted
