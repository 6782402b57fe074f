-- Orders, in the currency that the buyer saw. The state is the software's own word, the status may be the shop's.
WITH own_state AS (
  SELECT status, MIN(state) AS state FROM sales_order_status_state GROUP BY status HAVING COUNT(DISTINCT state) = 1
),
method AS (
  SELECT parent_id, MIN_BY(method, entity_id) AS code FROM sales_order_payment WHERE method <> '' GROUP BY parent_id
),
billing AS (
  SELECT
    parent_id, MIN_BY(telephone, entity_id) FILTER (WHERE telephone <> '') AS phone,
    MIN_BY(email, entity_id) FILTER (WHERE email <> '') AS email
  FROM sales_order_address WHERE address_type = 'billing' GROUP BY parent_id
)
SELECT
  o.entity_id, 'order:' || o._ref AS id, o._ref AS ref, COALESCE(v.site_id, n.site_id, d.site_id) AS site_id,
  COALESCE(NULLIF(o.increment_id, ''), CAST(o.entity_id AS VARCHAR)) AS number, o.grand_total AS total,
  o.total_text AS total_recorded, o.subtotal, o.shipping_amount, -o.discount_amount AS discount, o.tax_amount,
  COALESCE(NULLIF(o.order_currency_code, ''), NULLIF(o.base_currency_code, '')) AS currency,
  COALESCE(NULLIF(o.status, ''), o.state) AS status_recorded,
  COALESCE(w.status, s.status, t.status, 'unknown') AS status, o.created_at AS placed_at, o.total_paid,
  COALESCE(
    c.account_id,
    CASE WHEN o.customer_id > 0
      THEN 'account:'
        || COALESCE((SELECT MIN(ref) FROM shop_table WHERE name = 'customer_entity'), shop.ref || 'customer_entity')
        || '/' || CAST(o.customer_id AS VARCHAR) END,
    CASE WHEN COALESCE(NULLIF(o.customer_email, ''), billing.email, NULLIF(o.customer_lastname, '')) IS NOT NULL
      THEN 'account:' || o._ref END
  ) AS account_id,
  c.account_id IS NULL AND COALESCE(o.customer_id, 0) <= 0 AS is_guest,
  c.account_id IS NULL AND o.customer_id > 0 AS is_gone, COALESCE(o.customer_is_guest, 1) = 1 AS was_guest,
  COALESCE(NULLIF(o.customer_email, ''), billing.email) AS email, billing.phone,
  NULLIF(TRIM(COALESCE(o.customer_firstname, '') || ' ' || COALESCE(o.customer_lastname, '')), '') AS name,
  COALESCE(NULLIF(o.remote_ip, ''), NULLIF(o.x_forwarded_for, '')) AS ip, NULLIF(o.customer_note, '') AS note,
  o.gift_message_id, COALESCE(m.method, 'other') AS method, COALESCE(m.provider, method.code) AS provider, m.asset
FROM sales_order AS o
CROSS JOIN shop
JOIN store_view AS d ON d.store_id IS NULL
LEFT JOIN store_view AS v ON v.store_id = o.store_id
LEFT JOIN (
  SELECT website_name, MIN(site_id) AS site_id FROM site WHERE website_name <> '' GROUP BY website_name
) AS n ON n.website_name = SPLIT_PART(o.store_name, chr(10), 1)
LEFT JOIN status_words AS w ON w.recorded = LOWER(TRIM(o.status))
LEFT JOIN status_words AS s ON s.recorded = LOWER(TRIM(o.state))
LEFT JOIN own_state ON own_state.status = o.status
LEFT JOIN status_words AS t ON t.recorded = own_state.state
LEFT JOIN shop_customer AS c ON c.customer_id = o.customer_id AND c.customer_id > 0
LEFT JOIN method ON method.parent_id = o.entity_id
LEFT JOIN payment_method AS m ON m.code = method.code
LEFT JOIN billing ON billing.parent_id = o.entity_id
