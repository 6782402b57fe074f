-- With tax where the order is with tax. A line that takes something off is the order's discount.
SELECT
  'line:' || l.ref AS line_id, o.id AS order_id, p.listing_id, l.label AS title, l.variation, l.quantity, l.unit AS unit_price,
  l.total AS line_total, o.currency, 'source:' || l.ref AS source_id
FROM order_line AS l
JOIN shop_order AS o ON o.order_key = l.order_id
LEFT JOIN product_text AS p ON p.id = l.product_id
WHERE NOT l.is_part AND NOT l.is_discount;
