-- Each listing that a capture shows, as it was last seen; what it cost at each capture is in price_tiers.
SELECT
  o.listing_id, o.site_id,
  'account:' || SUBSTR(o.site_id, 6) || '/' || LOWER(o.vendor) AS vendor_account_id,
  COALESCE(o.title, o.slug) AS title, o.description, o.category, o.price, o.currency, o.status, o.stock, o.number,
  o.slug, o.sku, o.url, o.captured_at, TRUE AS captured, o.rule, o.source_id,
  'derived' AS basis
FROM offered AS o;
