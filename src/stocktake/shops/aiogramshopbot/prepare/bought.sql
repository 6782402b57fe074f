-- Purchases. Goods are handed over at once, from the balance; only those that are sent have further states.
SELECT
  b.id, b._ref AS ref, 'order:' || b._ref AS order_id, b.total_price, b.discount, b.buy_datetime,
  COALESCE(u.account_id, 'account:' || site.users_ref || '/' || CAST(b.buyer_id AS VARCHAR)) AS account_id,
  CASE WHEN b.is_refunded THEN 'refunded' ELSE COALESCE(NULLIF(b.status, ''), 'sold') END AS status_recorded,
  CASE
    WHEN b.is_refunded THEN 'refunded' WHEN COALESCE(b.status, '') = '' THEN 'completed'
    ELSE COALESCE(w.status, 'unknown')
  END AS status,
  NULLIF(TRIM(b.shipping_address), '') AS shipping_address, NULLIF(TRIM(b.track_number), '') AS track_number
FROM buys AS b
CROSS JOIN site
LEFT JOIN buyer AS u ON u.id = b.buyer_id
LEFT JOIN status_words AS w ON w.recorded = LOWER(b.status)
