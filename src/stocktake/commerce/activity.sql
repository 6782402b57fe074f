-- When something was first and last recorded of each site. What counts is what the figure `activity` counts: orders
-- placed, accounts opened, last log-ins, messages, reviews and parcels sent.
SELECT site_id, MIN(moment) AS first_at, MAX(moment) AS last_at
FROM (
  SELECT site_id, placed_at AS moment
  FROM orders WHERE placed_at IS NOT NULL
  UNION ALL
  SELECT site_id, created_at AS moment
  FROM accounts WHERE created_at IS NOT NULL
  UNION ALL
  SELECT site_id, last_login_at AS moment
  FROM accounts WHERE last_login_at IS NOT NULL
  UNION ALL
  SELECT site_id, messages.at AS moment
  FROM messages WHERE messages.at IS NOT NULL
  UNION ALL
  SELECT listings.site_id, reviews.at AS moment
  FROM reviews LEFT JOIN listings ON listings.listing_id = reviews.listing_id
  WHERE reviews.at IS NOT NULL
  UNION ALL
  SELECT orders.site_id, shipments.shipped_at AS moment
  FROM shipments LEFT JOIN orders ON orders.order_id = shipments.order_id
  WHERE shipments.shipped_at IS NOT NULL
)
WHERE site_id IS NOT NULL
GROUP BY site_id;
