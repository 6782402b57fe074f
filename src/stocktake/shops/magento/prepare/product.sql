-- Products. In Adobe's edition attributes belong to a version of a product (row_id); the one with the highest
-- number counts.
SELECT
  p.entity_id, COALESCE(p.row_id, p.entity_id) AS value_of, 'listing:' || p._ref AS listing_id, p._ref AS ref,
  site.site_id, site.currency, site.zone, COALESCE(v.name, NULLIF(p.sku, '')) AS name, v.description, v.price, v.status,
  v.special_price, v.special_ref, v.special_from, v.special_to, s.qty, p.created_at, p.updated_at
FROM (
  SELECT
    r.*, ROW_NUMBER() OVER (PARTITION BY r.entity_id ORDER BY COALESCE(r.row_id, r.entity_id) DESC) AS place
  FROM catalog_product_entity AS r
) AS p
LEFT JOIN (
  SELECT product_id, MIN(website_id) AS website_id FROM catalog_product_website
  WHERE website_id IN (SELECT website_id FROM site) GROUP BY product_id
) AS w ON w.product_id = p.entity_id
JOIN site ON site.website_id = COALESCE(w.website_id, (SELECT MAX(website_id) FROM store_view WHERE store_id IS NULL))
LEFT JOIN product_value AS v ON v.entity_id = COALESCE(p.row_id, p.entity_id)
LEFT JOIN (SELECT product_id, SUM(qty) AS qty FROM stock_item GROUP BY product_id) AS s ON s.product_id = p.entity_id
WHERE p.place = 1
