-- When each order was first paid, sent and complete: its paid invoices, its shipments, its history.
SELECT
  order_id, MIN(invoiced_at) AS invoiced_at, MIN(captured_at) AS captured_at, MIN(shipped_at) AS shipped_at,
  MIN(completed_at) AS completed_at
FROM (
  SELECT order_id, created_at AS invoiced_at, CAST(NULL AS TIMESTAMP) AS captured_at,
    CAST(NULL AS TIMESTAMP) AS shipped_at, CAST(NULL AS TIMESTAMP) AS completed_at
  FROM sales_invoice WHERE state = 2
  UNION ALL
  SELECT order_id, NULL, created_at, NULL, NULL FROM sales_payment_transaction
  WHERE txn_type IN ('capture', 'payment')
  UNION ALL
  SELECT order_id, NULL, NULL, created_at, NULL FROM sales_shipment
  UNION ALL
  SELECT h.parent_id, NULL, NULL, NULL, h.created_at
  FROM sales_order_status_history AS h
  JOIN status_words AS w ON w.recorded = LOWER(TRIM(h.status)) AND w.status = 'completed'
)
GROUP BY order_id
