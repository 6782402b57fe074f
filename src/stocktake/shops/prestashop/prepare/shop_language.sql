-- The language that names are read in: the first shop's own, else the first that there is.
SELECT COALESCE(
  (SELECT MIN_BY(id_lang, id_shop) FROM site WHERE id_lang IS NOT NULL), (SELECT MIN(id_lang) FROM lang),
  (SELECT MIN(id_lang) FROM order_state_lang), (SELECT MIN(id_lang) FROM product_lang), 1) AS id_lang
