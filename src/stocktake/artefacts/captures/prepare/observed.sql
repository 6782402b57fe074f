-- What each rule read of each listing on each page, with the site that was captured and how much it is believed:
-- within a capture the listing's own page before a card in a list, and then by the rule's rank.
SELECT
  l._ref, l._path, l._row, l.rule, l.title, l.description, l.category, l.number, l.slug, l.sku, l.price, l.price_most,
  l.currency, l.status, l.stock, l.listing_url, l.vendor, l.captured_at, l.host, l.card,
  'site:' || s.exhibit || '/captures/' || l.host AS site_id,
  'listing:' || s.exhibit || '/captures/' || l.host || '/' || l.key AS listing_id,
  'source:' || s.exhibit || '/' || l.item AS source_id,
  CASE WHEN l.card THEN 10 ELSE 0 END + l.rank AS doubt
FROM captured_listings AS l
CROSS JOIN shop AS s
WHERE l.host IS NOT NULL AND l.key IS NOT NULL AND (l.title IS NOT NULL OR l.price IS NOT NULL)
