SELECT
  'review:' || r._ref AS review_id, p.listing_id, c.account_id, local_to_utc(r.date_added, p.zone) AS at,
  r.rating, r.text AS body, 'source:' || r._ref AS source_id
FROM review AS r
JOIN product_text AS p ON p.product_id = r.product_id
LEFT JOIN shop_customer AS c ON c.customer_id = r.customer_id AND c.customer_id > 0;
