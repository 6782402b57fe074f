-- Orders and refund records with their meta, whichever store they come from.
SELECT
  o.order_id, o.store, o.ref, o.type, o.parent_id, o.stores, o.note,
  'order:' || o.ref AS id,
  COALESCE(NULLIF(TRIM(m.number_formatted), ''), NULLIF(TRIM(m.number), ''), CAST(o.order_id AS VARCHAR))
    AS number,
  o.status AS status_recorded,
  COALESCE(w.status, 'unknown') AS status,
  w.status IN ('paid', 'processing', 'shipped', 'completed', 'refunded', 'part_refunded') AS is_paid,
  COALESCE(o.total, to_money(m.total), -ABS(to_money(m.refund_amount))) AS total,
  COALESCE(o.total_text, m.total, m.refund_amount) AS total_recorded,
  CASE WHEN o.store = 'posts' THEN COALESCE(m.total_ref, o.ref) ELSE o.ref END AS total_ref,
  COALESCE(NULLIF(o.currency, ''), NULLIF(m.currency, ''), site.currency) AS currency,
  COALESCE(d.shipping_total_amount, to_money(m.shipping)) AS shipping,
  COALESCE(d.discount_total_amount, to_money(m.discount)) AS discount,
  CASE
    WHEN o.store = 'wc_orders' THEN o.tax + COALESCE(d.shipping_tax_amount, 0)
    WHEN COALESCE(to_money(m.tax), to_money(m.shipping_tax)) IS NOT NULL
      THEN COALESCE(to_money(m.tax), 0) + COALESCE(to_money(m.shipping_tax), 0)
  END AS tax,
  COALESCE(o.created_at, local_to_utc(o.created_local, COALESCE(site.time_zone, site.case_time_zone)))
    AS placed_at,
  CASE WHEN o.created_at IS NULL THEN CAST(o.created_local AS VARCHAR) END AS placed_at_recorded,
  COALESCE(
    d.date_paid_gmt, unix_to_utc(m.date_paid),
    local_to_utc(TRY_CAST(m.paid_date AS TIMESTAMP), COALESCE(site.time_zone, site.case_time_zone))
  ) AS paid_at,
  COALESCE(
    d.date_completed_gmt, unix_to_utc(m.date_completed),
    local_to_utc(TRY_CAST(m.completed_date AS TIMESTAMP), COALESCE(site.time_zone, site.case_time_zone))
  ) AS completed_at,
  COALESCE(
    u.account_id,
    CASE WHEN COALESCE(o.customer_id, TRY_CAST(m.customer_id AS BIGINT)) > 0
      THEN 'account:' || site.users_ref || '/'
        || CAST(COALESCE(o.customer_id, TRY_CAST(m.customer_id AS BIGINT)) AS VARCHAR)
        || CASE WHEN site.shared_with IS NULL THEN '' ELSE '@' || site.prefix END END,
    CASE
      WHEN o.type = 'shop_order'
        AND COALESCE(NULLIF(o.email, ''), NULLIF(m.billing_email, ''), NULLIF(m.billing_last_name, ''),
          NULLIF(m.billing_first_name, ''), NULLIF(a.email, ''), NULLIF(a.last_name, '')) IS NOT NULL
        THEN 'account:' || o.ref
    END
  ) AS account_id,
  u.account_id IS NULL AND COALESCE(o.customer_id, TRY_CAST(m.customer_id AS BIGINT), 0) <= 0 AS is_guest,
  u.account_id IS NULL AND COALESCE(o.customer_id, TRY_CAST(m.customer_id AS BIGINT)) > 0 AS is_gone,
  COALESCE(NULLIF(o.email, ''), NULLIF(m.billing_email, ''), NULLIF(a.email, '')) AS email,
  NULLIF(TRIM(COALESCE(a.first_name, m.billing_first_name, '') || ' '
    || COALESCE(a.last_name, m.billing_last_name, '')), '') AS name,
  COALESCE(NULLIF(m.billing_phone, ''), NULLIF(a.phone, '')) AS phone,
  COALESCE(NULLIF(o.method, ''), NULLIF(m.method, '')) AS method_code,
  COALESCE(NULLIF(o.method_title, ''), NULLIF(m.method_title, '')) AS method_title,
  COALESCE(NULLIF(o.txid, ''), NULLIF(m.txid, '')) AS transaction_id,
  COALESCE(NULLIF(o.ip, ''), NULLIF(m.ip, '')) AS ip,
  COALESCE(NULLIF(o.user_agent, ''), NULLIF(m.user_agent, '')) AS user_agent,
  m.stripe_source, NULLIF(m.stripe_intent, '') AS stripe_intent, NULLIF(m.btcpay_invoice, '') AS btcpay_invoice,
  COALESCE(NULLIF(m.card_last4, ''), NULLIF(m.last4, '')) AS card_last4,
  COALESCE(NULLIF(m.card_brand_1, ''), NULLIF(m.card_brand_2, '')) AS card_brand
FROM recorded_order AS o
CROSS JOIN site
LEFT JOIN order_meta AS m ON m.order_id = o.order_id
LEFT JOIN wc_order_operational_data AS d ON d.order_id = CASE WHEN o.store = 'wc_orders' THEN o.order_id END
LEFT JOIN wc_order_addresses AS a
  ON a.order_id = CASE WHEN o.store = 'wc_orders' THEN o.order_id END AND a.address_type = 'billing'
LEFT JOIN shop_user AS u
  ON u.user_id = COALESCE(o.customer_id, TRY_CAST(m.customer_id AS BIGINT)) AND u.user_id > 0
LEFT JOIN status_words AS w
  ON w.recorded = LOWER(CASE WHEN o.status LIKE 'wc-%' THEN SUBSTR(o.status, 4) ELSE o.status END)
