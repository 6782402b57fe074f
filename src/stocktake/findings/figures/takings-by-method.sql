-- title: Takings by currency and method of payment
-- note: Money that counts, by the way in which it was paid; refunds are taken off the method by which they were paid back.
-- unit: orders and refunds
-- keys: method, site_id, currency
-- money: amount
-- order: amount desc
SELECT method, site_id, currency, amount,
  CASE WHEN amount < 0 THEN coalesce(payment_id, order_id) ELSE order_id END AS subject_id
FROM takings WHERE counted
