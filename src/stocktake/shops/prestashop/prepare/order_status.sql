-- What each order state means: by its name; else by the setting that says what the software uses it for; else
-- by the mail that it sends; else by its flags.
WITH name AS (
  SELECT
    s.id_order_state,
    COALESCE(MAX(CASE WHEN s.id_lang = language.id_lang THEN s.name END), MIN_BY(s.name, s.id_lang)) AS name
  FROM order_state_lang AS s
  CROSS JOIN shop_language AS language
  GROUP BY s.id_order_state
),
own_word AS (
  SELECT name.id_order_state, w.status FROM name JOIN status_words AS w ON w.recorded = LOWER(TRIM(name.name))
),
word AS (
  SELECT s.id_order_state, MIN_BY(w.status, s.id_lang) AS status
  FROM order_state_lang AS s
  JOIN status_words AS w ON w.recorded = LOWER(TRIM(s.name))
  GROUP BY s.id_order_state
),
named AS (
  SELECT TRY_CAST(s.value AS BIGINT) AS id_order_state, MIN(t.status) AS status
  FROM setting AS s
  JOIN state_setting AS t ON t.setting = s.name
  GROUP BY 1
  HAVING COUNT(DISTINCT t.status) = 1
),
mailed AS (
  SELECT s.id_order_state, MIN(t.status) AS status
  FROM order_state_lang AS s
  JOIN state_template AS t ON t.template = s.template
  GROUP BY s.id_order_state
),
used AS (
  SELECT current_state AS id_order_state FROM orders
  UNION
  SELECT id_order_state FROM order_history
  UNION
  SELECT id_order_state FROM order_state
)
SELECT
  u.id_order_state, COALESCE(name.name, CAST(u.id_order_state AS VARCHAR)) AS name,
  COALESCE(
    own_word.status, word.status, named.status, mailed.status,
    CASE
      WHEN f.shipped = 1 THEN 'shipped'
      WHEN f.delivery = 1 AND f.paid = 1 THEN 'processing'
      WHEN f.paid = 1 THEN 'paid'
      ELSE 'unknown'
    END) AS status,
  COALESCE(own_word.status, word.status, named.status, mailed.status) IS NULL AS is_guessed,
  COALESCE(f.paid, 0) = 1 AS is_paid, COALESCE(f.shipped, 0) = 1 AS is_shipped
FROM used AS u
LEFT JOIN name ON name.id_order_state = u.id_order_state
LEFT JOIN own_word ON own_word.id_order_state = u.id_order_state
LEFT JOIN word ON word.id_order_state = u.id_order_state
LEFT JOIN named ON named.id_order_state = u.id_order_state
LEFT JOIN mailed ON mailed.id_order_state = u.id_order_state
LEFT JOIN (
  SELECT id_order_state, MAX(delivery) AS delivery, MAX(shipped) AS shipped, MAX(paid) AS paid
  FROM order_state GROUP BY id_order_state
) AS f ON f.id_order_state = u.id_order_state
WHERE u.id_order_state IS NOT NULL
