-- Each listing once, as it was last seen: of its newest day its own page before a card in a list.
WITH placed AS (
  SELECT
    s.*,
    ROW_NUMBER() OVER (
      PARTITION BY s.listing_id
      ORDER BY CAST(s.captured_at AS DATE) DESC NULLS LAST, s.doubt, s.captured_at DESC NULLS LAST) AS place
  FROM seen AS s
)
SELECT
  listing_id, MIN(site_id) AS site_id, MIN(host) AS host, MAX(captured_at) AS captured_at,
  MIN_BY(title, place) FILTER (WHERE title IS NOT NULL) AS title,
  MIN_BY(description, place) FILTER (WHERE description IS NOT NULL) AS description,
  MIN_BY(category, place) FILTER (WHERE category IS NOT NULL) AS category,
  MIN_BY(number, place) FILTER (WHERE number IS NOT NULL) AS number,
  MIN_BY(slug, place) FILTER (WHERE slug IS NOT NULL) AS slug,
  MIN_BY(sku, place) FILTER (WHERE sku IS NOT NULL) AS sku,
  MIN_BY(url, place) FILTER (WHERE url IS NOT NULL) AS url,
  MIN_BY(vendor, place) FILTER (WHERE vendor IS NOT NULL) AS vendor,
  MIN_BY(status, place) FILTER (WHERE status IS NOT NULL) AS status,
  MIN_BY(stock, place) FILTER (WHERE stock IS NOT NULL) AS stock,
  MIN_BY(price, place) FILTER (WHERE price IS NOT NULL) AS price,
  MIN_BY(currency, place) FILTER (WHERE price IS NOT NULL) AS currency,
  COALESCE(MIN_BY(rule, place) FILTER (WHERE price IS NOT NULL), MIN_BY(rule, place)) AS rule,
  COALESCE(MIN_BY(source_id, place) FILTER (WHERE price IS NOT NULL), MIN_BY(source_id, place)) AS source_id
FROM placed
GROUP BY listing_id
