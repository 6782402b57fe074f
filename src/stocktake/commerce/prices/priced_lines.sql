-- Every order line with what its price depends on. `asked_at` is the order's time where the listing has offers for
-- a time, and else nothing, so that lines of one quantity and sum are asked about once.
SELECT
  l.line_id, l.order_id, o.site_id, l.listing_id, l.variation, l.quantity, l.unit_price, l.currency, l.source_id,
  o.placed_at, o.currency_rate,
  CASE WHEN b.listing_id IS NOT NULL THEN o.placed_at END AS asked_at,
  COALESCE(l.line_total, l.unit_price * CAST(l.quantity AS DECIMAL(18, 4))) AS charged,
  CASE
    WHEN o.discount > 0 AND o.subtotal > 0 AND o.discount < o.subtotal THEN 1 - ratio(o.discount, o.subtotal)
  END AS left_over
FROM order_lines AS l
JOIN orders AS o ON o.order_id = l.order_id
LEFT JOIN (
  SELECT DISTINCT listing_id FROM offered_prices WHERE open_from IS NOT NULL OR open_to IS NOT NULL
) AS b ON b.listing_id = l.listing_id
