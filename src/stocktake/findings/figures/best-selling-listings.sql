-- title: Best-selling listings
-- note: Lines of the orders whose money is counted, by listing. The sum is the price of the lines: without delivery, and before refunds. A line whose listing is no longer in the tables stands under the title that it was sold by.
-- unit: order lines
-- keys: listing, site_id, currency
-- money: amount
-- sums: quantity
-- order: amount desc, quantity desc
WITH paid AS (
  SELECT DISTINCT order_id FROM takings WHERE counted AND amount > 0
)
SELECT
  coalesce(order_lines.listing_id, 'title:' || substr(order_lines.title, 1, 80)) AS listing,
  orders.site_id,
  coalesce(order_lines.currency, orders.currency) AS currency,
  coalesce(listings.title, order_lines.title) AS title,
  order_lines.quantity,
  order_lines.line_total AS amount,
  order_lines.line_id AS subject_id
FROM order_lines
JOIN paid ON paid.order_id = order_lines.order_id
LEFT JOIN orders ON orders.order_id = order_lines.order_id
LEFT JOIN listings ON listings.listing_id = order_lines.listing_id
