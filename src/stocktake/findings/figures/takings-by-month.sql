-- title: Takings by month
-- note: Money that counts, by the calendar month (UTC) in which it was received or paid back.
-- unit: orders and refunds
-- keys: month, site_id, currency
-- money: amount
SELECT
  strftime(takings.at, '%Y-%m') AS month,
  site_id, currency, amount,
  CASE WHEN amount < 0 THEN coalesce(payment_id, order_id) ELSE order_id END AS subject_id
FROM takings WHERE counted
