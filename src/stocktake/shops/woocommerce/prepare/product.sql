-- Products and their variations with their meta; a draft that was never saved is none.
WITH meta AS (
  SELECT
    m.post_id,
    MIN_BY(m.meta_value, m.meta_id) FILTER (WHERE m.meta_key = '_price') AS price,
    MIN_BY(m.meta_value, m.meta_id) FILTER (WHERE m.meta_key = '_regular_price') AS regular_price,
    MIN_BY(m.meta_value, m.meta_id) FILTER (WHERE m.meta_key = '_stock') AS stock,
    MIN_BY(m.meta_value, m.meta_id) FILTER (WHERE m.meta_key = '_sku') AS sku,
    MIN_BY(m.meta_value, m.meta_id) FILTER (WHERE m.meta_key = '_tiered_price_rules_type') AS tier_type,
    MIN_BY(m.meta_value, m.meta_id) FILTER (WHERE m.meta_key = '_bulkdiscount_enabled') AS bulk_enabled
  FROM postmeta AS m
  WHERE m.meta_key IN (
    '_price', '_regular_price', '_stock', '_sku', '_tiered_price_rules_type', '_bulkdiscount_enabled')
  GROUP BY m.post_id
)
SELECT
  p.ID AS product_id, p._ref AS ref, 'listing:' || p._ref AS listing_id, p.post_type AS type,
  p.post_parent AS parent_id, p.post_title, p.post_name, p.post_content, p.post_excerpt, p.post_status, p.post_author,
  p.post_date, p.post_date_gmt, p.post_modified, p.post_modified_gmt,
  COALESCE(to_money(meta.price), to_money(meta.regular_price)) AS price,
  to_money(meta.stock) AS stock, NULLIF(meta.sku, '') AS sku, meta.tier_type, meta.bulk_enabled
FROM posts AS p
LEFT JOIN meta ON meta.post_id = p.ID
WHERE p.post_type IN ('product', 'product_variation') AND p.post_status <> 'auto-draft'
