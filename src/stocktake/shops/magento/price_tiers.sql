-- Prices from a quantity on, as an amount or as per cent off; 32000 and `all_groups` mean every customer.
SELECT
  p.listing_id, COALESCE(site.site_id, p.site_id) AS site_id, t.qty AS min_quantity,
  LEAD(t.qty) OVER (
    PARTITION BY t.entity_id, t.all_groups, CASE WHEN t.all_groups = 1 THEN 0 ELSE t.customer_group_id END, t.website_id
    ORDER BY t.qty) - 1 AS max_quantity,
  COALESCE(t.percentage_value, t.value) AS price,
  CASE WHEN t.percentage_value IS NULL THEN 'unit' ELSE 'percent_off' END AS price_kind,
  COALESCE(site.currency, p.currency) AS currency,
  CASE WHEN t.all_groups = 1 THEN NULL ELSE COALESCE(g.customer_group_code, CAST(t.customer_group_id AS VARCHAR)) END
    AS customer_group,
  'source:' || t._ref AS source_id
FROM tier_price AS t
JOIN product AS p ON p.value_of = t.entity_id
LEFT JOIN site ON site.website_id = t.website_id
LEFT JOIN customer_group AS g ON g.customer_group_id = t.customer_group_id;

-- Magento 1.7 to 1.9: a price for a customer group.
SELECT
  p.listing_id, COALESCE(site.site_id, p.site_id) AS site_id, 1 AS min_quantity, t.value AS price, 'unit' AS price_kind,
  COALESCE(site.currency, p.currency) AS currency,
  CASE WHEN t.all_groups = 1 THEN NULL ELSE COALESCE(g.customer_group_code, CAST(t.customer_group_id AS VARCHAR)) END
    AS customer_group,
  'source:' || t._ref AS source_id
FROM group_price AS t
JOIN product AS p ON p.value_of = t.entity_id
LEFT JOIN site ON site.website_id = t.website_id
LEFT JOIN customer_group AS g ON g.customer_group_id = t.customer_group_id;

-- A price for a time; its last day is included.
SELECT
  p.listing_id, p.site_id, 1 AS min_quantity, p.special_price AS price, 'unit' AS price_kind, p.currency,
  local_to_utc(p.special_from, p.zone) AS valid_from, local_to_utc(p.special_to, p.zone) AS valid_to,
  'source:' || p.special_ref AS source_id
FROM product AS p
WHERE p.special_price IS NOT NULL;
