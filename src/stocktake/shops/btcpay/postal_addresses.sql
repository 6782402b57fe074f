-- Where the buyer lives, as the shop or the buyer gave it to the processor.
SELECT
  'address:' || i.ref AS address_id, COALESCE(s.order_id, q.order_id, o.order_id) AS order_id, i.site_id,
  'billing' AS kind, i.buyer_name AS name, i.line1, i.line2, i.city, i.region, i.postcode, i.country,
  i.buyer_phone AS phone, i.buyer_email AS email,
  CASE WHEN s.order_id IS NULL THEN 'recorded' ELSE 'derived' END AS basis, 'source:' || i.ref AS source_id
FROM invoice AS i
LEFT JOIN shop_order AS s ON s.invoice_id = i.invoice_id
LEFT JOIN own_order AS o ON o.invoice_id = i.invoice_id
LEFT JOIN own_order AS q ON q.request_id = i.request_id
WHERE COALESCE(i.line1, i.city, i.postcode) IS NOT NULL;
