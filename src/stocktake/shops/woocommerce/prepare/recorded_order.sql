-- Every order and refund record once, from the store that is in force; one that only the other store has is
-- taken from there. `other_status` and `other_total` tell where the two stores differ.
WITH both_stores AS (
  SELECT
    'posts' AS store, ID AS order_id, _ref AS ref, post_type AS type, post_status AS status,
    post_parent AS parent_id, post_date_gmt AS created_at, post_date AS created_local, post_excerpt AS note,
    CAST(NULL AS VARCHAR) AS currency, CAST(NULL AS DECIMAL(38, 18)) AS total,
    CAST(NULL AS VARCHAR) AS total_text,
    CAST(NULL AS DECIMAL(38, 18)) AS tax, CAST(NULL AS BIGINT) AS customer_id, CAST(NULL AS VARCHAR) AS email,
    CAST(NULL AS VARCHAR) AS method, CAST(NULL AS VARCHAR) AS method_title, CAST(NULL AS VARCHAR) AS txid,
    CAST(NULL AS VARCHAR) AS ip, CAST(NULL AS VARCHAR) AS user_agent
  FROM posts
  WHERE post_type IN ('shop_order', 'shop_order_refund')
  UNION ALL
  SELECT
    'wc_orders', id, _ref, type, status, parent_order_id, date_created_gmt, CAST(NULL AS TIMESTAMP),
    customer_note, currency, total_amount, total_text, tax_amount, customer_id, billing_email, payment_method,
    payment_method_title, transaction_id, ip_address, user_agent
  FROM wc_orders
  WHERE type IN ('shop_order', 'shop_order_refund')
),
ranked AS (
  SELECT
    b.*,
    ROW_NUMBER() OVER (
      PARTITION BY b.order_id ORDER BY CASE WHEN b.store = site.store THEN 0 ELSE 1 END, b.store
    ) AS place,
    COUNT(*) OVER (PARTITION BY b.order_id) AS stores
  FROM both_stores AS b
  CROSS JOIN site
)
SELECT * FROM ranked WHERE place = 1
