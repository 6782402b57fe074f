SELECT
  'line:' || ref AS line_id, order_id, listing_id, title, variation, quantity,
  ratio(total, quantity) AS unit_price, total AS line_total, currency, 'source:' || ref AS source_id
FROM order_item;
