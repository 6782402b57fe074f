-- Lines of orders, without tax, as the buyer saw them. A gift voucher that was bought is a line too.
SELECT
  'line:' || p._ref AS line_id, p._ref AS ref, o.id AS order_id, t.listing_id,
  COALESCE(NULLIF(p.name, ''), p.model) AS title, c.variation, p.quantity,
  round_to(p.price * o.rate, o.places) AS unit_price, round_to(p.total * o.rate, o.places) AS line_total,
  o.currency
FROM order_product AS p
JOIN shop_order AS o ON o.order_id = p.order_id
LEFT JOIN product_text AS t ON t.product_id = p.product_id
LEFT JOIN (
  SELECT order_product_id, STRING_AGG(name || ': ' || value, ', ' ORDER BY order_option_id) AS variation
  FROM order_option
  GROUP BY order_product_id
) AS c ON c.order_product_id = p.order_product_id
UNION ALL
SELECT
  'line:' || v._ref, v._ref, o.id, CAST(NULL AS VARCHAR), v.description, CAST(NULL AS VARCHAR),
  CAST(1 AS DECIMAL(19, 4)), round_to(v.amount * o.rate, o.places), round_to(v.amount * o.rate, o.places),
  o.currency
FROM order_voucher AS v
JOIN shop_order AS o ON o.order_id = v.order_id
