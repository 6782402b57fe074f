-- Specific prices: a price of their own (-1: the product's), and an amount or a share off. An amount that was
-- set with tax is taken off without it, at the rate of the shop's country. Product 0 stands for every product.
WITH rule AS (
  SELECT
    r._ref AS ref, r.id_product, r.id_product_attribute, r.id_currency, r.id_group, r.id_customer, r.id_country,
    r.id_shop, r.reduction_type, r.from_quantity, r."from", r."to", r.price AS own_price, r.reduction,
    p.listing_id, COALESCE(p.site_id, site.site_id) AS site_id, COALESCE(p.zone, site.zone) AS zone,
    COALESCE(p.currency, site.currency) AS currency,
    CASE WHEN r.price >= 0 THEN r.price ELSE p.price + COALESCE(a.price, 0) END AS price,
    CASE
      WHEN COALESCE(r.reduction_tax, 1) = 1 AND p.tax_rate > 0
        THEN ratio(r.reduction, 1 + p.tax_rate * CAST(0.01 AS DECIMAL(3, 2)))
      ELSE r.reduction
    END AS amount_off,
    CASE
      WHEN r.id_cart > 0 THEN 'prices of one basket'
      WHEN r.id_product > 0 AND p.id_product IS NULL THEN 'parts of products that are no longer there'
      WHEN COALESCE(r.id_product, 0) = 0 AND r.price < 0 AND r.reduction_type <> 'percentage'
        THEN 'amounts off every product, which are no price'
    END AS reason
  FROM specific_price AS r
  LEFT JOIN product_text AS p ON p.id_product = r.id_product
  LEFT JOIN product_attribute AS a ON a.id_product_attribute = r.id_product_attribute
  LEFT JOIN site ON site.id_shop = CASE
    WHEN r.id_shop IN (SELECT id_shop FROM site) THEN r.id_shop ELSE (SELECT MIN(id_shop) FROM site) END
)
SELECT
  ref, listing_id, site_id, zone, currency, id_currency, id_group, id_customer, id_product, id_product_attribute,
  id_country, id_shop, CASE WHEN from_quantity > 0 THEN from_quantity ELSE 1 END AS from_quantity, "from", "to", reason,
  CASE
    WHEN reduction_type = 'percentage' AND own_price < 0 THEN reduction * 100
    WHEN reduction_type = 'percentage' THEN round_to(price * (1 - TRY_CAST(reduction AS DECIMAL(9, 6))), 4)
    WHEN amount_off = 0 THEN price
    ELSE round_to(price - amount_off, 4)
  END AS price,
  CASE WHEN reduction_type = 'percentage' AND own_price < 0 THEN 'percent_off' ELSE 'unit' END AS price_kind,
  CASE
    WHEN reduction_type = 'percentage' AND own_price < 0 THEN 'recorded'
    WHEN own_price >= 0 AND reduction = 0 THEN 'recorded'
    ELSE 'derived'
  END AS basis
FROM rule
