-- Prices of products, and those from a quantity on: one a currency, with tax.
WITH part AS (
  SELECT 'product' AS kind, id, version_id, k1, path, value FROM product_price_part
  UNION ALL
  SELECT 'tier', id, version_id, k1, path, value FROM tier_price_part
)
SELECT
  p.kind, p.id, LOWER(MAX(CASE WHEN p.path = p.k1 || '/currencyId' THEN p.value END)) AS currency_id,
  MAX(CASE WHEN p.path = p.k1 || '/gross' THEN round_to(to_money(p.value), 4) END) AS gross
FROM part AS p
JOIN live ON live.version_id = p.version_id
WHERE p.k1 IS NOT NULL
GROUP BY p.kind, p.id, p.k1
