-- What filled balances. A top-up that a payment processor's row tells too, by the same user, of the same amount and
-- within two minutes, is that payment.
WITH operation AS (
  SELECT
    o.id, o._ref AS ref, o.user_id, o.operation_value AS amount,
    CASE
      WHEN o.operation_time LIKE '%+00' THEN TRY_CAST(SUBSTR(o.operation_time, 1, LENGTH(o.operation_time) - 3)
        AS TIMESTAMP)
      ELSE local_to_utc(TRY_CAST(o.operation_time AS TIMESTAMP), site.case_time_zone)
    END AS at
  FROM operations AS o
  CROSS JOIN site
),
payment AS (
  SELECT
    p.id, p._ref AS ref, p.user_id, p.amount, p.currency, p.provider, p.external_id, LOWER(p.status) AS status,
    CASE
      WHEN p.created_at LIKE '%+00' THEN TRY_CAST(SUBSTR(p.created_at, 1, LENGTH(p.created_at) - 3) AS TIMESTAMP)
      ELSE local_to_utc(TRY_CAST(p.created_at AS TIMESTAMP), site.case_time_zone)
    END AS at
  FROM payments AS p
  CROSS JOIN site
),
told AS (
  SELECT DISTINCT o.ref
  FROM operation AS o
  JOIN payment AS p ON p.user_id = o.user_id AND p.amount = o.amount AND p.status = 'succeeded'
  WHERE ABS(EXTRACT(EPOCH FROM p.at) - EXTRACT(EPOCH FROM o.at)) <= 120
)
SELECT
  'payments' AS stands_in, p.ref, p.user_id, p.amount, p.currency, p.provider, p.external_id, p.status, p.at,
  FALSE AS is_told
FROM payment AS p
UNION ALL
SELECT
  'operations', o.ref, o.user_id, o.amount, CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR),
  'succeeded', o.at, t.ref IS NOT NULL
FROM operation AS o
LEFT JOIN told AS t ON t.ref = o.ref
