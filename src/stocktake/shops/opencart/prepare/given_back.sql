-- Refunds in part that only a comment tells: "Refund 12.50" beside the state of a refund in part.
WITH told AS (
  SELECT
    h._ref AS ref, o.id, o.site_id, o.method, o.provider, o.currency, o.total,
    local_to_utc(h.date_added, o.zone) AS happened_at,
    to_money(NULLIF(REGEXP_EXTRACT(
      h.comment, '[Rr]efund(ed)?[ :]*(of )?[^0-9A-Za-z]{0,3}([0-9]{1,7}([.][0-9]{1,2})?)($|[^0-9.,])', 3), '')
    ) AS amount
  FROM order_history AS h
  JOIN shop_order AS o ON o.order_id = h.order_id AND o.status = 'part_refunded'
  JOIN status AS s ON s.status_id = h.order_status_id AND s.status = 'part_refunded'
  WHERE NOT EXISTS (SELECT 1 FROM processor_event AS r WHERE r.order_id = h.order_id AND r.type = 'refund')
)
SELECT * FROM told WHERE amount > 0 AND amount <= total
