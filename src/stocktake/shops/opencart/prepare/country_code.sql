-- The shop's countries with their two-letter codes (ISO 3166-1), where it has them.
SELECT
  country_id, MIN(name) AS name,
  MIN(CASE WHEN regexp_full_match(TRIM(iso_code_2), '[A-Za-z]{2}') THEN UPPER(TRIM(iso_code_2)) END) AS code
FROM country
WHERE country_id IS NOT NULL
GROUP BY country_id
