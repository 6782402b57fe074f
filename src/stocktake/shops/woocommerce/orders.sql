WITH line AS (SELECT order_id, SUM(subtotal) AS subtotal FROM order_item GROUP BY order_id),
sent AS (SELECT order_id, MIN(shipped_at) AS at FROM tracking GROUP BY order_id)
SELECT
  o.id AS order_id, site.site_id, o.number, o.account_id, o.placed_at, o.paid_at, sent.at AS shipped_at,
  o.completed_at, o.status, o.status_recorded, line.subtotal, o.shipping, o.discount, o.tax, o.total,
  o.currency, o.ip, o.user_agent, NULLIF(o.note, '') AS customer_note, o.placed_at_recorded,
  'source:' || o.ref AS source_id
FROM shop_order AS o
CROSS JOIN site
LEFT JOIN line ON line.order_id = o.id
LEFT JOIN sent ON sent.order_id = o.order_id
WHERE o.type = 'shop_order';
