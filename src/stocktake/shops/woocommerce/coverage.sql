SELECT
  'posts' AS table_name,
  CASE
    WHEN p.post_type IN ('product', 'product_variation') AND p.post_status <> 'auto-draft' THEN NULL
    WHEN p.post_type IN ('product', 'product_variation') THEN 'drafts of products that were never saved'
    WHEN p.post_type IN ('shop_order', 'shop_order_refund')
      THEN CASE WHEN o.store = 'wc_orders' THEN 'orders that are taken from wc_orders' END
    WHEN p.post_type = 'shop_order_placehold' THEN 'placeholders for orders that stand in wc_orders'
    WHEN p.post_type = 'shop_coupon' THEN 'discount codes'
    WHEN p.post_type = 'shop_subscription' THEN 'subscriptions; each payment is an order of its own'
    WHEN p.post_type = 'revision' THEN 'earlier versions of pages and products'
    WHEN p.post_type = 'attachment' THEN 'pictures and files'
    WHEN p.post_type IN ('post', 'page') THEN 'pages of the site'
    ELSE 'posts of other kinds'
  END AS reason,
  COUNT(*) AS rows
FROM posts AS p
LEFT JOIN recorded_order AS o ON o.order_id = p.ID
GROUP BY 2;

SELECT
  'postmeta' AS table_name,
  CASE
    WHEN t.ref IS NOT NULL THEN 'repeats of an order''s total, currency or refunded amount; the first is read'
    WHEN o.order_id IS NOT NULL AND (m.meta_key IN (SELECT meta_key FROM order_key)
      OR m.meta_key IN (SELECT meta_key FROM crypto_meta)
      OR m.meta_key IN ('_wc_shipment_tracking_items', '_aftership_tracking_items', '_payment_tokens')
      OR m.meta_key LIKE 'BTCPay%') THEN NULL
    WHEN p.product_id IS NOT NULL AND (m.meta_key IN (SELECT meta_key FROM product_key)
      OR m.meta_key LIKE '%\_wholesale\_price' ESCAPE '\') THEN NULL
    WHEN o.order_id IS NOT NULL OR p.product_id IS NOT NULL
      THEN 'details of orders and products that the canonical tables have no place for'
    WHEN x.ID IS NOT NULL THEN 'details of posts that are not mapped'
    ELSE 'details of posts that are no longer there'
  END AS reason,
  COUNT(*) AS rows
FROM postmeta AS m
LEFT JOIN posts AS x ON x.ID = m.post_id
LEFT JOIN recorded_order AS o ON o.order_id = m.post_id AND o.store = 'posts'
LEFT JOIN product AS p ON p.product_id = m.post_id
LEFT JOIN repeated_meta AS t ON t.ref = m._ref
GROUP BY 2;

SELECT
  'options' AS table_name,
  CASE WHEN option_name IN (SELECT option_name FROM option_key) THEN NULL
    ELSE 'settings that the mapping does not use' END AS reason,
  COUNT(*) AS rows
FROM options
GROUP BY 2;

SELECT
  'users' AS table_name,
  CASE WHEN u.user_id IS NULL THEN 'accounts of other sites of the network' END AS reason,
  COUNT(*) AS rows
FROM users AS r
LEFT JOIN shop_user AS u ON u.user_id = r.ID
GROUP BY 2;

SELECT
  'usermeta' AS table_name,
  CASE
    WHEN u.user_id IS NULL THEN 'details of accounts that are not mapped'
    WHEN m.meta_key IN (SELECT meta_key FROM user_key) OR m.meta_key LIKE '%capabilities' THEN NULL
    ELSE 'details of accounts that the canonical tables have no place for'
  END AS reason,
  COUNT(*) AS rows
FROM usermeta AS m
LEFT JOIN shop_user AS u ON u.user_id = m.user_id
GROUP BY 2;

SELECT
  'comments' AS table_name,
  CASE
    WHEN c.comment_type = 'order_note' THEN NULL
    WHEN p.product_id IS NOT NULL AND COALESCE(c.comment_type, '') IN ('', 'comment', 'review')
      THEN CASE WHEN c.comment_approved IN ('spam', 'trash') THEN 'reviews marked as spam or deleted' END
    ELSE 'comments on pages'
  END AS reason,
  COUNT(*) AS rows
FROM comments AS c
LEFT JOIN product AS p ON p.product_id = c.comment_post_ID
GROUP BY 2;

SELECT
  'commentmeta' AS table_name,
  CASE WHEN meta_key IN ('rating', 'is_customer_note') THEN NULL
    ELSE 'details of comments that the canonical tables have no place for' END AS reason,
  COUNT(*) AS rows
FROM commentmeta
GROUP BY 2;

SELECT
  'terms' AS table_name,
  CASE WHEN x.term_id IS NULL THEN 'words that are no product category' END AS reason,
  COUNT(*) AS rows
FROM terms AS t
LEFT JOIN (SELECT DISTINCT term_id FROM term_taxonomy WHERE taxonomy = 'product_cat') AS x
  ON x.term_id = t.term_id
GROUP BY 2;

SELECT
  'term_taxonomy' AS table_name,
  CASE WHEN taxonomy = 'product_cat' THEN NULL ELSE 'words that are no product category' END AS reason,
  COUNT(*) AS rows
FROM term_taxonomy
GROUP BY 2;

SELECT
  'term_relationships' AS table_name,
  CASE WHEN x.term_taxonomy_id IS NOT NULL AND p.product_id IS NOT NULL THEN NULL
    ELSE 'words that are no product category' END AS reason,
  COUNT(*) AS rows
FROM term_relationships AS r
LEFT JOIN term_taxonomy AS x ON x.term_taxonomy_id = r.term_taxonomy_id AND x.taxonomy = 'product_cat'
LEFT JOIN product AS p ON p.product_id = r.object_id
GROUP BY 2;

SELECT
  'woocommerce_order_items' AS table_name,
  CASE
    WHEN o.order_id IS NULL THEN 'lines of orders that are no longer there'
    WHEN o.type = 'shop_order_refund' THEN 'what a refund was for; the refund itself is a payment'
    WHEN i.order_item_type = 'line_item' THEN NULL
    ELSE 'shipping, fees, taxes and discount codes, which the order''s totals hold'
  END AS reason,
  COUNT(*) AS rows
FROM woocommerce_order_items AS i
LEFT JOIN recorded_order AS o ON o.order_id = i.order_id
GROUP BY 2;

SELECT
  'woocommerce_order_itemmeta' AS table_name,
  CASE
    WHEN x.order_item_id IS NULL THEN 'details of lines that are not mapped'
    WHEN m.meta_key IN ('_product_id', '_variation_id', '_qty', '_line_subtotal', '_line_total')
      OR m.meta_key NOT LIKE '\_%' ESCAPE '\' THEN NULL
    ELSE 'details of lines that the canonical tables have no place for'
  END AS reason,
  COUNT(*) AS rows
FROM woocommerce_order_itemmeta AS m
LEFT JOIN order_item AS x ON x.order_item_id = m.order_item_id
GROUP BY 2;

SELECT 'woocommerce_payment_tokens' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows
FROM woocommerce_payment_tokens;

SELECT
  'woocommerce_payment_tokenmeta' AS table_name,
  CASE WHEN meta_key IN ('last4', 'card_type') THEN NULL
    ELSE 'details of saved cards that the canonical tables have no place for' END AS reason,
  COUNT(*) AS rows
FROM woocommerce_payment_tokenmeta
GROUP BY 2;

SELECT
  'wc_orders' AS table_name,
  CASE
    WHEN w.type IN ('shop_order', 'shop_order_refund')
      THEN CASE WHEN o.store = 'posts' THEN 'orders that are taken from posts' END
    WHEN w.type = 'shop_subscription' THEN 'subscriptions; each payment is an order of its own'
    ELSE 'orders of other kinds'
  END AS reason,
  COUNT(*) AS rows
FROM wc_orders AS w
LEFT JOIN recorded_order AS o ON o.order_id = w.id
GROUP BY 2;

SELECT
  'wc_order_addresses' AS table_name,
  CASE
    WHEN o.order_id IS NULL THEN 'addresses of orders that are not taken from wc_orders'
    WHEN a.address_type NOT IN ('billing', 'shipping') OR o.type <> 'shop_order'
      OR TRIM(COALESCE(a.address_1, '') || COALESCE(a.city, '') || COALESCE(a.postcode, '')) = ''
      THEN 'addresses without street, town and postcode'
  END AS reason,
  COUNT(*) AS rows
FROM wc_order_addresses AS a
LEFT JOIN recorded_order AS o ON o.order_id = a.order_id AND o.store = 'wc_orders'
GROUP BY 2;

SELECT
  'wc_order_operational_data' AS table_name,
  CASE WHEN o.order_id IS NULL THEN 'details of orders that are not taken from wc_orders' END AS reason,
  COUNT(*) AS rows
FROM wc_order_operational_data AS d
LEFT JOIN recorded_order AS o ON o.order_id = d.order_id AND o.store = 'wc_orders'
GROUP BY 2;

SELECT
  'wc_orders_meta' AS table_name,
  CASE
    WHEN o.order_id IS NULL THEN 'details of orders that are not taken from wc_orders'
    WHEN m.meta_key IN (SELECT meta_key FROM order_key) OR m.meta_key IN (SELECT meta_key FROM crypto_meta)
      OR m.meta_key IN ('_wc_shipment_tracking_items', '_aftership_tracking_items', '_payment_tokens')
      OR m.meta_key LIKE 'BTCPay%' THEN NULL
    ELSE 'details of orders and products that the canonical tables have no place for'
  END AS reason,
  COUNT(*) AS rows
FROM wc_orders_meta AS m
LEFT JOIN recorded_order AS o ON o.order_id = m.order_id AND o.store = 'wc_orders'
GROUP BY 2;

SELECT
  'blockonomics_payments' AS table_name,
  CASE WHEN o.order_id IS NULL THEN 'payments of orders that are no longer there' END AS reason,
  COUNT(*) AS rows
FROM blockonomics_payments AS b
LEFT JOIN recorded_order AS o ON o.order_id = b.order_id AND o.type = 'shop_order'
GROUP BY 2;

SELECT
  'blockonomics_orders' AS table_name,
  CASE WHEN o.order_id IS NULL THEN 'payments of orders that are no longer there' END AS reason,
  COUNT(*) AS rows
FROM blockonomics_orders AS b
LEFT JOIN recorded_order AS o ON o.order_id = b.order_id AND o.type = 'shop_order'
GROUP BY 2;

SELECT 'woocommerce_api_keys' AS table_name, 'keys of programs that may use the shop' AS reason, COUNT(*) AS rows
FROM woocommerce_api_keys;

SELECT
  'cryptowoo_payments_temp' AS table_name,
  CASE WHEN o.order_id IS NULL THEN 'payments of orders that are no longer there' END AS reason,
  COUNT(*) AS rows
FROM cryptowoo_payments_temp AS c
LEFT JOIN recorded_order AS o ON o.order_id = c.order_id AND o.type = 'shop_order'
GROUP BY 2;
