SELECT
  'warning' AS severity,
  CAST(COUNT(*) AS VARCHAR) || ' invoices fit several orders of shops of the case by number, total and time, and '
    || 'were tied to none.' AS message,
  'source:' || MIN(i.ref) AS source_id
FROM shop_order AS s JOIN invoice AS i ON i.invoice_id = s.invoice_id
WHERE s.orders > 1
HAVING COUNT(*) > 0;

SELECT
  'warning' AS severity,
  CAST(COUNT(DISTINCT r.invoice_id) AS VARCHAR) || ' invoices with confirmed payments, ' || MAX(i.currency) || ' '
    || CAST(ROUND(SUM(TRY_CAST(r.coins AS DECIMAL(19, 8)) * TRY_CAST(t.rate AS DECIMAL(19, 8))), 2) AS VARCHAR)
    || ' in all, are for orders of a shop that is not in the case; they count as no proceeds.' AS message,
  'source:' || MIN(r.ref) AS source_id
FROM received AS r
JOIN invoice AS i ON i.invoice_id = r.invoice_id
LEFT JOIN rate AS t ON t.invoice_id = r.invoice_id AND t.coin = r.coin
LEFT JOIN shop_order AS s ON s.invoice_id = r.invoice_id
LEFT JOIN own_order AS o ON o.invoice_id = r.invoice_id
LEFT JOIN own_order AS q ON q.request_id = i.request_id
WHERE r.status = 'confirmed' AND COALESCE(s.order_id, o.order_id, q.order_id) IS NULL
GROUP BY i.currency;

SELECT
  'warning' AS severity,
  CAST(COUNT(*) AS VARCHAR) || ' invoices were set to settled by hand, without any payment that came in.' AS message,
  'source:' || MIN(i.ref) AS source_id
FROM invoice AS i
WHERE i.exception = 'marked' AND i.state IN ('settled', 'complete', 'confirmed')
  AND i.invoice_id NOT IN (SELECT invoice_id FROM received WHERE status = 'confirmed' AND invoice_id IS NOT NULL)
HAVING COUNT(*) > 0;

-- What the processor took for an order that counts as unpaid by the shop's own record.
SELECT
  'warning' AS severity,
  CAST(COUNT(DISTINCT s.order_id) AS VARCHAR) || ' orders of shops have a confirmed payment here and do not count as '
    || 'proceeds by the shop''s own record (' || c.reason || ').' AS message,
  'source:' || MIN(r.ref) AS source_id
FROM received AS r
JOIN shop_order AS s ON s.invoice_id = r.invoice_id
JOIN case_takings AS c ON c.order_id = s.order_id AND c.reason IS NOT NULL
WHERE r.status = 'confirmed'
GROUP BY c.reason;

SELECT
  'warning' AS severity,
  CAST(COUNT(*) AS VARCHAR) || ' invoices are in the state "' || i.status_recorded
    || '", which shop.toml does not know.' AS message,
  'source:' || MIN(i.ref) AS source_id
FROM invoice AS i
LEFT JOIN status_words AS w ON w.recorded = i.state
WHERE w.recorded IS NULL
GROUP BY i.status_recorded;

SELECT
  'warning' AS severity,
  CAST(COUNT(*) AS VARCHAR) || ' payments have no amount that can be read.' AS message,
  'source:' || MIN(r.ref) AS source_id
FROM received AS r
WHERE r.coins IS NULL
HAVING COUNT(*) > 0;
