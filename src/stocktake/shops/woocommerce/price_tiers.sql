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

-- A price for a time, as WooCommerce itself has it (Unix seconds; the last day is included).
WITH meta AS (
  SELECT
    m.post_id,
    MIN_BY(m.meta_value, m.meta_id) FILTER (WHERE m.meta_key = '_sale_price') AS price,
    MIN_BY(m._ref, m.meta_id) FILTER (WHERE m.meta_key = '_sale_price') AS ref,
    MIN_BY(m.meta_value, m.meta_id) FILTER (WHERE m.meta_key = '_sale_price_dates_from') AS starts,
    MIN_BY(m.meta_value, m.meta_id) FILTER (WHERE m.meta_key = '_sale_price_dates_to') AS ends
  FROM postmeta AS m
  WHERE m.meta_key IN ('_sale_price', '_sale_price_dates_from', '_sale_price_dates_to')
  GROUP BY m.post_id
)
SELECT
  p.listing_id, site.site_id, 1 AS min_quantity, to_money(meta.price) AS price, 'unit' AS price_kind, site.currency,
  unix_to_utc(NULLIF(meta.starts, '')) AS valid_from, unix_to_utc(NULLIF(meta.ends, '')) AS valid_to,
  'source:' || meta.ref AS source_id
FROM meta
CROSS JOIN site
JOIN product AS p ON p.product_id = meta.post_id
WHERE to_money(meta.price) IS NOT NULL;

-- WooCommerce Wholesale Prices: a price for a role, in a key that begins with the role's name.
SELECT
  p.listing_id, site.site_id, 1 AS min_quantity, to_money(m.meta_value) AS price, 'unit' AS price_kind, site.currency,
  SUBSTR(m.meta_key, 1, LENGTH(m.meta_key) - LENGTH('_wholesale_price')) AS customer_group,
  'source:' || m._ref AS source_id
FROM postmeta AS m
CROSS JOIN site
JOIN product AS p ON p.product_id = m.post_id
WHERE m.meta_key LIKE '%\_wholesale\_price' ESCAPE '\' AND to_money(m.meta_value) IS NOT NULL;

-- Dynamic Pricing: from and to a quantity, an amount or per cent off, or a price; for a time, and for roles.
WITH part AS (
  SELECT _ref, post_id, k1, path, value, STRING_SPLIT(path, '/') AS steps FROM pricing_rule
),
rule AS (
  SELECT
    _ref AS ref, post_id, k1, steps[3] AS place,
    MAX(CASE WHEN steps[4] = 'from' THEN to_money(value) END) AS min_quantity,
    MAX(CASE WHEN steps[4] = 'to' THEN to_money(value) END) AS max_quantity,
    MAX(CASE WHEN steps[4] = 'type' THEN value END) AS kind,
    MAX(CASE WHEN steps[4] = 'amount' THEN to_money(value) END) AS amount
  FROM part
  WHERE steps[2] = 'rules'
  GROUP BY _ref, post_id, k1, steps[3]
),
whole AS (
  SELECT
    _ref AS ref, k1, MAX(CASE WHEN steps[2] = 'date_from' THEN NULLIF(value, '') END) AS starts,
    MAX(CASE WHEN steps[2] = 'date_to' THEN NULLIF(value, '') END) AS ends,
    STRING_AGG(CASE WHEN path LIKE '%/args/roles/%' THEN value END, ', ' ORDER BY path) AS roles
  FROM part
  GROUP BY _ref, k1
)
SELECT
  p.listing_id, site.site_id, COALESCE(NULLIF(r.min_quantity, 0), 1) AS min_quantity, NULLIF(r.max_quantity, 0) AS max_quantity,
  CASE WHEN r.kind = 'price_discount' THEN p.price - r.amount ELSE r.amount END AS price,
  CASE WHEN r.kind = 'percentage_discount' THEN 'percent_off' ELSE 'unit' END AS price_kind, site.currency,
  local_to_utc(TRY_CAST(w.starts AS TIMESTAMP), COALESCE(site.time_zone, site.case_time_zone)) AS valid_from,
  local_to_utc(TRY_CAST(w.ends AS TIMESTAMP), COALESCE(site.time_zone, site.case_time_zone)) AS valid_to,
  NULLIF(w.roles, '') AS customer_group, CASE WHEN r.kind = 'price_discount' THEN 'derived' ELSE 'recorded' END AS basis,
  'source:' || r.ref AS source_id
FROM rule AS r
CROSS JOIN site
JOIN product AS p ON p.product_id = r.post_id
LEFT JOIN whole AS w ON w.ref = r.ref AND w.k1 = r.k1
WHERE r.amount > 0 AND r.kind IN ('price_discount', 'percentage_discount', 'fixed_price');
