SELECT
  'line:' || b.ref AS line_id, b.order_id, b.listing_id, b.item_name AS title, 1 AS quantity, b.price AS unit_price,
  b.price AS line_total, 'source:' || b.ref AS source_id
FROM bought AS b;
