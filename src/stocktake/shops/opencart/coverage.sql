SELECT 'order' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM "order";

SELECT
  'order_product' AS table_name,
  CASE WHEN o.order_id IS NULL THEN 'parts of orders that are no longer there' END AS reason,
  COUNT(*) AS rows
FROM order_product AS r
LEFT JOIN shop_order AS o ON o.order_id = r.order_id
GROUP BY 2;

SELECT
  'order_option' AS table_name,
  CASE WHEN o.order_id IS NULL THEN 'parts of orders that are no longer there' END AS reason,
  COUNT(*) AS rows
FROM order_option AS r
LEFT JOIN shop_order AS o ON o.order_id = r.order_id
GROUP BY 2;

SELECT
  'order_total' AS table_name,
  CASE WHEN o.order_id IS NULL THEN 'parts of orders that are no longer there' END AS reason,
  COUNT(*) AS rows
FROM order_total AS r
LEFT JOIN shop_order AS o ON o.order_id = r.order_id
GROUP BY 2;

SELECT
  'order_voucher' AS table_name,
  CASE WHEN o.order_id IS NULL THEN 'parts of orders that are no longer there' END AS reason,
  COUNT(*) AS rows
FROM order_voucher AS r
LEFT JOIN shop_order AS o ON o.order_id = r.order_id
GROUP BY 2;

SELECT
  'order_history' AS table_name,
  CASE WHEN o.order_id IS NULL THEN 'parts of orders that are no longer there' END AS reason,
  COUNT(*) AS rows
FROM order_history AS r
LEFT JOIN shop_order AS o ON o.order_id = r.order_id
GROUP BY 2;

SELECT
  'order_shipment' AS table_name,
  CASE
    WHEN o.order_id IS NULL THEN 'parts of orders that are no longer there'
    WHEN COALESCE(r.tracking_number, '') = '' THEN 'shipments without a number'
  END AS reason,
  COUNT(*) AS rows
FROM order_shipment AS r
LEFT JOIN shop_order AS o ON o.order_id = r.order_id
GROUP BY 2;

SELECT
  'blockonomics_bitcoin_orders' AS table_name,
  CASE WHEN o.order_id IS NULL THEN 'payments of orders that are no longer there' END AS reason,
  COUNT(*) AS rows
FROM blockonomics_bitcoin_orders AS r
LEFT JOIN shop_order AS o ON o.order_id = r.id_order
GROUP BY 2;

SELECT 'shipping_courier' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM shipping_courier;

SELECT 'order_status' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM order_status;

SELECT 'store' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM store;

SELECT 'language' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM language;

SELECT 'currency' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM currency;

SELECT
  'setting' AS table_name,
  CASE WHEN key IN (SELECT key FROM setting_key) THEN NULL
    ELSE 'settings that the mapping does not use' END AS reason,
  COUNT(*) AS rows
FROM setting
GROUP BY 2;

SELECT 'product' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM product;

SELECT
  'product_description' AS table_name,
  CASE WHEN p.product_id IS NULL THEN 'parts of products that are no longer there' END AS reason,
  COUNT(*) AS rows
FROM product_description AS r
LEFT JOIN product_text AS p ON p.product_id = r.product_id
GROUP BY 2;

SELECT
  'product_discount' AS table_name,
  CASE WHEN p.product_id IS NULL THEN 'parts of products that are no longer there' END AS reason,
  COUNT(*) AS rows
FROM product_discount AS r
LEFT JOIN product_text AS p ON p.product_id = r.product_id
GROUP BY 2;

SELECT
  'product_special' AS table_name,
  CASE WHEN p.product_id IS NULL THEN 'parts of products that are no longer there' END AS reason,
  COUNT(*) AS rows
FROM product_special AS r
LEFT JOIN product_text AS p ON p.product_id = r.product_id
GROUP BY 2;

SELECT
  'product_to_category' AS table_name,
  CASE WHEN p.product_id IS NULL THEN 'parts of products that are no longer there' END AS reason,
  COUNT(*) AS rows
FROM product_to_category AS r
LEFT JOIN product_text AS p ON p.product_id = r.product_id
GROUP BY 2;

SELECT
  'product_to_store' AS table_name,
  CASE WHEN p.product_id IS NULL THEN 'parts of products that are no longer there' END AS reason,
  COUNT(*) AS rows
FROM product_to_store AS r
LEFT JOIN product_text AS p ON p.product_id = r.product_id
GROUP BY 2;

SELECT 'category_description' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM category_description;

SELECT 'customer' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM customer;

SELECT
  'customer_activity' AS table_name,
  CASE
    WHEN c.customer_id IS NULL THEN 'parts of customers that are no longer there'
    WHEN r.key <> 'login' THEN 'what customers did on the site'
  END AS reason,
  COUNT(*) AS rows
FROM customer_activity AS r
LEFT JOIN shop_customer AS c ON c.customer_id = r.customer_id
GROUP BY 2;

SELECT
  'customer_transaction' AS table_name,
  CASE WHEN c.customer_id IS NULL THEN 'parts of customers that are no longer there' END AS reason,
  COUNT(*) AS rows
FROM customer_transaction AS r
LEFT JOIN shop_customer AS c ON c.customer_id = r.customer_id
GROUP BY 2;

SELECT
  'customer_history' AS table_name,
  CASE
    WHEN c.customer_id IS NULL THEN 'parts of customers that are no longer there'
    WHEN COALESCE(TRIM(r.comment), '') = '' THEN 'notes without text'
  END AS reason,
  COUNT(*) AS rows
FROM customer_history AS r
LEFT JOIN shop_customer AS c ON c.customer_id = r.customer_id
GROUP BY 2;

SELECT 'customer_group_description' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM customer_group_description;

SELECT
  'address' AS table_name,
  CASE
    WHEN c.customer_id IS NULL THEN 'parts of customers that are no longer there'
    WHEN TRIM(COALESCE(r.address_1, '') || COALESCE(r.city, '') || COALESCE(r.postcode, '')) = ''
      THEN 'addresses without street, town and postcode'
  END AS reason,
  COUNT(*) AS rows
FROM address AS r
LEFT JOIN shop_customer AS c ON c.customer_id = r.customer_id
GROUP BY 2;

SELECT 'country' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM country;

SELECT 'zone' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM zone;

SELECT 'user' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM "user";

SELECT 'user_group' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM user_group;

SELECT
  'review' AS table_name,
  CASE WHEN p.product_id IS NULL THEN 'parts of products that are no longer there' END AS reason,
  COUNT(*) AS rows
FROM review AS r
LEFT JOIN product_text AS p ON p.product_id = r.product_id
GROUP BY 2;

SELECT
  'return' AS table_name,
  CASE WHEN COALESCE(TRIM(comment), '') = '' THEN 'returns without a comment' END AS reason,
  COUNT(*) AS rows
FROM "return"
GROUP BY 2;

SELECT
  'worldpay_order' AS table_name,
  CASE WHEN o.order_id IS NULL THEN 'payments of orders that are no longer there' END AS reason,
  COUNT(*) AS rows
FROM worldpay_order AS r
LEFT JOIN shop_order AS o ON o.order_id = r.order_id
GROUP BY 2;

SELECT
  'worldpay_order_transaction' AS table_name,
  CASE WHEN e.ref IS NULL THEN 'payments of orders that are no longer there' END AS reason,
  COUNT(*) AS rows
FROM worldpay_order_transaction AS r
LEFT JOIN processor_event AS e ON e.ref = r._ref
GROUP BY 2;

SELECT
  'worldpay_card' AS table_name,
  CASE WHEN o.order_id IS NULL THEN 'cards of orders that are no longer there' END AS reason,
  COUNT(*) AS rows
FROM worldpay_card AS r
LEFT JOIN shop_order AS o ON o.order_id = r.order_id
GROUP BY 2;

SELECT 'customer_ip' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM customer_ip;

SELECT 'customer_online' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM customer_online;

SELECT
  'order_recurring' AS table_name,
  CASE WHEN o.order_id IS NULL THEN 'parts of orders that are no longer there' END AS reason,
  COUNT(*) AS rows
FROM order_recurring AS r
LEFT JOIN shop_order AS o ON o.order_id = r.order_id
GROUP BY 2;

SELECT
  'order_recurring_transaction' AS table_name,
  CASE
    WHEN o.order_id IS NULL THEN 'parts of orders that are no longer there'
    WHEN t.type NOT IN ('1', '2') OR COALESCE(t.amount, 0) <= 0 THEN 'steps of a recurring order that are no payment'
  END AS reason,
  COUNT(*) AS rows
FROM order_recurring_transaction AS t
LEFT JOIN order_recurring AS r ON r.order_recurring_id = t.order_recurring_id
LEFT JOIN shop_order AS o ON o.order_id = r.order_id
GROUP BY 2;

-- A choice of one that no longer has a product, or of which the shop's language has no name, is no variation.
SELECT
  'product_option_value' AS table_name,
  CASE
    WHEN p.product_id IS NULL THEN 'parts of products that are no longer there'
    WHEN o.option_id IS NULL OR n.option_value_id IS NULL THEN 'choices without a name in the shop''s language'
    WHEN COALESCE(v.price_prefix, '+') NOT IN ('+', '-', '') THEN 'choices whose price is not told in money'
  END AS reason,
  COUNT(*) AS rows
FROM product_option_value AS v
JOIN shop_language AS language ON TRUE
LEFT JOIN product_text AS p ON p.product_id = v.product_id
LEFT JOIN option_description AS o ON o.option_id = v.option_id AND o.language_id = language.language_id
LEFT JOIN option_value_description AS n
  ON n.option_value_id = v.option_value_id AND n.language_id = language.language_id
GROUP BY 2;

SELECT
  'option_description' AS table_name,
  CASE WHEN o.language_id <> language.language_id THEN 'in another language than the shop''s' END AS reason,
  COUNT(*) AS rows
FROM option_description AS o
JOIN shop_language AS language ON TRUE
GROUP BY 2;

SELECT
  'option_value_description' AS table_name,
  CASE WHEN o.language_id <> language.language_id THEN 'in another language than the shop''s' END AS reason,
  COUNT(*) AS rows
FROM option_value_description AS o
JOIN shop_language AS language ON TRUE
GROUP BY 2;
