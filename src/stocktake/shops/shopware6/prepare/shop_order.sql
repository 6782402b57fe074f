-- Orders in force. What is known of one is told by three states: its own, that of its payment and that of its
-- delivery; of several payments the last counts that did not fail.
WITH delivery AS (
  SELECT
    d.order_id, MIN(s.state) AS state, MAX(CASE WHEN s.state LIKE 'shipped%' THEN 1 ELSE 0 END) AS is_shipped,
    MIN(sent.first_at) AS shipped_at
  FROM order_delivery AS d
  JOIN live ON live.version_id = d.version_id
  LEFT JOIN state_of AS s ON s.id = d.state_id
  LEFT JOIN (
    SELECT id, MIN(first_at) AS first_at FROM state_change WHERE state LIKE 'shipped%' GROUP BY id
  ) AS sent ON sent.id = d.id
  GROUP BY d.order_id
),
buyer AS (
  SELECT
    c.order_id, MIN_BY(c.customer_id, c.id) AS customer_id, MIN_BY(NULLIF(TRIM(c.email), ''), c.id) AS email,
    MIN_BY(NULLIF(TRIM(COALESCE(c.first_name, '') || ' ' || COALESCE(c.last_name, '')), ''), c.id) AS name,
    MIN_BY(NULLIF(c.remote_address, ''), c.id) AS ip
  FROM order_customer AS c
  JOIN live ON live.version_id = c.version_id
  GROUP BY c.order_id
)
SELECT
  o.id AS order_key, 'order:' || o._ref AS id, o._ref AS ref, site.site_id,
  COALESCE(NULLIF(o.order_number, ''), o.id) AS number, COALESCE(c.iso_code, site.currency) AS currency,
  p.total, o.price AS total_recorded, p.unit AS subtotal, p.total - p.net AS tax, q.total AS shipping,
  s.state || COALESCE('/' || t.state, '') || COALESCE('/' || d.state, '') AS status_recorded,
  CASE
    WHEN t.state = 'refunded' THEN 'refunded'
    WHEN s.state = 'cancelled' THEN 'cancelled'
    WHEN t.state = 'chargeback' THEN 'disputed'
    WHEN t.state = 'refunded_partially' THEN 'part_refunded'
    WHEN s.state = 'completed' THEN 'completed'
    WHEN d.is_shipped = 1 THEN 'shipped'
    WHEN s.state = 'in_progress' THEN 'processing'
    WHEN s.state = 'open' AND t.state = 'paid' THEN 'paid'
    WHEN s.state = 'open' AND t.status = 'failed' THEN 'failed'
    ELSE COALESCE(w.status, 'unknown')
  END AS status,
  o.order_date_time AS placed_at, t.paid_at, d.shipped_at, e.first_at AS completed_at,
  COALESCE(
    a.account_id,
    CASE WHEN b.customer_id IS NOT NULL
      THEN 'account:'
        || COALESCE((SELECT MIN(ref) FROM shop_table WHERE name = 'customer'), shop.ref || 'customer') || '/' || b.customer_id END,
    CASE WHEN COALESCE(b.email, b.name) IS NOT NULL THEN 'account:' || o._ref END
  ) AS account_id,
  a.account_id IS NULL AND b.customer_id IS NULL AS is_guest, a.account_id IS NULL AND b.customer_id IS NOT NULL AS is_gone,
  b.email, b.name, COALESCE(b.ip, a.ip) AS ip, NULLIF(TRIM(o.customer_comment), '') AS note,
  COALESCE(t.method, 'other') AS method, t.provider, o.billing_address_id
FROM "order" AS o
CROSS JOIN shop
JOIN live ON live.version_id = o.version_id
JOIN site ON site.sales_channel_id = o.sales_channel_id
LEFT JOIN currency AS c ON c.id = o.currency_id
LEFT JOIN money_of AS p ON p.kind = 'order' AND p.id = o.id
LEFT JOIN money_of AS q ON q.kind = 'shipping' AND q.id = o.id
LEFT JOIN state_of AS s ON s.id = o.state_id
LEFT JOIN status_words AS w ON w.recorded = s.state
LEFT JOIN attempt AS t ON t.order_id = o.id AND t.place = 1
LEFT JOIN delivery AS d ON d.order_id = o.id
LEFT JOIN state_change AS e ON e.id = o.id AND e.state = 'completed'
LEFT JOIN buyer AS b ON b.order_id = o.id
LEFT JOIN shop_customer AS a ON a.id = b.customer_id
