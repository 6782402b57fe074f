-- Without tax, as in the other shops. What was chosen of a product stands in the line's title.
SELECT
  'line:' || d._ref AS line_id, o.id AS order_id, p.listing_id, d.product_name AS title, d.product_quantity AS quantity,
  d.unit_price_tax_excl AS unit_price, d.total_price_tax_excl AS line_total, o.currency, 'source:' || d._ref AS source_id
FROM order_detail AS d
JOIN shop_order AS o ON o.id_order = d.id_order
LEFT JOIN product_text AS p ON p.id_product = d.product_id;
