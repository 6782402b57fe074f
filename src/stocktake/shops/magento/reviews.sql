WITH rating AS (
  SELECT review_id, ratio(SUM(value), COUNT(*)) AS rating FROM rating_option_vote GROUP BY review_id
)
SELECT
  'review:' || r._ref AS review_id, p.listing_id, c.account_id, r.created_at AS at, rating.rating,
  CASE WHEN TRIM(d.title) <> '' THEN d.title || ': ' || d.detail ELSE d.detail END AS body, 'source:' || r._ref AS source_id
FROM review AS r
LEFT JOIN review_entity AS e ON e.entity_id = r.entity_id
JOIN product AS p ON p.entity_id = r.entity_pk_value
LEFT JOIN (
  SELECT review_id, MIN_BY(title, detail_id) AS title, MIN_BY(detail, detail_id) AS detail,
    MIN_BY(customer_id, detail_id) FILTER (WHERE customer_id > 0) AS customer_id
  FROM review_detail GROUP BY review_id
) AS d ON d.review_id = r.review_id
LEFT JOIN rating ON rating.review_id = r.review_id
LEFT JOIN shop_customer AS c ON c.customer_id = d.customer_id
WHERE COALESCE(e.entity_code, 'product') = 'product';
