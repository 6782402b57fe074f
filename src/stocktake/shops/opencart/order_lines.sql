SELECT
  line_id, order_id, listing_id, title, variation, quantity, unit_price, line_total, currency,
  'source:' || ref AS source_id
FROM order_item;
