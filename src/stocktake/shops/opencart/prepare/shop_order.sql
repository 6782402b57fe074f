-- Orders with their money as the buyer saw it: the recorded amount is in the shop's first currency, times the
-- rate kept with the order, rounded as the shop shows that currency.
WITH rated AS (
  SELECT
    o.*,
    COALESCE(NULLIF(o.currency_value, 0), c.value, 1) AS rate,
    COALESCE(c.decimal_place, 2) AS places,
    COALESCE(NULLIF(o.currency_code, ''), site.currency) AS currency,
    site.site_id, site.zone, site.time_zone
  FROM "order" AS o
  JOIN site ON site.store_id = COALESCE(o.store_id, 0)
  LEFT JOIN (
    SELECT code, MIN(decimal_place) AS decimal_place, MIN(NULLIF(value, 0)) AS value FROM currency GROUP BY code
  ) AS c ON c.code = COALESCE(NULLIF(o.currency_code, ''), site.currency)
)
SELECT
  r.order_id, 'order:' || r._ref AS id, r._ref AS ref, r.site_id, r.zone, r.currency, r.places,
  CAST(r.rate AS DECIMAL(19, 8)) AS rate,
  round_to(r.total * CAST(r.rate AS DECIMAL(19, 8)), r.places) AS total,
  r.total_text AS total_recorded, s.name AS status_recorded, COALESCE(s.status, 'unknown') AS status, COALESCE(s.is_guessed, TRUE) AS is_guessed,
  local_to_utc(r.date_added, r.zone) AS placed_at,
  CASE WHEN r.time_zone IS NULL THEN CAST(r.date_added AS VARCHAR) END AS placed_at_recorded,
  COALESCE(
    c.account_id,
    CASE WHEN r.customer_id > 0
      THEN 'account:'
        || COALESCE((SELECT MIN(ref) FROM shop_table WHERE name = 'customer'), shop.ref || 'customer')
        || '/' || CAST(r.customer_id AS VARCHAR) END,
    CASE WHEN COALESCE(NULLIF(r.email, ''), NULLIF(r.lastname, ''), NULLIF(r.firstname, '')) IS NOT NULL
      THEN 'account:' || r._ref END
  ) AS account_id,
  c.account_id IS NULL AND COALESCE(r.customer_id, 0) <= 0 AS is_guest,
  c.account_id IS NULL AND r.customer_id > 0 AS is_gone,
  NULLIF(TRIM(r.email), '') AS email,
  NULLIF(TRIM(COALESCE(r.firstname, '') || ' ' || COALESCE(r.lastname, '')), '') AS name,
  NULLIF(r.telephone, '') AS phone, r.ip, r.user_agent, r.comment, NULLIF(r.transaction_id, '') AS transaction_id,
  m.method, m.provider, m.asset, m.code AS method_code
FROM rated AS r
CROSS JOIN shop
LEFT JOIN status AS s ON s.status_id = r.order_status_id
LEFT JOIN shop_customer AS c ON c.customer_id = r.customer_id AND c.customer_id > 0
LEFT JOIN payment_method AS m ON m.order_id = r.order_id
