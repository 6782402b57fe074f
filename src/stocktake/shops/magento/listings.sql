WITH name AS (
  SELECT v.entity_id, MIN_BY(v.value, v.store_id) AS name
  FROM category_varchar AS v
  JOIN attribute_code AS a ON a.attribute_id = v.attribute_id AND a.entity = 'catalog_category' AND a.code = 'name'
  WHERE v.value <> ''
  GROUP BY v.entity_id
),
category AS (
  SELECT p.product_id, STRING_AGG(name.name, ', ' ORDER BY name.name) AS category
  FROM catalog_category_product AS p
  JOIN name ON name.entity_id = p.category_id
  GROUP BY p.product_id
)
SELECT
  p.listing_id, p.site_id, p.name AS title, p.description, c.category, p.price, p.currency,
  CASE WHEN p.status = '1' THEN 'enabled' WHEN p.status IS NOT NULL THEN 'disabled' END AS status, p.created_at,
  p.updated_at, p.qty AS stock, 'source:' || p.ref AS source_id
FROM product AS p
LEFT JOIN category AS c ON c.product_id = p.entity_id;
