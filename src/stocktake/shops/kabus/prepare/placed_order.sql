SELECT
  o.id, o._ref AS ref, 'order:' || o._ref AS order_id, o.unique_url, o.subtotal, o.commission, o.total,
  o.status AS status_recorded, COALESCE(w.status, 'unknown') AS status, o.payment_address, o.required_xmr_amount,
  o.total_received_xmr, o.xmr_usd_rate, NULLIF(TRIM(o.shipping_address), '') AS shipping_address,
  NULLIF(TRIM(o.encrypted_message), '') AS encrypted_message, o.is_paid, o.created_at, o.paid_at, o.sent_at,
  o.completed_at, o.vendor_payment_amount, o.vendor_payment_address, o.vendor_payment_at, o.buyer_refund_amount,
  o.buyer_refund_address, o.buyer_refund_at,
  COALESCE(b.account_id, 'account:' || site.users_ref || '/' || o.user_id) AS account_id,
  COALESCE(v.account_id, 'account:' || site.users_ref || '/' || o.vendor_id) AS vendor_account_id
FROM orders AS o
CROSS JOIN site
LEFT JOIN member AS b ON b.id = o.user_id
LEFT JOIN member AS v ON v.id = o.vendor_id
LEFT JOIN status_words AS w ON w.recorded = LOWER(o.status)
