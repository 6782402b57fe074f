-- What is put on or taken off an order and its lines; tax that is in the price already adds nothing.
WITH part AS (
  SELECT entity_id AS order_id, _ref, path, value FROM order_adjustment
  UNION ALL
  SELECT i.order_id, a._ref, a.path, a.value
  FROM item_adjustment AS a
  JOIN commerce_order_item AS i ON i.order_item_id = a.entity_id
),
one AS (
  SELECT
    order_id, _ref, MAX(CASE WHEN path = 'type' THEN value END) AS kind,
    MAX(CASE WHEN path = 'amount/number' THEN to_money(value) END) AS amount
  FROM part
  GROUP BY order_id, _ref
)
SELECT
  order_id, SUM(CASE WHEN kind = 'shipping' THEN amount END) AS shipping, SUM(CASE WHEN kind = 'tax' THEN amount END) AS tax,
  -SUM(CASE WHEN kind NOT IN ('shipping', 'tax') AND amount < 0 THEN amount END) AS discount
FROM one
GROUP BY order_id
