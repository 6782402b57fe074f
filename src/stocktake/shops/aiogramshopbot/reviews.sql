SELECT
  'review:' || r._ref AS review_id, b.order_id, b.account_id, r.create_datetime AS at, r.rating, r.text AS body,
  'source:' || r._ref AS source_id
FROM reviews AS r
LEFT JOIN buyItem AS x ON x.id = r.buyItem_id
LEFT JOIN bought AS b ON b.id = x.buy_id;
