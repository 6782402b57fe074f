-- What a listing cost when it was captured: the price of one. Pages of one day that show the same price are told
-- once, by the one that is believed most.
WITH placed AS (
  SELECT
    s.*,
    ROW_NUMBER() OVER (
      PARTITION BY s.listing_id, CAST(s.captured_at AS DATE), s.price, s.currency
      ORDER BY s.doubt, s.captured_at, s.source_id) AS place
  FROM seen AS s
  WHERE s.price IS NOT NULL
)
SELECT
  p.listing_id, p.site_id, 1 AS min_quantity, p.price, 'unit' AS price_kind, p.currency, p.captured_at,
  TRUE AS captured, p.rule, p.source_id, 'derived' AS basis
FROM placed AS p
WHERE p.place = 1;

-- And prices from a quantity on. Of one moment those count that are believed most.
WITH placed AS (
  SELECT
    o.listing_id, o.site_id, o.captured_at, o.rule, o.source_id, t.least, t.most, t.price, t.kind, t.currency,
    DENSE_RANK() OVER (
      PARTITION BY o.listing_id, o.captured_at ORDER BY o.doubt, o._path, o._row) AS place,
    ROW_NUMBER() OVER (PARTITION BY o._path, o._row, t.least ORDER BY t._row) AS again
  FROM observed AS o
  JOIN captured_tiers AS t ON t._path = o._path AND t.listing = o._row
  WHERE t.least IS NOT NULL AND t.price IS NOT NULL
)
SELECT
  p.listing_id, p.site_id, p.least AS min_quantity,
  COALESCE(p.most, LEAD(p.least) OVER (PARTITION BY p.listing_id, p.captured_at ORDER BY p.least) - 1)
    AS max_quantity,
  p.price, p.kind AS price_kind, p.currency, p.captured_at, TRUE AS captured, p.rule, p.source_id,
  'derived' AS basis
FROM placed AS p
WHERE p.place = 1 AND p.again = 1 AND p.least > 1;
