-- Tables all of whose rows are used.
SELECT 'orders' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM orders
UNION ALL SELECT 'web_shop', NULL, COUNT(*) FROM web_shop
UNION ALL SELECT 'lang', NULL, COUNT(*) FROM lang
UNION ALL SELECT 'currency', NULL, COUNT(*) FROM currency
UNION ALL SELECT 'country', NULL, COUNT(*) FROM country
UNION ALL SELECT 'state_of_country', NULL, COUNT(*) FROM state_of_country
UNION ALL SELECT 'customer', NULL, COUNT(*) FROM customer
UNION ALL SELECT 'employee', NULL, COUNT(*) FROM employee
UNION ALL SELECT 'group_lang', NULL, COUNT(*) FROM group_lang
UNION ALL SELECT 'order_state', NULL, COUNT(*) FROM order_state
UNION ALL SELECT 'order_state_lang', NULL, COUNT(*) FROM order_state_lang
UNION ALL SELECT 'carrier', NULL, COUNT(*) FROM carrier
UNION ALL SELECT 'product', NULL, COUNT(*) FROM product
UNION ALL SELECT 'category_lang', NULL, COUNT(*) FROM category_lang
UNION ALL SELECT 'tax_rule', NULL, COUNT(*) FROM tax_rule
UNION ALL SELECT 'tax', NULL, COUNT(*) FROM tax
UNION ALL SELECT 'guest', NULL, COUNT(*) FROM guest
UNION ALL SELECT 'connections', NULL, COUNT(*) FROM connections;

SELECT
  'configuration' AS table_name,
  CASE WHEN r.name IN (SELECT name FROM setting_name) OR r.name IN (SELECT setting FROM state_setting) THEN NULL
    ELSE 'settings that the mapping does not use' END AS reason,
  COUNT(*) AS rows
FROM configuration AS r
GROUP BY 2;

SELECT
  'shop_url' AS table_name,
  CASE WHEN site.id_shop IS NULL THEN 'addresses of shops that are no longer there' END AS reason, COUNT(*) AS rows
FROM shop_url AS r
LEFT JOIN site ON site.id_shop = r.id_shop
GROUP BY 2;

SELECT
  'meta' AS table_name, CASE WHEN page <> 'index' THEN 'pages of the site' END AS reason, COUNT(*) AS rows
FROM meta
GROUP BY 2;

SELECT
  'meta_lang' AS table_name, CASE WHEN m.page IS NULL OR m.page <> 'index' THEN 'pages of the site' END AS reason,
  COUNT(*) AS rows
FROM meta_lang AS r
LEFT JOIN meta AS m ON m.id_meta = r.id_meta
GROUP BY 2;

SELECT
  'customer_group_rule' AS table_name, CASE WHEN reduction > 0 THEN NULL ELSE 'groups without a discount' END AS reason,
  COUNT(*) AS rows
FROM customer_group_rule
GROUP BY 2;

SELECT
  'address' AS table_name,
  CASE
    WHEN NOT a.is_filled THEN 'addresses without street, town and postcode'
    WHEN c.id_customer IS NULL AND NOT EXISTS (
      SELECT 1 FROM shop_order AS o WHERE a.id_address IN (o.id_address_invoice, o.id_address_delivery))
      THEN 'addresses of suppliers, makers and warehouses, and of customers that are no longer there'
  END AS reason,
  COUNT(*) AS rows
FROM order_address AS a
LEFT JOIN shop_customer AS c ON c.id_customer = a.id_customer AND c.id_customer > 0
GROUP BY 2;

-- Parts of orders.
SELECT
  r.table_name, CASE WHEN o.id_order IS NULL THEN 'parts of orders that are no longer there' END AS reason,
  COUNT(*) AS rows
FROM (
  SELECT 'order_detail' AS table_name, id_order FROM order_detail
  UNION ALL
  SELECT 'order_history', id_order FROM order_history
  UNION ALL
  SELECT 'blockonomics_bitcoin_orders', id_order FROM blockonomics_bitcoin_orders
  UNION ALL
  SELECT 'order_invoice_payment', id_order FROM order_invoice_payment
) AS r
LEFT JOIN shop_order AS o ON o.id_order = r.id_order
GROUP BY 1, 2;

SELECT
  'order_payment' AS table_name,
  CASE
    WHEN x.ref IS NULL THEN 'payments of orders that are no longer there'
    WHEN x.is_in_coins THEN 'payments in coins that stand in the table of the payment module'
  END AS reason,
  COUNT(*) AS rows
FROM order_payment AS r
LEFT JOIN payment_order AS x ON x.ref = r._ref
GROUP BY 2;

SELECT
  'order_carrier' AS table_name,
  CASE
    WHEN o.id_order IS NULL THEN 'parts of orders that are no longer there'
    WHEN COALESCE(TRIM(r.tracking_number), '') = '' THEN 'shipments without a number'
  END AS reason,
  COUNT(*) AS rows
FROM order_carrier AS r
LEFT JOIN shop_order AS o ON o.id_order = r.id_order
GROUP BY 2;

SELECT
  'order_slip' AS table_name,
  CASE
    WHEN x.ref IS NULL THEN 'parts of orders that are no longer there'
    WHEN COALESCE(x.amount, 0) = 0 THEN 'credit slips without an amount'
  END AS reason,
  COUNT(*) AS rows
FROM order_slip AS r
LEFT JOIN refund AS x ON x.ref = r._ref
GROUP BY 2;

SELECT
  'order_slip_detail' AS table_name,
  CASE WHEN s.id_order_slip IS NULL THEN 'parts of orders that are no longer there' END AS reason, COUNT(*) AS rows
FROM order_slip_detail AS r
LEFT JOIN (SELECT DISTINCT id_order_slip FROM order_slip) AS s ON s.id_order_slip = r.id_order_slip
GROUP BY 2;

SELECT
  'order_return' AS table_name,
  CASE
    WHEN o.id_order IS NULL THEN 'parts of orders that are no longer there'
    WHEN COALESCE(TRIM(r.question), '') = '' THEN 'returns without a comment'
  END AS reason,
  COUNT(*) AS rows
FROM order_return AS r
LEFT JOIN shop_order AS o ON o.id_order = r.id_order
GROUP BY 2;

SELECT
  'message' AS table_name, CASE WHEN COALESCE(TRIM(message), '') = '' THEN 'messages without text' END AS reason,
  COUNT(*) AS rows
FROM message
GROUP BY 2;

SELECT
  'customer_thread' AS table_name,
  CASE WHEN m.id_customer_thread IS NULL THEN 'threads without a message' END AS reason, COUNT(*) AS rows
FROM customer_thread AS r
LEFT JOIN (SELECT DISTINCT id_customer_thread FROM customer_message) AS m
  ON m.id_customer_thread = r.id_customer_thread
GROUP BY 2;

SELECT
  'customer_message' AS table_name,
  CASE
    WHEN t.id_customer_thread IS NULL THEN 'messages of threads that are no longer there'
    WHEN COALESCE(TRIM(r.message), '') = '' THEN 'messages without text'
  END AS reason,
  COUNT(*) AS rows
FROM customer_message AS r
LEFT JOIN customer_thread AS t ON t.id_customer_thread = r.id_customer_thread
GROUP BY 2;

SELECT
  'mail' AS table_name, CASE WHEN COALESCE(TRIM(recipient), '') = '' THEN 'mails to nobody' END AS reason,
  COUNT(*) AS rows
FROM mail
GROUP BY 2;

-- Parts of products.
SELECT
  r.table_name, CASE WHEN p.id_product IS NULL THEN 'parts of products that are no longer there' END AS reason,
  COUNT(*) AS rows
FROM (
  SELECT 'product_shop' AS table_name, id_product FROM product_shop
  UNION ALL
  SELECT 'product_lang', id_product FROM product_lang
  UNION ALL
  SELECT 'product_attribute', id_product FROM product_attribute
  UNION ALL
  SELECT 'category_product', id_product FROM category_product
  UNION ALL
  SELECT 'product_comment', id_product FROM product_comment
) AS r
LEFT JOIN product_text AS p ON p.id_product = r.id_product
GROUP BY 1, 2;

SELECT
  'stock_available' AS table_name,
  CASE
    WHEN p.id_product IS NULL THEN 'parts of products that are no longer there'
    WHEN r.id_product_attribute <> 0 THEN 'stock of a choice; the product''s own is mapped'
  END AS reason,
  COUNT(*) AS rows
FROM stock_available AS r
LEFT JOIN product_text AS p ON p.id_product = r.id_product
GROUP BY 2;

SELECT
  'specific_price' AS table_name,
  CASE WHEN x.reason IS NOT NULL THEN x.reason WHEN x.price IS NULL THEN 'prices that can''t be read' END AS reason,
  COUNT(*) AS rows
FROM price_rule AS x
GROUP BY 2;

SELECT 'webservice_account' AS table_name, 'keys of programs that may use the shop' AS reason, COUNT(*) AS rows
FROM webservice_account;
