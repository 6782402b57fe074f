SELECT
  o.order_id, site.site_id, o.unique_url AS number, o.account_id, o.vendor_account_id, o.created_at AS placed_at,
  o.paid_at, o.sent_at AS shipped_at, o.completed_at, o.status, o.status_recorded, o.subtotal, o.total,
  'USD' AS currency, 'source:' || o.ref AS source_id
FROM placed_order AS o
CROSS JOIN site;
