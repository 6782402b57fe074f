-- Comments of an order's history; one with notice went to the buyer by mail.
SELECT
  'message:' || h._ref AS message_id, o.site_id, 'order ' || CAST(o.order_id AS VARCHAR) AS thread,
  CASE WHEN h.notify = 1 THEN o.account_id END AS to_account_id, o.id AS order_id,
  local_to_utc(h.date_added, o.zone) AS at, s.name AS subject, h.comment AS body, 'source:' || h._ref AS source_id
FROM order_history AS h
JOIN shop_order AS o ON o.order_id = h.order_id
LEFT JOIN status AS s ON s.status_id = h.order_status_id
WHERE TRIM(h.comment) <> '';

-- What buyers wrote when they sent something back.
SELECT
  'message:' || r._ref AS message_id, COALESCE(o.site_id, site.site_id) AS site_id,
  'return ' || CAST(r.return_id AS VARCHAR) AS thread, COALESCE(c.account_id, o.account_id) AS from_account_id,
  o.id AS order_id, local_to_utc(r.date_added, COALESCE(o.zone, site.zone)) AS at, r.product AS subject,
  r.comment AS body, 'source:' || r._ref AS source_id
FROM "return" AS r
JOIN site ON site.store_id = 0
LEFT JOIN shop_order AS o ON o.order_id = r.order_id
LEFT JOIN shop_customer AS c ON c.customer_id = r.customer_id AND c.customer_id > 0
WHERE TRIM(r.comment) <> '';

-- What the shop's people noted about a customer.
SELECT
  'message:' || h._ref AS message_id, c.site_id, 'customer ' || CAST(c.customer_id AS VARCHAR) AS thread,
  local_to_utc(h.date_added, c.zone) AS at, 'note on ' || COALESCE(c.name, c.email) AS subject, h.comment AS body,
  'source:' || h._ref AS source_id
FROM customer_history AS h
JOIN shop_customer AS c ON c.customer_id = h.customer_id
WHERE TRIM(h.comment) <> '';
