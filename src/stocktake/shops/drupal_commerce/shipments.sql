SELECT
  'shipment:' || s._ref AS shipment_id, o.id AS order_id, NULLIF(s.shipping_service, '') AS service, s.tracking_code AS tracking_number,
  unix_to_utc(NULLIF(s.shipped, 0)) AS shipped_at,
  CASE s.weight__unit
    WHEN 'g' THEN s.weight__number
    WHEN 'kg' THEN s.weight__number * 1000
    WHEN 'lb' THEN s.weight__number * CAST(453.59237 AS DECIMAL(8, 5))
    WHEN 'oz' THEN s.weight__number * CAST(28.349523125 AS DECIMAL(11, 9))
  END AS weight_g,
  'source:' || s._ref AS source_id
FROM commerce_shipment AS s
JOIN shop_order AS o ON o.order_id = s.order_id
WHERE TRIM(s.tracking_code) <> '';
