-- title: What the public saw against what the server stored
-- note: Each price that a capture of a site's pages showed, held against the tables of the server of that host. A listing is the same by the shop's own number, else by its name in addresses, else by its stock-keeping number, else by its exact title, where that leads to one listing alone. The stored price is the one in force for the public at the moment of the capture, as far as the tables state prices of a period; else it is the one that they held when they were seized.
-- unit: prices seen
-- keys: verdict, host, site_id, title, captured_at, min_quantity
-- span: captured_at
-- order: verdict, host, title, captured_at, min_quantity
WITH server AS (
  SELECT DISTINCT n.host, n.site_id
  FROM site_names AS n
  JOIN sites AS s ON s.site_id = n.site_id
  WHERE s.captured IS NOT TRUE AND n.host LIKE '%.%'
),
seen AS (
  SELECT
    l.listing_id, l.title, l.number, l.slug, LOWER(l.sku) AS sku, l.url, l.captured_at, l.source_id,
    REGEXP_EXTRACT(l.site_id, '/captures/(.*)$', 1) AS host
  FROM listings AS l
  WHERE l.captured
),
stored AS (
  SELECT l.listing_id, l.site_id, l.number, l.slug, LOWER(l.sku) AS sku, LOWER(TRIM(l.title)) AS title
  FROM listings AS l
  WHERE l.captured IS NOT TRUE
),
likely AS (
  SELECT s.listing_id, v.site_id, o.listing_id AS stored_id, 1 AS rank, 'number' AS matched_by
  FROM seen AS s JOIN server AS v ON v.host = s.host
  JOIN stored AS o ON o.site_id = v.site_id AND o.number = s.number
  UNION ALL
  SELECT s.listing_id, v.site_id, o.listing_id, 2, 'name in addresses'
  FROM seen AS s JOIN server AS v ON v.host = s.host
  JOIN stored AS o ON o.site_id = v.site_id AND o.slug = s.slug
  UNION ALL
  SELECT s.listing_id, v.site_id, o.listing_id, 3, 'stock-keeping number'
  FROM seen AS s JOIN server AS v ON v.host = s.host
  JOIN stored AS o ON o.site_id = v.site_id AND o.sku = s.sku
  UNION ALL
  SELECT s.listing_id, v.site_id, o.listing_id, 4, 'title'
  FROM seen AS s JOIN server AS v ON v.host = s.host
  JOIN stored AS o ON o.site_id = v.site_id AND o.title = LOWER(TRIM(s.title))
),
sure AS (
  SELECT listing_id, site_id, rank, MIN(stored_id) AS stored_id, MIN(matched_by) AS matched_by
  FROM likely
  GROUP BY listing_id, site_id, rank
  HAVING COUNT(*) = 1
),
same AS (
  SELECT
    listing_id, site_id, MIN_BY(stored_id, rank) AS stored_id, MIN_BY(matched_by, rank) AS matched_by
  FROM sure
  GROUP BY listing_id, site_id
),
shown AS (
  SELECT
    s.listing_id, s.title, s.host, s.url, COALESCE(p.captured_at, s.captured_at) AS captured_at,
    COALESCE(p.min_quantity, 1) AS min_quantity, p.price_kind, p.price, p.currency,
    COALESCE(p.source_id, s.source_id) AS source_id, v.site_id, m.stored_id, m.matched_by,
    o.price AS list_price, o.currency AS stored_currency, o.status AS stored_status, o.source_id AS stored_source
  FROM seen AS s
  LEFT JOIN price_tiers AS p ON p.listing_id = s.listing_id AND p.captured
  LEFT JOIN server AS v ON v.host = s.host
  LEFT JOIN same AS m ON m.listing_id = s.listing_id AND m.site_id = v.site_id
  LEFT JOIN listings AS o ON o.listing_id = m.stored_id
),
in_force AS (
  SELECT
    w.listing_id, w.site_id, w.captured_at, w.min_quantity, t.price, t.price_kind, t.currency,
    ROW_NUMBER() OVER (
      PARTITION BY w.listing_id, w.site_id, w.captured_at, w.min_quantity
      ORDER BY
        CASE WHEN LOWER(COALESCE(t.customer_group, 'default')) IN ('default', 'customer', 'guest', 'retail') THEN 0
          ELSE 1 END,
        t.valid_from DESC NULLS LAST, t.price, t.source_id) AS place
  FROM shown AS w
  JOIN price_tiers AS t ON t.listing_id = w.stored_id AND t.min_quantity = w.min_quantity
    AND t.captured IS NOT TRUE AND t.price_kind IN ('unit', 'percent_off')
    AND COALESCE(t.valid_from <= w.captured_at, TRUE) AND COALESCE(t.valid_to > w.captured_at, TRUE)
),
held AS (
  SELECT
    w.*,
    CASE
      WHEN t.price_kind = 'unit' THEN t.price
      WHEN t.price_kind = 'percent_off' THEN CAST(ROUND(
        TRY_CAST(w.list_price AS DECIMAL(18, 6)) * TRY_CAST(100 - t.price AS DECIMAL(9, 4))
          * CAST(0.01 AS DECIMAL(3, 2)), 2) AS DECIMAL(38, 18))
      WHEN w.min_quantity = 1 THEN w.list_price
    END AS stored_price
  FROM shown AS w
  LEFT JOIN in_force AS t
    ON t.listing_id = w.listing_id AND t.site_id = w.site_id AND t.min_quantity = w.min_quantity
    AND t.captured_at IS NOT DISTINCT FROM w.captured_at AND t.place = 1
)
SELECT
  CASE
    WHEN h.site_id IS NULL THEN 'no tables of that host'
    WHEN h.stored_id IS NULL THEN 'gone from the server'
    WHEN LOWER(h.stored_status) IN ('draft', 'trash', 'private', 'pending', 'disabled') THEN 'hidden on the server'
    WHEN h.price IS NULL THEN 'no price seen'
    WHEN h.price_kind <> 'unit' OR h.stored_price IS NULL THEN 'no such price on the server'
    WHEN h.currency IS NULL OR h.stored_currency IS NULL OR h.currency <> h.stored_currency
      THEN 'in another currency'
    WHEN h.price = h.stored_price THEN 'the same price'
    ELSE 'another price'
  END AS verdict,
  h.host, h.site_id, h.title, h.captured_at, h.min_quantity, h.price, h.currency, h.stored_price, h.stored_currency,
  CASE WHEN h.price_kind = 'unit' AND h.currency = h.stored_currency THEN h.stored_price - h.price END AS difference,
  h.stored_status, h.matched_by, h.url, h.stored_id AS stored_listing_id, h.source_id, h.stored_source,
  h.listing_id AS subject_id
FROM held AS h
