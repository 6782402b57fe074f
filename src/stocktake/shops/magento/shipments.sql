-- Weights are in pounds where the shop does not say kilograms.
SELECT
  'shipment:' || t._ref AS shipment_id, o.id AS order_id, COALESCE(NULLIF(t.title, ''), t.carrier_code) AS carrier,
  NULLIF(t.carrier_code, 'custom') AS service, t.track_number AS tracking_number, t.created_at AS shipped_at,
  CASE
    WHEN t.weight <= 0 THEN NULL
    WHEN site.weight_unit LIKE 'kg%' THEN t.weight * 1000
    ELSE t.weight * CAST(453.59237 AS DECIMAL(8, 5))
  END AS weight_g,
  'source:' || t._ref AS source_id
FROM sales_shipment_track AS t
JOIN shop_order AS o ON o.entity_id = t.order_id
JOIN site ON site.site_id = o.site_id
WHERE TRIM(t.track_number) <> '';
