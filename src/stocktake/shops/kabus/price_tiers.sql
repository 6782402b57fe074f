-- A bulk option is an amount and what it costs as a whole.
SELECT
  p.listing_id, site.site_id, b.amount AS min_quantity, b.amount AS max_quantity, b.price, 'total' AS price_kind,
  'USD' AS currency, p.created_at AS valid_from, p.deleted_at AS valid_to, 'source:' || p.ref AS source_id
FROM (
  SELECT
    id, k1 AS place, MAX(CASE WHEN k2 = 'amount' THEN to_money(value) END) AS amount,
    MAX(CASE WHEN k2 = 'price' THEN to_money(value) END) AS price
  FROM bulk
  GROUP BY id, k1
) AS b
JOIN product AS p ON p.id = b.id
CROSS JOIN site
WHERE b.amount IS NOT NULL AND b.price IS NOT NULL;
