-- Lines of orders. Lines of refund records say what was given back and are none.
SELECT
  i.order_item_id, i._ref AS ref, o.id AS order_id, o.order_id AS order_number, i.order_item_name AS title,
  o.currency, m.variation,
  COALESCE(v.listing_id, p.listing_id) AS listing_id,
  to_money(m.quantity) AS quantity, to_money(m.subtotal) AS subtotal, to_money(m.total) AS total
FROM woocommerce_order_items AS i
JOIN shop_order AS o ON o.order_id = i.order_id AND o.type = 'shop_order'
LEFT JOIN item_meta AS m ON m.order_item_id = i.order_item_id
LEFT JOIN product AS v ON v.product_id = TRY_CAST(m.variation_id AS BIGINT)
LEFT JOIN product AS p ON p.product_id = TRY_CAST(m.product_id AS BIGINT)
WHERE i.order_item_type = 'line_item'
