-- Parcel numbers that shipment plugins keep on an order, one row a parcel. A number that a plugin keeps in its
-- list and beside it is one.
WITH listed AS (
  SELECT o.order_id, t._ref, t.k1, t.k2, t.value
  FROM post_tracking AS t JOIN shop_order AS o ON o.order_id = t.post_id AND o.store = 'posts'
  UNION ALL
  SELECT o.order_id, t._ref, t.k1, t.k2, t.value
  FROM order_tracking AS t JOIN shop_order AS o ON o.order_id = t.order_id AND o.store = 'wc_orders'
),
item AS (
  SELECT
    order_id, _ref AS ref, k1 AS place,
    MAX(CASE WHEN k2 = 'tracking_number' THEN NULLIF(TRIM(value), '') END) AS tracking_number,
    MAX(CASE WHEN k2 IN ('tracking_provider', 'slug') THEN NULLIF(TRIM(value), '') END) AS provider,
    MAX(CASE WHEN k2 IN ('custom_tracking_provider', 'carrier_name') THEN NULLIF(TRIM(value), '') END)
      AS custom_provider,
    MAX(CASE WHEN k2 = 'date_shipped' THEN unix_to_utc(value) END) AS shipped_at
  FROM listed
  GROUP BY order_id, _ref, k1
),
single AS (
  SELECT
    order_id, tracking_ref AS ref, TRIM(tracking_number) AS tracking_number,
    NULLIF(TRIM(tracking_provider), '') AS carrier,
    COALESCE(unix_to_utc(date_shipped), TRY_CAST(date_shipped AS TIMESTAMP)) AS shipped_at
  FROM order_meta
  UNION ALL
  SELECT
    order_id, ywot_ref, TRIM(ywot_code),
    COALESCE(NULLIF(TRIM(ywot_carrier), ''), NULLIF(TRIM(ywot_carrier_id), '')),
    TRY_CAST(ywot_date AS TIMESTAMP)
  FROM order_meta
  UNION ALL
  SELECT
    order_id, aftership_ref, TRIM(aftership_number), NULLIF(TRIM(aftership_provider), ''),
    CAST(NULL AS TIMESTAMP)
  FROM order_meta
)
SELECT
  order_id, ref, ref || '/' || place AS key, tracking_number, COALESCE(provider, custom_provider) AS carrier,
  shipped_at
FROM item
WHERE tracking_number IS NOT NULL
UNION ALL
SELECT s.order_id, s.ref, s.ref, s.tracking_number, s.carrier, s.shipped_at
FROM single AS s
WHERE s.tracking_number <> '' AND NOT EXISTS (
  SELECT 1 FROM item AS i WHERE i.order_id = s.order_id AND i.tracking_number = s.tracking_number)
