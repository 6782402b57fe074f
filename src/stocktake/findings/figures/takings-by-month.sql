-- title: Takings by month
-- note: Money that counts, by the calendar month (UTC) in which it was received or paid back.
-- unit: payments and refunds
-- keys: month, site_id, currency
-- money: amount
SELECT
  strftime(takings.at, '%Y-%m') AS month,
  site_id, currency, amount, coalesce(payment_id, order_id) AS subject_id
FROM takings WHERE counted
