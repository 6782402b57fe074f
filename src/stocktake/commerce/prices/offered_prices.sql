-- Every price at which the tables show that a listing was to be had, for one piece. `how` is where it stands; the
-- bounds are the widest that the sources allow: what an earlier source shows held at most until the next, what a
-- later one shows first began at most after the one before.
WITH price_change AS (
  SELECT
    c.row_id AS listing_id, CAST(c.old_value AS DECIMAL(38, 18)) AS price, c.from_at, c.to_at, c.source_id,
    LAG(c.from_at) OVER (PARTITION BY c.row_id ORDER BY c.from_at, c.to_at) AS earlier_at
  FROM row_changes AS c
  WHERE c.table_name = 'listings' AND c.column_name = 'price' AND c.old_value IS NOT NULL
),
base AS (
  SELECT
    l.listing_id, l.price, l.currency, changed.at AS open_from, CAST(NULL AS TIMESTAMP) AS open_to,
    'listing price' AS how, l.source_id
  FROM listings AS l
  LEFT JOIN (SELECT listing_id, MAX(from_at) AS at FROM price_change GROUP BY listing_id) AS changed
    ON changed.listing_id = l.listing_id
  WHERE l.price IS NOT NULL
  UNION ALL
  SELECT c.listing_id, c.price, l.currency, c.earlier_at, c.to_at, 'earlier price', c.source_id
  FROM price_change AS c
  JOIN listings AS l ON l.listing_id = c.listing_id
),
tier AS (
  SELECT
    t.listing_id, COALESCE(t.min_quantity, 1) AS min_quantity, t.price, t.price_kind, t.currency,
    t.customer_group, t.valid_from, COALESCE(t.gone_by, t.valid_to) AS valid_to, t.source_id,
    CASE
      WHEN t.gone_by IS NOT NULL THEN 'earlier tier'
      WHEN COALESCE(t.min_quantity, 1) <= 1 AND (t.valid_from IS NOT NULL OR t.valid_to IS NOT NULL)
        THEN 'price for a time'
      WHEN COALESCE(t.min_quantity, 1) <= 1 THEN 'price of a group'
      ELSE 'tier'
    END AS how
  FROM price_tiers AS t
  WHERE t.price IS NOT NULL
)
SELECT
  b.listing_id, CAST(1 AS DECIMAL(38, 18)) AS min_quantity, b.price, CAST(NULL AS DECIMAL(38, 18)) AS percent,
  b.currency, CAST(NULL AS VARCHAR) AS customer_group, b.open_from, b.open_to, b.how, b.source_id
FROM base AS b
UNION ALL
SELECT
  t.listing_id, t.min_quantity,
  CASE WHEN t.price_kind = 'total' THEN ratio(t.price, t.min_quantity) ELSE t.price END AS price,
  CAST(NULL AS DECIMAL(38, 18)) AS percent, t.currency, t.customer_group, t.valid_from, t.valid_to, t.how, t.source_id
FROM tier AS t
WHERE t.price_kind IN ('unit', 'total') AND t.min_quantity > 0
UNION ALL
SELECT
  t.listing_id, t.min_quantity, ratio(b.price * CAST(100 - t.price AS DECIMAL(18, 6)), CAST(100 AS DECIMAL(9, 0))) AS price,
  t.price AS percent, COALESCE(t.currency, b.currency) AS currency, t.customer_group,
  CASE
    WHEN t.valid_from IS NULL OR b.open_from > t.valid_from THEN b.open_from
    ELSE t.valid_from
  END AS open_from,
  CASE WHEN t.valid_to IS NULL OR b.open_to < t.valid_to THEN b.open_to ELSE t.valid_to END AS open_to,
  t.how, t.source_id
FROM tier AS t
JOIN base AS b ON b.listing_id = t.listing_id
WHERE t.price_kind = 'percent_off' AND t.price BETWEEN 0 AND 100
