-- Tiered Pricing Table: quantity to unit price, or to per cent off, whichever the product is set to.
WITH rule AS (
  SELECT
    r._ref AS ref, p.listing_id, r.meta_key, to_money(r.k1) AS min_quantity, to_money(r.value) AS price
  FROM tier_rule AS r
  JOIN product AS p ON p.product_id = r.post_id
  WHERE (r.meta_key = '_fixed_price_rules' AND COALESCE(p.tier_type, 'fixed') <> 'percentage')
    OR (r.meta_key = '_percentage_price_rules' AND p.tier_type = 'percentage')
)
SELECT
  rule.listing_id, site.site_id, rule.min_quantity,
  LEAD(rule.min_quantity) OVER (PARTITION BY rule.listing_id, rule.meta_key ORDER BY rule.min_quantity) - 1
    AS max_quantity,
  rule.price, CASE WHEN rule.meta_key = '_fixed_price_rules' THEN 'unit' ELSE 'percent_off' END AS price_kind,
  site.currency, 'source:' || rule.ref AS source_id
FROM rule
CROSS JOIN site
WHERE rule.min_quantity IS NOT NULL AND rule.price IS NOT NULL;

-- WooCommerce Bulk Discount: up to five pairs of quantity and discount. The shop's setting tells what the
-- discount is: per cent, an amount off each piece (fixed), or an amount off the line (flat, which is no price
-- of a quantity and stays out).
WITH meta AS (
  SELECT
    m.post_id, SUBSTR(m.meta_key, LENGTH(m.meta_key), 1) AS place,
    MIN_BY(m.meta_value, m.meta_id) FILTER (WHERE m.meta_key LIKE '%quantity%') AS quantity,
    MIN_BY(m._ref, m.meta_id) FILTER (WHERE m.meta_key LIKE '%quantity%') AS ref,
    MIN_BY(m.meta_value, m.meta_id) FILTER (WHERE m.meta_key LIKE '%discount\_fixed\_%' ESCAPE '\') AS fixed,
    MIN_BY(m.meta_value, m.meta_id) FILTER (
      WHERE m.meta_key LIKE '%discount\_discount\__' ESCAPE '\') AS percent
  FROM postmeta AS m
  WHERE m.meta_key LIKE '\_bulkdiscount\_%' ESCAPE '\'
    AND m.meta_key IN (SELECT meta_key FROM product_key) AND m.meta_key <> '_bulkdiscount_enabled'
  GROUP BY m.post_id, SUBSTR(m.meta_key, LENGTH(m.meta_key), 1)
),
rule AS (
  SELECT
    p.listing_id, meta.ref, to_money(meta.quantity) AS min_quantity,
    CASE
      WHEN site.bulk_discount_type = 'fixed' THEN p.price - to_money(meta.fixed)
      WHEN COALESCE(site.bulk_discount_type, '') IN ('', 'percent') THEN to_money(meta.percent)
    END AS price,
    CASE WHEN site.bulk_discount_type = 'fixed' THEN 'unit' ELSE 'percent_off' END AS price_kind,
    CASE WHEN site.bulk_discount_type = 'fixed' THEN 'derived' ELSE 'recorded' END AS basis
  FROM meta
  CROSS JOIN site
  JOIN product AS p ON p.product_id = meta.post_id
  WHERE p.bulk_enabled IS NULL OR p.bulk_enabled <> 'no'
)
SELECT
  rule.listing_id, site.site_id, rule.min_quantity,
  LEAD(rule.min_quantity) OVER (PARTITION BY rule.listing_id ORDER BY rule.min_quantity) - 1 AS max_quantity,
  rule.price, rule.price_kind, site.currency, rule.basis, 'source:' || rule.ref AS source_id
FROM rule
CROSS JOIN site
WHERE rule.min_quantity > 0 AND rule.price IS NOT NULL;
