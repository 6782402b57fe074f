SELECT
  p.listing_id, site.site_id, p.vendor_account_id, p.name AS title, p.description, p.category, p.price,
  'USD' AS currency,
  CASE WHEN p.deleted_at IS NOT NULL THEN 'deleted' WHEN p.active THEN 'active' ELSE 'not active' END AS status,
  p.stock_amount AS stock, p.created_at, p.updated_at, 'source:' || p.ref AS source_id
FROM product AS p
CROSS JOIN site;
