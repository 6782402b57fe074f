-- What each order state means: by its name in the shop's own words; else by the shop's lists of states that it
-- takes for complete or in work; else unknown.
WITH name AS (
  SELECT
    s.order_status_id AS status_id,
    COALESCE(
      MAX(CASE WHEN s.language_id = language.language_id THEN s.name END), MIN_BY(s.name, s.language_id)
    ) AS name
  FROM order_status AS s
  CROSS JOIN shop_language AS language
  GROUP BY s.order_status_id
),
word AS (
  SELECT s.order_status_id AS status_id, MIN_BY(w.status, s.language_id) AS status
  FROM order_status AS s
  JOIN status_words AS w ON w.recorded = LOWER(TRIM(s.name))
  GROUP BY s.order_status_id
),
own_word AS (
  SELECT name.status_id, w.status FROM name JOIN status_words AS w ON w.recorded = LOWER(TRIM(name.name))
),
listed AS (
  SELECT
    TRY_CAST(value AS BIGINT) AS status_id,
    MAX(CASE WHEN key LIKE 'config_complete%' THEN 1 ELSE 0 END) AS is_complete
  FROM status_setting
  GROUP BY TRY_CAST(value AS BIGINT)
),
used AS (
  SELECT order_status_id AS status_id FROM "order"
  UNION
  SELECT order_status_id FROM order_history
  UNION
  SELECT order_status_id FROM order_status
)
SELECT
  u.status_id,
  COALESCE(name.name, CAST(u.status_id AS VARCHAR)) AS name,
  CASE
    WHEN u.status_id = 0 THEN 'abandoned'
    ELSE COALESCE(
      own_word.status, word.status,
      CASE WHEN listed.is_complete = 1 THEN 'completed' WHEN listed.is_complete = 0 THEN 'processing' END,
      'unknown')
  END AS status,
  u.status_id <> 0 AND COALESCE(own_word.status, word.status) IS NULL AS is_guessed
FROM used AS u
LEFT JOIN name ON name.status_id = u.status_id
LEFT JOIN own_word ON own_word.status_id = u.status_id
LEFT JOIN word ON word.status_id = u.status_id
LEFT JOIN listed ON listed.status_id = u.status_id
WHERE u.status_id IS NOT NULL
