SELECT
  'review:' || r._ref AS review_id, p.listing_id, c.account_id, local_to_utc(r.date_add, p.zone) AS at,
  r.grade AS rating,
  CASE WHEN TRIM(r.title) <> '' THEN r.title || ': ' || r.content ELSE r.content END AS body,
  'source:' || r._ref AS source_id
FROM product_comment AS r
JOIN product_text AS p ON p.id_product = r.id_product
LEFT JOIN shop_customer AS c ON c.id_customer = r.id_customer AND c.id_customer > 0;
