-- The money account of every site and currency. For `orders`, found is the total of all orders recorded; what
-- counts as proceeds is mapped, the rest is set aside by reason.
SELECT
  site_id, 'orders' AS table_name, 'money' AS measure, currency,
  SUM(COALESCE(total, 0)) AS found,
  SUM(CASE WHEN reason IS NULL THEN total ELSE 0 END) AS mapped,
  SUM(CASE WHEN reason IS NULL THEN 0 ELSE COALESCE(total, 0) END) AS set_aside,
  reason, 'derived' AS basis
FROM judged_orders
GROUP BY site_id, currency, reason;

-- For `refunds`, found is what was given back by a refund record or by the order's state.
SELECT
  t.site_id, 'refunds' AS table_name, 'money' AS measure, t.currency,
  SUM(t.amount) AS found,
  SUM(CASE WHEN t.counted THEN t.amount ELSE 0 END) AS mapped,
  SUM(CASE WHEN t.counted THEN 0 ELSE t.amount END) AS set_aside,
  t.reason, 'derived' AS basis
FROM takings AS t
LEFT JOIN judged_orders AS j ON j.order_id = t.order_id
WHERE t.amount < 0 AND COALESCE(j.total, 0) >= 0
GROUP BY t.site_id, t.currency, t.reason;
