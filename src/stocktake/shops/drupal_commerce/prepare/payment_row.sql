-- Payments with the card they were made by. One made in the gateway's test mode is no payment.
SELECT
  p.payment_id, p.order_id, p._ref AS ref, p.amount__number AS amount, p.amount__currency_code AS currency,
  COALESCE(p.refunded_amount__number, 0) AS refunded, NULLIF(p.remote_id, '') AS reference, p.state,
  CASE WHEN m.type = 'credit_card' THEN 'card' ELSE COALESCE(w.method, 'other') END AS method,
  COALESCE(w.provider, NULLIF(p.payment_gateway, '')) AS provider, w.asset, NULLIF(t.card_type, '') AS card_brand,
  NULLIF(REGEXP_EXTRACT(COALESCE(n.card_number, ''), '([0-9]{4})$', 1), '') AS card_last4,
  CASE WHEN p.payment_gateway_mode = 'test' THEN 'failed' ELSE COALESCE(s.status, 'pending') END AS status,
  COALESCE(p.payment_gateway_mode, '') = 'test' AS is_test, s.status IS NULL AS is_unknown,
  unix_to_utc(NULLIF(p.completed, 0)) AS completed_at, unix_to_utc(NULLIF(p.authorized, 0)) AS authorized_at
FROM commerce_payment AS p
LEFT JOIN payment_state AS s ON s.state = p.state
LEFT JOIN paid_with AS w ON w.code = p.payment_gateway
LEFT JOIN commerce_payment_method AS m ON m.method_id = p.payment_method
LEFT JOIN (
  SELECT entity_id, MIN(card_type_value) AS card_type FROM commerce_payment_method__card_type GROUP BY entity_id
) AS t ON t.entity_id = p.payment_method
LEFT JOIN (
  SELECT entity_id, MIN(card_number_value) AS card_number FROM commerce_payment_method__card_number GROUP BY entity_id
) AS n ON n.entity_id = p.payment_method
