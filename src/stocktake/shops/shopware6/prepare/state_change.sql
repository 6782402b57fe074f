-- When an order, a payment or a delivery reached each state. Until 6.4 whose history it is stands in JSON.
SELECT
  COALESCE(h.referenced_id, e.id) AS id, s.state, MIN(h.created_at) AS first_at, MAX(h.created_at) AS last_at,
  MAX_BY(h.ref, h.created_at) AS ref
FROM (SELECT r.*, r._ref AS ref FROM state_machine_history AS r) AS h
JOIN state_of AS s ON s.id = h.to_state_id
LEFT JOIN (
  SELECT id AS history_id, MIN(LOWER(value)) AS id FROM history_entity WHERE path = 'id' GROUP BY id
) AS e ON e.history_id = h.id
GROUP BY 1, 2
