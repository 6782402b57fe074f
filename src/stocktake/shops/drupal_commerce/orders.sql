SELECT
  o.id AS order_id, o.site_id, o.number, o.account_id, o.placed_at, p.paid_at, s.shipped_at, o.completed_at, o.status,
  o.status_recorded, o.subtotal, o.shipping, o.discount, o.tax, o.total, o.currency, o.ip, o.note AS customer_note,
  'source:' || o.ref AS source_id
FROM shop_order AS o
LEFT JOIN (
  SELECT order_id, MIN(completed_at) AS paid_at FROM payment_row WHERE status = 'confirmed' GROUP BY order_id
) AS p ON p.order_id = o.order_id
LEFT JOIN (
  SELECT order_id, MIN(unix_to_utc(NULLIF(shipped, 0))) AS shipped_at FROM commerce_shipment GROUP BY order_id
) AS s ON s.order_id = o.order_id;
