-- A purchase is an order of one offer. Its price is not kept: it follows from the offer and the way of sending as they
-- are now, which a vendor can change.
SELECT
  x.id, x._ref AS ref, 'order:' || x._ref AS order_id, x.state, COALESCE(w.status, 'unknown') AS status, x.type,
  COALESCE(b.account_id, CASE WHEN x.buyer_id <> '' THEN 'account:' || site.users_ref || '/' || x.buyer_id END)
    AS account_id,
  COALESCE(v.account_id, 'account:' || site.users_ref || '/' || x.vendor_id) AS vendor_account_id,
  x.quantity, o.price AS unit_price, x.quantity * o.price AS subtotal, COALESCE(s.price, 0) AS shipping,
  CASE WHEN o.price IS NOT NULL THEN x.quantity * o.price + COALESCE(s.price, 0) END AS total,
  p.listing_id, p.name, p.mesure, UPPER(x.coin_name) AS asset, x.to_pay, x.address, x.message, x.dispute_id,
  x.feedback_id, x.created_at, x.updated_at
FROM purchases AS x
CROSS JOIN site
LEFT JOIN offers AS o ON o.id = x.offer_id
LEFT JOIN shippings AS s ON s.id = x.shipping_id
LEFT JOIN product AS p ON p.id = o.product_id
LEFT JOIN member AS b ON b.id = x.buyer_id
LEFT JOIN member AS v ON v.id = x.vendor_id
LEFT JOIN status_words AS w ON w.recorded = LOWER(x.state)
