-- A review has a word and no mark.
SELECT
  'review:' || r._ref AS review_id, p.listing_id, o.order_id,
  COALESCE(m.account_id, 'account:' || site.users_ref || '/' || r.user_id) AS account_id, r.created_at AS at,
  CONCAT_WS(': ', r.sentiment, r.review_text) AS body, 'source:' || r._ref AS source_id
FROM product_reviews AS r
CROSS JOIN site
LEFT JOIN product AS p ON p.id = r.product_id
LEFT JOIN placed_order AS o ON o.id = r.order_id
LEFT JOIN member AS m ON m.id = r.user_id;
