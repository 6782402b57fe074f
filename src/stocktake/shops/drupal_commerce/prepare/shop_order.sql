-- Orders; a draft is a basket. Their buyer is an account, or only an e-mail address.
WITH line AS (SELECT order_id, SUM(total_price__number) AS subtotal FROM commerce_order_item GROUP BY order_id)
SELECT
  o.order_id, 'order:' || o._ref AS id, o._ref AS ref, site.site_id,
  COALESCE(NULLIF(o.order_number, ''), CAST(o.order_id AS VARCHAR)) AS number, o.total_price__number AS total,
  o.total_text AS total_recorded, COALESCE(NULLIF(o.total_price__currency_code, ''), site.currency) AS currency,
  line.subtotal, a.shipping, a.tax, a.discount, COALESCE(o.total_paid__number, 0) AS total_paid, o.state AS status_recorded,
  COALESCE(w.status, 'unknown') AS status,
  unix_to_utc(COALESCE(NULLIF(o.placed, 0), o.created)) AS placed_at, unix_to_utc(NULLIF(o.completed, 0)) AS completed_at,
  unix_to_utc(o.changed) AS changed_at,
  COALESCE(
    p.account_id,
    CASE WHEN o.uid > 0
      THEN 'account:'
        || COALESCE((SELECT MIN(ref) FROM shop_table WHERE name = 'users_field_data'), shop.ref || 'users_field_data')
        || '/' || CAST(o.uid AS VARCHAR) END,
    CASE WHEN o.mail <> '' THEN 'account:' || o._ref END
  ) AS account_id,
  p.account_id IS NULL AND COALESCE(o.uid, 0) = 0 AS is_guest, p.account_id IS NULL AND o.uid > 0 AS is_gone,
  COALESCE(NULLIF(TRIM(o.mail), ''), p.email) AS email, NULLIF(o.ip_address, '') AS ip,
  NULLIF(TRIM(o.customer_comments), '') AS note, o.billing_profile__target_id AS profile_id,
  o.billing_profile__target_revision_id AS revision_id
FROM commerce_order AS o
CROSS JOIN shop
JOIN site ON site.store_id = COALESCE(o.store_id, (SELECT MIN(store_id) FROM site))
LEFT JOIN line ON line.order_id = o.order_id
LEFT JOIN adjustment AS a ON a.order_id = o.order_id
LEFT JOIN status_words AS w ON w.recorded = LOWER(TRIM(o.state))
LEFT JOIN person AS p ON p.uid = o.uid
