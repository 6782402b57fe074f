SELECT
  u.telegram_id, u._ref AS ref, 'account:' || u._ref AS account_id, u.balance, NULLIF(u.email, '') AS email,
  NULLIF(u.password_hash, '') AS password_hash,
  CASE WHEN UPPER(r.name) IN ('ADMIN', 'OWNER') THEN 'admin' ELSE 'customer' END AS kind,
  CASE
    WHEN u.registration_date LIKE '%+00' THEN TRY_CAST(SUBSTR(u.registration_date, 1, LENGTH(u.registration_date) - 3)
      AS TIMESTAMP)
    ELSE local_to_utc(TRY_CAST(u.registration_date AS TIMESTAMP), site.case_time_zone)
  END AS registered_at
FROM users AS u
CROSS JOIN site
LEFT JOIN roles AS r ON r.id = u.role_id
