SELECT
  'line:' || x.ref AS line_id, x.order_id, x.listing_id, x.name AS title, x.mesure AS variation, x.quantity,
  x.unit_price, x.subtotal AS line_total, 'derived' AS basis, 'source:' || x.ref AS source_id
FROM purchase AS x;
