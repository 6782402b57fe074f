SELECT
  'shipment:' || d._ref || '/' || t.k1 AS shipment_id, o.id AS order_id, n.name AS service, t.value AS tracking_number,
  e.first_at AS shipped_at, 'source:' || d._ref AS source_id
FROM order_delivery AS d
JOIN live ON live.version_id = d.version_id
JOIN shop_order AS o ON o.order_key = d.order_id
JOIN tracking_code AS t ON t.id = d.id AND t.version_id = d.version_id
LEFT JOIN system_language AS n ON n.kind = 'shipping_method' AND n.id = d.shipping_method_id
LEFT JOIN (
  SELECT id, MIN(first_at) AS first_at FROM state_change WHERE state LIKE 'shipped%' GROUP BY id
) AS e ON e.id = d.id
WHERE TRIM(t.value) <> '';
