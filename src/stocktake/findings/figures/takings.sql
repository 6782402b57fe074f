-- title: Takings
-- note: Money that counts: sums received on evidence of payment, less refunds, each on its own date.
-- unit: payments and refunds
-- keys: site_id, currency
-- money: amount
SELECT site_id, currency, amount, coalesce(payment_id, order_id) AS subject_id
FROM takings WHERE counted
