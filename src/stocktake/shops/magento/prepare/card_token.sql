-- Cards that were kept with the processor, by payment.
SELECT
  l.order_payment_id, MAX(CASE WHEN d.k1 = 'type' THEN d.value END) AS type,
  MAX(CASE WHEN d.k1 = 'maskedCC' THEN d.value END) AS masked
FROM vault_payment_token_order_payment_link AS l
JOIN card_detail AS d ON d.entity_id = l.payment_token_id
GROUP BY l.order_payment_id
