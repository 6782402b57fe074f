-- An address that was used in an order is never changed: the software keeps it and makes a new one.
SELECT
  'address:' || o.ref || '/billing' AS address_id, o.id AS order_id, o.account_id, o.site_id, 'billing' AS kind,
  a.name, a.line1, a.line2, a.city, a.region, a.postcode, a.country, a.phone, c.email, 'source:' || a.ref AS source_id
FROM shop_order AS o
JOIN order_address AS a ON a.id_address = o.id_address_invoice
LEFT JOIN shop_customer AS c ON c.account_id = o.account_id
WHERE a.is_filled;

SELECT
  'address:' || o.ref || '/shipping' AS address_id, o.id AS order_id, o.account_id, o.site_id, 'shipping' AS kind,
  a.name, a.line1, a.line2, a.city, a.region, a.postcode, a.country, a.phone, c.email, 'source:' || a.ref AS source_id
FROM shop_order AS o
JOIN order_address AS a ON a.id_address = o.id_address_delivery
LEFT JOIN shop_customer AS c ON c.account_id = o.account_id
WHERE a.is_filled;

-- Addresses that customers saved, those that they deleted since among them.
SELECT
  'address:' || a.ref AS address_id, c.account_id, c.site_id, 'shipping' AS kind, a.name, a.line1, a.line2, a.city,
  a.region, a.postcode, a.country, a.phone, c.email, 'source:' || a.ref AS source_id
FROM order_address AS a
JOIN shop_customer AS c ON c.id_customer = a.id_customer AND c.id_customer > 0
WHERE a.is_filled;
