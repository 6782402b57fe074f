SELECT
  o.id AS order_id, o.site_id, o.number, o.account_id, o.placed_at,
  CASE WHEN o.total_paid > 0 THEN COALESCE(e.invoiced_at, e.captured_at) END AS paid_at, e.shipped_at, e.completed_at,
  o.status, o.status_recorded, o.subtotal, o.shipping_amount AS shipping, o.discount, o.tax_amount AS tax, o.total,
  o.currency, o.ip, COALESCE(o.note, NULLIF(g.message, '')) AS customer_note, 'source:' || o.ref AS source_id
FROM shop_order AS o
LEFT JOIN order_event AS e ON e.order_id = o.entity_id
LEFT JOIN (
  SELECT gift_message_id, MIN(message) AS message FROM gift_message GROUP BY gift_message_id
) AS g ON g.gift_message_id = o.gift_message_id;
