-- What the attributes of each product say for all store views (store 0), or else in the first that says it.
WITH value AS (
  SELECT entity_id, attribute_id, store_id, _ref AS ref, value, CAST(NULL AS DECIMAL(38, 18)) AS amount,
    CAST(NULL AS TIMESTAMP) AS moment
  FROM product_varchar
  UNION ALL
  SELECT entity_id, attribute_id, store_id, _ref, value, NULL, NULL FROM product_text
  UNION ALL
  SELECT entity_id, attribute_id, store_id, _ref, CAST(value AS VARCHAR), NULL, NULL FROM product_int
  UNION ALL
  SELECT entity_id, attribute_id, store_id, _ref, NULL, value, NULL FROM product_decimal
  UNION ALL
  SELECT entity_id, attribute_id, store_id, _ref, NULL, NULL, value FROM product_datetime
)
SELECT
  v.entity_id,
  MIN_BY(v.value, v.store_id) FILTER (WHERE a.code = 'name' AND v.value <> '') AS name,
  COALESCE(
    MIN_BY(v.value, v.store_id) FILTER (WHERE a.code = 'description' AND v.value <> ''),
    MIN_BY(v.value, v.store_id) FILTER (WHERE a.code = 'short_description' AND v.value <> '')) AS description,
  MIN_BY(v.value, v.store_id) FILTER (WHERE a.code = 'status') AS status,
  MIN_BY(v.amount, v.store_id) FILTER (WHERE a.code = 'price' AND v.amount IS NOT NULL) AS price,
  MIN_BY(v.amount, v.store_id) FILTER (WHERE a.code = 'special_price' AND v.amount IS NOT NULL) AS special_price,
  MIN_BY(v.ref, v.store_id) FILTER (WHERE a.code = 'special_price' AND v.amount IS NOT NULL) AS special_ref,
  MIN_BY(v.moment, v.store_id) FILTER (WHERE a.code = 'special_from_date' AND v.moment IS NOT NULL) AS special_from,
  MIN_BY(v.moment, v.store_id) FILTER (WHERE a.code = 'special_to_date' AND v.moment IS NOT NULL) AS special_to
FROM value AS v
JOIN attribute_code AS a ON a.attribute_id = v.attribute_id AND a.entity = 'catalog_product'
GROUP BY v.entity_id
