-- Lines of one listing, quantity and sum with one offer: the one whose price the sum comes to, or else the one that
-- would have applied. `fit` says how: 'charged' where quantity times price is the sum, 'discounted' where it is so
-- once the order's discount is taken off in proportion, NULL where no offer fits. An offer in another currency is
-- turned by the rate that the order keeps.
WITH line AS (
  SELECT
    listing_id, variation, quantity, unit_price, currency, currency_rate, charged, left_over, asked_at,
    COUNT(*) AS lines, MIN(placed_at) AS first_at, MAX(placed_at) AS last_at
  FROM priced_lines
  GROUP BY listing_id, variation, quantity, unit_price, currency, currency_rate, charged, left_over, asked_at
),
numbered AS (
  SELECT
    line.*,
    ROW_NUMBER() OVER (
      ORDER BY listing_id, variation, quantity, unit_price, currency, currency_rate, charged, left_over, asked_at)
      AS number
  FROM line
),
-- What a variation costs more or less than the listing.
choice AS (
  SELECT v.listing_id, v.variation, MIN(v.price - p.price) AS more
  FROM variations AS v
  JOIN listings AS p ON p.listing_id = v.listing_id
  WHERE v.price IS NOT NULL AND p.price IS NOT NULL
  GROUP BY v.listing_id, v.variation
),
candidate AS (
  SELECT
    l.*, f.min_quantity, f.customer_group, f.percent, f.open_from, f.open_to, f.source_id AS price_source_id,
    CASE WHEN c.more <> 0 AND f.how = 'listing price' THEN 'variation' ELSE f.how END AS how,
    CASE
      WHEN l.currency = f.currency OR f.currency IS NULL THEN f.price + COALESCE(c.more, 0)
      WHEN l.currency_rate > 0
        THEN CAST((f.price + COALESCE(c.more, 0)) AS DECIMAL(18, 6)) * CAST(l.currency_rate AS DECIMAL(18, 8))
    END AS price
  FROM numbered AS l
  JOIN offered_prices AS f ON f.listing_id = l.listing_id AND f.min_quantity <= l.quantity
  LEFT JOIN choice AS c ON c.listing_id = l.listing_id AND c.variation = l.variation
  WHERE (f.open_from IS NULL OR l.asked_at IS NULL OR l.asked_at >= f.open_from)
    AND (f.open_to IS NULL OR l.asked_at IS NULL OR l.asked_at <= f.open_to)
),
-- Shops round the price of one, or the sum, to the penny; a discount is rounded again.
weighed AS (
  SELECT
    c.*, round_to(c.price, 2) AS expected_price,
    CASE
      WHEN ABS(c.charged - round_to(c.price, 2) * CAST(c.quantity AS DECIMAL(18, 4))) <= CAST('0.005' AS DECIMAL(9, 4))
        OR ABS(c.charged - CAST(c.price AS DECIMAL(18, 6)) * CAST(c.quantity AS DECIMAL(18, 4)))
          <= CAST('0.0051' AS DECIMAL(9, 4))
        THEN 'charged'
      WHEN ABS(c.charged
          - CAST(c.price AS DECIMAL(18, 6)) * CAST(c.quantity AS DECIMAL(10, 4)) * CAST(c.left_over AS DECIMAL(9, 8)))
          <= CAST('0.02' AS DECIMAL(9, 4))
        OR ABS(c.charged - CAST(round_to(c.price, 2) AS DECIMAL(18, 6)) * CAST(c.quantity AS DECIMAL(10, 4))
          * CAST(c.left_over AS DECIMAL(9, 8))) <= CAST('0.02' AS DECIMAL(9, 4))
        THEN 'discounted'
    END AS fit
  FROM candidate AS c
  WHERE c.price IS NOT NULL
),
-- The lower the better: an offer that fits, as it stands and not discounted, of no group, as it is now, and
-- of the tier that the quantity reaches.
ranked AS (
  SELECT
    w.*,
    ROW_NUMBER() OVER (
      PARTITION BY w.number
      ORDER BY
        CASE w.fit WHEN 'charged' THEN 0 WHEN 'discounted' THEN 1 ELSE 2 END,
        CASE WHEN w.how IN ('earlier tier', 'earlier price') THEN 1 ELSE 0 END,
        w.min_quantity DESC,
        CASE w.how WHEN 'price for a time' THEN 0 WHEN 'listing price' THEN 1 WHEN 'variation' THEN 1 ELSE 2 END,
        w.customer_group NULLS FIRST, w.price, w.price_source_id) AS place
  FROM weighed AS w
)
SELECT
  l.*,
  -- What one was before the order's discount, if that was taken off this line.
  CASE
    WHEN l.left_over > 0 AND l.quantity > 0 THEN round_to(ratio(ratio(l.charged, l.quantity), l.left_over), 2)
  END AS full_price,
  r.how, r.fit, r.min_quantity, r.customer_group, r.percent, r.open_from, r.open_to, r.expected_price,
  r.price_source_id
FROM numbered AS l
LEFT JOIN (SELECT * FROM ranked WHERE place = 1) AS r ON r.number = l.number
