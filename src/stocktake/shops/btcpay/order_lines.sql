-- What stood in the cart of the point of sale.
SELECT
  'line:' || o.ref || '/' || CAST(c.place AS VARCHAR) AS line_id, o.order_id, COALESCE(c.title, c.code) AS title,
  c.quantity, c.unit_price, c.quantity * c.unit_price AS line_total, o.currency, 'source:' || o.ref AS source_id
FROM (
  SELECT invoice_id, place, title, code, TRY_CAST(quantity AS DECIMAL(19, 6)) AS quantity,
    TRY_CAST(unit_price AS DECIMAL(19, 6)) AS unit_price
  FROM cart_line
) AS c
JOIN own_order AS o ON o.invoice_id = c.invoice_id;

-- Without a cart: the one thing that was asked for.
SELECT
  'line:' || o.ref AS line_id, o.order_id, o.title, 1 AS quantity, o.total AS unit_price, o.total AS line_total,
  o.currency, 'source:' || o.ref AS source_id
FROM own_order AS o
WHERE o.title IS NOT NULL
  AND (o.invoice_id IS NULL OR o.invoice_id NOT IN (SELECT invoice_id FROM cart_line));
