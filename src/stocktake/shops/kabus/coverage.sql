SELECT 'users' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM users;
SELECT 'roles' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM roles;
SELECT 'role_user' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM role_user;
SELECT 'categories' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM categories;
SELECT 'products' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM products;
SELECT 'orders' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM orders;
SELECT 'product_reviews' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM product_reviews;
SELECT 'disputes' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM disputes;
SELECT 'dispute_messages' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM dispute_messages;
SELECT 'messages' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM messages;
SELECT 'return_addresses' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM return_addresses;
SELECT 'vendor_payment_subaddresses' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM vendor_payment_subaddresses;

SELECT
  'order_items' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows
FROM order_items;
SELECT 'secret_phrases' AS table_name, 'words by which members know the market' AS reason, COUNT(*) AS rows
FROM secret_phrases;
