-- The shop records no time of its own for a parcel: the order's is taken, when it first was sent.
WITH parcel AS (
  SELECT r._ref AS ref, r.id_order, r.id_carrier, NULLIF(TRIM(r.tracking_number), '') AS tracking_number, r.weight
  FROM order_carrier AS r
)
SELECT
  'shipment:' || p.ref AS shipment_id, o.id AS order_id, NULLIF(NULLIF(c.name, '0'), '') AS carrier, p.tracking_number,
  e.shipped_at,
  CASE
    WHEN p.weight <= 0 THEN NULL
    WHEN COALESCE(o.weight_unit, 'kg') = 'kg' THEN p.weight * 1000
    WHEN o.weight_unit IN ('g', 'gr') THEN p.weight
    WHEN o.weight_unit IN ('lb', 'lbs') THEN p.weight * CAST(453.59237 AS DECIMAL(8, 5))
    WHEN o.weight_unit = 'oz' THEN p.weight * CAST(28.349523125 AS DECIMAL(11, 9))
  END AS weight_g,
  'source:' || p.ref AS source_id
FROM parcel AS p
JOIN shop_order AS o ON o.id_order = p.id_order
LEFT JOIN order_event AS e ON e.id_order = o.id_order
LEFT JOIN carrier AS c ON c.id_carrier = p.id_carrier
WHERE p.tracking_number IS NOT NULL;

-- Until 1.7 the order itself may have the number.
SELECT
  'shipment:' || o.ref AS shipment_id, o.id AS order_id, NULLIF(NULLIF(c.name, '0'), '') AS carrier,
  o.shipping_number AS tracking_number, e.shipped_at, 'source:' || o.ref AS source_id
FROM shop_order AS o
LEFT JOIN order_event AS e ON e.id_order = o.id_order
LEFT JOIN carrier AS c ON c.id_carrier = o.id_carrier
WHERE o.shipping_number IS NOT NULL
  AND NOT EXISTS (
    SELECT 1 FROM order_carrier AS r WHERE r.id_order = o.id_order AND TRIM(r.tracking_number) = o.shipping_number);
