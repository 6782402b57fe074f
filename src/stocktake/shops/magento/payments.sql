-- One payment an order, which is paid so far as the shop invoiced it.
SELECT
  'payment:' || p._ref AS payment_id, o.id AS order_id, o.site_id, COALESCE(m.method, 'other') AS method,
  COALESCE(m.provider, NULLIF(p.method, '')) AS provider,
  CASE WHEN p.amount_paid > 0 THEN p.amount_paid ELSE COALESCE(p.amount_ordered, o.total) END AS amount, o.currency, m.asset,
  NULLIF(p.last_trans_id, '') AS txid, COALESCE(b.brand, NULLIF(p.cc_type, ''), t.brand, c.type) AS card_brand,
  COALESCE(
    NULLIF(REGEXP_EXTRACT(COALESCE(p.cc_last_4, ''), '^[^0-9]*([0-9]{4})$', 1), ''),
    NULLIF(REGEXP_EXTRACT(COALESCE(c.masked, ''), '([0-9]{4})$', 1), '')) AS card_last4,
  CASE
    WHEN p.amount_paid > 0 THEN 'confirmed'
    WHEN o.status IN ('cancelled', 'failed') THEN 'failed'
    WHEN o.status IN ('paid', 'completed', 'refunded', 'part_refunded') THEN 'confirmed'
    ELSE 'pending'
  END AS status,
  COALESCE(e.invoiced_at, e.captured_at, o.placed_at) AS at, NULLIF(p.last_trans_id, '') AS reference,
  'source:' || p._ref AS source_id
FROM sales_order_payment AS p
JOIN shop_order AS o ON o.entity_id = p.parent_id
LEFT JOIN order_event AS e ON e.order_id = p.parent_id
LEFT JOIN payment_method AS m ON m.code = p.method
LEFT JOIN card_token AS c ON c.order_payment_id = p.entity_id
LEFT JOIN card_type AS b ON b.code = p.cc_type
LEFT JOIN card_type AS t ON t.code = c.type;

-- Credit memos; state 3 is a cancelled one.
SELECT
  'payment:' || r._ref AS payment_id, o.id AS order_id, o.site_id, o.method, o.provider, -r.grand_total AS amount,
  COALESCE(NULLIF(r.order_currency_code, ''), o.currency) AS currency, NULLIF(r.transaction_id, '') AS txid,
  'refunded' AS status, r.created_at AS at, NULLIF(r.transaction_id, '') AS reference, 'source:' || r._ref AS source_id
FROM sales_creditmemo AS r
JOIN shop_order AS o ON o.entity_id = r.order_id
WHERE COALESCE(r.state, 2) <> 3 AND r.grand_total <> 0;
