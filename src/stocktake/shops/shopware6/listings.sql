WITH category AS (
  SELECT x.product_id, STRING_AGG(x.name, ', ' ORDER BY x.name) AS category
  FROM (
    SELECT DISTINCT p.product_id, n.name
    FROM product_category AS p
    JOIN system_language AS n ON n.kind = 'category' AND n.id = p.category_id
    WHERE n.name <> ''
  ) AS x
  GROUP BY x.product_id
)
SELECT
  p.listing_id, p.site_id, p.name AS title, p.description, COALESCE(c.category, u.category) AS category, p.price, p.currency,
  CASE WHEN p.active = 1 THEN 'enabled' WHEN p.active = 0 THEN 'disabled' END AS status, p.created_at, p.updated_at, p.stock,
  'source:' || p.ref AS source_id
FROM product_text AS p
LEFT JOIN category AS c ON c.product_id = p.id
LEFT JOIN category AS u ON u.product_id = p.parent_id;
