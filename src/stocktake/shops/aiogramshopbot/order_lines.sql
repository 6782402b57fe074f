SELECT
  'line:' || x.ref || CASE WHEN x.place > 1 THEN '/' || CAST(x.place AS VARCHAR) ELSE '' END AS line_id,
  b.order_id, 'listing:' || s._ref AS listing_id, s.name AS title, 1 AS quantity, i.price AS unit_price,
  i.price AS line_total, 'source:' || x.ref AS source_id
FROM bought_item AS x
JOIN bought AS b ON b.id = x.buy_id
LEFT JOIN items AS i ON i.id = x.item_id
LEFT JOIN subcategories AS s ON s.id = i.subcategory_id;
