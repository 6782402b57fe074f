SELECT
  'payment:' || p.ref AS payment_id, o.id AS order_id, o.site_id, p.method, p.provider, p.amount,
  COALESCE(NULLIF(p.currency, ''), o.currency) AS currency, p.asset, p.reference AS txid, p.card_brand, p.card_last4, p.status,
  COALESCE(p.completed_at, p.authorized_at, o.placed_at) AS at, p.reference, 'source:' || p.ref AS source_id
FROM payment_row AS p
JOIN shop_order AS o ON o.order_id = p.order_id;

-- What went back stands as a sum on the payment, without a date: the shop's log has it, or else when the order
-- was last changed is taken.
SELECT
  'payment:' || p.ref || '/refund' AS payment_id, o.id AS order_id, o.site_id, p.method, p.provider, -p.refunded AS amount,
  COALESCE(NULLIF(p.currency, ''), o.currency) AS currency, 'refunded' AS status,
  COALESCE(unix_to_utc(t.refunded), o.changed_at, p.completed_at) AS at, p.reference, 'derived' AS basis,
  'source:' || p.ref AS source_id
FROM payment_row AS p
JOIN shop_order AS o ON o.order_id = p.order_id
LEFT JOIN refund_time AS t ON t.order_id = o.order_id
WHERE p.refunded > 0 AND NOT p.is_test;

-- An order without a payment of its own: it may be complete and yet unpaid, so that its own sum of what was paid
-- decides.
SELECT
  'payment:' || o.ref AS payment_id, o.id AS order_id, o.site_id, 'other' AS method, o.total AS amount, o.currency,
  CASE
    WHEN o.status = 'cancelled' THEN 'failed'
    WHEN o.total_paid >= o.total AND o.total_paid > 0 THEN 'confirmed'
    ELSE 'pending'
  END AS status,
  o.placed_at AS at, 'source:' || o.ref AS source_id
FROM shop_order AS o
WHERE o.status <> 'abandoned' AND o.order_id NOT IN (SELECT order_id FROM payment_row WHERE order_id IS NOT NULL);
