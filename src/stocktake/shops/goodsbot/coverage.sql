SELECT 'users' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM users;
SELECT 'roles' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM roles;
SELECT 'categories' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM categories;
SELECT 'goods' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM goods;
SELECT 'item_values' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM item_values;
SELECT 'bought_goods' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM bought_goods;

SELECT
  'operations' AS table_name, CASE WHEN is_told THEN 'top-ups that the payment processor''s row tells' END AS reason,
  COUNT(*) AS rows
FROM top_up
WHERE stands_in = 'operations'
GROUP BY 2;

SELECT 'payments' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM payments;
