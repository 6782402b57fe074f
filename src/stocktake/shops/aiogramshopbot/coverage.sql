SELECT 'users' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM users;
SELECT 'categories' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM categories;

SELECT
  'subcategories' AS table_name, CASE WHEN i.subcategory_id IS NULL THEN 'names of goods of which there is none' END
    AS reason,
  COUNT(*) AS rows
FROM subcategories AS s
LEFT JOIN (SELECT DISTINCT subcategory_id FROM items) AS i ON i.subcategory_id = s.id
GROUP BY 2;

SELECT 'items' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM items;
SELECT 'buys' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM buys;

SELECT
  'buyItem' AS table_name, CASE WHEN b.id IS NULL THEN 'items of purchases that are no longer there' END AS reason,
  COUNT(*) AS rows
FROM buyItem AS x
LEFT JOIN buys AS b ON b.id = x.buy_id
GROUP BY 2;

SELECT 'deposits' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM deposits;

SELECT
  'payments' AS table_name, CASE WHEN is_paid THEN 'payments that deposits tell' END AS reason, COUNT(*) AS rows
FROM payments
GROUP BY 2;

SELECT 'reviews' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM reviews;
