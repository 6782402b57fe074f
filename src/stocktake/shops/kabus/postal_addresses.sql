-- As it was typed, where it was not encrypted.
SELECT
  'address:' || o.ref AS address_id, o.order_id, o.account_id, site.site_id, 'shipping' AS kind,
  o.shipping_address AS line1, 'source:' || o.ref AS source_id
FROM placed_order AS o
CROSS JOIN site
WHERE o.shipping_address NOT LIKE '%BEGIN PGP MESSAGE%' AND o.shipping_address NOT LIKE 'eyJpdiI6%';
