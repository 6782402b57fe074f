SELECT
  b.order_id, site.site_id, CAST(b.id AS VARCHAR) AS number, b.account_id, b.buy_datetime AS placed_at,
  b.buy_datetime AS paid_at, b.status, b.status_recorded, b.discount, b.total_price AS total,
  'source:' || b.ref AS source_id
FROM bought AS b
CROSS JOIN site;
