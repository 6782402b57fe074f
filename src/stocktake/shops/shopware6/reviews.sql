SELECT
  'review:' || r._ref AS review_id, p.listing_id, c.account_id, r.created_at AS at, r.points AS rating,
  CASE WHEN TRIM(r.title) <> '' THEN r.title || ': ' || r.content ELSE r.content END AS body, 'source:' || r._ref AS source_id
FROM product_review AS r
JOIN product_text AS p ON p.id = r.product_id
LEFT JOIN shop_customer AS c ON c.id = r.customer_id;
