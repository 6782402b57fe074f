SELECT
  'listing:' || s._ref AS listing_id, site.site_id, s.name AS title, x.description, x.category, x.price,
  CASE WHEN x.stock > 0 THEN 'in stock' ELSE 'sold out' END AS status, x.stock, 'source:' || s._ref AS source_id
FROM subcategories AS s
CROSS JOIN site
JOIN (
  SELECT
    i.subcategory_id, MIN_BY(i.description, i.id) AS description, MIN(c.name) AS category,
    MAX_BY(i.price, i.id) AS price, COUNT(CASE WHEN NOT COALESCE(i.is_sold, FALSE) THEN 1 END) AS stock
  FROM items AS i
  LEFT JOIN categories AS c ON c.id = i.category_id
  GROUP BY i.subcategory_id
) AS x ON x.subcategory_id = s.id;
