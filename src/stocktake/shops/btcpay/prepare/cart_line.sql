-- Lines of the point of sale's cart, which stands in the invoice.
WITH entry AS (
  SELECT
    Id AS invoice_id, REGEXP_EXTRACT(path, 'posData/cart/([0-9]+)/', 1) AS place,
    REGEXP_EXTRACT(path, 'posData/cart/[0-9]+/(.+)$', 1) AS field, value
  FROM invoice_text
  WHERE path LIKE '%posData/cart/%'
)
SELECT
  invoice_id, TRY_CAST(place AS INTEGER) AS place,
  MAX(CASE WHEN field = 'title' THEN NULLIF(value, '') END) AS title,
  MAX(CASE WHEN field = 'id' THEN NULLIF(value, '') END) AS code,
  MAX(CASE WHEN field IN ('count', 'quantity') THEN to_money(value) END) AS quantity,
  MAX(CASE WHEN field IN ('price', 'price/value') THEN to_money(value) END) AS unit_price
FROM entry
WHERE place <> ''
GROUP BY invoice_id, place
