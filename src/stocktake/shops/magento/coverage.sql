-- Tables all of whose rows are used.
SELECT 'sales_order' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM sales_order
UNION ALL SELECT 'website', NULL, COUNT(*) FROM website
UNION ALL SELECT 'store', NULL, COUNT(*) FROM store
UNION ALL SELECT 'eav_entity_type', NULL, COUNT(*) FROM eav_entity_type
UNION ALL SELECT 'customer_group', NULL, COUNT(*) FROM customer_group
UNION ALL SELECT 'customer_entity', NULL, COUNT(*) FROM customer_entity
UNION ALL SELECT 'admin_user', NULL, COUNT(*) FROM admin_user
UNION ALL SELECT 'authorization_role', NULL, COUNT(*) FROM authorization_role
UNION ALL SELECT 'sales_order_status_state', NULL, COUNT(*) FROM sales_order_status_state
UNION ALL SELECT 'review_entity', NULL, COUNT(*) FROM review_entity
UNION ALL SELECT 'log_url', NULL, COUNT(*) FROM log_url
UNION ALL SELECT 'log_url_info', NULL, COUNT(*) FROM log_url_info
UNION ALL SELECT 'log_visitor_info', NULL, COUNT(*) FROM log_visitor_info
UNION ALL SELECT 'log_visitor', NULL, COUNT(*) FROM log_visitor
UNION ALL SELECT 'setup_module', 'which parts of the software are installed', COUNT(*) FROM setup_module
UNION ALL SELECT 'patch_list', 'which parts of the software are installed', COUNT(*) FROM patch_list
UNION ALL SELECT 'core_resource', 'which parts of the software are installed', COUNT(*) FROM core_resource;

SELECT
  'core_config_data' AS table_name,
  CASE WHEN path IN (SELECT path FROM used_path) THEN NULL ELSE 'settings that the mapping does not use' END AS reason,
  COUNT(*) AS rows
FROM core_config_data
GROUP BY 2;

SELECT
  'eav_attribute' AS table_name,
  CASE WHEN a.attribute_id IS NULL THEN 'attributes that the mapping does not use' END AS reason, COUNT(*) AS rows
FROM eav_attribute AS r
LEFT JOIN attribute_code AS a ON a.attribute_id = r.attribute_id
GROUP BY 2;

SELECT
  'catalog_product_entity' AS table_name,
  CASE WHEN p.ref IS NULL THEN 'other versions of a product that stands in another row' END AS reason, COUNT(*) AS rows
FROM catalog_product_entity AS r
LEFT JOIN product AS p ON p.ref = r._ref
GROUP BY 2;

-- Attributes of products.
SELECT
  r.table_name,
  CASE
    WHEN p.value_of IS NULL THEN 'parts of products that are no longer there'
    WHEN a.attribute_id IS NULL THEN 'attributes that the mapping does not use'
  END AS reason,
  COUNT(*) AS rows
FROM (
  SELECT 'product_varchar' AS table_name, entity_id, attribute_id FROM product_varchar
  UNION ALL
  SELECT 'product_text', entity_id, attribute_id FROM product_text
  UNION ALL
  SELECT 'product_int', entity_id, attribute_id FROM product_int
  UNION ALL
  SELECT 'product_decimal', entity_id, attribute_id FROM product_decimal
  UNION ALL
  SELECT 'product_datetime', entity_id, attribute_id FROM product_datetime
) AS r
LEFT JOIN product AS p ON p.value_of = r.entity_id
LEFT JOIN attribute_code AS a ON a.attribute_id = r.attribute_id AND a.entity = 'catalog_product'
GROUP BY 1, 2;

SELECT
  'category_varchar' AS table_name,
  CASE WHEN a.attribute_id IS NULL THEN 'attributes that the mapping does not use' END AS reason, COUNT(*) AS rows
FROM category_varchar AS r
LEFT JOIN attribute_code AS a ON a.attribute_id = r.attribute_id AND a.entity = 'catalog_category'
GROUP BY 2;

-- Attributes of customers and their addresses.
SELECT
  r.table_name,
  CASE
    WHEN r.is_gone THEN 'parts of customers that are no longer there'
    WHEN a.attribute_id IS NULL THEN 'attributes that the mapping does not use'
  END AS reason,
  COUNT(*) AS rows
FROM (
  SELECT 'customer_varchar' AS table_name, v.attribute_id, c.entity_id IS NULL AS is_gone
  FROM customer_varchar AS v LEFT JOIN customer_entity AS c ON c.entity_id = v.entity_id
  UNION ALL
  SELECT 'address_varchar', v.attribute_id, c.entity_id IS NULL
  FROM address_varchar AS v LEFT JOIN customer_address_entity AS c ON c.entity_id = v.entity_id
  UNION ALL
  SELECT 'address_text', v.attribute_id, c.entity_id IS NULL
  FROM address_text AS v LEFT JOIN customer_address_entity AS c ON c.entity_id = v.entity_id
) AS r
LEFT JOIN attribute_code AS a ON a.attribute_id = r.attribute_id
GROUP BY 1, 2;

-- Parts of products.
SELECT
  r.table_name, CASE WHEN p.entity_id IS NULL THEN 'parts of products that are no longer there' END AS reason,
  COUNT(*) AS rows
FROM (
  SELECT 'catalog_product_website' AS table_name, product_id FROM catalog_product_website
  UNION ALL
  SELECT 'catalog_category_product', product_id FROM catalog_category_product
  UNION ALL
  SELECT 'stock_item', product_id FROM stock_item
) AS r
LEFT JOIN product AS p ON p.entity_id = r.product_id
GROUP BY 1, 2;

SELECT
  r.table_name, CASE WHEN p.value_of IS NULL THEN 'parts of products that are no longer there' END AS reason,
  COUNT(*) AS rows
FROM (
  SELECT 'tier_price' AS table_name, entity_id FROM tier_price
  UNION ALL
  SELECT 'group_price', entity_id FROM group_price
) AS r
LEFT JOIN product AS p ON p.value_of = r.entity_id
GROUP BY 1, 2;

SELECT
  r.table_name, CASE WHEN c.customer_id IS NULL THEN 'parts of customers that are no longer there' END AS reason,
  COUNT(*) AS rows
FROM (SELECT 'customer_log' AS table_name, customer_id FROM customer_log) AS r
LEFT JOIN shop_customer AS c ON c.customer_id = r.customer_id
GROUP BY 1, 2;

SELECT
  'customer_address_entity' AS table_name,
  CASE
    WHEN c.customer_id IS NULL THEN 'parts of customers that are no longer there'
    WHEN TRIM(COALESCE(a.street, '') || COALESCE(a.city, '') || COALESCE(a.postcode, '')) = ''
      THEN 'addresses without street, town and postcode'
  END AS reason,
  COUNT(*) AS rows
FROM address_value AS a
LEFT JOIN shop_customer AS c ON c.customer_id = a.customer_id
GROUP BY 2;

SELECT
  'admin_user_session' AS table_name,
  CASE WHEN u.user_id IS NULL THEN 'visits of people that are no longer there' END AS reason, COUNT(*) AS rows
FROM admin_user_session AS r
LEFT JOIN shop_user AS u ON u.user_id = r.user_id
GROUP BY 2;

-- Parts of orders.
SELECT
  r.table_name, CASE WHEN o.entity_id IS NULL THEN 'parts of orders that are no longer there' ELSE r.reason END AS reason,
  COUNT(*) AS rows
FROM (
  SELECT
    'sales_order_item' AS table_name, order_id,
    CASE WHEN parent_item_id IS NOT NULL THEN 'parts of a line: the choice of a configurable product, or of a bundle' END
      AS reason
  FROM sales_order_item
  UNION ALL
  SELECT 'sales_order_payment', parent_id, NULL FROM sales_order_payment
  UNION ALL
  SELECT
    'sales_order_address', parent_id,
    CASE WHEN TRIM(COALESCE(street, '') || COALESCE(city, '') || COALESCE(postcode, '')) = ''
      THEN 'addresses without street, town and postcode' END
  FROM sales_order_address
  UNION ALL
  SELECT 'sales_order_status_history', parent_id, NULL FROM sales_order_status_history
  UNION ALL
  SELECT
    'sales_payment_transaction', order_id,
    CASE WHEN txn_type NOT IN ('capture', 'payment') THEN 'steps of a payment other than its capture' END
  FROM sales_payment_transaction
  UNION ALL
  SELECT 'sales_invoice', order_id, CASE WHEN state <> 2 THEN 'invoices that are not paid' END FROM sales_invoice
  UNION ALL
  SELECT 'sales_shipment', order_id, NULL FROM sales_shipment
  UNION ALL
  SELECT
    'sales_shipment_track', order_id,
    CASE WHEN COALESCE(TRIM(track_number), '') = '' THEN 'shipments without a number' END
  FROM sales_shipment_track
  UNION ALL
  SELECT
    'sales_creditmemo', order_id,
    CASE WHEN state = 3 THEN 'cancelled credit memos' WHEN COALESCE(grand_total, 0) = 0 THEN 'credit memos of nothing' END
  FROM sales_creditmemo
) AS r
LEFT JOIN shop_order AS o ON o.entity_id = r.order_id
GROUP BY 1, 2;

SELECT
  r.table_name,
  CASE
    WHEN o.entity_id IS NULL THEN 'parts of orders that are no longer there'
    WHEN COALESCE(TRIM(r.comment), '') = '' THEN 'comments without text'
  END AS reason,
  COUNT(*) AS rows
FROM (
  SELECT 'shipment_comment' AS table_name, s.order_id, c.comment
  FROM shipment_comment AS c LEFT JOIN sales_shipment AS s ON s.entity_id = c.parent_id
  UNION ALL
  SELECT 'invoice_comment', s.order_id, c.comment
  FROM invoice_comment AS c LEFT JOIN sales_invoice AS s ON s.entity_id = c.parent_id
  UNION ALL
  SELECT 'creditmemo_comment', s.order_id, c.comment
  FROM creditmemo_comment AS c LEFT JOIN sales_creditmemo AS s ON s.entity_id = c.parent_id
) AS r
LEFT JOIN shop_order AS o ON o.entity_id = r.order_id
GROUP BY 1, 2;

SELECT
  'gift_message' AS table_name,
  CASE
    WHEN o.gift_message_id IS NULL THEN 'messages of baskets and lines'
    WHEN COALESCE(TRIM(g.message), '') = '' THEN 'messages without text'
  END AS reason,
  COUNT(*) AS rows
FROM gift_message AS g
LEFT JOIN (SELECT DISTINCT gift_message_id FROM shop_order) AS o ON o.gift_message_id = g.gift_message_id
GROUP BY 2;

SELECT
  'vault_payment_token' AS table_name,
  CASE WHEN l.payment_token_id IS NULL THEN 'cards that no order was paid with' END AS reason, COUNT(*) AS rows
FROM vault_payment_token AS t
LEFT JOIN (SELECT DISTINCT payment_token_id FROM vault_payment_token_order_payment_link) AS l
  ON l.payment_token_id = t.entity_id
GROUP BY 2;

SELECT
  'vault_payment_token_order_payment_link' AS table_name,
  CASE WHEN p.entity_id IS NULL THEN 'parts of orders that are no longer there' END AS reason, COUNT(*) AS rows
FROM vault_payment_token_order_payment_link AS l
LEFT JOIN sales_order_payment AS p ON p.entity_id = l.order_payment_id
GROUP BY 2;

-- Reviews and their parts.
SELECT
  r.table_name,
  CASE
    WHEN x.review_id IS NULL THEN 'parts of reviews that are no longer there'
    WHEN COALESCE(e.entity_code, 'product') <> 'product' THEN 'reviews of other things than products'
    WHEN p.entity_id IS NULL THEN 'reviews of products that are no longer there'
  END AS reason,
  COUNT(*) AS rows
FROM (
  SELECT 'review' AS table_name, review_id FROM review
  UNION ALL
  SELECT 'review_detail', review_id FROM review_detail
  UNION ALL
  SELECT 'rating_option_vote', review_id FROM rating_option_vote
) AS r
LEFT JOIN review AS x ON x.review_id = r.review_id
LEFT JOIN review_entity AS e ON e.entity_id = x.entity_id
LEFT JOIN product AS p ON p.entity_id = x.entity_pk_value
GROUP BY 1, 2;
