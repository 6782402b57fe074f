SELECT
  'address:' || a.ref || '/billing' AS address_id, o.id AS order_id, o.account_id, o.site_id, 'billing' AS kind, a.name, a.line1,
  a.line2, a.city, a.region, a.postcode, a.country, a.phone, o.email, 'source:' || a.ref AS source_id
FROM shop_order AS o
JOIN shop_address AS a ON a.kind = 'order' AND a.id = o.billing_address_id
WHERE a.is_filled;

SELECT
  'address:' || a.ref || '/shipping' AS address_id, o.id AS order_id, o.account_id, o.site_id, 'shipping' AS kind, a.name, a.line1,
  a.line2, a.city, a.region, a.postcode, a.country, a.phone, o.email, 'source:' || a.ref AS source_id
FROM (
  SELECT DISTINCT d.order_id, d.shipping_order_address_id
  FROM order_delivery AS d JOIN live ON live.version_id = d.version_id
) AS d
JOIN shop_order AS o ON o.order_key = d.order_id
JOIN shop_address AS a ON a.kind = 'order' AND a.id = d.shipping_order_address_id
WHERE a.is_filled;

-- Addresses that customers saved.
SELECT
  'address:' || a.ref AS address_id, c.account_id, c.site_id, 'shipping' AS kind, a.name, a.line1, a.line2, a.city, a.region,
  a.postcode, a.country, a.phone, c.email, 'source:' || a.ref AS source_id
FROM shop_address AS a
JOIN shop_customer AS c ON c.id = a.owner_id
WHERE a.kind = 'customer' AND a.is_filled;
