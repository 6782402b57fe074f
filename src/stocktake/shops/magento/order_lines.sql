-- Without tax and before discount. The parts of a configurable product or a bundle stand below the line that
-- was sold, and are not lines of their own.
SELECT
  'line:' || i._ref AS line_id, o.id AS order_id, p.listing_id, COALESCE(NULLIF(i.name, ''), i.sku) AS title, c.variation,
  i.qty_ordered AS quantity, i.price AS unit_price, i.row_total AS line_total, o.currency, 'source:' || i._ref AS source_id
FROM sales_order_item AS i
JOIN shop_order AS o ON o.entity_id = i.order_id
LEFT JOIN product AS p ON p.entity_id = i.product_id
LEFT JOIN item_choice AS c ON c.item_id = i.item_id
WHERE i.parent_item_id IS NULL;
