-- title: First and last activity
-- note: The dated things that the site's own tables record: orders placed, accounts opened, last log-ins, messages, reviews and parcels sent. The first and last of them are the first_activity and last_activity of the table sites. Times are in UTC.
-- unit: dated records
-- keys: site_id, kind
-- span: moment
SELECT site_id, 'order placed' AS kind, placed_at AS moment, order_id AS subject_id
FROM orders WHERE placed_at IS NOT NULL
UNION ALL
SELECT site_id, 'account opened' AS kind, created_at AS moment, account_id AS subject_id
FROM accounts WHERE created_at IS NOT NULL
UNION ALL
SELECT site_id, 'last log-in' AS kind, last_login_at AS moment, account_id AS subject_id
FROM accounts WHERE last_login_at IS NOT NULL
UNION ALL
SELECT site_id, 'message' AS kind, messages.at AS moment, message_id AS subject_id
FROM messages WHERE messages.at IS NOT NULL
UNION ALL
SELECT listings.site_id, 'review' AS kind, reviews.at AS moment, reviews.review_id AS subject_id
FROM reviews LEFT JOIN listings ON listings.listing_id = reviews.listing_id
WHERE reviews.at IS NOT NULL
UNION ALL
SELECT orders.site_id, 'parcel sent' AS kind, shipments.shipped_at AS moment, shipments.shipment_id AS subject_id
FROM shipments LEFT JOIN orders ON orders.order_id = shipments.order_id
WHERE shipments.shipped_at IS NOT NULL
