-- What the payment processor's extension noted: payments and refunds, in the order's own currency.
SELECT
  o.order_id, o.id, o.site_id, t._ref AS ref, t.type, t.amount,
  COALESCE(NULLIF(w.currency_code, ''), o.currency) AS currency, NULLIF(w.order_code, '') AS code,
  local_to_utc(t.date_added, o.zone) AS happened_at
FROM worldpay_order_transaction AS t
JOIN worldpay_order AS w ON w.worldpay_order_id = t.worldpay_order_id
JOIN shop_order AS o ON o.order_id = w.order_id
