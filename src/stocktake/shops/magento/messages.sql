-- Comments on an order, its shipments, invoices and credit memos; one with notice went to the buyer by mail.
WITH told AS (
  SELECT h._ref AS ref, h.parent_id AS order_id, h.is_customer_notified, h.comment, h.created_at, h.status AS subject
  FROM sales_order_status_history AS h
  UNION ALL
  SELECT c._ref, s.order_id, c.is_customer_notified, c.comment, c.created_at, 'shipment'
  FROM shipment_comment AS c JOIN sales_shipment AS s ON s.entity_id = c.parent_id
  UNION ALL
  SELECT c._ref, s.order_id, c.is_customer_notified, c.comment, c.created_at, 'invoice'
  FROM invoice_comment AS c JOIN sales_invoice AS s ON s.entity_id = c.parent_id
  UNION ALL
  SELECT c._ref, s.order_id, c.is_customer_notified, c.comment, c.created_at, 'credit memo'
  FROM creditmemo_comment AS c JOIN sales_creditmemo AS s ON s.entity_id = c.parent_id
)
SELECT
  'message:' || t.ref AS message_id, o.site_id, 'order ' || o.number AS thread,
  CASE WHEN t.is_customer_notified = 1 THEN o.account_id END AS to_account_id, o.id AS order_id, t.created_at AS at,
  t.subject, t.comment AS body, 'source:' || t.ref AS source_id
FROM told AS t
JOIN shop_order AS o ON o.entity_id = t.order_id
WHERE TRIM(t.comment) <> '';

-- What a buyer wrote to go with the goods.
SELECT
  'message:' || g._ref AS message_id, o.site_id, 'order ' || o.number AS thread, o.account_id AS from_account_id,
  o.id AS order_id, o.placed_at AS at,
  'gift message' || CASE WHEN g.recipient <> '' THEN ' to ' || g.recipient ELSE '' END AS subject, g.message AS body,
  'source:' || g._ref AS source_id
FROM gift_message AS g
JOIN (
  SELECT gift_message_id, MIN(entity_id) AS entity_id FROM shop_order WHERE gift_message_id > 0 GROUP BY gift_message_id
) AS x ON x.gift_message_id = g.gift_message_id
JOIN shop_order AS o ON o.entity_id = x.entity_id
WHERE TRIM(g.message) <> '';
