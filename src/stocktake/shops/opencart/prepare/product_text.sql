-- Products with name and description in the shop's language, and the store that they are sold in.
SELECT
  p.product_id, 'listing:' || p._ref AS listing_id, p._ref AS ref, p.model, p.sku, p.quantity, p.price, p.status,
  p.date_added, p.date_modified, d.name, d.description, site.site_id, site.zone, site.base_currency
FROM product AS p
LEFT JOIN (
  SELECT
    t.product_id,
    COALESCE(MAX(CASE WHEN t.language_id = language.language_id THEN t.name END),
      MIN_BY(t.name, t.language_id)) AS name,
    COALESCE(MAX(CASE WHEN t.language_id = language.language_id THEN t.description END),
      MIN_BY(t.description, t.language_id)) AS description
  FROM product_description AS t
  CROSS JOIN shop_language AS language
  GROUP BY t.product_id
) AS d ON d.product_id = p.product_id
LEFT JOIN (
  SELECT x.product_id, MIN(x.store_id) AS store_id
  FROM product_to_store AS x
  WHERE x.store_id IN (SELECT store_id FROM site)
  GROUP BY x.product_id
) AS s ON s.product_id = p.product_id
JOIN site ON site.store_id = COALESCE(s.store_id, 0)
