-- The money account of an exhibit of which something is held back, from the takings that are in view. The first
-- statement of takings.sql, whose place in that file `first_rule` names, gives every order once.
SELECT
  t.site_id, 'orders' AS table_name, 'money' AS measure, t.currency,
  SUM(COALESCE(t.amount, 0)) AS found,
  SUM(CASE WHEN t.reason IS NULL THEN t.amount ELSE 0 END) AS mapped,
  SUM(CASE WHEN t.reason IS NULL THEN 0 ELSE COALESCE(t.amount, 0) END) AS set_aside,
  t.reason, MIN(s.source_id) AS source_id, 'derived' AS basis, t.exhibit
FROM seen_takings AS t
LEFT JOIN seen_sites AS s ON s.site_id = t.site_id
CROSS JOIN first_rule
WHERE t.rule = first_rule.rule
GROUP BY t.exhibit, t.site_id, t.currency, t.reason;

-- What was given back.
SELECT
  t.site_id, 'refunds' AS table_name, 'money' AS measure, t.currency,
  SUM(t.amount) AS found,
  SUM(CASE WHEN t.counted THEN t.amount ELSE 0 END) AS mapped,
  SUM(CASE WHEN t.counted THEN 0 ELSE t.amount END) AS set_aside,
  t.reason, MIN(s.source_id) AS source_id, 'derived' AS basis, t.exhibit
FROM seen_takings AS t
LEFT JOIN seen_orders AS o ON o.order_id = t.order_id
LEFT JOIN seen_sites AS s ON s.site_id = t.site_id
CROSS JOIN first_rule
WHERE t.rule <> first_rule.rule AND t.amount < 0 AND COALESCE(o.total, 0) >= 0
GROUP BY t.exhibit, t.site_id, t.currency, t.reason;
