-- Discounts from a quantity on, and prices of a period (4.1 keeps both in one table; before, a price of a
-- period is in product_special). 4.1 also has per cent (P) and amounts (S) off the price.
WITH language_group AS (
  SELECT g.customer_group_id, MIN(g.name) AS name
  FROM customer_group_description AS g
  JOIN shop_language AS language ON language.language_id = g.language_id
  GROUP BY g.customer_group_id
),
rule AS (
  SELECT
    _ref AS ref, product_id, customer_group_id, CASE WHEN quantity > 0 THEN quantity ELSE 1 END AS quantity,
    price, COALESCE(NULLIF(type, ''), 'F') AS type, COALESCE(special, 0) AS special, date_start, date_end
  FROM product_discount
  UNION ALL
  SELECT _ref, product_id, customer_group_id, CAST(1 AS DECIMAL(38, 18)), price, 'F', 1, date_start, date_end
  FROM product_special
)
SELECT
  p.listing_id, p.site_id, r.quantity AS min_quantity,
  CASE
    WHEN r.special = 0 THEN LEAD(r.quantity) OVER (
      PARTITION BY r.product_id, r.customer_group_id, r.special, r.date_start, r.date_end ORDER BY r.quantity) - 1
  END AS max_quantity,
  CASE WHEN r.type = 'S' THEN p.price - r.price ELSE r.price END AS price,
  CASE WHEN r.type = 'P' THEN 'percent_off' ELSE 'unit' END AS price_kind,
  p.base_currency AS currency,
  local_to_utc(CAST(r.date_start AS TIMESTAMP), p.zone) AS valid_from,
  local_to_utc(CAST(r.date_end AS TIMESTAMP), p.zone) AS valid_to,
  COALESCE(g.name, CAST(r.customer_group_id AS VARCHAR)) AS customer_group,
  CASE WHEN r.type = 'S' THEN 'derived' ELSE 'recorded' END AS basis, 'source:' || r.ref AS source_id
FROM rule AS r
JOIN product_text AS p ON p.product_id = r.product_id
LEFT JOIN language_group AS g ON g.customer_group_id = r.customer_group_id;
