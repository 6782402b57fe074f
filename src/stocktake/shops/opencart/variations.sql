-- What a product is sold in, named as the lines of orders name it, with the price of one.
SELECT
  'variation:' || v._ref AS variation_id, p.listing_id, p.site_id, o.name || ': ' || n.name AS variation,
  CASE WHEN v.price_prefix = '-' THEN p.price - v.price ELSE p.price + v.price END AS price,
  p.base_currency AS currency, 'source:' || v._ref AS source_id
FROM product_option_value AS v
JOIN product_text AS p ON p.product_id = v.product_id
JOIN shop_language AS language ON TRUE
JOIN option_description AS o ON o.option_id = v.option_id AND o.language_id = language.language_id
JOIN option_value_description AS n
  ON n.option_value_id = v.option_value_id AND n.language_id = language.language_id
WHERE COALESCE(v.price_prefix, '+') IN ('+', '-', '');
