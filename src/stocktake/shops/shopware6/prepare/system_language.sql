-- Names in the system's own language, or else in any.
SELECT 'payment_method' AS kind, t.payment_method_id AS id, COALESCE(
  MAX(CASE WHEN t.language_id = live.language_id THEN NULLIF(t.name, '') END), MIN(NULLIF(t.name, ''))) AS name
FROM payment_method_translation AS t CROSS JOIN live GROUP BY 2
UNION ALL
SELECT 'shipping_method', t.shipping_method_id, COALESCE(
  MAX(CASE WHEN t.language_id = live.language_id THEN NULLIF(t.name, '') END), MIN(NULLIF(t.name, '')))
FROM shipping_method_translation AS t CROSS JOIN live GROUP BY 2
UNION ALL
SELECT 'country_state', t.country_state_id, COALESCE(
  MAX(CASE WHEN t.language_id = live.language_id THEN NULLIF(t.name, '') END), MIN(NULLIF(t.name, '')))
FROM country_state_translation AS t CROSS JOIN live GROUP BY 2
UNION ALL
SELECT 'category', t.category_id, COALESCE(
  MAX(CASE WHEN t.language_id = live.language_id THEN NULLIF(t.name, '') END), MIN(NULLIF(t.name, '')))
FROM category_translation AS t CROSS JOIN live GROUP BY 2
