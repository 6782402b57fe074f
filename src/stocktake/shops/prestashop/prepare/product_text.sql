-- Products as their first shop sells them, in the shop's language. Prices are without tax.
WITH text AS (
  SELECT
    t.id_product, t.id_shop,
    COALESCE(MAX(CASE WHEN t.id_lang = language.id_lang THEN t.name END), MIN_BY(t.name, t.id_lang)) AS name,
    COALESCE(MAX(CASE WHEN t.id_lang = language.id_lang THEN NULLIF(t.description, '') END),
      MAX(CASE WHEN t.id_lang = language.id_lang THEN NULLIF(t.description_short, '') END)) AS description
  FROM product_lang AS t
  CROSS JOIN shop_language AS language
  GROUP BY t.id_product, t.id_shop
),
stock AS (
  SELECT id_product, SUM(quantity) AS quantity FROM stock_available WHERE id_product_attribute = 0 GROUP BY id_product
),
rate AS (
  SELECT r.id_tax_rules_group, r.id_country, MAX(t.rate) AS rate
  FROM tax_rule AS r
  JOIN tax AS t ON t.id_tax = r.id_tax
  WHERE COALESCE(r.id_state, 0) = 0
  GROUP BY r.id_tax_rules_group, r.id_country
)
SELECT
  p.id_product, 'listing:' || p._ref AS listing_id, p._ref AS ref, site.site_id, site.zone,
  site.currency, COALESCE(NULLIF(text.name, ''), NULLIF(any_text.name, ''), NULLIF(p.reference, '')) AS name,
  COALESCE(text.description, any_text.description) AS description, COALESCE(s.price, p.price) AS price,
  COALESCE(s.active, p.active) AS active, COALESCE(stock.quantity, p.quantity) AS quantity,
  p.date_add, p.date_upd,
  CASE WHEN site.has_tax = '0' THEN 0 ELSE COALESCE(rate.rate, 0) END AS tax_rate
FROM product AS p
JOIN site ON site.id_shop = CASE
  WHEN p.id_shop_default IN (SELECT id_shop FROM site) THEN p.id_shop_default
  ELSE (SELECT MIN(id_shop) FROM site) END
LEFT JOIN product_shop AS s ON s.id_product = p.id_product AND s.id_shop = p.id_shop_default
LEFT JOIN text ON text.id_product = p.id_product AND text.id_shop = site.id_shop
LEFT JOIN (
  SELECT id_product, MIN_BY(name, id_shop) AS name, MIN_BY(description, id_shop) AS description
  FROM text GROUP BY id_product
) AS any_text ON any_text.id_product = p.id_product
LEFT JOIN stock ON stock.id_product = p.id_product
LEFT JOIN rate ON rate.id_tax_rules_group = COALESCE(s.id_tax_rules_group, p.id_tax_rules_group)
  AND rate.id_country = site.id_country
