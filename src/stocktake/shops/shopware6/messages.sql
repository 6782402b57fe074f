-- What the shop's people noted when they changed a state (since 6.6).
SELECT
  'message:' || h._ref AS message_id, o.site_id, 'order ' || o.number AS thread, o.id AS order_id, h.created_at AS at,
  s.state AS subject, h.internal_comment AS body, 'source:' || h._ref AS source_id
FROM state_machine_history AS h
LEFT JOIN state_of AS s ON s.id = h.to_state_id
LEFT JOIN attempt AS t ON t.id = h.referenced_id
LEFT JOIN order_delivery AS d ON d.id = h.referenced_id AND d.version_id = (SELECT version_id FROM live)
JOIN shop_order AS o ON o.order_key = COALESCE(t.order_id, d.order_id, h.referenced_id)
WHERE TRIM(h.internal_comment) <> '';

-- What the shop answered to a review.
SELECT
  'message:' || r._ref AS message_id, p.site_id, 'review of ' || p.name AS thread, c.account_id AS to_account_id,
  COALESCE(r.updated_at, r.created_at) AS at, r.title AS subject, r.comment AS body, 'source:' || r._ref AS source_id
FROM product_review AS r
JOIN product_text AS p ON p.id = r.product_id
LEFT JOIN shop_customer AS c ON c.id = r.customer_id
WHERE TRIM(r.comment) <> '';
