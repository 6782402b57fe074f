-- The shop's default language: the one that its settings name, else the first.
SELECT COALESCE(
  MIN(CASE WHEN LOWER(l.code) = LOWER(s.code) THEN l.language_id END), MIN(l.language_id),
  MIN(s.first_language_id), 1) AS language_id
FROM (
  SELECT
    (SELECT MIN(value) FROM setting WHERE key = 'config_language' AND COALESCE(store_id, 0) = 0) AS code,
    (SELECT MIN(language_id) FROM order_status) AS first_language_id
) AS s
LEFT JOIN language AS l ON TRUE
