-- Purchases are paid from the balance.
SELECT
  'payment:' || b.ref AS payment_id, b.order_id, site.site_id, 'balance' AS method, 'balance with the bot' AS provider,
  b.price AS amount, 'confirmed' AS status, b.placed_at AS at, 'source:' || b.ref AS source_id
FROM bought AS b
CROSS JOIN site;

-- What filled the balance; it counts when it is spent.
SELECT
  'payment:' || t.ref AS payment_id, site.site_id,
  CASE WHEN t.provider IN ('cryptopay', 'bybit', 'binance', 'bep20', 'trc20') THEN 'crypto' ELSE 'other' END AS method,
  t.provider, t.amount, t.currency, t.external_id AS reference,
  CASE WHEN t.status = 'succeeded' THEN 'confirmed' WHEN t.status IN ('pending', 'active') THEN 'pending' ELSE 'failed'
    END AS status,
  t.at, 'source:' || t.ref AS source_id
FROM top_up AS t
CROSS JOIN site
WHERE NOT t.is_told;
