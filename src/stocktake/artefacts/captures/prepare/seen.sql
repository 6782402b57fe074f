-- Each listing at each moment that it was captured, once: what is believed most of each.
WITH placed AS (
  SELECT
    o.*,
    ROW_NUMBER() OVER (
      PARTITION BY o.listing_id, o.captured_at ORDER BY o.doubt, o._path, o._row) AS place
  FROM observed AS o
)
SELECT
  listing_id, captured_at, MIN(site_id) AS site_id, MIN(host) AS host, MIN(doubt) AS doubt,
  MIN_BY(title, place) FILTER (WHERE title IS NOT NULL) AS title,
  MIN_BY(description, place) FILTER (WHERE description IS NOT NULL) AS description,
  MIN_BY(category, place) FILTER (WHERE category IS NOT NULL) AS category,
  MIN_BY(number, place) FILTER (WHERE number IS NOT NULL) AS number,
  MIN_BY(slug, place) FILTER (WHERE slug IS NOT NULL) AS slug,
  MIN_BY(sku, place) FILTER (WHERE sku IS NOT NULL) AS sku,
  MIN_BY(listing_url, place) FILTER (WHERE listing_url IS NOT NULL) AS url,
  MIN_BY(vendor, place) FILTER (WHERE vendor IS NOT NULL) AS vendor,
  MIN_BY(status, place) FILTER (WHERE status IS NOT NULL) AS status,
  MIN_BY(stock, place) FILTER (WHERE stock IS NOT NULL) AS stock,
  MIN_BY(price, place) FILTER (WHERE price IS NOT NULL) AS price,
  MIN_BY(currency, place) FILTER (WHERE price IS NOT NULL) AS currency,
  COALESCE(MIN_BY(rule, place) FILTER (WHERE price IS NOT NULL), MIN_BY(rule, place)) AS rule,
  COALESCE(MIN_BY(source_id, place) FILTER (WHERE price IS NOT NULL), MIN_BY(source_id, place)) AS source_id
FROM placed
GROUP BY listing_id, captured_at
