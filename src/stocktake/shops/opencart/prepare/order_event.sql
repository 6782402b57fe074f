-- The states that each order went through, and what its comments tell: the first time that it reached a state
-- of each sort, and a coin address or transaction that a comment names.
WITH event AS (
  SELECT
    h.order_id, h.order_history_id AS place, h._ref AS ref, s.status, h.comment,
    local_to_utc(h.date_added, o.zone) AS happened_at
  FROM order_history AS h
  JOIN shop_order AS o ON o.order_id = h.order_id
  LEFT JOIN status AS s ON s.status_id = h.order_status_id
)
SELECT
  order_id,
  MIN(CASE WHEN status IN ('paid', 'processing', 'shipped', 'completed') THEN happened_at END) AS paid_at,
  MIN(CASE WHEN status = 'shipped' THEN happened_at END) AS shipped_at,
  MIN(CASE WHEN status = 'completed' THEN happened_at END) AS completed_at,
  MAX(CASE WHEN status = 'refunded' THEN happened_at END) AS refunded_at,
  MAX_BY(ref, place) FILTER (WHERE status = 'refunded') AS refund_ref,
  MIN_BY(
    REGEXP_EXTRACT(comment, '(bc1[02-9ac-hj-np-z]{39,59}|[13][1-9A-HJ-NP-Za-km-z]{25,34})', 1), place
  ) FILTER (
    WHERE REGEXP_EXTRACT(comment, '(bc1[02-9ac-hj-np-z]{39,59}|[13][1-9A-HJ-NP-Za-km-z]{25,34})', 1) <> ''
  ) AS address,
  MIN_BY(REGEXP_EXTRACT(comment, '([0-9a-f]{64})', 1), place)
    FILTER (WHERE REGEXP_EXTRACT(comment, '([0-9a-f]{64})', 1) <> '') AS txid
FROM event
GROUP BY order_id
