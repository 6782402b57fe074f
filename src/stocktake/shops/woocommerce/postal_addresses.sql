-- Addresses of orders that stand in wc_orders.
SELECT
  'address:' || a._ref AS address_id, o.id AS order_id, o.account_id, site.site_id, a.address_type AS kind,
  NULLIF(TRIM(COALESCE(a.first_name, '') || ' ' || COALESCE(a.last_name, '')
    || CASE WHEN TRIM(a.company) <> '' THEN ', ' || a.company ELSE '' END), '') AS name,
  NULLIF(a.address_1, '') AS line1, NULLIF(a.address_2, '') AS line2, NULLIF(a.city, '') AS city,
  NULLIF(a.state, '') AS region, NULLIF(a.postcode, '') AS postcode, NULLIF(a.country, '') AS country,
  NULLIF(a.phone, '') AS phone, NULLIF(a.email, '') AS email, 'source:' || a._ref AS source_id
FROM wc_order_addresses AS a
CROSS JOIN site
JOIN shop_order AS o ON o.order_id = a.order_id AND o.type = 'shop_order' AND o.store = 'wc_orders'
WHERE a.address_type IN ('billing', 'shipping')
  AND TRIM(COALESCE(a.address_1, '') || COALESCE(a.city, '') || COALESCE(a.postcode, '')) <> '';

-- Billing addresses of orders that stand in posts: the source is the meta row that holds the street.
SELECT
  'address:' || o.ref || '/billing' AS address_id, o.id AS order_id, o.account_id, site.site_id,
  'billing' AS kind,
  NULLIF(TRIM(COALESCE(m.billing_first_name, '') || ' ' || COALESCE(m.billing_last_name, '')
    || CASE WHEN TRIM(m.billing_company) <> '' THEN ', ' || m.billing_company ELSE '' END), '') AS name,
  NULLIF(m.billing_address_1, '') AS line1, NULLIF(m.billing_address_2, '') AS line2,
  NULLIF(m.billing_city, '') AS city, NULLIF(m.billing_state, '') AS region,
  NULLIF(m.billing_postcode, '') AS postcode, NULLIF(m.billing_country, '') AS country,
  NULLIF(m.billing_phone, '') AS phone, NULLIF(m.billing_email, '') AS email,
  'source:' || COALESCE(m.billing_ref, o.ref) AS source_id
FROM shop_order AS o
CROSS JOIN site
JOIN order_meta AS m ON m.order_id = o.order_id
WHERE o.type = 'shop_order' AND o.store = 'posts'
  AND TRIM(COALESCE(m.billing_address_1, '') || COALESCE(m.billing_city, '') || COALESCE(m.billing_postcode, '')) <> '';

-- Shipping addresses of orders that stand in posts: the source is the meta row that holds the street.
SELECT
  'address:' || o.ref || '/shipping' AS address_id, o.id AS order_id, o.account_id, site.site_id,
  'shipping' AS kind,
  NULLIF(TRIM(COALESCE(m.shipping_first_name, '') || ' ' || COALESCE(m.shipping_last_name, '')
    || CASE WHEN TRIM(m.shipping_company) <> '' THEN ', ' || m.shipping_company ELSE '' END), '') AS name,
  NULLIF(m.shipping_address_1, '') AS line1, NULLIF(m.shipping_address_2, '') AS line2,
  NULLIF(m.shipping_city, '') AS city, NULLIF(m.shipping_state, '') AS region,
  NULLIF(m.shipping_postcode, '') AS postcode, NULLIF(m.shipping_country, '') AS country,
  NULLIF(m.shipping_phone, '') AS phone, CAST(NULL AS VARCHAR) AS email,
  'source:' || COALESCE(m.shipping_ref, o.ref) AS source_id
FROM shop_order AS o
CROSS JOIN site
JOIN order_meta AS m ON m.order_id = o.order_id
WHERE o.type = 'shop_order' AND o.store = 'posts'
  AND TRIM(COALESCE(m.shipping_address_1, '') || COALESCE(m.shipping_city, '') || COALESCE(m.shipping_postcode, '')) <> '';

-- Billing addresses that account holders saved.
WITH m AS (
  SELECT
    user_id,
    MIN_BY(meta_value, umeta_id) FILTER (WHERE meta_key = 'billing_first_name' AND meta_value <> '') AS first_name,
    MIN_BY(meta_value, umeta_id) FILTER (WHERE meta_key = 'billing_last_name' AND meta_value <> '') AS last_name,
    MIN_BY(meta_value, umeta_id) FILTER (WHERE meta_key = 'billing_company' AND meta_value <> '') AS company,
    MIN_BY(meta_value, umeta_id) FILTER (WHERE meta_key = 'billing_address_1' AND meta_value <> '') AS address_1,
    MIN_BY(meta_value, umeta_id) FILTER (WHERE meta_key = 'billing_address_2' AND meta_value <> '') AS address_2,
    MIN_BY(meta_value, umeta_id) FILTER (WHERE meta_key = 'billing_city' AND meta_value <> '') AS city,
    MIN_BY(meta_value, umeta_id) FILTER (WHERE meta_key = 'billing_state' AND meta_value <> '') AS state,
    MIN_BY(meta_value, umeta_id) FILTER (WHERE meta_key = 'billing_postcode' AND meta_value <> '') AS postcode,
    MIN_BY(meta_value, umeta_id) FILTER (WHERE meta_key = 'billing_country' AND meta_value <> '') AS country,
    MIN_BY(meta_value, umeta_id) FILTER (WHERE meta_key = 'billing_phone' AND meta_value <> '') AS phone,
    MIN_BY(meta_value, umeta_id) FILTER (WHERE meta_key = 'billing_email' AND meta_value <> '') AS email,
    MIN_BY(_ref, umeta_id) FILTER (WHERE meta_key = 'billing_address_1') AS ref
  FROM usermeta
  WHERE meta_key IN (SELECT meta_key FROM user_key)
  GROUP BY user_id
)
SELECT
  'address:' || u.ref || '/billing' || CASE WHEN site.shared_with IS NULL THEN '' ELSE '@' || site.prefix END
    AS address_id,
  u.account_id, site.site_id, 'billing' AS kind,
  NULLIF(TRIM(COALESCE(m.first_name, '') || ' ' || COALESCE(m.last_name, '')
    || CASE WHEN TRIM(m.company) <> '' THEN ', ' || m.company ELSE '' END), '') AS name,
  m.address_1 AS line1, m.address_2 AS line2, m.city, m.state AS region, m.postcode, m.country, m.phone,
  m.email AS email, 'source:' || COALESCE(m.ref, u.ref) AS source_id
FROM shop_user AS u
CROSS JOIN site
JOIN m ON m.user_id = u.user_id
WHERE COALESCE(m.address_1, m.city, m.postcode) IS NOT NULL;

-- Shipping addresses that account holders saved.
WITH m AS (
  SELECT
    user_id,
    MIN_BY(meta_value, umeta_id) FILTER (WHERE meta_key = 'shipping_first_name' AND meta_value <> '') AS first_name,
    MIN_BY(meta_value, umeta_id) FILTER (WHERE meta_key = 'shipping_last_name' AND meta_value <> '') AS last_name,
    MIN_BY(meta_value, umeta_id) FILTER (WHERE meta_key = 'shipping_company' AND meta_value <> '') AS company,
    MIN_BY(meta_value, umeta_id) FILTER (WHERE meta_key = 'shipping_address_1' AND meta_value <> '') AS address_1,
    MIN_BY(meta_value, umeta_id) FILTER (WHERE meta_key = 'shipping_address_2' AND meta_value <> '') AS address_2,
    MIN_BY(meta_value, umeta_id) FILTER (WHERE meta_key = 'shipping_city' AND meta_value <> '') AS city,
    MIN_BY(meta_value, umeta_id) FILTER (WHERE meta_key = 'shipping_state' AND meta_value <> '') AS state,
    MIN_BY(meta_value, umeta_id) FILTER (WHERE meta_key = 'shipping_postcode' AND meta_value <> '') AS postcode,
    MIN_BY(meta_value, umeta_id) FILTER (WHERE meta_key = 'shipping_country' AND meta_value <> '') AS country,
    MIN_BY(meta_value, umeta_id) FILTER (WHERE meta_key = 'shipping_phone' AND meta_value <> '') AS phone,
    MIN_BY(_ref, umeta_id) FILTER (WHERE meta_key = 'shipping_address_1') AS ref
  FROM usermeta
  WHERE meta_key IN (SELECT meta_key FROM user_key)
  GROUP BY user_id
)
SELECT
  'address:' || u.ref || '/shipping' || CASE WHEN site.shared_with IS NULL THEN '' ELSE '@' || site.prefix END
    AS address_id,
  u.account_id, site.site_id, 'shipping' AS kind,
  NULLIF(TRIM(COALESCE(m.first_name, '') || ' ' || COALESCE(m.last_name, '')
    || CASE WHEN TRIM(m.company) <> '' THEN ', ' || m.company ELSE '' END), '') AS name,
  m.address_1 AS line1, m.address_2 AS line2, m.city, m.state AS region, m.postcode, m.country, m.phone,
  CAST(NULL AS VARCHAR) AS email, 'source:' || COALESCE(m.ref, u.ref) AS source_id
FROM shop_user AS u
CROSS JOIN site
JOIN m ON m.user_id = u.user_id
WHERE COALESCE(m.address_1, m.city, m.postcode) IS NOT NULL;
