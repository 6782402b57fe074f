WITH category AS (
  SELECT r.object_id AS product_id, STRING_AGG(t.name, ', ' ORDER BY t.name) AS category
  FROM term_relationships AS r
  JOIN term_taxonomy AS x ON x.term_taxonomy_id = r.term_taxonomy_id AND x.taxonomy = 'product_cat'
  JOIN terms AS t ON t.term_id = x.term_id
  GROUP BY r.object_id
)
SELECT
  p.listing_id, site.site_id,
  CASE WHEN u.kind = 'vendor' THEN u.account_id END AS vendor_account_id,
  p.post_title AS title,
  COALESCE(NULLIF(p.post_content, ''), NULLIF(p.post_excerpt, ''), parent.post_content) AS description,
  category.category, p.price, site.currency, p.post_status AS status,
  COALESCE(p.post_date_gmt, local_to_utc(p.post_date, COALESCE(site.time_zone, site.case_time_zone)))
    AS created_at,
  COALESCE(p.post_modified_gmt, local_to_utc(p.post_modified, COALESCE(site.time_zone, site.case_time_zone)))
    AS updated_at,
  p.stock, CAST(p.product_id AS VARCHAR) AS number, NULLIF(p.post_name, '') AS slug, p.sku,
  'source:' || p.ref AS source_id
FROM product AS p
CROSS JOIN site
LEFT JOIN product AS parent
  ON parent.product_id = CASE WHEN p.type = 'product_variation' THEN p.parent_id END
LEFT JOIN category
  ON category.product_id = CASE WHEN p.type = 'product_variation' THEN p.parent_id ELSE p.product_id END
LEFT JOIN shop_user AS u ON u.user_id = p.post_author;
