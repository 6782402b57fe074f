-- Payments that came in. A payment's worth is the invoice's price where it alone settled the invoice, and else its
-- coins at the rate that the invoice fixed.
WITH alone AS (
  SELECT invoice_id FROM received WHERE status <> 'failed' GROUP BY invoice_id HAVING COUNT(*) = 1
)
SELECT
  'payment:' || r.ref AS payment_id, COALESCE(s.order_id, q.order_id, o.order_id) AS order_id, i.site_id,
  'crypto' AS method, 'BTCPay Server' AS provider,
  CASE
    WHEN i.state IN ('settled', 'complete', 'confirmed') AND i.exception = '' AND i.price IS NOT NULL
      AND r.status <> 'failed' AND a.invoice_id IS NOT NULL THEN i.price
    ELSE round_to(TRY_CAST(r.coins AS DECIMAL(19, 8)) * TRY_CAST(t.rate AS DECIMAL(19, 8)), 2)
  END AS amount,
  i.currency, r.coin AS asset, r.coins AS asset_amount, r.destination AS address, r.txid, r.status, r.at,
  r.invoice_id AS reference,
  CASE
    WHEN i.state IN ('settled', 'complete', 'confirmed') AND i.exception = '' AND i.price IS NOT NULL
      AND r.status <> 'failed' AND a.invoice_id IS NOT NULL AND s.order_id IS NULL THEN 'recorded'
    ELSE 'derived'
  END AS basis,
  'source:' || r.ref AS source_id
FROM received AS r
LEFT JOIN invoice AS i ON i.invoice_id = r.invoice_id
LEFT JOIN rate AS t ON t.invoice_id = r.invoice_id AND t.coin = r.coin
LEFT JOIN alone AS a ON a.invoice_id = r.invoice_id
LEFT JOIN shop_order AS s ON s.invoice_id = r.invoice_id
LEFT JOIN own_order AS o ON o.invoice_id = r.invoice_id
LEFT JOIN own_order AS q ON q.request_id = i.request_id;

-- An address that was given out for an invoice to which nothing came in.
SELECT
  'payment:' || a.ref AS payment_id, COALESCE(s.order_id, q.order_id, o.order_id) AS order_id, i.site_id,
  'crypto' AS method, 'BTCPay Server' AS provider, i.price AS amount, i.currency, a.coin AS asset, a.address,
  CASE WHEN i.state IN ('new', 'paid', 'processing') THEN 'pending' ELSE 'failed' END AS status,
  COALESCE(a.created_at, i.created_at) AS at, a.invoice_id AS reference,
  CASE WHEN s.order_id IS NULL THEN 'recorded' ELSE 'derived' END AS basis, 'source:' || a.ref AS source_id
FROM issued AS a
JOIN invoice AS i ON i.invoice_id = a.invoice_id
LEFT JOIN shop_order AS s ON s.invoice_id = a.invoice_id
LEFT JOIN own_order AS o ON o.invoice_id = a.invoice_id
LEFT JOIN own_order AS q ON q.request_id = i.request_id
WHERE a.kind = 'CHAIN'
  AND a.invoice_id NOT IN (SELECT invoice_id FROM received WHERE invoice_id IS NOT NULL);

-- What was sent out. Where it is linked to an invoice it gave that invoice's money back.
SELECT
  'payment:' || p.ref AS payment_id, COALESCE(s.order_id, q.order_id, o.order_id) AS order_id,
  COALESCE(p.site_id, i.site_id) AS site_id, 'crypto' AS method, 'BTCPay Server' AS provider,
  -ABS(p.amount) AS amount, p.currency, p.coin AS asset, -ABS(p.coins) AS asset_amount, p.destination AS address,
  p.txid,
  CASE
    WHEN p.state = 'Cancelled' THEN 'failed'
    WHEN p.state IN ('AwaitingApproval', 'AwaitingPayment') THEN 'pending'
    WHEN p.invoice_id IS NOT NULL THEN 'refunded'
    WHEN p.state = 'Completed' THEN 'confirmed'
    ELSE 'pending'
  END AS status,
  p.at, COALESCE(p.invoice_id, p.payout_id) AS reference,
  CASE WHEN s.order_id IS NULL THEN 'recorded' ELSE 'derived' END AS basis, 'source:' || p.ref AS source_id
FROM payout AS p
LEFT JOIN invoice AS i ON i.invoice_id = p.invoice_id
LEFT JOIN shop_order AS s ON s.invoice_id = p.invoice_id
LEFT JOIN own_order AS o ON o.invoice_id = p.invoice_id
LEFT JOIN own_order AS q ON q.request_id = i.request_id;
