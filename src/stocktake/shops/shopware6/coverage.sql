-- Tables all of whose rows are used.
SELECT 'currency' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM currency
UNION ALL SELECT 'country', NULL, COUNT(*) FROM country
UNION ALL SELECT 'country_state_translation', NULL, COUNT(*) FROM country_state_translation
UNION ALL SELECT 'payment_method', NULL, COUNT(*) FROM payment_method
UNION ALL SELECT 'payment_method_translation', NULL, COUNT(*) FROM payment_method_translation
UNION ALL SELECT 'shipping_method_translation', NULL, COUNT(*) FROM shipping_method_translation
UNION ALL SELECT 'category_translation', NULL, COUNT(*) FROM category_translation
UNION ALL SELECT 'state_machine_state', NULL, COUNT(*) FROM state_machine_state
UNION ALL SELECT 'state_machine_history', NULL, COUNT(*) FROM state_machine_history
UNION ALL SELECT 'customer', NULL, COUNT(*) FROM customer
UNION ALL SELECT 'user', NULL, COUNT(*) FROM "user"
UNION ALL SELECT 'rule', NULL, COUNT(*) FROM rule;

SELECT
  'system_config' AS table_name,
  CASE WHEN configuration_key NOT IN ('core.basicInformation.shopName', 'core.basicInformation.email')
    THEN 'settings that the mapping does not use' END AS reason,
  COUNT(*) AS rows
FROM system_config
GROUP BY 2;

-- Sales channels without a domain or an order sell nothing: exports, and those not yet in use.
SELECT
  r.table_name, CASE WHEN site.site_id IS NULL THEN 'sales channels without a domain or an order' END AS reason,
  COUNT(*) AS rows
FROM (
  SELECT 'sales_channel' AS table_name, id AS sales_channel_id FROM sales_channel
  UNION ALL
  SELECT 'sales_channel_translation', sales_channel_id FROM sales_channel_translation
  UNION ALL
  SELECT 'sales_channel_domain', sales_channel_id FROM sales_channel_domain
) AS r
LEFT JOIN site ON site.sales_channel_id = r.sales_channel_id
GROUP BY 1, 2;

-- Orders and their parts.
SELECT
  r.table_name,
  CASE
    WHEN r.version_id <> live.version_id THEN 'drafts: orders while they were being changed'
    WHEN o.order_key IS NULL THEN 'parts of orders that are no longer there'
    ELSE r.reason
  END AS reason,
  COUNT(*) AS rows
FROM (
  SELECT 'order' AS table_name, version_id, id AS order_id, CAST(NULL AS VARCHAR) AS reason FROM "order"
  UNION ALL
  SELECT 'order_customer', version_id, order_id, NULL FROM order_customer
  UNION ALL
  SELECT 'order_delivery', version_id, order_id, NULL FROM order_delivery
  UNION ALL
  SELECT 'order_transaction', version_id, order_id, NULL FROM order_transaction
  UNION ALL
  SELECT
    'order_line_item', i.version_id, i.order_id,
    CASE WHEN i.parent_id IS NOT NULL THEN 'parts of a line' END
  FROM order_line_item AS i
  UNION ALL
  SELECT
    'order_address', a.version_id, a.order_id,
    CASE
      WHEN TRIM(COALESCE(a.street, '') || COALESCE(a.city, '') || COALESCE(a.zipcode, '')) = ''
        THEN 'addresses without street, town and postcode'
      WHEN a.id NOT IN (SELECT billing_address_id FROM shop_order WHERE billing_address_id IS NOT NULL)
        AND a.id NOT IN (
          SELECT shipping_order_address_id FROM order_delivery WHERE shipping_order_address_id IS NOT NULL)
        THEN 'addresses that nothing was sent or billed to'
    END
  FROM order_address AS a
) AS r
CROSS JOIN live
LEFT JOIN shop_order AS o ON o.order_key = r.order_id
GROUP BY 1, 2;

SELECT
  r.table_name,
  CASE
    WHEN r.version_id <> live.version_id THEN 'drafts: orders while they were being changed'
    WHEN o.order_key IS NULL THEN 'parts of orders that are no longer there'
    WHEN r.is_refund AND COALESCE(s.state, '') <> 'completed' THEN 'refunds that were not carried out'
    WHEN r.is_refund AND COALESCE(m.total, 0) = 0 THEN 'refunds without an amount'
  END AS reason,
  COUNT(*) AS rows
FROM (
  SELECT
    'order_transaction_capture' AS table_name, c.version_id, c.order_transaction_id, CAST(NULL AS VARCHAR) AS state_id,
    CAST(NULL AS VARCHAR) AS refund_id, FALSE AS is_refund
  FROM order_transaction_capture AS c
  UNION ALL
  SELECT 'order_transaction_capture_refund', f.version_id, c.order_transaction_id, f.state_id, f.id, TRUE
  FROM order_transaction_capture_refund AS f
  LEFT JOIN order_transaction_capture AS c ON c.id = f.capture_id AND c.version_id = f.version_id
) AS r
CROSS JOIN live
LEFT JOIN attempt AS t ON t.id = r.order_transaction_id
LEFT JOIN shop_order AS o ON o.order_key = t.order_id
LEFT JOIN state_of AS s ON s.id = r.state_id
LEFT JOIN money_of AS m ON m.kind = 'refund' AND m.id = r.refund_id
GROUP BY 1, 2;

SELECT
  'customer_address' AS table_name,
  CASE
    WHEN c.id IS NULL THEN 'parts of customers that are no longer there'
    WHEN NOT a.is_filled THEN 'addresses without street, town and postcode'
  END AS reason,
  COUNT(*) AS rows
FROM shop_address AS a
LEFT JOIN shop_customer AS c ON c.id = a.owner_id
WHERE a.kind = 'customer'
GROUP BY 2;

-- Products and their parts.
SELECT
  r.table_name,
  CASE
    WHEN r.version_id <> live.version_id THEN 'drafts: products while they were being changed'
    WHEN p.id IS NULL THEN 'parts of products that are no longer there'
    ELSE r.reason
  END AS reason,
  COUNT(*) AS rows
FROM (
  SELECT 'product' AS table_name, version_id, id AS product_id, CAST(NULL AS VARCHAR) AS reason FROM product
  UNION ALL
  SELECT 'product_translation', product_version_id, product_id, NULL FROM product_translation
  UNION ALL
  SELECT
    'product_price', t.version_id, t.product_id, CASE WHEN m.id IS NULL THEN 'prices that can''t be read' END
  FROM product_price AS t
  LEFT JOIN (SELECT DISTINCT id FROM product_money WHERE kind = 'tier' AND gross IS NOT NULL) AS m ON m.id = t.id
  UNION ALL
  SELECT 'product_category', product_version_id, product_id, NULL FROM product_category
  UNION ALL
  SELECT 'product_visibility', NULL, product_id, NULL FROM product_visibility
  UNION ALL
  SELECT 'product_review', NULL, product_id, NULL FROM product_review
) AS r
CROSS JOIN live
LEFT JOIN product_text AS p ON p.id = r.product_id
GROUP BY 1, 2;
