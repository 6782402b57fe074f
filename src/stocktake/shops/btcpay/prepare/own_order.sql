-- What BTCPay itself sold: payment requests, and invoices of its own point of sale and other apps. An invoice that
-- is for an order of a shop is none. An invoice that ran out and was paid all the same is judged by its payments.
WITH taken AS (
  SELECT
    r.invoice_id, MIN(CASE WHEN r.status = 'confirmed' THEN r.at END) AS paid_at, COUNT(*) AS payments,
    SUM(CASE WHEN r.status = 'confirmed'
      THEN round_to(TRY_CAST(r.coins AS DECIMAL(19, 8)) * TRY_CAST(t.rate AS DECIMAL(19, 8)), 2) END) AS worth
  FROM received AS r
  LEFT JOIN rate AS t ON t.invoice_id = r.invoice_id AND t.coin = r.coin
  GROUP BY r.invoice_id
),
of_request AS (
  SELECT i.request_id, MIN(t.paid_at) AS paid_at, SUM(t.payments) AS payments
  FROM invoice AS i JOIN taken AS t ON t.invoice_id = i.invoice_id
  GROUP BY i.request_id
)
SELECT
  'order:' || r.ref AS order_id, r.ref, r.site_id, r.number, r.request_id, CAST(NULL AS VARCHAR) AS invoice_id,
  r.created_at AS placed_at, t.paid_at, r.status_recorded,
  CASE WHEN w.status = 'cancelled' AND t.payments > 0 THEN 'pending' ELSE COALESCE(w.status, 'unknown') END
    AS status,
  r.amount AS total, r.currency, r.title, r.email AS email, CAST(NULL AS VARCHAR) AS name,
  CAST(NULL AS VARCHAR) AS phone
FROM request AS r
LEFT JOIN status_words AS w ON w.recorded = r.state
LEFT JOIN of_request AS t ON t.request_id = r.request_id
UNION ALL
SELECT
  'order:' || i.ref, i.ref, i.site_id, COALESCE(i.order_number, i.invoice_id), CAST(NULL AS VARCHAR),
  i.invoice_id, i.created_at, t.paid_at,
  i.status_recorded || CASE WHEN i.exception <> '' THEN ', ' || i.exception ELSE '' END,
  CASE WHEN w.status = 'cancelled' AND t.payments > 0 THEN 'pending' ELSE COALESCE(w.status, 'unknown') END,
  COALESCE(i.price, t.worth), i.currency, COALESCE(i.item_title, i.item_code), i.buyer_email, i.buyer_name,
  i.buyer_phone
FROM invoice AS i
LEFT JOIN status_words AS w ON w.recorded = i.state
LEFT JOIN taken AS t ON t.invoice_id = i.invoice_id
LEFT JOIN shop_order AS o ON o.invoice_id = i.invoice_id
WHERE i.app_id IS NOT NULL AND i.request_id IS NULL AND o.order_id IS NULL
