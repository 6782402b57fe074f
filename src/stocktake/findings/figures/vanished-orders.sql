-- title: Orders that vanished between sources
-- note: Orders that an earlier source of a shop holds and a later one, which was read whole, no longer does. They count by the same rules as all others and are within the figures of takings.
-- unit: orders
-- keys: site_id, counted, currency, status, from_source, to_source
-- money: amount
-- span: placed_at
SELECT
  orders.site_id, coalesce(takings.counted, false) AS counted, orders.currency, orders.status,
  row_changes.from_source, row_changes.to_source, orders.total AS amount, orders.placed_at, orders.number,
  orders.order_id AS subject_id
FROM row_changes
JOIN orders ON orders.order_id = row_changes.row_id
LEFT JOIN (
  SELECT order_id, bool_or(counted AND amount >= 0) AS counted FROM takings GROUP BY order_id
) AS takings ON takings.order_id = orders.order_id
WHERE row_changes.kind = 'vanished' AND row_changes.table_name = 'orders'
