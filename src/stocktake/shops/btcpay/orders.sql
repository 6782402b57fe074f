SELECT
  o.order_id, o.site_id, o.number,
  CASE WHEN COALESCE(o.email, o.name) IS NOT NULL THEN 'account:' || o.ref END AS account_id,
  o.placed_at, o.paid_at, o.status, o.status_recorded, o.total, o.currency, 'source:' || o.ref AS source_id
FROM own_order AS o;
