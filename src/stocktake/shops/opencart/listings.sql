WITH category AS (
  SELECT p.product_id, STRING_AGG(d.name, ', ' ORDER BY d.name) AS category
  FROM product_to_category AS p
  JOIN category_description AS d ON d.category_id = p.category_id
  JOIN shop_language AS language ON language.language_id = d.language_id
  GROUP BY p.product_id
)
SELECT
  p.listing_id, p.site_id, COALESCE(NULLIF(p.name, ''), p.model) AS title, p.description, c.category, p.price,
  p.base_currency AS currency, CASE WHEN p.status = 1 THEN 'enabled' ELSE 'disabled' END AS status,
  local_to_utc(p.date_added, p.zone) AS created_at, local_to_utc(p.date_modified, p.zone) AS updated_at,
  p.quantity AS stock, CAST(p.product_id AS VARCHAR) AS number, NULLIF(p.sku, '') AS sku,
  'source:' || p.ref AS source_id
FROM product_text AS p
LEFT JOIN category AS c ON c.product_id = p.product_id;
