-- title: Prices by quantity
-- note: Prices set for buying in bulk or for a period, as the site's tables hold them. A unit price is for one; a total price is for the whole quantity; a per cent is taken off the listing's price.
-- unit: price tiers
-- keys: listing_id, min_quantity, price_kind, price, currency, customer_group, valid_from, valid_to, site_id
SELECT
  price_tiers.listing_id, price_tiers.min_quantity, price_tiers.price_kind, price_tiers.price,
  price_tiers.currency, price_tiers.customer_group, price_tiers.valid_from, price_tiers.valid_to,
  price_tiers.site_id,
  listings.title, listings.price AS listing_price, price_tiers.max_quantity,
  price_tiers.source_id AS subject_id
FROM price_tiers
LEFT JOIN listings ON listings.listing_id = price_tiers.listing_id
WHERE price_tiers.captured IS NOT TRUE
