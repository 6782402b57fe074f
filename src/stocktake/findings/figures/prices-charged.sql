-- title: Prices that were charged
-- note: What one of a listing cost, as the lines of orders show it, by the tier that the quantity reaches: the first and last order at that price. A discount of the whole order is not taken into account.
-- unit: lines
-- keys: listing_id, variation, min_quantity, unit_price, currency, explained, site_id
-- span: placed_at
SELECT
  price_explanations.listing_id, order_lines.variation, price_explanations.min_quantity,
  price_explanations.unit_price, price_explanations.currency, price_explanations.explained,
  price_explanations.site_id, orders.placed_at, listings.title, price_explanations.line_id AS subject_id
FROM price_explanations
JOIN order_lines ON order_lines.line_id = price_explanations.line_id
JOIN orders ON orders.order_id = price_explanations.order_id
LEFT JOIN listings ON listings.listing_id = price_explanations.listing_id
WHERE NOT price_explanations.discounted
