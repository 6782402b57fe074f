-- The meta of each line in one row. Keys without a leading underscore are what the buyer chose.
SELECT
  m.order_item_id,
  MIN_BY(m.meta_value, m.meta_id) FILTER (WHERE m.meta_key = '_product_id') AS product_id,
  MIN_BY(m.meta_value, m.meta_id) FILTER (WHERE m.meta_key = '_variation_id') AS variation_id,
  MIN_BY(m.meta_value, m.meta_id) FILTER (WHERE m.meta_key = '_qty') AS quantity,
  MIN_BY(m.meta_value, m.meta_id) FILTER (WHERE m.meta_key = '_line_subtotal') AS subtotal,
  MIN_BY(m.meta_value, m.meta_id) FILTER (WHERE m.meta_key = '_line_total') AS total,
  STRING_AGG(
    REPLACE(REPLACE(m.meta_key, 'attribute_', ''), 'pa_', '') || ': ' || m.meta_value, ', ' ORDER BY m.meta_id
  ) FILTER (WHERE m.meta_key NOT LIKE '\_%' ESCAPE '\' AND m.meta_value <> '' AND LENGTH(m.meta_value) < 1000)
    AS variation
FROM woocommerce_order_itemmeta AS m
JOIN woocommerce_order_items AS i ON i.order_item_id = m.order_item_id AND i.order_item_type = 'line_item'
WHERE m.meta_key IN ('_product_id', '_variation_id', '_qty', '_line_subtotal', '_line_total')
  OR m.meta_key NOT LIKE '\_%' ESCAPE '\'
GROUP BY m.order_item_id
