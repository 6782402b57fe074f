-- The order of a shop of the case that an invoice is for. In this order: the shop names the invoice; the shop knows
-- the address that the invoice gave out; the invoice has the number, the currency and the total of an order that
-- was placed within three days of it. An order of the same exhibit goes before those of others. Where several
-- orders fit, none is taken.
WITH candidate AS (
  SELECT i.invoice_id, p.order_id, p.exhibit, 1 AS rank
  FROM invoice AS i JOIN case_payments AS p ON p.reference = i.invoice_id
  WHERE p.order_id IS NOT NULL
  UNION ALL
  SELECT a.invoice_id, p.order_id, p.exhibit, 2
  FROM issued AS a JOIN case_payments AS p ON p.address = a.address
  WHERE p.order_id IS NOT NULL
  UNION ALL
  SELECT i.invoice_id, o.order_id, o.exhibit, 3
  FROM invoice AS i
  JOIN case_orders AS o ON o.number = i.order_number AND o.currency = i.currency AND o.total = i.price
  WHERE ABS(EXTRACT(EPOCH FROM o.placed_at) - EXTRACT(EPOCH FROM i.created_at)) <= 259200
),
placed AS (
  SELECT
    c.invoice_id, c.order_id, c.rank,
    2 * c.rank + CASE WHEN c.exhibit = shop.exhibit THEN 0 ELSE 1 END AS place
  FROM candidate AS c CROSS JOIN shop
),
best AS (SELECT invoice_id, MIN(place) AS place FROM placed GROUP BY invoice_id)
SELECT
  p.invoice_id, CASE WHEN COUNT(DISTINCT p.order_id) = 1 THEN MIN(p.order_id) END AS order_id,
  COUNT(DISTINCT p.order_id) AS orders, MIN(p.rank) AS rank
FROM placed AS p
JOIN best AS b ON b.invoice_id = p.invoice_id AND b.place = p.place
GROUP BY p.invoice_id
