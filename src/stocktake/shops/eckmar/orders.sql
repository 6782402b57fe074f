SELECT
  x.order_id, site.site_id, x.id AS number, x.account_id, x.vendor_account_id, x.created_at AS placed_at, x.status,
  x.state || CASE WHEN x.type <> '' THEN ', ' || x.type ELSE '' END AS status_recorded,
  CASE WHEN x.status = 'completed' THEN x.updated_at END AS completed_at,
  x.subtotal, x.shipping, x.total, 'derived' AS basis, 'source:' || x.ref AS source_id
FROM purchase AS x
CROSS JOIN site;
