-- The money account of every site and currency. For `orders`, found is the total of all orders recorded; what
-- counts as proceeds is mapped, the rest is set aside by reason.
SELECT
  j.site_id, 'orders' AS table_name, 'money' AS measure, j.currency,
  SUM(COALESCE(j.total, 0)) AS found,
  SUM(CASE WHEN j.reason IS NULL THEN j.total ELSE 0 END) AS mapped,
  SUM(CASE WHEN j.reason IS NULL THEN 0 ELSE COALESCE(j.total, 0) END) AS set_aside,
  j.reason, MIN(s.source_id) AS source_id, 'derived' AS basis
FROM judged_orders AS j
LEFT JOIN sites AS s ON s.site_id = j.site_id
GROUP BY j.site_id, j.currency, j.reason;

-- For `refunds`, found is what was given back by a refund record or by the order's state.
SELECT
  t.site_id, 'refunds' AS table_name, 'money' AS measure, t.currency,
  SUM(t.amount) AS found,
  SUM(CASE WHEN t.counted THEN t.amount ELSE 0 END) AS mapped,
  SUM(CASE WHEN t.counted THEN 0 ELSE t.amount END) AS set_aside,
  t.reason, COALESCE(MIN(s.source_id), MIN(t.source_id)) AS source_id, 'derived' AS basis
FROM takings AS t
LEFT JOIN judged_orders AS j ON j.order_id = t.order_id
LEFT JOIN sites AS s ON s.site_id = t.site_id
WHERE t.amount < 0 AND COALESCE(j.total, 0) >= 0
GROUP BY t.site_id, t.currency, t.reason;
