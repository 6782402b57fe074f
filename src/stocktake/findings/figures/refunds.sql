-- title: Refunds
-- note: Money paid back to buyers that is taken off the takings, each refund on its own date; the sum is negative.
-- unit: refunds
-- keys: site_id, currency
-- money: amount
SELECT site_id, currency, amount, coalesce(payment_id, order_id) AS subject_id
FROM takings WHERE counted AND amount < 0
