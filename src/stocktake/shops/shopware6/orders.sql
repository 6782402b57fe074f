WITH off AS (
  SELECT order_id, -SUM(total) AS discount FROM order_line WHERE is_discount AND NOT is_part GROUP BY order_id
)
SELECT
  o.id AS order_id, o.site_id, o.number, o.account_id, o.placed_at, o.paid_at, o.shipped_at, o.completed_at, o.status,
  o.status_recorded, o.subtotal + COALESCE(off.discount, 0) AS subtotal, o.shipping, off.discount, o.tax, o.total, o.currency,
  o.ip, o.note AS customer_note, 'source:' || o.ref AS source_id
FROM shop_order AS o
LEFT JOIN off ON off.order_id = o.order_key;
