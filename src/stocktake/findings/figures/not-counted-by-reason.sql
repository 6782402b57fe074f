-- title: Money not counted, by reason
-- note: Money that the site's tables name but that does not count as takings, with the reason that keeps it out.
-- unit: orders and refunds
-- keys: reason, site_id, currency
-- money: amount
-- order: amount desc
SELECT reason, site_id, currency, amount,
  CASE WHEN amount < 0 THEN coalesce(payment_id, order_id) ELSE order_id END AS subject_id
FROM takings WHERE NOT counted
