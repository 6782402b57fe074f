WITH total AS (
  SELECT
    t.order_id,
    SUM(CASE WHEN t.code = 'sub_total' THEN t.value END) AS subtotal,
    SUM(CASE WHEN t.code = 'shipping' THEN t.value END) AS shipping,
    SUM(CASE WHEN t.code = 'tax' THEN t.value END) AS tax,
    -SUM(CASE WHEN t.value < 0 AND t.code NOT IN ('sub_total', 'shipping', 'tax', 'total') THEN t.value END)
      AS discount
  FROM order_total AS t
  GROUP BY t.order_id
)
SELECT
  o.id AS order_id, o.site_id, CAST(o.order_id AS VARCHAR) AS number, o.account_id, o.placed_at, e.paid_at,
  e.shipped_at, e.completed_at, o.status, o.status_recorded,
  round_to(CAST(t.subtotal AS DECIMAL(19, 4)) * o.rate, o.places) AS subtotal,
  round_to(CAST(t.shipping AS DECIMAL(19, 4)) * o.rate, o.places) AS shipping,
  round_to(CAST(t.discount AS DECIMAL(19, 4)) * o.rate, o.places) AS discount,
  round_to(CAST(t.tax AS DECIMAL(19, 4)) * o.rate, o.places) AS tax,
  o.total, o.currency, o.rate AS currency_rate, NULLIF(o.ip, '') AS ip, NULLIF(o.user_agent, '') AS user_agent,
  NULLIF(o.comment, '') AS customer_note, o.placed_at_recorded, 'source:' || o.ref AS source_id
FROM shop_order AS o
LEFT JOIN total AS t ON t.order_id = o.order_id
LEFT JOIN order_event AS e ON e.order_id = o.order_id;
