SELECT
  'listing:' || g._ref AS listing_id, site.site_id, g.name AS title, g.description,
  COALESCE(NULLIF(g.category_name, ''), c.name) AS category, g.price, v.stock, 'source:' || g._ref AS source_id
FROM goods AS g
CROSS JOIN site
LEFT JOIN categories AS c ON c.id = g.category_id
LEFT JOIN (
  SELECT COALESCE(item_name, CAST(item_id AS VARCHAR)) AS item, COUNT(*) AS stock FROM item_values GROUP BY 1
) AS v ON v.item = g.name OR v.item = CAST(g.id AS VARCHAR);
