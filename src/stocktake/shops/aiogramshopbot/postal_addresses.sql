SELECT
  'address:' || b.ref AS address_id, b.order_id, b.account_id, site.site_id, 'shipping' AS kind,
  b.shipping_address AS line1, 'source:' || b.ref AS source_id
FROM bought AS b
CROSS JOIN site
WHERE b.shipping_address IS NOT NULL;
