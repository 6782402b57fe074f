SELECT 'users' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM users;
SELECT 'vendors' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM vendors;
SELECT 'admins' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM admins;
SELECT 'categories' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM categories;
SELECT 'products' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM products;
SELECT 'purchases' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM purchases;
SELECT 'feedback' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM feedback;
SELECT 'dispute_messages' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM dispute_messages;
SELECT 'ticket_replies' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM ticket_replies;
SELECT 'addresses' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM addresses;
SELECT 'vendor_purchases' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM vendor_purchases;
SELECT 'messages' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM messages;

SELECT
  'offers' AS table_name, CASE WHEN p.id IS NULL THEN 'offers of products that are no longer there' END AS reason,
  COUNT(*) AS rows
FROM offers AS o
LEFT JOIN products AS p ON p.id = o.product_id
GROUP BY 2;

SELECT
  'shippings' AS table_name, CASE WHEN x.shipping_id IS NULL THEN 'ways of sending that nobody chose' END AS reason,
  COUNT(*) AS rows
FROM shippings AS s
LEFT JOIN (SELECT DISTINCT shipping_id FROM purchases) AS x ON x.shipping_id = s.id
GROUP BY 2;

SELECT 'disputes' AS table_name, 'who won; what was written in them is mapped' AS reason, COUNT(*) AS rows FROM disputes;
SELECT 'conversations' AS table_name, 'who writes to whom; the messages say so too' AS reason, COUNT(*) AS rows
FROM conversations;
SELECT
  'tickets' AS table_name, CASE WHEN r.ticket_id IS NULL THEN 'tickets in which nothing was written' END AS reason,
  COUNT(*) AS rows
FROM tickets AS t
LEFT JOIN (SELECT DISTINCT ticket_id FROM ticket_replies) AS r ON r.ticket_id = t.id
GROUP BY 2;
