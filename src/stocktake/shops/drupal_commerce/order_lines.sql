SELECT
  'line:' || i._ref AS line_id, o.id AS order_id, v.listing_id, i.title, i.quantity, i.unit_price__number AS unit_price,
  i.total_price__number AS line_total, o.currency, 'source:' || i._ref AS source_id
FROM commerce_order_item AS i
JOIN shop_order AS o ON o.order_id = i.order_id
LEFT JOIN variation AS v ON v.variation_id = i.purchased_entity;
