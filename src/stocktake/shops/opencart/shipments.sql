SELECT
  'shipment:' || s._ref AS shipment_id, o.id AS order_id,
  COALESCE(c.shipping_courier_name, NULLIF(s.shipping_courier_id, '')) AS carrier, s.tracking_number,
  local_to_utc(s.date_added, o.zone) AS shipped_at, 'source:' || s._ref AS source_id
FROM order_shipment AS s
JOIN shop_order AS o ON o.order_id = s.order_id
LEFT JOIN (
  SELECT shipping_courier_id, MIN(shipping_courier_name) AS shipping_courier_name
  FROM shipping_courier GROUP BY shipping_courier_id
) AS c ON c.shipping_courier_id = s.shipping_courier_id
WHERE s.tracking_number <> '';

-- Parcel numbers in the comments of an order's history: the form that all posts share (two letters, nine
-- digits, two letters), that of UPS, or whatever stands right after the word tracking and has digits in it.
WITH found AS (
  SELECT
    h._ref AS ref, o.id AS order_id, local_to_utc(h.date_added, o.zone) AS sent_at,
    REGEXP_EXTRACT(h.comment, '(^|[^A-Za-z0-9])([A-Z]{2}[0-9]{9}[A-Z]{2})($|[^A-Za-z0-9])', 2) AS postal,
    REGEXP_EXTRACT(h.comment, '(^|[^A-Za-z0-9])(1Z[0-9A-Z]{16})($|[^A-Za-z0-9])', 2) AS ups,
    REGEXP_EXTRACT(
      h.comment, '[Tt]rack(ing|ed)?( (number|no|code|ref|id))?[ .:#-]{1,3}(is )?([A-Z0-9]{8,30})($|[^A-Za-z0-9])', 5
    ) AS named,
    REGEXP_EXTRACT(h.comment, '(Royal Mail|Parcelforce|Evri|Hermes|DPD|DHL|UPS|FedEx|Yodel|InPost)', 1) AS carrier
  FROM order_history AS h
  JOIN shop_order AS o ON o.order_id = h.order_id
  WHERE h.comment <> ''
)
SELECT
  'shipment:' || ref AS shipment_id, order_id,
  CASE
    WHEN carrier <> '' THEN carrier
    WHEN postal LIKE '%GB' THEN 'Royal Mail'
    WHEN ups <> '' THEN 'UPS'
  END AS carrier,
  COALESCE(NULLIF(postal, ''), NULLIF(ups, ''), NULLIF(named, '')) AS tracking_number,
  sent_at AS shipped_at, 'derived' AS basis, 'source:' || ref AS source_id
FROM found
WHERE postal <> '' OR ups <> '' OR REGEXP_EXTRACT(named, '[0-9]', 0) <> '';
