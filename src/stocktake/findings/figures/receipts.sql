-- title: Money received, before refunds
-- note: Money that counts and came in; refunds are not taken off.
-- unit: orders
-- keys: site_id, currency
-- money: amount
SELECT site_id, currency, amount, order_id AS subject_id
FROM takings WHERE counted AND amount >= 0
