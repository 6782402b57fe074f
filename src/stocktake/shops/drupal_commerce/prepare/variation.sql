-- What is sold: each choice of a product, in the language it was written in.
WITH stores AS (
  SELECT entity_id, MIN(stores_target_id) AS store_id FROM commerce_product__stores
  WHERE stores_target_id IN (SELECT store_id FROM site) GROUP BY entity_id
)
SELECT
  v.variation_id, v.product_id, 'listing:' || v._ref AS listing_id, v._ref AS ref, site.site_id,
  COALESCE(NULLIF(v.title, ''), NULLIF(p.title, ''), NULLIF(v.sku, '')) AS title, b.body AS description, v.price__number AS price,
  COALESCE(NULLIF(v.price__currency_code, ''), site.currency) AS currency,
  CASE WHEN v.status = 1 AND COALESCE(p.status, 1) = 1 THEN 'enabled' ELSE 'disabled' END AS status,
  unix_to_utc(v.created) AS created_at, unix_to_utc(v.changed) AS updated_at
FROM commerce_product_variation_field_data AS v
LEFT JOIN (
  SELECT product_id, MIN_BY(title, CASE WHEN default_langcode = 1 THEN 0 ELSE 1 END) AS title, MAX(status) AS status
  FROM commerce_product_field_data GROUP BY product_id
) AS p ON p.product_id = v.product_id
LEFT JOIN (SELECT entity_id, MIN_BY(body_value, delta) AS body FROM commerce_product__body GROUP BY entity_id) AS b
  ON b.entity_id = v.product_id
LEFT JOIN stores ON stores.entity_id = v.product_id
JOIN site ON site.store_id = COALESCE(
  stores.store_id, (SELECT MIN_BY(store_id, CASE WHEN is_default THEN 0 ELSE store_id END) FROM site))
WHERE COALESCE(v.default_langcode, 1) = 1
