WITH category AS (
  SELECT x.id_product, STRING_AGG(x.name, ', ' ORDER BY x.name) AS category
  FROM (
    SELECT DISTINCT p.id_product, t.name
    FROM category_product AS p
    JOIN category_lang AS t ON t.id_category = p.id_category
    JOIN shop_language AS language ON language.id_lang = t.id_lang
    WHERE t.name <> ''
  ) AS x
  GROUP BY x.id_product
)
SELECT
  p.listing_id, p.site_id, p.name AS title, p.description, c.category, p.price, p.currency,
  CASE WHEN p.active = 1 THEN 'enabled' ELSE 'disabled' END AS status,
  local_to_utc(p.date_add, p.zone) AS created_at, local_to_utc(p.date_upd, p.zone) AS updated_at,
  p.quantity AS stock, 'source:' || p.ref AS source_id
FROM product_text AS p
LEFT JOIN category AS c ON c.id_product = p.id_product;
