-- What explains the price of each order line (explained_prices.sql, which asks for all lines of one sum together).
SELECT
  l.line_id, l.order_id, l.site_id, l.listing_id, e.explanation, e.explained, e.discounted, l.quantity, l.unit_price,
  e.expected_price, e.difference, l.currency, e.min_quantity, e.customer_group, e.price_source_id, e.sentence,
  l.source_id, 'derived' AS basis
FROM priced_lines AS l
JOIN explained_prices AS e
  ON e.listing_id IS NOT DISTINCT FROM l.listing_id AND e.variation IS NOT DISTINCT FROM l.variation
  AND e.quantity IS NOT DISTINCT FROM l.quantity AND e.unit_price IS NOT DISTINCT FROM l.unit_price
  AND e.currency IS NOT DISTINCT FROM l.currency AND e.currency_rate IS NOT DISTINCT FROM l.currency_rate
  AND e.charged IS NOT DISTINCT FROM l.charged AND e.left_over IS NOT DISTINCT FROM l.left_over
  AND e.asked_at IS NOT DISTINCT FROM l.asked_at
