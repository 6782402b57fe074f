SELECT
  'shipment:' || t.key AS shipment_id, o.id AS order_id, t.carrier, t.tracking_number, t.shipped_at,
  'source:' || t.ref AS source_id
FROM tracking AS t
JOIN shop_order AS o ON o.order_id = t.order_id AND o.type = 'shop_order';
