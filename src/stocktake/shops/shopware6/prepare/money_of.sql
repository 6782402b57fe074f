-- The amounts inside the JSON of orders, lines, payments and refunds, in force only.
SELECT 'order' AS kind, p.id,
  MAX(CASE WHEN p.path = 'totalPrice' THEN round_to(to_money(p.value), 4) END) AS total,
  MAX(CASE WHEN p.path = 'netPrice' THEN round_to(to_money(p.value), 4) END) AS net,
  MAX(CASE WHEN p.path = 'positionPrice' THEN round_to(to_money(p.value), 4) END) AS unit
FROM order_price AS p JOIN live ON live.version_id = p.version_id GROUP BY 2
UNION ALL
SELECT 'shipping', p.id, MAX(CASE WHEN p.path = 'totalPrice' THEN round_to(to_money(p.value), 4) END), NULL, NULL
FROM order_shipping AS p JOIN live ON live.version_id = p.version_id GROUP BY 2
UNION ALL
SELECT 'line', p.id, MAX(CASE WHEN p.path = 'totalPrice' THEN round_to(to_money(p.value), 4) END), NULL,
  MAX(CASE WHEN p.path = 'unitPrice' THEN round_to(to_money(p.value), 4) END)
FROM line_price AS p JOIN live ON live.version_id = p.version_id GROUP BY 2
UNION ALL
SELECT 'transaction', p.id, MAX(CASE WHEN p.path = 'totalPrice' THEN round_to(to_money(p.value), 4) END), NULL, NULL
FROM transaction_amount AS p JOIN live ON live.version_id = p.version_id GROUP BY 2
UNION ALL
SELECT 'refund', p.id, MAX(CASE WHEN p.path = 'totalPrice' THEN round_to(to_money(p.value), 4) END), NULL, NULL
FROM refund_amount AS p JOIN live ON live.version_id = p.version_id GROUP BY 2
