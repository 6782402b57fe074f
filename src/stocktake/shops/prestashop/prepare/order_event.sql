-- When each order first was in a state of each sort.
SELECT
  o.id_order,
  MIN(CASE WHEN s.is_paid OR s.status IN ('paid', 'processing', 'shipped', 'completed') THEN h.happened_at END)
    AS paid_at,
  MIN(CASE WHEN s.status = 'shipped' THEN h.happened_at END) AS shipped_at,
  MIN(CASE WHEN s.status = 'completed' THEN h.happened_at END) AS completed_at
FROM (
  SELECT r.id_order, r.id_order_state, local_to_utc(r.date_add, o.zone) AS happened_at
  FROM order_history AS r
  JOIN shop_order AS o ON o.id_order = r.id_order
) AS h
JOIN shop_order AS o ON o.id_order = h.id_order
LEFT JOIN order_status AS s ON s.id_order_state = h.id_order_state
GROUP BY o.id_order
