SELECT
  b.order_id, site.site_id, COALESCE(b.unique_id, CAST(b.id AS VARCHAR)) AS number, b.account_id, b.placed_at,
  b.placed_at AS paid_at, 'completed' AS status, 'bought' AS status_recorded, b.price AS total, b.placed_at_recorded,
  'source:' || b.ref AS source_id
FROM bought AS b
CROSS JOIN site;
