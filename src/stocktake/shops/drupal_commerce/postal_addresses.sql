-- The billing address as it was when the order was placed, or else as it now is.
WITH found AS (
  SELECT
    o.id, o.ref AS order_ref, o.account_id, o.site_id, o.email, a.*,
    ROW_NUMBER() OVER (PARTITION BY o.order_id ORDER BY CASE WHEN a.kind = 'then' THEN 0 ELSE 1 END, a.ref) AS place
  FROM shop_order AS o
  JOIN postal AS a ON a.entity_id = o.profile_id AND (a.kind = 'now' OR a.revision_id = o.revision_id)
  WHERE a.is_filled
)
SELECT
  'address:' || order_ref || '/billing' AS address_id, id AS order_id, account_id, site_id, 'billing' AS kind, name, line1, line2,
  city, region, postcode, country, email, 'source:' || ref AS source_id
FROM found
WHERE place = 1;

WITH found AS (
  SELECT
    s._ref AS parcel_ref, o.id, o.account_id, o.site_id, o.email, a.*,
    ROW_NUMBER() OVER (PARTITION BY s.shipment_id ORDER BY CASE WHEN a.kind = 'then' THEN 0 ELSE 1 END, a.ref) AS place
  FROM commerce_shipment AS s
  JOIN shop_order AS o ON o.order_id = s.order_id
  JOIN postal AS a ON a.entity_id = s.shipping_profile__target_id
    AND (a.kind = 'now' OR a.revision_id = s.shipping_profile__target_revision_id)
  WHERE a.is_filled
)
SELECT
  'address:' || parcel_ref || '/shipping' AS address_id, id AS order_id, account_id, site_id, 'shipping' AS kind, name, line1,
  line2, city, region, postcode, country, email, 'source:' || ref AS source_id
FROM found
WHERE place = 1;

-- Addresses that account holders saved. Those of orders belong to nobody.
SELECT
  'address:' || a.ref AS address_id, p.account_id, s.site_id, 'shipping' AS kind, a.name, a.line1, a.line2, a.city, a.region,
  a.postcode, a.country, p.email, 'source:' || a.ref AS source_id
FROM postal AS a
JOIN profile AS f ON f.profile_id = a.entity_id
JOIN person AS p ON p.uid = f.uid
JOIN site AS s ON s.store_id = (SELECT MIN_BY(store_id, CASE WHEN is_default THEN 0 ELSE store_id END) FROM site)
WHERE a.kind = 'now' AND a.is_filled;
