SELECT 'commerce_order' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM commerce_order
UNION ALL SELECT 'commerce_store_field_data', NULL, COUNT(*) FROM commerce_store_field_data;

SELECT
  'config' AS table_name,
  CASE WHEN name IN ('system.site', 'system.date') AND COALESCE(collection, '') = '' THEN NULL
    ELSE 'settings that the mapping does not use' END AS reason,
  COUNT(*) AS rows
FROM config
GROUP BY 2;

SELECT
  'users_field_data' AS table_name,
  CASE WHEN uid = 0 THEN 'the account of everybody who is not logged in'
    WHEN COALESCE(default_langcode, 1) <> 1 THEN 'translations' END AS reason,
  COUNT(*) AS rows
FROM users_field_data
GROUP BY 2;

SELECT
  'user__roles' AS table_name, CASE WHEN p.uid IS NULL THEN 'roles of accounts that are no longer there' END AS reason,
  COUNT(*) AS rows
FROM user__roles AS r
LEFT JOIN person AS p ON p.uid = r.entity_id
GROUP BY 2;

-- Parts of orders.
SELECT
  r.table_name, CASE WHEN o.order_id IS NULL THEN 'parts of orders that are no longer there' ELSE r.reason END AS reason,
  COUNT(*) AS rows
FROM (
  SELECT 'commerce_order__adjustments' AS table_name, entity_id AS order_id, CAST(NULL AS VARCHAR) AS reason
  FROM commerce_order__adjustments
  UNION ALL
  SELECT 'commerce_order_item', order_id, NULL FROM commerce_order_item
  UNION ALL
  SELECT 'commerce_order_item__adjustments', i.order_id, NULL
  FROM commerce_order_item__adjustments AS a LEFT JOIN commerce_order_item AS i ON i.order_item_id = a.entity_id
  UNION ALL
  SELECT 'commerce_payment', order_id, NULL FROM commerce_payment
  UNION ALL
  SELECT
    'commerce_shipment', order_id,
    CASE WHEN COALESCE(TRIM(tracking_code), '') = '' AND shipping_profile__target_id IS NULL THEN 'shipments without a number'
      END
  FROM commerce_shipment
) AS r
LEFT JOIN shop_order AS o ON o.order_id = r.order_id
GROUP BY 1, 2;

SELECT
  r.table_name, CASE WHEN p.payment_method IS NULL THEN 'saved means of payment that no payment was made by' END AS reason,
  COUNT(*) AS rows
FROM (
  SELECT 'commerce_payment_method' AS table_name, method_id FROM commerce_payment_method
  UNION ALL
  SELECT 'commerce_payment_method__card_type', entity_id FROM commerce_payment_method__card_type
  UNION ALL
  SELECT 'commerce_payment_method__card_number', entity_id FROM commerce_payment_method__card_number
) AS r
LEFT JOIN (SELECT DISTINCT payment_method FROM commerce_payment) AS p ON p.payment_method = r.method_id
GROUP BY 1, 2;

SELECT
  'profile' AS table_name, CASE WHEN a.entity_id IS NULL THEN 'profiles without an address' END AS reason, COUNT(*) AS rows
FROM profile AS r
LEFT JOIN (SELECT DISTINCT entity_id FROM postal WHERE kind = 'now') AS a ON a.entity_id = r.profile_id
GROUP BY 2;

-- Addresses: which were used.
SELECT
  CASE WHEN a.kind = 'now' THEN 'profile__address' ELSE 'profile_revision__address' END AS table_name,
  CASE
    WHEN NOT a.is_filled THEN 'addresses without street, town and postcode'
    WHEN o.profile_id IS NOT NULL OR (a.kind = 'now' AND p.uid IS NOT NULL) THEN NULL
    WHEN a.kind = 'then' THEN 'earlier forms of addresses that no order used'
    ELSE 'addresses that no order and no account has'
  END AS reason,
  COUNT(*) AS rows
FROM postal AS a
LEFT JOIN (
  SELECT profile_id, revision_id FROM shop_order WHERE profile_id IS NOT NULL
  UNION
  SELECT shipping_profile__target_id, shipping_profile__target_revision_id FROM commerce_shipment
  WHERE shipping_profile__target_id IS NOT NULL
) AS o ON o.profile_id = a.entity_id AND o.revision_id = a.revision_id
LEFT JOIN profile AS f ON f.profile_id = a.entity_id
LEFT JOIN person AS p ON p.uid = f.uid
GROUP BY 1, 2;

-- Products and their choices.
SELECT
  'commerce_product_variation_field_data' AS table_name,
  CASE WHEN COALESCE(default_langcode, 1) <> 1 THEN 'translations' END AS reason, COUNT(*) AS rows
FROM commerce_product_variation_field_data
GROUP BY 2;

SELECT
  r.table_name, CASE WHEN v.product_id IS NULL THEN 'products without a choice that is sold' END AS reason, COUNT(*) AS rows
FROM (
  SELECT 'commerce_product_field_data' AS table_name, product_id FROM commerce_product_field_data
  UNION ALL
  SELECT 'commerce_product__body', entity_id FROM commerce_product__body
  UNION ALL
  SELECT 'commerce_product__stores', entity_id FROM commerce_product__stores
) AS r
LEFT JOIN (SELECT DISTINCT product_id FROM variation) AS v ON v.product_id = r.product_id
GROUP BY 1, 2;

SELECT
  'commerce_log' AS table_name,
  CASE
    WHEN o.order_id IS NULL OR l.source_entity_type <> 'commerce_order' THEN 'entries on other things than orders'
    WHEN l.template_id LIKE '%refund%' OR v.log_id IS NOT NULL THEN NULL
    ELSE 'steps of an order, without a comment'
  END AS reason,
  COUNT(*) AS rows
FROM commerce_log AS l
LEFT JOIN shop_order AS o ON o.order_id = l.source_entity_id
LEFT JOIN (SELECT DISTINCT log_id FROM log_param WHERE path = 'comment' AND TRIM(value) <> '') AS v ON v.log_id = l.log_id
GROUP BY 2;
