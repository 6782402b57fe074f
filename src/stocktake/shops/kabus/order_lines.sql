-- What was ordered, as it was called and cost then.
SELECT
  'line:' || i._ref AS line_id, o.order_id, p.listing_id, i.product_name AS title, i.measurement_unit AS variation,
  i.quantity, i.price AS unit_price, CASE WHEN COALESCE(i.bulk_option, 'null') IN ('null', '') THEN i.quantity * i.price END
    AS line_total,
  'USD' AS currency, 'source:' || i._ref AS source_id
FROM order_items AS i
LEFT JOIN placed_order AS o ON o.id = i.order_id
LEFT JOIN product AS p ON p.id = i.product_id;
