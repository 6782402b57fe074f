WITH language_group AS (
  SELECT g.id_group, MIN(g.name) AS name
  FROM group_lang AS g
  JOIN shop_language AS language ON language.id_lang = g.id_lang
  GROUP BY g.id_group
)
SELECT
  r.listing_id, r.site_id, r.from_quantity AS min_quantity,
  LEAD(r.from_quantity) OVER (
    PARTITION BY r.id_product, r.id_product_attribute, r.id_group, r.id_customer, r.id_currency, r.id_country,
      r.id_shop, r."from", r."to"
    ORDER BY r.from_quantity) - 1 AS max_quantity,
  r.price, r.price_kind, COALESCE(c.iso_code, r.currency) AS currency,
  local_to_utc(r."from", r.zone) AS valid_from, local_to_utc(r."to", r.zone) AS valid_to,
  CASE
    WHEN r.id_customer > 0 THEN 'customer ' || COALESCE(a.email, CAST(r.id_customer AS VARCHAR))
    WHEN r.id_group > 0 THEN COALESCE(g.name, CAST(r.id_group AS VARCHAR))
  END AS customer_group,
  r.basis, 'source:' || r.ref AS source_id
FROM price_rule AS r
LEFT JOIN currency AS c ON c.id_currency = r.id_currency AND r.id_currency > 0
LEFT JOIN shop_customer AS a ON a.id_customer = r.id_customer
LEFT JOIN language_group AS g ON g.id_group = r.id_group
WHERE r.reason IS NULL AND r.price IS NOT NULL;

-- A share off everything for a customer group.
SELECT
  site.site_id, 1 AS min_quantity, g.reduction AS price, 'percent_off' AS price_kind, site.currency,
  COALESCE(t.name, CAST(g.id_group AS VARCHAR)) AS customer_group, 'source:' || g._ref AS source_id
FROM customer_group_rule AS g
JOIN site ON site.id_shop = (SELECT MIN(id_shop) FROM site)
LEFT JOIN (
  SELECT l.id_group, MIN(l.name) AS name
  FROM group_lang AS l
  JOIN shop_language AS language ON language.id_lang = l.id_lang
  GROUP BY l.id_group
) AS t ON t.id_group = g.id_group
WHERE g.reduction > 0;
